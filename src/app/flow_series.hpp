// SPDX-License-Identifier: BSD-3-Clause
// Loads that follow profiles: files and options of `gridswarm flow` to a batch over time.
//
// Without a device list a profile column is for the bus its name tells (17_pu, bus_17_kw with
// 17_kvar beside it), or the one column of the file is for all loads. Per unit multiplies what the
// case states, kW stands instead of it. A device list (bus,profile,p_mw,q_mvar; loads consume,
// generation injects) stands instead of all loads of the case and names its profiles.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "app/result_table.hpp"
#include "gridswarm/flow/batch.hpp"

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

/// A batch with the arrays it looks at: move it, don't copy it.
struct Series {
  ScenarioAxis axis;
  Column<double> factor;  ///< (step, profile)
  OwnedTerms buses, loads;
  flow::Batch batch;
  Series() = default;
  Series(Series&&) = default;
  Series& operator=(Series&&) = default;
};

/// One scenario without profiles, else one per step.
/// @throws FileError, InputError, UsageError: what is wrong with a file, a name or a span of time
Series make_series(const feeder::Case& grid, const SeriesOptions& options);

/// Seconds of "900", "900s", "15min", "24h", "7d". @throws UsageError naming `what`
double parse_span_s(const std::string& text, const char* what);

/// Local seconds since 1970 as 2016-03-27T03:00, with seconds where there are any.
std::string stamp_text(std::int64_t local_s);

}  // namespace gridswarm::app
