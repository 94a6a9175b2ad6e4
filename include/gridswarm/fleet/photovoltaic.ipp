// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>

#include "gridswarm/fleet/photovoltaic.hpp"

namespace gridswarm::inline GS_ABI::fleet {

GS_INLINE double cell_celsius(const PvWeather& weather, const PvModule& module) {
  return weather.air_celsius +
         weather.irradiance_w_per_m2 /
             (module.u0_w_per_m2_k + module.u1_w_s_per_m3_k * weather.wind_m_per_s);
}

GS_INLINE double pv_dc_kw(double rating_kw, const PvWeather& weather, const PvModule& module) {
  const double warm = 1.0 + module.gamma_per_k * (cell_celsius(weather, module) - 25.0);
  return std::max(0.0, rating_kw * (weather.irradiance_w_per_m2 / 1000.0) * warm);
}

GS_INLINE double inverter_ac_kw(double p_dc_kw, double s_kva, double inverter_efficiency) {
  constexpr double eta_reference = 0.9637;
  if (!(p_dc_kw > 0.0) || !(s_kva > 0.0)) return 0.0;
  const double x = p_dc_kw * inverter_efficiency / s_kva;
  const double eta = inverter_efficiency / eta_reference * (-0.0162 * x - 0.0059 / x + 0.9858);
  return std::max(0.0, std::min(s_kva, eta * p_dc_kw));
}

GS_INLINE double pv_power_kw(double rating_kw, double s_kva, const PvWeather& weather,
                             const PvModule& module) {
  return inverter_ac_kw(pv_dc_kw(rating_kw, weather, module), s_kva, module.inverter_efficiency);
}

}  // namespace gridswarm::inline GS_ABI::fleet
