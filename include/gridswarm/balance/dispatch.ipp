// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cmath>
#include <string>

#include "gridswarm/balance/dispatch.hpp"
#include "gridswarm/base/error.hpp"

namespace gridswarm::inline GS_ABI::balance {

GS_INLINE void check_bands(const fleet::Fleet& fleet, const std::string& file) {
  const auto refuse = [&](Index i, const std::string& what) {
    throw InputError(file, 0, "agent " + std::to_string(fleet.plate.id[i]) + ": " + what);
  };
  for (Index i = 0; i < fleet.size(); ++i) {
    const double low = fleet.state.p_min_kw[i], high = fleet.state.p_max_kw[i];
    if (!std::isfinite(low) || !std::isfinite(high) || !std::isfinite(fleet.state.p_want_kw[i]))
      refuse(i, "p_kw, p_min_kw and p_max_kw must be finite numbers");
    if (low > high)
      refuse(i, "p_min_kw " + std::to_string(low) + " is above p_max_kw " + std::to_string(high) +
                    ": no set-point is left");
    const double cost = fleet.plate.cost_per_kw2[i];
    if (!std::isfinite(cost) || !(cost > 0.0) || !std::isfinite(1.0 / cost))
      refuse(i, "cost_per_kw2 " + std::to_string(cost) + " must be a number above 0");
  }
}

namespace detail {

GS_INLINE void gather(const fleet::Fleet& fleet, std::span<const Index> agent, DispatchWork& work) {
  for (Column<double>* column : {&work.want_kw, &work.min_kw, &work.max_kw, &work.inverse_cost})
    column->resize(agent.size());
  for (std::size_t slot = 0; slot < agent.size(); ++slot) {
    const Index i = agent[slot];
    work.want_kw[slot] = fleet.state.p_want_kw[i];
    work.min_kw[slot] = fleet.state.p_min_kw[i];
    work.max_kw[slot] = fleet.state.p_max_kw[i];
    work.inverse_cost[slot] = 1.0 / fleet.plate.cost_per_kw2[i];
    GRIDSWARM_ASSERT(work.min_kw[slot] <= work.max_kw[slot]);
  }
}

GS_INLINE BoxedQuadratic problem_of(const DispatchWork& work, Index first, Index end) {
  const auto part = [&](const Column<double>& column) {
    return std::span<const double>(column.data() + first, column.data() + end);
  };
  return {part(work.want_kw), part(work.min_kw), part(work.max_kw), part(work.inverse_cost)};
}

/// |cost - exact| relative to exact; costs below the rounding of their own terms count as none.
GS_INLINE double relative_gap(const BoxedQuadratic& problem, double cost, double exact) {
  double scale = 0.0;
  for (std::size_t i = 0; i < problem.want_kw.size(); ++i) {
    const double size = std::max({std::fabs(problem.want_kw[i]), std::fabs(problem.min_kw[i]),
                                  std::fabs(problem.max_kw[i])});
    scale += size * size / problem.inverse_cost[i];
  }
  const double difference = std::fabs(cost - exact);
  return difference == 0.0 ? 0.0 : difference / std::max(exact, 1e-12 * scale);
}

/// Messages and bytes of one cluster: survey up, then price down and sums up in every pass.
GS_INLINE void count_traffic(std::int64_t members, std::int64_t passes, DispatchTotals& totals) {
  constexpr std::int64_t survey_bytes = 4 * 8, price_bytes = 8, sums_bytes = 2 * 8;
  const std::int64_t others = std::max<std::int64_t>(members - 1, 0);
  const std::int64_t prices = std::max<std::int64_t>(passes - 1, 1), sums = passes - 1;
  totals.messages += others * (1 + prices + sums);
  totals.bytes += others * (survey_bytes + prices * price_bytes + sums * sums_bytes);
}

GS_INLINE void set_points(const BoxedQuadratic& problem, double price, std::span<const Index> agent,
                          std::span<double> p_kw) {
  for (std::size_t k = 0; k < agent.size(); ++k)
    p_kw[agent[k]] = set_point(problem.want_kw[k], problem.min_kw[k], problem.max_kw[k],
                               problem.inverse_cost[k], price);
}

GS_INLINE void measure(const BoxedQuadratic& problem, const Price& price, bool with_gap,
                       DispatchWork& work, DispatchTotals& totals) {
  double want_kw = 0.0;
  for (double want : problem.want_kw) want_kw += want;
  const double cost = cost_at(problem, price.price);
  double exact = cost;
  if (with_gap) {
    exact = cost_at(problem, solve_by_breakpoints(problem, work.scratch).price);
    totals.gap = std::max(totals.gap, relative_gap(problem, cost, exact));
  }
  totals.total_cost += cost;
  totals.exact_cost += exact;
  totals.passes_max = std::max<std::int64_t>(totals.passes_max, price.passes);
  totals.imbalance_before_kw += std::fabs(want_kw - problem.e_ref_kw);
  totals.imbalance_left_kw += std::fabs(price.sum_kw - problem.e_ref_kw);
  totals.not_converged += price.status == Balance::not_converged;
  totals.infeasible +=
      price.status == Balance::short_of_power || price.status == Balance::too_much_power;
}

}  // namespace detail

GS_INLINE void dispatch(const fleet::Fleet& fleet, const cluster::Clusters& clusters,
                        std::span<const double> e_ref_kw, const DispatchOptions& options,
                        DispatchWork& work, DispatchResult& result, std::span<double> p_kw) {
  const Csr& members = clusters.members;
  detail::gather(fleet, members.items, work);
  result.price.resize(clusters.size());
  result.export_kw.resize(clusters.size());
  result.passes.resize(clusters.size());
  result.status.resize(clusters.size());
  result.totals = {};
  std::copy(fleet.state.p_want_kw.begin(), fleet.state.p_want_kw.end(), p_kw.begin());
  for (Index c = 0; c < clusters.size(); ++c) {
    BoxedQuadratic problem = detail::problem_of(work, members.first[c], members.first[c + 1]);
    problem.e_ref_kw = e_ref_kw.empty() ? 0.0 : e_ref_kw[c];
    problem.inverse_external = options.fixed_exchange ? 0.0 : 1.0 / options.a_ext;
    const Price price = solve_by_newton(problem, options.tolerance, options.max_passes);
    result.price[c] = price.price;
    result.export_kw[c] = price.sum_kw;
    result.passes[c] = price.passes;
    result.status[c] = price.status;
    detail::set_points(problem, price.price, members.row(c), p_kw);
    detail::measure(problem, price, options.measure_gap, work, result.totals);
    detail::count_traffic(static_cast<std::int64_t>(problem.want_kw.size()), price.passes,
                          result.totals);
  }
}

}  // namespace gridswarm::inline GS_ABI::balance

namespace gridswarm::inline GS_ABI {

template <>
GS_INLINE std::span<const Field<balance::DispatchOptions>> fields() {
  using T = balance::DispatchOptions;
  static const Field<T> table[] = {
      {"a_ext", "1/kW2", &T::a_ext, 1e-9, 1e9,
       "weight of a cluster's exchange with the rest, as cost_per_kw2 is of a device"},
      {"fixed_exchange", "", &T::fixed_exchange, 0, 1,
       "the exchange must be the wanted one, whatever it costs"},
      {"tolerance", "", &T::tolerance, 0, 1e-3, "imbalance left, as a share of the limits' sum"},
      {"max_passes", "", &T::max_passes, 2, 100000, "aggregate-and-broadcast passes at most"},
      {"measure_gap", "", &T::measure_gap, 0, 1, "find the exact optimum too and compare"},
  };
  return table;
}

template <>
GS_INLINE std::span<const Field<balance::DispatchTotals>> fields() {
  using T = balance::DispatchTotals;
  static constexpr double inf = no_limit;
  static const Field<T> table[] = {
      {"total_cost", "", &T::total_cost, 0, inf, "objective at the set-points"},
      {"exact_cost", "", &T::exact_cost, 0, inf, "objective at the exact optimum"},
      {"gap", "", &T::gap, 0, inf, "largest relative distance from the exact optimum"},
      {"passes_max", "", &T::passes_max, 0, inf, "rounds of the slowest cluster"},
      {"imbalance_before_kw", "kW", &T::imbalance_before_kw, 0, inf,
       "clusters' distance from their targets if all did what they want"},
      {"imbalance_left_kw", "kW", &T::imbalance_left_kw, 0, inf,
       "clusters' distance from their targets at the set-points"},
      {"infeasible", "", &T::infeasible, 0, inf, "clusters whose fixed exchange is out of reach"},
      {"not_converged", "", &T::not_converged, 0, inf, "clusters that ran out of passes"},
      {"messages", "", &T::messages, 0, inf, "between leaders and members"},
      {"bytes", "B", &T::bytes, 0, inf, "payload of those messages"},
  };
  return table;
}

}  // namespace gridswarm::inline GS_ABI
