// SPDX-License-Identifier: BSD-3-Clause
#include "app/flow_series.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include "gridswarm/base/error.hpp"
#include "gridswarm/fleet/on_feeder.hpp"
#include "gridswarm/fleet/profile.hpp"
#include "gridswarm/flow/branch_flow.hpp"
#include "gridswarm/io/csv.hpp"

namespace gridswarm::app {
namespace {

/// A series while it is made.
struct Maker {
  const feeder::Case& grid;
  const SeriesOptions& options;
  fleet::ProfileSet set;
  Series series;
};

Index row_of_bus(const feeder::Case& grid, std::int64_t id) {
  const auto at = std::find(grid.buses.id.begin(), grid.buses.id.end(), id);
  return at == grid.buses.id.end() ? none : static_cast<Index>(at - grid.buses.id.begin());
}

/// The bus number that a column is named after: 17_kw, bus17_pu, bus_17; nothing for other names.
std::optional<std::int64_t> bus_in_name(std::string_view name) {
  for (const std::string_view prefix : {"bus_", "bus"})
    if (name.starts_with(prefix)) {
      name.remove_prefix(prefix.size());
      break;
    }
  std::int64_t id = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), id);
  const bool whole = end == name.data() + name.size() || *end == '_';
  if (error != std::errc() || !whole) return std::nullopt;
  return id;
}

/// What the case itself says, as where terms begin.
void begin_with_case(Maker& maker) {
  flow::nominal_injections(maker.grid, maker.series.buses.fixed_p, maker.series.buses.fixed_q);
  const feeder::Loads& loads = maker.grid.loads;
  for (Index k = 0; k < loads.size(); ++k) {
    maker.series.loads.fixed_p.push_back(loads.p_mw[k] / maker.grid.base_mva);
    maker.series.loads.fixed_q.push_back(loads.q_mvar[k] / maker.grid.base_mva);
  }
}

/// Take a bus's own load, and the loads that stand apart there, out of the constant part.
void drop_load(Maker& maker, Index bus) {
  maker.series.buses.fixed_p[bus] += maker.grid.buses.pd_mw[bus] / maker.grid.base_mva;
  maker.series.buses.fixed_q[bus] += maker.grid.buses.qd_mvar[bus] / maker.grid.base_mva;
  for (Index k = 0; k < maker.grid.loads.size(); ++k)
    if (maker.grid.loads.bus[k] == bus)
      maker.series.loads.fixed_p[k] = maker.series.loads.fixed_q[k] = 0.0;
}

/// All load of a bus times a profile.
void scale_bus(Maker& maker, Index bus, Index profile, Index q_profile) {
  const feeder::Case& grid = maker.grid;
  drop_load(maker, bus);
  add_term(maker.series.buses, bus, -grid.buses.pd_mw[bus] / grid.base_mva,
           -grid.buses.qd_mvar[bus] / grid.base_mva, profile, q_profile);
  for (Index k = 0; k < grid.loads.size(); ++k)
    if (grid.loads.bus[k] == bus)
      add_term(maker.series.loads, k, grid.loads.p_mw[k] / grid.base_mva,
               grid.loads.q_mvar[k] / grid.base_mva, profile, q_profile);
}

/// A bus that consumes what a kW profile says; without a kvar column at the case's power factor.
void replace_bus(Maker& maker, Index bus, Index profile, Index q_profile) {
  const feeder::Case& grid = maker.grid;
  if (std::find(grid.loads.bus.begin(), grid.loads.bus.end(), bus) != grid.loads.bus.end())
    throw UsageError("bus " + std::to_string(grid.buses.id[bus]) +
                     " has loads in a table of their own; a kW column can't say which it is for, "
                     "give a column in _pu or a list with --loads");
  drop_load(maker, bus);
  const double pu_per_kw = fleet::agent_kw_to_case_pu(grid);
  const double pd_mw = grid.buses.pd_mw[bus];
  const double q_per_p = q_profile != profile ? 1.0
                         : pd_mw != 0.0       ? grid.buses.qd_mvar[bus] / pd_mw
                                              : 0.0;
  add_term(maker.series.buses, bus, -pu_per_kw, -pu_per_kw * q_per_p, profile, q_profile);
}

void follow_columns(Maker& maker) {
  const std::vector<Index> own = own_columns(maker.set);
  const auto reactive_of = [&](Index i) {
    const Index partner = maker.set.profiles[i].reactive;
    return partner == none ? i : partner;
  };
  const auto is_kw = [&](Index i) { return maker.set.profiles[i].unit == fleet::ProfileUnit::kw; };
  if (own.size() == 1 && !bus_in_name(maker.set.profiles[own[0]].name)) {
    if (is_kw(own[0]))
      throw UsageError("the one column '" + maker.set.profiles[own[0]].name +
                       "' is in kW, so it can't be for all loads; give it per unit, or name it "
                       "after a bus");
    for (Index bus = 0; bus < maker.grid.buses.size(); ++bus)
      scale_bus(maker, bus, own[0], reactive_of(own[0]));
    return;
  }
  for (const Index i : own) {
    const auto id = bus_in_name(maker.set.profiles[i].name);
    const Index bus = id ? row_of_bus(maker.grid, *id) : none;
    if (bus == none)
      throw UsageError("no bus is called as column '" + maker.set.profiles[i].name +
                       "'; name columns after buses (17_pu, bus_17_kw), give one column for all "
                       "loads, or tell with --loads and --generation who follows what");
    if (is_kw(i))
      replace_bus(maker, bus, i, reactive_of(i));
    else
      scale_bus(maker, bus, i, reactive_of(i));
  }
}

/// Add the devices of a list; sign is -1 for consumption.
void follow_list(Maker& maker, const std::string& path, double sign) {
  if (path.empty()) return;
  const io::CsvTable table = table_of(maker.options, path);
  static constexpr std::string_view known[] = {"bus",  "profile",     "p_mw", "q_mvar",
                                               "name", "s_rated_mva", "type"};
  io::require_known_columns(table, known);
  const Index bus_column = io::require_column(table, "bus");
  const Index profile_column = io::require_column(table, "profile");
  const Index p_column = io::require_column(table, "p_mw");
  const Index q_column = io::require_column(table, "q_mvar");
  for (Index r = 0; r < table.rows(); ++r) {
    const Index bus = row_of_bus(maker.grid, io::integer(table, r, bus_column));
    if (bus == none) throw io::cell_error(table, r, bus_column, "is no bus of " + maker.grid.name);
    const double p_mw = io::number(table, r, p_column);
    const double q_mvar = io::number(table, r, q_column);
    const Index profile = profile_called(maker.set, maker.options, table, r, profile_column);
    const Index partner = profile == none ? none : maker.set.profiles[profile].reactive;
    const Index q_profile = partner == none ? profile : partner;
    const bool is_kw =
        profile != none && maker.set.profiles[profile].unit == fleet::ProfileUnit::kw;
    const double unit =
        sign * (is_kw ? fleet::agent_kw_to_case_pu(maker.grid) : 1.0 / maker.grid.base_mva);
    const double q_per_p = partner != none ? 1.0 : p_mw != 0.0 ? q_mvar / p_mw : 0.0;
    add_term(maker.series.buses, bus, is_kw ? unit : unit * p_mw,
             is_kw ? unit * q_per_p : unit * q_mvar, profile, q_profile);
  }
}

}  // namespace

Series make_series(const feeder::Case& grid, const SeriesOptions& options) {
  Maker maker{grid, options, {}, {}};
  if (options.profiles.empty()) {
    for (const std::string* text : {&options.loads, &options.generation, &options.start,
                                    &options.duration, &options.step, &options.unit})
      if (!text->empty())
        throw UsageError("'" + *text + "' belongs to a time series; name its --profiles");
    maker.series.axis = {"", "", {0.0}, {"0"}};
    return std::move(maker.series);
  }
  maker.set = read_profiles(options);
  begin_with_case(maker);
  const bool has_lists = !options.loads.empty() || !options.generation.empty();
  if (!options.loads.empty())
    for (Index bus = 0; bus < grid.buses.size(); ++bus) drop_load(maker, bus);
  follow_list(maker, options.loads, -1.0);
  follow_list(maker, options.generation, 1.0);
  if (!has_lists) follow_columns(maker);
  Series& series = maker.series;
  Walk walk = walk_time(maker.set, options, {&series.buses, &series.loads});
  series.axis = std::move(walk.axis);
  series.factor = std::move(walk.factor);
  series.batch.injections.rows = walk.rows;
  series.batch.injections.profiles = walk.profiles;
  series.batch.injections.factor = series.factor;
  series.batch.injections.buses = series.buses.view();
  series.batch.injections.loads = series.loads.view();
  return std::move(maker.series);
}

}  // namespace gridswarm::app
