// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>

#include "gridswarm/base/error.hpp"
#include "gridswarm/base/parallel.hpp"
#include "gridswarm/cluster/neighbours.hpp"

namespace gridswarm::inline GS_ABI::cluster {

namespace detail {

/// An agent seen from a node, by a length that does not change along the way: upwards from the
/// agent D(agent), downwards from the node u where it left its own branch D(agent) - 2 D(u).
struct Sight {
  std::int64_t key;
  Index agent;
  Index node;
};

GS_INLINE bool is_nearer(const Sight& a, const Sight& b) {
  return a.key != b.key ? a.key < b.key : a.agent < b.agent;
}

/// Merge two sorted lists, keys of b raised by `rise`, into at most `limit` sights.
GS_INLINE std::size_t merge(std::span<const Sight> a, std::span<const Sight> b, std::int64_t rise,
                            Sight* out, std::size_t limit) {
  std::size_t n = 0;
  std::size_t i = 0;
  std::size_t j = 0;
  while (n < limit && i < a.size() && j < b.size()) {
    const Sight other{b[j].key + rise, b[j].agent, b[j].node};
    if (is_nearer(other, a[i])) {
      out[n++] = other;
      ++j;
    } else {
      out[n++] = a[i++];
    }
  }
  for (; n < limit && i < a.size(); ++i) out[n++] = a[i];
  for (; n < limit && j < b.size(); ++j) out[n++] = {b[j].key + rise, b[j].agent, b[j].node};
  return n;
}

/// Buffers of one thread: a row of `width` sights per node of one feeder, twice.
struct SightWork {
  std::size_t width = 0;
  std::vector<Sight> down, out;  ///< nearest inside the subtree; nearest outside
  std::vector<std::uint32_t> down_count, out_count;
  std::vector<Sight> list, spare;

  std::span<const Sight> below(Index row) const {
    return {down.data() + static_cast<std::size_t>(row) * width, down_count[row]};
  }
  std::span<const Sight> beyond(Index row) const {
    return {out.data() + static_cast<std::size_t>(row) * width, out_count[row]};
  }
};

/// Upward sweep: the nearest agents inside each subtree.
GS_INLINE void look_down(const distance::AgentTree& tree, Index feeder, SightWork& work) {
  const Index root = tree.root[feeder];
  for (Index v = tree.end_of(feeder) - 1; v >= root; --v) {
    Sight* row = work.down.data() + static_cast<std::size_t>(v - root) * work.width;
    const Sight own{tree.depth[v], tree.agent[v], v};
    std::span<const Sight> list{&own, tree.agent[v] != none ? std::size_t{1} : 0};
    std::size_t count = list.size();
    if (tree.size[v] == 1 && count == 1) row[0] = own;
    const Index end = v + tree.size[v];
    for (Index c = v + 1; c < end; c += tree.size[c]) {
      const bool last = c + tree.size[c] == end;
      Sight* target = last ? row : work.spare.data();
      count = merge(list, work.below(c - root), 0, target, work.width);
      if (last) break;
      work.spare.swap(work.list);
      list = {work.list.data(), count};
    }
    work.down_count[v - root] = static_cast<std::uint32_t>(count);
  }
}

/// Downward step: what the children of v see outside their subtrees.
GS_INLINE void look_out(const distance::AgentTree& tree, Index root, Index v, SightWork& work) {
  const Index end = v + tree.size[v];
  if (end == v + 1) return;
  const Sight own{-tree.depth[v], tree.agent[v], v};
  const std::span<const Sight> self{&own, tree.agent[v] != none ? std::size_t{1} : 0};
  const auto row_of = [&](Index c) {
    return work.out.data() + static_cast<std::size_t>(c - root) * work.width;
  };
  const Index first = v + 1;
  if (first + tree.size[first] == end) {  // an only child
    work.out_count[first - root] = static_cast<std::uint32_t>(
        merge(self, work.beyond(v - root), 0, row_of(first), work.width));
    return;
  }
  // No branch holds more than `width` of the list, so leaving one out of 2 x width keeps width.
  const std::size_t limit = 2 * work.width;
  std::size_t count = merge(self, work.beyond(v - root), 0, work.list.data(), limit);
  for (Index c = first; c < end; c += tree.size[c]) {
    count = merge({work.list.data(), count}, work.below(c - root), -2 * tree.depth[v],
                  work.spare.data(), limit);
    work.spare.swap(work.list);
  }
  for (Index c = first; c < end; c += tree.size[c]) {
    Sight* row = row_of(c);
    std::size_t n = 0;
    for (std::size_t k = 0; k < count && n < work.width; ++k) {
      const Index node = work.list[k].node;
      if (node < c || node >= c + tree.size[c]) row[n++] = work.list[k];
    }
    work.out_count[c - root] = static_cast<std::uint32_t>(n);
  }
}

/// Write the row of the agent at v: nearest of both sides without itself.
GS_INLINE void write_row(const distance::AgentTree& tree, Index root, Index v,
                         const SightWork& work, Neighbours& neighbours) {
  const Index self = tree.agent[v];
  const std::int64_t depth = tree.depth[v];
  const auto below = work.below(v - root);
  const auto beyond = work.beyond(v - root);
  Index at = neighbours.agents.first[self];
  const Index end = neighbours.agents.first[self + 1];
  std::size_t i = 0;
  std::size_t j = 0;
  while (at < end) {
    if (i < below.size() && below[i].agent == self) {
      ++i;
      continue;
    }
    bool inside = j == beyond.size();
    if (!inside && i < below.size()) {
      const Sight here{below[i].key - depth, below[i].agent, none};
      inside = is_nearer(here, {beyond[j].key + depth, beyond[j].agent, none});
    }
    const Sight& sight = inside ? below[i++] : beyond[j++];
    neighbours.agents.items[at] = sight.agent;
    neighbours.length[at] = inside ? sight.key - depth : sight.key + depth;
    ++at;
  }
}

/// All rows of one feeder.
GS_INLINE void look_around(const distance::AgentTree& tree, Index feeder, Index k, SightWork& work,
                           Neighbours& neighbours) {
  const Index root = tree.root[feeder];
  const auto nodes = static_cast<std::size_t>(tree.size[root]);
  work.width = static_cast<std::size_t>(k) + 1;
  if (work.down.size() < nodes * work.width) {
    work.down.resize(nodes * work.width);
    work.out.resize(nodes * work.width);
    work.down_count.resize(nodes);
    work.out_count.resize(nodes);
  }
  work.list.resize(2 * work.width);
  work.spare.resize(2 * work.width);
  look_down(tree, feeder, work);
  work.out_count[0] = 0;
  for (Index v = root; v < tree.end_of(feeder); ++v) {
    look_out(tree, root, v, work);
    if (tree.agent[v] != none) write_row(tree, root, v, work, neighbours);
  }
}

/// The row of agent `self` from a sorted list that has it.
GS_INLINE void append(Neighbours& neighbours, std::span<const Sight> sights, Index self) {
  for (const Sight& sight : sights) {
    if (sight.agent == self) continue;
    neighbours.agents.items.push_back(sight.agent);
    neighbours.length.push_back(sight.key);
  }
  neighbours.agents.first.push_back(static_cast<Index>(neighbours.agents.items.size()));
}

}  // namespace detail

GS_INLINE Neighbours nearest(const distance::AgentTree& tree, Index k, int threads) {
  GRIDSWARM_ASSERT(k >= 0);
  const auto feeders = static_cast<Index>(tree.root.size());
  std::vector<Index> agents(tree.root.size(), 0);
  for (Index v : tree.node)
    if (v != none) ++agents[tree.feeder[v]];
  Neighbours neighbours;
  std::vector<Index>& first = neighbours.agents.first;
  first.assign(tree.node.size() + 1, 0);
  for (std::size_t i = 0; i < tree.node.size(); ++i) {
    const Index v = tree.node[i];
    first[i + 1] = first[i] + (v == none ? 0 : std::min(k, agents[tree.feeder[v]] - 1));
  }
  neighbours.agents.items.resize(static_cast<std::size_t>(first.back()));
  neighbours.length.resize(static_cast<std::size_t>(first.back()));
  std::vector<detail::SightWork> work(static_cast<std::size_t>(threads_for(threads)));
  run_pieces(feeders, threads, [&](Index feeder, int thread) {
    detail::look_around(tree, feeder, k, work[thread], neighbours);
  });
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
    std::sort(list.begin(), list.end(), detail::is_nearer);
    detail::append(neighbours, list, i);
  }
  return neighbours;
}

}  // namespace gridswarm::inline GS_ABI::cluster
