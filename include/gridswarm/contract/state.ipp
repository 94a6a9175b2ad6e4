// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <string>

#include "gridswarm/base/error.hpp"
#include "gridswarm/contract/pages.ipp"
#include "gridswarm/contract/state.hpp"
#include "gridswarm/ledger/tree.hpp"

namespace gridswarm::inline GS_ABI::contract {

GS_INLINE State make_state(const ledger::Hash& genesis, const Rules& rules) {
  const auto within = [](std::int64_t value, std::int64_t low, std::int64_t high) {
    return value >= low && value <= high;
  };
  if (!within(rules.cluster_size_max, 1, cluster_size_bound))
    throw UsageError("cluster_size_max must lie between 1 and " +
                     std::to_string(cluster_size_bound) + ", it is " +
                     std::to_string(rules.cluster_size_max));
  if (!within(rules.rest_epochs, 0, value_bound))
    throw UsageError("rest_epochs must not be negative, it is " +
                     std::to_string(rules.rest_epochs));
  if (!within(rules.reputation_keep_ppm, 0, 1000000))
    throw UsageError("reputation_keep_ppm must lie between 0 and 1000000, it is " +
                     std::to_string(rules.reputation_keep_ppm));
  if (rules.tariff.price < 0 || rules.tariff.reward_rate < 0)
    throw UsageError("price and reward_rate must not be negative");
  State state;
  state.genesis = genesis;
  state.rules = rules;
  return state;
}

GS_INLINE void begin_block(State& state) {
  ++state.height;
  state.last_tick = -1;
  state.last_author = -1;
  state.last_kind = 0;
}

GS_INLINE Index find(std::span<const std::int64_t> sorted_id, std::int64_t id) {
  const auto place = std::lower_bound(sorted_id.begin(), sorted_id.end(), id);
  if (place == sorted_id.end() || *place != id) return none;
  return static_cast<Index>(place - sorted_id.begin());
}

GS_INLINE std::int64_t reputation_ppm(const State& state, Index agent) {
  constexpr std::int64_t one = 1000000;
  const std::int64_t good = state.agents.good_ppm[agent] + one;
  const std::int64_t bad = state.agents.bad_ppm[agent] + one;
  return static_cast<std::int64_t>(static_cast<Wide>(good) * one / (good + bad));
}

namespace detail {

/// Root over page 0 and the three tables' page hashes.
inline ledger::Hash root_over(const State& state, const Pages& agents, const Pages& clusters,
                              const Pages& feeders) {
  ledger::CompactRange range;
  ledger::push(range, 0, globals_hash(state));
  for (const Pages* table : {&agents, &clusters, &feeders})
    for (const ledger::Hash& page : table->hash) ledger::push(range, 0, page);
  return ledger::root_of(range);
}

}  // namespace detail

GS_INLINE ledger::Hash state_root(State& state) {
  refresh(state.agent_pages, state.agents, 1);
  refresh(state.cluster_pages, state.clusters, 2);
  refresh(state.feeder_pages, state.feeders, 3);
  return detail::root_over(state, state.agent_pages, state.cluster_pages, state.feeder_pages);
}

GS_INLINE ledger::Hash state_root_from_scratch(const State& state) {
  Pages agents;
  Pages clusters;
  Pages feeders;
  refresh(agents, state.agents, 1);
  refresh(clusters, state.clusters, 2);
  refresh(feeders, state.feeders, 3);
  return detail::root_over(state, agents, clusters, feeders);
}

GS_INLINE bool same(const State& a, const State& b) {
  return a.rules == b.rules && a.genesis == b.genesis && a.height == b.height &&
         a.issued_micro == b.issued_micro && a.records == b.records && a.last_tick == b.last_tick &&
         a.last_author == b.last_author && a.last_kind == b.last_kind &&
         same_rows(a.agents, b.agents) && same_rows(a.clusters, b.clusters) &&
         same_rows(a.feeders, b.feeders) && a.members == b.members;
}

}  // namespace gridswarm::inline GS_ABI::contract
