// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>

#include "gridswarm/base/error.hpp"
#include "gridswarm/cluster/neighbours.hpp"

namespace gridswarm::inline GS_ABI::cluster {

namespace detail {

/// An agent seen from a node; `node` tells through which branch.
struct Sight {
  std::int64_t length;
  Index agent;
  Index node;
  friend bool operator<(const Sight& a, const Sight& b) {
    return a.length != b.length ? a.length < b.length : a.agent < b.agent;
  }
};

/// Fixed-width rows of sights, nearest first.
struct Sights {
  std::size_t width;
  std::vector<Sight> cell;
  std::vector<Index> count;

  Sights(Index nodes, Index width)
      : width(static_cast<std::size_t>(width)),
        cell(static_cast<std::size_t>(nodes) * this->width),
        count(static_cast<std::size_t>(nodes), 0) {}
  std::span<const Sight> row(Index v) const {
    return {cell.data() + static_cast<std::size_t>(v) * width, static_cast<std::size_t>(count[v])};
  }
  void set(Index v, std::span<const Sight> sights) {
    count[v] = static_cast<Index>(std::min(width, sights.size()));
    std::copy_n(sights.begin(), count[v], cell.begin() + static_cast<std::ptrdiff_t>(v * width));
  }
};

/// Add sights from a branch `length` away to a sorted list of at most `limit`.
GS_INLINE void merge_into(std::vector<Sight>& list, std::span<const Sight> branch,
                          std::int64_t length, std::size_t limit, std::vector<Sight>& spare) {
  spare.clear();
  std::size_t a = 0;
  std::size_t b = 0;
  while (spare.size() < limit && (a < list.size() || b < branch.size())) {
    if (b < branch.size()) {
      Sight seen = branch[b];
      seen.length += length;
      if (a == list.size() || seen < list[a]) {
        spare.push_back(seen);
        ++b;
        continue;
      }
    }
    spare.push_back(list[a++]);
  }
  list.swap(spare);
}

/// Upward sweep: the nearest agents inside each subtree.
GS_INLINE Sights look_down(const distance::AgentTree& tree, Index width) {
  Sights down(tree.nodes(), width);
  std::vector<Sight> list;
  std::vector<Sight> spare;
  for (Index v = tree.nodes() - 1; v >= 0; --v) {
    list.clear();
    if (tree.agent[v] != none) list.push_back({0, tree.agent[v], v});
    for (Index c = v + 1; c < v + tree.size[v]; c += tree.size[c])
      merge_into(list, down.row(c), tree.length[c], down.width, spare);
    down.set(v, list);
  }
  return down;
}

/// Downward sweep: the nearest agents outside each subtree, seen from its top.
GS_INLINE Sights look_out(const distance::AgentTree& tree, const Sights& down) {
  Sights out(tree.nodes(), static_cast<Index>(down.width));
  std::vector<Sight> list;
  std::vector<Sight> spare;
  std::vector<Sight> rest;
  for (Index v = 0; v < tree.nodes(); ++v) {
    // No branch holds more than `width` of the list, so leaving one out of 2 x width keeps width.
    const std::size_t limit = 2 * down.width;
    list.assign(out.row(v).begin(), out.row(v).end());
    if (tree.agent[v] != none) {
      const Sight own{0, tree.agent[v], v};
      merge_into(list, {&own, 1}, 0, limit, spare);
    }
    for (Index c = v + 1; c < v + tree.size[v]; c += tree.size[c])
      merge_into(list, down.row(c), tree.length[c], limit, spare);
    for (Index c = v + 1; c < v + tree.size[v]; c += tree.size[c]) {
      rest.clear();
      for (const Sight& sight : list) {
        if (sight.node >= c && sight.node < c + tree.size[c]) continue;
        rest.push_back({sight.length + tree.length[c], sight.agent, sight.node});
        if (rest.size() == down.width) break;
      }
      out.set(c, rest);
    }
  }
  return out;
}

GS_INLINE void append(Neighbours& neighbours, std::span<const Sight> sights, Index self,
                      std::size_t limit) {
  for (const Sight& sight : sights) {
    if (limit == 0) break;
    if (sight.agent == self) continue;
    neighbours.agents.items.push_back(sight.agent);
    neighbours.length.push_back(sight.length);
    --limit;
  }
  neighbours.agents.first.push_back(static_cast<Index>(neighbours.agents.items.size()));
}

}  // namespace detail

GS_INLINE Neighbours nearest(const distance::AgentTree& tree, Index k) {
  GRIDSWARM_ASSERT(k >= 0);
  const detail::Sights down = detail::look_down(tree, k + 1);
  const detail::Sights out = detail::look_out(tree, down);
  Neighbours neighbours;
  neighbours.agents.first.push_back(0);
  std::vector<detail::Sight> list;
  std::vector<detail::Sight> spare;
  for (Index i = 0; i < static_cast<Index>(tree.node.size()); ++i) {
    const Index v = tree.node[i];
    list.clear();
    if (v != none) {
      list.assign(down.row(v).begin(), down.row(v).end());
      detail::merge_into(list, out.row(v), 0, static_cast<std::size_t>(k) + 1, spare);
    }
    detail::append(neighbours, list, i, static_cast<std::size_t>(k));
  }
  return neighbours;
}

GS_INLINE Neighbours within(const distance::AgentTree& tree, double radius_pu) {
  const double scaled = radius_pu * static_cast<double>(distance::length_unit) + 0.5;
  const std::int64_t radius =
      scaled < 4e18 ? static_cast<std::int64_t>(scaled < 0.0 ? -1.0 : scaled) : INT64_MAX / 2;
  Neighbours neighbours;
  neighbours.agents.first.push_back(0);
  struct Step {
    Index node, from;
    std::int64_t length;
  };
  std::vector<Step> walk;
  std::vector<detail::Sight> list;
  for (Index i = 0; i < static_cast<Index>(tree.node.size()); ++i) {
    list.clear();
    if (tree.node[i] != none) walk.push_back({tree.node[i], none, 0});
    while (!walk.empty()) {
      const Step step = walk.back();
      walk.pop_back();
      if (step.length > radius) continue;
      const Index v = step.node;
      if (tree.agent[v] != none) list.push_back({step.length, tree.agent[v], v});
      const Index p = tree.parent[v];
      if (p != none && p != step.from) walk.push_back({p, v, step.length + tree.length[v]});
      for (Index c = v + 1; c < v + tree.size[v]; c += tree.size[c])
        if (c != step.from) walk.push_back({c, v, step.length + tree.length[c]});
    }
    std::sort(list.begin(), list.end());
    detail::append(neighbours, list, i, list.size());
  }
  return neighbours;
}

}  // namespace gridswarm::inline GS_ABI::cluster
