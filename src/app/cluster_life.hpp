// SPDX-License-Identifier: BSD-3-Clause
// gridswarm cluster --events: a membership lives through EVENTS.csv.
#pragma once

#include <string>

#include "app/report.hpp"
#include "gridswarm/cluster/upkeep.hpp"

namespace gridswarm::app {

/// What --events, --events-out and the options of upkeep say.
struct Life {
  std::string events;
  std::string out;
  cluster::UpkeepOptions upkeep;
};

/// Live through the file's events: the upkeep at the end. Appends what it cost to `report` and
/// writes a line per event to `life.out` if given.
/// @param previous  null: begin with a formation of those who are there
cluster::Upkeep live(const Life& life, const feeder::Case& grid, const fleet::Fleet& fleet,
                     const cluster::ClusterOptions& options, const cluster::Clusters* previous,
                     int threads, Report& report);

}  // namespace gridswarm::app
