// SPDX-License-Identifier: BSD-3-Clause
#include "app/series_profiles.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>

#include "gridswarm/base/error.hpp"
#include "gridswarm/io/profile_file.hpp"

namespace gridswarm::app {
namespace {

std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> parts(1);
  for (const char c : text)
    if (c == ',')
      parts.emplace_back();
    else
      parts.back() += c;
  return parts;
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

/// Rows of profiles that some term follows.
std::vector<Index> rows_in_use(std::initializer_list<const OwnedTerms*> all) {
  std::vector<Index> used;
  for (const OwnedTerms* terms : all)
    for (const auto* column : {&terms->p_profile, &terms->q_profile})
      used.insert(used.end(), column->begin(), column->end());
  std::sort(used.begin(), used.end());
  used.erase(std::unique(used.begin(), used.end()), used.end());
  if (!used.empty() && used.front() == none) used.erase(used.begin());
  return used;
}

/// Where time begins; no_date for profiles of a day without date where nothing else was typed.
std::int64_t begin_time(fleet::ProfileSet& set, const SeriesOptions& options,
                        const std::vector<Index>& used) {
  std::int64_t start = fleet::no_date;
  if (!options.start.empty()) {
    start = fleet::parse_stamp(options.start);
  } else {
    for (const Index i : used) start = std::max(start, set.profiles[i].start);
  }
  if (start != fleet::no_date) fleet::set_start(set, stamp_text(start));
  return start;
}

}  // namespace

io::CsvTable table_of(const SeriesOptions& options, const std::string& path) {
  const auto found = options.texts.find(path);
  return found == options.texts.end() ? io::read_csv(path) : io::parse_csv(found->second, path);
}

fleet::ProfileSet read_profiles(const SeriesOptions& options) {
  fleet::ProfileSet set;
  io::ProfileFileOptions how;
  how.unit = io::parse_profile_unit(options.unit);
  want_profiles(options, options.loads, how.columns);
  want_profiles(options, options.generation, how.columns);
  for (const std::string& path : split(options.profiles))
    fleet::append(set, io::profiles_from_table(table_of(options, path), how));
  if (set.size() == 0)
    throw UsageError("no column of " + options.profiles + " is followed by a load");
  return set;
}

std::vector<Index> own_columns(const fleet::ProfileSet& set) {
  std::vector<Index> own;
  for (Index i = 0; i < set.size(); ++i) {
    const bool is_partner = std::any_of(set.profiles.begin(), set.profiles.end(),
                                        [i](const auto& other) { return other.reactive == i; });
    if (!is_partner) own.push_back(i);
  }
  return own;
}

Index profile_called(const fleet::ProfileSet& set, const SeriesOptions& options,
                     const io::CsvTable& table, Index row, Index column) {
  std::string name(table.cell(row, column));
  if (name.empty()) return none;
  Index found = fleet::find_profile(set, name);
  std::replace(name.begin(), name.end(), '-', '_');
  if (found == none) found = fleet::find_profile(set, name);
  if (found == none)
    throw io::cell_error(table, row, column, "is no column of " + options.profiles);
  return found;
}

void add_term(OwnedTerms& terms, Index row, double p, double q, Index p_profile, Index q_profile) {
  terms.row.push_back(row);
  terms.p.push_back(p);
  terms.q.push_back(q);
  terms.p_profile.push_back(p_profile);
  terms.q_profile.push_back(q_profile);
}

ScenarioAxis time_axis(std::int64_t start, double step_s, double duration_s) {
  const auto steps = static_cast<std::int64_t>(std::floor(duration_s / step_s + 1e-9));
  if (steps < 1 || steps > 100'000'000)
    throw UsageError("a duration of " + std::to_string(duration_s) + " s in steps of " +
                     std::to_string(step_s) + " s is no series");
  ScenarioAxis axis = {"time", "s", {}, {}};
  if (start != fleet::no_date)
    axis.unit = "seconds since " + stamp_text(start) + (start % 60 == 0 ? ":00" : "");
  for (std::int64_t k = 0; k < steps; ++k) {
    const double time_s = static_cast<double>(k) * step_s;
    axis.value.push_back(time_s);
    axis.label.push_back(start == fleet::no_date
                             ? std::to_string(static_cast<std::int64_t>(time_s))
                             : stamp_text(start + static_cast<std::int64_t>(time_s)));
  }
  return axis;
}

Walk walk_time(fleet::ProfileSet& set, const SeriesOptions& options,
               std::initializer_list<const OwnedTerms*> terms) {
  const std::vector<Index> used = rows_in_use(terms);
  const std::int64_t start = begin_time(set, options, used);
  double step_s = 1e99, rest_s = 1e99;
  for (const Index i : used) {
    const fleet::Profile& profile = set.profiles[i];
    const double whole_s = profile.step_s * static_cast<double>(profile.value.size());
    step_s = std::min(step_s, profile.step_s);
    rest_s = std::min(rest_s, profile.repeat ? whole_s : whole_s - profile.offset_s);
  }
  if (!options.step.empty()) step_s = parse_span_s(options.step, "--step");
  if (!options.duration.empty()) rest_s = parse_span_s(options.duration, "--duration");
  Walk walk;
  walk.axis = time_axis(start, step_s, rest_s);
  for (const Index i : used) fleet::require_power(set.profiles[i]);
  fleet::require_duration(set, used, walk.axis.value.back());
  walk.rows = static_cast<Index>(walk.axis.value.size());
  walk.profiles = set.size();
  for (const double time_s : walk.axis.value)
    for (Index i = 0; i < walk.profiles; ++i)
      walk.factor.push_back(std::binary_search(used.begin(), used.end(), i)
                                ? fleet::value_at(set.profiles[i], time_s)
                                : 0.0);
  return walk;
}

flow::Profiled OwnedTerms::view() const {
  return {fixed_p, fixed_q, row, p_profile, q_profile, p, q};
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
