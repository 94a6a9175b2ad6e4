// SPDX-License-Identifier: BSD-3-Clause
// The one door into the state: (state, record) -> state or refusal.
#pragma once

#include "gridswarm/contract/records.hpp"
#include "gridswarm/contract/state.hpp"
#include "gridswarm/contract/verdict.hpp"
#include "gridswarm/ledger/record.hpp"

namespace gridswarm::inline GS_ABI::contract {

/// Check the envelope (log, author, sequence, order), decode the payload, ask its contract.
/// A refused record leaves the state as it was.
Verdict apply(State& state, const ledger::Record& record);

}  // namespace gridswarm::inline GS_ABI::contract

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/contract/apply.ipp"
#endif
