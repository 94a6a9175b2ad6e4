// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cmath>

#include "gridswarm/balance/piecewise_balancing.hpp"
#include "gridswarm/base/error.hpp"

#ifdef GRIDSWARM_COMPILED
#include "gridswarm/balance/balancing.ipp"
#include "gridswarm/balance/piecewise_costs.ipp"
#endif

namespace gridswarm::inline GS_ABI::balance {

GS_INLINE double cost_of(const PiecewiseCosts& problem, std::span<const double> p_kw) {
  double cost = 0.0, sum_kw = 0.0;
  for (std::size_t i = 0; i < p_kw.size(); ++i) {
    cost += member_cost(problem, i, p_kw[i]);
    sum_kw += p_kw[i];
  }
  const double left = sum_kw - problem.e_ref_kw;
  if (problem.inverse_external > 0.0) cost += 0.5 * left * left / problem.inverse_external;
  return cost;
}

namespace piecewise_detail {

/// Sum of absolute costs, or where all are 0 what the limits could cost.
GS_INLINE double cost_scale(const PiecewiseCosts& problem, std::span<const double> p_kw) {
  double scale = 0.0, most = 0.0;
  for (std::size_t i = 0; i < p_kw.size(); ++i) {
    const Index last = problem.first[i + 1] - 1;
    scale += std::fabs(member_cost(problem, i, p_kw[i]));
    most += std::fabs(member_cost(problem, i, problem.min_kw[i])) +
            std::fabs(member_cost(problem, i, problem.end_kw[last]));
  }
  return std::max(scale, 1e-12 * most);
}

/// Gap to the exact optimum of the same instance.
GS_INLINE void measure_gap(const PiecewiseCosts& problem, std::span<const double> p_kw,
                           Balancing& result) {
  std::vector<double> scratch;
  const PiecewisePrice exact = solve_by_breakpoints(problem, scratch);
  Column<double> best(p_kw.size());
  double sum_kw = 0.0;
  for (std::size_t i = 0; i < p_kw.size(); ++i) {
    best[i] = set_point(problem, i, exact);
    sum_kw += p_kw[i];
  }
  result.cost = cost_of(problem, p_kw);
  result.missing_kw = problem.inverse_external == 0.0 ? problem.e_ref_kw - sum_kw : 0.0;
  const double exact_cost = cost_of(problem, best);
  const double unserved =
      exact.missing_kw == 0.0 ? std::fabs(exact.price * result.missing_kw) : 0.0;
  const double difference = std::fabs(result.cost - exact_cost) + unserved;
  const double external =
      std::fabs(exact_cost - cost_of({problem.first, problem.min_kw, problem.end_kw,
                                      problem.start_cost, problem.end_cost, 0.0, 0.0},
                                     best));
  const double scale = cost_scale(problem, best) + external;
  result.gap = difference == 0.0 ? 0.0 : difference / scale;
}

GS_INLINE Balance by_price(const PiecewiseCosts& problem, const BalancingOptions& options,
                           std::span<double> p_kw, Balancing& result) {
  std::vector<double> scratch;
  const bool is_newton = options.method == "newton";
  const PiecewisePrice at = is_newton ? solve_by_newton(problem, options.max_rounds)
                                      : solve_by_breakpoints(problem, scratch);
  for (std::size_t i = 0; i < p_kw.size(); ++i) p_kw[i] = set_point(problem, i, at);
  const auto others = static_cast<std::int64_t>(p_kw.size()) - 1;
  const auto pieces = static_cast<std::int64_t>(problem.end_kw.size());
  result.price = at.price;
  result.rounds = at.passes;
  result.messages = others * 2 * at.passes;
  result.bytes = is_newton ? others * at.passes * (8 + 48) + others * 24  // price; six numbers; at
                           : others * (8 + 24) + pieces * 24;
  return at.status;
}

GS_INLINE Balance by_admm(const PiecewiseCosts& problem, const BalancingOptions& options,
                          std::span<double> p_kw, Balancing& result) {
  const Reach reach = reach_of(problem);
  const double range = std::max(reach.last - reach.first, 1e-12 * std::fabs(reach.last));
  const double wide_kw = reach.max_kw - reach.min_kw;
  const double sum_inverse =
      problem.inverse_external + (range > 0.0 && wide_kw > 0.0 ? wide_kw / range : 1.0);
  double bound_kw = std::fabs(problem.e_ref_kw);
  for (std::size_t i = 0; i < p_kw.size(); ++i)
    bound_kw +=
        std::max(std::fabs(problem.min_kw[i]), std::fabs(problem.end_kw[problem.first[i + 1] - 1]));
  return balancing_detail::exchange_admm(
      problem.e_ref_kw, problem.inverse_external, sum_inverse, options.tolerance * bound_kw,
      options,
      [&](std::size_t i, double rho, double v) { return nearest_set_point(problem, i, rho, v); },
      [](double) { return false; }, p_kw, result);
}

}  // namespace piecewise_detail

GS_INLINE Balance balance_cluster(const PiecewiseCosts& problem, const BalancingOptions& options,
                                  std::span<double> p_kw, Balancing& result) {
  using namespace piecewise_detail;
  result = {};
  GRIDSWARM_ASSERT(p_kw.size() == problem.members());
  check_costs(problem);
  if (options.method == "innovations")
    throw UsageError(
        "innovations need costs that rise strictly; for costs in pieces there are newton, "
        "breakpoints and admm");
  if (p_kw.empty()) return Balance::solved;
  const Reach reach = reach_of(problem);
  const bool is_fixed = problem.inverse_external == 0.0;
  const bool is_out = problem.e_ref_kw > reach.max_kw || problem.e_ref_kw < reach.min_kw;
  Balance status = Balance::solved;
  if (options.method == "newton" || options.method == "breakpoints" || (is_fixed && is_out))
    status = by_price(problem, options, p_kw, result);
  else if (options.method == "admm")
    status = by_admm(problem, options, p_kw, result);
  else
    throw UsageError("method \"" + options.method +
                     "\" balances no pieces: there are newton, breakpoints and admm");
  measure_gap(problem, p_kw, result);
  return status;
}

}  // namespace gridswarm::inline GS_ABI::balance
