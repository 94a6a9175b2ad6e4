// SPDX-License-Identifier: BSD-3-Clause
// Which agents a formation could not serve as asked, in words.
//
// Upper bounds always hold; the lower size bound yields where they leave no room. What is left
// below it is a defined result, and whoever runs the swarm wants to know whom it concerns.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "gridswarm/cluster/clusters.hpp"
#include "gridswarm/fleet/fleet.hpp"

namespace gridswarm::inline GS_ABI::cluster {

struct Unmet {
  std::vector<Index> undersized;  ///< cluster rows with fewer than size_min members, ascending
  std::string message;            ///< names clusters and agents, at most ten of each; empty if none
};

/// Clusters below `size_min` and who is in them.
Unmet unmet(const fleet::Fleet& fleet, const Clusters& clusters, std::int64_t size_min);

}  // namespace gridswarm::inline GS_ABI::cluster

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/cluster/unmet.ipp"
#endif
