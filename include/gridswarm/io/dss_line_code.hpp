// SPDX-License-Identifier: BSD-3-Clause
// OpenDSS's LineCode: impedance and charging per length, for lines to name.
#pragma once

#include <cstdint>
#include <vector>

#include "gridswarm/io/dss_build.hpp"
#include "gridswarm/io/dss_units.hpp"

namespace gridswarm::inline GS_ABI::io {

/// Symmetrical components per length: ohms and farads. Defaults are OpenDSS's, per 1000 ft.
struct SymmetricLine {
  double r1 = 0.0580, x1 = 0.1206, r0 = 0.1784, x0 = 0.4047, c1 = 3.4e-9, c0 = 1.6e-9;
};

/// n x n, row-major, per length.
struct LineMatrices {
  std::vector<feeder::Phasor> z, y;
};

/// Self and mutual terms of n conductors: (2 z1 + z0) / 3 and (z0 - z1) / 3.
LineMatrices symmetric_matrices(const SymmetricLine& line, std::int64_t n, double frequency_hz);

/// One of r1 x1 r0 x0 c1 c0 b1 b0. @returns false if the property is another
bool replay_symmetric(SymmetricLine& line, const DssProperty& property, double frequency_hz);

/// One of rmatrix xmatrix cmatrix of n conductors. @returns false if the property is another
bool replay_matrices(LineMatrices& matrices, const DssProperty& property, std::int64_t n,
                     double frequency_hz);

struct DssLineCode {
  std::int64_t phases = 3;
  bool is_symmetric = true;
  SymmetricLine symmetric;
  LineMatrices matrices;  ///< of `phases` conductors
  double frequency_hz = 60.0;
  double r_earth = 0.01805, x_earth = 0.155081, rho = 100.0;
  DssUnit unit = DssUnit::none;
  double rating_a = 400.0;
};

/// @param frequency_hz  where the code states none
DssLineCode line_code_of(const DssText& text, const DssValue& value, double frequency_hz);

}  // namespace gridswarm::inline GS_ABI::io

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/io/dss_line_code.ipp"
#endif
