// SPDX-License-Identifier: BSD-3-Clause
// The slow phases of one feeder, once per ledger interval: re-form, elect, and write the journal.
//
// open_interval: clusters from what agents wanted last (at first: from what they want), with the
// old membership as incumbent; leaders; both are in force for the interval and stand in its
// journal. close_interval: energies as records. Only variant 0 keeps a journal.
#pragma once

#include "gridswarm/swarm/feeder_run.hpp"

namespace gridswarm::inline GS_ABI::swarm {

/// Before the interval's first tick; begin_interval has not run yet, so the last energies are
/// there.
void open_interval(const Scenario& scenario, const fleet::ProfileSet& profiles, Index interval,
                   FeederRun& run);

/// After its last tick: fill what the results say once per interval, and pack the journal.
Bytes close_interval(const Scenario& scenario, Index interval, FeederRun& run);

}  // namespace gridswarm::inline GS_ABI::swarm

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/swarm/ledger_tick.ipp"
#endif
