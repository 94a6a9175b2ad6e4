// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>

#include "gridswarm/base/error.hpp"
#include "gridswarm/flow/margin.hpp"
#include "gridswarm/flow/tree_newton.hpp"

namespace gridswarm::inline GS_ABI::flow {
namespace detail {

/// What a search knows of a scenario: lambda solves, above does not.
inline double next_factor(double lambda, double above, const MarginOptions& wanted) {
  if (std::isinf(above)) return lambda == 0.0 ? 1.0 : std::min(2.0 * lambda, wanted.cap);
  return 0.5 * (lambda + above);
}

inline bool is_found(double lambda, double above, const MarginOptions& wanted) {
  return lambda >= wanted.cap || above - lambda <= wanted.tol * std::max(1.0, lambda);
}

/// Scale the load of scenario k of these rows.
inline void scale_load(const Solver& solver, InjectionRows& rows, std::size_t k, double scale,
                       double factor) {
  const auto buses = static_cast<std::size_t>(solver.grid.buses.size());
  for (std::size_t i = k * buses; i < (k + 1) * buses; ++i) {
    if (!(scale * rows.p_pu[i] < 0.0)) continue;
    rows.p_pu[i] *= factor;
    rows.q_pu[i] *= factor;
  }
  const auto loads = static_cast<std::size_t>(solver.grid.loads.size());
  for (std::size_t i = k * loads; i < (k + 1) * loads; ++i) {
    rows.load_p_pu[i] *= factor;
    rows.load_q_pu[i] *= factor;
  }
}

/// Loads as the case states them, where the batch says nothing.
inline void state_loads(const feeder::Case& grid, const Injections& injections,
                        InjectionRows& rows) {
  const auto loads = static_cast<std::size_t>(grid.loads.size());
  const auto count = static_cast<std::size_t>(injections.scenarios);
  const auto state = [&](const Column<double>& power, Column<double>& to) {
    if (!to.empty()) return;
    to.resize(count * loads);
    for (std::size_t i = 0; i < to.size(); ++i) to[i] = power[i % loads] / grid.base_mva;
  };
  if (loads == 0) return;
  state(grid.loads.p_mw, rows.load_p_pu);
  state(grid.loads.q_mvar, rows.load_q_pu);
}

/// One search over all scenarios.
struct MarginSearch {
  const Solver& solver;
  const Injections& injections;
  const FlowOptions& options;
  const MarginOptions& wanted;
  FlowWork& work;
  MarginWork& buffers;
  Margin& margin;
};

/// Keep a solution as where its scenario goes on from.
inline void keep_start(MarginSearch& search, Index source, Index scenario) {
  const FlowResult& result = search.buffers.result;
  const auto buses = static_cast<std::size_t>(search.solver.grid.buses.size());
  for (std::size_t bus = 0; bus < buses; ++bus) {
    const std::size_t from = static_cast<std::size_t>(source) * buses + bus;
    const std::size_t to = static_cast<std::size_t>(scenario) * buses + bus;
    const bool is_known = std::isfinite(result.v_re[from]) && std::isfinite(result.v_im[from]);
    search.buffers.start_re[to] = is_known ? result.v_re[from] : 1.0;
    search.buffers.start_im[to] = is_known ? result.v_im[from] : 0.0;
  }
}

/// Try the next factor of scenarios that all have a solution to begin at, or that all have none.
inline void try_next(MarginSearch& search, const std::vector<Index>& tried, bool warm) {
  if (tried.empty()) return;
  MarginWork& buffers = search.buffers;
  Margin& margin = search.margin;
  Injections all = search.injections;
  all.start_re = warm ? std::span<const double>(buffers.start_re) : std::span<const double>();
  all.start_im = warm ? std::span<const double>(buffers.start_im) : std::span<const double>();
  Injections some = gather(all, tried, buffers.rows);
  state_loads(search.solver.grid, some, buffers.rows);
  some.load_p_pu = buffers.rows.load_p_pu;
  some.load_q_pu = buffers.rows.load_q_pu;
  const auto factor_of = [&](Index s) {
    return next_factor(margin.lambda[s], margin.above[s], search.wanted);
  };
  for (std::size_t k = 0; k < tried.size(); ++k)
    scale_load(search.solver, buffers.rows, k, some.scale, factor_of(tried[k]));
  solve(search.solver, some, search.options, search.work, buffers.result);
  for (std::size_t k = 0; k < tried.size(); ++k) {
    const bool solves = buffers.result.status[k] == FlowStatus::converged;
    const double factor = factor_of(tried[k]);
    (solves ? margin.lambda : margin.above)[tried[k]] = factor;
    if (solves) keep_start(search, static_cast<Index>(k), tried[k]);
  }
}

}  // namespace detail

GS_INLINE void load_margin(const Solver& solver, const Injections& injections,
                           const FlowOptions& options, const MarginOptions& wanted, FlowWork& work,
                           MarginWork& buffers, Margin& margin) {
  if (!(wanted.tol > 0.0) || !(wanted.cap >= 1.0))
    throw UsageError("a margin needs a tolerance above 0 and a cap of at least 1");
  Solver robust = solver;
  robust.chosen = false;
  if (robust.method == Method::sweep) {
    robust.method = Method::tree_newton;
    robust.tree = std::make_shared<const TreeNewton>(
        prepare_tree_newton(solver.grid, solver.forest, options.q_limits));
  }
  FlowOptions rectangular = options;
  rectangular.polar = false;
  const auto count = static_cast<std::size_t>(injections.scenarios);
  margin.lambda.assign(count, 0.0);
  margin.above.assign(count, std::numeric_limits<double>::infinity());
  buffers.start_re.resize(count * static_cast<std::size_t>(solver.grid.buses.size()));
  buffers.start_im.resize(buffers.start_re.size());
  detail::MarginSearch search{robust, injections, rectangular, wanted, work, buffers, margin};
  std::vector<Index> cold, warm;
  for (;;) {
    cold.clear();
    warm.clear();
    for (Index s = 0; s < injections.scenarios; ++s)
      if (!detail::is_found(margin.lambda[s], margin.above[s], wanted))
        (margin.lambda[s] > 0.0 ? warm : cold).push_back(s);
    if (cold.empty() && warm.empty()) return;
    detail::try_next(search, cold, false);
    detail::try_next(search, warm, true);
  }
}

}  // namespace gridswarm::inline GS_ABI::flow
