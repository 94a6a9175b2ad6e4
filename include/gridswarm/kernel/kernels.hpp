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
  /// Fill a block: loads from net injections (sign turned), flat start from the roots' voltages,
  /// and what every bus draws there.
  void (*sweep_load)(const SweepTree& tree, const SweepRows& rows, const double* p, const double* q,
                     const double* source_re, const double* source_im, double* state);
  /// What every bus alone draws at its voltage; needed before sweeping on after sweep_last.
  void (*sweep_draw)(const SweepTree& tree, double* state);
  /// Sum currents up, move voltages down, and draw anew; largest |dV'|^2 per lane. `active` null:
  /// all lanes; else voltages of lanes where it is 0 stay.
  void (*sweep)(const SweepTree& tree, const double* active, double* state, double* step_squared);
  /// The same without drawing anew: compares what the loads want with the branch currents that made
  /// the voltages. Leaves in J what each bus alone takes from its branches; roots keep their sums.
  void (*sweep_last)(const SweepTree& tree, const double* active, double* state, SweepCheck& check);
  /// V = K V' of the used lanes into the caller's arrays.
  void (*sweep_store)(const SweepTree& tree, const SweepRows& rows, const double* k_re,
                      const double* k_im, const double* state, double* v_re, double* v_im);
};

/// The table in use.
const Kernels& kernels();

}  // namespace gridswarm::inline GS_ABI::kernel

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/kernel/kernels.ipp"
#endif
