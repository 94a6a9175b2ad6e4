// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cmath>

#include "gridswarm/balance/horizon.hpp"
#include "gridswarm/base/error.hpp"

namespace gridswarm::inline GS_ABI::balance {

namespace horizon_detail {

/// One member's rows; its answer to the multiplier y is clamp(want + y) with weight 1.
struct Member {
  std::span<const double> want, low, high, from, to;  ///< kW, kW, kW, kWh, kWh
  double dt_h;
};

GS_INLINE double clamped(double x, double low, double high) {
  return std::min(std::max(x, low), high);
}

GS_INLINE double answer(const Member& member, std::size_t t, double y) {
  return clamped(member.want[t] + y, member.low[t], member.high[t]);
}

/// Energy given by the end of step t at the multiplier y, before the band of step t is applied.
GS_INLINE double given_kwh(const Member& member, std::size_t t, double y) {
  double sum = 0.0;
  for (std::size_t s = 0; s < t; ++s)
    sum = clamped(sum + member.dt_h * answer(member, s, y), member.from[s], member.to[s]);
  return sum + member.dt_h * answer(member, t, y);
}

/// y at which the energy given by the end of step t is `kwh`.
GS_INLINE double multiplier(const Member& member, std::size_t t, double kwh) {
  double low = 0.0, high = 0.0;
  for (std::size_t s = 0; s <= t; ++s) {
    low = std::min(low, member.low[s] - member.want[s]);
    high = std::max(high, member.high[s] - member.want[s]);
  }
  for (int halving = 0; halving < 200; ++halving) {
    const double middle = low + 0.5 * (high - low);
    if (!(middle > low && middle < high)) break;
    (given_kwh(member, t, middle) > kwh ? high : low) = middle;
  }
  const double at_low = given_kwh(member, t, low), at_high = given_kwh(member, t, high);
  const double part = at_high > at_low ? (kwh - at_low) / (at_high - at_low) : 0.0;
  return low + clamped(part, 0.0, 1.0) * (high - low);
}

GS_INLINE std::span<const double> row(const Column<double>& column, Index i, Index steps) {
  const auto from = static_cast<std::size_t>(i) * static_cast<std::size_t>(steps);
  return {column.data() + from, static_cast<std::size_t>(steps)};
}

GS_INLINE std::span<double> row(Column<double>& column, Index i, Index steps) {
  const auto from = static_cast<std::size_t>(i) * static_cast<std::size_t>(steps);
  return {column.data() + from, static_cast<std::size_t>(steps)};
}

/// Plan of member i for moved wants.
GS_INLINE void plan(const Horizon& problem, Index i, std::span<const double> want,
                    std::span<double> p) {
  const Index steps = problem.steps;
  member_plan(want, row(problem.min_kw, i, steps), row(problem.max_kw, i, steps),
              row(problem.given_low_kwh, i, steps), row(problem.given_high_kwh, i, steps),
              problem.dt_h, p);
}

/// Value of the dual at the prices: sum of members' best answers and the exchange's.
GS_INLINE double dual_value(const Horizon& problem, std::span<const double> price) {
  const auto steps = static_cast<std::size_t>(problem.steps);
  std::vector<double> want(steps), p(steps);
  double value = 0.0;
  for (Index i = 0; i < problem.members; ++i) {
    const std::span<const double> own = row(problem.want_kw, i, problem.steps);
    const double inverse = problem.inverse_cost[i];
    for (std::size_t t = 0; t < steps; ++t) want[t] = own[t] + price[t] * inverse;
    plan(problem, i, want, p);
    for (std::size_t t = 0; t < steps; ++t)
      value += 0.5 * (p[t] - own[t]) * (p[t] - own[t]) / inverse - price[t] * p[t];
  }
  for (std::size_t t = 0; t < steps; ++t)  // min over e of a_ext/2 (e - e_ref)^2 + price e
    value += price[t] * problem.e_ref_kw[t] - 0.5 * price[t] * price[t] * problem.inverse_external;
  return value;
}

/// ADMM's state: x of members and of the exchange (-e), their mean and the scaled price per step.
struct HorizonRun {
  Column<double> x, next, mean, next_mean, u;
  double rho = 1.0;
  std::int64_t changes = 0, rests_until = 0;
};

GS_INLINE void answer_all(const Horizon& problem, HorizonRun& run) {
  const auto steps = static_cast<std::size_t>(problem.steps);
  std::vector<double> want(steps);
  std::fill(run.next_mean.begin(), run.next_mean.end(), 0.0);
  const double share = 1.0 / (static_cast<double>(problem.members) + 1.0);
  for (Index i = 0; i <= problem.members; ++i) {
    const bool is_exchange = i == problem.members;
    const double weight =
        run.rho * (is_exchange ? problem.inverse_external : problem.inverse_cost[i]);
    const std::span<const double> x = row(run.x, i, problem.steps);
    for (std::size_t t = 0; t < steps; ++t) {
      const double own =
          is_exchange ? -problem.e_ref_kw[t] : row(problem.want_kw, i, problem.steps)[t];
      want[t] = (own + weight * (x[t] - run.mean[t] - run.u[t])) / (1.0 + weight);
    }
    const std::span<double> out = row(run.next, i, problem.steps);
    if (is_exchange)
      std::copy(want.begin(), want.end(), out.begin());
    else
      plan(problem, i, want, out);
    for (std::size_t t = 0; t < steps; ++t) run.next_mean[t] += share * out[t];
  }
}

/// New prices, and rho by residuals; ever longer between changes, so that it rests at last.
GS_INLINE void move_prices(const Horizon& problem, std::int64_t round, HorizonRun& run) {
  const auto steps = static_cast<std::size_t>(problem.steps);
  double primal = 0.0, dual = 0.0;
  for (std::size_t k = 0; k < run.x.size(); ++k) {
    const std::size_t t = k % steps;
    const double moved = (run.next[k] - run.next_mean[t]) - (run.x[k] - run.mean[t]);
    dual += moved * moved;
    primal += run.next_mean[t] * run.next_mean[t];
  }
  run.x.swap(run.next);
  run.mean.swap(run.next_mean);
  for (std::size_t t = 0; t < steps; ++t) run.u[t] += run.mean[t];
  if (round < run.rests_until) return;
  const double factor = primal > 25.0 * dual ? 2.0 : dual > 25.0 * primal ? 0.5 : 1.0;
  if (factor == 1.0) return;
  run.rho *= factor;
  for (double& u : run.u) u /= factor;
  run.rests_until = round + ++run.changes;
}

}  // namespace horizon_detail

GS_INLINE void member_plan(std::span<const double> want_kw, std::span<const double> min_kw,
                           std::span<const double> max_kw, std::span<const double> low_kwh,
                           std::span<const double> high_kwh, double dt_h, std::span<double> p_kw) {
  using namespace horizon_detail;
  const Member member{want_kw, min_kw, max_kw, low_kwh, high_kwh, dt_h};
  double y = 0.0;
  for (std::size_t t = p_kw.size(); t-- > 0;) {
    const double free_kwh = given_kwh(member, t, y);
    const double kwh = clamped(free_kwh, low_kwh[t], high_kwh[t]);
    if (kwh != free_kwh) y = multiplier(member, t, kwh);
    p_kw[t] = answer(member, t, y);
  }
}

GS_INLINE void check_horizon(const Horizon& problem) {
  using namespace horizon_detail;
  for (Index i = 0; i < problem.members; ++i) {
    double low = 0.0, high = 0.0;  // what it can have given by the end of each step
    for (Index t = 0; t < problem.steps; ++t) {
      low += problem.dt_h * row(problem.min_kw, i, problem.steps)[t];
      high += problem.dt_h * row(problem.max_kw, i, problem.steps)[t];
      low = std::max(low, row(problem.given_low_kwh, i, problem.steps)[t]);
      high = std::min(high, row(problem.given_high_kwh, i, problem.steps)[t]);
      if (!(low <= high))
        throw UsageError("member " + std::to_string(i) + " has no plan for step " +
                         std::to_string(t) + ": its limits need " + std::to_string(low) +
                         " kWh given and allow " + std::to_string(high));
    }
  }
}

GS_INLINE double horizon_cost(const Horizon& problem, std::span<const double> p_kw) {
  double cost = 0.0;
  for (Index t = 0; t < problem.steps; ++t) {
    double sum = 0.0;
    for (Index i = 0; i < problem.members; ++i) {
      const std::size_t k = static_cast<std::size_t>(i) * problem.steps + t;
      const double off = p_kw[k] - problem.want_kw[k];
      cost += 0.5 * off * off / problem.inverse_cost[i];
      sum += p_kw[k];
    }
    const double left = sum - problem.e_ref_kw[t];
    cost += 0.5 * left * left / problem.inverse_external;
  }
  return cost;
}

GS_INLINE HorizonResult balance_horizon(const Horizon& problem, double tolerance,
                                        std::int64_t max_rounds) {
  using namespace horizon_detail;
  check_horizon(problem);
  const auto steps = static_cast<std::size_t>(problem.steps);
  const std::size_t members = static_cast<std::size_t>(problem.members);
  HorizonRun run;
  for (Column<double>* column : {&run.x, &run.next}) column->assign((members + 1) * steps, 0.0);
  for (Column<double>* column : {&run.mean, &run.next_mean, &run.u}) column->assign(steps, 0.0);
  double sum_inverse = problem.inverse_external;
  for (const double inverse : problem.inverse_cost) sum_inverse += inverse;
  run.rho = (static_cast<double>(members) + 1.0) / sum_inverse;
  HorizonResult result;
  result.price.assign(steps, 0.0);
  result.bound = -no_limit;
  result.status = Balance::not_converged;
  while (result.rounds < max_rounds && result.status != Balance::solved) {
    answer_all(problem, run);
    move_prices(problem, result.rounds++, run);
    for (std::size_t t = 0; t < steps; ++t) result.price[t] = -run.rho * run.u[t];
    const std::span<const double> p(run.x.data(), members * steps);
    result.cost = horizon_cost(problem, p);
    result.bound = std::max(result.bound, dual_value(problem, result.price));
    const double scale = std::max(std::fabs(result.cost), 1e-300);
    result.gap = (result.cost - result.bound) / scale;
    if (result.gap <= tolerance) result.status = Balance::solved;
  }
  result.p_kw.assign(run.x.begin(), run.x.begin() + static_cast<std::ptrdiff_t>(members * steps));
  return result;
}

}  // namespace gridswarm::inline GS_ABI::balance
