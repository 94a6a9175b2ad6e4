// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>

#include "gridswarm/cluster/attach.hpp"
#include "gridswarm/cluster/part_rules.ipp"

namespace gridswarm::inline GS_ABI::cluster {

namespace detail {

/// How far a search for neighbours goes: positions seen and clusters found.
inline constexpr std::size_t most_seen = 256;
inline constexpr std::size_t most_found = 8;

GS_INLINE void add_once(std::vector<Index>& list, Index item) {
  if (std::find(list.begin(), list.end(), item) == list.end()) list.push_back(item);
}

/// Clusters met at a position, other than `own`.
GS_INLINE void meet(const Upkeep& upkeep, Index position, Index own, std::vector<Index>& found) {
  if (const Index slot = upkeep.ground.through[position]; slot != none && slot != own)
    add_once(found, slot);
  for (Index i = upkeep.first_at[position]; i != none; i = upkeep.next_at[i])
    if (upkeep.cluster[i] != none && upkeep.cluster[i] != own) add_once(found, upkeep.cluster[i]);
}

/// Clusters around `from` (positions), over buses where no cluster is; nearest in hops first.
GS_INLINE std::vector<Index> clusters_around(Upkeep& upkeep, std::span<const Index> from,
                                             Index own) {
  std::vector<Index> found;
  std::vector<Index> queue(from.begin(), from.end());
  const std::int64_t search = ++upkeep.search;
  for (Index q : queue) {
    upkeep.seen[q] = search;
    meet(upkeep, q, own, found);
  }
  const auto see = [&](Index q) {
    if (upkeep.seen[q] == search) return;
    upkeep.seen[q] = search;
    const std::size_t before = found.size();
    meet(upkeep, q, own, found);
    const bool clear = upkeep.ground.through[q] == none && upkeep.ground.clustered[q] == 0;
    if (clear && found.size() == before) queue.push_back(q);
  };
  const std::size_t most = from.size() + most_seen;
  for (std::size_t k = 0; k < queue.size() && k < most && found.size() < most_found; ++k) {
    const Index q = queue[k];
    if (upkeep.ground.parent[q] != none) see(upkeep.ground.parent[q]);
    for (Index child : upkeep.children.row(q)) see(child);
  }
  return found;
}

GS_INLINE Hull climb(Upkeep& upkeep, std::span<const Index> members, std::span<const Index> others,
                     std::span<const Index> slots) {
  const FormInput input = input_of(upkeep, upkeep.feeder_work[0].tree);
  return walk(upkeep.ground, input, upkeep.scoring, members, others, slots, upkeep.work);
}

/// The cluster, of `found`, to which `members` (of cluster `own`, or none) may go and whose J rises
/// least; none where no bound allows it. Ties by id.
GS_INLINE Index best_host(Upkeep& upkeep, std::span<const Index> members, Index own,
                          std::span<const Index> found) {
  Index best = none;
  std::int64_t least = 0;
  for (Index slot : found) {
    const Living& host = upkeep.living[slot];
    if (host.broken ||
        static_cast<std::int64_t>(host.members.size() + members.size()) > upkeep.options.size_max)
      continue;
    const Index slots[] = {slot, own == none ? slot : own};
    const Hull hull = climb(upkeep, host.members, members, slots);
    if (!hull.connected || !within_bounds(upkeep.scoring, hull.part)) continue;
    const std::int64_t rise =
        score_of(upkeep.scoring, hull.part) - score_of(upkeep.scoring, host.part);
    if (best == none || rise < least || (rise == least && host.id < upkeep.living[best].id)) {
      best = slot;
      least = rise;
    }
  }
  return best;
}

/// Let the neighbour whose J rises least take the members of a small cluster; the larger id lives
/// on in the members' favour: fewer of them move.
GS_INLINE bool absorb(Upkeep& upkeep, Index slot) {
  const std::vector<Index> from = upkeep.living[slot].buses.empty()
                                      ? std::vector<Index>{upkeep.living[slot].top}
                                      : upkeep.living[slot].buses;
  const std::vector<Index> found = clusters_around(upkeep, from, slot);
  const Index host = best_host(upkeep, upkeep.living[slot].members, slot, found);
  if (host == none) return false;
  const std::size_t size = upkeep.living[slot].members.size();
  const bool reverse = upkeep.living[host].members.size() < size;
  const Index stays = reverse ? slot : host;
  const Index goes = reverse ? host : slot;
  const std::vector<Index> members = upkeep.living[goes].members;
  for (Index i : members) {
    assign(upkeep, i, stays);
    upkeep.living[stays].members.push_back(i);
  }
  close_slot(upkeep, goes);
  return claim(upkeep, stays);
}

}  // namespace detail

GS_INLINE FormInput input_of(const Upkeep& upkeep, const distance::AgentTree& tree) {
  return {tree, upkeep.fleet, upkeep.traits};
}

GS_INLINE void stand(Upkeep& upkeep, Index agent, Index position) {
  upkeep.ground.position[agent] = position;
  upkeep.next_at[agent] = upkeep.first_at[position];
  upkeep.first_at[position] = agent;
}

GS_INLINE void step_down(Upkeep& upkeep, Index agent) {
  const Index position = upkeep.ground.position[agent];
  if (position == none) return;
  Index* link = &upkeep.first_at[position];
  while (*link != agent) link = &upkeep.next_at[*link];
  *link = upkeep.next_at[agent];
  upkeep.next_at[agent] = none;
  upkeep.ground.position[agent] = none;
}

GS_INLINE void assign(Upkeep& upkeep, Index agent, Index slot) {
  const Index before = upkeep.cluster[agent];
  if (upkeep.stamp[agent] != upkeep.event) {
    upkeep.stamp[agent] = upkeep.event;
    upkeep.touched.push_back({agent, before == none ? none : upkeep.living[before].id});
  }
  const Index position = upkeep.ground.position[agent];
  if (position != none) upkeep.ground.clustered[position] += (slot != none) - (before != none);
  upkeep.cluster[agent] = slot;
  if (slot != none) upkeep.lost_from[agent] = none;
}

GS_INLINE Index open_slot(Upkeep& upkeep, ClusterId id) {
  Index slot = static_cast<Index>(upkeep.living.size());
  if (upkeep.free_slots.empty()) {
    upkeep.living.emplace_back();
  } else {
    slot = upkeep.free_slots.back();
    upkeep.free_slots.pop_back();
  }
  upkeep.living[slot].id = id;
  upkeep.slot_of_id[id] = slot;
  return slot;
}

GS_INLINE void close_slot(Upkeep& upkeep, Index slot) {
  unclaim(upkeep, slot);
  upkeep.slot_of_id.erase(upkeep.living[slot].id);
  upkeep.living[slot].members.clear();
  upkeep.living[slot].id = none;
  upkeep.living[slot].broken = false;
  upkeep.free_slots.push_back(slot);
}

GS_INLINE void unclaim(Upkeep& upkeep, Index slot) {
  for (Index q : upkeep.living[slot].buses) upkeep.ground.through[q] = none;
  upkeep.living[slot].buses.clear();
}

GS_INLINE bool claim(Upkeep& upkeep, Index slot) {
  unclaim(upkeep, slot);
  Living& cluster = upkeep.living[slot];
  const Hull hull = detail::climb(upkeep, cluster.members, {}, {&slot, 1});
  cluster.broken = !hull.connected || !detail::within_bounds(upkeep.scoring, hull.part);
  if (cluster.broken) return false;
  cluster.part = hull.part;
  cluster.top = hull.top;
  cluster.buses.assign(upkeep.work.buses.begin(), upkeep.work.buses.end());
  for (Index q : cluster.buses) upkeep.ground.through[q] = slot;
  return true;
}

GS_INLINE bool attach(Upkeep& upkeep, Index agent) {
  const Index position = upkeep.ground.position[agent];
  std::vector<Index> found;
  detail::meet(upkeep, position, none, found);
  Index host = detail::best_host(upkeep, {&agent, 1}, none, found);
  const bool passed = upkeep.ground.through[position] != none;
  if (host == none && !passed) {
    found = detail::clusters_around(upkeep, {&position, 1}, none);
    host = detail::best_host(upkeep, {&agent, 1}, none, found);
  }
  if (host == none) return false;
  assign(upkeep, agent, host);
  upkeep.living[host].members.push_back(agent);
  return claim(upkeep, host);
}

GS_INLINE bool detach(Upkeep& upkeep, Index agent) {
  const Index slot = upkeep.cluster[agent];
  if (slot == none) return true;
  assign(upkeep, agent, none);
  std::vector<Index>& members = upkeep.living[slot].members;
  const auto at = std::find(members.begin(), members.end(), agent);
  *at = members.back();
  members.pop_back();
  if (members.empty()) {
    close_slot(upkeep, slot);
    return true;
  }
  if (!claim(upkeep, slot)) return false;
  const auto size = static_cast<std::int64_t>(members.size());
  if (size >= upkeep.options.size_min) return true;
  return detail::absorb(upkeep, slot) || size + 1 < upkeep.options.size_min;
}

}  // namespace gridswarm::inline GS_ABI::cluster
