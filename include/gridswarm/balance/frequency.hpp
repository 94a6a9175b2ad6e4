// SPDX-License-Identifier: BSD-3-Clause
// What a disturbance does to the frequency of areas, with the swarm and without.
//
// The clock of one study: loads change, everybody measures (each with its own delay), AGC orders
// every few seconds, groups exchange prices every secondary_period, act alone in every step, and
// the areas move on by one step of at most 10 ms. Generators with governors and AGC are there in
// both cases; without groups the study is the case without swarm. Models: frequency_areas.hpp,
// frequency_groups.hpp.
#pragma once

#include <cstdint>
#include <vector>

#include "gridswarm/balance/frequency_groups.hpp"

namespace gridswarm::inline GS_ABI::balance {

/// From `time_s` on the area's load is higher by `load_mw` (negative: lower, or generation added).
struct LoadStep {
  double time_s = 0.0;
  Index area = 0;
  double load_mw = 0.0;
};

struct FrequencyOptions {
  double f_nominal_hz = 50.0;
  double step_s = 0.01;
  double duration_s = 60.0;
  double rocof_window_s = 0.5;   ///< rate of change of frequency is a difference over this
  double settle_band_hz = 0.02;  ///< settled: every later |f - f0| lies within
  double record_every_s = 0.1;
};

/// Everything that defines one study.
struct FrequencyStudy {
  std::vector<Area> areas;
  std::vector<TieLine> ties;
  FrequencyGroups groups;  ///< empty: without swarm
  std::vector<LoadStep> loads;
  SupportOptions support;
  FrequencyOptions options;
};

/// What became of one area.
struct AreaFigures {
  double nadir_hz = 0.0;           ///< lowest frequency
  double nadir_s = 0.0;            ///< when
  double zenith_hz = 0.0;          ///< highest frequency
  double rocof_hz_per_s = 0.0;     ///< largest |f(t) - f(t - window)| / window
  double settle_s = 0.0;           ///< after the first load step; infinite if never
  double end_hz = 0.0;             ///< frequency at the end
  double end_export_mw = 0.0;      ///< deviation of the net export at the end
  double end_generation_mw = 0.0;  ///< deviation of mechanical power at the end
  double end_support_mw = 0.0;     ///< the swarm's power at the end
  double off_hz_s = 0.0;           ///< integral of |f - f0|
};

struct FrequencyResult {
  std::vector<AreaFigures> figures;                ///< per area
  Column<double> time_s;                           ///< of the records
  Column<double> f_hz, support_mw, generation_mw;  ///< record x area
  Column<double> tie_mw;                           ///< record x line
  Column<double> group_mw;                         ///< per group, at the end
  std::int64_t messages = 0;                       ///< between groups
  std::int64_t bytes = 0;
};

/// Run a study. The result depends on nothing but the study.
/// @throws InputError, UsageError naming what can't be used
FrequencyResult simulate_frequency(const FrequencyStudy& study);

}  // namespace gridswarm::inline GS_ABI::balance

namespace gridswarm::inline GS_ABI {
template <>
std::span<const Field<balance::FrequencyOptions>> fields();
template <>
std::span<const Field<balance::AreaFigures>> fields();
}  // namespace gridswarm::inline GS_ABI

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/balance/frequency.ipp"
#endif
