// SPDX-License-Identifier: BSD-3-Clause
// What was before: the previous membership as a state of every edge, and ids that live on.
//
// An edge whose two ends belonged to one cluster was joined; whose ends belonged to two, was cut. A
// formation that changes an edge moves at least the smaller side, so it pays that many moves:
//   cut an edge inside C:      min(n_e, m_C - n_e),  n_e members of C below e,
//   join clusters A and B:     min(m_A, m_B).
// Buses without agents belong to the cluster whose paths pass them; edges elsewhere are free. The
// sum bounds the members that change their cluster, and it adds up over edges, so the tree
// programme has it. The bound is loose: a border shifted by one member is charged as a whole
// cluster joined and one member cut. So the local search counts members that move one by one
// (refine.hpp), which needs to know where every agent was.
#pragma once

#include <cstdint>
#include <vector>

#include "gridswarm/cluster/clusters.hpp"
#include "gridswarm/cluster/feeder_tree.hpp"
#include "gridswarm/fleet/fleet.hpp"

namespace gridswarm::inline GS_ABI::cluster {

/// By node of a feeder's tree, for the edge above it.
struct History {
  bool any = false;                     ///< false: first formation, every edge is free
  std::vector<std::int32_t> if_cut;     ///< moves when it is cut
  std::vector<std::int32_t> if_joined;  ///< moves when it is joined
  std::vector<std::int8_t> was_joined;
  std::vector<Index> was_in;  ///< previous cluster of the node's agent, numbered from 0; or none
  Index clusters = 0;         ///< so many previous clusters in was_in
};

/// Buffers of recall(); keep their capacity.
struct HistoryWork {
  std::vector<Index> home;  ///< node -> previous cluster row or none
  std::vector<Index> up;    ///< previous cluster whose members lie on both sides of the edge
  std::vector<std::int32_t> below;  ///< members of `up` below the edge
  std::vector<std::int32_t> total,
      count;  ///< previous cluster row -> members here; 0 between calls
  std::vector<Index> met;
  std::vector<Index> number;  ///< previous cluster row -> its number in was_in; none between calls
};

/// @param previous  null at the first formation; only `of` and `id` are read
void recall(const FeederTree& tree, const Clusters* previous, HistoryWork& work, History& out);

/// Give ids to new clusters (of, members filled): largest overlap first, ties by old id, then by
/// new row, each old id once; the others take the smallest agent id among their members that is
/// free.
void inherit_ids(const fleet::Fleet& fleet, const Clusters* previous, Clusters& clusters);

/// Pairs (old row, new row) matched greedily by overlap, ties by rows; `shared` agents each.
struct Match {
  Index before, after;
  std::int64_t shared;
};
std::vector<Match> match_by_overlap(const Clusters& before, const Clusters& after);

}  // namespace gridswarm::inline GS_ABI::cluster

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/cluster/history.ipp"
#endif
