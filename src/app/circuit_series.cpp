// SPDX-License-Identifier: BSD-3-Clause
#include "app/circuit_series.hpp"

#include <algorithm>
#include <cmath>

#include "app/element_names.hpp"
#include "gridswarm/base/error.hpp"

namespace gridswarm::app {
namespace {

using feeder::Circuit;

constexpr double day_s = 86400.0;

/// Loads, or what injects: the columns of either that a series needs.
struct Devices {
  const char* kind;  ///< the class that names may leave out, and what messages call a row
  const std::vector<std::string>& name;
  const Column<double>& kw;
  const Column<double>& kvar;
  const Column<Index>& profile;
};

Devices loads_of(const Circuit& circuit) {
  const feeder::CircuitLoads& it = circuit.loads;
  return {"load", it.name, it.kw, it.kvar, it.profile};
}

Devices ders_of(const Circuit& circuit) {
  const feeder::Ders& it = circuit.ders;
  return {"generator", it.name, it.kw, it.kvar, it.profile};
}

void begin_with(const Devices& devices, OwnedTerms& terms) {
  terms.fixed_p.assign(devices.kw.begin(), devices.kw.end());
  terms.fixed_q.assign(devices.kvar.begin(), devices.kvar.end());
}

/// What a device follows instead of what it states: per unit multiplies it.
void follow(OwnedTerms& terms, Index row, double kw, double kvar, Index p_profile,
            Index q_profile) {
  terms.fixed_p[row] = terms.fixed_q[row] = 0.0;
  add_term(terms, row, kw, kvar, p_profile, q_profile);
}

/// A device that consumes what a kW profile says; without a kvar column at its own power factor.
void replace(const Devices& devices, OwnedTerms& terms, Index row, Index p_profile,
             Index q_profile) {
  const double ratio = devices.kw[row] != 0.0 ? devices.kvar[row] / devices.kw[row] : 0.0;
  follow(terms, row, 1.0, q_profile != p_profile ? 1.0 : ratio, p_profile, q_profile);
}

/// The value of a shape as OpenDSS takes it over a step that ends at `end_s`: the point nearest to
/// that end counts, the first being one step in; shapes go round.
double shape_at(const std::vector<double>& values, double step_s, double end_s) {
  const auto count = static_cast<std::int64_t>(values.size());
  const auto point = static_cast<std::int64_t>(std::nearbyint(end_s / step_s));
  return values[static_cast<std::size_t>((point - 1 + count) % count)];
}

/// Devices whose file names a shape follow it, p in column 2 row, q in column 2 row + 1.
void follow_shapes(const Circuit& circuit, const Devices& devices, OwnedTerms& terms,
                   bool scales_kvar) {
  for (std::size_t k = 0; k < devices.name.size(); ++k) {
    const Index profile = devices.profile[k];
    if (profile == none) continue;
    const auto row = static_cast<Index>(k);
    const Index p = 2 * profile, q = 2 * profile + 1;
    const bool has_q = !circuit.profiles.q[profile].empty();
    if (circuit.profiles.is_actual[profile])
      replace(devices, terms, row, p, has_q ? q : p);
    else
      follow(terms, row, devices.kw[k], devices.kvar[k], p, scales_kvar ? (has_q ? q : p) : none);
  }
}

void make_day(const Circuit& circuit, const SeriesOptions& options, CircuitSeries& series) {
  for (const std::string* text :
       {&options.loads, &options.generation, &options.start, &options.unit})
    if (!text->empty())
      throw UsageError("'" + *text + "' goes with --profiles, not with the circuit's own shapes");
  follow_shapes(circuit, loads_of(circuit), series.loads, true);
  follow_shapes(circuit, ders_of(circuit), series.ders, false);
  double step_s = no_limit;
  for (const OwnedTerms* terms : {&series.loads, &series.ders})
    for (const Index column : terms->p_profile)
      step_s = std::min(step_s, circuit.profiles.step_s[column / 2]);
  if (step_s == no_limit)
    throw UsageError(circuit.name + " has no load or generation that follows a load shape");
  if (!options.step.empty()) step_s = parse_span_s(options.step, "--step");
  const double duration_s =
      options.duration.empty() ? day_s : parse_span_s(options.duration, "--duration");
  series.axis = time_axis(fleet::no_date, step_s, duration_s);
  const Index profiles = circuit.profiles.size();
  for (const double time_s : series.axis.value)
    for (Index k = 0; k < profiles; ++k) {
      const auto& p = circuit.profiles.p[k];
      const auto& q = circuit.profiles.q[k].empty() ? p : circuit.profiles.q[k];
      for (const auto* values : {&p, &q})
        series.factor.push_back(
            values->empty() ? 1.0 : shape_at(*values, circuit.profiles.step_s[k], time_s + step_s));
    }
  series.batch.injections.profiles = 2 * profiles;
}

/// A column's name without its unit: load7 of load7_kw.
std::string_view without_unit(std::string_view name) {
  for (const std::string_view suffix : {"_pu", "_kw", "_kvar", "_pload", "_qload"})
    if (name.ends_with(suffix)) return name.substr(0, name.size() - suffix.size());
  return name;
}

void follow_columns(const Circuit& circuit, const fleet::ProfileSet& set, OwnedTerms& terms) {
  const Devices loads = loads_of(circuit);
  const ElementNames names = names_of(loads.name);
  const std::vector<Index> own = own_columns(set);
  for (const Index i : own) {
    const fleet::Profile& profile = set.profiles[i];
    const Index q = profile.reactive == none ? i : profile.reactive;
    const Index row = row_called(names, without_unit(profile.name));
    const bool is_kw = profile.unit == fleet::ProfileUnit::kw;
    if (row == none && own.size() == 1) {
      if (is_kw)
        throw UsageError("the one column '" + profile.name +
                         "' is in kW, so it can't be for all loads; give it per unit, or name it "
                         "after a load");
      for (Index k = 0; k < circuit.loads.size(); ++k)
        follow(terms, k, loads.kw[k], loads.kvar[k], i, q);
    } else if (row == none) {
      throw UsageError("no load is called as column '" + profile.name +
                       "'; name columns after loads (load7_pu, load7_kw), give one column for all "
                       "loads, or tell with --loads and --generation who follows what");
    } else if (is_kw) {
      replace(loads, terms, row, i, q);
    } else {
      follow(terms, row, loads.kw[row], loads.kvar[row], i, q);
    }
  }
}

/// Columns of a device list: `load` (or `der`), `profile`, and `kw`, `kvar` where the circuit's own
/// powers are not meant.
void follow_list(const Circuit& circuit, const Devices& devices, const char* column_name,
                 const fleet::ProfileSet& set, const SeriesOptions& options,
                 const std::string& path, OwnedTerms& terms) {
  if (path.empty()) return;
  const io::CsvTable table = table_of(options, path);
  const std::string_view known[] = {column_name, "profile", "kw", "kvar"};
  io::require_known_columns(table, known);
  const Index name_column = io::require_column(table, column_name);
  const Index profile_column = io::require_column(table, "profile");
  const Index kw_column = io::find_column(table, "kw");
  const Index kvar_column = io::find_column(table, "kvar");
  const ElementNames names = names_of(devices.name);
  for (Index r = 0; r < table.rows(); ++r) {
    const Index row = row_called(names, table.cell(r, name_column));
    if (row == none)
      throw io::cell_error(table, r, name_column,
                           std::string("is no ") + devices.kind + " of " + circuit.name);
    const Index profile = profile_called(set, options, table, r, profile_column);
    const Index partner = profile == none ? none : set.profiles[profile].reactive;
    const Index q = partner == none ? profile : partner;
    const bool is_kw = profile != none && set.profiles[profile].unit == fleet::ProfileUnit::kw;
    if (is_kw && (kw_column != none || kvar_column != none))
      throw io::cell_error(table, r, profile_column, "is in kW; leave kw and kvar of the list out");
    const double kw = kw_column == none ? devices.kw[row] : io::number(table, r, kw_column);
    const double kvar = kvar_column == none ? devices.kvar[row] : io::number(table, r, kvar_column);
    if (is_kw)
      replace(devices, terms, row, profile, q);
    else
      follow(terms, row, kw, kvar, profile, q);
  }
}

void make_profiled(const Circuit& circuit, const SeriesOptions& options, CircuitSeries& series) {
  fleet::ProfileSet set = read_profiles(options);
  if (options.loads.empty() && options.generation.empty()) {
    follow_columns(circuit, set, series.loads);
  } else {
    follow_list(circuit, loads_of(circuit), "load", set, options, options.loads, series.loads);
    follow_list(circuit, ders_of(circuit), "der", set, options, options.generation, series.ders);
  }
  Walk walk = walk_time(set, options, {&series.loads, &series.ders});
  series.axis = std::move(walk.axis);
  series.factor = std::move(walk.factor);
  series.batch.injections.profiles = walk.profiles;
}

}  // namespace

CircuitSeries make_series(const Circuit& circuit, const SeriesOptions& options, bool daily) {
  CircuitSeries series;
  if (!daily && options.profiles.empty()) {
    for (const std::string* text : {&options.loads, &options.generation, &options.start,
                                    &options.duration, &options.step, &options.unit})
      if (!text->empty())
        throw UsageError("'" + *text +
                         "' belongs to a time series; name its --profiles, or ask for --daily");
    series.axis = {"", "", {0.0}, {"0"}};
    return series;
  }
  if (daily && !options.profiles.empty())
    throw UsageError("--daily follows the circuit's own load shapes; it goes without --profiles");
  begin_with(loads_of(circuit), series.loads);
  begin_with(ders_of(circuit), series.ders);
  if (daily)
    make_day(circuit, options, series);
  else
    make_profiled(circuit, options, series);
  flow::CircuitAxis& axis = series.batch.injections;
  axis.rows = static_cast<Index>(series.axis.value.size());
  axis.factor = series.factor;
  axis.loads = series.loads.view();
  axis.ders = series.ders.view();
  return series;
}

}  // namespace gridswarm::app
