// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "gridswarm/balance/gate.hpp"
#include "gridswarm/balance/tree_response.hpp"
#include "gridswarm/base/error.hpp"

namespace gridswarm::inline GS_ABI::balance {

namespace detail {

/// max next_i / x_i over the support of x; negative where x has lost too much to underflow to tell.
GS_INLINE double collatz_wielandt(std::span<const double> x, std::span<const double> next) {
  constexpr double tiny = 1e-200;
  double worst = 0.0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (next[i] == 0.0) continue;
    if (x[i] < tiny) return -1.0;
    worst = std::max(worst, next[i] / x[i]);
  }
  return worst;
}

}  // namespace detail

GS_INLINE double loop_gain_bound(const feeder::Forest& forest, std::span<const double> edge_pu,
                                 std::span<const double> slope_pu, const GateOptions& options,
                                 GateWork& work, std::int64_t& steps) {
  const std::size_t count = forest.size();
  work.x.assign(count, 1.0);
  work.next.resize(count);
  double bound = std::numeric_limits<double>::infinity();
  for (steps = 0; steps < options.max_steps;) {
    for (std::size_t i = 0; i < count; ++i) work.next[i] = slope_pu[i] * work.x[i];
    tree_response(forest, edge_pu, work.next, work.next);
    const double candidate = detail::collatz_wielandt(work.x, work.next);
    if (candidate < 0.0) break;
    ++steps;
    const bool settled = candidate >= bound * (1.0 - options.tolerance);
    bound = std::min(bound, candidate);
    const double largest = *std::max_element(work.next.begin(), work.next.end());
    if (settled || !(largest > 0.0)) break;
    for (std::size_t i = 0; i < count; ++i) work.x[i] = work.next[i] / largest;
  }
  // Each of the at most 2n + 2 roundings on the way to a ratio is worth 2^-53; this covers them.
  const double rounding = 4.0 * static_cast<double>(count + 2) * 0x1p-53;
  return bound * (1.0 + rounding);
}

GS_INLINE void gate_reactances(const feeder::Forest& forest, double v_min_pu,
                               Column<double>& edge_pu) {
  const double drop = (1.0 - v_min_pu) / v_min_pu;
  const double margin = 1.0 / (v_min_pu * (1.0 - drop) * (1.0 - drop));
  edge_pu.resize(forest.size());
  for (Index i = 0; i < forest.size(); ++i) {
    const double r = forest.r_pu[i], x = forest.x_pu[i];
    if (x < 0.0)
      throw UsageError("the volt-var gate needs reactances >= 0, but branch row " +
                       std::to_string(forest.branch[i]) + " has x = " + std::to_string(x) +
                       " p.u.");
    edge_pu[i] = (x + std::sqrt(r * r + x * x) * drop) * margin;
  }
}

GS_INLINE Gate check_gate(const feeder::Forest& forest, std::span<const double> slope_pu,
                          const GateOptions& options, GateWork& work) {
  Column<double> edge_pu;
  gate_reactances(forest, options.v_min_pu, edge_pu);
  Gate gate;
  gate.gate_bound = loop_gain_bound(forest, edge_pu, slope_pu, options, work, gate.gate_steps);
  gate.gate_passes = gate.gate_bound < options.limit;
  gate.gate_slope_factor = gate.gate_bound > 0.0 ? options.limit / gate.gate_bound
                                                 : std::numeric_limits<double>::infinity();
  return gate;
}

}  // namespace gridswarm::inline GS_ABI::balance

namespace gridswarm::inline GS_ABI {

template <>
GS_INLINE std::span<const Field<balance::GateOptions>> fields() {
  using T = balance::GateOptions;
  static const Field<T> table[] = {
      {"v_min_pu", "p.u.", &T::v_min_pu, 0.6, 1.0, "the bound holds while no voltage is below"},
      {"limit", "", &T::limit, 1e-3, 1.0, "loop gain at which a setting is refused"},
      {"max_steps", "", &T::max_steps, 1, 100000, "power steps at most"},
      {"tolerance", "", &T::tolerance, 0, 1, "stop when a step lowers the bound by less"},
  };
  return table;
}

template <>
GS_INLINE std::span<const Field<balance::Gate>> fields() {
  using T = balance::Gate;
  static constexpr double inf = no_limit;
  static const Field<T> table[] = {
      {"gate_bound", "", &T::gate_bound, 0, inf, "certified upper bound of the local loop's gain"},
      {"gate_passes", "", &T::gate_passes, 0, 1, "the bound is below the limit"},
      {"gate_slope_factor", "", &T::gate_slope_factor, 0, inf, "slopes times this would just do"},
      {"gate_steps", "", &T::gate_steps, 0, inf, "power steps the bound took"},
  };
  return table;
}

}  // namespace gridswarm::inline GS_ABI
