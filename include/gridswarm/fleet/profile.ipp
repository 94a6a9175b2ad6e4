// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "gridswarm/base/error.hpp"
#include "gridswarm/fleet/profile.hpp"

namespace gridswarm::inline GS_ABI::fleet {

namespace profile_detail {

inline constexpr std::int64_t s_per_day = 86400;

/// Days since 1970-01-01 of a date in the Gregorian calendar, March counted as the first month.
GS_INLINE std::int64_t days_of(std::int64_t year, std::int64_t month, std::int64_t day) {
  if (month <= 2) --year;
  const std::int64_t era = (year >= 0 ? year : year - 399) / 400;
  const std::int64_t year_of_era = year - era * 400;
  const std::int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year -
         719468;
}

GS_INLINE int days_in(std::int64_t year, std::int64_t month) {
  if (month == 2) return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28;
  return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

/// `count` digits at `at`, which moves on; -1 where there are none.
GS_INLINE std::int64_t digits(std::string_view text, std::size_t& at, std::size_t count) {
  std::int64_t value = 0;
  for (std::size_t i = 0; i < count; ++i, ++at) {
    if (at >= text.size() || text[at] < '0' || text[at] > '9') return -1;
    value = 10 * value + (text[at] - '0');
  }
  return value;
}

GS_INLINE bool skip(std::string_view text, std::size_t& at, char wanted) {
  if (at >= text.size() || text[at] != wanted) return false;
  ++at;
  return true;
}

/// Real length of a profile.
GS_INLINE double length_s(const Profile& profile) {
  return profile.step_s * static_cast<double>(profile.value.size());
}

GS_INLINE UsageError not_covered(const Profile& profile, std::string_view iso) {
  return UsageError("profile '" + profile.name + "' does not cover " + std::string(iso) +
                    "; choose another start or let the profile repeat");
}

/// Walks the pieces between clock changes; local time is monotonic inside each. A stamp that no
/// piece holds but that lies between the end of one and the beginning of the next was skipped by
/// the clocks.
GS_INLINE double dated_offset_s(const Profile& profile, std::string_view iso) {
  const auto since_s = static_cast<double>(parse_stamp(iso) - profile.start);
  const double whole_s = length_s(profile);
  double shift_s = 0.0, begin_s = 0.0, before_s = -1.0;
  for (std::size_t k = 0; k <= profile.clock_changes.size(); ++k) {
    const bool last = k == profile.clock_changes.size();
    const double end_s = last ? whole_s : profile.clock_changes[k].first * profile.step_s;
    const double real_s = since_s - shift_s;
    if (real_s >= begin_s && real_s < end_s) return real_s;
    if (real_s < begin_s && before_s >= begin_s) return begin_s;
    before_s = real_s;
    begin_s = end_s;
    if (!last) shift_s += profile.clock_changes[k].second;
  }
  if (!profile.repeat) throw not_covered(profile, iso);
  const double real_s = since_s - shift_s;
  return real_s - whole_s * std::floor(real_s / whole_s);
}

/// Row that holds at time_s, or none after the last of a profile that does not repeat.
GS_INLINE Index row_at(const Profile& profile, double time_s) {
  const double row = std::floor((profile.offset_s + time_s) / profile.step_s + 1e-9);
  const auto rows = static_cast<double>(profile.value.size());
  if (row >= 0.0 && row < rows) return static_cast<Index>(row);
  if (!profile.repeat || row < 0.0) return none;
  return static_cast<Index>(row - rows * std::floor(row / rows));
}

[[noreturn]] GS_INLINE void throw_ended(const Profile& profile, double time_s) {
  char text[160];
  std::snprintf(text, sizeof text,
                "' has no value %.0f s after the start of the run, it lasts %.0f s from there; "
                "shorten the run or let the profile repeat",
                time_s, length_s(profile) - profile.offset_s);
  throw UsageError("profile '" + profile.name + text);
}

GS_INLINE Index row_or_throw(const Profile& profile, double time_s) {
  const Index row = row_at(profile, time_s);
  if (row == none) throw_ended(profile, time_s);
  return row;
}

}  // namespace profile_detail

GS_INLINE Index find_profile(const ProfileSet& set, std::string_view name) {
  for (Index i = 0; i < set.size(); ++i)
    if (set.profiles[i].name == name) return i;
  const std::string with_suffix = std::string(name) + "_pload";
  for (Index i = 0; i < set.size(); ++i)
    if (set.profiles[i].name == with_suffix) return i;
  return none;
}

GS_INLINE std::vector<Index> bind_profiles(const ProfileSet& set,
                                           const std::vector<std::string>& names) {
  std::vector<Index> rows;
  for (const std::string& name : names) {
    rows.push_back(find_profile(set, name));
    if (rows.back() != none) continue;
    std::string there;
    for (Index i = 0; i < set.size() && i < 20; ++i)
      there += (i ? ", " : "") + set.profiles[i].name;
    throw UsageError("no profile is called '" + name + "'; " +
                     (there.empty() ? "none were read" : "there are " + there) +
                     (set.size() > 20 ? ", ..." : ""));
  }
  return rows;
}

GS_INLINE void append(ProfileSet& set, ProfileSet more) {
  const Index before = set.size();
  for (Profile& profile : more.profiles) {
    for (Index i = 0; i < before; ++i)
      if (set.profiles[i].name == profile.name)
        throw UsageError("two profile files hold a column called '" + profile.name +
                         "'; rename one");
    for (Index* partner : {&profile.reactive, &profile.air, &profile.wind})
      if (*partner != none) *partner += before;
    set.profiles.push_back(std::move(profile));
  }
}

GS_INLINE std::int64_t parse_stamp(std::string_view iso) {
  using namespace profile_detail;
  std::size_t at = 0;
  const std::int64_t year = digits(iso, at, 4);
  bool good = year >= 0 && skip(iso, at, '-');
  const std::int64_t month = good ? digits(iso, at, 2) : -1;
  good = good && month >= 1 && month <= 12 && skip(iso, at, '-');
  const std::int64_t day = good ? digits(iso, at, 2) : -1;
  good = good && day >= 1 && day <= days_in(year, month);
  std::int64_t hour = 0, minute = 0, second = 0;
  if (good && at < iso.size()) {
    good = skip(iso, at, 'T') || skip(iso, at, ' ');
    hour = good ? digits(iso, at, 2) : -1;
    good = good && hour >= 0 && hour <= 23 && skip(iso, at, ':');
    minute = good ? digits(iso, at, 2) : -1;
    good = good && minute >= 0 && minute <= 59;
    if (good && skip(iso, at, ':')) {
      second = digits(iso, at, 2);
      good = second >= 0 && second <= 59;
    }
  }
  if (!good || at != iso.size())
    throw UsageError("'" + std::string(iso.substr(0, 40)) +
                     "' is no local time such as 2016-03-27T03:00 (without a zone)");
  return days_of(year, month, day) * s_per_day + hour * 3600 + minute * 60 + second;
}

GS_INLINE double profile_offset_s(const Profile& profile, std::string_view iso) {
  using namespace profile_detail;
  if (profile.start != no_date) return dated_offset_s(profile, iso);
  const std::int64_t stamp = parse_stamp(iso);
  const double whole_s = length_s(profile);
  const auto day_s = static_cast<double>(s_per_day);
  if (whole_s < day_s) return 0.0;
  const auto of_day_s =
      static_cast<double>(((stamp % s_per_day) + s_per_day) % s_per_day) - profile.first_s;
  if (of_day_s >= 0.0) return of_day_s;
  if (!profile.repeat) throw not_covered(profile, iso);
  return of_day_s + whole_s;
}

GS_INLINE void set_start(ProfileSet& set, std::string_view iso) {
  for (Profile& profile : set.profiles) profile.offset_s = profile_offset_s(profile, iso);
}

GS_INLINE double value_at(const Profile& profile, double time_s) {
  return profile.value[profile_detail::row_or_throw(profile, time_s)];
}

GS_INLINE void values_at(const ProfileSet& set, const std::vector<Index>& rows, double time_s,
                         ProfileValues& out) {
  out.value.resize(rows.size());
  out.reactive.resize(rows.size());
  out.unit.resize(rows.size());
  out.has_reactive.resize(rows.size());
  out.air_celsius.resize(rows.size());
  out.wind_m_per_s.resize(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const Profile& profile = set.profiles[rows[i]];
    const Index row = profile_detail::row_or_throw(profile, time_s);
    out.value[i] = profile.value[row];
    const auto beside = [&](Index partner, double otherwise) {
      return partner == none ? otherwise : set.profiles[partner].value[row];
    };
    out.unit[i] = profile.unit;
    out.has_reactive[i] = profile.reactive != none;
    out.reactive[i] = beside(profile.reactive, 0.0);
    out.air_celsius[i] = beside(profile.air, profile.unit == ProfileUnit::m_per_s ? 15.0 : 20.0);
    out.wind_m_per_s[i] = beside(profile.wind, 1.0);
  }
}

GS_INLINE void require_duration(const ProfileSet& set, const std::vector<Index>& rows,
                                double duration_s) {
  for (const Index row : rows) {
    const Profile& profile = set.profiles[row];
    const double last_s = std::max(0.0, duration_s - std::min(1.0, 0.5 * profile.step_s));
    profile_detail::row_or_throw(profile, 0.0);
    profile_detail::row_or_throw(profile, last_s);
  }
}

GS_INLINE std::string_view word_of_unit(ProfileUnit unit) {
  constexpr std::string_view words[] = {"kw",       "kwh_per_step", "per_unit",
                                        "w_per_m2", "m_per_s",      "celsius"};
  return words[static_cast<std::size_t>(unit)];
}

GS_INLINE void require_power(const Profile& profile) {
  if (profile.unit == ProfileUnit::kw || profile.unit == ProfileUnit::per_unit) return;
  throw UsageError("profile '" + profile.name + "' is in " +
                   std::string(word_of_unit(profile.unit)) +
                   ", which is no power; choose one in kw or per_unit");
}

GS_INLINE void require_fitting(const ProfileSet& set, const std::vector<Index>& rows,
                               const Fleet& fleet, double dt_s, const std::string& file) {
  for (const Index row : rows) {
    const Profile& profile = set.profiles[row];
    const double steps = profile.step_s > dt_s ? profile.step_s / dt_s : dt_s / profile.step_s;
    if (std::abs(steps - std::floor(steps + 0.5)) < 1e-9) continue;
    char text[200];
    std::snprintf(text, sizeof text,
                  "' has a step of %g s, and neither it nor the control tick of %g s is a "
                  "multiple of the other; choose dt_s so, or average the profile",
                  profile.step_s, dt_s);
    throw InputError(file, 0, "profile '" + profile.name + text);
  }
  for (Index i = 0; i < fleet.size(); ++i) {
    if (fleet.plate.profile[i] == none) continue;
    const Profile& profile = set.profiles[rows[fleet.plate.profile[i]]];
    const ProfileUnit unit = profile.unit;
    const Kind kind = fleet.plate.kind[i];
    const bool is_power = unit == ProfileUnit::kw || unit == ProfileUnit::per_unit;
    if (is_power || (unit == ProfileUnit::w_per_m2 && kind == Kind::pv) ||
        (unit == ProfileUnit::m_per_s && kind == Kind::wind))
      continue;
    throw InputError(file, 0,
                     "agent " + std::to_string(fleet.plate.id[i]) + " follows profile '" +
                         profile.name + "', which is in " + std::string(word_of_unit(unit)) +
                         "; w_per_m2 is for pv, m_per_s for wind, the others need kw or per_unit");
  }
}

GS_INLINE void make_per_unit(Profile& profile) {
  if (profile.unit == ProfileUnit::per_unit) return;
  require_power(profile);
  const double most =
      profile.value.empty() ? 0.0 : *std::max_element(profile.value.begin(), profile.value.end());
  if (!(most > 0.0))
    throw UsageError("profile '" + profile.name + "' has no positive value to be scaled by");
  for (double& value : profile.value) value /= most;
  profile.unit = ProfileUnit::per_unit;
}

}  // namespace gridswarm::inline GS_ABI::fleet
