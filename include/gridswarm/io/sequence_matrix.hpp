// SPDX-License-Identifier: BSD-3-Clause
// The matrix by conductors that symmetrical components state.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "gridswarm/feeder/phasor.hpp"

namespace gridswarm::inline GS_ABI::io {

/// n x n, row-major, of Z1, Z2, Z0. Where Z2 = Z1: (2 Z1 + Z0) / 3 and (Z0 - Z1) / 3. Otherwise the
/// circulant (Z0 + Z1 + Z2) / 3, (Z0 + a^2 Z1 + a Z2) / 3, .. for three conductors, a = 1 at 120
/// degrees; other counts have no terms off the diagonal then, as in OpenDSS.
inline std::vector<feeder::Phasor> sequence_matrix(feeder::Phasor z1, feeder::Phasor z2,
                                                   feeder::Phasor z0, std::int64_t n) {
  constexpr double third = 1.0 / 3.0;
  std::vector<feeder::Phasor> matrix(static_cast<std::size_t>(n * n));
  feeder::Phasor self = third * (z0 + z1 + z2), lower{}, upper{};
  if (z1.re == z2.re && z1.im == z2.im) {
    lower = upper = third * (z0 - z1);
  } else if (n == 3) {
    const feeder::Phasor a{-0.5, 0.8660254037844386}, a2{-0.5, -0.8660254037844386};
    lower = third * (z0 + a2 * z1 + a * z2);
    upper = third * (z0 + a * z1 + a2 * z2);
  }
  for (std::int64_t i = 0; i < n; ++i)
    for (std::int64_t j = 0; j < n; ++j) {
      const bool is_lower = n == 3 ? (i - j + 3) % 3 == 1 : i > j;
      matrix[i * n + j] = i == j ? self : is_lower ? lower : upper;
    }
  return matrix;
}

}  // namespace gridswarm::inline GS_ABI::io
