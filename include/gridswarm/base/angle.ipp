// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "gridswarm/base/angle.hpp"
#include "gridswarm/base/units.hpp"

namespace gridswarm::inline GS_ABI {

namespace angle_detail {

/// The whole number next to x, by adding and taking away 1.5 * 2^52; |x| < 2^51.
GS_INLINE double nearest_whole(double x) {
  constexpr double turn = 0x1.8p52;
  return (x + turn) - turn;
}

/// Horner's sum of -1^k r^2k first! / (2k + first)!, first 0 for cosine, 1 for sine over r.
GS_INLINE double alternating_sum(double r, int first, int last) {
  double sum = 1.0;
  for (int k = last; k > first; k -= 2)
    sum = 1.0 - r * r / (static_cast<double>(k) * static_cast<double>(k - 1)) * sum;
  return sum;
}

}  // namespace angle_detail

GS_INLINE SineCosine sine_cosine(double x_rad) {
  using namespace angle_detail;
  constexpr double half_pi_high = 0x1.921fb5p+0;  // 25 bits
  constexpr double half_pi_mid = 0x1.110b46p-26;  // the next 24
  constexpr double half_pi_rest = 0x1.1a62633145c07p-54;
  const double k = nearest_whole(x_rad * (2.0 / pi));
  const double r = ((x_rad - k * half_pi_high) - k * half_pi_mid) - k * half_pi_rest;
  const double sine = r * alternating_sum(r, 1, 17);
  const double cosine = alternating_sum(r, 0, 18);
  switch (static_cast<long long>(k) & 3) {
    case 0: return {sine, cosine};
    case 1: return {cosine, -sine};
    case 2: return {-sine, -cosine};
    default: return {-cosine, sine};
  }
}

GS_INLINE SineCosine sine_cosine_of_deg(double x_deg) {
  const double turns = angle_detail::nearest_whole(x_deg / 360.0);
  return sine_cosine((x_deg - 360.0 * turns) * (pi / 180.0));
}

}  // namespace gridswarm::inline GS_ABI
