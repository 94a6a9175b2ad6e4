// SPDX-License-Identifier: BSD-3-Clause
// Series impedance and charging of bare conductors over earth.
//
//   z_ii = r_i + j w m (ln 1/GMR_i) + e_ii,   z_ij = j w m ln(1/D_ij) + e_ij,   m = mu0 / 2 pi,
// where e is what the earth returns: J. R. Carson, "Wave propagation in overhead wires with ground
// return", Bell System Technical Journal 5, 1926, cut after its first term or after the fourth
// power; or the complex depth p of A. Deri et al., "The complex ground return plane", IEEE
// Transactions PAS-100, 1981: e_ij = j w m ln sqrt((h_i + h_j + 2 p)^2 + (x_i - x_j)^2).
// Charging from Maxwell's potential coefficients with images in the earth. The physical constants
// have the digits that OpenDSS gives them, so that its published results come out.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "gridswarm/feeder/phasor.hpp"

namespace gridswarm::inline GS_ABI::io {

enum class EarthModel : std::int8_t { carson, full_carson, deri };

/// Metres, ohms per metre.
struct BareConductor {
  double x = 0.0, height = 0.0;
  double r_dc = 0.0, r_ac = 0.0;
  double gmr = 0.0;  ///< geometric mean radius
  double radius = 0.0;
  double cap_radius = 0.0;  ///< for charging; negative: the radius
};

/// n x n, row-major.
struct LineConstants {
  std::vector<feeder::Phasor> z_ohm_per_m;
  std::vector<feeder::Phasor> y_s_per_m;
};

/// @param rho_ohm_m  resistivity of the earth
LineConstants line_constants(std::span<const BareConductor> conductors, double frequency_hz,
                             double rho_ohm_m, EarthModel model);

/// Leave the first `kept` conductors: the others lie at earth, V = 0, at every point.
void reduce_conductors(LineConstants& constants, std::size_t kept);

/// Eliminate row and column `at` of an n x n matrix: V = 0 there.
std::vector<feeder::Phasor> kron(std::span<const feeder::Phasor> matrix, std::size_t n,
                                 std::size_t at);

}  // namespace gridswarm::inline GS_ABI::io

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/io/line_constants.ipp"
#endif
