// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cmath>
#include <string>

#include "gridswarm/balance/frequency_areas.hpp"
#include "gridswarm/base/error.hpp"
#include "gridswarm/base/units.hpp"

namespace gridswarm::inline GS_ABI::balance {

GS_INLINE double beyond(double deviation, double band) {
  if (deviation > band) return deviation - band;
  if (deviation < -band) return deviation + band;
  return 0.0;
}

GS_INLINE double natural_response(const Area& area, double f_nominal_hz) {
  const double governors = area.droop_pu > 0.0 ? 1.0 / area.droop_pu : 0.0;
  return (area.damping_pu + governors) * area.machines_mva / f_nominal_hz;
}

namespace detail {

/// Where the governor drives the valve.
GS_INLINE double governor_target(const Area& area, double f_nominal_hz, double f_hz,
                                 double reference_mw) {
  double target = reference_mw;
  if (area.droop_pu > 0.0)
    target -= beyond(f_hz, area.governor_dead_band_hz) * area.machines_mva /
              (area.droop_pu * f_nominal_hz);
  return std::clamp(target, -area.reserve_mw, area.reserve_mw);
}

/// Without a time constant a lag's output is its input.
GS_INLINE double lagged(double time_s, double input, double state) {
  return time_s > 0.0 ? state : input;
}
GS_INLINE double lag_slope(double time_s, double input, double state) {
  return time_s > 0.0 ? (input - state) / time_s : 0.0;
}

/// to = from + h slope
GS_INLINE void add(const AreaState& from, const AreaState& slope, double h, AreaState& to) {
  const auto add_column = [&](Column<double> AreaState::*column) {
    for (std::size_t i = 0; i < (from.*column).size(); ++i)
      (to.*column)[i] = (from.*column)[i] + h * (slope.*column)[i];
  };
  add_column(&AreaState::f_hz);
  add_column(&AreaState::valve_mw);
  add_column(&AreaState::chest_mw);
  add_column(&AreaState::reheat_mw);
  add_column(&AreaState::tie_mw);
}

GS_INLINE void slopes(std::span<const Area> areas, std::span<const TieLine> ties,
                      double f_nominal_hz, const AreaInputs& inputs,
                      std::span<const double> support_mw, const AreaState& state,
                      Column<double>& export_mw, AreaState& slope) {
  exports(ties, state, export_mw);
  for (std::size_t a = 0; a < areas.size(); ++a) {
    const Area& area = areas[a];
    const double f = state.f_hz[a];
    const double target = governor_target(area, f_nominal_hz, f, inputs.reference_mw[a]);
    const double valve = lagged(area.governor_s, target, state.valve_mw[a]);
    const double chest = lagged(area.turbine_s, valve, state.chest_mw[a]);
    const double reheat = lagged(area.reheat_s, chest, state.reheat_mw[a]);
    const double mechanical =
        area.high_pressure_share * chest + (1.0 - area.high_pressure_share) * reheat;
    const double surplus = mechanical - inputs.load_mw[a] -
                           area.damping_pu * area.machines_mva * f / f_nominal_hz - export_mw[a] +
                           support_mw[a];
    slope.f_hz[a] = surplus * f_nominal_hz / (2.0 * area.inertia_s * area.machines_mva);
    slope.valve_mw[a] = std::clamp(lag_slope(area.governor_s, target, valve), -area.ramp_mw_per_s,
                                   area.ramp_mw_per_s);
    slope.chest_mw[a] = lag_slope(area.turbine_s, valve, chest);
    slope.reheat_mw[a] = lag_slope(area.reheat_s, chest, reheat);
  }
  for (std::size_t k = 0; k < ties.size(); ++k)
    slope.tie_mw[k] = 2.0 * pi * ties[k].synchronising_mw_per_rad *
                      (state.f_hz[ties[k].from] - state.f_hz[ties[k].to]);
}

/// Time constants that are there must not be shorter than the step that has to follow them.
GS_INLINE void check_area(const Area& area, std::size_t row, double step_s) {
  const auto refuse = [&](const char* name, double value, const char* wanted) {
    throw InputError("areas", static_cast<std::int64_t>(row) + 1,
                     std::string(name) + " is " + std::to_string(value) + "; give " + wanted);
  };
  for (const auto& [name, value] :
       {std::pair("machines_mva", area.machines_mva), std::pair("inertia_s", area.inertia_s),
        std::pair("agc_period_s", area.agc_period_s)})
    if (!(value > 0.0 && value < no_limit)) refuse(name, value, "a finite number above 0");
  for (const auto& [name, value] :
       {std::pair("damping_pu", area.damping_pu), std::pair("droop_pu", area.droop_pu),
        std::pair("governor_dead_band_hz", area.governor_dead_band_hz),
        std::pair("agc_gain_per_s", area.agc_gain_per_s),
        std::pair("agc_bias_mw_per_hz", area.agc_bias_mw_per_hz),
        std::pair("agc_delay_s", area.agc_delay_s)})
    if (!(value >= 0.0 && value < no_limit)) refuse(name, value, "a finite number of at least 0");
  for (const auto& [name, value] :
       {std::pair("reserve_mw", area.reserve_mw), std::pair("ramp_mw_per_s", area.ramp_mw_per_s),
        std::pair("agc_ramp_mw_per_s", area.agc_ramp_mw_per_s)})
    if (!(value >= 0.0)) refuse(name, value, "a number of at least 0");
  for (const auto& [name, value] :
       {std::pair("governor_s", area.governor_s), std::pair("turbine_s", area.turbine_s),
        std::pair("reheat_s", area.reheat_s)})
    if (!(value == 0.0 || (value >= step_s && value < no_limit)))
      refuse(name, value, "0 (at once) or a time of at least one step");
  if (area.ramp_mw_per_s < no_limit && area.governor_s == 0.0)
    refuse("governor_s", area.governor_s, "a time, since the ramp limits how fast its valve moves");
  if (!(area.high_pressure_share >= 0.0 && area.high_pressure_share <= 1.0))
    refuse("high_pressure_share", area.high_pressure_share, "a share between 0 and 1");
}

}  // namespace detail

GS_INLINE void at_rest(AreaState& state, std::size_t areas, std::size_t ties) {
  for (Column<double>* column : {&state.f_hz, &state.valve_mw, &state.chest_mw, &state.reheat_mw})
    column->assign(areas, 0.0);
  state.tie_mw.assign(ties, 0.0);
}

GS_INLINE double mechanical_mw(const Area& area, const AreaState& state, Index a) {
  const double chest = state.chest_mw[a];
  const double reheat = detail::lagged(area.reheat_s, chest, state.reheat_mw[a]);
  return area.high_pressure_share * chest + (1.0 - area.high_pressure_share) * reheat;
}

GS_INLINE void exports(std::span<const TieLine> ties, const AreaState& state,
                       Column<double>& export_mw) {
  export_mw.assign(state.f_hz.size(), 0.0);
  for (std::size_t k = 0; k < ties.size(); ++k) {
    export_mw[ties[k].from] += state.tie_mw[k];
    export_mw[ties[k].to] -= state.tie_mw[k];
  }
}

GS_INLINE void check_areas(std::span<const Area> areas, std::span<const TieLine> ties,
                           double step_s) {
  if (areas.empty()) throw InputError("areas", 0, "there is none; give at least one area");
  for (std::size_t a = 0; a < areas.size(); ++a) detail::check_area(areas[a], a, step_s);
  const Index count = static_cast<Index>(areas.size());
  for (std::size_t k = 0; k < ties.size(); ++k) {
    const std::int64_t row = static_cast<std::int64_t>(k) + 1;
    for (const Index end : {ties[k].from, ties[k].to})
      if (end < 0 || end >= count)
        throw InputError("ties", row,
                         "area " + std::to_string(end) + " is not one of the " +
                             std::to_string(count) + " areas; they count from 0");
    if (ties[k].from == ties[k].to)
      throw InputError("ties", row, "both ends are area " + std::to_string(ties[k].from));
    if (!(ties[k].synchronising_mw_per_rad > 0.0 && ties[k].synchronising_mw_per_rad < no_limit))
      throw InputError("ties", row,
                       "synchronising_mw_per_rad is " +
                           std::to_string(ties[k].synchronising_mw_per_rad) +
                           "; give a finite number above 0");
  }
}

GS_INLINE void step_areas(std::span<const Area> areas, std::span<const TieLine> ties,
                          double f_nominal_hz, double step_s, const AreaInputs& inputs,
                          AreaState& state, AreaWork& work) {
  for (AreaState& slope : work.slope)
    if (slope.f_hz.size() != areas.size() || slope.tie_mw.size() != ties.size())
      at_rest(slope, areas.size(), ties.size());
  if (work.trial.f_hz.size() != areas.size() || work.trial.tie_mw.size() != ties.size())
    at_rest(work.trial, areas.size(), ties.size());
  const auto slope_at = [&](const AreaState& at, std::span<const double> support, int k) {
    detail::slopes(areas, ties, f_nominal_hz, inputs, support, at, work.export_mw, work.slope[k]);
  };
  slope_at(state, inputs.support_start_mw, 0);
  detail::add(state, work.slope[0], step_s / 2.0, work.trial);
  slope_at(work.trial, inputs.support_middle_mw, 1);
  detail::add(state, work.slope[1], step_s / 2.0, work.trial);
  slope_at(work.trial, inputs.support_middle_mw, 2);
  detail::add(state, work.slope[2], step_s, work.trial);
  slope_at(work.trial, inputs.support_end_mw, 3);
  detail::add(state, work.slope[0], step_s / 6.0, state);
  detail::add(state, work.slope[1], step_s / 3.0, state);
  detail::add(state, work.slope[2], step_s / 3.0, state);
  detail::add(state, work.slope[3], step_s / 6.0, state);
  for (std::size_t a = 0; a < areas.size(); ++a) {
    const double target =
        detail::governor_target(areas[a], f_nominal_hz, state.f_hz[a], inputs.reference_mw[a]);
    state.valve_mw[a] = detail::lagged(areas[a].governor_s, target, state.valve_mw[a]);
    state.chest_mw[a] = detail::lagged(areas[a].turbine_s, state.valve_mw[a], state.chest_mw[a]);
  }
}

}  // namespace gridswarm::inline GS_ABI::balance

namespace gridswarm::inline GS_ABI {

template <>
GS_INLINE std::span<const Field<balance::Area>> fields() {
  using T = balance::Area;
  static const Field<T> table[] = {
      {"machines_mva", "MVA", &T::machines_mva, 0, no_limit,
       "what the area's p.u. values refer to"},
      {"inertia_s", "s", &T::inertia_s, 0, no_limit, "energy of the rotors over machines_mva"},
      {"damping_pu", "", &T::damping_pu, 0, no_limit, "load's change per change of frequency"},
      {"droop_pu", "", &T::droop_pu, 0, no_limit, "of the governors; 0: none"},
      {"governor_dead_band_hz", "Hz", &T::governor_dead_band_hz, 0, no_limit, "either way"},
      {"governor_s", "s", &T::governor_s, 0, no_limit, "time constant; 0: at once"},
      {"turbine_s", "s", &T::turbine_s, 0, no_limit, "time constant of the chest; 0: at once"},
      {"reheat_s", "s", &T::reheat_s, 0, no_limit, "time constant of the reheater; 0: none"},
      {"high_pressure_share", "", &T::high_pressure_share, 0, 1,
       "share of power that passes by the reheater"},
      {"reserve_mw", "MW", &T::reserve_mw, 0, no_limit, "of the generators, either way"},
      {"ramp_mw_per_s", "MW/s", &T::ramp_mw_per_s, 0, no_limit, "of the generators, either way"},
      {"agc_gain_per_s", "1/s", &T::agc_gain_per_s, 0, no_limit, "of the integral; 0: no AGC"},
      {"agc_bias_mw_per_hz", "MW/Hz", &T::agc_bias_mw_per_hz, 0, no_limit,
       "weight of frequency in the area control error; 0: the natural response"},
      {"agc_period_s", "s", &T::agc_period_s, 0, no_limit, "between two orders of AGC"},
      {"agc_delay_s", "s", &T::agc_delay_s, 0, no_limit, "age of what AGC measures"},
      {"agc_ramp_mw_per_s", "MW/s", &T::agc_ramp_mw_per_s, 0, no_limit,
       "how fast AGC's orders may change, either way"},
  };
  return table;
}

}  // namespace gridswarm::inline GS_ABI
