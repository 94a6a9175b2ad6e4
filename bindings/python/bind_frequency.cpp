// SPDX-License-Identifier: BSD-3-Clause
// Studies of frequency: areas, tie lines and groups of the swarm as columns, curves back.
#include <cmath>

#include "bind.hpp"
#include "gridswarm/balance/frequency.hpp"

namespace gridswarm::python {
namespace {

using balance::Area;
using balance::FrequencyStudy;

/// Number of rows of a table given as column -> array. @throws UsageError where they differ
std::size_t rows_of(const char* table, const py::dict& columns) {
  std::size_t rows = 0;
  bool first = true;
  for (const auto& [name, column] : columns) {
    const auto size = static_cast<std::size_t>(py::len(column));
    if (!first && size != rows)
      throw UsageError(std::string(table) + ": column " + std::string(py::str(name)) + " has " +
                       std::to_string(size) + " rows, others have " + std::to_string(rows));
    rows = size;
    first = false;
  }
  return rows;
}

/// One column; `absent` where it's missing, NaN (with a sentence) where there is no such default.
Column<double> numbers(const char* table, const py::dict& columns, const char* name,
                       double absent = std::nan("")) {
  const std::size_t rows = rows_of(table, columns);
  if (!columns.contains(name)) {
    if (std::isnan(absent) && rows > 0)
      throw UsageError(std::string(table) + ": column " + name + " is missing");
    return Column<double>(rows, absent);
  }
  try {
    const auto values = columns[name].cast<Numbers>();
    return {values.data(), values.data() + values.size()};
  } catch (const py::error_already_set&) {
    throw UsageError(std::string(table) + ": column " + name + " must hold numbers only");
  }
}

Column<Index> integers(const char* table, const py::dict& columns, const char* name,
                       double absent = std::nan("")) {
  Column<Index> out;
  for (const double value : numbers(table, columns, name, absent)) {
    if (!(std::abs(value) < 2e9 && value == std::floor(value)))
      throw UsageError(std::string(table) + ": " + name + " must hold whole numbers, not " +
                       std::to_string(value));
    out.push_back(static_cast<Index>(value));
  }
  return out;
}

std::vector<Area> areas_of(const py::list& rows) {
  std::vector<Area> areas;
  for (const py::handle row : rows) {
    py::dict keywords = row.cast<py::dict>().attr("copy")();
    areas.push_back(take_fields<Area>(keywords));
    for (const auto& [name, value] : keywords)
      throw UsageError("areas: unknown column " + std::string(py::str(name)));
  }
  return areas;
}

balance::FrequencyGroups groups_of(const py::dict& columns, const py::list& talks) {
  balance::FrequencyGroups groups;
  const char* table = "groups";
  groups.area = integers(table, columns, "area");
  groups.min_mw = numbers(table, columns, "min_mw");
  groups.max_mw = numbers(table, columns, "max_mw");
  groups.droop_mw_per_hz = numbers(table, columns, "droop_mw_per_hz", 0.0);
  groups.dead_band_hz = numbers(table, columns, "dead_band_hz", 0.036);
  groups.response_s = numbers(table, columns, "response_s", 0.0);
  groups.measure_delay_s = numbers(table, columns, "measure_delay_s", 0.0);
  groups.cost_per_mw2 = numbers(table, columns, "cost_per_mw2", 1.0);
  for (const Index flag : integers(table, columns, "at_tie", 0.0))
    groups.at_tie.push_back(flag != 0);
  for (const py::handle pair : talks) groups.talks.push_back(pair.cast<std::pair<Index, Index>>());
  return groups;
}

py::array_t<double> curves(const Column<double>& values, std::size_t rows, std::size_t width) {
  return py::array_t<double>({static_cast<py::ssize_t>(rows), static_cast<py::ssize_t>(width)},
                             values.data());
}

py::dict frequency_response(const py::list& areas, const py::dict& ties, const py::dict& loads,
                            const py::dict& groups, const py::list& talks, py::dict keywords) {
  FrequencyStudy study;
  study.options = take_fields<balance::FrequencyOptions>(keywords);
  study.support = take_fields<balance::SupportOptions>(keywords);
  refuse_the_rest(keywords);
  study.areas = areas_of(areas);
  const Column<Index> from = integers("ties", ties, "from"), to = integers("ties", ties, "to");
  const Column<double> strength = numbers("ties", ties, "synchronising_mw_per_rad");
  for (std::size_t k = 0; k < from.size(); ++k) study.ties.push_back({from[k], to[k], strength[k]});
  const Column<double> time_s = numbers("loads", loads, "time_s");
  const Column<Index> where = integers("loads", loads, "area", 0.0);
  const Column<double> load_mw = numbers("loads", loads, "load_mw");
  for (std::size_t k = 0; k < time_s.size(); ++k)
    study.loads.push_back({time_s[k], where[k], load_mw[k]});
  study.groups = groups_of(groups, talks);
  balance::FrequencyResult result;
  {
    const py::gil_scoped_release release;
    result = balance::simulate_frequency(study);
  }
  const std::size_t records = result.time_s.size();
  py::list figures;
  for (const balance::AreaFigures& one : result.figures) figures.append(to_dict(one));
  py::dict out;
  out["figures"] = figures;
  out["time_s"] = to_array(result.time_s);
  out["frequency_hz"] = curves(result.f_hz, records, study.areas.size());
  out["support_mw"] = curves(result.support_mw, records, study.areas.size());
  out["generation_mw"] = curves(result.generation_mw, records, study.areas.size());
  out["tie_mw"] = curves(result.tie_mw, records, study.ties.size());
  out["group_mw"] = to_array(result.group_mw);
  out["messages"] = result.messages;
  out["bytes"] = result.bytes;
  return out;
}

}  // namespace

void bind_frequency(py::module_& module) {
  module.def("frequency_response", frequency_response);
  module.def("frequency_options", describe<balance::FrequencyOptions>);
  module.def("support_options", describe<balance::SupportOptions>);
  module.def("area_options", describe<balance::Area>);
}

}  // namespace gridswarm::python
