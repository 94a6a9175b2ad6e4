// SPDX-License-Identifier: BSD-3-Clause
// Tables of a case on their way between DataFrames and columns; what Python edited is checked here.
#pragma once

#include <cmath>
#include <unordered_map>

#include "bind.hpp"
#include "gridswarm/feeder/case.hpp"

namespace gridswarm::python {

/// One column of numbers as DataFrames call it; `bound` says whether it may be infinite or NaN,
/// `optional` whether a table may lack it (it is 0 then).
template <class Table>
struct Named {
  const char* name;
  Column<double> Table::*member;
  bool bound = false;
  bool optional = false;
};

/// One DataFrame on its way in; messages name it, the column and the row.
struct Source {
  std::string name;  ///< "case.bus"
  py::dict columns;

  [[noreturn]] void refuse(std::size_t row, const std::string& sentence) const {
    throw InputError(name, 0, "row " + std::to_string(row) + ": " + sentence);
  }
  bool has(const char* column) const { return columns.contains(column); }
  Numbers numbers(const char* column) const {
    if (!has(column)) throw InputError(name, 0, std::string("column ") + column + " is missing");
    try {
      return columns[column].cast<Numbers>();
    } catch (const py::cast_error&) {
      throw InputError(name, 0, std::string("column ") + column + " must hold numbers only");
    } catch (py::error_already_set& error) {
      throw InputError(name, 0, std::string("column ") + column + " must hold numbers only");
    }
  }
  /// Whole numbers of a column.
  Column<std::int64_t> integers(const char* column) const {
    const Numbers values = numbers(column);
    Column<std::int64_t> out;
    for (py::ssize_t i = 0; i < values.size(); ++i) {
      const double value = values.at(i);
      if (!(std::abs(value) < 9e15) || value != std::floor(value))
        refuse(i, std::string(column) + " must be a whole number, not " +
                      std::string(py::str(py::float_(value))));
      out.push_back(static_cast<std::int64_t>(value));
    }
    return out;
  }
  /// 0 or 1 for every row.
  Column<std::int8_t> flags(const char* column) const {
    Column<std::int8_t> out;
    for (const std::int64_t value : integers(column)) out.push_back(value != 0);
    return out;
  }
};

template <class Table, std::size_t N>
void take_columns(const Source& source, const Named<Table> (&columns)[N], Table& table) {
  for (const Named<Table>& column : columns) {
    if (column.optional && !source.has(column.name)) {
      (table.*column.member).assign(static_cast<std::size_t>(table.size()), 0.0);
      continue;
    }
    const Numbers values = source.numbers(column.name);
    (table.*column.member).assign(values.data(), values.data() + values.size());
    if (column.bound) continue;
    for (py::ssize_t i = 0; i < values.size(); ++i)
      if (!std::isfinite(values.at(i)))
        source.refuse(i, std::string(column.name) + " must be a finite number");
  }
}

template <class Table, std::size_t N>
void add_columns(const Table& table, const Named<Table> (&columns)[N], py::dict& out) {
  for (const Named<Table>& column : columns) {
    const Column<double>& values = table.*column.member;
    if (column.optional && values.empty() && table.size() > 0) continue;
    out[column.name] = to_array(values);
  }
}

/// Bus number -> bus row.
using Rows = std::unordered_map<BusId, Index>;

/// Bus rows of a column of bus numbers. @throws InputError naming the row and the number
inline Column<Index> bus_rows(const Source& source, const char* column, const Rows& rows) {
  Column<Index> out;
  for (const std::int64_t id : source.integers(column)) {
    const auto found = rows.find(id);
    if (found == rows.end())
      source.refuse(out.size(), std::string(column) + " names bus " + std::to_string(id) +
                                    ", which case.bus does not hold");
    out.push_back(found->second);
  }
  return out;
}

/// Bus numbers of a column of bus rows.
inline py::array_t<BusId> bus_ids(const feeder::Buses& buses, const Column<Index>& rows) {
  py::array_t<BusId> out(static_cast<py::ssize_t>(rows.size()));
  for (std::size_t i = 0; i < rows.size(); ++i) out.mutable_at(i) = buses.id[rows[i]];
  return out;
}

/// The tables load, inverter and tap_changer of `grid`, added to `out`.
void add_devices(const feeder::Case& grid, py::dict& out);

/// The same tables into `grid`, whose buses and branches are there.
void take_devices(const py::dict& tables, const Rows& rows, feeder::Case& grid);

}  // namespace gridswarm::python
