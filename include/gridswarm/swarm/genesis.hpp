// SPDX-License-Identifier: BSD-3-Clause
// What the ledger plane is told of a scenario before its first record.
#pragma once

#include "gridswarm/contract/state.hpp"
#include "gridswarm/ledger/hash.hpp"
#include "gridswarm/swarm/scenario.hpp"

namespace gridswarm::inline GS_ABI::swarm {

/// What stands for this run in every record: H of its name, start, seed and times.
ledger::Hash genesis_of(const Scenario& scenario);

/// The contracts' rules as the scenario sets them.
contract::Rules rules_of(const Scenario& scenario);

}  // namespace gridswarm::inline GS_ABI::swarm

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/swarm/genesis.ipp"
#endif
