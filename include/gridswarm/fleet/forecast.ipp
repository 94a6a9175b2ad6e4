// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "gridswarm/base/error.hpp"
#include "gridswarm/fleet/forecast.hpp"

namespace gridswarm::inline GS_ABI::fleet {

GS_INLINE void reset_forecast(const Fleet& fleet, Forecast& forecast) {
  const auto n = static_cast<std::size_t>(fleet.size());
  forecast.energy_kw_s.assign(n, 0.0);
  forecast.abs_error_kw.assign(n, 0.0);
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
    if (forecast.started) forecast.abs_error_kw[i] += error < 0.0 ? -error : error;
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

}  // namespace gridswarm::inline GS_ABI::fleet
