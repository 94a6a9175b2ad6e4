// SPDX-License-Identifier: BSD-3-Clause
// From sun on the modules to power at the plug.
//
//   T_cell = T_air + G / (U0 + U1 w)                     (Faiman, Progress in Photovoltaics 16,
//   2008) P_dc   = rating G / 1000 (1 + gamma (T_cell - 25))   (PVWatts 5, Dobos,
//   NREL/TP-6A20-62641, 2014) x = P_dc / P_dc0,   P_dc0 = s_kva / eta_nominal P_ac   = min(P_dc
//   eta_nominal / 0.9637 (-0.0162 x - 0.0059 / x + 0.9858), s_kva)
// G in W/m2 in the plane of the modules, w in m/s at module height, gamma negative. IEC 61853
// measures the matrix of power over (G, T) whose largest term this line is. Not modelled: spectrum,
// angle of incidence, soiling, mismatch, snow (put them into the irradiance or the rating), and
// heat stored in the module (minutes). Only + - * /.
#pragma once

#include "gridswarm/kernel/abi.hpp"

namespace gridswarm::inline GS_ABI::fleet {

/// What a module and its inverter are like; the defaults are silicon, free standing.
struct PvModule {
  double gamma_per_k = -0.0035;       ///< change of power per kelvin of the cell
  double u0_w_per_m2_k = 25.0;        ///< U0, heat loss without wind
  double u1_w_s_per_m3_k = 6.84;      ///< U1, heat loss per m/s of wind
  double inverter_efficiency = 0.96;  ///< eta_nominal
};

/// What a module feels.
struct PvWeather {
  double irradiance_w_per_m2 = 0.0;  ///< in its plane
  double air_celsius = 20.0;
  double wind_m_per_s = 1.0;
};

/// T_cell.
double cell_celsius(const PvWeather& weather, const PvModule& module);

/// P_dc of modules of rating_kw (at 1000 W/m2 and a cell at 25 degrees), never negative.
double pv_dc_kw(double rating_kw, const PvWeather& weather, const PvModule& module);

/// P_ac of an inverter of s_kva at p_dc_kw, 0 where losses eat everything, never above s_kva.
double inverter_ac_kw(double p_dc_kw, double s_kva, double inverter_efficiency);

/// All of it: power a plant can give now.
double pv_power_kw(double rating_kw, double s_kva, const PvWeather& weather,
                   const PvModule& module);

}  // namespace gridswarm::inline GS_ABI::fleet

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/fleet/photovoltaic.ipp"
#endif
