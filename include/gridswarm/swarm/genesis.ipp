// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <span>
#include <string>

#include "gridswarm/swarm/genesis.hpp"

namespace gridswarm::inline GS_ABI::swarm {

GS_INLINE ledger::Hash genesis_of(const Scenario& scenario) {
  const RunOptions& run = scenario.run;
  const std::string text =
      "gridswarm/genesis/v1\n" + run.name + "\n" + run.start + "\n" + std::to_string(run.seed) +
      "\n" + std::to_string(static_cast<std::int64_t>(run.dt_s * 1000.0)) + "\n" +
      std::to_string(static_cast<std::int64_t>(run.ledger_dt_s * 1000.0)) + "\n";
  return ledger::sha256(std::as_bytes(std::span(text)));
}

GS_INLINE contract::Rules rules_of(const Scenario& scenario) {
  contract::Rules rules;
  rules.cluster_size_max = scenario.cluster.size_max;
  rules.rest_epochs = scenario.leader.rest_epochs;
  rules.tariff.price = scenario.run.price_micro_per_milliwh;
  return rules;
}

}  // namespace gridswarm::inline GS_ABI::swarm
