// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <cmath>

#include "gridswarm/base/error.hpp"
#include "gridswarm/fleet/device.hpp"
#include "gridswarm/fleet/forecast.hpp"

namespace gridswarm::inline GS_ABI {

template <>
GS_INLINE std::span<const Field<fleet::ForecastOptions>> fields<fleet::ForecastOptions>() {
  using S = fleet::ForecastOptions;
  static const std::array<Field<S>, 5> table = {{
      {"rule", "", &S::rule, 0, 0,
       "persistence, clear_sky (of PV) or given (profiles forecast_..)"},
      {"weight", "", &S::weight, 1e-6, 1, "of the newest tick in the mean; 1 is persistence"},
      {"latitude_deg", "deg", &S::latitude_deg, -90, 90, "clear_sky: north positive"},
      {"longitude_deg", "deg", &S::longitude_deg, -180, 180, "clear_sky: east positive"},
      {"utc_offset_h", "h", &S::utc_offset_h, -14, 14, "clear_sky: local clock minus UTC"},
  }};
  return table;
}

}  // namespace gridswarm::inline GS_ABI

namespace gridswarm::inline GS_ABI::fleet {

GS_INLINE void reset_forecast(const Fleet& fleet, Forecast& forecast) {
  const auto n = static_cast<std::size_t>(fleet.size());
  forecast.energy_kw_s.assign(n, 0.0);
  forecast.abs_error_kw.assign(n, 0.0);
  forecast.observed_kw.assign(n, 0.0);
  forecast.square_kw2 = forecast.bias_kw = forecast.persistence_kw2 = 0.0;
  forecast.elapsed_s = 0.0;
  forecast.observations = 0;
  forecast.started = false;
}

GS_INLINE void observe(const Fleet& fleet, double dt_s, Forecast& forecast) {
  GRIDSWARM_ASSERT(forecast.energy_kw_s.size() == fleet.state.p_kw.size());
  for (Index i = 0; i < fleet.size(); ++i) forecast.energy_kw_s[i] += fleet.state.p_kw[i] * dt_s;
  forecast.elapsed_s += dt_s;
}

GS_INLINE void close_forecast(Fleet& fleet, Forecast& forecast) {
  if (!(forecast.elapsed_s > 0.0)) return;
  for (Index i = 0; i < fleet.size(); ++i) {
    double& expected = fleet.state.forecast_kw[i];
    const double observed = forecast.energy_kw_s[i] / forecast.elapsed_s;
    const double error = observed - expected;
    if (forecast.started) {
      const double persistence = observed - forecast.observed_kw[i];
      forecast.abs_error_kw[i] += error < 0.0 ? -error : error;
      forecast.square_kw2 += error * error;
      forecast.bias_kw -= error;
      forecast.persistence_kw2 += persistence * persistence;
    }
    forecast.observed_kw[i] = observed;
    const bool keeps = forecast.started && forecast.weight < 1.0;
    expected = keeps ? expected + forecast.weight * error : observed;
    forecast.energy_kw_s[i] = 0.0;
  }
  if (forecast.started) ++forecast.observations;
  forecast.started = true;
  forecast.elapsed_s = 0.0;
}

GS_INLINE double mean_abs_error_kw(const Forecast& forecast) {
  if (forecast.observations == 0 || forecast.abs_error_kw.empty()) return 0.0;
  double sum_kw = 0.0;
  for (const double error_kw : forecast.abs_error_kw) sum_kw += error_kw;
  return sum_kw / (static_cast<double>(forecast.abs_error_kw.size()) *
                   static_cast<double>(forecast.observations));
}

GS_INLINE void foresee_clear_sky(Fleet& fleet, double ended_w_per_m2, double next_w_per_m2,
                                 const Forecast& forecast) {
  constexpr double least_w_per_m2 = 165.0;  // 0.15 of the largest
  if (!(ended_w_per_m2 >= least_w_per_m2) || !forecast.started) return;
  for (Index i = 0; i < fleet.size(); ++i) {
    if (fleet.plate.kind[i] != Kind::pv) continue;
    const double share = forecast.observed_kw[i] / ended_w_per_m2;
    fleet.state.forecast_kw[i] = std::min(share * next_w_per_m2, fleet.plate.s_kva[i]);
  }
}

GS_INLINE void foresee_given(Fleet& fleet, const ProfileValues& values,
                             const std::vector<std::int8_t>& is_given) {
  const Nameplate& plate = fleet.plate;
  for (Index i = 0; i < fleet.size(); ++i) {
    if (plate.profile[i] == none || !is_given[plate.profile[i]]) continue;
    const double power_kw = expected_kw(fleet, values, i);
    fleet.state.forecast_kw[i] = power_kw;
  }
}

GS_INLINE ForecastError error_of(const Forecast& forecast) {
  ForecastError out;
  const auto count = static_cast<double>(forecast.abs_error_kw.size()) *
                     static_cast<double>(forecast.observations);
  if (!(count > 0.0)) return out;
  out.steps = forecast.observations;
  out.mae = mean_abs_error_kw(forecast);
  out.rmse = std::sqrt(forecast.square_kw2 / count);
  out.bias = forecast.bias_kw / count;
  const double persistence = std::sqrt(forecast.persistence_kw2 / count);
  out.skill = persistence > 0.0 ? 1.0 - out.rmse / persistence : 0.0;
  return out;
}

}  // namespace gridswarm::inline GS_ABI::fleet
