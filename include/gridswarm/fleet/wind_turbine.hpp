// SPDX-License-Identifier: BSD-3-Clause
// From wind at the hub to power, by the curve that a turbine's maker states.
//
// Between points the curve is linear; below its first speed and above its last (cut-out) there is
// nothing. A turbine that a storm has stopped starts again below restart_m_s. A curve holds at
// 1.225 kg/m3; in other air of density rho the speed counts as (IEC 61400-12-1, turbines that
// pitch)
//   v_normal = v (rho / 1.225)^(1/3),
// and air of T degrees at p hPa has rho = 100 p / (287.05 (273.15 + T)) kg/m3, dry. Not modelled:
// turbulence, wake, icing, start-up time. The cube root is Newton's: only + - * /.
#pragma once

#include <string_view>
#include <vector>

#include "gridswarm/kernel/abi.hpp"

namespace gridswarm::inline GS_ABI::fleet {

/// Power over wind speed as shares of the rating; speeds ascend, at least two points.
struct PowerCurve {
  std::vector<double> wind_m_per_s;
  std::vector<double> share;
  double restart_m_s = 0.0;  ///< after a storm; 0: at once below the last speed
};

/// Cut-in 3, rated 12, cut-out 25 m/s, restart at 22; the cube of the wind between the first two.
PowerCurve usual_power_curve();

/// "3:0 5:0.12 12:1 25:1" or with a restart "... 25:1 restart:20". @throws UsageError with the
/// value and what to do where speeds don't ascend, a share leaves [0, 1] or the text can't be read.
PowerCurve parse_power_curve(std::string_view text);

/// Density of dry air, kg/m3.
double air_kg_per_m3(double air_celsius, double pressure_hpa = 1013.25);

/// v_normal: the speed at which the curve is read.
double normal_wind_m_per_s(double wind_m_per_s, double density_kg_per_m3);

/// Share of the rating at a normal wind speed; is_stopped (a storm) is read and written.
double wind_share(const PowerCurve& curve, double normal_m_per_s, bool& is_stopped);

}  // namespace gridswarm::inline GS_ABI::fleet

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/fleet/wind_turbine.ipp"
#endif
