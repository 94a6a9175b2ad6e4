// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <array>
#include <map>

#include "gridswarm/base/error.hpp"
#include "gridswarm/io/length_file.hpp"

namespace gridswarm::inline GS_ABI::io {

namespace length_detail {

inline constexpr std::array<std::string_view, 3> columns = {"fbus", "tbus", "length"};

/// A bus as this file names it.
GS_INLINE std::string name_of(const feeder::Case& grid, Index bus_row) {
  return grid.by_name ? grid.buses.name[bus_row] : std::to_string(grid.buses.id[bus_row]);
}

using Ends = std::pair<std::string, std::string>;

GS_INLINE Ends ends_of(std::string a, std::string b) {
  if (b < a) a.swap(b);
  return {std::move(a), std::move(b)};
}

/// Branch rows between two buses, in the case file's order, last first.
GS_INLINE std::map<Ends, std::vector<Index>> branches_by_ends(const feeder::Case& grid) {
  std::map<Ends, std::vector<Index>> rows;
  for (Index e = grid.branches.size() - 1; e >= 0; --e)
    rows[ends_of(name_of(grid, grid.branches.from[e]), name_of(grid, grid.branches.to[e]))]
        .push_back(e);
  return rows;
}

}  // namespace length_detail

GS_INLINE std::vector<double> branch_lengths_from_table(const CsvTable& table,
                                                        const feeder::Case& grid) {
  using namespace length_detail;
  require_known_columns(table, columns);
  std::array<Index, 3> at;
  for (std::size_t c = 0; c < columns.size(); ++c) at[c] = require_column(table, columns[c]);
  auto waiting = branches_by_ends(grid);
  std::vector<double> lengths(static_cast<std::size_t>(grid.branches.size()), 0.0);
  for (Index row = 0; row < table.rows(); ++row) {
    const auto found = waiting.find(
        ends_of(std::string(table.cell(row, at[0])), std::string(table.cell(row, at[1]))));
    if (found == waiting.end() || found->second.empty())
      throw cell_error(table, row, at[1],
                       found == waiting.end()
                           ? "ends no branch of the case from " +
                                 std::string(table.cell(row, at[0])) + "; name both its buses"
                           : "is one row more than the case has branches between these buses");
    const double length = number(table, row, at[2]);
    if (length < 0.0) throw cell_error(table, row, at[2], "is negative; lengths begin at 0");
    lengths[found->second.back()] = length;
    found->second.pop_back();
  }
  for (const auto& [ends, rows] : waiting)
    if (!rows.empty())
      throw InputError(table.file, 0,
                       "branch " + ends.first + "-" + ends.second +
                           " of the case has no row here; every branch needs a length");
  return lengths;
}

GS_INLINE std::vector<double> read_branch_lengths(const std::string& path,
                                                  const feeder::Case& grid) {
  return branch_lengths_from_table(read_csv(path), grid);
}

}  // namespace gridswarm::inline GS_ABI::io
