// SPDX-License-Identifier: BSD-3-Clause
// Sine and cosine without libm: the same bytes on every machine.
//
// With k = round(2 x / pi) and r = x - k pi/2 in [-pi/4, pi/4] (pi/2 in three parts, the first two
// short enough for k times them to be exact), sin r and cos r are their Taylor sums up to r^17 and
// r^18, whose remainders are below 1e-19; k modulo 4 says which of them, with which sign. Absolute
// error below 4e-16 for |x| <= 1e5 (unit test beside libm).
#pragma once

#include "gridswarm/kernel/abi.hpp"

namespace gridswarm::inline GS_ABI {

struct SineCosine {
  double sine = 0.0;
  double cosine = 1.0;
};

/// Of an angle in radians, |x_rad| <= 1e5.
SineCosine sine_cosine(double x_rad);

/// Of an angle in degrees, which is first brought into [-180, 180]; |x_deg| <= 1e12.
SineCosine sine_cosine_of_deg(double x_deg);

}  // namespace gridswarm::inline GS_ABI

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/base/angle.ipp"
#endif
