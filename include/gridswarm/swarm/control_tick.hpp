// SPDX-License-Identifier: BSD-3-Clause
// One control tick of one feeder: what precedes what.
//
//   sense(t)      needs profiles(t), SOC after t-1, voltages of t-1
//   decide(t)     needs sense(t) of the feeder's own agents; neighbours, matching, dispatch
//   wires(t)      needs decide(t) of all variants (they are lanes of one power flow); ends with
//                 reactive power in equilibrium with voltage
//   measure(t)    needs wires(t); fills row t of the interval
//   integrate(t)  SOC and energies; vehicles leave and arrive
// Feeders do not wait for each other within a ledger interval, and nothing here knows the ledger.
#pragma once

#include "gridswarm/swarm/feeder_run.hpp"

namespace gridswarm::inline GS_ABI::swarm {

/// Advance all variants of a feeder by one tick. Allocates nothing once warm, but where leaders
/// hold voltages and, on a circuit, for factors of transformers off their stated taps.
/// @param tick  from the start of the run
/// @param row  within the ledger interval, below run.rows.ticks
void control_tick(const Scenario& scenario, const fleet::ProfileSet& profiles, Index tick,
                  Index row, TickWork& work, FeederRun& run);

/// The first half of a tick, without the wires: every lane senses and decides.
void sense_and_decide(const Scenario& scenario, const fleet::ProfileSet& profiles,
                      const fleet::Tick& now, double time_s, double passive, TickWork& work,
                      FeederRun& run);

/// Begin a ledger interval: energies, extremes and counters from zero.
void begin_interval(Index interval, FeederRun& run);

/// Hour of the day at the start of a tick, from run.start and dt_s.
double hour_of_day(const Scenario& scenario, Index tick);

}  // namespace gridswarm::inline GS_ABI::swarm

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/swarm/control_tick.ipp"
#endif
