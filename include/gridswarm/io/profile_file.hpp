// SPDX-License-Identifier: BSD-3-Clause
// Profile files: a first column that counts time, then one profile per column.
//
// Time axes: `time` (2016-03-27T03:00, or 03:00 for one whole day), `minute` (1-based: minute m
// covers [m-1, m)), `second`, `hour` (0-based), `sample_5s` (any whole number of seconds). Steps
// are equal but for changes of the clocks, where local stamps jump by exactly one hour while time
// goes on. A column's unit stands in its name (_kw, _mw, _kwh, _w_per_kw, _pu, SimBench's _pload,
// ...) or is declared by the caller; a column of which neither tells is refused.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gridswarm/fleet/profile.hpp"
#include "gridswarm/io/csv.hpp"

namespace gridswarm::inline GS_ABI::io {

struct ProfileFileOptions {
  /// Unit of columns whose name tells none.
  std::optional<fleet::ProfileUnit> unit = std::nullopt;
  /// Profiles wanted (with their reactive partners); empty: every column. One that the file lacks
  /// is no error, since a run may read several files; fleet::bind_profiles tells what is missing.
  std::vector<std::string> columns = {};
  /// Start again after the last value. A profile of exactly one day without date does so anyway.
  bool repeat = false;
};

/// What a column's name says about its unit: the unit and the factor to kW, kWh or per unit.
struct NamedUnit {
  fleet::ProfileUnit unit;
  double factor;
};
std::optional<NamedUnit> unit_in_name(std::string_view column);

/// "kw", "kwh_per_step" or "per_unit"; empty: nothing declared. @throws UsageError
std::optional<fleet::ProfileUnit> parse_profile_unit(std::string_view text);

/// Read the profiles of a file. @throws FileError, InputError
fleet::ProfileSet read_profiles(const std::string& path, const ProfileFileOptions& options = {});

/// The same from a table in memory. @throws InputError
fleet::ProfileSet profiles_from_table(const CsvTable& table,
                                      const ProfileFileOptions& options = {});

/// Write day profiles under a `time` axis of HH:MM, four decimals; all of one length and step.
/// @throws FileError
void write_day_profiles(const std::string& path, const fleet::ProfileSet& set);

}  // namespace gridswarm::inline GS_ABI::io

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/io/profile_file.ipp"
#endif
