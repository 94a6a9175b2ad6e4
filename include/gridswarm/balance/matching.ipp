// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>

#include "gridswarm/balance/matching.hpp"

namespace gridswarm::inline GS_ABI::balance {

namespace detail {

/// Merge two leftist heaps of slots, the smaller slot (so the smaller agent id) on top.
GS_INLINE Index merge_heaps(MatchingWork& work, Index a, Index b) {
  if (a == none) return b;
  if (b == none) return a;
  if (b < a) std::swap(a, b);
  const Index merged = merge_heaps(work, work.right[a], b);  // depth <= log2(members)
  const Index left = work.left[a];
  const Index rank_left = left == none ? 0 : work.rank[left];
  const bool keep = rank_left >= work.rank[merged];
  work.left[a] = keep ? left : merged;
  work.right[a] = keep ? merged : left;
  work.rank[a] = 1 + (keep ? work.rank[merged] : rank_left);
  return a;
}

GS_INLINE void pop(MatchingWork& work, Index& heap) {
  heap = merge_heaps(work, work.left[heap], work.right[heap]);
}

GS_INLINE void add_transfer(Transfers& transfers, Index from, Index to, double kw,
                            double length_pu) {
  transfers.from.push_back(from);
  transfers.to.push_back(to);
  transfers.kw.push_back(kw);
  transfers.length_pu.push_back(length_pu);
  transfers.totals.matching_cost += kw * length_pu;
}

/// Pair all who met at `node` until only givers or only takers are left.
GS_INLINE void pair_at(Index node, const ClusterTrees& trees, std::span<const Index> agent,
                       MatchingWork& work, Transfers& transfers) {
  Index& giver = work.givers[node];
  Index& taker = work.takers[node];
  while (giver != none && taker != none) {
    const double kw = std::min(work.open_kw[giver], work.open_kw[taker]);
    const double length_pu = (trees.depth_pu[trees.node[giver]] - trees.depth_pu[node]) +
                             (trees.depth_pu[trees.node[taker]] - trees.depth_pu[node]);
    add_transfer(transfers, agent[giver], agent[taker], kw, length_pu);
    transfers.totals.shared_kw += kw;
    work.open_kw[giver] -= kw;
    work.open_kw[taker] -= kw;
    if (work.open_kw[giver] == 0.0) pop(work, giver);  // one of the two is zero exactly
    if (work.open_kw[taker] == 0.0) pop(work, taker);
  }
}

/// Exchange with the rest of the feeder what reached the top.
GS_INLINE void leave_at_top(Index top, const ClusterTrees& trees, std::span<const Index> agent,
                            MatchingWork& work, Transfers& transfers) {
  for (Index& giver = work.givers[top]; giver != none; pop(work, giver)) {
    add_transfer(transfers, agent[giver], none, work.open_kw[giver],
                 trees.depth_pu[trees.node[giver]]);
    transfers.totals.surplus_left_kw += work.open_kw[giver];
  }
  for (Index& taker = work.takers[top]; taker != none; pop(work, taker)) {
    add_transfer(transfers, none, agent[taker], work.open_kw[taker],
                 trees.depth_pu[trees.node[taker]]);
    transfers.totals.deficit_left_kw += work.open_kw[taker];
  }
}

GS_INLINE void reserve(std::size_t slots, std::size_t nodes, std::size_t clusters,
                       MatchingWork& work, Transfers& transfers) {
  work.open_kw.resize(slots);
  work.left.resize(slots);
  work.right.resize(slots);
  work.rank.resize(slots);
  work.givers.resize(nodes);
  work.takers.resize(nodes);
  transfers.first.reserve(clusters + 1);
  transfers.from.reserve(slots);
  transfers.to.reserve(slots);
  transfers.kw.reserve(slots);
  transfers.length_pu.reserve(slots);
  transfers.first.assign(1, 0);
  transfers.from.clear();
  transfers.to.clear();
  transfers.kw.clear();
  transfers.length_pu.clear();
  transfers.totals = {};
}

}  // namespace detail

GS_INLINE void match(const cluster::Clusters& clusters, const ClusterTrees& trees,
                     std::span<const double> p_kw, MatchingWork& work, Transfers& transfers) {
  const std::span<const Index> agent(clusters.members.items);
  detail::reserve(agent.size(), trees.up.size(), clusters.size(), work, transfers);
  for (Index c = 0; c < clusters.size(); ++c) {
    const Index top = trees.first[c], end = trees.first[c + 1];
    transfers.first.push_back(transfers.first.back());
    if (top == end) continue;
    for (Index node = top; node < end; ++node) work.givers[node] = work.takers[node] = none;
    for (Index slot = clusters.members.first[c]; slot < clusters.members.first[c + 1]; ++slot) {
      const double p = p_kw[agent[slot]];
      if (p == 0.0) continue;
      work.open_kw[slot] = p > 0.0 ? p : -p;
      work.left[slot] = work.right[slot] = none;
      work.rank[slot] = 1;
      Index& heap = p > 0.0 ? work.givers[trees.node[slot]] : work.takers[trees.node[slot]];
      heap = detail::merge_heaps(work, heap, slot);
    }
    for (Index node = end - 1; node > top; --node) {
      detail::pair_at(node, trees, agent, work, transfers);
      const Index up = trees.up[node];
      work.givers[up] = detail::merge_heaps(work, work.givers[up], work.givers[node]);
      work.takers[up] = detail::merge_heaps(work, work.takers[up], work.takers[node]);
    }
    detail::pair_at(top, trees, agent, work, transfers);
    detail::leave_at_top(top, trees, agent, work, transfers);
    transfers.first.back() = static_cast<Index>(transfers.kw.size());
  }
}

}  // namespace gridswarm::inline GS_ABI::balance

namespace gridswarm::inline GS_ABI {

template <>
GS_INLINE std::span<const Field<balance::MatchingTotals>> fields() {
  using T = balance::MatchingTotals;
  static constexpr double inf = no_limit;
  static const Field<T> table[] = {
      {"shared_kw", "kW", &T::shared_kw, 0, inf, "given by members to members of the same cluster"},
      {"surplus_left_kw", "kW", &T::surplus_left_kw, 0, inf, "given to the rest of the feeder"},
      {"deficit_left_kw", "kW", &T::deficit_left_kw, 0, inf, "taken from the rest of the feeder"},
      {"matching_cost", "kW p.u.", &T::matching_cost, 0, inf,
       "sum of power times path length, p.u. on 1 MVA"},
  };
  return table;
}

}  // namespace gridswarm::inline GS_ABI
