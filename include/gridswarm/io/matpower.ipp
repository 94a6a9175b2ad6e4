// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cmath>
#include <unordered_map>

#include "gridswarm/base/error.hpp"
#include "gridswarm/io/file.hpp"
#include "gridswarm/io/matpower.hpp"
#include "gridswarm/io/mfile.hpp"

namespace gridswarm::inline GS_ABI::io {
namespace detail {

/// One table of the file while it becomes columns.
struct Table {
  const std::string& file;
  const char* name;
  const Matrix& matrix;
  std::int64_t begin;  ///< line of its assignment

  std::int64_t line(Index row) const {
    return row < static_cast<Index>(matrix.row_line.size()) ? matrix.row_line[row] : begin;
  }
  [[noreturn]] void refuse(Index row, const std::string& sentence) const {
    throw InputError(file, line(row), sentence);
  }
};

inline Table table_of(const MFile& mfile, const std::string& file, const char* name,
                      Index columns) {
  const auto found = mfile.table.find(name);
  if (found == mfile.table.end())
    throw InputError(file, 0,
                     "mpc." + std::string(name) + " is missing; the file is cut off or no case");
  const Table table{file, name, found->second, mfile.line.at(name)};
  if (table.matrix.rows > 0 && table.matrix.cols < columns)
    table.refuse(0, "mpc." + std::string(name) + " has " + std::to_string(table.matrix.cols) +
                        " columns, at least " + std::to_string(columns) + " are needed");
  return table;
}

inline std::string plain(double value) { return std::isnan(value) ? "NaN" : shortest(value); }

/// A finite number.
inline double finite(const Table& table, Index row, Index col, const char* what, BusId id) {
  const double value = table.matrix.at(row, col);
  if (!std::isfinite(value))
    table.refuse(row, std::string(what) + " at bus " + std::to_string(id) + " is " + plain(value) +
                          ", a finite number is needed");
  return value;
}

inline BusId bus_id(const Table& table, Index row, Index col) {
  const double value = table.matrix.at(row, col);
  if (!(value >= 1.0 && value < 9e15) || value != std::floor(value))
    table.refuse(row, "bus number " + plain(value) + " in mpc." + table.name +
                          " is not a positive whole number");
  return static_cast<BusId>(value);
}

using BusRows = std::unordered_map<BusId, Index>;

inline Index bus_row(const Table& table, const BusRows& rows, Index row, Index col) {
  const BusId id = bus_id(table, row, col);
  const auto found = rows.find(id);
  if (found == rows.end())
    table.refuse(row, "mpc." + std::string(table.name) + " names bus " + std::to_string(id) +
                          ", which mpc.bus does not hold");
  return found->second;
}

inline BusRows read_buses(const Table& table, feeder::Buses& buses) {
  BusRows rows;
  for (Index k = 0; k < table.matrix.rows; ++k) {
    const BusId id = bus_id(table, k, 0);
    if (const auto [first, added] = rows.emplace(id, k); !added)
      table.refuse(k, "bus " + std::to_string(id) + " stands already in line " +
                          std::to_string(table.line(first->second)) + "; bus numbers must differ");
    const double type = table.matrix.at(k, 1);
    if (!(type == 1.0 || type == 2.0 || type == 3.0 || type == 4.0))
      table.refuse(
          k, "bus " + std::to_string(id) + " has type " + plain(type) + "; 1, 2, 3 or 4 are known");
    const auto value = [&](Index col, const char* what) { return finite(table, k, col, what, id); };
    buses.id.push_back(id);
    buses.type.push_back(static_cast<feeder::BusType>(type));
    buses.pd_mw.push_back(value(2, "Pd"));
    buses.qd_mvar.push_back(value(3, "Qd"));
    buses.gs_mw.push_back(value(4, "Gs"));
    buses.bs_mvar.push_back(value(5, "Bs"));
    buses.vm_pu.push_back(value(7, "Vm"));
    buses.va_deg.push_back(value(8, "Va"));
    buses.base_kv.push_back(value(9, "baseKV"));
    buses.vmax_pu.push_back(table.matrix.at(k, 11));
    buses.vmin_pu.push_back(table.matrix.at(k, 12));
    if (type == 3.0 && !(buses.vm_pu.back() > 0.0))
      table.refuse(k, "source bus " + std::to_string(id) + " has voltage " +
                          plain(buses.vm_pu.back()) + "; it must be positive");
    if (std::abs(buses.va_deg.back()) > 1e6)
      table.refuse(k, "Va at bus " + std::to_string(id) + " is no angle in degrees");
  }
  return rows;
}

inline void read_generators(const Table& table, const BusRows& rows,
                            feeder::Generators& generators) {
  for (Index k = 0; k < table.matrix.rows; ++k) {
    const BusId id = bus_id(table, k, 0);
    const bool in_service = table.matrix.at(k, 7) > 0.0;
    const auto value = [&](Index col, const char* what) { return finite(table, k, col, what, id); };
    generators.bus.push_back(bus_row(table, rows, k, 0));
    generators.pg_mw.push_back(value(1, "Pg"));
    generators.qg_mvar.push_back(value(2, "Qg"));
    generators.qmax_mvar.push_back(table.matrix.at(k, 3));
    generators.qmin_mvar.push_back(table.matrix.at(k, 4));
    generators.vg_pu.push_back(value(5, "Vg"));
    generators.in_service.push_back(in_service);
    if (in_service && !(generators.vg_pu.back() > 0.0))
      table.refuse(k, "the generator at bus " + std::to_string(id) + " holds the voltage " +
                          plain(generators.vg_pu.back()) + "; it must be positive");
  }
}

inline void read_branches(const Table& table, const BusRows& rows, feeder::Branches& branches) {
  for (Index k = 0; k < table.matrix.rows; ++k) {
    const std::string name =
        "branch " + std::to_string(bus_id(table, k, 0)) + "-" + std::to_string(bus_id(table, k, 1));
    const auto value = [&](Index col, const char* what) {
      const double x = table.matrix.at(k, col);
      if (!std::isfinite(x))
        table.refuse(k, std::string(what) + " of " + name + " is " + plain(x) +
                            ", a finite number is needed");
      return x;
    };
    branches.from.push_back(bus_row(table, rows, k, 0));
    branches.to.push_back(bus_row(table, rows, k, 1));
    branches.r_pu.push_back(value(2, "r"));
    branches.x_pu.push_back(value(3, "x"));
    branches.b_pu.push_back(value(4, "b"));
    const double rate_mva = table.matrix.at(k, 5);
    if (!(rate_mva >= 0.0))
      table.refuse(k, "the rating of " + name + " is " + plain(rate_mva) +
                          " MVA; give a positive number, or 0 for unlimited");
    branches.rate_mva.push_back(std::isinf(rate_mva) ? 0.0 : rate_mva);
    branches.ratio.push_back(value(8, "ratio"));
    branches.shift_deg.push_back(value(9, "shift"));
    branches.in_service.push_back(value(10, "status") != 0.0);
    if (branches.ratio.back() < 0.0)
      table.refuse(k, "the ratio of " + name + " is " + plain(branches.ratio.back()) +
                          "; give a positive number, or 0 for a line");
    if (std::abs(branches.shift_deg.back()) > 1e6)
      table.refuse(k, "the shift of " + name + " is no angle in degrees");
  }
}

/// Direct current lines have no model here; MATPOWER itself heeds them only after toggle_dcline.
inline void refuse_dclines(const MFile& mfile, const std::string& file) {
  if (mfile.table.find("dcline") == mfile.table.end()) return;
  const Table table = table_of(mfile, file, "dcline", 3);
  for (Index k = 0; k < table.matrix.rows; ++k)
    if (table.matrix.at(k, 2) != 0.0)
      table.refuse(k, "the direct current line " + plain(table.matrix.at(k, 0)) + "-" +
                          plain(table.matrix.at(k, 1)) +
                          " is in service; give its ends as generators and take it out of service");
}

inline void take_names(const MFile& mfile, feeder::Case& grid) {
  if (mfile.bus_name.empty()) return;
  if (mfile.bus_name.size() == grid.buses.id.size())
    grid.buses.name = mfile.bus_name;
  else
    grid.warnings.push_back(grid.file + ": mpc.bus_name has " +
                            std::to_string(mfile.bus_name.size()) + " names for " +
                            std::to_string(grid.buses.size()) + " buses and is passed over");
}

}  // namespace detail

GS_INLINE feeder::Case parse_matpower(std::string_view text, const std::string& file) {
  MFile mfile = run_mfile(text, file);
  feeder::Case grid;
  grid.warnings = std::move(mfile.warnings);
  grid.name = mfile.name;
  grid.file = file;
  grid.per_phase = mfile.base_is_third && mfile.bus_over_root3;
  const detail::Table base = detail::table_of(mfile, file, "baseMVA", 1);
  if (!base.matrix.is_number() || !(base.matrix.values[0] > 0.0) ||
      std::isinf(base.matrix.values[0]))
    throw InputError(file, base.begin, "mpc.baseMVA must be one positive number");
  grid.base_mva = base.matrix.values[0];
  const detail::Table buses = detail::table_of(mfile, file, "bus", 13);
  const detail::BusRows rows = detail::read_buses(buses, grid.buses);
  detail::read_generators(detail::table_of(mfile, file, "gen", 10), rows, grid.generators);
  detail::read_branches(detail::table_of(mfile, file, "branch", 11), rows, grid.branches);
  detail::refuse_dclines(mfile, file);
  detail::take_names(mfile, grid);
  for (const feeder::BusType type : grid.buses.type)
    if (type == feeder::BusType::source) return grid;
  throw InputError(file, buses.begin,
                   "mpc.bus has no source; mark the bus that feeds the grid with type 3");
}

GS_INLINE feeder::Case read_matpower(const std::string& path) {
  return parse_matpower(read_file(path), path);
}

}  // namespace gridswarm::inline GS_ABI::io
