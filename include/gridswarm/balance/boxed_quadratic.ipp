// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>

#include "gridswarm/balance/boxed_quadratic.hpp"
#include "gridswarm/kernel/kernels.hpp"

namespace gridswarm::inline GS_ABI::balance {

GS_INLINE double set_point(double want_kw, double min_kw, double max_kw, double inverse_cost,
                           double price) {
  const double free_kw = want_kw + price * inverse_cost;
  const double above = free_kw > min_kw ? free_kw : min_kw;
  return above < max_kw ? above : max_kw;
}

namespace detail {

GS_INLINE kernel::DispatchView view_of(const BoxedQuadratic& problem) {
  return {problem.want_kw.size(), problem.want_kw.data(), problem.min_kw.data(),
          problem.max_kw.data(), problem.inverse_cost.data()};
}

/// All members at one limit: what is left is the exchange's own line, or nothing.
GS_INLINE Price at_limit(const BoxedQuadratic& problem, double sum_kw, double edge_price) {
  const double missing = problem.e_ref_kw - sum_kw;
  if (problem.inverse_external > 0.0)
    return {missing / problem.inverse_external, sum_kw, 1, Balance::solved};
  const Balance status = missing > 0.0   ? Balance::short_of_power
                         : missing < 0.0 ? Balance::too_much_power
                                         : Balance::solved;
  return {edge_price, sum_kw, 1, status};
}

/// Where g may vanish, and g at both ends: g(low) < 0 < g(high).
struct Bracket {
  double low, high, g_low, g_high;
};

/// A price inside the bracket: 0 (everyone gets what it wants) or else where the chord vanishes.
GS_INLINE double first_price(const Bracket& bracket) {
  if (bracket.low < 0.0 && 0.0 < bracket.high) return 0.0;
  const double part = -bracket.g_low / (bracket.g_high - bracket.g_low);
  const double price = bracket.low + part * (bracket.high - bracket.low);
  return price > bracket.low && price < bracket.high
             ? price
             : bracket.low + 0.5 * (bracket.high - bracket.low);
}

GS_INLINE Price iterate(const BoxedQuadratic& problem, Bracket bracket, double tolerance_kw,
                        std::int64_t max_passes) {
  const kernel::Kernels& kernels = kernel::kernels();
  const kernel::DispatchView view = view_of(problem);
  Price at{first_price(bracket), 0.0, 1, Balance::not_converged};
  while (at.passes < max_passes) {
    const kernel::DispatchSums sums = kernels.dispatch_pass(view, at.price);
    ++at.passes;
    at.sum_kw = sums.sum_kw;
    const double g = sums.sum_kw + at.price * problem.inverse_external - problem.e_ref_kw;
    const double slope = sums.slope + problem.inverse_external;
    const bool small = std::fabs(g) <= tolerance_kw;
    (g > 0.0 ? bracket.high : bracket.low) = at.price;
    double next = slope > 0.0 ? at.price - g / slope : bracket.low;
    if (!(next > bracket.low && next < bracket.high))
      next = bracket.low + 0.5 * (bracket.high - bracket.low);
    const bool no_number_between = !(next > bracket.low && next < bracket.high);
    if (small || no_number_between) {
      at.status = Balance::solved;
      return at;
    }
    at.price = next;
  }
  at.sum_kw = kernels.dispatch_pass(view, at.price).sum_kw;
  return at;
}

}  // namespace detail

GS_INLINE Price solve_by_newton(const BoxedQuadratic& problem, double tolerance,
                                std::int64_t max_passes) {
  if (problem.want_kw.empty()) return detail::at_limit(problem, 0.0, 0.0);
  const kernel::DispatchSurvey survey = kernel::kernels().dispatch_survey(detail::view_of(problem));
  const double inverse = problem.inverse_external, e_ref = problem.e_ref_kw;
  const double low = survey.min_price, high = survey.max_price;
  const detail::Bracket bracket{low, high, survey.sum_min_kw + low * inverse - e_ref,
                                survey.sum_max_kw + high * inverse - e_ref};
  if (bracket.g_low >= 0.0) return detail::at_limit(problem, survey.sum_min_kw, low);
  if (bracket.g_high <= 0.0) return detail::at_limit(problem, survey.sum_max_kw, high);
  const double scale_kw = survey.sum_size_kw + std::fabs(e_ref);
  return detail::iterate(problem, bracket, tolerance * scale_kw, max_passes);
}

GS_INLINE double cost_at(const BoxedQuadratic& problem, double price) {
  double cost = 0.0, sum_kw = 0.0;
  for (std::size_t i = 0; i < problem.want_kw.size(); ++i) {
    const double p = set_point(problem.want_kw[i], problem.min_kw[i], problem.max_kw[i],
                               problem.inverse_cost[i], price);
    const double off = p - problem.want_kw[i];
    sum_kw += p;
    cost += 0.5 * off * off / problem.inverse_cost[i];
  }
  if (problem.inverse_external > 0.0) {
    const double off = sum_kw - problem.e_ref_kw;
    cost += 0.5 * off * off / problem.inverse_external;
  }
  return cost;
}

namespace detail {

/// g at a price, its slope and sum p, summed plainly: the oracle shares no code with the passes.
struct Balanced {
  double g, slope, sum_kw;
};

GS_INLINE Balanced balance_at(const BoxedQuadratic& problem, double price) {
  Balanced at{0.0, problem.inverse_external, 0.0};
  for (std::size_t i = 0; i < problem.want_kw.size(); ++i) {
    const double free_kw = problem.want_kw[i] + price * problem.inverse_cost[i];
    const bool low = free_kw <= problem.min_kw[i], high = free_kw >= problem.max_kw[i];
    at.sum_kw += low ? problem.min_kw[i] : high ? problem.max_kw[i] : free_kw;
    if (!low && !high) at.slope += problem.inverse_cost[i];
  }
  at.g = at.sum_kw + price * problem.inverse_external - problem.e_ref_kw;
  return at;
}

}  // namespace detail

GS_INLINE Price solve_by_breakpoints(const BoxedQuadratic& problem, std::vector<double>& scratch) {
  const std::size_t count = problem.want_kw.size();
  if (count == 0) return detail::at_limit(problem, 0.0, 0.0);
  scratch.clear();
  for (std::size_t i = 0; i < count; ++i) {
    scratch.push_back((problem.min_kw[i] - problem.want_kw[i]) / problem.inverse_cost[i]);
    scratch.push_back((problem.max_kw[i] - problem.want_kw[i]) / problem.inverse_cost[i]);
  }
  std::sort(scratch.begin(), scratch.end());
  const auto not_above = [&](double price) { return detail::balance_at(problem, price).g <= 0.0; };
  const auto right = std::partition_point(scratch.begin(), scratch.end(), not_above);
  if (right == scratch.begin() || right == scratch.end()) {
    const double edge = right == scratch.end() ? scratch.back() : scratch.front();
    return detail::at_limit(problem, detail::balance_at(problem, edge).sum_kw, edge);
  }
  const double low = *(right - 1), high = *right;  // g(low) <= 0 < g(high), linear in between
  const double slope = detail::balance_at(problem, low + 0.5 * (high - low)).slope;
  const double root = slope > 0.0 ? low - detail::balance_at(problem, low).g / slope : low;
  const double price = std::min(std::max(root, low), high);
  return {price, detail::balance_at(problem, price).sum_kw, 1, Balance::solved};
}

}  // namespace gridswarm::inline GS_ABI::balance
