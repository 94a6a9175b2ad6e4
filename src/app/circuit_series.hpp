// SPDX-License-Identifier: BSD-3-Clause
// A circuit over time: its own load shapes, or profile files that its loads follow.
//
// Without a device list a profile column is for the load its name tells (load7_pu, load7_kw with
// load7_kvar beside it), or the one column of the file is for all loads. Per unit multiplies what
// the circuit states, kW stands instead of it. A device list names loads (or, with --generation,
// generators, PV systems and storage) of the circuit and what they follow.
#pragma once

#include "app/series_profiles.hpp"
#include "gridswarm/flow/circuit_batch.hpp"

namespace gridswarm::app {

/// A batch with the arrays it looks at: move it, don't copy it.
struct CircuitSeries {
  ScenarioAxis axis;
  Column<double> factor;  ///< (step, profile)
  OwnedTerms loads, ders;
  flow::CircuitBatch batch;
  CircuitSeries() = default;
  CircuitSeries(CircuitSeries&&) = default;
  CircuitSeries& operator=(CircuitSeries&&) = default;
};

/// One scenario without profiles, else one per step.
/// @param daily  the circuit's own load shapes instead of files
/// @throws FileError, InputError, UsageError: what is wrong with a file, a name or a span of time
CircuitSeries make_series(const feeder::Circuit& circuit, const SeriesOptions& options, bool daily);

}  // namespace gridswarm::app
