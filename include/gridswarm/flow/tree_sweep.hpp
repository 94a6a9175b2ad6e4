// SPDX-License-Identifier: BSD-3-Clause
// One sweep of one scenario: what the wires answer within a tick of milliseconds.
//
// A tick that comes every few milliseconds doesn't iterate: each tick sweeps once from the voltages
// of the one before, and the sequence of ticks is the iteration (power_flow.hpp has the equations).
// Lanes would stand empty here, so this is the plain loop over the forest, as in tree_power.hpp.
#pragma once

#include "gridswarm/flow/tree_power.hpp"

namespace gridswarm::inline GS_ABI::flow {

/// Currents at the given voltages, then voltages by these currents. The same operations at the same
/// points as an iteration of solve() from this start, summed in the forest's own order.
/// @param p_pu, q_pu  injections by bus row, into the grid positive; those of sources are ignored
/// @param v_re, v_im  by bus row, in: where the sweep starts, not 0 where supplied; out: one sweep
///                    on; entries of unsupplied buses stay as they are
/// @return the largest |dV| over buses
double tree_sweep(const feeder::Forest& forest, std::span<const double> p_pu,
                  std::span<const double> q_pu, std::span<double> v_re, std::span<double> v_im,
                  TreePowerWork& work);

}  // namespace gridswarm::inline GS_ABI::flow

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/flow/tree_sweep.ipp"
#endif
