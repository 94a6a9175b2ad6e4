// SPDX-License-Identifier: BSD-3-Clause
// The list of kernels: each hot loop declared once, in the order in which a tick calls them.
#pragma once

#include "gridswarm/kernel/isa.hpp"
#include "gridswarm/kernel/views.hpp"

namespace gridswarm::inline GS_ABI::kernel {

/// One entry per kernel; every instruction set fills one table.
struct Kernels {
  Isa isa;
  /// Member i adds to lane i % lanes; lanes are then added in order, halves onto halves. count > 0.
  DispatchSurvey (*dispatch_survey)(const DispatchView& members);
  DispatchSums (*dispatch_pass)(const DispatchView& members, double price);
};

/// The table in use.
const Kernels& kernels();

}  // namespace gridswarm::inline GS_ABI::kernel

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/kernel/kernels.ipp"
#endif
