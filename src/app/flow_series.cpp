// SPDX-License-Identifier: BSD-3-Clause
#include "app/flow_series.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <optional>

#include "gridswarm/base/error.hpp"
#include "gridswarm/fleet/on_feeder.hpp"
#include "gridswarm/fleet/profile.hpp"
#include "gridswarm/flow/branch_flow.hpp"
#include "gridswarm/io/csv.hpp"
#include "gridswarm/io/profile_file.hpp"

namespace gridswarm::app {
namespace {

/// A series while it is made.
struct Maker {
  const feeder::Case& grid;
  const SeriesOptions& options;
  fleet::ProfileSet set;
  Series series;
};

/// A CSV file, or the text that stands for it.
io::CsvTable table_of(const SeriesOptions& options, const std::string& path) {
  const auto found = options.texts.find(path);
  return found == options.texts.end() ? io::read_csv(path) : io::parse_csv(found->second, path);
}

std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> parts(1);
  for (const char c : text)
    if (c == ',')
      parts.emplace_back();
    else
      parts.back() += c;
  return parts;
}

void add_term(OwnedTerms& terms, Index row, double p, double q, Index p_profile, Index q_profile) {
  terms.row.push_back(row);
  terms.p.push_back(p);
  terms.q.push_back(q);
  terms.p_profile.push_back(p_profile);
  terms.q_profile.push_back(q_profile);
}

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

/// Columns that stand for themselves, not as another's reactive power.
std::vector<Index> own_columns(const fleet::ProfileSet& set) {
  std::vector<Index> own;
  for (Index i = 0; i < set.size(); ++i) {
    const bool is_partner = std::any_of(set.profiles.begin(), set.profiles.end(),
                                        [i](const auto& other) { return other.reactive == i; });
    if (!is_partner) own.push_back(i);
  }
  return own;
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

/// Names of the profiles that a list asks for, as the file and as SimBench's files write them.
void want_profiles(const SeriesOptions& options, const std::string& path,
                   std::vector<std::string>& wanted) {
  if (path.empty()) return;
  const io::CsvTable table = table_of(options, path);
  const Index column = io::require_column(table, "profile");
  for (Index r = 0; r < table.rows(); ++r) {
    std::string name(table.cell(r, column));
    if (name.empty()) continue;
    wanted.push_back(name);
    std::replace(name.begin(), name.end(), '-', '_');
    wanted.push_back(name);
  }
}

Index profile_called(const Maker& maker, const io::CsvTable& table, Index row, Index column) {
  std::string name(table.cell(row, column));
  if (name.empty()) return none;
  Index found = fleet::find_profile(maker.set, name);
  std::replace(name.begin(), name.end(), '-', '_');
  if (found == none) found = fleet::find_profile(maker.set, name);
  if (found == none)
    throw io::cell_error(table, row, column, "is no column of " + maker.options.profiles);
  return found;
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
    const Index profile = profile_called(maker, table, r, profile_column);
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

void read_profiles(Maker& maker) {
  io::ProfileFileOptions how;
  how.unit = io::parse_profile_unit(maker.options.unit);
  want_profiles(maker.options, maker.options.loads, how.columns);
  want_profiles(maker.options, maker.options.generation, how.columns);
  for (const std::string& path : split(maker.options.profiles))
    fleet::append(maker.set, io::profiles_from_table(table_of(maker.options, path), how));
  if (maker.set.size() == 0)
    throw UsageError("no column of " + maker.options.profiles + " is followed by a load");
}

/// Rows of profiles that some term follows.
std::vector<Index> rows_in_use(const Maker& maker) {
  std::vector<Index> used;
  for (const OwnedTerms* terms : {&maker.series.buses, &maker.series.loads})
    for (const auto* column : {&terms->p_profile, &terms->q_profile})
      used.insert(used.end(), column->begin(), column->end());
  std::sort(used.begin(), used.end());
  used.erase(std::unique(used.begin(), used.end()), used.end());
  if (!used.empty() && used.front() == none) used.erase(used.begin());
  return used;
}

/// Where time begins; no_date for profiles of a day without date where nothing else was typed.
std::int64_t begin_time(Maker& maker, const std::vector<Index>& used) {
  std::int64_t start = fleet::no_date;
  if (!maker.options.start.empty()) {
    start = fleet::parse_stamp(maker.options.start);
  } else {
    for (const Index i : used) start = std::max(start, maker.set.profiles[i].start);
  }
  if (start != fleet::no_date) fleet::set_start(maker.set, stamp_text(start));
  return start;
}

/// Steps of the series, their instants and the value of every profile there.
void walk_time(Maker& maker) {
  const std::vector<Index> used = rows_in_use(maker);
  const std::int64_t start = begin_time(maker, used);
  double step_s = 1e99, rest_s = 1e99;
  for (const Index i : used) {
    const fleet::Profile& profile = maker.set.profiles[i];
    const double whole_s = profile.step_s * static_cast<double>(profile.value.size());
    step_s = std::min(step_s, profile.step_s);
    rest_s = std::min(rest_s, profile.repeat ? whole_s : whole_s - profile.offset_s);
  }
  if (!maker.options.step.empty()) step_s = parse_span_s(maker.options.step, "--step");
  if (!maker.options.duration.empty()) rest_s = parse_span_s(maker.options.duration, "--duration");
  const auto steps = static_cast<std::int64_t>(std::floor(rest_s / step_s + 1e-9));
  if (steps < 1 || steps > 100'000'000)
    throw UsageError("a duration of " + std::to_string(rest_s) + " s in steps of " +
                     std::to_string(step_s) + " s is no series");
  fleet::require_duration(maker.set, used, static_cast<double>(steps - 1) * step_s);
  ScenarioAxis& axis = maker.series.axis;
  axis.name = "time";
  axis.unit = "s";
  if (start != fleet::no_date)
    axis.unit = "seconds since " + stamp_text(start) + (start % 60 == 0 ? ":00" : "");
  const Index profiles = maker.set.size();
  for (std::int64_t k = 0; k < steps; ++k) {
    const double time_s = static_cast<double>(k) * step_s;
    axis.value.push_back(time_s);
    axis.label.push_back(start == fleet::no_date
                             ? std::to_string(static_cast<std::int64_t>(time_s))
                             : stamp_text(start + static_cast<std::int64_t>(time_s)));
    for (Index i = 0; i < profiles; ++i)
      maker.series.factor.push_back(std::binary_search(used.begin(), used.end(), i)
                                        ? fleet::value_at(maker.set.profiles[i], time_s)
                                        : 0.0);
  }
  maker.series.batch.injections.rows = static_cast<Index>(steps);
  maker.series.batch.injections.profiles = profiles;
}

}  // namespace

flow::Profiled OwnedTerms::view() const {
  return {fixed_p, fixed_q, row, p_profile, q_profile, p, q};
}

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
  read_profiles(maker);
  begin_with_case(maker);
  const bool has_lists = !options.loads.empty() || !options.generation.empty();
  if (!options.loads.empty())
    for (Index bus = 0; bus < grid.buses.size(); ++bus) drop_load(maker, bus);
  follow_list(maker, options.loads, -1.0);
  follow_list(maker, options.generation, 1.0);
  if (!has_lists) follow_columns(maker);
  walk_time(maker);
  Series& series = maker.series;
  series.batch.injections.factor = series.factor;
  series.batch.injections.buses = series.buses.view();
  series.batch.injections.loads = series.loads.view();
  return std::move(maker.series);
}

double parse_span_s(const std::string& text, const char* what) {
  struct Unit {
    std::string_view name;
    double s;
  };
  static constexpr Unit units[] = {
      {"", 1.0}, {"s", 1.0}, {"min", 60.0}, {"h", 3600.0}, {"d", 86400.0}};
  double value = 0.0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const std::string_view rest(end, static_cast<std::size_t>(text.data() + text.size() - end));
  for (const Unit& unit : units)
    if (error == std::errc() && rest == unit.name && value > 0.0 && std::isfinite(value))
      return value * unit.s;
  throw UsageError(std::string(what) + " '" + text +
                   "' is no span of time such as 15min, 24h or 7d");
}

std::string stamp_text(std::int64_t local_s) {
  constexpr std::int64_t day_s = 86400;
  const std::int64_t second = ((local_s % day_s) + day_s) % day_s;
  // Days since 0000-03-01: years begin in March, so that the leap day is their last.
  const std::int64_t days = (local_s - second) / day_s + 719468;
  const std::int64_t era = (days >= 0 ? days : days - 146096) / 146097;
  const std::int64_t of_era = days - era * 146097;
  const std::int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
  const std::int64_t of_year = of_era - (365 * year + year / 4 - year / 100);
  const std::int64_t month = (5 * of_year + 2) / 153;
  const auto day = static_cast<int>(of_year - (153 * month + 2) / 5 + 1);
  const auto civil_month = static_cast<int>(month < 10 ? month + 3 : month - 9);
  const auto civil_year = static_cast<int>(year + era * 400 + (civil_month <= 2 ? 1 : 0));
  char text[64];
  std::snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d", civil_year, civil_month, day,
                static_cast<int>(second / 3600), static_cast<int>(second / 60 % 60));
  std::string stamp = text;
  if (second % 60 != 0) {
    std::snprintf(text, sizeof text, ":%02d", static_cast<int>(second % 60));
    stamp += text;
  }
  return stamp;
}

}  // namespace gridswarm::app
