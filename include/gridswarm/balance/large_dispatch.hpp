// SPDX-License-Identifier: BSD-3-Clause
// Dispatch of one cluster of a million, where reading the members' columns is what costs.
//
// The bracketed Newton of boxed_quadratic.hpp in pieces of 2,048 members (64 kB of columns), over
// threads; partial sums are added in the order of the pieces, so the answer does not depend on the
// threads. Four readings of the columns instead of one per pass:
//   1. survey, and the aggregate at price 0 while the piece lies in cache; a Newton step gives y1
//   2. the aggregate at y1; a second step gives y2
//   3. the aggregate at y2, and a list of those whose state (at a limit, or between) is not the
//   same
//      all over [y2 - w, y2 + w], w = |y2 - y1| / 2: the others are settled, a straight line in y:
//        sum_all(y) = sum_all(y2) + (slope_all - slope_listed)(y2) (y - y2)
//                     + sum_listed(y) - sum_listed(y2)
//      passes over the few who are listed then find the root
//   4. set-points
// If the root isn't in that interval, the plain solver answers instead.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "gridswarm/balance/boxed_quadratic.hpp"
#include "gridswarm/base/column.hpp"

namespace gridswarm::inline GS_ABI::balance {

/// Buffers; sizes settle at the first call.
struct LargeDispatchWork {
  Column<double> want_kw, min_kw, max_kw, inverse_cost;  ///< listed, per piece from its own begin
  std::vector<std::int64_t> listed;                      ///< per piece
  Column<double> sums;                                   ///< per piece, 7 numbers
};

/// As solve_by_newton, with set-points. `passes` counts readings of all and of the listed.
/// @param threads  0: what OpenMP would use
/// @param p_kw     per member, out
Price dispatch_large(const BoxedQuadratic& problem, double tolerance, std::int64_t max_passes,
                     int threads, LargeDispatchWork& work, std::span<double> p_kw);

}  // namespace gridswarm::inline GS_ABI::balance

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/balance/large_dispatch.ipp"
#endif
