// SPDX-License-Identifier: BSD-3-Clause
// The hash kernels by SHA instructions, which no instruction set of isa.cpp implies: compiled once,
// with those instructions and AVX.
#include "sha256_equal.simd.hpp"
#include "sha256_pipe.simd.hpp"

namespace gridswarm::inline GS_ABI::kernel {

extern const HashKernels hash_kernels_sha_ni;
const HashKernels hash_kernels_sha_ni = {hash_leaves, hash_nodes};

}  // namespace gridswarm::inline GS_ABI::kernel
