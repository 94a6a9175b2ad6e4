// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cmath>

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

/// Columns of Transfers as they are being filled: sized for one transfer per member.
struct TransferRows {
  Index* from;
  Index* to;
  double* kw;
  double* length_pu;
  Index count = 0;
  void add(Index giver, Index taker, double amount_kw, double path_pu, MatchingTotals& totals) {
    from[count] = giver;
    to[count] = taker;
    kw[count] = amount_kw;
    length_pu[count++] = path_pu;
    totals.matching_cost += amount_kw * path_pu;
  }
};

/// Heaps of those who stand at one node, before anyone came from below.
struct Waiting {
  Index givers = none, takers = none;
};

/// Who stands at `node`: its members in descending order, each pushed in front of the one before,
/// so the heap is a chain to the left with the smallest slot on top.
GS_INLINE Waiting stand_at(Index node, const ClusterTrees& trees, std::span<const Index> agent,
                           std::span<const double> p_kw, MatchingWork& work) {
  // Who gives and who takes follows no pattern that a processor could guess: masks, no branches.
  Waiting at;
  double* open_kw = work.open_kw.data();
  Index *left = work.left.data(), *right = work.right.data(), *rank = work.rank.data();
  const Index first = trees.first_slot[node];
  for (Index k = trees.first_slot[node + 1]; k-- > first;) {
    const Index slot = trees.slot_at[k];
    const double p = p_kw[agent[slot]];
    const Index gives = -static_cast<Index>(p > 0.0), takes = -static_cast<Index>(p < 0.0);
    open_kw[slot] = std::fabs(p);
    left[slot] = at.takers ^ ((at.givers ^ at.takers) & gives);
    right[slot] = none;
    rank[slot] = 1;
    at.givers ^= (at.givers ^ slot) & gives;
    at.takers ^= (at.takers ^ slot) & takes;
  }
  return at;
}

/// Pair all who met at `node` until only givers or only takers are left.
GS_INLINE void pair_at(Index node, const ClusterTrees& trees, std::span<const Index> agent,
                       Waiting& at, MatchingWork& work, TransferRows& rows,
                       MatchingTotals& totals) {
  while (at.givers != none && at.takers != none) {
    const Index giver = at.givers, taker = at.takers;
    const double give_kw = work.open_kw[giver], take_kw = work.open_kw[taker];
    const double kw = std::min(give_kw, take_kw);
    const double length_pu = (trees.depth_pu[trees.node[giver]] - trees.depth_pu[node]) +
                             (trees.depth_pu[trees.node[taker]] - trees.depth_pu[node]);
    rows.add(agent[giver], agent[taker], kw, length_pu, totals);
    totals.shared_kw += kw;
    work.open_kw[giver] = give_kw - kw;
    work.open_kw[taker] = take_kw - kw;
    if (give_kw == kw) pop(work, at.givers);
    if (take_kw == kw) pop(work, at.takers);
  }
}

/// Exchange with the rest of the feeder what reached the top.
GS_INLINE void leave_at_top(const ClusterTrees& trees, std::span<const Index> agent, Waiting& at,
                            MatchingWork& work, TransferRows& rows, MatchingTotals& totals) {
  for (Index& giver = at.givers; giver != none; pop(work, giver)) {
    rows.add(agent[giver], none, work.open_kw[giver], trees.depth_pu[trees.node[giver]], totals);
    totals.surplus_left_kw += work.open_kw[giver];
  }
  for (Index& taker = at.takers; taker != none; pop(work, taker)) {
    rows.add(none, agent[taker], work.open_kw[taker], trees.depth_pu[trees.node[taker]], totals);
    totals.deficit_left_kw += work.open_kw[taker];
  }
}

GS_INLINE void resize_all(std::size_t slots, std::size_t nodes, MatchingWork& work,
                          Transfers& transfers) {
  work.open_kw.resize(slots);
  work.left.resize(slots);
  work.right.resize(slots);
  work.rank.resize(slots);
  work.givers.resize(nodes);
  work.takers.resize(nodes);
  transfers.from.resize(slots);
  transfers.to.resize(slots);
  transfers.kw.resize(slots);
  transfers.length_pu.resize(slots);
}

}  // namespace detail

GS_INLINE void match(const cluster::Clusters& clusters, const ClusterTrees& trees,
                     std::span<const double> p_kw, MatchingWork& work, Transfers& transfers) {
  const std::span<const Index> agent(clusters.members.items);
  detail::resize_all(agent.size(), trees.up.size(), work, transfers);
  transfers.first.resize(static_cast<std::size_t>(clusters.size()) + 1);
  transfers.first[0] = 0;
  MatchingTotals totals;
  detail::TransferRows rows{transfers.from.data(), transfers.to.data(), transfers.kw.data(),
                            transfers.length_pu.data()};
  for (Index c = 0; c < clusters.size(); ++c) {
    const Index top = trees.first[c], end = trees.first[c + 1];
    for (Index node = top; node < end; ++node) work.givers[node] = work.takers[node] = none;
    for (Index node = end; node-- > top;) {
      detail::Waiting at = detail::stand_at(node, trees, agent, p_kw, work);
      at.givers = detail::merge_heaps(work, at.givers, work.givers[node]);
      at.takers = detail::merge_heaps(work, at.takers, work.takers[node]);
      detail::pair_at(node, trees, agent, at, work, rows, totals);
      if (node == top) {
        detail::leave_at_top(trees, agent, at, work, rows, totals);
        continue;
      }
      const Index up = trees.up[node];
      work.givers[up] = detail::merge_heaps(work, work.givers[up], at.givers);
      work.takers[up] = detail::merge_heaps(work, work.takers[up], at.takers);
    }
    transfers.first[c + 1] = rows.count;
  }
  const auto count = static_cast<std::size_t>(rows.count);
  transfers.from.resize(count);
  transfers.to.resize(count);
  transfers.kw.resize(count);
  transfers.length_pu.resize(count);
  transfers.totals = totals;
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
