// SPDX-License-Identifier: BSD-3-Clause
// The local search that closes what the tree programme leaves open.
//
// Contracting clusters leaves a tree of clusters. Of each cluster, of each pair of neighbours, and
// of each pair that only buses without agents part, the union is looked at afresh: not cut at all,
// or cut at any one edge (so pairs merge, split or shift their border). All single cuts of a union
// are scored in one pass, parts below an edge by joining upwards, parts above it by joining
// downwards with prefixes and suffixes of the children. Moves are taken in preorder and only if
// they lower the integer score, so the result is one and the same and the search ends.
#pragma once

#include <cstdint>
#include <vector>

#include "gridswarm/cluster/tree_programme.hpp"

namespace gridswarm::inline GS_ABI::cluster {

/// Buffers of refine(); keep their capacity from feeder to feeder.
struct RefineWork {
  std::vector<Index> top_of;          ///< node -> top node of its cluster
  std::vector<std::int64_t> stamp;    ///< top node -> pass in which its cluster last changed
  std::vector<std::int64_t> score;    ///< top node -> score of its cluster
  std::vector<std::int64_t> members;  ///< top node -> members of its cluster
  std::vector<Index> sibling;  ///< top node of an empty cluster -> the neighbour below seen last
  std::vector<Index> node, above;  ///< the union in preorder: node, local row of its parent
  std::vector<Index> first, last, next, before;  ///< local rows: children, siblings
  std::vector<Part> below, beyond;  ///< part below the edge of a local row, and the rest
  std::vector<Part> suffix;
  std::vector<Index> tops;
};

/// Improve the cuts of one feeder until nothing gains or `passes` are done.
void refine(const Problem& problem, Index feeder, std::int64_t passes, RefineWork& work,
            std::vector<std::int8_t>& cut);

/// Score of the cuts of one feeder: objective, undersized clusters and moves.
struct Total {
  std::int64_t objective = 0;  ///< in 1e-6
  std::int64_t moves = 0;      ///< in 1e-6
  std::int64_t undersized = 0;
  std::int64_t score() const { return objective + moves + undersized * undersized_score; }
};
Total total_of(const Problem& problem, Index feeder, const std::vector<std::int8_t>& cut);

}  // namespace gridswarm::inline GS_ABI::cluster

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/cluster/refine.ipp"
#endif
