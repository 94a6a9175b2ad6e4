// SPDX-License-Identifier: BSD-3-Clause
// One cluster's dispatch as a problem of its own, and two ways to solve it.
//
//   minimise  sum_i a_i/2 (p_i - want_i)^2 + a_ext/2 (e - e_ref)^2
//   subject to  sum_i p_i = e,  min_i <= p_i <= max_i            (a continuous quadratic knapsack)
// With the price y of one kW into the cluster's exchange, optimality says
//   p_i(y) = clamp(want_i + y / a_i, min_i, max_i),   e(y) = e_ref - y / a_ext,
//   g(y) = sum_i p_i(y) + y / a_ext - e_ref = 0,
// and g is piecewise linear and never falls: one number solves the cluster. Newton on g needs per
// pass one aggregate (sum p, sum of 1/a over agents off their limits) and one broadcast (y), so it
// is what a leader and its members would do. Without a bracket it can cycle, and where every agent
// stands at a limit the slope may be zero: a step that leaves the bracket, or has no slope, becomes
// a bisection (Cominetti, Mascarenhas & Silva 2014; Davis, Hager & Hungerford 2016). The oracle
// walks the 2 m sorted break-points, O(m log m), as a centre that knows everything would.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "gridswarm/base/ids.hpp"

namespace gridswarm::inline GS_ABI::balance {

/// Columns of one cluster, one entry per member; min <= max, inverse_cost > 0, all finite.
struct BoxedQuadratic {
  std::span<const double> want_kw;
  std::span<const double> min_kw;
  std::span<const double> max_kw;
  std::span<const double> inverse_cost;  ///< 1/a
  double e_ref_kw = 0.0;
  double inverse_external = 0.0;  ///< 1/a_ext; 0: the exchange must be e_ref
};

/// short_of_power, too_much_power: e_ref is fixed and out of reach with all members at a limit.
enum class Balance : std::int8_t { solved, short_of_power, too_much_power, not_converged };

struct Price {
  double price = 0.0;       ///< y, cost per kW
  double sum_kw = 0.0;      ///< sum p(y), the power exported
  std::int32_t passes = 0;  ///< aggregates, the first survey included
  Balance status = Balance::solved;
};

/// p(y) of one member.
double set_point(double want_kw, double min_kw, double max_kw, double inverse_cost, double price);

/// Bracketed aggregate-and-broadcast Newton. The answer depends on nothing but the problem.
/// @param tolerance  |g| allowed, as a share of sum max(|min|, |max|) + |e_ref|
Price solve_by_newton(const BoxedQuadratic& problem, double tolerance, std::int64_t max_passes);

/// The exact optimum by sorted break-points; `scratch` keeps its capacity.
Price solve_by_breakpoints(const BoxedQuadratic& problem, std::vector<double>& scratch);

/// Objective at p(price) and e = sum p; without its exchange term where inverse_external is 0.
double cost_at(const BoxedQuadratic& problem, double price);

}  // namespace gridswarm::inline GS_ABI::balance

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/balance/boxed_quadratic.ipp"
#endif
