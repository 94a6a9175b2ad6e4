// SPDX-License-Identifier: BSD-3-Clause
// A second opinion: one scenario by textbook Newton, written apart from every other solver.
//
// Bus admittance matrix and full Newton in polar coordinates (Tinney and Hart, IEEE Trans. Power
// Apparatus and Systems 86(11), 1967), a fresh sparse factorisation by KLU in every iteration,
// std::complex and libm. Slow, simple, and not for hashing: tests hold the fast methods against it,
// and whoever doubts a result can.
#pragma once

#include <complex>
#include <span>
#include <vector>

#include "gridswarm/feeder/case.hpp"

namespace gridswarm::inline GS_ABI::flow {

struct OracleResult {
  bool converged = false;
  int iterations = 0;
  double max_mismatch_pu = 0.0;         ///< largest |P| or |Q| left, on base_mva
  std::vector<std::complex<double>> v;  ///< p.u. by bus row; NaN where unsupplied
  std::vector<std::complex<double>> s;  ///< p.u. injected at the bus and at all joined to it by no
                                        ///< impedance, shunts apart
};

/// Solve one scenario from the file's voltages. Powers are constant: Case::loads and
/// Case::inverters are not looked at.
/// @param p_pu, q_pu  net injection by bus row; ignored at sources, q_pu at PV buses too
/// @throws InputError for a branch without impedance but with a ratio, and for sources of different
///         voltage without impedance between them; UsageError in a build without KLU
OracleResult oracle_flow(const feeder::Case& grid, std::span<const double> p_pu,
                         std::span<const double> q_pu);

}  // namespace gridswarm::inline GS_ABI::flow

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/flow/without_klu.ipp"
#endif
