// SPDX-License-Identifier: BSD-3-Clause
// The region that a response study disturbs, the same for all controllers.
//
// A synthetic feeder with an agent on every bus, in clusters as cluster::form makes them. Each has
// room of 1 to 3 kW either way and a cost of 1 to 3 per kW^2. A region (a tenth of the agents, next
// to each other in the numbering) loses 1.5 to 4.5 kW each: more than it can cover itself.
#pragma once

#include "gridswarm/feeder/forest.hpp"
#include "gridswarm/swarm/response.hpp"

namespace gridswarm::inline GS_ABI::swarm {

struct ResponseScene {
  Responders responders;
  feeder::Forest forest;
  std::vector<Index> position;  ///< of each agent's bus in the forest
};

/// The same scene for the same number of agents. @throws UsageError for fewer than 10
ResponseScene make_response_scene(Index agents);

/// What each agent loses (negative kW) in the run of this seed.
Column<double> region_step(Index agents, std::uint64_t seed);

}  // namespace gridswarm::inline GS_ABI::swarm

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/swarm/response_scene.ipp"
#endif
