// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>

#include "gridswarm/contract/membership.hpp"
#include "gridswarm/contract/pages.ipp"

namespace gridswarm::inline GS_ABI::contract {

namespace detail {

inline bool valid_id(std::int64_t id) { return id >= 0 && id < value_bound; }

/// Row of a cluster, a new one where its id is new.
inline Index cluster_row(State& state, ClusterId id, std::int64_t feeder) {
  const std::size_t before = state.clusters.id.size();
  const Index row = find_or_insert(state.clusters, state.cluster_pages, id);
  if (state.clusters.id.size() == before) return row;
  state.members.insert(state.members.begin() + row, std::vector<AgentId>());
  state.clusters.feeder[row] = feeder;
  return row;
}

/// Take an agent out of its cluster, if it is in one; a leader's seat falls vacant.
inline void take_out(State& state, Index agent) {
  const Index row = find(state.clusters.id, state.agents.cluster[agent]);
  if (row == none) return;
  const AgentId id = state.agents.id[agent];
  std::vector<AgentId>& members = state.members[row];
  members.erase(std::lower_bound(members.begin(), members.end(), id));
  state.clusters.count[row] = static_cast<std::int64_t>(members.size());
  if (state.clusters.leader[row] == id) state.clusters.leader[row] = none;
  state.agents.cluster[agent] = none;
  touch(state.cluster_pages, row);
}

}  // namespace detail

GS_INLINE Refusal apply_join(State& state, const Join& join) {
  if (!detail::valid_id(join.agent) || !detail::valid_id(join.feeder) || join.device < 0 ||
      join.device > 4 || !detail::valid_id(join.rating_w) || !detail::valid_id(join.e_capacity_wh))
    return Refusal::out_of_range;
  Index row = find(state.agents.id, join.agent);
  if (row != none && state.agents.member[row] == 1) return Refusal::already_member;
  row = find_or_insert(state.agents, state.agent_pages, join.agent);
  state.agents.feeder[row] = join.feeder;
  state.agents.device[row] = join.device;
  state.agents.rating_w[row] = join.rating_w;
  state.agents.e_capacity_wh[row] = join.e_capacity_wh;
  state.agents.member[row] = 1;
  touch(state.agent_pages, row);
  find_or_insert(state.feeders, state.feeder_pages, join.feeder);
  return Refusal::none;
}

GS_INLINE Refusal apply_leave(State& state, const Leave& leave) {
  const Index row = find(state.agents.id, leave.agent);
  if (row == none) return Refusal::unknown_agent;
  if (state.agents.member[row] == 0) return Refusal::not_member;
  detail::take_out(state, row);
  detail::drop_open(state, row);
  state.agents.member[row] = 0;
  touch(state.agent_pages, row);
  return Refusal::none;
}

GS_INLINE Refusal apply_assign(State& state, const Assign& assign) {
  const Index row = find(state.agents.id, assign.agent);
  if (row == none) return Refusal::unknown_agent;
  if (state.agents.member[row] == 0) return Refusal::not_member;
  if (!detail::valid_id(assign.epoch) || assign.cluster < none || assign.cluster >= value_bound)
    return Refusal::out_of_range;
  const std::int64_t source_id = state.agents.cluster[row];
  if (assign.cluster == source_id) return Refusal::already_member;
  if (assign.epoch <= state.agents.cluster_epoch[row]) return Refusal::stale_epoch;
  const ClusterRows& clusters = state.clusters;
  const Index source = find(clusters.id, source_id);
  const Index target = find(clusters.id, assign.cluster);
  for (const Index cluster : {source, target}) {
    if (cluster == none) continue;
    if (assign.epoch < clusters.epoch[cluster] || assign.epoch <= clusters.leader_epoch[cluster])
      return Refusal::stale_epoch;
  }
  if (target != none) {
    if (clusters.feeder[target] != state.agents.feeder[row] && clusters.count[target] > 0)
      return Refusal::other_feeder;
    if (clusters.count[target] >= 2 * state.rules.cluster_size_max) return Refusal::cluster_size;
  }
  detail::take_out(state, row);
  detail::drop_open(state, row);
  if (source != none) state.clusters.epoch[source] = assign.epoch;
  if (assign.cluster != none) {
    const Index cluster = detail::cluster_row(state, assign.cluster, state.agents.feeder[row]);
    std::vector<AgentId>& members = state.members[cluster];
    members.insert(std::lower_bound(members.begin(), members.end(), assign.agent), assign.agent);
    state.clusters.feeder[cluster] = state.agents.feeder[row];
    state.clusters.epoch[cluster] = assign.epoch;
    state.clusters.count[cluster] = static_cast<std::int64_t>(members.size());
    touch(state.cluster_pages, cluster);
  }
  state.agents.cluster[row] = assign.cluster;
  state.agents.cluster_epoch[row] = assign.epoch;
  touch(state.agent_pages, row);
  return Refusal::none;
}

}  // namespace gridswarm::inline GS_ABI::contract
