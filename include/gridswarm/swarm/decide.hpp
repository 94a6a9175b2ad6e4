// SPDX-License-Identifier: BSD-3-Clause
// What agents and clusters agree on within one tick, before the wires answer.
//
// The order is the paper's: neighbours tell each other a few numbers, surplus meets deficit nearby,
// the cluster balances what is left towards its target. Sun and wind give all they have; storage
// and vehicles bend. A vehicle wants the even rate that just fills it by its departure.
#pragma once

#include "gridswarm/swarm/feeder_run.hpp"

namespace gridswarm::inline GS_ABI::swarm {

/// The even rate in kW, <= 0, that just fills vehicle i by its departure, within the tick's band.
double even_rate_kw(const fleet::Nameplate& plate, const fleet::State& state,
                    const fleet::Tick& tick, Index i);

/// Wants and bands as the swarm sees them, from what sense() found.
void adapt_wants(const fleet::Tick& tick, fleet::Fleet& fleet);

/// Agents without supply do nothing: their set-points and their reactive power become 0.
void silence_unsupplied(const FeederRun& run, Variant& variant);

/// Set-points p_kw of a variant with the swarm. Expects sense() done; allocates nothing once warm.
/// @param passive_kw  the feeder's passive load now, consumption positive
void decide_with_swarm(const FeederRun& run, const Scenario& scenario, const fleet::Tick& tick,
                       double passive_kw, TickWork& work, Variant& variant);

/// Set-points of a variant with local rules only.
void decide_alone(const FeederRun& run, TickWork& work, Variant& variant);

/// Sums of the agents' final powers: imbalance, floor, shared, rounds.
void measure_sharing(const Variant& variant, TickTotals& totals);

}  // namespace gridswarm::inline GS_ABI::swarm

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/swarm/decide.ipp"
#endif
