// SPDX-License-Identifier: BSD-3-Clause
// Clusters as a table people can open: `agent,bus,cluster,leader`, one row per agent by agent id.
#pragma once

#include <string>

#include "gridswarm/cluster/clusters.hpp"
#include "gridswarm/feeder/case.hpp"
#include "gridswarm/fleet/fleet.hpp"

namespace gridswarm::inline GS_ABI::io {

/// Write a membership; cluster is empty for an agent without one, leader is 1 or 0.
/// @throws FileError where the file cannot be written.
void write_clusters(const std::string& path, const feeder::Case& grid, const fleet::Fleet& fleet,
                    const cluster::Clusters& clusters);

/// Read a membership for the agents of `fleet`, matched by agent id: agents of the file that the
/// fleet lacks are left out, agents that the file lacks have no cluster. The column bus is not
/// used; `top` is not filled.
/// @throws FileError, InputError (wrong header, a cell that is no integer, an agent twice).
cluster::Clusters read_clusters(const std::string& path, const fleet::Fleet& fleet);

}  // namespace gridswarm::inline GS_ABI::io

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/io/cluster_file.ipp"
#endif
