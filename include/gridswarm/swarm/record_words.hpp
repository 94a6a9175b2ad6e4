// SPDX-License-Identifier: BSD-3-Clause
// Records in words and units, for people who read a log.
#pragma once

#include <string>

#include "gridswarm/ledger/record.hpp"

namespace gridswarm::inline GS_ABI::swarm {

/// `value` in units of 10^-digits as a decimal number, exactly: (-1500, 3) is "-1.5".
std::string decimal(std::int64_t value, int digits);

/// What a record says, without who wrote it and when: "leads cluster 7 in epoch 3". Energies in
/// kWh, powers in kW, tokens as such. A payload that no contract reads is named with its length.
std::string words(const ledger::Record& record);

}  // namespace gridswarm::inline GS_ABI::swarm

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/swarm/record_words.ipp"
#endif
