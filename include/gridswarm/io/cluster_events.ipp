// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <utility>

#include "gridswarm/io/cluster_events.hpp"
#include "gridswarm/io/fleet_file.hpp"

namespace gridswarm::inline GS_ABI::io {

namespace cluster_events_detail {

enum Column { time, event, agent, bus, branch, value, columns };
inline constexpr std::array<std::string_view, columns> names = {"time_s", "event",  "agent",
                                                                "bus",    "branch", "value"};

/// What a kind reads; `bus` of a join may be empty.
struct Needs {
  bool agent, bus, branch, value;
};

GS_INLINE Needs needs_of(cluster::EventKind kind) {
  using cluster::EventKind;
  switch (kind) {
    case EventKind::join: return {true, true, false, false};
    case EventKind::leave:
    case EventKind::isolate:
    case EventKind::give_back: return {true, false, false, false};
    case EventKind::open:
    case EventKind::close: return {false, false, true, false};
    case EventKind::power:
    case EventKind::soc: return {true, false, false, true};
    default: return {false, false, false, true};
  }
}

/// Names of the case's buses and branches as cells say them.
struct Names {
  std::map<std::string, Index, std::less<>> bus;
  std::map<std::string, std::vector<Index>, std::less<>> branch;
};

GS_INLINE Names names_of(const feeder::Case& grid) {
  Names names;
  for (Index b = 0; b < grid.buses.size(); ++b) names.bus.emplace(bus_text(grid, b), b);
  for (Index e = 0; e < grid.branches.size(); ++e) {
    const std::string from = bus_text(grid, grid.branches.from[e]);
    const std::string to = bus_text(grid, grid.branches.to[e]);
    names.branch[from + "-" + to].push_back(e);
    if (from != to) names.branch[to + "-" + from].push_back(e);
  }
  return names;
}

/// One line of the table while it is read.
struct Line {
  const CsvTable& table;
  Index row;
  const std::array<Index, columns>& at;

  std::string_view cell(Column column) const {
    return at[column] == none ? std::string_view() : table.cell(row, at[column]);
  }
  [[noreturn]] void refuse(Column column, const std::string& advice) const {
    if (at[column] == none)
      throw InputError(table.file, table.line[static_cast<std::size_t>(row)],
                       "there is no column " + std::string(names[column]) + ", but " +
                           std::string(cell(event)) + " needs it; add it");
    throw cell_error(table, row, at[column], advice);
  }
  /// Is the cell filled? Refused where it must be and isn't, or may not be and is.
  bool has(Column column, bool used, bool must) const {
    const bool filled = !cell(column).empty();
    if (filled && !used)
      refuse(column, "has no meaning for " + std::string(cell(event)) + "; leave it empty");
    if (!filled && must) refuse(column, "must be given for " + std::string(cell(event)));
    return filled;
  }
};

GS_INLINE Index find_branch(const Line& line, const Names& names, Index branches) {
  const std::string_view text = line.cell(branch);
  if (const auto found = names.branch.find(text); found != names.branch.end()) {
    if (found->second.size() == 1) return found->second[0];
    std::string rows;
    for (Index row : found->second) rows += (rows.empty() ? "" : ", ") + std::to_string(row + 1);
    line.refuse(branch, "names several branches; give one of the rows " + rows);
  }
  if (text.find_first_not_of("0123456789") == std::string_view::npos) {
    const std::int64_t row = integer(line.table, line.row, line.at[branch]);
    if (row >= 1 && row <= branches) return static_cast<Index>(row - 1);
  }
  line.refuse(branch, "is no branch of the case; give FROM-TO by its buses, or its row from 1 to " +
                          std::to_string(branches));
}

GS_INLINE cluster::Event read_line(const Line& line, const Names& names, const feeder::Case& grid,
                                   const fleet::Fleet& fleet) {
  cluster::Event out;
  try {
    out.kind = cluster::event_kind_of(line.cell(event));
  } catch (const UsageError& error) {
    line.refuse(event, error.what());
  }
  out.time_s = number(line.table, line.row, line.at[time]);
  const Needs needs = needs_of(out.kind);
  if (line.has(agent, needs.agent, needs.agent)) {
    out.agent = integer(line.table, line.row, line.at[agent]);
    const auto& ids = fleet.plate.id;
    if (!std::binary_search(ids.begin(), ids.end(), out.agent))
      line.refuse(agent, "is not in the fleet; list everybody there who may ever take part");
  }
  if (line.has(bus, needs.bus, false)) {
    const auto found = names.bus.find(line.cell(bus));
    if (found == names.bus.end())
      line.refuse(bus, "is no bus of case " + grid.name + "; give one, or leave it empty");
    out.bus = found->second;
  }
  if (line.has(branch, needs.branch, needs.branch))
    out.branch = find_branch(line, names, grid.branches.size());
  if (line.has(value, needs.value, needs.value))
    out.value = number(line.table, line.row, line.at[value]);
  return out;
}

}  // namespace cluster_events_detail

GS_INLINE ClusterEvents cluster_events_from_table(const CsvTable& table, const feeder::Case& grid,
                                                  const fleet::Fleet& fleet) {
  using namespace cluster_events_detail;
  require_known_columns(table, names);
  std::array<Index, columns> at;
  for (int column = 0; column < columns; ++column) at[column] = find_column(table, names[column]);
  for (const Column must : {time, event}) require_column(table, names[must]);
  const Names known = names_of(grid);
  ClusterEvents out;
  out.file = table.file;
  for (Index row = 0; row < table.rows(); ++row) {
    const Line line{table, row, at};
    out.event.push_back(read_line(line, known, grid, fleet));
    out.line.push_back(table.line[static_cast<std::size_t>(row)]);
    const double before = row == 0 ? 0.0 : out.event[static_cast<std::size_t>(row) - 1].time_s;
    if (out.event.back().time_s < before)
      line.refuse(time, row == 0 ? "must be 0 or more"
                                 : "is before the line above; put events in the order of time");
  }
  return out;
}

GS_INLINE ClusterEvents read_cluster_events(const std::string& path, const feeder::Case& grid,
                                            const fleet::Fleet& fleet) {
  return cluster_events_from_table(read_csv(path), grid, fleet);
}

GS_INLINE std::vector<Index> absent_at_first(const ClusterEvents& events,
                                             const fleet::Fleet& fleet) {
  std::set<AgentId> seen;
  std::vector<Index> rows;
  const auto& ids = fleet.plate.id;
  for (const cluster::Event& event : events.event) {
    if (!cluster_events_detail::needs_of(event.kind).agent) continue;
    if (!seen.insert(event.agent).second || event.kind != cluster::EventKind::join) continue;
    const auto at = std::lower_bound(ids.begin(), ids.end(), event.agent);
    if (at != ids.end() && *at == event.agent) rows.push_back(static_cast<Index>(at - ids.begin()));
  }
  return rows;
}

}  // namespace gridswarm::inline GS_ABI::io
