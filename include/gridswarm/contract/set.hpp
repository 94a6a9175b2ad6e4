// SPDX-License-Identifier: BSD-3-Clause
// Which rules a block was made under: their names and versions under one hash.
//
// Every block header carries it, so a verifier that knows other rules says so instead of computing
// another state. Changing what any rule accepts or does means a new version in this list.
#pragma once

#include <cstdint>
#include <span>

#include "gridswarm/ledger/hash.hpp"

namespace gridswarm::inline GS_ABI::contract {

struct RuleVersion {
  const char* name;
  std::int64_t version;
};

/// The number of this list as a whole; grows by one with every change.
inline constexpr std::int64_t contract_set_id = 1;

/// Every rule with its version, in the order that is hashed.
std::span<const RuleVersion> contract_set();

/// Leaf hash of the lines "name version\n" behind "contract-set <id>\n".
ledger::Hash contract_set_hash();

}  // namespace gridswarm::inline GS_ABI::contract

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/contract/set.ipp"
#endif
