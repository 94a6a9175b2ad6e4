// SPDX-License-Identifier: BSD-3-Clause
// Which instruction set the kernels run on, and how to force one.
#pragma once

#include "gridswarm/kernel/abi.hpp"

namespace gridswarm::inline GS_ABI::kernel {

/// reference: the plain loops of reference.hpp. baseline: x86-64 (SSE2). The others as GCC names
/// them x86-64-v3 and x86-64-v4. Results are the same bytes on all four.
enum class Isa : int { reference, baseline, avx2, avx512 };
inline constexpr int isa_count = 4;

/// "reference", "baseline", "avx2", "avx512".
const char* name_of(Isa isa);
/// True where this build holds the kernels and this processor can run them.
bool is_supported(Isa isa);
/// The instruction set in use; the widest supported one until use_isa() says otherwise.
Isa isa_in_use();
/// Choose the kernels for the whole process. Returns false, and changes nothing, if unsupported.
/// Not for use while another thread calls kernels.
bool use_isa(Isa isa);

/// True where this build and this processor have instructions for SHA-256: a flag of its own, which
/// no level of Isa implies (AVX is asked for beside it). Hashes are the same bytes with and
/// without.
bool has_sha();
/// True if hash_kernels() are those of the SHA instructions; so it is where there are any, until
/// use_sha() says otherwise.
bool sha_in_use();
/// Hash by SHA instructions or not, in the whole process. Returns false, and changes nothing, if
/// there are none. Not for use while another thread hashes.
bool use_sha(bool on);

}  // namespace gridswarm::inline GS_ABI::kernel

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/kernel/isa.ipp"
#endif
