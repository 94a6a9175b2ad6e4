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
#include "gridswarm/cluster/options.hpp"
#include "gridswarm/distance/electrical.hpp"
#include "gridswarm/distance/similarity.hpp"

namespace gridswarm::inline GS_ABI::cluster {

struct Formation {
  Clusters clusters;            ///< leaders are none until elect()
  double objective = 0.0;       ///< J without switching cost
  double switching = 0.0;       ///< switching cost paid against `previous`
  std::int64_t undersized = 0;  ///< clusters below size_min
};

/// Partition the supplied agents; deterministic for any number of threads and order of rows.
/// @param previous  membership by the same agent rows (see carry_over), or null at first; only `of`
/// and
///                  `id` are read. Its ids live on by largest overlap.
/// @param threads   0: all of the process; feeders are the pieces
/// @throws UsageError where options contradict each other or an agent alone exceeds rating_max_kva.
Formation form(const feeder::Case& grid, const feeder::Forest& forest, const fleet::Fleet& fleet,
               const ClusterOptions& options, const Clusters* previous, int threads = 1);

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
