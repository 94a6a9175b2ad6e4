// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <set>
#include <utility>

#include "gridswarm/cluster/history.hpp"

namespace gridswarm::inline GS_ABI::cluster {

namespace detail {

/// Which previous cluster each node belonged to, and what passes the edge above it.
struct Passing {
  std::vector<Index> home;  ///< node -> previous cluster row or none
  std::vector<Index> up;    ///< previous cluster whose members lie on both sides of the edge
  std::vector<std::int64_t> below;  ///< members of `up` below the edge
  std::vector<std::int64_t> total;  ///< previous cluster row -> its members still here
};

/// Choose, of the clusters that meet at v, the one v belonged to: its agent's, else one that goes
/// on upwards, else the first (they only differ after the wires changed).
GS_INLINE Passing trace(const distance::AgentTree& tree, const Clusters& previous) {
  const auto n = static_cast<std::size_t>(tree.nodes());
  Passing p{std::vector<Index>(n, none), std::vector<Index>(n, none),
            std::vector<std::int64_t>(n, 0), std::vector<std::int64_t>(previous.id.size(), 0)};
  for (std::size_t i = 0; i < tree.node.size(); ++i)
    if (tree.node[i] != none && previous.of[i] != none) ++p.total[previous.of[i]];
  std::vector<std::int64_t> count(previous.id.size(), 0);
  std::vector<Index> met;
  for (Index v = tree.nodes() - 1; v >= 0; --v) {
    met.clear();
    const auto meet = [&](Index k, std::int64_t members) {
      if (k == none) return;
      if (count[k] == 0) met.push_back(k);
      count[k] += members;
    };
    if (tree.agent[v] != none) meet(previous.of[tree.agent[v]], 1);
    const bool own = !met.empty();
    for (Index c = v + 1; c < v + tree.size[v]; c += tree.size[c]) meet(p.up[c], p.below[c]);
    Index chosen = met.empty() ? none : met[0];
    if (!own)
      for (Index k : met)
        if (count[k] < p.total[k]) {
          chosen = k;
          break;
        }
    p.home[v] = chosen;
    if (chosen != none && count[chosen] < p.total[chosen]) {
      p.up[v] = chosen;
      p.below[v] = count[chosen];
    }
    for (Index k : met) count[k] = 0;
  }
  return p;
}

/// The smallest id that nobody has: of the members' ids, then of their mirror images below -1.
GS_INLINE ClusterId fresh_id(const fleet::Fleet& fleet, std::span<const Index> members,
                             const std::set<ClusterId>& taken) {
  for (Index i : members)
    if (!taken.count(fleet.plate.id[i])) return fleet.plate.id[i];
  ClusterId id = -2 - fleet.plate.id[members[0]];
  while (taken.count(id)) --id;
  return id;
}

}  // namespace detail

GS_INLINE History history_of(const distance::AgentTree& tree, const Clusters* previous) {
  const auto n = static_cast<std::size_t>(tree.nodes());
  History h;
  h.any = previous != nullptr && !previous->id.empty();
  h.if_cut.assign(n, 0);
  h.if_joined.assign(n, 0);
  h.was_joined.assign(n, 0);
  if (!h.any) return h;
  const detail::Passing p = detail::trace(tree, *previous);
  for (Index v = 0; v < tree.nodes(); ++v) {
    if (tree.parent[v] == none) continue;
    const Index above = p.home[tree.parent[v]];
    const Index here = p.home[v];
    if (p.up[v] != none && p.up[v] == above) {
      h.was_joined[v] = 1;
      h.if_cut[v] = std::min(p.below[v], p.total[above] - p.below[v]);
    } else if (above != none && here != none && above != here) {
      h.if_joined[v] = std::min(p.total[above], p.total[here]);
    }
  }
  return h;
}

GS_INLINE std::vector<Match> match_by_overlap(const Clusters& before, const Clusters& after) {
  std::vector<std::pair<Index, Index>> both;
  const std::size_t n = std::min(before.of.size(), after.of.size());
  for (std::size_t i = 0; i < n; ++i)
    if (before.of[i] != none && after.of[i] != none) both.emplace_back(before.of[i], after.of[i]);
  std::sort(both.begin(), both.end());
  std::vector<Match> candidates;
  for (const auto& [old_row, new_row] : both) {
    if (candidates.empty() || candidates.back().before != old_row ||
        candidates.back().after != new_row)
      candidates.push_back({old_row, new_row, 0});
    ++candidates.back().shared;
  }
  std::sort(candidates.begin(), candidates.end(), [&](const Match& a, const Match& b) {
    if (a.shared != b.shared) return a.shared > b.shared;
    if (a.before != b.before) return before.id[a.before] < before.id[b.before];
    return a.after < b.after;
  });
  std::vector<std::int8_t> old_done(before.id.size(), 0);
  std::vector<std::int8_t> new_done(static_cast<std::size_t>(after.members.rows()), 0);
  std::vector<Match> matches;
  for (const Match& match : candidates) {
    if (old_done[match.before] || new_done[match.after]) continue;
    old_done[match.before] = new_done[match.after] = 1;
    matches.push_back(match);
  }
  return matches;
}

GS_INLINE void inherit_ids(const fleet::Fleet& fleet, const Clusters* previous,
                           Clusters& clusters) {
  const Index rows = clusters.members.rows();
  std::vector<std::int8_t> named(static_cast<std::size_t>(rows), 0);
  std::set<ClusterId> taken;
  clusters.id.assign(static_cast<std::size_t>(rows), none);
  if (previous != nullptr)
    for (const Match& match : match_by_overlap(*previous, clusters)) {
      clusters.id[match.after] = previous->id[match.before];
      named[match.after] = 1;
      taken.insert(previous->id[match.before]);
    }
  for (Index row = 0; row < rows; ++row) {
    if (named[row]) continue;
    clusters.id[row] = detail::fresh_id(fleet, clusters.members.row(row), taken);
    taken.insert(clusters.id[row]);
  }
}

}  // namespace gridswarm::inline GS_ABI::cluster
