// SPDX-License-Identifier: BSD-3-Clause
// Formation: which agents of a feeder work together.
//
// The paper's three rules (similar, near, able to share) as one objective over the cut edges S of
// the agents' tree; the clusters C are the members of what stays connected:
//   J(S) = sum_C { w_distance P_C / (m_C delta) + w_similarity V_soc(C) / delta_soc^2
//                  + w_output V_out(C) / delta_out^2 + w_residual R(C) / delta_kw + kappa }
//   P_C pair impedance, m_C members, V spread, R power left after sharing inside.
// Bounds of size, rating and diameter hold hard; the lower size bound yields only where it cannot
// be met. Re-formation adds, for each edge whose state differs from before, w_switch times the
// members it moves. All terms add up when two parts join, so a tree programme bottom-up with a few
// labels per node solves it, and a local search over pairs of neighbouring clusters refines it
// (docs/theory/clusters.md).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "gridswarm/base/exchange.hpp"
#include "gridswarm/base/fields.hpp"
#include "gridswarm/cluster/clusters.hpp"
#include "gridswarm/cluster/history.hpp"
#include "gridswarm/cluster/options.hpp"
#include "gridswarm/cluster/pieces.hpp"
#include "gridswarm/cluster/refine.hpp"
#include "gridswarm/distance/electrical.hpp"
#include "gridswarm/distance/similarity.hpp"

namespace gridswarm::inline GS_ABI::cluster {

struct Formation {
  Clusters clusters;            ///< leaders are none until elect()
  double objective = 0.0;       ///< J without switching cost
  double switching = 0.0;       ///< switching cost paid against `previous`
  std::int64_t undersized = 0;  ///< clusters below size_min
};

/// What form() may be told beside the fleet.
struct FormExtras {
  std::span<const std::uint8_t> apart = {};  ///< by agent row, 1: outside every cluster
  Horizon horizon = {};
  Index piece_nodes = most_piece_nodes;  ///< for tests: larger feeders are formed in pieces
};

/// Partition the supplied agents; deterministic for any number of threads and order of rows.
/// @param previous  membership by the same agent rows (see carry_over), or null at first; only `of`
///                  and `id` are read. Its ids live on by largest overlap.
/// @param threads   0: all of the process; they share feeders, and pieces of giant feeders
/// @throws UsageError where options contradict each other, an agent alone exceeds rating_max_kva,
/// or
///         previous, apart or horizon are not of this fleet's size.
Formation form(const feeder::Case& grid, const feeder::Forest& forest, const fleet::Fleet& fleet,
               const ClusterOptions& options, const Clusters* previous, int threads = 1,
               const FormExtras& extras = {});

/// A cluster of one feeder: its smallest agent row, and the node of the AgentTree where all paths
/// between its members meet.
struct FeederCluster {
  Index first, top;
};

/// Buffers of one thread; keep them, so that re-forming a feeder allocates nothing.
struct FormWork {
  FeederTree tree;
  History history;
  HistoryWork memory;
  template <class More>
  struct Search {
    std::vector<Part<More>> own;
    ProgrammeWork<More> programme;
    RefineWork<More> refine;
  };
  Search<Plain> plain;
  Search<Wide> wide;
  std::vector<std::int8_t> cut, kept;
  std::vector<Index> dirty;             ///< local nodes
  std::vector<Index> row_of;            ///< node -> row of `clusters`
  std::vector<FeederCluster> clusters;  ///< result: of the feeder formed last, in preorder
};

/// How a feeder is formed.
struct FeederTask {
  const Clusters* previous = nullptr;  ///< by agent row; only `of` and `id` are read
  /// With `previous`: leave out the fresh formation and only repair what was, which takes a quarter
  /// of the time and less than that with `dirty`.
  bool repair = false;
  /// With repair: agent rows around which to look; empty: everywhere. Clusters that this formation
  /// had to split are looked at if one of theirs is named.
  std::span<const Index> dirty = {};
  int threads = 1;  ///< for the pieces of a giant feeder
};

/// Form one feeder (a row of input.tree.root) and touch no other. With `previous`, what was before,
/// repaired, stands unless the fresh answer saves more than min_gain of J.
/// @param first  by agent row: set to the smallest agent row of its cluster, none for agents apart;
///               only the feeder's agents are written
/// Depends on the feeder's agents only, so feeders may be formed side by side, a FormWork each.
Total form_feeder(const FormInput& input, const Scoring& scoring, const FeederTask& task,
                  Index feeder, FormWork& work, std::span<Index> first);

/// Rows of clusters in the order of their first agents, ids and leaders still empty.
/// @param of  by agent row what form_feeder wrote, or none; becomes `of` of the result
Clusters clusters_of(std::vector<Index> of);

/// `before` as membership of the agents of `now`, matched by agent id: who joined has no cluster.
Clusters carry_over(const fleet::Fleet& old_fleet, const Clusters& before, const fleet::Fleet& now);

/// Canonical bytes of a membership: (agent id, cluster id) as big-endian int64 pairs, by agent id;
/// cluster id -1 for an agent without cluster.
Bytes membership_bytes(const fleet::Fleet& fleet, const Clusters& clusters);

}  // namespace gridswarm::inline GS_ABI::cluster

namespace gridswarm::inline GS_ABI {
template <>
std::span<const Field<cluster::Formation>> fields();
}  // namespace gridswarm::inline GS_ABI

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/cluster/form.ipp"
#endif
