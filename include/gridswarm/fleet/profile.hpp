// SPDX-License-Identifier: BSD-3-Clause
// Profiles: how sun, wind, load run over time, as columns of equal steps.
//
// A value holds from its stamp to the next one. A profile is either power in kW as it stands, or
// per unit of a device's rating. Time runs in real seconds: at a change of the clocks the local
// stamps jump by an hour while the rows go on step by step.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gridswarm/base/column.hpp"
#include "gridswarm/fleet/fleet.hpp"

namespace gridswarm::inline GS_ABI::fleet {

/// What a profile's numbers are. kw: the power itself. kwh_per_step: energy of a step, divided by
/// the step when read. per_unit: a share of the device's rating_kw. w_per_m2: sun in the plane of
/// the modules, for pv. m_per_s: wind at the hub, for wind. celsius: the air, beside one of these.
enum class ProfileUnit : std::int8_t { kw, kwh_per_step, per_unit, w_per_m2, m_per_s, celsius };

/// Local seconds without zone since 1970-01-01T00:00; a profile without date has `no_date`.
inline constexpr std::int64_t no_date = INT64_MIN;

struct Profile {
  std::string name;
  ProfileUnit unit = ProfileUnit::per_unit;  ///< never kwh_per_step once it is in a set
  double step_s = 0.0;
  std::int64_t start = no_date;  ///< local stamp of the first value
  double first_s = 0.0;          ///< without date: second of the axis at the first value
  double offset_s = 0.0;         ///< seconds from the first value to time 0 of the scenario
  bool repeat = false;           ///< start again after the last value, else the run must end there
  Index reactive = none;         ///< row of the profile that holds the same device's reactive power
  Index air = none;              ///< row with the air's temperature, for w_per_m2 and m_per_s
  Index wind = none;             ///< row with the wind, for w_per_m2
  std::vector<std::pair<Index, double>> clock_changes;  ///< from row on, local stamps shift by s
  Column<double> value;
};

struct ProfileSet {
  std::vector<Profile> profiles;
  Index size() const { return static_cast<Index>(profiles.size()); }
};

/// What the profiles of a fleet say at one moment; keeps its capacity from tick to tick.
struct ProfileValues {
  Column<double> value;     ///< per entry of Fleet::profile_names
  Column<double> reactive;  ///< the same of the reactive partner
  Column<ProfileUnit> unit;
  Column<std::int8_t> has_reactive;
  Column<double> air_celsius;   ///< 20 for sun, 15 for wind where no partner says; may be empty
  Column<double> wind_m_per_s;  ///< 1 where no partner says; may be empty
};

/// Row of the profile called `name`, else of the one called name + "_pload"; none where there is
/// none.
Index find_profile(const ProfileSet& set, std::string_view name);

/// Rows of `names` in the set. @throws UsageError that names what is missing and what there is.
std::vector<Index> bind_profiles(const ProfileSet& set, const std::vector<std::string>& names);

/// Add `more` to `set`; partners keep pointing right. @throws UsageError on a name twice.
void append(ProfileSet& set, ProfileSet more);

/// "2016-03-27T03:00", "2016-03-27 03:00:00" or "2016-03-27" (no zone) as local seconds since 1970.
/// @throws UsageError
std::int64_t parse_stamp(std::string_view iso);

/// Real seconds from the first value to local stamp `iso`. Without a date only the time of day
/// counts, and a profile shorter than a day starts at its first value. A stamp that comes twice
/// means its first time, one that the clocks skip means the row after the gap.
/// @throws UsageError where the profile does not cover the stamp and does not repeat.
double profile_offset_s(const Profile& profile, std::string_view iso);

/// Set offset_s of every profile so that time 0 is local stamp `iso`. @throws UsageError
void set_start(ProfileSet& set, std::string_view iso);

/// Value at time_s >= 0 of the scenario. @throws UsageError after the last value unless it repeats.
double value_at(const Profile& profile, double time_s);

/// Values of `rows` (from bind_profiles) at time_s, without allocation once `out` has its size.
void values_at(const ProfileSet& set, const std::vector<Index>& rows, double time_s,
               ProfileValues& out);

/// See before a run that every profile of `rows` has values from time 0 to duration_s.
/// @throws UsageError that names the first that does not
void require_duration(const ProfileSet& set, const std::vector<Index>& rows, double duration_s);

/// See before a run that each agent follows a quantity its kind can use, and that of a profile's
/// step and a tick of dt_s one is a multiple of the other (a finer profile is read where ticks
/// begin).
/// @throws InputError with `file`, agent, profile and what to do
void require_fitting(const ProfileSet& set, const std::vector<Index>& rows, const Fleet& fleet,
                     double dt_s, const std::string& file);

/// See that a profile is power or a share of it, so that it can scale something.
/// @throws UsageError
void require_power(const Profile& profile);

/// How a unit is written in files: "kw", "kwh_per_step", "per_unit", "w_per_m2", ...
std::string_view word_of_unit(ProfileUnit unit);

/// Divide a kW profile by its largest value: a plant's curve becomes a shape for any rating.
/// @throws UsageError where no value is positive.
void make_per_unit(Profile& profile);

}  // namespace gridswarm::inline GS_ABI::fleet

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/fleet/profile.ipp"
#endif
