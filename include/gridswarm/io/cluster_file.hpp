// SPDX-License-Identifier: BSD-3-Clause
// Clusters as a table people can open: `agent,bus,cluster,leader`, one row per agent by agent id.
#pragma once

#include <string>

#include "gridswarm/cluster/clusters.hpp"
#include "gridswarm/feeder/case.hpp"
#include "gridswarm/fleet/fleet.hpp"
#include "gridswarm/io/csv.hpp"

namespace gridswarm::inline GS_ABI::io {

/// The text of the table; cluster is empty for an agent without one, leader is 1 or 0.
std::string clusters_text(const feeder::Case& grid, const fleet::Fleet& fleet,
                          const cluster::Clusters& clusters);

/// Write it. @throws FileError where `path` can't be written.
void write_clusters(const std::string& path, const feeder::Case& grid, const fleet::Fleet& fleet,
                    const cluster::Clusters& clusters);

/// A membership for the agents of `fleet`, matched by agent id: agents of the table that the fleet
/// lacks are left out, agents that the table lacks have no cluster, clusters without agents are
/// dropped. The columns bus and leader may be missing; `top` is none.
/// @throws InputError: columns agent or cluster missing, a cell that is no integer, an agent twice,
///         leader neither 0 nor 1, two leaders in one cluster, or rows none of which is of
///         this fleet.
cluster::Clusters clusters_from_table(const CsvTable& table, const fleet::Fleet& fleet);

/// The same from a file. @throws FileError, InputError
cluster::Clusters read_clusters(const std::string& path, const fleet::Fleet& fleet);

}  // namespace gridswarm::inline GS_ABI::io

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/io/cluster_file.ipp"
#endif
