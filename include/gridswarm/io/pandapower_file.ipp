// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cmath>
#include <span>

#include "gridswarm/base/error.hpp"
#include "gridswarm/io/file.hpp"
#include "gridswarm/io/pandapower_branches.ipp"
#include "gridswarm/io/pandapower_elements.ipp"
#include "gridswarm/io/pandapower_file.hpp"
#include "gridswarm/io/pandapower_trafos.ipp"

namespace gridswarm::inline GS_ABI::io {
namespace detail {

inline constexpr const char* understood_tables[] = {
    "bus",   "line",    "trafo", "trafo3w",  "impedance",       "switch",
    "load",  "sgen",    "gen",   "ext_grid", "shunt",           "ward",
    "xward", "storage", "motor", "dcline",   "asymmetric_load", "asymmetric_sgen"};

/// They say nothing about a power flow: places, costs, names, results.
inline constexpr const char* silent_tables[] = {"bus_geodata",
                                                "line_geodata",
                                                "pwl_cost",
                                                "poly_cost",
                                                "group",
                                                "measurement",
                                                "std_types",
                                                "profiles",
                                                "characteristic",
                                                "user_pf_options",
                                                "nets",
                                                "trafo_characteristic_table",
                                                "shunt_characteristic_table",
                                                "q_capability_curve_table",
                                                "q_capability_characteristic",
                                                "trafo_characteristic_spline",
                                                "source_dc",
                                                "load_dc"};

inline bool contains(std::span<const char* const> list, const std::string& name) {
  for (const char* known : list)
    if (name == known) return true;
  return false;
}

/// Devices without a model are refused where they are in service; anything else is told.
inline void pass_over(PandaBuild& build, const JsonValue& entry) {
  const std::string& name = entry.key;
  if (name.empty() || name[0] == '_' || name.starts_with("res_") ||
      contains(understood_tables, name) || contains(silent_tables, name))
    return;
  const JsonValue* type = find(entry, "_class");
  if (type == nullptr || type->text != "DataFrame") return;
  const PandaTable table = panda_table(build.tables, build.file, name);
  if (table.size() == 0) return;
  for (Index k = 0; k < table.size(); ++k)
    for (const char* end : {"bus", "from_bus", "bus_dc", "from_bus_dc"})
      if (table.column.count(end) > 0 && flag_or(table, k, "in_service", true))
        refuse(table, k, "elements of this kind have no model here; take it out of service");
  warn(build, table, std::to_string(table.size()) + " rows are passed over");
}

inline const JsonValue* scalar(const PandaBuild& build, const char* name) {
  const JsonValue* value = find(build.tables, name);
  return value == nullptr || value->kind == JsonKind::null ? nullptr : value;
}

inline double scalar_or(const PandaBuild& build, const char* name, double otherwise) {
  const JsonValue* value = scalar(build, name);
  if (value == nullptr) return otherwise;
  if (value->kind != JsonKind::number || !(value->number > 0.0 && value->number < 1e300))
    throw InputError(build.file, value->line,
                     std::string(name) + " is " + quoted(*value) + "; a positive number is needed");
  return value->number;
}

/// What pp.set_user_pf_options left: the transformer model is heeded, the rest told.
inline void read_options(PandaBuild& build) {
  const JsonValue* options = scalar(build, "user_pf_options");
  if (options == nullptr || options->kind != JsonKind::object) return;
  for (const JsonValue& option : options->items) {
    if (option.key == "trafo_model" && (option.text == "t" || option.text == "pi"))
      build.t_model = option.text == "t";
    else
      build.net.grid.warnings.push_back(
          InputError(build.file, option.line,
                     "the option " + json_text(option.key.substr(0, 40)) + " is passed over")
              .what());
  }
}

/// Angles to start from: those of the sources, turned by every transformer on the way. A network
/// of many phase shifts would else begin far from its solution.
inline void start_angles(feeder::Case& grid) {
  const feeder::Branches& branches = grid.branches;
  std::vector<std::vector<Index>> at(grid.buses.size());
  for (Index e = 0; e < branches.size(); ++e) {
    if (!branches.in_service[e]) continue;
    at[branches.from[e]].push_back(e);
    at[branches.to[e]].push_back(e);
  }
  std::vector<Index> queue;
  std::vector<std::int8_t> seen(grid.buses.size(), 0);
  for (Index row = 0; row < grid.buses.size(); ++row)
    if (grid.buses.type[row] == feeder::BusType::source) queue.push_back(row), seen[row] = 1;
  for (std::size_t k = 0; k < queue.size(); ++k)
    for (const Index e : at[queue[k]]) {
      const bool down = branches.from[e] == queue[k];
      const Index other = down ? branches.to[e] : branches.from[e];
      if (seen[other]) continue;
      seen[other] = 1;
      queue.push_back(other);
      grid.buses.va_deg[other] = std::remainder(
          grid.buses.va_deg[queue[k]] + (down ? -1.0 : 1.0) * branches.shift_deg[e], 360.0);
    }
}

inline void read_tables(PandaBuild& build) {
  const auto table = [&](const char* name) { return panda_table(build.tables, build.file, name); };
  const PandaTable bus = table("bus");
  if (bus.size() == 0)
    throw InputError(build.file, bus.line,
                     "the network has no buses; is it a file of pandapower.to_json?");
  read_buses(build, bus);
  build.net.file_buses = build.net.grid.buses.size();
  read_sources(build, table("ext_grid"));
  read_generators(build, table("gen"));
  read_dclines(build, table("dcline"));
  read_powers(build, table("sgen"), -1.0);
  read_powers(build, table("storage"), 1.0);
  read_motors(build, table("motor"));
  read_asymmetric(build, table("asymmetric_load"), 1.0);
  read_asymmetric(build, table("asymmetric_sgen"), -1.0);
  read_shunts(build, table("shunt"));
  read_wards(build, table("ward"));
  const PandaTable xward = table("xward"), load = table("load");
  read_wards(build, xward);
  read_loads(build, load);
  warn_of_mixed_shares(build, load);
  const PandaTable switches = table("switch"), line = table("line"), trafo = table("trafo"),
                   trafo3w = table("trafo3w");
  note_open_ends(build, switches);
  check_open_ends(switches, line, "l", {"from_bus", "to_bus"});
  check_open_ends(switches, trafo, "t", {"hv_bus", "lv_bus"});
  check_open_ends(switches, trafo3w, "t3", {"hv_bus", "mv_bus", "lv_bus"});
  read_lines(build, line);
  read_trafos(build, trafo);
  read_trafos3w(build, trafo3w);
  read_impedances(build, table("impedance"));
  read_extended_wards(build, xward);
  read_bus_switches(build, switches);
  for (const JsonValue& entry : build.tables.items) pass_over(build, entry);
}

/// Sums of finite powers may still overflow.
inline void check_sums(const PandaBuild& build) {
  const feeder::Buses& b = build.net.grid.buses;
  for (Index k = 0; k < b.size(); ++k)
    if (!std::isfinite(b.pd_mw[k] + b.qd_mvar[k] + b.gs_mw[k] + b.bs_mvar[k]))
      throw InputError(
          build.file, build.tables.line,
          "the powers at bus " + std::to_string(b.id[k]) + " add up to more than a double holds");
}

/// Columns that nobody needs are empty.
inline void tidy_up(feeder::Case& grid) {
  bool named = false, leaks = false;
  for (const std::string& name : grid.buses.name) named = named || !name.empty();
  for (const double g_pu : grid.branches.g_pu) leaks = leaks || g_pu != 0.0;
  if (!named) grid.buses.name.clear();
  if (!leaks) grid.branches.g_pu.clear();
}

}  // namespace detail

GS_INLINE PandapowerNet parse_pandapower(std::string_view text, const std::string& file) {
  const JsonValue root = parse_json(text, file);
  const JsonValue* type = find(root, "_class");
  if (type == nullptr || type->text != "pandapowerNet")
    throw InputError(file, root.line,
                     "is no network of pandapower.to_json: \"_class\": \"pandapowerNet\" is "
                     "missing at its top");
  const JsonValue& tables = member(root, "_object", JsonKind::object, file, "the network");
  PandapowerNet net;
  detail::PandaBuild build{file, tables, net, 50.0, true, false, 0, {}, {}, {}};
  net.grid.file = file;
  if (const JsonValue* name = detail::scalar(build, "name")) net.grid.name = name->text;
  net.grid.base_mva = detail::scalar_or(build, "sn_mva", 1.0);
  build.f_hz = detail::scalar_or(build, "f_hz", 50.0);
  if (const JsonValue* version = detail::scalar(build, "format_version"))
    build.version_3 = version->text >= "3";
  detail::read_options(build);
  detail::read_tables(build);
  detail::check_sums(build);
  detail::tidy_up(net.grid);
  for (const feeder::BusType kind : net.grid.buses.type)
    if (kind == feeder::BusType::source) {
      detail::start_angles(net.grid);
      return net;
    }
  throw InputError(file, root.line,
                   "the network has no ext_grid in service; it needs one, or a gen with slack");
}

GS_INLINE PandapowerNet read_pandapower(const std::string& path) {
  return parse_pandapower(read_file(path), path);
}

}  // namespace gridswarm::inline GS_ABI::io
