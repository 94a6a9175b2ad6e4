// SPDX-License-Identifier: BSD-3-Clause
// How well a partition follows the wires, in three published measures, none of which formation
// optimises.
//   eci          1 - sum of distances over pairs inside clusters / over all pairs of a feeder: the
//                electrical cohesiveness index (Cotilla-Sanchez et al., IEEE Trans. Power Systems
//                28(4), 2013). Many clusters alone bring it near 1.
//   silhouette   mean of (b - a) / max(a, b): a the mean distance to one's own cluster, b to the
//                nearest other one of the feeder (Rousseeuw, J. Comput. Appl. Math. 20, 1987); 0
//                for an agent alone
//   leak         sum over pairs of different clusters of (dV_i/dQ_j)^2 over the sum over all pairs,
//                dV_i/dQ_j = X_ij of LinDistFlow: how much of the voltage coupling clusters ignore
// eci and leak are exact in O(n log n) by sums over meetings (distance/pair_sum.hpp). A silhouette
// needs the distances to all of the feeder, O(its nodes) per agent; where that is more than
// `silhouette_steps` in all, every k-th agent stands for the others, k the same everywhere.
#pragma once

#include <cstdint>

#include "gridswarm/base/fields.hpp"
#include "gridswarm/cluster/clusters.hpp"
#include "gridswarm/cluster/options.hpp"
#include "gridswarm/feeder/spanning.hpp"
#include "gridswarm/fleet/fleet.hpp"

namespace gridswarm::inline GS_ABI::cluster {

/// Nodes looked at for the silhouette: about a tenth of a second.
inline constexpr std::int64_t silhouette_steps = 30'000'000;

struct Cohesion {
  double eci = 1.0;
  double silhouette = 0.0;
  std::int64_t silhouette_agents = 0;
  double coupling_leak = 0.0;
};

/// eci with the distances that loops leave, but for log_sensitivity; the others along the spanning
/// tree. Lengths are those of the options; the leak takes reactances in any case.
/// @param most_steps  bound on the work of the silhouette
Cohesion cohesion(const feeder::Case& grid, const feeder::SpanningForest& spanning,
                  const fleet::Fleet& fleet, const ClusterOptions& options,
                  const Clusters& clusters, std::int64_t most_steps = silhouette_steps);

}  // namespace gridswarm::inline GS_ABI::cluster

namespace gridswarm::inline GS_ABI {
template <>
std::span<const Field<cluster::Cohesion>> fields();
}  // namespace gridswarm::inline GS_ABI

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/cluster/cohesion.ipp"
#endif
