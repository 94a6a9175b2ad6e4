// SPDX-License-Identifier: BSD-3-Clause
// Dispatch of members whose convex costs come in pieces: tariff steps, wear, curtailment.
//
//   minimise  sum_i f_i(p_i) + a_ext/2 (e - e_ref)^2   subject to  sum_i p_i = e
// f_i' rises along a member's pieces, from start_cost to end_cost on each: a straight line, flat
// where f_i is linear, and a jump between pieces is a kink of f_i. At a price y a member answers
// an interval [p-(y), p+(y)], more than a point where a piece is flat at y, so the sum
//   g-(y) = sum p-(y) + y / a_ext - e_ref,   g+(y) with p+
// has jumps. No price between its breaks answers a jump, and Newton, whose slope there is nought
// or belongs to somewhere else, runs to and fro; so the bracket is of breaks: with g+(low) < 0 <
// g-(high), low and high move until no break lies between them. Then every p_i is a straight line
// from p+(low) to p-(high), or from p- to p+ at one price, and the members take the same part of
// it:  p_i = from_i + part (to_i - from_i),  part = -g(from) / (g(to) - g(from)).
// Members on a jump thus share the rest in proportion to what each could move, and the balance
// holds to rounding however flat the pieces are. Besides its sums a member answers the nearest
// break above and below, a least and a largest: each pass rules out at least one break.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "gridswarm/balance/boxed_quadratic.hpp"

namespace gridswarm::inline GS_ABI::balance {

/// Columns of one cluster. Member i's pieces are first[i] .. first[i + 1] - 1, at least one.
struct PiecewiseCosts {
  std::span<const Index> first;        ///< members + 1 offsets
  std::span<const double> min_kw;      ///< per member: where its first piece begins
  std::span<const double> end_kw;      ///< per piece, ascending; the last one is the upper limit
  std::span<const double> start_cost;  ///< per piece: cost of one more kW where it begins
  std::span<const double> end_cost;    ///< per piece: where it ends
  double e_ref_kw = 0.0;
  double inverse_external = 0.0;  ///< 1/a_ext; 0: the exchange must be e_ref
  std::size_t members() const { return min_kw.size(); }
};

/// A price, and where members stand: `part` of the way from p+(low) to p-(high), or where
/// low == high from p- to p+ there.
struct PiecewisePrice {
  double low = 0.0, high = 0.0, part = 0.0;
  double price = 0.0;       ///< y
  double missing_kw = 0.0;  ///< e_ref less what can be had, where it is fixed and out of reach
  std::int64_t passes = 0;  ///< aggregates
  Balance status = Balance::solved;
};

/// Refuse columns of wrong sizes, numbers that are not finite, limits that exclude every set-point
/// and marginal costs that fall. @throws UsageError naming member and piece, counted from 0
void check_costs(const PiecewiseCosts& problem);

/// Bracketed aggregate-and-broadcast Newton over breaks; exact, so it needs no tolerance.
PiecewisePrice solve_by_newton(const PiecewiseCosts& problem, std::int64_t max_passes);

/// The exact optimum over all sorted breaks, as a centre would find it.
PiecewisePrice solve_by_breakpoints(const PiecewiseCosts& problem, std::vector<double>& scratch);

/// Where member i stands.
double set_point(const PiecewiseCosts& problem, std::size_t i, const PiecewisePrice& at);

/// f_i(p): cost from the set-point within limits that is nearest to 0.
double member_cost(const PiecewiseCosts& problem, std::size_t i, double p_kw);

/// argmin f_i(p) + rho/2 (p - v)^2.
double nearest_set_point(const PiecewiseCosts& problem, std::size_t i, double rho, double v_kw);

}  // namespace gridswarm::inline GS_ABI::balance

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/balance/piecewise_costs.ipp"
#endif
