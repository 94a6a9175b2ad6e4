// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>

#include "gridswarm/base/error.hpp"
#include "gridswarm/cluster/linkage.hpp"
#include "gridswarm/cluster/neighbours.hpp"

namespace gridswarm::inline GS_ABI::cluster {

namespace detail {

GS_INLINE std::int64_t radius_of(double radius_pu) {
  if (!(radius_pu >= 0.0))
    throw UsageError("radius_pu is " + std::to_string(radius_pu) + "; it must be 0 or more");
  const double scaled = radius_pu * static_cast<double>(distance::length_unit) + 0.5;
  return scaled < 4e18 ? static_cast<std::int64_t>(scaled) : INT64_MAX / 2;
}

/// The nearest of some agents, seen from a node.
struct Nearest {
  std::int64_t length = INT64_MAX;
  Index agent = none;
  void offer(std::int64_t other_length, Index other) {
    if (agent == none || other_length < length || (other_length == length && other < agent))
      length = other_length, agent = other;
  }
};

/// t(v) of every node among the agents for which counts(agent) holds.
template <class Counts>
std::vector<Nearest> cells(const distance::AgentTree& tree, Counts counts) {
  std::vector<Nearest> cell(static_cast<std::size_t>(tree.nodes()));
  for (Index v = tree.nodes() - 1; v >= 0; --v) {
    if (tree.agent[v] != none && counts(tree.agent[v])) cell[v].offer(0, tree.agent[v]);
    const Index p = tree.parent[v];
    if (p != none && cell[v].agent != none)
      cell[p].offer(cell[v].length + tree.length[v], cell[v].agent);
  }
  for (Index v = 0; v < tree.nodes(); ++v)
    if (const Index p = tree.parent[v]; p != none && cell[p].agent != none)
      cell[v].offer(cell[p].length + tree.length[v], cell[p].agent);
  return cell;
}

/// Groups of the agents that own cells; every node gets its cell's group.
GS_INLINE std::vector<Index> link_cells(const distance::AgentTree& tree,
                                        const std::vector<Nearest>& cell, std::int64_t radius,
                                        Index& count) {
  std::vector<Index> group(static_cast<std::size_t>(tree.nodes()), none);
  for (Index v = 0; v < tree.nodes(); ++v) {
    if (cell[v].agent == none) continue;  // nobody counts on this feeder
    const Index p = tree.parent[v];
    const bool same = p != none && cell[p].agent == cell[v].agent;
    const bool near =
        p != none && (same || cell[p].length + tree.length[v] + cell[v].length <= radius);
    group[v] = near ? group[p] : count++;
  }
  return group;
}

}  // namespace detail

GS_INLINE Groups link(const distance::AgentTree& tree, double radius_pu) {
  const std::int64_t radius = detail::radius_of(radius_pu);
  const auto cell = detail::cells(tree, [](Index) { return true; });
  Groups groups;
  const std::vector<Index> group = detail::link_cells(tree, cell, radius, groups.count);
  groups.of.assign(tree.node.size(), none);
  for (std::size_t i = 0; i < tree.node.size(); ++i)
    if (tree.node[i] != none) groups.of[i] = group[tree.node[i]];
  return groups;
}

GS_INLINE Groups density_groups(const distance::AgentTree& tree, double radius_pu,
                                Index min_agents) {
  if (min_agents < 1)
    throw UsageError("min_agents is " + std::to_string(min_agents) + "; it must be at least 1");
  const std::int64_t radius = detail::radius_of(radius_pu);
  const Neighbours others = nearest(tree, min_agents - 1);
  std::vector<std::int8_t> core(tree.node.size(), 0);
  for (std::size_t i = 0; i < core.size(); ++i) {
    const Index begin = others.agents.first[i];
    const Index end = others.agents.first[i + 1];
    core[i] = tree.node[i] != none && end - begin == min_agents - 1 &&
              (end == begin || others.length[end - 1] <= radius);
  }
  const auto cell = detail::cells(tree, [&](Index i) { return core[i] != 0; });
  Groups groups;
  const std::vector<Index> group = detail::link_cells(tree, cell, radius, groups.count);
  groups.of.assign(tree.node.size(), none);
  for (std::size_t i = 0; i < tree.node.size(); ++i) {
    const Index v = tree.node[i];
    if (v != none && cell[v].agent != none && cell[v].length <= radius) groups.of[i] = group[v];
  }
  return groups;
}

}  // namespace gridswarm::inline GS_ABI::cluster
