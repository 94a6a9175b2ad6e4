// SPDX-License-Identifier: BSD-3-Clause
// What a kernel sees: plain pointers and sizes, no standard library.
//
// Views are plain C structs outside the inline ABI namespace's templates, so that every instruction
// set and both modes agree on their layout. Nothing here owns memory.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "gridswarm/kernel/abi.hpp"

namespace gridswarm::inline GS_ABI::kernel {

/// Scenarios that travel together: two AVX-512 registers of f64, four of AVX2.
inline constexpr int lanes = 16;

}  // namespace gridswarm::inline GS_ABI::kernel
