// SPDX-License-Identifier: BSD-3-Clause
// The electrical models of power-grid-model's components, phase by phase.
//
// With a = exp(j 120 degrees), what has the admittances y0, y1, y2 towards zero, positive and
// negative sequence has, between phases i and j, (y0 + y1 a^(j - i) + y2 a^(i - j)) / 3. Positive
// and negative sequence are those of io/pgm_branch.hpp, shifted the other way round in the latter.
// Zero sequence of a transformer, seen from its ends (power-grid-model 1.13; z, y0: its series
// impedance and its magnetisation in zero sequence; zg: what lies between neutral and ground):
//   YNyn         a pi of z + 3 zg of both ends and y0, reversed for the clocks 2, 6, 10
//   YN, not yn   at the YN end alone: y0, and 1/z beside it if the other end is a delta, behind 3
//   zg ZN           at the ZN end alone: 1 / (0.1 z + 3 zg) other ends   nothing; -j 1e-8 sn/uk
//   stands for what keeps the voltage of such a part finite
#pragma once

#include <array>
#include <complex>

#include "gridswarm/io/pgm_branch.hpp"

namespace gridswarm::inline GS_ABI::io {

/// 3 x 3, row-major.
using PgmMatrix = std::array<std::complex<double>, 9>;

/// The matrix of what has these values towards the sequences.
PgmMatrix pgm_of_sequences(std::complex<double> zero, std::complex<double> positive,
                           std::complex<double> negative);

/// What joins two nodes of three phases: i_from = ff v_from + ft v_to and i_to = tf v_from + tt
/// v_to, amperes into it over volts to ground; zero where an end is open.
struct PgmBlocks {
  PgmMatrix ff{}, ft{}, tf{}, tt{};
  PgmMatrix z_ohm{};     ///< lines and links: series impedance, both ends closed or not
  PgmMatrix y_s{};       ///< lines: whole shunt admittance
  bool is_line = false;  ///< z_ohm and y_s say all there is to say
};

/// Any branch but three windings.
/// @throws InputError for values that make no branch, or that only symmetric calculations can do
///         without
PgmBlocks pgm_blocks(const PgmNetwork& network, PgmType type, Index row, double frequency_hz);

/// Sides 1, 2, 3 towards a star bus whose base voltage is that of node 1; from = the node.
std::array<PgmBlocks, 3> pgm_star_blocks(const PgmNetwork& network, Index row);

/// Admittance of a shunt, S.
PgmMatrix pgm_shunt_admittance(const PgmNetwork& network, Index row);

/// m v, of three phases.
std::array<std::complex<double>, 3> pgm_times(const PgmMatrix& m,
                                              std::span<const std::complex<double>, 3> v);

}  // namespace gridswarm::inline GS_ABI::io

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/io/pgm_phases.ipp"
#endif
