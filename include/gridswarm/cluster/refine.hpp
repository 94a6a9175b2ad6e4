// SPDX-License-Identifier: BSD-3-Clause
// The local search that closes what the tree programme leaves open.
//
// Contracting clusters leaves a tree of clusters. Of each cluster, of each pair of neighbours, and
// of each pair that only buses without agents part, the union is looked at afresh: not cut at all,
// or cut at any one edge (so pairs merge, split or shift their border). With sums below every node
// (m_k, S_k, P_k) from one pass up and the sum of distances to every node from one pass down,
//   R_k = R_above + l (M - 2 m_k),   R of the top = S of the union,
// the part beyond an edge follows in O(1), since everything else of it is a difference:
//   P_beyond = P - P_k - m_k (R_above - S') - (M - m_k) S',   S' = S_k + m_k l.
// Only its diameter takes a walk, which is made for cuts that would win and in unions that are too
// long.
//
// With a previous membership every cluster may keep the name of one old cluster, each name once;
// members who were elsewhere have moved, and each costs w_switch. Of the two parts of a union the
// names go to whom they save more moves, from counts below every node. Moves are taken in preorder
// and only if they lower the integer score, so the result is one and the same and the search ends.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "gridswarm/cluster/tree_programme.hpp"

namespace gridswarm::inline GS_ABI::cluster {

/// Who of a subtree was where.
struct Origin {
  std::int32_t anywhere = 0;           ///< members who had a cluster
  std::int32_t first = 0, second = 0;  ///< of them in the two old clusters in question
};

/// Buffers of naming clusters.
struct NameWork {
  struct Overlap {
    Index top, old;
    std::int32_t shared;
  };
  std::vector<Overlap> overlaps;
  std::vector<Index> first, next;    ///< top -> its first node with an agent, and on from there
  std::vector<std::int32_t> shared;  ///< by old cluster; 0 between clusters
  std::vector<std::int8_t> given;    ///< by old cluster
};

/// Buffers of refine(); keep their capacity from feeder to feeder.
template <class More>
struct RefineWork {
  std::vector<Index> top_of;          ///< node -> top node of its cluster
  std::vector<std::int32_t> stamp;    ///< top node -> pass in which its cluster last changed
  std::vector<std::int64_t> score;    ///< top node -> score of its cluster
  std::vector<std::int32_t> members;  ///< top node -> members of its cluster
  std::vector<Index> name;            ///< top node -> old cluster whose name it keeps, or none
  std::vector<std::int32_t> moved;    ///< top node -> members who were elsewhere
  std::vector<Index> sibling;  ///< top node of an empty cluster -> the neighbour below seen last
  std::vector<Index> tops;
  std::vector<Index> node, above;       ///< the union in preorder: node, local row of its parent
  std::vector<Index> row;               ///< node -> local row
  std::vector<Part<More>> below;        ///< by local row
  std::vector<std::int64_t> distances;  ///< by local row: R
  std::vector<std::int64_t> depth;      ///< buffer of the walk
  std::vector<Origin> origin;           ///< by local row
  NameWork naming;
};

/// Score of the cuts of one feeder: objective, undersized clusters and moves.
struct Total {
  std::int64_t objective = 0;  ///< in 1e-6
  std::int64_t moves = 0;      ///< in 1e-6
  std::int64_t undersized = 0;
  std::int64_t score() const { return objective + moves + undersized * undersized_score; }
};

/// Improve the cuts of one feeder until nothing gains or scoring.refine_passes are done.
/// @param dirty  nodes whose clusters are looked at; empty: all
template <class More>
Total refine(const Problem<More>& problem, std::span<const Index> dirty, RefineWork<More>& work,
             std::vector<std::int8_t>& cut);

}  // namespace gridswarm::inline GS_ABI::cluster

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/cluster/refine.ipp"
#endif
