// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cmath>
#include <string>

#include "gridswarm/balance/cluster_trees.hpp"
#include "gridswarm/base/error.hpp"
#include "gridswarm/base/units.hpp"

namespace gridswarm::inline GS_ABI::balance {

GS_INLINE void edge_lengths(const feeder::Forest& forest, double kw_to_pu,
                            Column<double>& length_pu) {
  length_pu.resize(forest.size());
  for (Index i = 0; i < forest.size(); ++i) {
    const double r = forest.r_pu[i], x = forest.x_pu[i];
    length_pu[i] = std::sqrt(r * r + x * x) * (kw_per_mw * kw_to_pu);
  }
}

namespace detail {

/// List the positions of one cluster's tree behind `positions`, each once, marked in `place`.
GS_INLINE void collect_positions(const feeder::Forest& forest, std::span<const Index> members,
                                 std::span<const Index> agent_bus, Index top,
                                 std::vector<Index>& place, std::vector<Index>& positions) {
  if (members.empty()) return;
  constexpr Index listed = 0;
  place[top] = listed;
  positions.push_back(top);
  for (Index agent : members) {
    Index at = forest.position[agent_bus[agent]];
    for (; place[at] == none; at = forest.parent[at]) {
      GRIDSWARM_ASSERT(at > top && forest.parent[at] != none);
      place[at] = listed;
      positions.push_back(at);
    }
  }
}

/// slot_at by counting, so slots ascend at each node.
GS_INLINE void list_slots(ClusterTrees& trees) {
  trees.first_slot.assign(trees.up.size() + 1, 0);
  trees.slot_at.resize(trees.node.size());
  for (Index node : trees.node) ++trees.first_slot[node + 1];
  for (std::size_t k = 1; k < trees.first_slot.size(); ++k)
    trees.first_slot[k] += trees.first_slot[k - 1];
  for (std::size_t slot = 0; slot < trees.node.size(); ++slot)
    trees.slot_at[trees.first_slot[trees.node[slot]]++] = static_cast<Index>(slot);
  for (std::size_t k = trees.first_slot.size() - 1; k > 0; --k)
    trees.first_slot[k] = trees.first_slot[k - 1];
  trees.first_slot[0] = 0;
}

}  // namespace detail

GS_INLINE void find_tops(const feeder::Forest& forest, std::span<const Index> agent_bus,
                         cluster::Clusters& clusters) {
  const auto refuse = [&](Index c, const std::string& what) {
    throw UsageError("cluster " + std::to_string(clusters.id[c]) + " " + what);
  };
  clusters.top.assign(clusters.size(), none);
  for (Index c = 0; c < clusters.size(); ++c) {
    Index top = none;
    for (Index agent : clusters.members.row(c)) {
      Index at = forest.position[agent_bus[agent]];
      if (at == none) refuse(c, "holds an agent on a bus without supply");
      if (top == none) top = at;
      while (top != at) {  // parents have lower positions: the lower one on the tree moves up
        Index& lower = top > at ? top : at;
        lower = forest.parent[lower];
        if (lower == none) refuse(c, "holds agents of two feeders");
      }
    }
    clusters.top[c] = top;
  }
}

GS_INLINE void make_cluster_trees(const feeder::Forest& forest, const cluster::Clusters& clusters,
                                  std::span<const Index> agent_bus,
                                  std::span<const double> length_pu, ClusterTrees& trees) {
  trees.first.assign(1, 0);
  trees.up.clear();
  trees.position.clear();
  trees.length_pu.clear();
  trees.depth_pu.clear();
  trees.node.resize(clusters.members.items.size());
  trees.height.clear();
  trees.place.assign(forest.size(), none);
  std::vector<Index> positions, hops;
  for (Index c = 0; c < clusters.size(); ++c) {
    positions.clear();
    detail::collect_positions(forest, clusters.members.row(c), agent_bus, clusters.top[c],
                              trees.place, positions);
    std::sort(positions.begin(), positions.end());  // breadth-first order: parents come first
    const Index base = trees.first.back();
    hops.assign(positions.size(), 0);
    Index height = 0;
    for (std::size_t k = 0; k < positions.size(); ++k) {
      const Index at = positions[k];
      trees.place[at] = base + static_cast<Index>(k);
      const Index up = k == 0 ? none : trees.place[forest.parent[at]];
      trees.up.push_back(up);
      trees.position.push_back(at);
      trees.length_pu.push_back(up == none ? 0.0 : length_pu[at]);
      trees.depth_pu.push_back(up == none ? 0.0 : trees.depth_pu[up] + length_pu[at]);
      if (up != none) hops[k] = hops[up - base] + 1;
      height = std::max(height, hops[k]);
    }
    for (Index slot = clusters.members.first[c]; slot < clusters.members.first[c + 1]; ++slot)
      trees.node[slot] = trees.place[forest.position[agent_bus[clusters.members.items[slot]]]];
    for (Index at : positions) trees.place[at] = none;
    trees.first.push_back(base + static_cast<Index>(positions.size()));
    trees.height.push_back(height);
  }
  detail::list_slots(trees);
}

}  // namespace gridswarm::inline GS_ABI::balance
