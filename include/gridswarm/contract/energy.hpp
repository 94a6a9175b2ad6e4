// SPDX-License-Identifier: BSD-3-Clause
// Readings, settlements and the closing of a cluster's tick.
//
// A reading leaves only its commitment. A settlement stays open in its agent's row: balances move
// when the cluster closes the tick, all members at once, after the sums are conserved and every
// share, payment and reward is what settle_cluster() gives. So at every moment the balances sum to
// the tokens issued, and a tick that is never closed pays nobody. An agent in no cluster settles
// alone. Closing also feeds reputation: evidence fades by reputation_keep_ppm, then counts 1 as
// good for a member that reported and settled in this tick and as bad for one that did not.
#pragma once

#include "gridswarm/contract/records.hpp"
#include "gridswarm/contract/state.hpp"

namespace gridswarm::inline GS_ABI::contract {

/// @param agent row of the author; @param commitment of the reading, never its content
Refusal apply_reading(State& state, Index agent, std::int64_t tick, const ledger::Hash& commitment);
Refusal apply_settle(State& state, const Settle& settle);
Refusal apply_cluster_tick(State& state, const ClusterTick& close);
/// A gateway's folded records: intervals ascend and do not overlap.
Refusal apply_interval(State& state, const Interval& interval);

}  // namespace gridswarm::inline GS_ABI::contract

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/contract/energy.ipp"
#endif
