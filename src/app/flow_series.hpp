// SPDX-License-Identifier: BSD-3-Clause
// Loads that follow profiles: files and options of `gridswarm flow` to a batch over time.
//
// Without a device list a profile column is for the bus its name tells (17_pu, bus_17_kw with
// 17_kvar beside it), or the one column of the file is for all loads. Per unit multiplies what the
// case states, kW stands instead of it. A device list (bus,profile,p_mw,q_mvar; loads consume,
// generation injects) stands instead of all loads of the case and names its profiles.
#pragma once

#include "app/series_profiles.hpp"

namespace gridswarm::app {

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

}  // namespace gridswarm::app
