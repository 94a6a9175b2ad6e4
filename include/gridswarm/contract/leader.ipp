// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>

#include "gridswarm/contract/leader.hpp"
#include "gridswarm/contract/pages.ipp"

namespace gridswarm::inline GS_ABI::contract {

GS_INLINE Refusal apply_lead(State& state, const Lead& lead) {
  const Index row = find(state.clusters.id, lead.cluster);
  if (row == none) return Refusal::unknown_cluster;
  const Index agent = find(state.agents.id, lead.agent);
  if (agent == none) return Refusal::unknown_agent;
  if (state.agents.cluster[agent] != lead.cluster) return Refusal::not_member;
  if (lead.score_ppm < 0 || lead.epoch < 0 || lead.epoch >= value_bound)
    return Refusal::out_of_range;
  if (lead.epoch < state.clusters.epoch[row] || lead.epoch <= state.clusters.leader_epoch[row])
    return Refusal::stale_epoch;
  if (state.clusters.count[row] > state.rules.cluster_size_max) return Refusal::cluster_size;
  const auto rests = [&](Index i) {
    const std::int64_t led = state.agents.led_epoch[i];
    return led >= 0 && lead.epoch - led <= state.rules.rest_epochs;
  };
  if (rests(agent)) {
    const std::vector<AgentId>& members = state.members[row];
    const bool others = std::any_of(members.begin(), members.end(), [&](AgentId id) {
      const Index i = find(state.agents.id, id);
      return !rests(i) && state.agents.reading_tick[i] >= state.agents.reading_tick[agent];
    });
    if (others) return Refusal::led_recently;
  }
  state.clusters.epoch[row] = lead.epoch;
  state.clusters.leader[row] = lead.agent;
  state.clusters.leader_epoch[row] = lead.epoch;
  state.agents.led_epoch[agent] = lead.epoch;
  touch(state.cluster_pages, row);
  touch(state.agent_pages, agent);
  return Refusal::none;
}

}  // namespace gridswarm::inline GS_ABI::contract
