// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "gridswarm/balance/piecewise_costs.hpp"
#include "gridswarm/base/error.hpp"

namespace gridswarm::inline GS_ABI::balance {

namespace piecewise_detail {

inline constexpr double far = std::numeric_limits<double>::infinity();

/// What one member, or all of them, answer to a price.
struct Response {
  double low_kw = 0.0, high_kw = 0.0;           // sums of p-, p+
  double slope_below = 0.0, slope_above = 0.0;  // kW per price, on either side
  double break_below = -far, break_above = far;
};

/// Part of a piece that is used at a price; a flat one wholly or not at all.
GS_INLINE double used(double start, double end, double price, bool with_ties) {
  if (price >= end && (price > end || end > start || with_ties)) return 1.0;
  return price > start ? (price - start) / (end - start) : 0.0;
}

/// p-(price), or p+(price) with ties.
GS_INLINE double answer(const PiecewiseCosts& problem, std::size_t i, double price,
                        bool with_ties) {
  double p_kw = problem.min_kw[i];
  for (Index k = problem.first[i]; k < problem.first[i + 1]; ++k) {
    const double part = used(problem.start_cost[k], problem.end_cost[k], price, with_ties);
    if (part >= 1.0)
      p_kw = problem.end_kw[k];
    else
      return p_kw + part * (problem.end_kw[k] - p_kw);
  }
  return p_kw;
}

GS_INLINE void add_breaks(double at, double price, Response& sum) {
  if (at > price && at < sum.break_above) sum.break_above = at;
  if (at < price && at > sum.break_below) sum.break_below = at;
}

/// All members' answers to a price, in the order of members.
GS_INLINE Response respond(const PiecewiseCosts& problem, double price) {
  Response sum;
  for (std::size_t i = 0; i < problem.members(); ++i) {
    sum.low_kw += answer(problem, i, price, false);
    sum.high_kw += answer(problem, i, price, true);
    double from_kw = problem.min_kw[i];
    for (Index k = problem.first[i]; k < problem.first[i + 1]; ++k) {
      const double start = problem.start_cost[k], end = problem.end_cost[k];
      const double wide_kw = problem.end_kw[k] - from_kw;
      from_kw = problem.end_kw[k];
      if (!(wide_kw > 0.0)) continue;
      add_breaks(start, price, sum);
      add_breaks(end, price, sum);
      if (price > start && price <= end) sum.slope_below += wide_kw / (end - start);
      if (price >= start && price < end) sum.slope_above += wide_kw / (end - start);
    }
  }
  return sum;
}

/// Where the sum vanishes: g+(low) < 0 < g-(high), and the first and last break strictly between.
struct Bracket {
  double low = -far, high = far, g_low = 0.0, g_high = 0.0, first_break, last_break;
  bool has_no_break() const { return first_break >= high || last_break <= low; }
};

GS_INLINE PiecewisePrice between(const Bracket& bracket, std::int64_t passes) {
  const double part = bracket.g_low / (bracket.g_low - bracket.g_high);
  const double price = bracket.low + part * (bracket.high - bracket.low);
  return {bracket.low, bracket.high, part, price, 0.0, passes, Balance::solved};
}

GS_INLINE PiecewisePrice on_a_jump(double price, double g_low, double g_high, std::int64_t passes) {
  const double part = g_high > g_low ? g_low / (g_low - g_high) : 0.0;
  return {price, price, part, price, 0.0, passes, Balance::solved};
}

/// All members at one limit: what is left is the exchange's own line, or nothing.
GS_INLINE PiecewisePrice at_limit(const PiecewiseCosts& problem, double edge, double sum_kw,
                                  bool is_high) {
  const double missing_kw = problem.e_ref_kw - sum_kw, part = is_high ? 1.0 : 0.0;
  PiecewisePrice at{edge, edge, part, edge, 0.0, 1, Balance::solved};
  if (problem.inverse_external > 0.0)
    at.price = missing_kw / problem.inverse_external;
  else if (missing_kw != 0.0) {
    at.missing_kw = missing_kw;
    at.status = missing_kw > 0.0 ? Balance::short_of_power : Balance::too_much_power;
  }
  return at;
}

/// Lowest and highest break, and the sums of limits.
struct Reach {
  double first = far, last = -far, min_kw = 0.0, max_kw = 0.0;
};

GS_INLINE Reach reach_of(const PiecewiseCosts& problem) {
  Reach reach;
  for (std::size_t i = 0; i < problem.members(); ++i) {
    const Index begin = problem.first[i], end = problem.first[i + 1];
    reach.min_kw += problem.min_kw[i];
    reach.max_kw += problem.end_kw[end - 1];
    reach.first = std::min(reach.first, problem.start_cost[begin]);
    reach.last = std::max(reach.last, problem.end_cost[end - 1]);
  }
  return reach;
}

/// The answer where nobody's limits leave a choice; true if that is so.
GS_INLINE bool is_at_limit(const PiecewiseCosts& problem, const Reach& reach, PiecewisePrice& at) {
  if (problem.members() == 0) {
    at = at_limit(problem, 0.0, 0.0, false);
    return true;
  }
  const double inverse = problem.inverse_external, e_ref_kw = problem.e_ref_kw;
  if (reach.min_kw + reach.first * inverse - e_ref_kw >= 0.0)
    at = at_limit(problem, reach.first, reach.min_kw, false);
  else if (reach.max_kw + reach.last * inverse - e_ref_kw <= 0.0)
    at = at_limit(problem, reach.last, reach.max_kw, true);
  else
    return false;
  return true;
}

/// Halfway from the first to the last break inside, so that one of them goes.
GS_INLINE double middle(const Bracket& bracket) {
  const double half = 0.5 * bracket.first_break + 0.5 * bracket.last_break;
  return std::min(std::max(half, bracket.first_break), bracket.last_break);
}

/// Take in what members answered at a price off balance; true if they were short of power there.
GS_INLINE bool narrow(Bracket& bracket, double price, const Response& sum, double g_low,
                      double g_high) {
  if (g_high < 0.0) {
    bracket.low = price;
    bracket.g_low = g_high;
    bracket.first_break = sum.break_above;
    return true;
  }
  bracket.high = price;
  bracket.g_high = g_low;
  bracket.last_break = sum.break_below;
  return false;
}

}  // namespace piecewise_detail

GS_INLINE PiecewisePrice solve_by_newton(const PiecewiseCosts& problem, std::int64_t max_passes) {
  using namespace piecewise_detail;
  constexpr int patience = 3;  // passes in which the bracket must halve, or else it is halved
  PiecewisePrice at;
  const Reach reach = reach_of(problem);
  if (is_at_limit(problem, reach, at)) return at;
  const double inverse = problem.inverse_external;
  Bracket bracket{-far, far, 0.0, 0.0, reach.first, reach.last};
  double price = reach.first < 0.0 && 0.0 < reach.last ? 0.0 : middle(bracket);
  double wide_before = reach.last - reach.first;
  int since = 0;
  for (std::int64_t passes = 2; passes <= max_passes; ++passes) {
    const Response sum = respond(problem, price);
    const double line = price * inverse - problem.e_ref_kw;
    const double g_low = sum.low_kw + line, g_high = sum.high_kw + line;
    if (g_low <= 0.0 && g_high >= 0.0) return on_a_jump(price, g_low, g_high, passes);
    const bool is_short = narrow(bracket, price, sum, g_low, g_high);
    if (bracket.has_no_break()) return between(bracket, passes);
    const double wide = bracket.last_break - bracket.first_break;
    const bool has_halved = wide <= 0.5 * wide_before;
    since = has_halved ? 0 : since + 1;
    if (has_halved) wide_before = wide;
    const double slope = (is_short ? sum.slope_above : sum.slope_below) + inverse;
    const double step = price - (is_short ? g_high : g_low) / slope;
    if (slope > 0.0 && slope < far && since < patience)
      price = std::min(std::max(step, bracket.first_break), bracket.last_break);
    else
      price = middle(bracket);
  }
  at = on_a_jump(price, 0.0, 0.0, max_passes);
  at.status = Balance::not_converged;
  return at;
}

GS_INLINE PiecewisePrice solve_by_breakpoints(const PiecewiseCosts& problem,
                                              std::vector<double>& scratch) {
  using namespace piecewise_detail;
  PiecewisePrice at;
  if (is_at_limit(problem, reach_of(problem), at)) return at;
  scratch.assign(problem.start_cost.begin(), problem.start_cost.end());
  scratch.insert(scratch.end(), problem.end_cost.begin(), problem.end_cost.end());
  std::sort(scratch.begin(), scratch.end());
  const auto g = [&](double price, bool with_ties) {
    double sum_kw = 0.0;
    for (std::size_t i = 0; i < problem.members(); ++i)
      sum_kw += answer(problem, i, price, with_ties);
    return sum_kw + (price * problem.inverse_external - problem.e_ref_kw);
  };
  const auto right = std::partition_point(scratch.begin(), scratch.end() - 1,
                                          [&](double price) { return g(price, true) < 0.0; });
  const double high = *right, g_high = g(high, false);
  if (g_high <= 0.0 || right == scratch.begin()) return on_a_jump(high, g_high, g(high, true), 1);
  const double low = *(right - 1);
  return between({low, high, g(low, true), g_high, high, low}, 1);
}

GS_INLINE double set_point(const PiecewiseCosts& problem, std::size_t i, const PiecewisePrice& at) {
  using piecewise_detail::answer;
  const double from_kw = answer(problem, i, at.low, at.low < at.high);
  const double to_kw = answer(problem, i, at.high, at.low == at.high);
  const double p_kw = from_kw + at.part * (to_kw - from_kw);
  return std::min(std::max(p_kw, from_kw), to_kw);
}

GS_INLINE double member_cost(const PiecewiseCosts& problem, std::size_t i, double p_kw) {
  double from_kw = problem.min_kw[i], cost = 0.0;
  const double last_kw = problem.end_kw[problem.first[i + 1] - 1];
  const double zero_kw = std::min(std::max(0.0, from_kw), last_kw);
  for (Index k = problem.first[i]; k < problem.first[i + 1]; ++k) {
    const double to_kw = problem.end_kw[k], start = problem.start_cost[k];
    const double rise = to_kw > from_kw ? (problem.end_cost[k] - start) / (to_kw - from_kw) : 0.0;
    const auto until = [&](double kw) {
      const double in_kw = std::min(std::max(kw, from_kw), to_kw) - from_kw;
      return in_kw * (start + 0.5 * rise * in_kw);
    };
    cost += until(p_kw) - until(zero_kw);
    from_kw = to_kw;
  }
  return cost;
}

GS_INLINE double nearest_set_point(const PiecewiseCosts& problem, std::size_t i, double rho,
                                   double v_kw) {
  double from_kw = problem.min_kw[i];
  for (Index k = problem.first[i]; k < problem.first[i + 1]; ++k) {
    const double to_kw = problem.end_kw[k], start = problem.start_cost[k];
    const double at_start = start + rho * (from_kw - v_kw);
    if (at_start >= 0.0) return from_kw;
    if (problem.end_cost[k] + rho * (to_kw - v_kw) > 0.0) {
      const double rise = (problem.end_cost[k] - start) / (to_kw - from_kw);
      return std::min(from_kw - at_start / (rise + rho), to_kw);
    }
    from_kw = to_kw;
  }
  return from_kw;
}

GS_INLINE void check_costs(const PiecewiseCosts& problem) {
  const std::size_t count = problem.members(), pieces = problem.end_kw.size();
  const auto refuse = [](std::size_t member, const std::string& why) {
    throw UsageError("member " + std::to_string(member) + ": " + why);
  };
  if (problem.first.size() != count + 1 || problem.first[0] != 0 ||
      static_cast<std::size_t>(problem.first[count]) != pieces ||
      problem.start_cost.size() != pieces || problem.end_cost.size() != pieces)
    throw UsageError("pieces of costs: columns of different lengths");
  for (std::size_t i = 0; i < count; ++i) {
    if (problem.first[i + 1] <= problem.first[i]) refuse(i, "has no piece of cost");
    double from_kw = problem.min_kw[i], cost = -piecewise_detail::far;
    for (Index k = problem.first[i]; k < problem.first[i + 1]; ++k) {
      const std::string piece = "piece " + std::to_string(k - problem.first[i]);
      const double numbers[] = {from_kw, problem.end_kw[k], problem.start_cost[k],
                                problem.end_cost[k]};
      for (const double number : numbers)
        if (!std::isfinite(number)) refuse(i, piece + " holds a number that is not finite");
      if (problem.end_kw[k] < from_kw)
        refuse(i, "limits exclude every set-point: " + piece + " ends at " +
                      std::to_string(problem.end_kw[k]) + " kW, below its begin at " +
                      std::to_string(from_kw) + " kW");
      if (problem.start_cost[k] < cost || problem.end_cost[k] < problem.start_cost[k])
        refuse(i, "marginal cost falls at " + piece + "; costs must be convex");
      from_kw = problem.end_kw[k];
      cost = problem.end_cost[k];
    }
  }
  if (!std::isfinite(problem.e_ref_kw) || !(problem.inverse_external >= 0.0))
    throw UsageError("the exchange wanted and its weight must be finite numbers");
}

}  // namespace gridswarm::inline GS_ABI::balance
