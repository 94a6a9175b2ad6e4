// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cmath>
#include <string>

#include "gridswarm/balance/frequency.hpp"
#include "gridswarm/base/error.hpp"
#include "gridswarm/base/units.hpp"

namespace gridswarm::inline GS_ABI::balance {

namespace detail {

/// Steps in a time that must be a whole number of them.
GS_INLINE std::int64_t whole_steps(const char* name, double time_s, double step_s) {
  const double steps = time_s / step_s;
  const double whole = std::floor(steps + 0.5);
  if (!(whole >= 1.0 && whole < 1e9 && std::abs(steps - whole) < 1e-6))
    throw UsageError(std::string(name) + " is " + std::to_string(time_s) +
                     "; give a whole number of steps of " + std::to_string(step_s) + " s");
  return static_cast<std::int64_t>(whole);
}

/// Steps until a delay has passed.
GS_INLINE std::int64_t delay_steps(double delay_s, double step_s) {
  return static_cast<std::int64_t>(std::ceil(delay_s / step_s - 1e-6));
}

/// What has been measured, one row per step, the last `rows` of them; before the start all is 0.
struct Past {
  std::size_t rows = 1, width = 0;
  Column<double> f_hz, export_mw;

  void prepare(std::int64_t longest, std::size_t areas) {
    rows = static_cast<std::size_t>(longest) + 1;
    width = areas;
    f_hz.assign(rows * width, 0.0);
    export_mw.assign(rows * width, 0.0);
  }
  std::size_t place(std::int64_t step, Index area) const {
    return static_cast<std::size_t>(step) % rows * width + static_cast<std::size_t>(area);
  }
  double at(const Column<double>& column, std::int64_t step, Index area) const {
    return step < 0 ? 0.0 : column[place(step, area)];
  }
};

/// A study under way.
struct FrequencyRun {
  explicit FrequencyRun(const FrequencyStudy& of) : study(of) {}
  const FrequencyStudy& study;
  std::int64_t step = 0;
  std::int64_t first_disturbed = -1;
  AreaState state;
  AreaInputs inputs;
  AreaWork work;
  SupportState support;
  Past past;
  Column<double> export_mw, bias_mw_per_hz;
  Column<double> measured_hz, measured_export_mw;  ///< per group
  std::vector<std::int64_t> agc_steps, agc_delay, group_delay, last_outside;
  std::int64_t exchange_steps = 1, record_steps = 1, rocof_steps = 1;
  std::size_t next_load = 0;
  std::vector<LoadStep> loads;  ///< by time
};

GS_INLINE void check_options(const FrequencyOptions& options) {
  if (options.f_nominal_hz != 50.0 && options.f_nominal_hz != 60.0)
    throw UsageError("f_nominal_hz is " + std::to_string(options.f_nominal_hz) +
                     "; choose 50 or 60");
  if (!(options.step_s > 0.0 && options.step_s <= 0.01))
    throw UsageError("step_s is " + std::to_string(options.step_s) +
                     "; frequency needs steps above 0 and of at most 0.01 s");
}

GS_INLINE void check_loads(const FrequencyStudy& study) {
  for (std::size_t k = 0; k < study.loads.size(); ++k) {
    const LoadStep& load = study.loads[k];
    const std::int64_t row = static_cast<std::int64_t>(k) + 1;
    if (load.area < 0 || load.area >= static_cast<Index>(study.areas.size()))
      throw InputError("loads", row,
                       "area " + std::to_string(load.area) + " is not one of the " +
                           std::to_string(study.areas.size()) + " areas; they count from 0");
    if (!(load.time_s >= 0.0 && std::isfinite(load.time_s) && std::isfinite(load.load_mw)))
      throw InputError("loads", row,
                       "time_s " + std::to_string(load.time_s) + " and load_mw " +
                           std::to_string(load.load_mw) + " must be finite, the time not negative");
  }
}

/// Prices can bring tie flows back only if somebody in the area sees them.
GS_INLINE void check_gateways(const FrequencyStudy& study) {
  if (!study.support.secondary) return;
  for (Index a = 0; a < static_cast<Index>(study.areas.size()); ++a) {
    bool has_tie = false, has_group = false, sees = false;
    for (const TieLine& tie : study.ties) has_tie |= tie.from == a || tie.to == a;
    for (Index g = 0; g < study.groups.size(); ++g) {
      if (study.groups.area[g] != a) continue;
      has_group = true;
      sees |= study.groups.at_tie[g] != 0;
    }
    if (has_tie && has_group && !sees)
      throw InputError("groups", 0,
                       "area " + std::to_string(a) +
                           " has tie lines, but none of its groups measures its export; set at_tie "
                           "for one");
  }
}

GS_INLINE void prepare(FrequencyRun& run) {
  const FrequencyStudy& study = run.study;
  const FrequencyOptions& options = study.options;
  check_options(options);
  const double step_s = options.step_s;
  check_areas(study.areas, study.ties, step_s);
  check_loads(study);
  check_gateways(study);
  const std::size_t areas = study.areas.size();
  at_rest(run.state, areas, study.ties.size());
  run.inputs.reference_mw.assign(areas, 0.0);
  run.inputs.load_mw.assign(areas, 0.0);
  prepare_support(study.groups, study.areas, study.support, step_s, run.support);
  run.exchange_steps = whole_steps("secondary_period_s", study.support.secondary_period_s, step_s);
  run.record_steps = whole_steps("record_every_s", options.record_every_s, step_s);
  run.rocof_steps = whole_steps("rocof_window_s", options.rocof_window_s, step_s);
  std::int64_t longest = run.rocof_steps;
  for (const Area& area : study.areas) {
    run.agc_steps.push_back(whole_steps("agc_period_s", area.agc_period_s, step_s));
    run.agc_delay.push_back(delay_steps(area.agc_delay_s, step_s));
    run.bias_mw_per_hz.push_back(area.agc_bias_mw_per_hz > 0.0
                                     ? area.agc_bias_mw_per_hz
                                     : natural_response(area, options.f_nominal_hz));
    longest = std::max(longest, run.agc_delay.back());
  }
  for (const double delay_s : study.groups.measure_delay_s) {
    run.group_delay.push_back(delay_steps(delay_s, step_s));
    longest = std::max(longest, run.group_delay.back());
  }
  run.past.prepare(longest, areas);
  run.measured_hz.assign(study.groups.area.size(), 0.0);
  run.measured_export_mw.assign(study.groups.area.size(), 0.0);
  run.last_outside.assign(areas, -1);
  run.loads = study.loads;
  std::stable_sort(run.loads.begin(), run.loads.end(),
                   [](const LoadStep& a, const LoadStep& b) { return a.time_s < b.time_s; });
}

GS_INLINE void change_loads(FrequencyRun& run) {
  const double now_s = static_cast<double>(run.step) * run.study.options.step_s;
  for (; run.next_load < run.loads.size(); ++run.next_load) {
    const LoadStep& load = run.loads[run.next_load];
    if (load.time_s > now_s + 1e-9) break;
    run.inputs.load_mw[load.area] += load.load_mw;
    if (run.first_disturbed < 0) run.first_disturbed = run.step;
  }
}

/// Keep what this step looks like, and what it means for each area.
GS_INLINE void measure(FrequencyRun& run, FrequencyResult& result) {
  const FrequencyOptions& options = run.study.options;
  const double now_s = static_cast<double>(run.step) * options.step_s;
  exports(run.study.ties, run.state, run.export_mw);
  for (std::size_t a = 0; a < run.study.areas.size(); ++a) {
    const double f = run.state.f_hz[a];
    const Index area = static_cast<Index>(a);
    const std::int64_t before = run.step - run.rocof_steps;
    // The ring's oldest row is read before this step takes its place.
    const double change = before < 0 ? 0.0 : f - run.past.at(run.past.f_hz, before, area);
    AreaFigures& figures = result.figures[a];
    figures.rocof_hz_per_s =
        std::max(figures.rocof_hz_per_s, std::abs(change) / options.rocof_window_s);
    if (f < figures.nadir_hz) figures.nadir_hz = f, figures.nadir_s = now_s;
    figures.zenith_hz = std::max(figures.zenith_hz, f);
    figures.off_hz_s += std::abs(f) * options.step_s;
    if (std::abs(f) > options.settle_band_hz) run.last_outside[a] = run.step;
    run.past.f_hz[run.past.place(run.step, area)] = f;
    run.past.export_mw[run.past.place(run.step, area)] = run.export_mw[a];
  }
}

GS_INLINE void record(const FrequencyRun& run, FrequencyResult& result) {
  const FrequencyOptions& options = run.study.options;
  result.time_s.push_back(static_cast<double>(run.step) * options.step_s);
  for (std::size_t a = 0; a < run.study.areas.size(); ++a) {
    result.f_hz.push_back(options.f_nominal_hz + run.state.f_hz[a]);
    result.support_mw.push_back(run.inputs.support_end_mw.empty() ? 0.0
                                                                  : run.inputs.support_end_mw[a]);
    result.generation_mw.push_back(
        mechanical_mw(run.study.areas[a], run.state, static_cast<Index>(a)));
  }
  result.tie_mw.insert(result.tie_mw.end(), run.state.tie_mw.begin(), run.state.tie_mw.end());
}

GS_INLINE void order_generators(FrequencyRun& run) {
  for (std::size_t a = 0; a < run.study.areas.size(); ++a) {
    const Area& area = run.study.areas[a];
    if (area.agc_gain_per_s == 0.0 || run.step == 0 || run.step % run.agc_steps[a] != 0) continue;
    const std::int64_t seen = run.step - run.agc_delay[a];
    const Index at = static_cast<Index>(a);
    const double error = run.past.at(run.past.export_mw, seen, at) +
                         run.bias_mw_per_hz[a] * run.past.at(run.past.f_hz, seen, at);
    const double most = area.agc_ramp_mw_per_s * area.agc_period_s;
    const double change = std::clamp(-area.agc_gain_per_s * area.agc_period_s * error, -most, most);
    const double reference = run.inputs.reference_mw[a] + change;
    run.inputs.reference_mw[a] = std::clamp(reference, -area.reserve_mw, area.reserve_mw);
  }
}

GS_INLINE void act(FrequencyRun& run) {
  const FrequencyGroups& groups = run.study.groups;
  for (Index g = 0; g < groups.size(); ++g) {
    const std::int64_t seen = run.step - run.group_delay[g];
    run.measured_hz[g] = run.past.at(run.past.f_hz, seen, groups.area[g]);
    run.measured_export_mw[g] = run.past.at(run.past.export_mw, seen, groups.area[g]);
  }
  if (run.study.support.secondary && run.step % run.exchange_steps == 0)
    exchange_prices(groups, run.study.support, run.measured_hz, run.bias_mw_per_hz,
                    run.measured_export_mw, run.support);
  set_targets(groups, run.study.support, run.measured_hz, run.support);
  advance_support(groups, run.support, run.inputs);
}

GS_INLINE void finish(const FrequencyRun& run, FrequencyResult& result) {
  const FrequencyOptions& options = run.study.options;
  for (std::size_t a = 0; a < run.study.areas.size(); ++a) {
    AreaFigures& figures = result.figures[a];
    figures.nadir_hz += options.f_nominal_hz;
    figures.zenith_hz += options.f_nominal_hz;
    figures.end_hz = options.f_nominal_hz + run.state.f_hz[a];
    figures.end_export_mw = run.export_mw[a];
    figures.end_generation_mw = mechanical_mw(run.study.areas[a], run.state, static_cast<Index>(a));
    figures.end_support_mw = run.inputs.support_end_mw[a];
    const std::int64_t from = std::max<std::int64_t>(run.first_disturbed, 0);
    figures.settle_s =
        run.last_outside[a] == run.step - 1
            ? no_limit
            : static_cast<double>(std::max(run.last_outside[a] + 1, from) - from) * options.step_s;
  }
  result.group_mw = run.support.p_mw;
  result.messages = run.support.messages;
  result.bytes = run.support.bytes;
}

}  // namespace detail

GS_INLINE FrequencyResult simulate_frequency(const FrequencyStudy& study) {
  detail::FrequencyRun run(study);
  detail::prepare(run);
  FrequencyResult result;
  result.figures.resize(study.areas.size());
  const std::int64_t steps =
      detail::whole_steps("duration_s", study.options.duration_s, study.options.step_s);
  while (true) {
    detail::change_loads(run);
    detail::measure(run, result);
    if (run.step % run.record_steps == 0) detail::record(run, result);
    if (run.step == steps) break;
    detail::order_generators(run);
    detail::act(run);
    step_areas(study.areas, study.ties, study.options.f_nominal_hz, study.options.step_s,
               run.inputs, run.state, run.work);
    ++run.step;
  }
  ++run.step;  // one past the last, as last_outside counts
  detail::finish(run, result);
  return result;
}

}  // namespace gridswarm::inline GS_ABI::balance

namespace gridswarm::inline GS_ABI {

template <>
GS_INLINE std::span<const Field<balance::FrequencyOptions>> fields() {
  using T = balance::FrequencyOptions;
  static const Field<T> table[] = {
      {"f_nominal_hz", "Hz", &T::f_nominal_hz, 50, 60, "50 or 60"},
      {"step_s", "s", &T::step_s, 1e-4, 0.01, "of the integration"},
      {"duration_s", "s", &T::duration_s, 1e-4, 1e6, "of the study, a whole number of steps"},
      {"rocof_window_s", "s", &T::rocof_window_s, 1e-4, 60,
       "the rate of change of frequency is a difference over this"},
      {"settle_band_hz", "Hz", &T::settle_band_hz, 0, 1, "settled: it never leaves this again"},
      {"record_every_s", "s", &T::record_every_s, 1e-4, 1e6, "between two rows of the curves"},
  };
  return table;
}

template <>
GS_INLINE std::span<const Field<balance::AreaFigures>> fields() {
  using T = balance::AreaFigures;
  static constexpr double inf = no_limit;
  static const Field<T> table[] = {
      {"nadir_hz", "Hz", &T::nadir_hz, 0, inf, "lowest frequency"},
      {"nadir_s", "s", &T::nadir_s, 0, inf, "when"},
      {"zenith_hz", "Hz", &T::zenith_hz, 0, inf, "highest frequency"},
      {"rocof_hz_per_s", "Hz/s", &T::rocof_hz_per_s, 0, inf, "largest rate of change"},
      {"settle_s", "s", &T::settle_s, 0, inf, "after the first load step; infinite if never"},
      {"end_hz", "Hz", &T::end_hz, 0, inf, "frequency at the end"},
      {"end_export_mw", "MW", &T::end_export_mw, -inf, inf, "deviation of the export at the end"},
      {"end_generation_mw", "MW", &T::end_generation_mw, -inf, inf, "generators' at the end"},
      {"end_support_mw", "MW", &T::end_support_mw, -inf, inf, "the swarm's at the end"},
      {"off_hz_s", "Hz s", &T::off_hz_s, 0, inf, "integral of |f - f0|"},
  };
  return table;
}

}  // namespace gridswarm::inline GS_ABI
