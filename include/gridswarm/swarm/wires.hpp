// SPDX-License-Identifier: BSD-3-Clause
// What the wires answer to a tick's set-points: power flow of all variants at once, reactive power
// in equilibrium with voltage, and the totals that people read.
//
// Volt-var is solved on the linear model around the last measured voltages, then checked against
// the AC power flow and corrected until no device is further from its curve than volt_var_gap_max.
// A run with a circuit is solved on three phases instead (swarm/circuit_wires.hpp): the choice is
// made here.
#pragma once

#include "gridswarm/swarm/feeder_run.hpp"

namespace gridswarm::inline GS_ABI::swarm {

/// Set reactive power, solve the power flow, and give every agent its measured voltage.
/// @param passive  factor on the case's own loads
void solve_wires(const Scenario& scenario, double passive, TickWork& work, FeederRun& run);

/// The same for a tick of milliseconds: volt-var on the linear model, then one sweep from the last
/// voltages instead of a power flow; what is still to come, comes with the next ticks. Needs a
/// solve_wires before; balanced runs only. Allocates nothing once warm.
/// @return the largest |dV| in p.u. over buses and lanes
double sweep_wires(const Scenario& scenario, double passive, TickWork& work, FeederRun& run);

/// Totals of one lane after solve_wires.
void measure_wires(const Scenario& scenario, double passive, Index lane, TickWork& work,
                   FeederRun& run, TickTotals& totals);

}  // namespace gridswarm::inline GS_ABI::swarm

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/swarm/wires.ipp"
#endif
