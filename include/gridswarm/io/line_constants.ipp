// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cmath>
#include <complex>
#include <numbers>
#include <span>
#include <vector>

#include "gridswarm/feeder/primitive.hpp"
#include "gridswarm/io/line_constants.hpp"

namespace gridswarm::inline GS_ABI::io {
namespace detail {

using Complex = std::complex<double>;

// As many digits as OpenDSS has.
inline constexpr double mu0_h_per_m = 12.56637e-7;
inline constexpr double eps0_f_per_m = 8.854e-12;
inline constexpr double two_pi = 6.283185307;

/// Frequency and earth.
struct Earth {
  double frequency_hz, rho_ohm_m, w;
  EarthModel model;
};

/// I0(a) / I1(a) by their power series.
inline Complex bessel_ratio(Complex a) {
  const Complex quarter = 0.25 * a * a;
  Complex term0 = 1.0, term1 = 0.5 * a, sum0 = term0, sum1 = term1;
  for (int k = 1; k < 1000 && std::norm(term0) + std::norm(term1) > 1e-32; ++k) {
    term0 *= quarter / double(k * k);
    term1 *= quarter / double(k * (k + 1));
    sum0 += term0;
    sum1 += term1;
  }
  return sum0 / sum1;
}

/// Resistance of a conductor; with Deri's earth, of a round one with its skin.
inline double internal_resistance(const BareConductor& wire, const Earth& earth) {
  if (earth.model != EarthModel::deri) return wire.r_ac;
  const Complex alpha = Complex(1.0, 1.0) * std::sqrt(earth.frequency_hz * mu0_h_per_m / wire.r_dc);
  const Complex ratio = std::abs(alpha) > 35.0 ? Complex(1.0) : bessel_ratio(alpha);
  return (Complex(1.0, 1.0) * ratio *
          (std::sqrt(wire.r_dc * earth.frequency_hz * mu0_h_per_m) / 2.0))
      .real();
}

/// Carson's series up to the fourth power, without the part that distance brings.
inline Complex full_carson(const BareConductor& a, const BareConductor& b, const Earth& earth) {
  constexpr double pi = std::numbers::pi;
  const double b1 = 1.0 / (3.0 * std::sqrt(2.0)), b2 = 1.0 / 16.0, b3 = b1 / 15.0, b4 = b2 / 24.0;
  const double d2 = b2 * pi / 4.0, d4 = b4 * pi / 4.0;
  const double c2 = 1.3659315, c4 = c2 + 1.0 / 4.0 + 1.0 / 6.0;
  const double h = std::fabs(a.height) + std::fabs(b.height);
  const double image = &a == &b ? h : std::hypot(h, a.x - b.x);
  const double theta = &a == &b ? 0.0 : std::acos(h / image);
  const double m = 2.8099e-3 * image * std::sqrt(earth.frequency_hz / earth.rho_ohm_m);
  const double m2 = m * m, m3 = m2 * m, m4 = m2 * m2;
  const double cos1 = std::cos(theta), cos2 = std::cos(2.0 * theta), cos3 = std::cos(3.0 * theta);
  const double cos4 = std::cos(4.0 * theta);
  const double p = pi / 8.0 - b1 * m * cos1 +
                   b2 * m2 * (std::log(std::exp(c2) / m) * cos2 + theta * std::sin(2.0 * theta)) +
                   b3 * m3 * cos3 - d4 * m4 * cos4;
  const double q = 0.5 * std::log(1.85138 / m) + b1 * m * cos1 - d2 * m2 * cos2 + b3 * m3 * cos3 -
                   b4 * m4 * (std::log(std::exp(c4) / m) * cos4 + theta * std::sin(4.0 * theta)) +
                   0.5 * std::log(image);
  return Complex(p, q) * (earth.w * mu0_h_per_m / pi);
}

/// What the earth returns between two conductors, or for one.
inline Complex earth_return(const BareConductor& a, const BareConductor& b, const Earth& earth) {
  const double wm = earth.w * mu0_h_per_m / two_pi;
  switch (earth.model) {
    case EarthModel::carson:
      return {earth.w * mu0_h_per_m / 8.0,
              wm * std::log(658.5 * std::sqrt(earth.rho_ohm_m / earth.frequency_hz))};
    case EarthModel::full_carson: return full_carson(a, b, earth);
    case EarthModel::deri: break;
  }
  const Complex depth = 1.0 / std::sqrt(Complex(0.0, earth.w * mu0_h_per_m / earth.rho_ohm_m));
  if (&a == &b) return Complex(0.0, wm) * std::log(2.0 * (std::fabs(a.height) + depth));
  const Complex h = std::fabs(a.height) + std::fabs(b.height) + 2.0 * depth;
  return Complex(0.0, wm) * std::log(std::sqrt(h * h + (a.x - b.x) * (a.x - b.x)));
}

inline feeder::Phasor phasor_of(Complex value) { return {value.real(), value.imag()}; }

/// Potential coefficients over -w: their inverse is j w C without the j.
inline double potential(const BareConductor& a, const BareConductor& b, double w) {
  const double factor = -1.0 / two_pi / eps0_f_per_m / w;
  if (&a == &b)
    return factor * std::log(2.0 * a.height / (a.cap_radius < 0.0 ? a.radius : a.cap_radius));
  return factor * std::log(std::hypot(a.x - b.x, a.height + b.height) /
                           std::hypot(a.x - b.x, a.height - b.height));
}

}  // namespace detail

GS_INLINE LineConstants line_constants(std::span<const BareConductor> conductors,
                                       double frequency_hz, double rho_ohm_m, EarthModel model) {
  using namespace detail;
  const Earth earth{frequency_hz, rho_ohm_m, two_pi * frequency_hz, model};
  const double wm = earth.w * mu0_h_per_m / two_pi;
  // Published radii hold near power frequency; elsewhere the conductor's own radius is used.
  const bool by_gmr = frequency_hz < 1000.0 && frequency_hz > 40.0;
  const std::size_t n = conductors.size();
  LineConstants constants;
  constants.z_ohm_per_m.resize(n * n);
  constants.y_s_per_m.resize(n * n);
  std::vector<feeder::Phasor> potentials(n * n);
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j <= i; ++j) {
      const BareConductor &a = conductors[i], &b = conductors[j];
      const double distance = i != j   ? std::hypot(a.x - b.x, a.height - b.height)
                              : by_gmr ? a.gmr
                                       : a.radius;
      Complex z = Complex(0.0, wm * std::log(1.0 / distance)) + earth_return(a, b, earth);
      if (i == j) z += internal_resistance(a, earth);
      constants.z_ohm_per_m[i * n + j] = constants.z_ohm_per_m[j * n + i] = phasor_of(z);
      potentials[i * n + j] = potentials[j * n + i] = {0.0, potential(a, b, earth.w)};
    }
  feeder::invert(potentials, constants.y_s_per_m);
  return constants;
}

GS_INLINE std::vector<feeder::Phasor> kron(std::span<const feeder::Phasor> matrix, std::size_t n,
                                           std::size_t at) {
  std::vector<feeder::Phasor> reduced;
  reduced.reserve((n - 1) * (n - 1));
  const feeder::Phasor pivot = matrix[at * n + at];
  const feeder::Phasor inverse =
      feeder::norm(pivot) > 0.0 ? feeder::inverse(pivot) : feeder::Phasor{};
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j)
      if (i != at && j != at)
        reduced.push_back(matrix[i * n + j] - matrix[i * n + at] * (matrix[at * n + j] * inverse));
  return reduced;
}

GS_INLINE void reduce_conductors(LineConstants& constants, std::size_t kept) {
  std::size_t n = 0;
  while (n * n < constants.z_ohm_per_m.size()) ++n;
  std::vector<feeder::Phasor> y;
  for (std::size_t i = 0; i < kept; ++i)
    for (std::size_t j = 0; j < kept; ++j) y.push_back(constants.y_s_per_m[i * n + j]);
  for (; n > kept; --n) constants.z_ohm_per_m = kron(constants.z_ohm_per_m, n, n - 1);
  constants.y_s_per_m = std::move(y);
}

}  // namespace gridswarm::inline GS_ABI::io
