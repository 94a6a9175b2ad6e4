// SPDX-License-Identifier: BSD-3-Clause
// Who is in the swarm and in which cluster.
//
// join: a known feeder device enters once. leave: it goes; its cluster shrinks, a leader's seat
// falls vacant. assign: one cluster per agent and epoch, epochs ascend, clusters stay on one feeder
// and their membership is open only until the epoch's election. The upper size bound is checked by
// that election (leader.hpp): while a re-formation is read record by record, newcomers may arrive
// before the old members have gone, so up to twice the bound is let through here.
#pragma once

#include "gridswarm/contract/records.hpp"
#include "gridswarm/contract/state.hpp"

namespace gridswarm::inline GS_ABI::contract {

/// Each: check everything, then change the state. The envelope has been checked by apply().
Refusal apply_join(State& state, const Join& join);
Refusal apply_leave(State& state, const Leave& leave);
Refusal apply_assign(State& state, const Assign& assign);

}  // namespace gridswarm::inline GS_ABI::contract

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/contract/membership.ipp"
#endif
