// SPDX-License-Identifier: BSD-3-Clause
// What a load of an unbalanced network draws, written straight from the published formulas (with
// libm), for tests to hold the lanes against.
#pragma once

#include <array>
#include <cmath>
#include <complex>

#include "gridswarm/feeder/circuit.hpp"

namespace test {

using Complex = std::complex<long double>;

/// A rated element: S in VA at rated voltage.
struct TrueElement {
  gridswarm::feeder::LoadLaw law = gridswarm::feeder::LoadLaw::constant_power;
  double rated_v = 1.0;
  double v_min_pu = 0.95, v_max_pu = 1.05, v_low_pu = 0.5;
  double exponent_p = 1.0, exponent_q = 2.0;
  std::array<double, 7> zip{};
  bool is_der = false;  ///< an impedance below v_min_pu, right down to 0
};

/// |I| linear in |V| between v_low and v_min: from |y| v_low r to |y| r at_min, along V.
inline Complex true_slope(const TrueElement& at, Complex y, Complex v, long double at_min) {
  const long double r = at.rated_v, low = at.v_low_pu * r, least = at.v_min_pu * r;
  const long double size = low + (at_min * r - low) * (std::abs(v) - low) / (least - low);
  return y * size * v / std::abs(v);
}

/// Part of constant power, current or impedance, which = 1, 5, 2 as OpenDSS numbers them.
inline Complex true_part(const TrueElement& at, int which, Complex s, Complex v) {
  const long double r = at.rated_v, u = std::abs(v) / r;
  const Complex y = std::conj(s) / (r * r);
  if (which == 2) return y * v;
  const long double at_min = which == 5 ? 1.0L : 1.0L / at.v_min_pu;
  if (u <= at.v_min_pu) return true_slope(at, y, v, at_min);
  if (u > at.v_max_pu && which == 5) return y * v / (long double)at.v_max_pu;
  if (u > at.v_max_pu) return y * v / ((long double)at.v_max_pu * at.v_max_pu);
  if (which == 5) return std::conj(s / (v / std::abs(v) * r));
  return std::conj(s / v);
}

inline Complex true_zip(const TrueElement& at, Complex s, Complex v) {
  const auto share = [&](int k) { return Complex(s.real() * at.zip[k], s.imag() * at.zip[k + 3]); };
  const Complex sum =
      true_part(at, 2, share(0), v) + true_part(at, 5, share(1), v) + true_part(at, 1, share(2), v);
  if (!(at.zip[6] > 0.0)) return sum;
  const long double u = std::abs(v) / at.rated_v;
  return sum * 0.5L * (1.0L + std::tanh(500.0L * (u - at.zip[6])));
}

/// Current that an element takes in at voltage v.
inline Complex true_current(const TrueElement& at, Complex s, Complex v) {
  using gridswarm::feeder::LoadLaw;
  const long double r = at.rated_v, u = std::abs(v) / r;
  const Complex y = std::conj(s) / (r * r);
  if (at.is_der && u <= at.v_min_pu) return y * v / ((long double)at.v_min_pu * at.v_min_pu);
  if (at.law == LoadLaw::constant_impedance || (!at.is_der && u <= at.v_low_pu)) return y * v;
  if (at.law == LoadLaw::zip) return true_zip(at, s, v);
  if (at.law == LoadLaw::constant_current) return true_part(at, 5, s, v);
  if (at.law == LoadLaw::exponents && u > at.v_min_pu && u <= at.v_max_pu)
    return std::conj(Complex(s.real() * std::pow(u, (long double)at.exponent_p),
                             s.imag() * std::pow(u, (long double)at.exponent_q)) /
                     v);
  return true_part(at, 1, s, v);
}

}  // namespace test
