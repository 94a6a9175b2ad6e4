// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cstdint>
#include <numeric>

#include "gridswarm/feeder/forest.ipp"
#include "gridswarm/feeder/spanning.hpp"

namespace gridswarm::inline GS_ABI::feeder {
namespace detail {

/// Who is joined to whom: every set points at one of its members, paths halved on the way.
struct Sets {
  std::vector<Index> above;
  explicit Sets(Index size) : above(size) { std::iota(above.begin(), above.end(), 0); }
  Index find(Index i) {
    while (above[i] != i) i = above[i] = above[above[i]];
    return i;
  }
  bool join(Index a, Index b) {
    const Index low = find(a);
    const Index high = find(b);
    above[std::max(low, high)] = std::min(low, high);
    return low != high;
  }
};

/// By branch row: 1 where the branch is in the shortest spanning tree.
inline std::vector<std::int8_t> shortest_tree(const Case& grid) {
  const Branches& branches = grid.branches;
  std::vector<Index> order;
  for (Index e = 0; e < branches.size(); ++e)
    if (is_usable(grid, e)) order.push_back(e);
  const auto squared = [&](Index e) {
    return branches.r_pu[e] * branches.r_pu[e] + branches.x_pu[e] * branches.x_pu[e];
  };
  std::stable_sort(order.begin(), order.end(),
                   [&](Index a, Index b) { return squared(a) < squared(b); });
  Sets sets(grid.buses.size());
  Index source = none;
  for (Index row = 0; row < grid.buses.size(); ++row) {
    if (grid.buses.type[row] != BusType::source) continue;
    if (source != none) sets.join(source, row);
    source = row;
  }
  std::vector<std::int8_t> chosen(branches.size(), 0);
  for (const Index e : order) chosen[e] = sets.join(branches.from[e], branches.to[e]);
  return chosen;
}

}  // namespace detail

GS_INLINE SpanningForest spanning_forest(const Case& grid) {
  SpanningForest spanning;
  const std::vector<std::int8_t> chosen = detail::shortest_tree(grid);
  detail::order_buses(grid, detail::half_edges(grid, chosen), spanning.forest);
  for (Index e = 0; e < grid.branches.size(); ++e)
    if (detail::is_usable(grid, e) && !chosen[e] &&
        spanning.forest.position[grid.branches.from[e]] != none)
      spanning.closing.push_back(e);
  detail::place_edges(grid, spanning.forest);
  detail::place_shunts(grid, spanning.forest);
  detail::place_sources(grid, spanning.forest);
  return spanning;
}

}  // namespace gridswarm::inline GS_ABI::feeder
