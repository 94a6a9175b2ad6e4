// SPDX-License-Identifier: BSD-3-Clause
// The angle of a complex number, by additions, products and one division: the same bytes on every
// instruction set, and without a branch, so that it runs in lanes.
//
// atan(z) = z + z w P(w), w = z^2, for |z| <= tan(pi/8); P is the minimax polynomial of degree 10
// there (Remez; largest error 6e-18 of the angle). Larger ratios turn back by pi/4 first:
// atan(t) = pi/4 + atan((t - 1) / (t + 1)), swapped arguments by pi/2, the left half by pi.
#pragma once

#include "gridswarm/kernel/abi.hpp"

namespace gridswarm::inline GS_ABI::kernel {

constexpr double tan_eighth = 0x1.a827999fcef32p-2;  ///< tan(pi / 8)

/// An angle as m pi/4 + atan(z), |z| <= tan(pi/8).
struct FoldedAngle {
  double z;
  double m;  ///< -4 .. 4
};

/// The first half of angle_of: the division, and all choices as signs, for compilers turn chains of
/// conditions into branches or worse.
[[gnu::always_inline]] inline FoldedAngle fold_angle(double x, double y) {
  const double ax = __builtin_fabs(x);
  const double ay = __builtin_fabs(y);
  const double large = ay > ax ? ay : ax;
  const double small = ay > ax ? ax : ay;
  const double steep = __builtin_copysign(1.0, ay - ax);
  const double right = __builtin_copysign(1.0, x);
  const double above = __builtin_copysign(1.0, y);
  const double turned = 0.5 + __builtin_copysign(0.5, small - tan_eighth * large);
  const double z = (small - turned * large) / (large + turned * small + 0x1p-1000);  // never 0 / 0
  const double m = (2.0 - 2.0 * right) + right * ((1.0 + steep) - steep * turned);
  return {-steep * right * above * z, above * m};
}

/// The second half: the polynomial.
[[gnu::always_inline]] inline double unfold_angle(double z, double m) {
  const double w = z * z;
  const double w2 = w * w;
  const double w4 = w2 * w2;
  const double p01 = -0x1.5555555555555p-2 + w * 0x1.9999999999344p-3;
  const double p23 = -0x1.2492492435beep-3 + w * 0x1.c71c7185006ddp-4;
  const double p45 = -0x1.745d0b1ef71ecp-4 + w * 0x1.3b1262253e208p-4;
  const double p67 = -0x1.10fa6b502376ep-4 + w * 0x1.dfe57271156bbp-5;
  const double p89 = -0x1.a095374ce56bbp-5 + w * 0x1.41560ea6668bfp-5;
  const double p03 = p01 + w2 * p23;
  const double p47 = p45 + w2 * p67;
  const double p8a = p89 + w2 * -0x1.3a129c8a05421p-6;
  const double bend = z * w * (p03 + w4 * (p47 + w4 * p8a));
  constexpr double quarter = 0x1.921fb54442d18p-1;        // pi / 4
  constexpr double quarter_rest = 0x1.1a62633145c07p-55;  // pi / 4 - quarter
  return m * quarter + (z + (bend + m * quarter_rest));
}

/// atan2(y, x) in radians, within 2 units in the last place of libm; NaN where one is NaN.
[[gnu::always_inline]] inline double angle_of(double x, double y) {
  const FoldedAngle folded = fold_angle(x, y);
  return unfold_angle(folded.z, folded.m);
}

/// |x + j y|, by the square root of the sum of squares.
[[gnu::always_inline]] inline double magnitude_of(double x, double y) {
  return __builtin_sqrt(x * x + y * y);
}

}  // namespace gridswarm::inline GS_ABI::kernel
