// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cmath>

#include "gridswarm/balance/network_dispatch.hpp"

namespace gridswarm::inline GS_ABI::balance {

namespace network_detail {

GS_INLINE double exchanged(const Wires& wires, std::span<const double> x) {
  double sum_kw = 0.0;
  for (std::size_t i = 0; i < x.size(); ++i)
    if (!wires.is_reactive(i)) sum_kw += x[i];
  return sum_kw;
}

GS_INLINE double cost_of(const Wires& wires, std::span<const double> x) {
  const BoxedQuadratic& members = wires.problem.members;
  double cost = 0.0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double off = x[i] - members.want_kw[i];
    cost += 0.5 * off * off / members.inverse_cost[i];
  }
  const double left = exchanged(wires, x) - members.e_ref_kw;
  if (members.inverse_external > 0.0) cost += 0.5 * left * left / members.inverse_external;
  return cost;
}

/// Cost less the Lagrangian's least value at the prices: >= 0 up to what x exceeds limits by.
GS_INLINE double gap_of(const Wires& wires, std::span<const double> x, State& at) {
  const BoxedQuadratic& members = wires.problem.members;
  spread(wires, x, at);
  spread_prices(wires, at);
  double gap = 0.0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const Index n = wires.problem.position[i];
    const double price = wires.is_reactive(i) ? at.lq[n] : at.la[n];
    const double want = members.want_kw[i], inverse = members.inverse_cost[i];
    const double best = set_point(want, members.min_kw[i], members.max_kw[i], inverse, price);
    const double moved = x[i] - best, middle = 0.5 * (x[i] + best) - want;
    gap += moved * (middle / inverse - price);
  }
  const double inverse = members.inverse_external;
  const double left = exchanged(wires, x) - members.e_ref_kw;
  if (inverse > 0.0) {
    const double off = left + at.y * inverse;
    gap += 0.5 * off * off / inverse;
  } else {
    gap += at.y * left;  // imbalance left, at its price
  }
  for (Index n = wires.forest.roots; n < wires.forest.size(); ++n) {
    const auto room = room_of(wires, at, n);
    for (std::size_t k = 0; k < 4; ++k) {
      const Limit& limit = at.limits[4 * static_cast<std::size_t>(n) + k];
      if (limit.is_there()) gap += limit.z * room[k];
    }
  }
  return gap;
}

/// Largest excesses and where they are; true if there are any.
GS_INLINE bool find_excess(const Wires& wires, const NetworkOptions& options, const State& at,
                           NetworkDispatch& result) {
  constexpr double none_found = -1e300;
  result.voltage_excess_pu = result.flow_excess_kw = none_found;
  for (Index n = wires.forest.roots; n < wires.forest.size(); ++n) {
    const auto room = room_of(wires, at, n);
    const double v = -std::min(room[0], room[1]), flow = -std::min(room[2], room[3]);
    const double limit = std::isfinite(flow) ? wires.problem.flow_max_kw[n] : 0.0;
    if (v > result.voltage_excess_pu) {
      result.voltage_excess_pu = v;
      if (v > options.excess_pu) result.voltage_position = n;
    }
    if (flow > result.flow_excess_kw) {
      result.flow_excess_kw = flow;
      if (flow > options.excess_pu * std::max(limit, 1.0)) result.flow_position = n;
    }
  }
  if (result.voltage_excess_pu == none_found) result.voltage_excess_pu = 0.0;
  if (result.flow_excess_kw == none_found) result.flow_excess_kw = 0.0;
  return result.voltage_position >= 0 || result.flow_position >= 0;
}

/// Newton steps until the products are small; true if they are.
GS_INLINE bool run_steps(const Wires& wires, const NetworkOptions& options, const Scale& scale,
                         std::span<double> x, State& at, NetworkDispatch& result) {
  const BoxedQuadratic& members = wires.problem.members;
  const double rows = static_cast<double>(x.size());
  double part = 0.0, mean = at.mu;
  double sum_kw = 0.0;
  for (std::size_t i = 0; i < x.size(); ++i)
    sum_kw += std::max(std::fabs(members.min_kw[i]), std::fabs(members.max_kw[i]));
  for (std::int64_t step = 0; step < options.max_steps; ++step) {
    const Answer all = sweep_up(wires, x, at);
    const double slope = all.a[0][0] + members.inverse_external;
    const double e = exchanged(wires, x);
    const double y_new = slope > 0.0 ? (members.e_ref_kw - e - all.b[0]) / slope : 0.0;
    sweep_down(wires, x, y_new, at);
    mean = advance(wires, y_new, x, at, part);
    const double size = std::max(cost_of(wires, x), 1e-6 * scale.price * scale.kw);
    const double least = options.tolerance * size;
    ++result.steps;
    const double left =
        members.inverse_external > 0.0 ? 0.0 : std::fabs(exchanged(wires, x) - members.e_ref_kw);
    if (mean <= 0.1 * least / rows && part > 0.9 && left <= 1e-12 * sum_kw) return true;
    const double centre = part > 0.9 ? 0.05 : part > 0.5 ? 0.2 : 0.6;
    at.mu = std::max(centre * mean, 0.01 * least / rows);
  }
  return false;
}

/// Rows whose kW are settled since the boxes just meet a fixed exchange, or don't.
struct Pinned {
  Column<double> min_kw, max_kw;
};

GS_INLINE NetworkStatus pin(const Wires& wires, Pinned& pinned, double& missing_kw) {
  constexpr double hardly = 1e-9;  // of the boxes' sum: no room to move in
  const BoxedQuadratic& members = wires.problem.members;
  if (members.inverse_external > 0.0) return NetworkStatus::solved;
  const double low_kw = exchanged(wires, members.min_kw),
               high_kw = exchanged(wires, members.max_kw);
  const double least = hardly * (high_kw - low_kw), e_ref_kw = members.e_ref_kw;
  const bool is_high = e_ref_kw >= high_kw - least, is_low = !is_high && e_ref_kw <= low_kw + least;
  if (!is_high && !is_low) return NetworkStatus::solved;
  pinned.min_kw.assign(members.min_kw.begin(), members.min_kw.end());
  pinned.max_kw.assign(members.max_kw.begin(), members.max_kw.end());
  for (std::size_t i = 0; i < pinned.min_kw.size(); ++i)
    if (!wires.is_reactive(i))
      pinned.min_kw[i] = pinned.max_kw[i] = is_high ? pinned.max_kw[i] : pinned.min_kw[i];
  missing_kw = e_ref_kw - (is_high ? high_kw : low_kw);
  return e_ref_kw > high_kw  ? NetworkStatus::short_of_power
         : e_ref_kw < low_kw ? NetworkStatus::too_much_power
                             : NetworkStatus::solved;
}

/// Rounds, messages and bytes of the steps taken: twelve numbers up and three down, then three and
/// two for the length of the step.
GS_INLINE void count_messages(const Wires& wires, NetworkDispatch& result) {
  constexpr std::int64_t numbers = 12 + 3 + 3 + 2, bytes_each = 8;
  const std::int64_t edges = wires.forest.size() - wires.forest.roots;
  result.rounds = 2 * result.steps;
  result.messages = 4 * result.steps * edges;
  result.bytes = result.steps * edges * numbers * bytes_each;
}

}  // namespace network_detail

GS_INLINE NetworkStatus dispatch_network(const feeder::Forest& forest,
                                         const NetworkProblem& problem,
                                         const NetworkOptions& options, std::span<double> x,
                                         std::span<double> v_pu, std::span<double> flow_kw,
                                         NetworkDispatch& result) {
  using namespace network_detail;
  const Wires asked{forest, problem};
  check(asked, x.size(), v_pu.size(), flow_kw.size());
  result = {};
  Pinned pinned;
  NetworkProblem settled = problem;
  const NetworkStatus status = pin(asked, pinned, result.missing_kw);
  const bool is_settled = !pinned.min_kw.empty();
  if (is_settled) {
    settled.members.min_kw = pinned.min_kw;
    settled.members.max_kw = pinned.max_kw;
    settled.members.e_ref_kw = exchanged(asked, pinned.max_kw);
  }
  const Wires wires{forest, settled};
  const Scale scale = scale_of(wires);
  State at;
  start(wires, scale, options.excess_pu, x, at);
  const bool is_done = !(scale.price > 0.0) || run_steps(wires, options, scale, x, at, result);
  const double gap = gap_of(wires, x, at);
  const bool exceeds = find_excess(wires, options, at, result);
  if (!is_settled && problem.members.inverse_external == 0.0)
    result.missing_kw = problem.members.e_ref_kw - exchanged(wires, x);
  result.cost = cost_of(wires, x);
  result.gap = std::fabs(gap) / std::max(result.cost, 1e-12 * scale.price * scale.kw + 1e-300);
  result.price = at.y;
  count_messages(wires, result);
  std::copy(at.v.begin(), at.v.end(), v_pu.begin());
  std::copy(at.p.begin(), at.p.end(), flow_kw.begin());
  if (status != NetworkStatus::solved) return status;
  if (exceeds) return NetworkStatus::beyond_limits;
  return is_done ? NetworkStatus::solved : NetworkStatus::not_converged;
}

}  // namespace gridswarm::inline GS_ABI::balance

namespace gridswarm::inline GS_ABI {

template <>
GS_INLINE std::span<const Field<balance::NetworkOptions>> fields() {
  using T = balance::NetworkOptions;
  static const Field<T> table[] = {
      {"tolerance", "", &T::tolerance, 1e-14, 1, "gap aimed at, as a share of the cost's scale"},
      {"max_steps", "", &T::max_steps, 1, no_limit, "Newton steps at most, two rounds each"},
      {"excess_pu", "", &T::excess_pu, 0, 1,
       "excess taken as none: of voltages in p.u., of flows as a share of the limit"},
  };
  return table;
}

template <>
GS_INLINE std::span<const Field<balance::NetworkDispatch>> fields() {
  using T = balance::NetworkDispatch;
  static constexpr double inf = no_limit;
  static const Field<T> table[] = {
      {"cost", "", &T::cost, 0, inf, "objective at the set-points"},
      {"gap", "", &T::gap, 0, inf,
       "distance from a certified lower bound of the optimum, relative"},
      {"price", "", &T::price, -inf, inf, "cost per kW at the source"},
      {"missing_kw", "kW", &T::missing_kw, -inf, inf,
       "wanted exchange less the sum of powers: above 0 short of power, below 0 too much"},
      {"voltage_excess_pu", "p.u.", &T::voltage_excess_pu, -inf, inf,
       "largest voltage beyond a limit; 0 or below: all kept"},
      {"flow_excess_kw", "kW", &T::flow_excess_kw, -inf, inf,
       "largest branch power beyond a limit; 0 or below: all kept"},
      {"voltage_position", "", &T::voltage_position, -1, inf, "where that voltage is; -1: nowhere"},
      {"flow_position", "", &T::flow_position, -1, inf, "where that power is; -1: nowhere"},
      {"steps", "", &T::steps, 0, inf, "Newton steps"},
      {"rounds", "", &T::rounds, 0, inf, "sweeps up and down the tree"},
      {"messages", "", &T::messages, 0, inf, "along branches"},
      {"bytes", "B", &T::bytes, 0, inf, "payload of those messages"},
  };
  return table;
}

}  // namespace gridswarm::inline GS_ABI
