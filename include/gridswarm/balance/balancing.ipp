// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cmath>

#include "gridswarm/balance/balancing.hpp"
#include "gridswarm/base/error.hpp"

namespace gridswarm::inline GS_ABI::balance {

GS_INLINE Csr overlay(Index count) {
  Csr out;
  out.first.push_back(0);
  for (Index i = 0; i < count; ++i) {
    const auto begin = static_cast<std::ptrdiff_t>(out.items.size());
    for (std::int64_t far = 1; far < count; far *= 2)
      for (const std::int64_t j : {(i + far) % count, (i + count - far) % count})
        if (j != i) out.items.push_back(static_cast<Index>(j));
    std::sort(out.items.begin() + begin, out.items.end());
    out.items.erase(std::unique(out.items.begin() + begin, out.items.end()), out.items.end());
    out.first.push_back(static_cast<Index>(out.items.size()));
  }
  return out;
}

GS_INLINE double cost_of(const BoxedQuadratic& problem, std::span<const double> p_kw) {
  double cost = 0.0, sum_kw = 0.0;
  for (std::size_t i = 0; i < p_kw.size(); ++i) {
    const double off = p_kw[i] - problem.want_kw[i];
    cost += 0.5 * off * off / problem.inverse_cost[i];
    sum_kw += p_kw[i];
  }
  const double left = sum_kw - problem.e_ref_kw;
  if (problem.inverse_external > 0.0) cost += 0.5 * left * left / problem.inverse_external;
  return cost;
}

namespace balancing_detail {

GS_INLINE double scale_kw(const BoxedQuadratic& problem) {
  double scale = std::fabs(problem.e_ref_kw);
  for (std::size_t i = 0; i < problem.want_kw.size(); ++i)
    scale += std::max(std::fabs(problem.min_kw[i]), std::fabs(problem.max_kw[i]));
  return scale;
}

/// Everyone at its price; price(i) is the one it knows.
template <class PriceOf>
void take_set_points(const BoxedQuadratic& problem, PriceOf&& price, std::span<double> p_kw) {
  for (std::size_t i = 0; i < p_kw.size(); ++i)
    p_kw[i] = set_point(problem.want_kw[i], problem.min_kw[i], problem.max_kw[i],
                        problem.inverse_cost[i], price(i));
}

/// State of consensus + innovations, per member.
struct Innovations {
  Column<double> price, imbalance, slope, steepest, before;
  Column<double> mixed_price, mixed_imbalance, mixed_slope, mixed_steepest;
};

/// A member's share of the imbalance at its price, and its slope there.
GS_INLINE void own_part(const BoxedQuadratic& problem, std::size_t i, double price, double& g,
                        double& slope) {
  const double share = 1.0 / static_cast<double>(problem.want_kw.size());
  const double inverse = problem.inverse_cost[i], wide = problem.inverse_external * share;
  const double free_kw = problem.want_kw[i] + price * inverse;
  const bool is_low = free_kw <= problem.min_kw[i], is_high = free_kw >= problem.max_kw[i];
  const double p = is_low ? problem.min_kw[i] : is_high ? problem.max_kw[i] : free_kw;
  g = p + price * wide - problem.e_ref_kw * share;
  slope = wide + (is_low || is_high ? 0.0 : inverse);
}

/// W x of one member.
GS_INLINE double mix(const Csr& neighbours, std::span<const double> x, std::size_t i) {
  const auto row = neighbours.row(static_cast<Index>(i));
  double change = 0.0;
  for (const Index j : row) {
    const std::size_t most = std::max(row.size(), neighbours.row(j).size());
    change += (x[j] - x[i]) / (1.0 + static_cast<double>(most));
  }
  return x[i] + change;
}

/// Distance from balance and from agreement, in kW: both must vanish.
GS_INLINE double disagreement_kw(const BoxedQuadratic& problem, const Innovations& at) {
  double mean = 0.0, sum_kw = 0.0, apart_kw = 0.0;
  for (const double y : at.price) mean += y;
  mean /= static_cast<double>(at.price.size());
  for (std::size_t i = 0; i < at.price.size(); ++i) {
    double own = 0.0, shared = 0.0, slope = 0.0;
    own_part(problem, i, at.price[i], own, slope);
    own_part(problem, i, mean, shared, slope);
    sum_kw += own;
    apart_kw += std::fabs(own - shared);
  }
  return std::fabs(sum_kw) + apart_kw;
}

/// Everyone at a limit and a price beyond wanted still: no price will move anyone.
/// @param price_of  price_of(i)
template <class PriceOf>
bool all_stay(const BoxedQuadratic& problem, PriceOf&& price_of) {
  double sum_kw = 0.0, mean = 0.0;
  bool all_low = true, all_high = true;
  for (std::size_t i = 0; i < problem.want_kw.size(); ++i) {
    const double price = price_of(i), low = problem.min_kw[i], high = problem.max_kw[i];
    const double free_kw = problem.want_kw[i] + price * problem.inverse_cost[i];
    all_low = all_low && free_kw <= low;
    all_high = all_high && free_kw >= high;
    sum_kw += free_kw <= low ? low : high;
    mean += price / static_cast<double>(problem.want_kw.size());
  }
  const double g = sum_kw + mean * problem.inverse_external - problem.e_ref_kw;
  return (all_high && g <= 0.0) || (all_low && g >= 0.0);
}

GS_INLINE void innovate(const BoxedQuadratic& problem, const Csr& neighbours,
                        const BalancingOptions& options, double floor, Innovations& at) {
  const std::size_t count = at.price.size();
  for (std::size_t i = 0; i < count; ++i) {
    const double steepest = std::max(at.slope[i], options.forget * mix(neighbours, at.steepest, i));
    const bool went_past = at.imbalance[i] * at.before[i] < 0.0;
    at.mixed_steepest[i] = went_past ? 2.0 * steepest : steepest;
    at.before[i] = at.imbalance[i];
  }
  at.steepest.swap(at.mixed_steepest);
  for (std::size_t i = 0; i < count; ++i)
    at.mixed_steepest[i] =
        at.price[i] - options.step * at.imbalance[i] / std::max(at.steepest[i], floor);
  for (std::size_t i = 0; i < count; ++i) {
    at.mixed_price[i] = mix(neighbours, at.mixed_steepest, i);
    double before = 0.0, after = 0.0, slope_before = 0.0, slope_after = 0.0;
    own_part(problem, i, at.price[i], before, slope_before);
    own_part(problem, i, at.mixed_price[i], after, slope_after);
    at.mixed_imbalance[i] = mix(neighbours, at.imbalance, i) + (after - before);
    at.mixed_slope[i] = mix(neighbours, at.slope, i) + (slope_after - slope_before);
  }
  at.price.swap(at.mixed_price);
  at.imbalance.swap(at.mixed_imbalance);
  at.slope.swap(at.mixed_slope);
}

GS_INLINE Balance by_innovations(const BoxedQuadratic& problem, const Csr& neighbours,
                                 const BalancingOptions& options, std::span<double> p_kw,
                                 Balancing& result) {
  constexpr double flattest = 1e-4;  // of the steepest slope there can be
  const std::size_t count = p_kw.size();
  Innovations at;
  for (Column<double>* column :
       {&at.price, &at.imbalance, &at.slope, &at.steepest, &at.before, &at.mixed_price,
        &at.mixed_imbalance, &at.mixed_slope, &at.mixed_steepest})
    column->assign(count, 0.0);
  double most = 0.0;
  for (std::size_t i = 0; i < count; ++i) {
    own_part(problem, i, 0.0, at.imbalance[i], at.slope[i]);
    most = std::max(most, problem.inverse_cost[i]);
  }
  at.steepest = at.slope;
  const double floor = flattest * (most + problem.inverse_external / static_cast<double>(count));
  const double bound_kw = options.tolerance * scale_kw(problem);
  const auto price_of = [&](std::size_t i) { return at.price[i]; };
  const auto is_done = [&] {
    return disagreement_kw(problem, at) <= bound_kw || all_stay(problem, price_of);
  };
  bool done = is_done();
  for (; !done && result.rounds < options.max_rounds; ++result.rounds) {
    innovate(problem, neighbours, options, floor, at);
    done = is_done();
  }
  take_set_points(
      problem, [&](std::size_t i) { return at.price[i]; }, p_kw);
  for (const double y : at.price) result.price += y / static_cast<double>(count);
  result.messages = result.rounds * static_cast<std::int64_t>(neighbours.items.size());
  result.bytes = result.messages * 4 * 8;  // price, imbalance, slope, steepest
  return done ? Balance::solved : Balance::not_converged;
}

/// One member's answer to ADMM: near v, at rho, within its limits.
GS_INLINE double near(double want, double low, double high, double inverse, double rho, double v) {
  const double best = (want + rho * inverse * v) / (1.0 + rho * inverse);
  return std::min(std::max(best, low), high);
}

/// Rounds of exchange ADMM.
/// @param near_of  near_of(i, rho, v): member i's answer
/// @param stays    stays(price): everyone at a limit and the price beyond it still
template <class NearOf, class Stays>
Balance exchange_admm(double e_ref_kw, double inverse_external, double sum_inverse, double bound_kw,
                      const BalancingOptions& options, NearOf&& near_of, Stays&& stays,
                      std::span<double> p_kw, Balancing& result) {
  constexpr double unbounded = 1e300;
  const std::size_t count = p_kw.size();
  const auto all = static_cast<double>(count + 1);  // the exchange takes part with x = -e
  double rho = options.rho > 0.0 ? options.rho : all / sum_inverse;
  Column<double> x(count + 1, 0.0), next(count + 1);
  for (std::size_t i = 0; i < count; ++i) x[i] = near_of(i, 0.0, 0.0);
  x[count] = -e_ref_kw;
  const bool is_fixed = inverse_external == 0.0;
  std::int64_t changes = 0, rests_until = 0;  // ever longer, so that rho rests at last
  double mean = 0.0, u = 0.0, left_kw = unbounded;
  for (const double each : x) mean += each / all;
  for (; left_kw > bound_kw && result.rounds < options.max_rounds; ++result.rounds) {
    for (std::size_t i = 0; i < count; ++i) next[i] = near_of(i, rho, x[i] - mean - u);
    next[count] = is_fixed ? -e_ref_kw
                           : near(-e_ref_kw, -unbounded, unbounded, inverse_external, rho,
                                  x[count] - mean - u);
    double next_mean = 0.0, moved = 0.0, moved_kw = 0.0;
    for (const double each : next) next_mean += each / all;
    for (std::size_t i = 0; i <= count; ++i) {
      const double change = (next[i] - next_mean) - (x[i] - mean);
      moved += change * change;
      moved_kw += std::fabs(change);
    }
    x.swap(next);
    mean = next_mean;
    u += mean;
    const double primal = std::sqrt(all) * std::fabs(mean), dual = rho * std::sqrt(moved);
    left_kw = all * std::fabs(mean) + moved_kw;
    const double per_kw = all / sum_inverse;  // prices to powers, to compare the two
    const double factor = result.rounds < rests_until     ? 1.0
                          : per_kw * primal > 10.0 * dual ? 2.0
                          : dual > 10.0 * per_kw * primal ? 0.5
                                                          : 1.0;
    rho *= factor;
    u /= factor;
    if (factor != 1.0) rests_until = result.rounds + ++changes;
    if (stays(-rho * u)) left_kw = 0.0;
  }
  std::copy(x.begin(), x.end() - 1, p_kw.begin());
  result.price = -rho * u;
  result.messages = 2 * result.rounds * static_cast<std::int64_t>(count - 1);
  result.bytes = result.messages / 2 * (8 + 24);  // power up; mean, u, rho down
  return left_kw <= bound_kw ? Balance::solved : Balance::not_converged;
}

GS_INLINE Balance by_admm(const BoxedQuadratic& problem, const BalancingOptions& options,
                          std::span<double> p_kw, Balancing& result) {
  double sum_inverse = problem.inverse_external;
  for (const double inverse : problem.inverse_cost) sum_inverse += inverse;
  const auto near_of = [&](std::size_t i, double rho, double v) {
    return near(problem.want_kw[i], problem.min_kw[i], problem.max_kw[i], problem.inverse_cost[i],
                rho, v);
  };
  const auto stays = [&](double price) {
    return all_stay(problem, [&](std::size_t) { return price; });
  };
  const Balance status =
      exchange_admm(problem.e_ref_kw, problem.inverse_external, sum_inverse,
                    options.tolerance * scale_kw(problem), options, near_of, stays, p_kw, result);
  if (stays(result.price))
    take_set_points(
        problem, [&](std::size_t) { return result.price; }, p_kw);
  return status;
}

/// A fixed exchange out of reach: everyone at that limit.
GS_INLINE Balance side_of(const BoxedQuadratic& problem, std::span<double> p_kw) {
  if (problem.inverse_external > 0.0) return Balance::solved;
  double low_kw = 0.0, high_kw = 0.0;
  for (std::size_t i = 0; i < p_kw.size(); ++i) {
    low_kw += problem.min_kw[i];
    high_kw += problem.max_kw[i];
  }
  const bool is_short = problem.e_ref_kw > high_kw, is_full = problem.e_ref_kw < low_kw;
  if (!is_short && !is_full) return Balance::solved;
  const std::span<const double> limit = is_short ? problem.max_kw : problem.min_kw;
  std::copy(limit.begin(), limit.end(), p_kw.begin());
  return is_short ? Balance::short_of_power : Balance::too_much_power;
}

GS_INLINE Balance by_price(const BoxedQuadratic& problem, const BalancingOptions& options,
                           std::span<double> p_kw, Balancing& result) {
  std::vector<double> scratch;
  const bool is_newton = options.method == "newton";
  const Price price = is_newton ? solve_by_newton(problem, options.tolerance, options.max_rounds)
                                : solve_by_breakpoints(problem, scratch);
  take_set_points(
      problem, [&](std::size_t) { return price.price; }, p_kw);
  result.price = price.price;
  result.rounds = price.passes;
  const auto others = static_cast<std::int64_t>(p_kw.size()) - 1;
  result.messages = others * 2 * price.passes;  // survey or price; answer; the last one only down
  result.bytes =
      is_newton ? others * (32 + price.passes * 8 + (price.passes - 1) * 16) : others * (32 + 8);
  return price.status;
}

/// Gap to the exact optimum of the same instance; without an exchange weight the imbalance left is
/// priced at the exact price, since a set-point that doesn't balance may cost less.
GS_INLINE void measure_gap(const BoxedQuadratic& problem, std::span<const double> p_kw,
                           Balancing& result) {
  std::vector<double> scratch;
  const Price exact = solve_by_breakpoints(problem, scratch);
  const double exact_cost = cost_at(problem, exact.price);
  result.cost = cost_of(problem, p_kw);
  double sum_kw = 0.0, scale = 0.0;
  for (std::size_t i = 0; i < p_kw.size(); ++i) {
    sum_kw += p_kw[i];
    const double size = std::max(std::fabs(problem.min_kw[i]), std::fabs(problem.max_kw[i]));
    scale += size * size / problem.inverse_cost[i];
  }
  const bool is_fixed = problem.inverse_external == 0.0;
  result.missing_kw = is_fixed ? problem.e_ref_kw - sum_kw : 0.0;
  const double unserved = std::fabs(exact.price * result.missing_kw);
  const double difference = std::fabs(result.cost - exact_cost) + unserved;
  result.gap = difference == 0.0 ? 0.0 : difference / std::max(exact_cost, 1e-12 * scale);
}

}  // namespace balancing_detail

GS_INLINE Balance balance_cluster(const BoxedQuadratic& problem, const Csr& neighbours,
                                  const BalancingOptions& options, std::span<double> p_kw,
                                  Balancing& result) {
  using namespace balancing_detail;
  result = {};
  GRIDSWARM_ASSERT(p_kw.size() == problem.want_kw.size());
  const bool is_leaderless = options.method == "innovations";
  if (is_leaderless && neighbours.rows() != static_cast<Index>(p_kw.size()))
    throw UsageError(
        "innovations need a row of neighbours per member: " + std::to_string(neighbours.rows()) +
        " rows for " + std::to_string(p_kw.size()) + " members");
  if (p_kw.empty()) return Balance::solved;
  Balance status = side_of(problem, p_kw);
  if (status != Balance::solved) {
    measure_gap(problem, p_kw, result);
    return status;
  }
  if (options.method == "newton" || options.method == "breakpoints" ||
      (is_leaderless && p_kw.size() == 1))  // who is alone knows everything
    status = by_price(problem, options, p_kw, result);
  else if (is_leaderless)
    status = by_innovations(problem, neighbours, options, p_kw, result);
  else if (options.method == "admm")
    status = by_admm(problem, options, p_kw, result);
  else
    throw UsageError("method \"" + options.method +
                     "\" balances nothing: there are newton, breakpoints, innovations and admm");
  measure_gap(problem, p_kw, result);
  return status;
}

}  // namespace gridswarm::inline GS_ABI::balance

namespace gridswarm::inline GS_ABI {

template <>
GS_INLINE std::span<const Field<balance::BalancingOptions>> fields() {
  using T = balance::BalancingOptions;
  static constexpr double inf = no_limit;
  static const Field<T> table[] = {
      {"method", "", &T::method, 0, 0, "newton, breakpoints, innovations or admm"},
      {"tolerance", "", &T::tolerance, 0, 1, "imbalance left, as a share of the limits' sum"},
      {"max_rounds", "", &T::max_rounds, 2, inf, "rounds at most"},
      {"step", "", &T::step, 0, 1, "innovations: part of a Newton step taken each round"},
      {"forget", "", &T::forget, 0, 1, "innovations: what is kept of the steepest slope per round"},
      {"rho", "", &T::rho, 0, inf, "admm: penalty at the start; 0: from the members' costs"},
  };
  return table;
}

template <>
GS_INLINE std::span<const Field<balance::Balancing>> fields() {
  using T = balance::Balancing;
  static constexpr double inf = no_limit;
  static const Field<T> table[] = {
      {"cost", "", &T::cost, 0, inf, "objective at the set-points"},
      {"gap", "", &T::gap, 0, inf, "distance from the exact optimum's objective, relative"},
      {"price", "", &T::price, -inf, inf, "cost per kW, mean over members"},
      {"missing_kw", "kW", &T::missing_kw, -inf, inf,
       "wanted exchange less the sum of powers: above 0 short of power, below 0 too much"},
      {"rounds", "", &T::rounds, 0, inf, "rounds of messages"},
      {"messages", "", &T::messages, 0, inf, "between members"},
      {"bytes", "B", &T::bytes, 0, inf, "payload of those messages"},
  };
  return table;
}

}  // namespace gridswarm::inline GS_ABI
