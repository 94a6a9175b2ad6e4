// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>

#include "gridswarm/base/units.hpp"
#include "gridswarm/io/file.hpp"
#include "gridswarm/io/profile_file.hpp"

namespace gridswarm::inline GS_ABI::io {

namespace profile_file_detail {

using fleet::ProfileUnit;

/// The time axis of a table: where it begins, its step, and where local stamps jump.
struct Axis {
  std::int64_t start = fleet::no_date;
  double first_s = 0.0;
  double step_s = 0.0;
  bool of_day = false;  ///< stamps are HH:MM
  std::vector<std::pair<Index, double>> clock_changes;
};

struct Suffix {
  std::string_view text;
  ProfileUnit unit;
  double factor;
};

/// Longer endings first, so that "_kwh" is not taken for another's tail.
inline constexpr std::array<Suffix, 18> suffixes = {{
    {"_kw_per_kw", ProfileUnit::per_unit, 1.0},
    {"_w_per_kw", ProfileUnit::per_unit, 1e-3},
    {"_pload", ProfileUnit::per_unit, 1.0},
    {"_qload", ProfileUnit::per_unit, 1.0},
    {"_mvar", ProfileUnit::kw, 1e3},
    {"_kvar", ProfileUnit::kw, 1.0},
    {"_var", ProfileUnit::kw, 1e-3},
    {"_mwh", ProfileUnit::kwh_per_step, 1e3},
    {"_kwh", ProfileUnit::kwh_per_step, 1.0},
    {"_wh", ProfileUnit::kwh_per_step, 1e-3},
    {"_mw", ProfileUnit::kw, 1e3},
    {"_kw", ProfileUnit::kw, 1.0},
    {"_w", ProfileUnit::kw, 1e-3},
    {"_pu", ProfileUnit::per_unit, 1.0},
    {"_percent", ProfileUnit::per_unit, 1e-2},
    {"_w_per_m2", ProfileUnit::w_per_m2, 1.0},
    {"_m_per_s", ProfileUnit::m_per_s, 1.0},
    {"_celsius", ProfileUnit::celsius, 1.0},
}};

/// Endings of active power and of the reactive power that belongs to it.
inline constexpr std::array<std::pair<std::string_view, std::string_view>, 3> partners = {
    {{"_pload", "_qload"}, {"_kw", "_kvar"}, {"_mw", "_mvar"}}};

/// "_usd_per_kwh" and the like are rates, not energies.
GS_INLINE bool is_rate(std::string_view name) {
  if (name.find("_per_") == std::string_view::npos) return false;
  for (const std::string_view known : {"_kw_per_kw", "_w_per_kw", "_w_per_m2", "_m_per_s"})
    if (name.ends_with(known)) return false;
  return true;
}

GS_INLINE std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

/// Seconds of "HH:MM" or "HH:MM:SS"; -1 where the text is neither.
GS_INLINE std::int64_t second_of_day(std::string_view text) {
  std::string stamp = "1970-01-01T";
  stamp += text;
  try {
    return text.size() >= 5 ? fleet::parse_stamp(stamp) : -1;
  } catch (const UsageError&) {
    return -1;
  }
}

/// Stamps of a `time` column in local seconds; sets start and of_day.
GS_INLINE std::vector<std::int64_t> stamps_of(const CsvTable& table, Axis& axis) {
  std::vector<std::int64_t> stamp;
  const std::string_view first = table.cell(0, 0);
  axis.of_day = second_of_day(first) >= 0;
  for (Index r = 0; r < table.rows(); ++r) {
    if (axis.of_day) {
      stamp.push_back(second_of_day(table.cell(r, 0)));
      if (stamp.back() < 0) throw cell_error(table, r, 0, "is no time of day such as 00:15");
      continue;
    }
    try {
      stamp.push_back(fleet::parse_stamp(table.cell(r, 0)));
    } catch (const UsageError&) {
      throw cell_error(table, r, 0, "is no local time such as 2016-03-27T03:00 (without a zone)");
    }
  }
  if (!axis.of_day) axis.start = stamp.front();
  return stamp;
}

/// Seconds that one unit of a counting axis lasts; 0 for a name that is no such axis.
GS_INLINE std::int64_t unit_of_axis(std::string_view name) {
  if (name == "second") return 1;
  if (name == "minute") return 60;
  if (name == "hour") return 3600;
  constexpr std::string_view sample = "sample_";
  std::int64_t step = 0;
  if (!name.starts_with(sample) || !name.ends_with('s')) return 0;
  const auto [end, error] =
      std::from_chars(name.data() + sample.size(), name.data() + name.size() - 1, step);
  return error == std::errc() && end == name.data() + name.size() - 1 && step > 0 ? step : 0;
}

[[noreturn]] GS_INLINE void refuse_axis(const CsvTable& table) {
  const std::string name(table.names.front());
  if (find_column(table, "start") != none && find_column(table, "stop") != none)
    throw InputError(
        table.file, 1,
        "is a list of sessions with start and stop, not a profile of equal steps; count "
        "the sessions of each step first, or use them as arrive_h and depart_h");
  throw InputError(table.file, 1,
                   "the first column '" + name +
                       "' is no time axis; name it time, minute, second, hour or sample_5s");
}

GS_INLINE std::vector<std::int64_t> stamps_of_axis(const CsvTable& table, Axis& axis) {
  if (table.names.front() == "time") return stamps_of(table, axis);
  const std::int64_t unit = unit_of_axis(table.names.front());
  if (unit == 0) refuse_axis(table);
  const std::int64_t base = table.names.front() == "minute" ? 1 : 0;
  std::vector<std::int64_t> stamp;
  for (Index r = 0; r < table.rows(); ++r) stamp.push_back((integer(table, r, 0) - base) * unit);
  return stamp;
}

/// Equal steps; a dated file may jump by one hour forth and back again.
GS_INLINE Axis axis_of(const CsvTable& table) {
  if (unit_of_axis(table.names.front()) == 0 && table.names.front() != "time") refuse_axis(table);
  if (table.rows() < 2)
    throw InputError(table.file, 0, "holds fewer than two values, so its step is unknown");
  Axis axis;
  const std::vector<std::int64_t> stamp = stamps_of_axis(table, axis);
  const std::int64_t step = stamp[1] - stamp[0];
  if (step <= 0) throw cell_error(table, 1, 0, "does not come after the line before");
  std::int64_t shift = 0;
  constexpr std::int64_t hour = 3600;
  for (Index r = 2; r < table.rows(); ++r) {
    const std::int64_t jump = stamp[r] - stamp[r - 1] - step;
    if (jump == 0) continue;
    shift += jump;
    if (axis.start == fleet::no_date || (jump != hour && jump != -hour) || shift > hour ||
        shift < -hour)
      throw cell_error(table, r, 0,
                       "does not follow by the file's step of " + std::to_string(step) +
                           " s; fill missing lines, steps must be equal");
    axis.clock_changes.emplace_back(r, static_cast<double>(jump));
  }
  axis.step_s = static_cast<double>(step);
  axis.first_s = axis.start == fleet::no_date ? static_cast<double>(stamp[0]) : 0.0;
  if (axis.of_day && step * table.rows() != 86400)
    throw InputError(table.file, 0,
                     "times of day must cover one whole day; give dates for other lengths");
  return axis;
}

GS_INLINE std::string_view partner_of(std::string_view name, std::string& buffer) {
  for (const auto& [active, reactive] : partners)
    if (name.ends_with(active)) {
      buffer = std::string(name.substr(0, name.size() - active.size())) + std::string(reactive);
      return buffer;
    }
  return {};
}

GS_INLINE NamedUnit unit_of(const CsvTable& table, Index column,
                            const ProfileFileOptions& options) {
  const std::string_view name = table.names[static_cast<std::size_t>(column)];
  if (const auto named = unit_in_name(name)) return *named;
  if (options.unit) return {*options.unit, 1.0};
  throw InputError(table.file, 1,
                   "column '" + std::string(name) +
                       "' tells no unit; end its name in _kw, _kwh or _pu, or declare kw, "
                       "kwh_per_step or per_unit");
}

GS_INLINE fleet::Profile profile_of(const CsvTable& table, Index column, const Axis& axis,
                                    const ProfileFileOptions& options) {
  const NamedUnit unit = unit_of(table, column, options);
  fleet::Profile profile;
  profile.name = std::string(table.names[static_cast<std::size_t>(column)]);
  const bool energy = unit.unit == ProfileUnit::kwh_per_step;
  profile.unit = energy ? ProfileUnit::kw : unit.unit;
  profile.step_s = axis.step_s;
  profile.start = axis.start;
  profile.first_s = axis.first_s;
  profile.clock_changes = axis.clock_changes;
  const bool one_day = axis.start == fleet::no_date && axis.step_s * table.rows() == 86400.0;
  profile.repeat = options.repeat || one_day;
  profile.value.reserve(static_cast<std::size_t>(table.rows()));
  for (Index r = 0; r < table.rows(); ++r) {
    const double value = number(table, r, column) * unit.factor;
    profile.value.push_back(energy ? value * s_per_h / axis.step_s : value);
  }
  return profile;
}

/// What stands before the ending of a column of weather; empty for others.
GS_INLINE std::string_view stem_of_weather(std::string_view name) {
  for (const std::string_view ending : {"_w_per_m2", "_m_per_s", "_celsius"})
    if (name.ends_with(ending)) return name.substr(0, name.size() - ending.size());
  return {};
}

GS_INLINE bool is_weather_beside(std::string_view wanted, std::string_view name) {
  const std::string_view stem = stem_of_weather(wanted);
  return !stem.empty() && stem == stem_of_weather(name);
}

/// Sun finds its air and wind, wind its air: columns of the same stem.
GS_INLINE void join_weather(fleet::ProfileSet& set) {
  for (fleet::Profile& profile : set.profiles) {
    const bool is_sun = profile.unit == ProfileUnit::w_per_m2;
    if (!is_sun && profile.unit != ProfileUnit::m_per_s) continue;
    for (Index i = 0; i < set.size(); ++i) {
      const fleet::Profile& other = set.profiles[i];
      if (!is_weather_beside(profile.name, other.name)) continue;
      if (other.unit == ProfileUnit::celsius) profile.air = i;
      if (is_sun && other.unit == ProfileUnit::m_per_s) profile.wind = i;
    }
  }
}

/// Columns to read: all, or the wanted ones and their partners, in the file's order.
GS_INLINE std::vector<Index> wanted_columns(const CsvTable& table,
                                            const ProfileFileOptions& options) {
  std::vector<Index> columns;
  std::string buffer;
  const auto is_wanted = [&](std::string_view name) {
    for (const std::string& wanted : options.columns)
      if (name == wanted || name == wanted + "_pload" || name == partner_of(wanted, buffer) ||
          name == wanted + "_qload" || is_weather_beside(wanted, name))
        return true;
    return options.columns.empty();
  };
  for (Index c = 1; c < static_cast<Index>(table.names.size()); ++c)
    if (is_wanted(table.names[static_cast<std::size_t>(c)])) columns.push_back(c);
  return columns;
}

}  // namespace profile_file_detail

GS_INLINE std::optional<NamedUnit> unit_in_name(std::string_view column) {
  const std::string name = profile_file_detail::lower(column);
  if (profile_file_detail::is_rate(name)) return std::nullopt;
  if (name == "pu") return NamedUnit{fleet::ProfileUnit::per_unit, 1.0};
  for (const auto& suffix : profile_file_detail::suffixes)
    if (name.ends_with(suffix.text)) return NamedUnit{suffix.unit, suffix.factor};
  return std::nullopt;
}

GS_INLINE std::optional<fleet::ProfileUnit> parse_profile_unit(std::string_view text) {
  if (text.empty()) return std::nullopt;
  for (int k = 0; k <= static_cast<int>(fleet::ProfileUnit::celsius); ++k)
    if (const auto unit = static_cast<fleet::ProfileUnit>(k); text == fleet::word_of_unit(unit))
      return unit;
  throw UsageError("profile unit '" + std::string(text.substr(0, 40)) +
                   "' is unknown; write kw, kwh_per_step, per_unit, w_per_m2, m_per_s or celsius");
}

GS_INLINE fleet::ProfileSet profiles_from_table(const CsvTable& table,
                                                const ProfileFileOptions& options) {
  using namespace profile_file_detail;
  const Axis axis = axis_of(table);
  fleet::ProfileSet set;
  for (const Index column : wanted_columns(table, options))
    set.profiles.push_back(profile_of(table, column, axis, options));
  std::string buffer;
  for (fleet::Profile& profile : set.profiles)
    if (const std::string_view partner = partner_of(profile.name, buffer); !partner.empty())
      for (Index i = 0; i < set.size(); ++i)
        if (set.profiles[i].name == partner) profile.reactive = i;
  join_weather(set);
  return set;
}

GS_INLINE fleet::ProfileSet read_profiles(const std::string& path,
                                          const ProfileFileOptions& options) {
  return profiles_from_table(read_csv(path), options);
}

GS_INLINE void write_day_profiles(const std::string& path, const fleet::ProfileSet& set) {
  std::string text = "time";
  for (const fleet::Profile& profile : set.profiles) text += ',' + profile.name;
  text += '\n';
  char cell[32];
  for (std::size_t r = 0; set.size() > 0 && r < set.profiles.front().value.size(); ++r) {
    const int minute =
        static_cast<int>(set.profiles.front().step_s * static_cast<double>(r) / 60.0);
    text.append(cell, static_cast<std::size_t>(
                          std::snprintf(cell, sizeof cell, "%02d:%02d", minute / 60, minute % 60)));
    for (const fleet::Profile& profile : set.profiles) text += ',' + shortest(profile.value[r]);
    text += '\n';
  }
  write_file_atomically(path, text);
}

}  // namespace gridswarm::inline GS_ABI::io
