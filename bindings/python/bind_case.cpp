// SPDX-License-Identifier: BSD-3-Clause
// A case as tables of columns and back: what Python edits is checked here before anything uses it.
#include "bind_table.hpp"
#include "gridswarm/feeder/synthetic.hpp"
#include "gridswarm/fleet/on_feeder.hpp"
#include "gridswarm/io/case_file.hpp"
#include "gridswarm/io/case_hdf5.hpp"
#include "gridswarm/io/matpower.hpp"
#include "gridswarm/io/pandapower_file.hpp"

namespace gridswarm::python {
namespace {

using feeder::Branches;
using feeder::Buses;
using feeder::Case;
using feeder::Generators;

constexpr Named<Buses> bus_columns[] = {
    {"pd_mw", &Buses::pd_mw},          {"qd_mvar", &Buses::qd_mvar},
    {"gs_mw", &Buses::gs_mw},          {"bs_mvar", &Buses::bs_mvar},
    {"vm_pu", &Buses::vm_pu},          {"va_deg", &Buses::va_deg},
    {"base_kv", &Buses::base_kv},      {"vmax_pu", &Buses::vmax_pu, true},
    {"vmin_pu", &Buses::vmin_pu, true}};

constexpr Named<Branches> branch_columns[] = {{"r_pu", &Branches::r_pu},
                                              {"x_pu", &Branches::x_pu},
                                              {"b_pu", &Branches::b_pu},
                                              {"rate_mva", &Branches::rate_mva},
                                              {"ratio", &Branches::ratio},
                                              {"shift_deg", &Branches::shift_deg},
                                              {"g_pu", &Branches::g_pu, false, true}};

constexpr Named<Generators> gen_columns[] = {{"pg_mw", &Generators::pg_mw},
                                             {"qg_mvar", &Generators::qg_mvar},
                                             {"qmax_mvar", &Generators::qmax_mvar, true},
                                             {"qmin_mvar", &Generators::qmin_mvar, true},
                                             {"vg_pu", &Generators::vg_pu}};

py::dict tables_of(const Case& grid) {
  py::dict bus, branch, gen;
  bus["bus"] = to_array(grid.buses.id);
  Column<std::int64_t> type;
  for (const feeder::BusType value : grid.buses.type) type.push_back(static_cast<int>(value));
  bus["type"] = to_array(type);
  add_columns(grid.buses, bus_columns, bus);
  branch["fbus"] = bus_ids(grid.buses, grid.branches.from);
  branch["tbus"] = bus_ids(grid.buses, grid.branches.to);
  add_columns(grid.branches, branch_columns, branch);
  branch["in_service"] = to_array(grid.branches.in_service).attr("astype")("bool");
  gen["bus"] = bus_ids(grid.buses, grid.generators.bus);
  add_columns(grid.generators, gen_columns, gen);
  gen["in_service"] = to_array(grid.generators.in_service).attr("astype")("bool");
  py::dict out;
  out["name"] = grid.name;
  out["file"] = grid.file;
  out["base_mva"] = grid.base_mva;
  out["per_phase"] = grid.per_phase;
  out["bus"] = bus;
  out["branch"] = branch;
  out["gen"] = gen;
  add_devices(grid, out);
  out["warnings"] = grid.warnings;
  return out;
}

Rows take_buses(const Source& source, Buses& buses) {
  Rows rows;
  for (const std::int64_t id : source.integers("bus")) {
    if (!rows.emplace(id, buses.size()).second)
      source.refuse(buses.size(), "bus " + std::to_string(id) + " stands there twice");
    buses.id.push_back(id);
  }
  for (const std::int64_t type : source.integers("type")) {
    if (type < 1 || type > 4)
      source.refuse(buses.type.size(), "type must be 1 (load), 2 (PV), 3 (source) or 4 (isolated)");
    buses.type.push_back(static_cast<feeder::BusType>(type));
  }
  take_columns(source, bus_columns, buses);
  for (Index k = 0; k < buses.size(); ++k)
    if (buses.type[k] == feeder::BusType::source && !(buses.vm_pu[k] > 0.0))
      source.refuse(k, "the voltage of a source must be positive");
  for (const feeder::BusType type : buses.type)
    if (type == feeder::BusType::source) return rows;
  throw InputError(source.name, 0, "no source; give the bus that feeds the grid type 3");
}

Case make_case(const std::string& name, const std::string& file, double base_mva, bool per_phase,
               const py::dict& tables) {
  Case grid;
  grid.name = name;
  grid.file = file;
  grid.base_mva = base_mva;
  grid.per_phase = per_phase;
  if (!(base_mva > 0.0) || std::isinf(base_mva))
    throw InputError("case", 0, "base_mva must be a positive number");
  const Rows rows = take_buses({"case.bus", tables["bus"]}, grid.buses);
  const Source wires{"case.branch", tables["branch"]};
  grid.branches.from = bus_rows(wires, "fbus", rows);
  grid.branches.to = bus_rows(wires, "tbus", rows);
  take_columns(wires, branch_columns, grid.branches);
  grid.branches.in_service = wires.flags("in_service");
  for (Index e = 0; e < grid.branches.size(); ++e)
    if (grid.branches.rate_mva[e] < 0.0 || grid.branches.ratio[e] < 0.0)
      wires.refuse(e, "rate_mva and ratio must not be negative (0: unlimited, a line)");
  const Source plants{"case.gen", tables["gen"]};
  grid.generators.bus = bus_rows(plants, "bus", rows);
  take_columns(plants, gen_columns, grid.generators);
  grid.generators.in_service = plants.flags("in_service");
  take_devices(tables, rows, grid);
  return grid;
}

/// The rows of pandapower's tables that a case's rows came from.
py::dict origins(const std::vector<io::PandapowerOrigin>& rows) {
  py::list table, index, side;
  for (const io::PandapowerOrigin& row : rows) {
    table.append(row.table);
    index.append(row.index);
    side.append(row.side);
  }
  py::dict out;
  out["table"] = table;
  out["element"] = index;
  out["side"] = side;
  return out;
}

py::tuple parse_pandapower(const std::string& text, const std::string& file) {
  io::PandapowerNet net;
  {
    const py::gil_scoped_release release;
    net = io::parse_pandapower(text, file);
  }
  py::dict from;
  from["branch"] = origins(net.branch);
  from["gen"] = origins(net.generator);
  from["load"] = origins(net.load);
  return py::make_tuple(std::move(net.grid), from);
}

}  // namespace

void bind_case(py::module_& module) {
  py::class_<Case>(module, "Case")
      .def("tables", tables_of)
      .def("text", &io::format_matpower)
      .def("write_hdf5", &io::write_case_hdf5, py::call_guard<py::gil_scoped_release>())
      .def("kw_per_pu", [](const Case& grid) { return 1.0 / fleet::agent_kw_to_case_pu(grid); });
  module.def("read_case", &io::read_case, py::call_guard<py::gil_scoped_release>());
  module.def("parse_pandapower", parse_pandapower);
  module.def("make_case", make_case);
  module.def("empty_case", [] { return Case{}; });
  module.def("synthetic_case", &feeder::make_synthetic);
}

}  // namespace gridswarm::python
