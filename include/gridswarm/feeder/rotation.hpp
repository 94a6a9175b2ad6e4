// SPDX-License-Identifier: BSD-3-Clause
// The unit phasor of an angle in degrees, the same bytes on every machine.
//
// Transformer shifts and source angles turn voltages that a log may hash, so libm (whose code
// depends on the processor) must not compute them. Multiples of 30 degrees, the shifts of real
// transformers, come from a table of exact halves and sqrt(3)/2; any other angle is reduced to 45
// degrees around a quarter turn and summed as a Taylor series, x^17/17! < 5e-17 at x = pi/4.
#pragma once

#include <cstdint>

#include "gridswarm/base/units.hpp"

namespace gridswarm::inline GS_ABI::feeder {

/// re + j im = e^{j angle}.
struct Rotation {
  double re;
  double im;
};

namespace detail {

/// cos(x) and sin(x) for |x| <= pi/4, Horner's rule from the smallest term.
inline Rotation rotation_near_zero(double x) {
  const double square = x * x;
  double cosine = 1.0;
  double sine = 1.0;
  for (int k = 18; k > 0; k -= 2) {
    cosine = 1.0 - cosine * square / (k * (k - 1.0));
    sine = 1.0 - sine * square / (k * (k + 1.0));
  }
  return {cosine, x * sine};
}

}  // namespace detail

/// @param angle_deg  finite, magnitude below 1e9
inline Rotation rotation(double angle_deg) {
  constexpr double half = 0.5;
  constexpr double root = 0.86602540378443864676;  // sqrt(3)/2
  constexpr double cosines[12] = {1, root, half, 0, -half, -root, -1, -root, -half, 0, half, root};
  const auto nearest = [](double x) {
    return static_cast<std::int64_t>(x < 0.0 ? x - half : x + half);
  };
  const std::int64_t twelfths = nearest(angle_deg / 30.0);
  if (angle_deg == 30.0 * static_cast<double>(twelfths)) {
    const std::int64_t k = (twelfths % 12 + 12) % 12;
    return {cosines[k], cosines[(k + 9) % 12]};
  }
  const std::int64_t quarters = nearest(angle_deg / 90.0);
  const Rotation small =
      detail::rotation_near_zero((angle_deg - 90.0 * static_cast<double>(quarters)) * rad_per_deg);
  switch ((quarters % 4 + 4) % 4) {
    case 0: return small;
    case 1: return {-small.im, small.re};
    case 2: return {-small.re, -small.im};
    default: return {small.im, -small.re};
  }
}

}  // namespace gridswarm::inline GS_ABI::feeder
