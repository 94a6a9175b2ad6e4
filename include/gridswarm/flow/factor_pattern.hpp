// SPDX-License-Identifier: BSD-3-Clause
// In which order to eliminate a sparse matrix, and what fills in: KLU's analysis, done once.
//
// KLU (T. A. Davis and E. Palamadai Natarajan, ACM Trans. Mathematical Software 37(3), 2010) orders
// columns by minimum degree and chooses pivots by size, the diagonal where it can. Later matrices
// of the same pattern keep order and pivots; the numbers are computed by our own kernels.
#pragma once

#include <span>
#include <vector>

#include "gridswarm/base/ids.hpp"

namespace gridswarm::inline GS_ABI::flow {

/// Rows of L and U of P A Q, by ascending column, as kernels/lu.simd.hpp wants them.
struct FactorPattern {
  std::vector<Index> row;     ///< row of A -> place in the order of elimination
  std::vector<Index> column;  ///< column of A -> place in the order of elimination
  std::vector<Index> first;   ///< size + 1
  std::vector<Index> diagonal;
  std::vector<Index> column_of;  ///< per entry
};

/// Analyse a square matrix given by columns; every entry counts, also where its value is 0.
/// @throws UsageError in a build without KLU
FactorPattern factor_pattern(std::span<const Index> first, std::span<const Index> row,
                             std::span<const double> value);

}  // namespace gridswarm::inline GS_ABI::flow

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/flow/without_klu.ipp"
#endif
