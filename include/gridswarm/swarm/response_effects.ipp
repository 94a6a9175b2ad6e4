// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cmath>
#include <numeric>

#include "gridswarm/swarm/response_effects.hpp"

namespace gridswarm::inline GS_ABI::swarm {

namespace detail {

inline constexpr double area_mva = 1000.0;
inline constexpr double frequency_step_s = 0.01;

/// An area whose load the region stands for: reheat turbines, droop of 5 %, AGC every 4 s.
GS_INLINE balance::FrequencyStudy area_study(const EffectOptions& options, double horizon_s) {
  balance::FrequencyStudy study;
  balance::Area area;
  area.machines_mva = area_mva;
  area.governor_dead_band_hz = 0.015;
  area.turbine_s = 0.3;
  area.reheat_s = 8.0;
  area.agc_gain_per_s = options.agc_gain_per_s;
  study.areas.push_back(area);
  study.support.secondary = false;
  study.options.step_s = frequency_step_s;
  study.options.duration_s =
      frequency_step_s * std::max(1.0, std::floor(horizon_s / frequency_step_s + 0.5));
  study.options.record_every_s = study.options.duration_s;
  return study;
}

GS_INLINE void take_frequency(const balance::FrequencyResult& result, EffectFigures& figures) {
  figures.nadir_hz = result.figures[0].nadir_hz;
  figures.rocof_hz_per_s = result.figures[0].rocof_hz_per_s;
}

}  // namespace detail

GS_INLINE void frequency_effect(const SetPoints& set_points, double step_kw, double actuator_s,
                                double horizon_s, const EffectOptions& options,
                                EffectFigures& figures) {
  balance::FrequencyStudy study = detail::area_study(options, horizon_s);
  const double scale = options.step_share * detail::area_mva / std::abs(step_kw);
  study.loads.push_back({0.0, 0, -step_kw * scale});
  const double rest = actuator_s > 0.0 ? std::exp(-detail::frequency_step_s / actuator_s) : 0.0;
  const auto steps =
      static_cast<std::int64_t>(study.options.duration_s / detail::frequency_step_s + 0.5);
  const double share = (1.0 - rest) * actuator_s / detail::frequency_step_s;
  double power = 0.0, told = 0.0, target = 0.0;
  std::size_t stair = 0;
  for (std::int64_t step = 0; step < steps; ++step) {
    const double now_s = static_cast<double>(step) * detail::frequency_step_s;
    for (; stair < set_points.time_s.size() && set_points.time_s[stair] <= now_s; ++stair)
      target = set_points.kw[stair];
    const double next = target + (power - target) * rest;
    const double held = target + (power - target) * share;  // in the mean over this step
    power = next;
    if (std::abs(held - told) <= 1e-9 * std::abs(step_kw)) continue;
    study.loads.push_back({now_s, 0, (told - held) * scale});
    told = held;
  }
  detail::take_frequency(balance::simulate_frequency(study), figures);
}

GS_INLINE SetPoints respond_by_droop(const Responders& responders, double step_kw,
                                     double actuator_s, double horizon_s,
                                     const EffectOptions& options, EffectFigures& figures) {
  balance::FrequencyStudy study = detail::area_study(options, horizon_s);
  const double scale = options.step_share * detail::area_mva / std::abs(step_kw);
  const double most = std::accumulate(responders.max_kw.begin(), responders.max_kw.end(), 0.0);
  const double least = std::accumulate(responders.min_kw.begin(), responders.min_kw.end(), 0.0);
  study.loads.push_back({0.0, 0, -step_kw * scale});
  study.options.record_every_s = detail::frequency_step_s;
  balance::FrequencyGroups& groups = study.groups;
  groups.area = {0};
  groups.min_mw = {least * scale};
  groups.max_mw = {most * scale};
  groups.droop_mw_per_hz = {most * scale / (options.droop_pu * study.options.f_nominal_hz)};
  groups.dead_band_hz = {options.droop_from_hz};
  groups.response_s = {actuator_s};
  groups.measure_delay_s = {0.1};
  groups.cost_per_mw2 = {1.0};
  groups.at_tie = {0};
  const balance::FrequencyResult result = balance::simulate_frequency(study);
  detail::take_frequency(result, figures);
  SetPoints power;
  power.time_s = result.time_s;
  for (const double mw : result.support_mw) power.kw.push_back(mw / scale);
  return power;
}

namespace detail {

/// Change of voltage at each position for powers p (kW into the grid) there; both are overwritten.
GS_INLINE void lift(const feeder::Forest& forest, Column<double>& p, Column<double>& v) {
  const Index size = forest.size();
  for (Index k = size - 1; k >= forest.roots; --k) p[forest.parent[k]] += p[k];
  for (Index k = 0; k < forest.roots; ++k) v[k] = 0.0;
  for (Index k = forest.roots; k < size; ++k) v[k] = v[forest.parent[k]] + forest.r_pu[k] * p[k];
}

}  // namespace detail

GS_INLINE void voltage_effect(const ResponseScene& scene, std::span<const double> step_kw,
                              std::span<const Order> log, double actuator_s, double horizon_s,
                              const EffectOptions& options, EffectFigures& figures) {
  const std::size_t agents = step_kw.size();
  const std::size_t buses = scene.position.size();
  Column<double> p(static_cast<std::size_t>(scene.forest.size()), 0.0), v(p.size(), 0.0);
  for (std::size_t i = 0; i < buses; ++i) p[scene.position[i]] += scene.responders.max_kw[i];
  detail::lift(scene.forest, p, v);
  const double scale = options.full_lift_pu / *std::max_element(v.begin(), v.end());
  Column<double> power(agents, 0.0), target(agents, 0.0);
  const double rest = actuator_s > 0.0 ? std::exp(-options.look_s / actuator_s) : 0.0;
  std::size_t order = 0;
  figures.bus_minutes = figures.worst_pu = 0.0;
  for (double now_s = 0.0; now_s < horizon_s; now_s += options.look_s) {
    // Orders of the last interval act from its end on: late by half of look_s in the mean.
    for (std::size_t i = 0; i < agents; ++i) power[i] = target[i] + (power[i] - target[i]) * rest;
    for (; order < log.size() && log[order].time_s <= now_s; ++order)
      target[log[order].agent] = log[order].p_kw;
    std::fill(p.begin(), p.end(), 0.0);
    for (std::size_t i = 0; i < agents; ++i) p[scene.position[i]] += step_kw[i] + power[i];
    detail::lift(scene.forest, p, v);
    std::int64_t outside = 0;
    for (const double change : v) {
      const double size = std::abs(change) * scale;
      outside += size > options.band_pu;
      figures.worst_pu = std::max(figures.worst_pu, size);
    }
    figures.bus_minutes += static_cast<double>(outside) * options.look_s / 60.0;
  }
}

}  // namespace gridswarm::inline GS_ABI::swarm

namespace gridswarm::inline GS_ABI {

template <>
GS_INLINE std::span<const Field<swarm::EffectOptions>> fields() {
  using T = swarm::EffectOptions;
  static const Field<T> table[] = {
      {"step_share", "", &T::step_share, 1e-6, 1,
       "the step over the rating of the area's machines"},
      {"agc_gain_per_s", "1/s", &T::agc_gain_per_s, 0, 10, "of the area's AGC; 0 is none"},
      {"droop_pu", "", &T::droop_pu, 1e-3, 1, "devices give full power at this share of f0"},
      {"droop_from_hz", "Hz", &T::droop_from_hz, 0, 1, "dead band of the devices' droop"},
      {"full_lift_pu", "p.u.", &T::full_lift_pu, 0, 1,
       "of the highest bus with all agents at their upper limit; scales the feeder"},
      {"band_pu", "p.u.", &T::band_pu, 0, 1, "change of voltage that counts as a violation"},
      {"look_s", "s", &T::look_s, 1e-3, 60, "voltages are looked at this often"},
  };
  return table;
}

template <>
GS_INLINE std::span<const Field<swarm::EffectFigures>> fields() {
  using T = swarm::EffectFigures;
  static const Field<T> table[] = {
      {"nadir_hz", "Hz", &T::nadir_hz, 0, no_limit, "lowest frequency"},
      {"rocof_hz_per_s", "Hz/s", &T::rocof_hz_per_s, 0, no_limit, "largest change over 500 ms"},
      {"bus_minutes", "min", &T::bus_minutes, 0, no_limit, "sum of buses' time out of the band"},
      {"worst_pu", "p.u.", &T::worst_pu, 0, no_limit, "largest change of voltage"},
  };
  return table;
}

}  // namespace gridswarm::inline GS_ABI
