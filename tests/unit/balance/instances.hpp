// SPDX-License-Identifier: BSD-3-Clause
// Random dispatch problems of all kinds, for the tests of their solvers.
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include "gridswarm/balance/boxed_quadratic.hpp"
#include "make.hpp"

namespace make {

/// A problem that owns its columns.
struct Instance {
  std::vector<double> want, low, high, inverse;
  double e_ref = 0.0, inverse_external = 0.0;
  balance::BoxedQuadratic view() const {
    return {want, low, high, inverse, e_ref, inverse_external};
  }
  void add(double w, double l, double h, double a) {
    want.push_back(w);
    low.push_back(l);
    high.push_back(h);
    inverse.push_back(1.0 / a);
  }
};

/// All kinds of instances: pinned members, wants outside their band, costs over four decades,
/// exchanges free, dear or fixed, targets inside, at and beyond the reach of the limits.
inline Instance random_instance(std::uint64_t seed) {
  Dice dice{seed};
  Instance it;
  const Index count = 1 + dice.below(seed % 3 == 0 ? 4 : 40);
  double low = 0.0, high = 0.0;
  for (Index i = 0; i < count; ++i) {
    const double size = std::pow(10.0, dice.uniform(-1.0, 2.0));
    const double want = dice.uniform(-size, size), middle = want + dice.uniform(-0.5, 0.5) * size;
    const double half = dice.below(4) == 0 ? 0.0 : dice.uniform(0.0, 0.6) * size;
    it.add(want, middle - half, middle + half, std::pow(10.0, dice.uniform(-2.0, 2.0)));
    low += middle - half;
    high += middle + half;
  }
  const Index kind = dice.below(3);
  it.inverse_external = kind == 0 ? 0.0 : std::pow(10.0, dice.uniform(-4.0, 4.0));
  const double part = kind == 0 ? dice.uniform(0.01, 0.99) : dice.uniform(-1.0, 2.0);
  it.e_ref = low + part * (high - low);
  if (kind == 0 && !(high - low > 1e-6)) it.e_ref = low;
  return it;
}

/// The textbook method: Newton from price 0 with no bracket. Sets what went wrong.
inline void plain_newton(const Instance& it, bool& cycled, bool& no_slope) {
  double price = 0.0;
  for (int pass = 0; pass < 300; ++pass) {
    double g = price * it.inverse_external - it.e_ref, slope = it.inverse_external, size = 0.0;
    for (std::size_t i = 0; i < it.want.size(); ++i) {
      const double p = it.want[i] + price * it.inverse[i];
      g += std::clamp(p, it.low[i], it.high[i]);
      size += std::fabs(it.low[i]) + std::fabs(it.high[i]);
      if (p > it.low[i] && p < it.high[i]) slope += it.inverse[i];
    }
    if (std::fabs(g) <= 1e-12 * (size + std::fabs(it.e_ref))) return;
    no_slope = slope == 0.0;
    if (no_slope) return;
    price -= g / slope;
  }
  cycled = true;
}

}  // namespace make
