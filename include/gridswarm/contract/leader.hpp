// SPDX-License-Identifier: BSD-3-Clause
// Who speaks for a cluster.
//
// The draw itself (by energy, SOC, reputation, reliability) is the control plane's; the contract
// accepts its result when the elected is a member, the cluster has 1..cluster_size_max members, the
// epoch is neither older than the membership's nor already elected in, and the elected has not led
// within the last rest_epochs epochs while another member could lead instead:
//   rests(i)  = led_epoch_i >= 0 and epoch - led_epoch_i <= rest_epochs
//   could(i)  = not rests(i) and its last reading is no older than the elected's
// The second half of could() is liveness as the log sees it: who went silent is no candidate.
#pragma once

#include "gridswarm/contract/records.hpp"
#include "gridswarm/contract/state.hpp"

namespace gridswarm::inline GS_ABI::contract {

Refusal apply_lead(State& state, const Lead& lead);

}  // namespace gridswarm::inline GS_ABI::contract

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/contract/leader.ipp"
#endif
