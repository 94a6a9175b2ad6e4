// SPDX-License-Identifier: BSD-3-Clause
// The electrical models of power-grid-model's branches: from a row of its table to a pi model.
#pragma once

#include <array>
#include <complex>

#include "gridswarm/io/pgm_file.hpp"

namespace gridswarm::inline GS_ABI::io {

/// A pi model per unit on 1 MVA. The ideal transformer stands at the end with the taps.
struct PgmPi {
  std::complex<double> z;   ///< series impedance, seen from the end without taps
  std::complex<double> y;   ///< whole shunt admittance, half at each end
  double ratio = 1.0;       ///< off-nominal, at the end with taps
  double shift_deg = 0.0;   ///< by which the end with taps leads
  bool taps_at_to = false;  ///< the end with taps is the file's to end
  double ratio0 = 1.0;      ///< ratio at tap 0
  double step = 0.0;        ///< ratio = ratio0 (1 + step tap)
  double rate_mva = 0.0;    ///< 0: none stated
};

/// What a branch is to its nodes, p.u.: i_from = ff v_from + ft v_to, i_to = tf v_from + tt v_to.
struct PgmPort {
  std::complex<double> ff, ft, tf, tt;  ///< zero where an end is open
};

/// A pi model whose ends are closed or open: one open, it is seen from the other as a shunt,
/// y/2 + 1 / (z + 2/y).
PgmPort pgm_port(const PgmPi& pi, bool from_closed, bool to_closed);

/// Any branch but three windings.
/// @throws InputError for values that make no branch
PgmPi pgm_pi(const PgmNetwork& network, PgmType type, Index row, double frequency_hz);

/// Sides 1, 2, 3 towards a star bus whose base voltage is u1; from = the node.
std::array<PgmPi, 3> pgm_star(const PgmNetwork& network, Index row);

}  // namespace gridswarm::inline GS_ABI::io

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/io/pgm_branch.ipp"
#endif
