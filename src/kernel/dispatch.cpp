// SPDX-License-Identifier: BSD-3-Clause
// Ask the processor once which kernels it can run, and hold the tables in use.
#if defined(GRIDSWARM_X86)
#include <cpuid.h>
#endif

#include "gridswarm/kernel/isa.ipp"
#include "gridswarm/kernel/kernels.hpp"
#include "gridswarm/kernel/reference.hpp"

namespace gridswarm::inline GS_ABI::kernel {

extern const Kernels kernels_baseline;
#if defined(GRIDSWARM_X86)
extern const Kernels kernels_avx2;
extern const Kernels kernels_avx512;
extern const HashKernels hash_kernels_sha_ni;
#endif

namespace {

const Kernels kernels_reference = reference_kernels();

#if defined(GRIDSWARM_X86)
#if defined(__clang__)  // its older versions do not know the levels by name
bool has_v3() {
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
         __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("fma");
}
bool has_v4() {
  return has_v3() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
         __builtin_cpu_supports("avx512vl");
}
#else
bool has_v3() { return __builtin_cpu_supports("x86-64-v3"); }
bool has_v4() { return __builtin_cpu_supports("x86-64-v4"); }
#endif
#endif

const Kernels* table_of(Isa isa) {
  switch (isa) {
    case Isa::reference: return &kernels_reference;
    case Isa::baseline: return &kernels_baseline;
#if defined(GRIDSWARM_X86)
    case Isa::avx2: return has_v3() ? &kernels_avx2 : nullptr;
    case Isa::avx512: return has_v4() ? &kernels_avx512 : nullptr;
#else
    default: return nullptr;
#endif
  }
  return nullptr;
}

const Kernels* widest() {
  for (int i = isa_count - 1; i > 0; --i)
    if (const Kernels* table = table_of(static_cast<Isa>(i))) return table;
  return &kernels_reference;
}

/// The SHA kernels, or null. Compilers of our age can't be asked for "sha" by name.
const HashKernels* sha_table() {
#if defined(GRIDSWARM_X86)
  unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
  const bool has_sha_ni = __get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx) && (ebx >> 29 & 1) == 1;
  if (has_sha_ni && __builtin_cpu_supports("avx")) return &hash_kernels_sha_ni;
#endif
  return nullptr;
}

const HashKernels*& sha_table_in_use() {
  static const HashKernels* table = sha_table();
  return table;
}

const Kernels*& in_use() {
  static const Kernels* table = widest();
  return table;
}

}  // namespace

bool is_supported(Isa isa) { return table_of(isa) != nullptr; }
Isa isa_in_use() { return in_use()->isa; }

bool use_isa(Isa isa) {
  const Kernels* table = table_of(isa);
  if (!table) return false;
  in_use() = table;
  return true;
}

bool has_sha() { return sha_table() != nullptr; }
bool sha_in_use() { return sha_table_in_use() != nullptr; }

bool use_sha(bool on) {
  const HashKernels* table = on ? sha_table() : nullptr;
  if (on && !table) return false;
  sha_table_in_use() = table;
  return true;
}

const Kernels& kernels() { return *in_use(); }

const HashKernels& hash_kernels() {
  const HashKernels* sha = sha_table_in_use();
  return sha ? *sha : in_use()->hash;
}

}  // namespace gridswarm::inline GS_ABI::kernel
