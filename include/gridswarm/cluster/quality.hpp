// SPDX-License-Identifier: BSD-3-Clause
// How good a partition is, measured apart from the algorithm that made it.
//
// Connectivity is judged on the forest's wires by climbing from the members, not on the agents'
// tree: a cluster is connected when all its members hang on one source, no wire between them lies
// between members of another cluster too, and every bus on the way has one of its agents or none at
// all.
//   residual_ratio = sum_C |p_C| / sum_i |p_i|,   residual_floor = sum_feeders |p_feeder| / sum_i
//   |p_i|
// (no cluster crosses feeders, so no partition can do better than the floor).
//
// Where wires close loops, clusters are made on the shortest spanning tree and are connected along
// it, so in the network too; their distances are the true ones (distance/meshed.hpp), never longer
// than along the tree.
#pragma once

#include <cstdint>
#include <span>

#include "gridswarm/base/fields.hpp"
#include "gridswarm/cluster/clusters.hpp"
#include "gridswarm/cluster/comparison.hpp"
#include "gridswarm/cluster/form.hpp"
#include "gridswarm/distance/meshed.hpp"

namespace gridswarm::inline GS_ABI::cluster {

struct ClusterQuality {
  std::int64_t agents = 0;
  std::int64_t clusters = 0;
  double connected_share = 1.0;
  std::int64_t breaches = 0;
  std::int64_t undersized = 0;
  double residual_ratio = 0.0;
  double residual_floor = 0.0;
  double mean_pair_pu = 0.0;
  double largest_diameter_pu = 0.0;
  double soc_deviation = 0.0;
};

/// Measure a partition against the bounds in `options`.
ClusterQuality measure(const feeder::Case& grid, const feeder::Forest& forest,
                       const fleet::Fleet& fleet, const ClusterOptions& options,
                       const Clusters& clusters);

/// The same with the distances that loops leave, which its closing branches make. log_sensitivity
/// stays that of the tree.
ClusterQuality measure(const feeder::Case& grid, const feeder::SpanningForest& spanning,
                       const fleet::Fleet& fleet, const ClusterOptions& options,
                       const Clusters& clusters);

}  // namespace gridswarm::inline GS_ABI::cluster

namespace gridswarm::inline GS_ABI {
template <>
std::span<const Field<cluster::ClusterQuality>> fields();
}  // namespace gridswarm::inline GS_ABI

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/cluster/quality.ipp"
#endif
