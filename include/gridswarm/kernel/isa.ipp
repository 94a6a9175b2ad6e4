// SPDX-License-Identifier: BSD-3-Clause
// Headers mode: only the reference kernels exist. The linked library replaces this file by
// src/kernel/dispatch.cpp.
#pragma once

#include "gridswarm/kernel/isa.hpp"

namespace gridswarm::inline GS_ABI::kernel {

GS_INLINE const char* name_of(Isa isa) {
  constexpr const char* names[isa_count] = {"reference", "baseline", "avx2", "avx512"};
  return names[static_cast<int>(isa)];
}

#ifndef GRIDSWARM_COMPILED
GS_INLINE bool is_supported(Isa isa) { return isa == Isa::reference; }
GS_INLINE Isa isa_in_use() { return Isa::reference; }
GS_INLINE bool use_isa(Isa isa) { return isa == Isa::reference; }
GS_INLINE bool has_sha() { return false; }
GS_INLINE bool sha_in_use() { return false; }
GS_INLINE bool use_sha(bool on) { return !on; }
#endif

}  // namespace gridswarm::inline GS_ABI::kernel
