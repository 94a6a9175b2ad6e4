// SPDX-License-Identifier: BSD-3-Clause
// A piecewise linear curve through up to eight points, flat beyond its ends.
#pragma once

#include <array>

#include "gridswarm/base/error.hpp"
#include "gridswarm/kernel/abi.hpp"

namespace gridswarm::inline GS_ABI {

/// y(x): linear between points, y[0] left of x[0], y[count-1] right of x[count-1].
struct Curve {
  int count = 0;
  std::array<double, 8> x{};  ///< ascending
  std::array<double, 8> y{};
};

/// Value of the curve at x. Only + - * /, so the bytes are the same everywhere.
inline double value_at(const Curve& curve, double x) {
  GRIDSWARM_ASSERT(curve.count > 0);
  if (x <= curve.x[0]) return curve.y[0];
  for (int k = 1; k < curve.count; ++k)
    if (x < curve.x[k])
      return curve.y[k - 1] +
             (curve.y[k] - curve.y[k - 1]) * (x - curve.x[k - 1]) / (curve.x[k] - curve.x[k - 1]);
  return curve.y[curve.count - 1];
}

/// Largest |dy/dx| over all segments.
inline double steepest_slope(const Curve& curve) {
  double steepest = 0.0;
  for (int k = 1; k < curve.count; ++k) {
    const double slope = (curve.y[k] - curve.y[k - 1]) / (curve.x[k] - curve.x[k - 1]);
    const double magnitude = slope < 0.0 ? -slope : slope;
    if (magnitude > steepest) steepest = magnitude;
  }
  return steepest;
}

}  // namespace gridswarm::inline GS_ABI
