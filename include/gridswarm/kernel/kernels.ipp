// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "gridswarm/kernel/kernels.hpp"
#include "gridswarm/kernel/reference.hpp"

namespace gridswarm::inline GS_ABI::kernel {

#ifndef GRIDSWARM_COMPILED
GS_INLINE const Kernels& kernels() {
  static const Kernels table = reference_kernels();
  return table;
}
#endif

}  // namespace gridswarm::inline GS_ABI::kernel
