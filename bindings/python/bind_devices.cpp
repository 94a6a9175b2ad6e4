// SPDX-License-Identifier: BSD-3-Clause
// Devices whose power follows their voltage, and tap changers, as DataFrames.
#include <limits>

#include "bind_table.hpp"

namespace gridswarm::python {
namespace {

using feeder::Inverters;
using feeder::Loads;
using feeder::TapChangers;

constexpr Named<Loads> load_columns[] = {{"p_mw", &Loads::p_mw}, {"q_mvar", &Loads::q_mvar},
                                         {"i_p", &Loads::i_p},   {"z_p", &Loads::z_p},
                                         {"i_q", &Loads::i_q},   {"z_q", &Loads::z_q}};

constexpr Named<Inverters> inverter_columns[] = {{"p_mw", &Inverters::p_mw},
                                                 {"q_mvar", &Inverters::q_mvar},
                                                 {"rating_mva", &Inverters::rating_mva},
                                                 {"tan_phi", &Inverters::tan_phi}};

constexpr Named<TapChangers> tap_columns[] = {
    {"ratio0", &TapChangers::ratio0},       {"step", &TapChangers::step},
    {"v_set_pu", &TapChangers::v_set_pu},   {"v_band_pu", &TapChangers::v_band_pu},
    {"r_comp_pu", &TapChangers::r_comp_pu}, {"x_comp_pu", &TapChangers::x_comp_pu}};

constexpr std::array<const char*, 3> var_rules = {"given", "power_factor", "volt_var"};

/// Points of a curve as pairs, None where there is none.
py::object to_points(const Curve& curve) {
  if (curve.count == 0) return py::none();
  py::list points;
  for (int k = 0; k < curve.count; ++k) points.append(py::make_tuple(curve.x[k], curve.y[k]));
  return py::tuple(points);
}

Curve to_curve(const Source& source, const char* column, std::size_t row, const py::handle& value) {
  Curve curve;
  if (value.is_none() || (PyFloat_Check(value.ptr()) && std::isnan(value.cast<double>())))
    return curve;  // pandas shows a missing curve as NaN
  std::vector<std::pair<double, double>> points;
  try {
    points = value.cast<std::vector<std::pair<double, double>>>();
  } catch (const py::cast_error&) {
    source.refuse(row, std::string(column) + " must be pairs (voltage in p.u., share of rating)");
  }
  if (points.empty() || points.size() > curve.x.size())
    source.refuse(
        row, std::string(column) + " must have 1 to " + std::to_string(curve.x.size()) + " points");
  for (const auto& [x, y] : points) {
    if (!std::isfinite(x) || !std::isfinite(y) ||
        (curve.count > 0 && !(x > curve.x[curve.count - 1])))
      source.refuse(row, std::string(column) + " must rise in voltage, in finite numbers");
    curve.x[curve.count] = x;
    curve.y[curve.count++] = y;
  }
  return curve;
}

/// A column of objects, one per row; Nones where the table lacks it.
py::list objects(const Source& source, const char* column, std::size_t rows) {
  if (source.has(column)) return source.columns[column].attr("tolist")().cast<py::list>();
  py::list out;
  for (std::size_t i = 0; i < rows; ++i) out.append(py::none());
  return out;
}

Column<std::int32_t> steps(const Source& source, const char* column) {
  Column<std::int32_t> out;
  for (const std::int64_t value : source.integers(column)) {
    if (std::abs(value) > std::numeric_limits<std::int32_t>::max())
      source.refuse(out.size(), std::string(column) + " is too large");
    out.push_back(static_cast<std::int32_t>(value));
  }
  return out;
}

void take_loads(const Source& source, const Rows& rows, Loads& loads) {
  loads.id = source.integers("id");
  loads.bus = bus_rows(source, "bus", rows);
  take_columns(source, load_columns, loads);
  loads.in_service = source.flags("in_service");
}

void take_inverters(const Source& source, const Rows& rows, Inverters& inverters) {
  inverters.id = source.integers("id");
  inverters.bus = bus_rows(source, "bus", rows);
  take_columns(source, inverter_columns, inverters);
  inverters.in_service = source.flags("in_service");
  const auto count = static_cast<std::size_t>(inverters.size());
  const py::list rules = objects(source, "rule", count);
  const py::list volt_var = objects(source, "volt_var", count);
  const py::list volt_watt = objects(source, "volt_watt", count);
  for (std::size_t i = 0; i < count; ++i) {
    const std::string word = rules[i].is_none() ? "given" : std::string(py::str(rules[i]));
    const auto* found = std::find(var_rules.begin(), var_rules.end(), word);
    if (found == var_rules.end())
      source.refuse(i, "rule must be given, power_factor or volt_var, not " + word);
    inverters.rule.push_back(static_cast<feeder::VarRule>(found - var_rules.begin()));
    inverters.volt_var.push_back(to_curve(source, "volt_var", i, volt_var[i]));
    inverters.volt_watt.push_back(to_curve(source, "volt_watt", i, volt_watt[i]));
    const bool has_curve = inverters.volt_var[i].count > 0 || inverters.volt_watt[i].count > 0;
    if (inverters.rating_mva[i] < 0.0 || (has_curve && inverters.rating_mva[i] == 0.0))
      source.refuse(i, "an inverter with a curve needs a positive rating_mva");
    if (inverters.rule[i] == feeder::VarRule::volt_var && inverters.volt_var[i].count == 0)
      source.refuse(i, "rule volt_var needs a curve volt_var");
  }
}

void take_tap_changers(const Source& source, const Rows& rows, Index branches,
                       TapChangers& changers) {
  changers.id = source.integers("id");
  for (const std::int64_t row : source.integers("branch")) {
    if (row < 0 || row >= branches)
      source.refuse(changers.branch.size(), "branch must be a row number of case.branch");
    changers.branch.push_back(static_cast<Index>(row));
  }
  take_columns(source, tap_columns, changers);
  changers.from_end = source.flags("from_end");
  changers.tap = steps(source, "tap");
  changers.tap_min = steps(source, "tap_min");
  changers.tap_max = steps(source, "tap_max");
  changers.automatic = source.flags("automatic");
  changers.bus = bus_rows(source, "bus", rows);
  for (Index i = 0; i < changers.size(); ++i)
    if (!(changers.ratio0[i] > 0.0) || changers.tap_min[i] > changers.tap[i] ||
        changers.tap[i] > changers.tap_max[i])
      source.refuse(i, "ratio0 must be positive, and tap lie between tap_min and tap_max");
}

template <class T>
py::object flags_of(const Column<T>& column) {
  return to_array(column).attr("astype")("bool");
}

}  // namespace

void add_devices(const feeder::Case& grid, py::dict& out) {
  py::dict load, inverter, changer;
  load["id"] = to_array(grid.loads.id);
  load["bus"] = bus_ids(grid.buses, grid.loads.bus);
  add_columns(grid.loads, load_columns, load);
  load["in_service"] = flags_of(grid.loads.in_service);
  const Inverters& inverters = grid.inverters;
  inverter["id"] = to_array(inverters.id);
  inverter["bus"] = bus_ids(grid.buses, inverters.bus);
  add_columns(inverters, inverter_columns, inverter);
  py::list rules, volt_var, volt_watt;
  for (Index i = 0; i < inverters.size(); ++i) {
    rules.append(var_rules[static_cast<std::size_t>(inverters.rule[i])]);
    volt_var.append(to_points(inverters.volt_var[i]));
    volt_watt.append(to_points(inverters.volt_watt[i]));
  }
  inverter["rule"] = rules;
  inverter["volt_var"] = volt_var;
  inverter["volt_watt"] = volt_watt;
  inverter["in_service"] = flags_of(inverters.in_service);
  const TapChangers& changers = grid.tap_changers;
  changer["id"] = to_array(changers.id);
  changer["branch"] = to_array(changers.branch);
  add_columns(changers, tap_columns, changer);
  changer["from_end"] = flags_of(changers.from_end);
  changer["tap"] = to_array(changers.tap);
  changer["tap_min"] = to_array(changers.tap_min);
  changer["tap_max"] = to_array(changers.tap_max);
  changer["automatic"] = flags_of(changers.automatic);
  changer["bus"] = bus_ids(grid.buses, changers.bus);
  out["load"] = load;
  out["inverter"] = inverter;
  out["tap_changer"] = changer;
}

void take_devices(const py::dict& tables, const Rows& rows, feeder::Case& grid) {
  take_loads({"case.load", tables["load"]}, rows, grid.loads);
  take_inverters({"case.inverter", tables["inverter"]}, rows, grid.inverters);
  take_tap_changers({"case.tap_changer", tables["tap_changer"]}, rows, grid.branches.size(),
                    grid.tap_changers);
}

}  // namespace gridswarm::python
