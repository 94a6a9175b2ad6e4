// SPDX-License-Identifier: BSD-3-Clause
// Columns of a fleet file, and one line of it with its refusals.
#pragma once

#include <array>
#include <string>

#include "gridswarm/io/fleet_file.hpp"

namespace gridswarm::inline GS_ABI::io {

namespace fleet_detail {

enum Column : Index {
  agent,
  bus,
  kind,
  s_kva,
  rating_kw,
  e_kwh,
  soc,
  soc_min,
  efficiency,
  arrive_h,
  depart_h,
  soc_depart,
  cost_per_kw2,
  power_factor,
  profile,
  p_kw,
  p_min_kw,
  p_max_kw,
  phases,
  soc_max,
  cost_per_kwh,
  wear_curvature,
  gamma_per_k,
  z_share,
  i_share,
  flexible_share,
  mtbf_h,
  repair_h,
  lost_from_h,
  lost_to_h,
  lost_health,
  power_curve,
  column_count
};

inline constexpr std::array<std::string_view, column_count> names = {
    "agent",        "bus",
    "kind",         "s_kva",
    "rating_kw",    "e_kwh",
    "soc",          "soc_min",
    "efficiency",   "arrive_h",
    "depart_h",     "soc_depart",
    "cost_per_kw2", "power_factor",
    "profile",      "p_kw",
    "p_min_kw",     "p_max_kw",
    "phases",       "soc_max",
    "cost_per_kwh", "wear_curvature",
    "gamma_per_k",  "z_share",
    "i_share",      "flexible_share",
    "mtbf_h",       "repair_h",
    "lost_from_h",  "lost_to_h",
    "lost_health",  "power_curve"};

inline constexpr std::array<std::string_view, 6> kind_names = {"pv", "wind",  "battery",
                                                               "ev", "meter", "load"};

/// One line of the table; cells by name of the column, defaults where empty or missing.
struct Row {
  const CsvTable& table;
  const std::array<Index, column_count>& at;
  Index row;

  bool given(Column column) const {
    return at[column] != none && !table.cell(row, at[column]).empty();
  }
  std::string_view text(Column column) const {
    return given(column) ? table.cell(row, at[column]) : std::string_view();
  }
  std::string who() const { return "agent " + std::string(text(agent)) + ": "; }

  [[noreturn]] void refuse(Column column, const std::string& advice) const {
    throw InputError(
        table.file, table.line[static_cast<std::size_t>(row)],
        who() + std::string(names[column]) + " '" + std::string(text(column)) + "' " + advice);
  }
  void require(Column column) const {
    if (!given(column))
      throw InputError(table.file, table.line[static_cast<std::size_t>(row)],
                       who() + std::string(names[column]) + " is empty; it must be given");
  }
  /// A number inside [low, high], or the default where the cell is empty.
  double between(Column column, double otherwise, double low, double high,
                 const char* advice) const {
    if (!given(column)) return otherwise;
    const double value = number(table, row, at[column]);
    if (!(value >= low && value <= high)) refuse(column, advice);
    return value;
  }
};

}  // namespace fleet_detail

}  // namespace gridswarm::inline GS_ABI::io
