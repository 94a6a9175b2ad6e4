// SPDX-License-Identifier: BSD-3-Clause
// Where the sun stands, and what it would send through a sky without clouds.
//
// Position by the Astronomical Almanac's low precision formulas (Michalsky, Solar Energy 40, 1988;
// 0.01 degrees from 1950 to 2050), n in days since 2000-01-01T12:00 UTC:
//   L = 280.460 + 0.9856474 n      g = 357.528 + 0.9856003 n              (degrees)
//   lambda = L + 1.915 sin g + 0.020 sin 2g      eps = 23.439 - 4e-7 n
//   theta = 15 (6.697375 + 0.0657098242 n + hour) + longitude            (local sidereal time)
//   cos zenith = sin phi sin eps sin lambda
//                + cos phi (cos theta cos lambda + sin theta cos eps sin lambda),
// which needs neither declination nor hour angle, so no inverse function. Geometric, without
// refraction (which lifts the sun by 0.5 degrees at the horizon, by 0.1 at 10 degrees).
// Clear sky: global horizontal irradiance 1098 c exp(-0.059 / c), c = cos zenith (Haurwitz, Journal
// of Meteorology 2, 1945): no turbidity, no altitude; 5 to 10 % where the air is like that in
// Reno, Hansen and Stein (SAND2012-2389). Time is UTC. Our own sine and exponential: same bytes.
#pragma once

#include <cstdint>

#include "gridswarm/kernel/abi.hpp"

namespace gridswarm::inline GS_ABI::fleet {

/// A place on earth and its clock.
struct Site {
  double latitude_deg = 0.0;   ///< north positive
  double longitude_deg = 0.0;  ///< east positive
  double utc_offset_h = 0.0;   ///< local clock minus UTC, one for the whole run
};

/// Cosine of the sun's zenith angle. @param utc_s  seconds since 1970-01-01T00:00 UTC
double cosine_of_zenith(double utc_s, const Site& site);

/// Global horizontal irradiance under a clear sky, W/m2, at a cosine of zenith; 0 at night (and
/// below c = 0.001, where the formula says less than 1e-22).
double clear_sky_w_per_m2(double cosine_of_zenith);

/// The same as a mean over [local_s, local_s + step_s), from eight samples. @param local_s  local
/// clock, seconds since 1970-01-01T00:00
double mean_clear_sky_w_per_m2(double local_s, double step_s, const Site& site);

}  // namespace gridswarm::inline GS_ABI::fleet

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/fleet/sun.ipp"
#endif
