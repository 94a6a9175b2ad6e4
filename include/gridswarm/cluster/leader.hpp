// SPDX-License-Identifier: BSD-3-Clause
// Who speaks for a cluster: a weighted draw by merit, with rotation.
//
// score_i = w_energy e_i / max_C e + w_soc soc_i + w_reputation rep_i + w_reliability health_i, as
// an integer in 1e-6. Who led within the last `rest_epochs` epochs, or is lost (health 0), sits out
// while somebody else can lead. The draw is by score: u in [0, sum), members in the order of their
// ids. Only integers are drawn, so every replica names the same leader.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "gridswarm/base/column.hpp"
#include "gridswarm/base/fields.hpp"
#include "gridswarm/cluster/clusters.hpp"
#include "gridswarm/fleet/fleet.hpp"

namespace gridswarm::inline GS_ABI::cluster {

struct LeaderOptions {
  double w_energy = 1.0;
  double w_soc = 1.0;
  double w_reputation = 1.0;
  double w_reliability = 1.0;
  std::int64_t rest_epochs = 4;
};

/// What outlives an election; one row per agent. Empty columns count as "never led" and
/// reputation 1.
struct Standing {
  Column<std::int64_t> led_epoch;  ///< last epoch it led; -1 never
  Column<double> reputation;       ///< 0..1
};

/// Score of every agent inside its cluster, in 1e-6; at least 1 where health > 0, else 0. Agents
/// without cluster have 0.
void leader_scores(const fleet::Fleet& fleet, const Standing& standing,
                   const LeaderOptions& options, const Clusters& clusters,
                   std::vector<std::int64_t>& score);

/// Fill clusters.leader and note the epoch in standing.led_epoch.
void elect(const fleet::Fleet& fleet, const LeaderOptions& options, std::uint64_t seed,
           std::uint32_t epoch, Standing& standing, Clusters& clusters);

}  // namespace gridswarm::inline GS_ABI::cluster

namespace gridswarm::inline GS_ABI {
template <>
std::span<const Field<cluster::LeaderOptions>> fields();
}  // namespace gridswarm::inline GS_ABI

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/cluster/leader.ipp"
#endif
