// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <set>
#include <utility>

#include "gridswarm/cluster/history.hpp"

namespace gridswarm::inline GS_ABI::cluster {

namespace detail {

/// Choose, of the clusters that meet at v, the one v belonged to: its agent's, else one that goes
/// on upwards, else the first (they only differ after the wires changed).
GS_INLINE void trace(const FeederTree& tree, const Clusters& previous, HistoryWork& work) {
  const auto n = static_cast<std::size_t>(tree.nodes());
  work.home.assign(n, none);
  work.up.assign(n, none);
  work.below.assign(n, 0);
  std::vector<Index>& met = work.met;
  for (Index v = tree.nodes() - 1; v >= 0; --v) {
    met.clear();
    const auto meet = [&](Index k, std::int32_t members) {
      if (k == none) return;
      if (work.count[k] == 0) met.push_back(k);
      work.count[k] += members;
    };
    if (tree.agent[v] != none) meet(previous.of[tree.agent[v]], 1);
    const bool own = !met.empty();
    for (Index c = v + 1; c < v + tree.size[v]; c += tree.size[c]) meet(work.up[c], work.below[c]);
    Index chosen = met.empty() ? none : met[0];
    if (!own)
      for (Index k : met)
        if (work.count[k] < work.total[k]) {
          chosen = k;
          break;
        }
    work.home[v] = chosen;
    if (chosen != none && work.count[chosen] < work.total[chosen]) {
      work.up[v] = chosen;
      work.below[v] = work.count[chosen];
    }
    for (Index k : met) work.count[k] = 0;
  }
}

/// Number the previous clusters of this feeder in the order of their first agents.
GS_INLINE void number_clusters(const FeederTree& tree, const Clusters& previous, HistoryWork& work,
                               History& out) {
  work.number.resize(previous.id.size(), none);
  work.met.clear();
  out.was_in.assign(static_cast<std::size_t>(tree.nodes()), none);
  for (Index v = 0; v < tree.nodes(); ++v) {
    const Index row = tree.agent[v] == none ? none : previous.of[tree.agent[v]];
    if (row == none) continue;
    if (work.number[row] == none) {
      work.number[row] = static_cast<Index>(work.met.size());
      work.met.push_back(row);
    }
    out.was_in[v] = work.number[row];
  }
  out.clusters = static_cast<Index>(work.met.size());
  for (Index row : work.met) work.number[row] = none;
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

GS_INLINE void recall(const FeederTree& tree, const Clusters* previous, HistoryWork& work,
                      History& out) {
  out.any = previous != nullptr && !previous->id.empty();
  if (!out.any) return;
  const auto n = static_cast<std::size_t>(tree.nodes());
  out.if_cut.assign(n, 0);
  out.if_joined.assign(n, 0);
  out.was_joined.assign(n, 0);
  work.total.resize(previous->id.size(), 0);
  work.count.resize(previous->id.size(), 0);
  const auto each_home = [&](auto&& body) {
    for (Index agent : tree.agent)
      if (agent != none && previous->of[agent] != none) body(work.total[previous->of[agent]]);
  };
  each_home([](std::int32_t& total) { ++total; });
  detail::trace(tree, *previous, work);
  for (Index v = 1; v < tree.nodes(); ++v) {
    const Index above = work.home[tree.parent[v]];
    const Index here = work.home[v];
    if (work.up[v] != none && work.up[v] == above) {
      out.was_joined[v] = 1;
      out.if_cut[v] = std::min(work.below[v], work.total[above] - work.below[v]);
    } else if (above != none && here != none && above != here) {
      out.if_joined[v] = std::min(work.total[above], work.total[here]);
    }
  }
  each_home([](std::int32_t& total) { total = 0; });
  detail::number_clusters(tree, *previous, work, out);
}

GS_INLINE std::vector<Match> match_by_overlap(const Clusters& before, const Clusters& after) {
  std::vector<Match> candidates;
  std::vector<std::int64_t> shared(before.id.size(), 0);
  std::vector<Index> met;
  for (Index row = 0; row < after.members.rows(); ++row) {
    met.clear();
    for (Index i : after.members.row(row)) {
      if (static_cast<std::size_t>(i) >= before.of.size() || before.of[i] == none) continue;
      if (shared[before.of[i]]++ == 0) met.push_back(before.of[i]);
    }
    for (Index old_row : met) {
      candidates.push_back({old_row, row, shared[old_row]});
      shared[old_row] = 0;
    }
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
  clusters.id.assign(static_cast<std::size_t>(rows), none);
  if (previous == nullptr) {
    for (Index row = 0; row < rows; ++row)
      clusters.id[row] = fleet.plate.id[clusters.members.row(row)[0]];
    return;
  }
  std::vector<std::int8_t> named(static_cast<std::size_t>(rows), 0);
  std::set<ClusterId> taken;
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
