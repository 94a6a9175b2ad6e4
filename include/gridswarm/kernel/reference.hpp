// SPDX-License-Identifier: BSD-3-Clause
// Every kernel written as simply as possible: the oracle of the fast ones, and all that headers
// mode has.
#pragma once

#include "gridswarm/kernel/kernels.hpp"

namespace gridswarm::inline GS_ABI::kernel {

/// The table of reference kernels.
GS_INLINE Kernels reference_kernels() { return {Isa::reference}; }

}  // namespace gridswarm::inline GS_ABI::kernel
