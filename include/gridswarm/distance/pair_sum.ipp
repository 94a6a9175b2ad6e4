// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>

#include "gridswarm/distance/pair_sum.hpp"

namespace gridswarm::inline GS_ABI::distance {

GS_INLINE Meetings meetings_of(const AgentTree& tree, std::span<const Index> agents) {
  std::vector<Index> stand;
  stand.reserve(agents.size());
  for (const Index i : agents)
    if (tree.node[i] != none) stand.push_back(tree.node[i]);
  std::sort(stand.begin(), stand.end());
  Meetings out;
  out.node = stand;
  for (std::size_t k = 1; k < stand.size(); ++k)
    if (tree.feeder[stand[k - 1]] == tree.feeder[stand[k]])
      out.node.push_back(common_ancestor(tree, stand[k - 1], stand[k]));
  std::sort(out.node.begin(), out.node.end());
  out.node.erase(std::unique(out.node.begin(), out.node.end()), out.node.end());

  const std::size_t n = out.node.size();
  out.parent.assign(n, none);
  out.agents.assign(n, 0);
  out.pairs.assign(n, 0);
  for (std::size_t k = 1; k < n; ++k) {
    if (tree.feeder[out.node[k - 1]] != tree.feeder[out.node[k]]) continue;
    const Index meet = common_ancestor(tree, out.node[k - 1], out.node[k]);
    const auto row = std::lower_bound(out.node.begin(), out.node.end(), meet);
    out.parent[k] = static_cast<Index>(row - out.node.begin());
  }
  std::size_t row = 0;
  for (const Index v : stand) {
    while (out.node[row] != v) ++row;
    ++out.agents[row];
  }
  for (std::size_t k = n; k-- > 0;) {
    const std::int64_t square = out.agents[k] * out.agents[k];
    out.pairs[k] += square;
    if (out.parent[k] == none) continue;
    out.agents[out.parent[k]] += out.agents[k];
    out.pairs[out.parent[k]] -= square;
  }
  return out;
}

GS_INLINE double pair_sum_pu(const AgentTree& tree, std::span<const Index> agents) {
  const Meetings meetings = meetings_of(tree, agents);
  std::vector<Index> top(meetings.node.size());
  double sum = 0.0;
  for (Index k = 0; k < meetings.size(); ++k) {
    const Index parent = meetings.parent[k];
    top[k] = parent == none ? k : top[parent];
    if (parent == none) continue;
    const auto length =
        static_cast<double>(tree.depth[meetings.node[k]] - tree.depth[meetings.node[parent]]);
    const auto below = static_cast<double>(meetings.agents[k]);
    sum += length * below * (static_cast<double>(meetings.agents[top[k]]) - below);
  }
  return sum / static_cast<double>(length_unit);
}

GS_INLINE double shared_square_sum(const AgentTree& tree, std::span<const Index> agents) {
  const Meetings meetings = meetings_of(tree, agents);
  double sum = 0.0;
  for (Index k = 0; k < meetings.size(); ++k) {
    const double shared =
        static_cast<double>(tree.depth[meetings.node[k]]) / static_cast<double>(length_unit);
    sum += shared * shared * static_cast<double>(meetings.pairs[k]);
  }
  return sum;
}

}  // namespace gridswarm::inline GS_ABI::distance
