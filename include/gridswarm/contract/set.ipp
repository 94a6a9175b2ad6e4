// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>

#include "gridswarm/contract/set.hpp"
#include "gridswarm/ledger/bytes.hpp"

namespace gridswarm::inline GS_ABI::contract {

GS_INLINE std::span<const RuleVersion> contract_set() {
  static constexpr RuleVersion rules[] = {
      {"envelope", 1}, {"join", 1},       {"leave", 1},  {"assign", 1},
      {"reading", 1},  {"settle", 1},     {"lead", 1},   {"cluster_tick", 1},
      {"interval", 1}, {"reputation", 1}, {"tariff", 1}, {"state_root", 1}};
  return rules;
}

GS_INLINE ledger::Hash contract_set_hash() {
  std::string lines = "contract-set " + std::to_string(contract_set_id) + "\n";
  for (const RuleVersion& rule : contract_set())
    lines += std::string(rule.name) + " " + std::to_string(rule.version) + "\n";
  return ledger::leaf_hash(ledger::bytes_of(lines));
}

}  // namespace gridswarm::inline GS_ABI::contract
