// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <bit>

#include "gridswarm/base/csr.hpp"
#include "gridswarm/distance/electrical.hpp"

namespace gridswarm::inline GS_ABI::distance {

namespace detail {

/// Children of every position, siblings by bus id, so that the order of rows in the file is
/// forgotten.
GS_INLINE Csr ordered_children(const feeder::Case& grid, const feeder::Forest& forest) {
  Csr children = group_by(forest.parent, forest.size());
  const auto by_bus_id = [&](Index a, Index b) {
    return grid.buses.id[forest.bus[a]] < grid.buses.id[forest.bus[b]];
  };
  for (Index q = 0; q < forest.size(); ++q)
    std::sort(children.items.begin() + children.first[q],
              children.items.begin() + children.first[q + 1], by_bus_id);
  return children;
}

/// Append one node; its depth follows from its parent.
GS_INLINE Index add_node(AgentTree& tree, Index parent, Index position, Index agent,
                         std::int64_t length) {
  const Index v = tree.nodes();
  tree.parent.push_back(parent);
  tree.position.push_back(position);
  tree.agent.push_back(agent);
  tree.length.push_back(length);
  tree.depth.push_back(parent == none ? 0 : tree.depth[parent] + length);
  tree.feeder.push_back(static_cast<Index>(tree.root.size()) - 1);
  if (agent != none) tree.node[agent] = v;
  return v;
}

/// Labels of Schieber and Vishkin. Node v counts as v + 1; inlabel is the number within the
/// interval of its subtree that is divisible by the highest power of two, so equal labels form
/// descending paths.
GS_INLINE void label_paths(AgentTree& tree) {
  const Index n = tree.nodes();
  tree.inlabel.resize(static_cast<std::size_t>(n));
  tree.ascendant.resize(static_cast<std::size_t>(n));
  tree.head.assign(static_cast<std::size_t>(n) + 1, none);
  for (Index v = 0; v < n; ++v) {
    const auto first = static_cast<std::uint32_t>(v) + 1;
    const std::uint32_t last = first + static_cast<std::uint32_t>(tree.size[v]) - 1;
    const int height = std::bit_width((first - 1) ^ last) - 1;
    const std::uint32_t inlabel = (last >> height) << height;
    const Index p = tree.parent[v];
    tree.inlabel[v] = inlabel;
    tree.ascendant[v] = (p == none ? 0u : tree.ascendant[p]) | (inlabel & (~inlabel + 1));
    if (p == none || tree.inlabel[p] != inlabel) tree.head[inlabel] = v;
  }
}

/// Ancestor of v (or v) on the path with label `inlabel`, whose lowest set bit is `height`.
GS_INLINE Index climb(const AgentTree& tree, Index v, std::uint32_t inlabel, int height) {
  if (tree.inlabel[v] == inlabel) return v;
  const std::uint32_t below = tree.ascendant[v] & ((1u << height) - 1);
  const int k = std::bit_width(below) - 1;
  const std::uint32_t last = ((tree.inlabel[v] >> (k + 1)) << (k + 1)) | (1u << k);
  return tree.parent[tree.head[last]];
}

}  // namespace detail

GS_INLINE AgentTree make_agent_tree(const feeder::Case& grid, const feeder::Forest& forest,
                                    const fleet::Fleet& fleet, const LengthRule& rule) {
  const std::vector<std::int64_t> length = edge_lengths(grid, forest, rule);
  const Csr children = detail::ordered_children(grid, forest);
  std::vector<Index> where(static_cast<std::size_t>(fleet.size()));
  for (Index i = 0; i < fleet.size(); ++i) where[i] = forest.position[fleet.plate.bus[i]];
  const Csr agents = group_by(where, forest.size());

  AgentTree tree;
  tree.node.assign(static_cast<std::size_t>(fleet.size()), none);
  std::vector<Index> roots(static_cast<std::size_t>(forest.roots));
  for (Index k = 0; k < forest.roots; ++k) roots[k] = k;
  std::sort(roots.begin(), roots.end(), [&](Index a, Index b) {
    return grid.buses.id[forest.bus[a]] < grid.buses.id[forest.bus[b]];
  });
  struct Task {
    Index position, parent;
  };
  std::vector<Task> stack;
  for (Index top : roots) {
    tree.root.push_back(tree.nodes());
    stack.push_back({top, none});
    while (!stack.empty()) {
      const Task task = stack.back();
      stack.pop_back();
      const auto here = agents.row(task.position);
      const Index bus_node =
          detail::add_node(tree, task.parent, task.position, here.empty() ? none : here[0],
                           task.parent == none ? 0 : length[task.position]);
      Index above = bus_node;
      for (std::size_t k = 1; k < here.size(); ++k)
        above = detail::add_node(tree, above, task.position, here[k], 0);
      const auto below = children.row(task.position);
      for (auto child = below.rbegin(); child != below.rend(); ++child)
        stack.push_back({*child, bus_node});
    }
  }
  tree.size.assign(static_cast<std::size_t>(tree.nodes()), 1);
  for (Index v = tree.nodes() - 1; v > 0; --v)
    if (tree.parent[v] != none) tree.size[tree.parent[v]] += tree.size[v];
  detail::label_paths(tree);
  return tree;
}

GS_INLINE Index common_ancestor(const AgentTree& tree, Index a, Index b) {
  const std::uint32_t label_a = tree.inlabel[a];
  const std::uint32_t label_b = tree.inlabel[b];
  if (label_a == label_b) return a < b ? a : b;
  int lowest = std::bit_width(label_a ^ label_b) - 1;
  lowest = std::max({lowest, std::countr_zero(label_a), std::countr_zero(label_b)});
  const std::uint32_t common = tree.ascendant[a] & tree.ascendant[b] & ~((1u << lowest) - 1);
  const int height = std::countr_zero(common);
  const std::uint32_t label = ((label_a >> (height + 1)) << (height + 1)) | (1u << height);
  return std::min(detail::climb(tree, a, label, height), detail::climb(tree, b, label, height));
}

GS_INLINE std::int64_t node_distance(const AgentTree& tree, Index a, Index b) {
  if (tree.feeder[a] != tree.feeder[b]) return unreachable;
  return tree.depth[a] + tree.depth[b] - 2 * tree.depth[common_ancestor(tree, a, b)];
}

GS_INLINE std::int64_t distance(const AgentTree& tree, Index agent_a, Index agent_b) {
  const Index a = tree.node[agent_a];
  const Index b = tree.node[agent_b];
  return a == none || b == none ? unreachable : node_distance(tree, a, b);
}

}  // namespace gridswarm::inline GS_ABI::distance
