// SPDX-License-Identifier: BSD-3-Clause
// A feeder and its clusters as an SVG picture: one column per branch from the source at left.
//
// Below a bus the branch with the longest way ahead goes straight on, the others go down beside it
// in turn; a riser stands in its bus's own column, so no two lines cross. Colours are those of
// Okabe and Ito, different where clusters meet. gs.plot.clusters draws the same with more room for
// taste; this needs nothing but a browser.
#pragma once

#include <string>

#include "gridswarm/cluster/clusters.hpp"
#include "gridswarm/feeder/forest.hpp"
#include "gridswarm/fleet/fleet.hpp"

namespace gridswarm::inline GS_ABI::io {

/// More buses than this make no picture that anybody can read.
inline constexpr Index most_buses_drawn = 20'000;

/// The text of an SVG file. Discs are buses, divided where several clusters have agents there, grey
/// without agents; wires have the colour of the cluster that passes them; rings are leaders.
/// @param forest  the one on which the clusters were formed
/// @throws UsageError where the forest has more than most_buses_drawn buses
std::string cluster_picture(const feeder::Case& grid, const feeder::Forest& forest,
                            const fleet::Fleet& fleet, const cluster::Clusters& clusters);

}  // namespace gridswarm::inline GS_ABI::io

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/io/cluster_picture.ipp"
#endif
