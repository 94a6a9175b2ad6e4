// SPDX-License-Identifier: BSD-3-Clause
#include "gridswarm/io/case_hdf5.hpp"

#include <filesystem>
#include <limits>
#include <numeric>
#include <unordered_map>

#include "gridswarm/base/error.hpp"
#include "gridswarm/io/hdf5_file.hpp"
#include "io/case_columns.hpp"

namespace gridswarm::inline GS_ABI::io {
namespace {

constexpr const char* title = "gridswarm case";

using Ids = std::vector<std::int64_t>;

/// Rows as the ids that stand for them: buses by id, branches from 1.
Ids ids_of(const Column<Index>& rows, const feeder::Case& grid, RowOf what) {
  Ids ids;
  for (const Index row : rows)
    ids.push_back(row == none          ? -1
                  : what == RowOf::bus ? grid.buses.id[row]
                                       : std::int64_t{row} + 1);
  return ids;
}

struct Writer {
  Hdf5File& file;
  const feeder::Case& grid;

  void put(const std::string& name, const std::string& dim, const Hdf5Label& label, Hdf5Type type,
           const std::int64_t* data, std::size_t rows) const {
    file.write_rows(file.add_dataset(name, {dim}, label, type), 0, static_cast<std::int64_t>(rows),
                    data);
  }

  template <class Table>
  void table(const std::string& group, const std::string& axis, const Ids& ids,
             const Table& rows) const {
    if (ids.empty()) return;
    file.add_axis(group + "/" + axis, ids, {"", "id, or row from 1"});
    for (const CaseColumn<Table>& column : columns_of<Table>()) {
      const std::string name = group + "/" + column.name;
      const Hdf5Label label = {column.unit, column.text};
      std::visit(
          [&](auto member) {
            const auto& values = rows.*member;
            if (values.empty()) return;
            using Number = typename std::decay_t<decltype(values)>::value_type;
            if constexpr (std::is_same_v<Number, double>) {
              file.write_rows(file.add_dataset(name, {axis}, label), 0,
                              static_cast<std::int64_t>(values.size()), values.data());
            } else {
              Ids numbers;
              if constexpr (std::is_same_v<Number, Index>)
                if (column.row_of != RowOf::nothing) numbers = ids_of(values, grid, column.row_of);
              if (numbers.empty())
                for (const auto value : values) numbers.push_back(static_cast<std::int64_t>(value));
              put(name, axis, label, sizeof(Number) == 1 ? Hdf5Type::i8 : Hdf5Type::i64,
                  numbers.data(), numbers.size());
            }
          },
          column.member);
    }
  }

  /// Points of curves: how many, where, and what.
  void curves(const std::string& name, const std::vector<Curve>& list) const {
    const std::vector<std::string> dims = {"inverter", "point"};
    Ids count;
    std::vector<double> u, share;
    for (const Curve& curve : list) {
      count.push_back(curve.count);
      u.insert(u.end(), curve.x.begin(), curve.x.end());
      share.insert(share.end(), curve.y.begin(), curve.y.end());
    }
    if (list.empty()) return;
    const auto rows = static_cast<std::int64_t>(list.size());
    put(name + "_points", "inverter", {"", "points of the curve, 0 without"}, Hdf5Type::i8,
        count.data(), count.size());
    file.write_rows(file.add_dataset(name + "_u", dims, {"1", "voltage, p.u."}), 0, rows, u.data());
    file.write_rows(file.add_dataset(name + "_share", dims, {"1", "share of the rating"}), 0, rows,
                    share.data());
  }
};

Ids counted(Index rows) {
  Ids ids(static_cast<std::size_t>(rows));
  std::iota(ids.begin(), ids.end(), 1);
  return ids;
}

template <class Numbers>
Ids as_ids(const Numbers& numbers) {
  return {numbers.begin(), numbers.end()};
}

struct Reader {
  Hdf5File& file;
  const std::string& path;
  feeder::Case& grid;
  std::uint64_t bytes;  ///< of the whole file
  std::unordered_map<BusId, Index> bus_row = {};

  [[noreturn]] void refuse(const std::string& sentence) const {
    throw InputError(path, 0, sentence);
  }

  /// Length of a one-dimensional dataset. Compression saves at most a factor of about 1030.
  std::int64_t rows_of(Hdf5File::Dataset set, const std::string& name, std::size_t dims = 1) const {
    const std::vector<std::int64_t> shape = file.shape(set);
    if (shape.size() != dims) refuse(name + " must have " + std::to_string(dims) + " dimensions");
    const double cells = static_cast<double>(shape[0]) * (dims > 1 ? shape[1] : 1);
    if (cells > 1e6 && cells > 1100.0 * static_cast<double>(bytes))
      refuse(name + " claims " + std::to_string(shape[0]) + " rows, more than the file can hold");
    if (shape[0] > std::numeric_limits<Index>::max())
      refuse(name + " has " + std::to_string(shape[0]) + " rows; 2^31 - 1 are the most");
    return shape[0];
  }

  Ids integers(const std::string& name) const {
    const Hdf5File::Dataset set = file.dataset(name);
    Ids values(static_cast<std::size_t>(rows_of(set, name)));
    file.read_rows(set, 0, static_cast<std::int64_t>(values.size()), values.data());
    return values;
  }

  template <class Doubles>
  void doubles(const std::string& name, Doubles& values, std::int64_t columns = 1) const {
    const Hdf5File::Dataset set = file.dataset(name);
    const std::int64_t rows = rows_of(set, name, columns == 1 ? 1 : 2);
    if (columns > 1 && file.shape(set)[1] != columns)
      refuse(name + " must have " + std::to_string(columns) + " columns");
    values.resize(static_cast<std::size_t>(rows * columns));
    file.read_rows(set, 0, rows, values.data());
  }

  Index row_of(const std::string& name, std::int64_t id, RowOf what, bool or_none) const {
    if (or_none && id == -1) return none;
    if (what == RowOf::branch) {
      if (id < 1 || id > grid.branches.size())
        refuse(name + " names branch " + std::to_string(id) + ", which the case does not hold");
      return static_cast<Index>(id - 1);
    }
    const auto found = bus_row.find(id);
    if (found == bus_row.end())
      refuse(name + " names bus " + std::to_string(id) + ", which the case does not hold");
    return found->second;
  }

  template <class Table>
  Ids table(const std::string& group, const std::string& axis, Table& rows) const {
    if (!file.has(group)) return {};
    const Ids ids = integers(group + "/" + axis);
    for (const CaseColumn<Table>& column : columns_of<Table>()) {
      const std::string name = group + "/" + column.name;
      if (column.optional && !file.has(name)) continue;
      std::visit(
          [&](auto member) {
            auto& values = rows.*member;
            using Number = typename std::decay_t<decltype(values)>::value_type;
            if constexpr (std::is_same_v<Number, double>) {
              doubles(name, values);
            } else {
              for (const std::int64_t value : integers(name)) {
                if (value < column.least || value > column.most)
                  refuse(name + " holds " + std::to_string(value) + "; " +
                         std::to_string(column.least) + " to " + std::to_string(column.most) +
                         " are known");
                if constexpr (std::is_same_v<Number, Index>)
                  values.push_back(column.row_of == RowOf::nothing
                                       ? static_cast<Index>(value)
                                       : row_of(name, value, column.row_of, column.or_none));
                else
                  values.push_back(static_cast<Number>(value));
              }
            }
            if (values.size() != ids.size())
              refuse(name + " has " + std::to_string(values.size()) + " rows, " + group + "/" +
                     axis + " has " + std::to_string(ids.size()));
          },
          column.member);
    }
    return ids;
  }

  void curves(const std::string& name, std::size_t rows, std::vector<Curve>& list) const {
    if (!file.has(name + "_points")) return;
    const Ids count = integers(name + "_points");
    std::vector<double> u, share;
    doubles(name + "_u", u, 8);
    doubles(name + "_share", share, 8);
    if (count.size() != rows || u.size() != 8 * rows || share.size() != 8 * rows)
      refuse(name + " does not have one curve per inverter");
    for (std::size_t k = 0; k < rows; ++k) {
      Curve& curve = list.emplace_back();
      if (count[k] < 0 || count[k] > 8) refuse(name + " has a curve of more than 8 points");
      curve.count = static_cast<int>(count[k]);
      for (std::size_t i = 0; i < 8; ++i) {
        curve.x[i] = u[8 * k + i];
        curve.y[i] = share[8 * k + i];
        if (static_cast<int>(i) < curve.count && i > 0 && !(curve.x[i] > curve.x[i - 1]))
          refuse(name + "_u does not rise from point to point");
      }
    }
  }

  void buses() {
    const Ids ids = table("buses", "bus", grid.buses);
    if (ids.empty()) refuse("has no buses");
    grid.buses.id.assign(ids.begin(), ids.end());
    for (std::size_t k = 0; k < ids.size(); ++k)
      if (!bus_row.emplace(ids[k], static_cast<Index>(k)).second)
        refuse("bus " + std::to_string(ids[k]) + " stands twice in buses");
    if (!file.has("buses/name")) return;
    const Hdf5File::Dataset set = file.dataset("buses/name");
    if (rows_of(set, "buses/name") != grid.buses.size())
      refuse("buses/name must have one text per bus");
    grid.buses.name = file.read_texts(set);
  }
};

}  // namespace

void write_case_hdf5(const feeder::Case& grid, const std::string& path) {
  Hdf5File file = Hdf5File::create(path);
  file.set_attribute("", "title", std::string(title));
  file.set_attribute("", "version", std::string(GRIDSWARM_VERSION));
  file.set_attribute("", "name", grid.name);
  file.set_attribute("", "base_mva", grid.base_mva);
  file.set_attribute("", "per_phase", std::int64_t{grid.per_phase});
  const Writer writer{file, grid};
  writer.table("buses", "bus", as_ids(grid.buses.id), grid.buses);
  if (!grid.buses.name.empty())
    file.add_texts("buses/name", "bus", grid.buses.name, {"", "name in the file it came from"});
  writer.table("branches", "branch", counted(grid.branches.size()), grid.branches);
  writer.table("generators", "generator", counted(grid.generators.size()), grid.generators);
  writer.table("loads", "load", as_ids(grid.loads.id), grid.loads);
  writer.table("inverters", "inverter", as_ids(grid.inverters.id), grid.inverters);
  if (grid.inverters.size() > 0) {
    file.add_axis("inverters/point", counted(8), {"", "point of a curve"});
    writer.curves("inverters/volt_var", grid.inverters.volt_var);
    writer.curves("inverters/volt_watt", grid.inverters.volt_watt);
  }
  writer.table("tap_changers", "tap_changer", as_ids(grid.tap_changers.id), grid.tap_changers);
  file.close();
}

feeder::Case read_case_hdf5(const std::string& path) {
  Hdf5File file = Hdf5File::open(path);
  feeder::Case grid;
  grid.file = path;
  if (file.text_attribute("", "title") != title)
    throw InputError(path, 0, "is HDF5, but no case that gridswarm wrote");
  grid.name = file.text_attribute("", "name");
  grid.base_mva = file.number_attribute("", "base_mva");
  if (!(grid.base_mva > 0.0 && grid.base_mva < 1e300))
    throw InputError(path, 0, "base_mva must be a positive number");
  grid.per_phase = file.number_attribute("", "per_phase") != 0.0;
  std::error_code ignored;
  Reader reader{file, path, grid, std::filesystem::file_size(path, ignored)};
  reader.buses();
  reader.table("branches", "branch", grid.branches);
  reader.table("generators", "generator", grid.generators);
  const Ids loads = reader.table("loads", "load", grid.loads);
  grid.loads.id.assign(loads.begin(), loads.end());
  const Ids inverters = reader.table("inverters", "inverter", grid.inverters);
  grid.inverters.id.assign(inverters.begin(), inverters.end());
  reader.curves("inverters/volt_var", inverters.size(), grid.inverters.volt_var);
  reader.curves("inverters/volt_watt", inverters.size(), grid.inverters.volt_watt);
  const Ids taps = reader.table("tap_changers", "tap_changer", grid.tap_changers);
  grid.tap_changers.id.assign(taps.begin(), taps.end());
  return grid;
}

}  // namespace gridswarm::inline GS_ABI::io
