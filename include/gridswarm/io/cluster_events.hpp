// SPDX-License-Identifier: BSD-3-Clause
// EVENTS.csv: what happens to a membership over time. docs/reference/cluster-events.md has the
// columns.
//
// One line per event in the order of time; a cell that an event has no use for must be empty, so
// that a value in the wrong column is noticed.
#pragma once

#include <string>
#include <vector>

#include "gridswarm/cluster/upkeep.hpp"
#include "gridswarm/io/csv.hpp"

namespace gridswarm::inline GS_ABI::io {

/// Events and the lines they stand in.
struct ClusterEvents {
  std::string file;
  std::vector<cluster::Event> event;
  std::vector<std::int64_t> line;
};

/// Read events; agents, buses and branches are looked up in `fleet` and `grid`. A branch is FROM-TO
/// by the case's bus numbers or names in either order, or its row counted from 1 where several
/// stand between the same buses.
/// @throws FileError, InputError with line, cell and what to do.
ClusterEvents read_cluster_events(const std::string& path, const feeder::Case& grid,
                                  const fleet::Fleet& fleet);

/// The same from a table in memory.
ClusterEvents cluster_events_from_table(const CsvTable& table, const feeder::Case& grid,
                                        const fleet::Fleet& fleet);

/// Rows of agents whose first event is a join: they are not there at the beginning.
std::vector<Index> absent_at_first(const ClusterEvents& events, const fleet::Fleet& fleet);

}  // namespace gridswarm::inline GS_ABI::io

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/io/cluster_events.ipp"
#endif
