// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <string>

#include "gridswarm/base/error.hpp"
#include "gridswarm/base/random.hpp"
#include "gridswarm/cluster/form.hpp"
#include "gridswarm/feeder/synthetic.hpp"
#include "gridswarm/fleet/synthetic.hpp"
#include "gridswarm/swarm/response_scene.hpp"

namespace gridswarm::inline GS_ABI::swarm {

GS_INLINE ResponseScene make_response_scene(Index agents) {
  if (agents < 10)
    throw UsageError("a response study needs at least 10 agents, not " + std::to_string(agents));
  ResponseScene scene;
  const feeder::Case grid = feeder::make_synthetic(agents, 1);
  scene.forest = feeder::make_forest(grid);
  const fleet::Fleet fleet = fleet::make_synthetic_fleet(grid, agents, 1);
  const cluster::Formation formed =
      cluster::form(grid, scene.forest, fleet, cluster::ClusterOptions{}, nullptr, 0);
  Column<double> length_pu;
  balance::edge_lengths(scene.forest, 1.0, length_pu);
  balance::ClusterTrees trees;
  balance::make_cluster_trees(scene.forest, formed.clusters, fleet.plate.bus, length_pu, trees);
  report_along_wires(trees, formed.clusters, scene.responders);
  for (Index i = 0; i < agents; ++i) {
    const double room_kw = 1.0 + 2.0 * draw_uniform(2, Stream::response, i, 2);
    scene.responders.cost_per_kw2.push_back(1.0 + 2.0 * draw_uniform(2, Stream::response, i, 3));
    scene.responders.min_kw.push_back(-room_kw);
    scene.responders.max_kw.push_back(room_kw);
    scene.position.push_back(scene.forest.position[fleet.plate.bus[i]]);
  }
  return scene;
}

GS_INLINE Column<double> region_step(Index agents, std::uint64_t seed) {
  Column<double> step(static_cast<std::size_t>(agents), 0.0);
  const auto count = static_cast<std::uint64_t>(agents);
  const std::uint64_t first = draw_below(seed, Stream::response, count + 1, 4, count);
  for (std::uint64_t k = 0; k < std::max<std::uint64_t>(count / 10, 1); ++k)
    step[(first + k) % count] = -3.0 * (0.5 + draw_uniform(seed, Stream::response, k, 5));
  return step;
}

}  // namespace gridswarm::inline GS_ABI::swarm
