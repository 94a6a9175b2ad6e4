// SPDX-License-Identifier: BSD-3-Clause
// Headers mode: the table in use is the reference kernels'.
#pragma once

#include "gridswarm/kernel/kernels.hpp"

#ifndef GRIDSWARM_COMPILED
namespace gridswarm::inline GS_ABI::kernel {

GS_INLINE Kernels reference_kernels();  // reference.hpp, which may be including this file

GS_INLINE const Kernels& kernels() {
  static const Kernels table = reference_kernels();
  return table;
}

GS_INLINE const HashKernels& hash_kernels() { return kernels().hash; }

}  // namespace gridswarm::inline GS_ABI::kernel
#endif

#include "gridswarm/kernel/reference.hpp"
