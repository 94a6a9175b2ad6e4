// SPDX-License-Identifier: BSD-3-Clause
#include "app/cluster_life.hpp"

#include <algorithm>
#include <chrono>
#include <vector>

#include "gridswarm/io/cluster_events.hpp"
#include "gridswarm/io/file.hpp"
#include "gridswarm/io/fleet_file.hpp"

namespace gridswarm::app {
namespace {

/// A line of the log; what an event does not have stays empty, "settle" is what was only better.
std::string log_line(const feeder::Case& grid, double time_s, const std::string& word,
                     const cluster::Event* event, const cluster::Change& change) {
  char time[32];
  std::snprintf(time, sizeof time, "%.10g", time_s);
  std::string line = std::string(time) + "," + word + ",";
  if (event != nullptr && event->branch == none && event->agent != 0)
    line += std::to_string(event->agent);
  line += ",";
  if (event != nullptr && event->branch != none)
    line += io::bus_text(grid, grid.branches.from[event->branch]) + "-" +
            io::bus_text(grid, grid.branches.to[event->branch]);
  for (const std::int64_t number : {change.moved, change.records, change.bytes, change.reformed})
    line += "," + std::to_string(number);
  return line + "\n";
}

double percentile(std::vector<double>& values, double share) {
  if (values.empty()) return 0.0;
  const auto at =
      values.begin() + static_cast<std::ptrdiff_t>(share * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), at, values.end());
  return *at;
}

}  // namespace

cluster::Upkeep live(const Life& life, const feeder::Case& grid, const fleet::Fleet& fleet,
                     const cluster::ClusterOptions& options, const cluster::Clusters* previous,
                     int threads, Report& report) {
  const io::ClusterEvents events = io::read_cluster_events(life.events, grid, fleet);
  const std::vector<Index> absent = io::absent_at_first(events, fleet);
  cluster::Upkeep upkeep =
      cluster::make_upkeep(grid, fleet, options, life.upkeep, previous, absent);
  cluster::Change sum;
  std::vector<double> event_ms;
  std::string log = "time_s,event,agent,branch,moved,records,bytes,reformed\n";
  for (std::size_t k = 0; k < events.event.size(); ++k) {
    const cluster::Event& event = events.event[k];
    const auto begin = std::chrono::steady_clock::now();
    cluster::Change change;
    try {
      change = cluster::apply(upkeep, event);
    } catch (const UsageError& error) {
      throw InputError(events.file, events.line[k], error.what());
    }
    const bool last = k + 1 == events.event.size() || events.event[k + 1].time_s > event.time_s;
    cluster::Change better;
    if (last) better = cluster::settle(upkeep, event.time_s, threads);
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begin;
    event_ms.push_back(1e3 * taken.count());
    log += log_line(grid, event.time_s, std::string(word_of(event.kind)), &event, change);
    if (better.moved > 0) log += log_line(grid, event.time_s, "settle", nullptr, better);
    sum += change;
    sum += better;
  }
  if (!life.out.empty()) io::write_file_atomically(life.out, log);
  report.push_back({"events", static_cast<std::int64_t>(events.event.size()), "of EVENTS.csv"});
  add_fields(report, sum);
  report.push_back({"event_ms_p50", percentile(event_ms, 0.5), "half of the events took less"});
  report.push_back({"event_ms_p99", percentile(event_ms, 0.99), "99 of 100 took less"});
  return upkeep;
}

}  // namespace gridswarm::app
