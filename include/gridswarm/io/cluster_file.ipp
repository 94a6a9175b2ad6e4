// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <array>
#include <map>

#include "gridswarm/io/cluster_file.hpp"
#include "gridswarm/io/file.hpp"
#include "gridswarm/io/fleet_file.hpp"

namespace gridswarm::inline GS_ABI::io {

namespace cluster_detail {

inline constexpr std::array<std::string_view, 4> columns = {"agent", "bus", "cluster", "leader"};

/// Row of an agent id in a fleet sorted by it; none where the fleet lacks it.
GS_INLINE Index find_agent(const fleet::Fleet& fleet, AgentId id) {
  const auto& ids = fleet.plate.id;
  const auto at = std::lower_bound(ids.begin(), ids.end(), id);
  return at == ids.end() || *at != id ? none : static_cast<Index>(at - ids.begin());
}

/// 1 or 0; an empty cell is 0.
GS_INLINE bool is_leader(const CsvTable& table, Index row, Index column) {
  if (column == none || table.cell(row, column).empty()) return false;
  const std::int64_t value = integer(table, row, column);
  if (value != 0 && value != 1) throw cell_error(table, row, column, "must be 1 or 0");
  return value == 1;
}

}  // namespace cluster_detail

GS_INLINE std::string clusters_text(const feeder::Case& grid, const fleet::Fleet& fleet,
                                    const cluster::Clusters& clusters) {
  std::string text;
  for (std::string_view name : cluster_detail::columns)
    text.append(text.empty() ? "" : ",").append(name);
  text += "\n";
  for (Index i = 0; i < fleet.size(); ++i) {
    const Index row = clusters.of[i];
    text += std::to_string(fleet.plate.id[i]) + "," + bus_text(grid, fleet.plate.bus[i]) + "," +
            (row == none ? std::string() : std::to_string(clusters.id[row])) + "," +
            (row != none && clusters.leader[row] == i ? "1" : "0") + "\n";
  }
  return text;
}

GS_INLINE void write_clusters(const std::string& path, const feeder::Case& grid,
                              const fleet::Fleet& fleet, const cluster::Clusters& clusters) {
  write_file_atomically(path, clusters_text(grid, fleet, clusters));
}

GS_INLINE cluster::Clusters clusters_from_table(const CsvTable& table, const fleet::Fleet& fleet) {
  require_known_columns(table, cluster_detail::columns);
  const Index agent = require_column(table, cluster_detail::columns[0]);
  const Index cluster = require_column(table, cluster_detail::columns[2]);
  const Index leader = find_column(table, cluster_detail::columns[3]);
  cluster::Clusters out;
  out.of.assign(static_cast<std::size_t>(fleet.size()), none);
  bool is_of_this_fleet = fleet.size() == 0 || table.rows() == 0;
  std::map<AgentId, std::int64_t> seen;
  std::map<ClusterId, Index> row_of;
  for (Index row = 0; row < table.rows(); ++row) {
    const AgentId id = integer(table, row, agent);
    const auto [first, fresh] = seen.emplace(id, table.line[static_cast<std::size_t>(row)]);
    if (!fresh)
      throw cell_error(table, row, agent,
                       "stands in line " + std::to_string(first->second) + " already");
    const Index i = cluster_detail::find_agent(fleet, id);
    is_of_this_fleet = is_of_this_fleet || i != none;
    if (table.cell(row, cluster).empty()) continue;
    const ClusterId cluster_id = integer(table, row, cluster);
    const bool leads = cluster_detail::is_leader(table, row, leader);
    if (i == none) continue;
    const auto [place, is_new] = row_of.emplace(cluster_id, out.size());
    if (is_new) {
      out.id.push_back(cluster_id);
      out.leader.push_back(none);
    }
    out.of[i] = place->second;
    if (!leads) continue;
    if (out.leader[place->second] != none)
      throw cell_error(table, row, leader,
                       "makes a second leader of cluster " + std::to_string(cluster_id));
    out.leader[place->second] = i;
  }
  if (!is_of_this_fleet)
    throw InputError(table.file, 0,
                     "none of its " + std::to_string(table.rows()) +
                         " agents is in the fleet; it is the membership of other agents");
  out.members = group_by(out.of, out.size());
  out.top.assign(out.id.size(), none);
  return out;
}

GS_INLINE cluster::Clusters read_clusters(const std::string& path, const fleet::Fleet& fleet) {
  return clusters_from_table(read_csv(path), fleet);
}

}  // namespace gridswarm::inline GS_ABI::io
