// SPDX-License-Identifier: BSD-3-Clause
// Where curves leave a bus outside the limits, the leader of its cluster asks its members for more.
//
// Within the turns of a tick (wires.hpp), after volt-var and on the voltages that it expects, by
// the least effort (balance/voltage_support.hpp). Reactive power of the bus's own cluster first,
// beyond the curves; then, leaders asking each other, that of all clusters; then the cluster's
// active power, within the band of the tick, the sun and the wind down to nothing. Clusters in
// their order, each on what the ones before it leave. Active power that moved in one turn of a tick
// stays so in the next: a leader does not ask a device back and forth.
#pragma once

#include "gridswarm/swarm/feeder_run.hpp"

namespace gridswarm::inline GS_ABI::swarm {

/// How far inside the limits leaders aim: a bus on its limit would be outside by rounding.
inline constexpr double hold_margin_pu = 1e-6;

/// Adds to p_kw and q_kvar of a lane with the swarm, and to its sums of support.
/// work.volt_var.v_pu: |V| expected per forest position, in and out.
void hold_voltages(const FeederRun& run, const Scenario& scenario, TickWork& work,
                   Variant& variant);

}  // namespace gridswarm::inline GS_ABI::swarm

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/swarm/hold.ipp"
#endif
