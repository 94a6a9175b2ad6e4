// SPDX-License-Identifier: BSD-3-Clause
// Profiles that powers follow over time, as typed for `gridswarm flow`: files read, names found,
// time walked. What follows them, a case or a circuit, is none of its business.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "app/result_table.hpp"
#include "gridswarm/fleet/profile.hpp"
#include "gridswarm/flow/batch.hpp"
#include "gridswarm/io/csv.hpp"

namespace gridswarm::app {

/// As typed.
struct SeriesOptions {
  std::string profiles;    ///< files, separated by commas; empty: no series
  std::string loads;       ///< device list, consumption; empty: the case's loads
  std::string generation;  ///< device list, injection
  std::string start;       ///< local stamp; empty: where the profiles begin
  std::string duration;    ///< such as 24h; empty: to the end of the shortest profile
  std::string step;        ///< such as 15min; empty: the shortest step of the profiles
  std::string unit;        ///< of columns whose name tells none: kw, kwh_per_step, per_unit
  std::map<std::string, std::string> texts;  ///< file name -> its text, for what is in no file
};

/// Terms of one table, owned.
struct OwnedTerms {
  Column<double> fixed_p, fixed_q, p, q;
  Column<Index> row, p_profile, q_profile;
  flow::Profiled view() const;
};

void add_term(OwnedTerms& terms, Index row, double p, double q, Index p_profile, Index q_profile);

/// A CSV file, or the text that stands for it.
io::CsvTable table_of(const SeriesOptions& options, const std::string& path);

/// All profiles that the options name. @throws FileError, InputError, UsageError where none is
/// followed
fleet::ProfileSet read_profiles(const SeriesOptions& options);

/// Columns that stand for themselves, not as another's reactive power.
std::vector<Index> own_columns(const fleet::ProfileSet& set);

/// The profile that a cell names, as it stands or as SimBench's files write it; none for an empty
/// one. @throws InputError
Index profile_called(const fleet::ProfileSet& set, const SeriesOptions& options,
                     const io::CsvTable& table, Index row, Index column);

/// Steps of a series, their instants and the value of every profile there.
struct Walk {
  ScenarioAxis axis;
  Index rows = 0, profiles = 0;
  Column<double> factor;  ///< (step, profile)
};

/// Go through time as the options say, over the profiles that `terms` follow.
/// @throws UsageError for spans that are none, or longer than the profiles
Walk walk_time(fleet::ProfileSet& set, const SeriesOptions& options,
               std::initializer_list<const OwnedTerms*> terms);

/// `steps` instants from `start` (fleet::no_date: seconds alone), `step_s` apart.
/// @throws UsageError where there would be none, or too many
ScenarioAxis time_axis(std::int64_t start, double step_s, double duration_s);

/// Seconds of "900", "900s", "15min", "24h", "7d". @throws UsageError naming `what`
double parse_span_s(const std::string& text, const char* what);

/// Local seconds since 1970 as 2016-03-27T03:00, with seconds where there are any.
std::string stamp_text(std::int64_t local_s);

}  // namespace gridswarm::app
