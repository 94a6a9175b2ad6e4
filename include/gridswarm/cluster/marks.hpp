// SPDX-License-Identifier: BSD-3-Clause
// Who is near among those who are marked, while marks come and go.
//
// Each feeder's tree is cut at its centroid, the pieces again at theirs, and so on: a node lies in
// at most log2(n) + 1 pieces. A centroid c keeps the marked agents a of its piece ordered by
// d(c, a). For two nodes some centroid of both lies on their path, so
//   d(v, a) = min_c d(v, c) + d(c, a)
// over the centroids of v, and the k nearest are read off by merging these few lists. Marking costs
// O(log^2 n), asking O((k + 1) log n) steps, building O(n log n) time and memory. For all agents at
// once, neighbours.hpp is faster.
#pragma once

#include <cstdint>
#include <set>
#include <utility>
#include <vector>

#include "gridswarm/distance/electrical.hpp"

namespace gridswarm::inline GS_ABI::cluster {

/// Made by make_marks(); read freely, change by mark() and unmark().
struct Marks {
  /// A piece that a node lies in, and how far its centroid is.
  struct Level {
    Index centroid;
    std::int64_t length;  ///< 1e-9 p.u. on 1 MVA
  };
  std::vector<Index> node;                 ///< agent row -> node of the tree it was made from
  std::vector<std::vector<Level>> levels;  ///< node -> its pieces, largest first
  std::vector<std::set<std::pair<std::int64_t, Index>>> ordered;  ///< centroid -> (length, agent)
  std::vector<std::int8_t> marked;                                ///< agent row
};

/// Nobody is marked yet.
Marks make_marks(const distance::AgentTree& tree);

/// Mark an agent (row), or take its mark. Nothing happens where it is so already or the agent has
/// no supply.
void mark(Marks& marks, Index agent);
void unmark(Marks& marks, Index agent);

/// The k nearest marked agents as (length, agent), nearest first, ties by row; without the agent
/// itself. Fewer where its feeder has fewer.
std::vector<std::pair<std::int64_t, Index>> nearest_marked(const Marks& marks, Index agent,
                                                           Index k);

}  // namespace gridswarm::inline GS_ABI::cluster

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/cluster/marks.ipp"
#endif
