// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>

#include "gridswarm/cluster/marks.hpp"

namespace gridswarm::inline GS_ABI::cluster {

namespace detail {

/// A piece in the order of a search from one of its nodes.
struct Piece {
  struct Visit {
    Index node, from;  ///< from: row in `visits`
    std::int64_t length;
  };
  std::vector<Visit> visits;
  std::vector<Index> size;  ///< beside visits: nodes of the piece behind it
};

/// Visit the piece of `start`, bounded by nodes that are centroids already.
GS_INLINE void explore(const distance::AgentTree& tree, const std::vector<std::int8_t>& done,
                       Index start, Piece& piece) {
  piece.visits.assign(1, {start, none, 0});
  for (std::size_t k = 0; k < piece.visits.size(); ++k) {
    const Piece::Visit here = piece.visits[k];
    const Index before = here.from == none ? none : piece.visits[here.from].node;
    const auto visit = [&](Index v, std::int64_t length) {
      if (v == none || v == before || done[v]) return;
      piece.visits.push_back({v, static_cast<Index>(k), here.length + length});
    };
    visit(tree.parent[here.node], tree.length[here.node]);
    for (Index c = here.node + 1; c < here.node + tree.size[here.node]; c += tree.size[c])
      visit(c, tree.length[c]);
  }
}

/// The node of an explored piece whose removal leaves no more than half in one part.
GS_INLINE Index centroid_of(Piece& piece) {
  const auto n = static_cast<Index>(piece.visits.size());
  piece.size.assign(piece.visits.size(), 1);
  // Children come after their parents, so the first from the end with half of all below it is it.
  for (Index k = n - 1; k > 0; --k) {
    if (2 * piece.size[k] >= n) return piece.visits[k].node;
    piece.size[piece.visits[k].from] += piece.size[k];
  }
  return piece.visits[0].node;
}

}  // namespace detail

GS_INLINE Marks make_marks(const distance::AgentTree& tree) {
  const auto n = static_cast<std::size_t>(tree.nodes());
  Marks marks;
  marks.node = tree.node;
  marks.levels.resize(n);
  marks.ordered.resize(n);
  marks.marked.assign(tree.node.size(), 0);
  std::vector<std::int8_t> done(n, 0);
  std::vector<Index> starts = tree.root;
  detail::Piece piece;
  while (!starts.empty()) {
    const Index start = starts.back();
    starts.pop_back();
    detail::explore(tree, done, start, piece);
    const Index centroid = detail::centroid_of(piece);
    detail::explore(tree, done, centroid, piece);
    for (const detail::Piece::Visit& visit : piece.visits) {
      marks.levels[visit.node].push_back({centroid, visit.length});
      if (visit.from == 0) starts.push_back(visit.node);
    }
    done[centroid] = 1;
  }
  return marks;
}

GS_INLINE void mark(Marks& marks, Index agent) {
  if (marks.node[agent] == none || marks.marked[agent]) return;
  marks.marked[agent] = 1;
  for (const Marks::Level& level : marks.levels[marks.node[agent]])
    marks.ordered[level.centroid].emplace(level.length, agent);
}

GS_INLINE void unmark(Marks& marks, Index agent) {
  if (marks.node[agent] == none || !marks.marked[agent]) return;
  marks.marked[agent] = 0;
  for (const Marks::Level& level : marks.levels[marks.node[agent]])
    marks.ordered[level.centroid].erase({level.length, agent});
}

GS_INLINE std::vector<std::pair<std::int64_t, Index>> nearest_marked(const Marks& marks,
                                                                     Index agent, Index k) {
  std::vector<std::pair<std::int64_t, Index>> found;
  if (marks.node[agent] == none) return found;
  using At = std::set<std::pair<std::int64_t, Index>>::const_iterator;
  struct Head {
    std::int64_t offset;
    At at, end;
    std::pair<std::int64_t, Index> now() const { return {offset + at->first, at->second}; }
  };
  std::vector<Head> heads;
  for (const Marks::Level& level : marks.levels[marks.node[agent]]) {
    const auto& list = marks.ordered[level.centroid];
    if (!list.empty()) heads.push_back({level.length, list.begin(), list.end()});
  }
  std::set<Index> seen{agent};
  while (static_cast<Index>(found.size()) < k && !heads.empty()) {
    std::size_t best = 0;
    for (std::size_t h = 1; h < heads.size(); ++h)
      if (heads[h].now() < heads[best].now()) best = h;
    // An agent comes first by the centroid on the way to it; later ones are detours.
    if (const auto next = heads[best].now(); seen.insert(next.second).second) found.push_back(next);
    if (++heads[best].at == heads[best].end)
      heads.erase(heads.begin() + static_cast<std::ptrdiff_t>(best));
  }
  return found;
}

}  // namespace gridswarm::inline GS_ABI::cluster
