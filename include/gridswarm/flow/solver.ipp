// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>

#include "gridswarm/base/error.hpp"
#include "gridswarm/feeder/spanning.hpp"
#include "gridswarm/flow/compensation.hpp"
#include "gridswarm/flow/lindistflow.hpp"
#include "gridswarm/flow/mesh_newton.hpp"
#include "gridswarm/flow/solver.hpp"
#include "gridswarm/flow/subset.hpp"
#include "gridswarm/flow/taps.hpp"
#include "gridswarm/flow/tree_newton.hpp"

namespace gridswarm::inline GS_ABI::flow {
namespace detail {

/// One array of a batch as messages speak of it.
struct NamedInput {
  const char* what;
  std::span<const double> values;  ///< (scenario, row)
  std::span<const Index> bus;      ///< row -> bus row; empty: the row is a bus
  std::span<const Index> skipped;  ///< rows that are ignored
};

inline void refuse_row(const feeder::Case& grid, const NamedInput& input, Index scenario,
                       Index width) {
  const double* row = input.values.data() + static_cast<std::size_t>(scenario) * width;
  for (Index k = 0; k < width; ++k) {
    if (std::isfinite(row[k])) continue;
    const Index bus = input.bus.empty() ? k : input.bus[k];
    if (std::find(input.skipped.begin(), input.skipped.end(), bus) != input.skipped.end()) continue;
    throw NotFiniteError(input.what, "bus " + std::to_string(grid.buses.id[bus]), scenario, row[k]);
  }
}

/// No method converges on a number that is not finite, so only scenarios that failed are searched:
/// a healthy batch pays nothing.
inline void refuse_not_finite(const Solver& solver, const Injections& injections,
                              const FlowResult& result) {
  const feeder::Case& grid = solver.grid;
  const NamedInput inputs[] = {
      {"the active power", injections.p_pu, {}, solver.forest.unsupplied},
      {"the reactive power", injections.q_pu, {}, solver.forest.unsupplied},
      {"the active power of a load", injections.load_p_pu, grid.loads.bus, {}},
      {"the reactive power of a load", injections.load_q_pu, grid.loads.bus, {}},
      {"the power of an inverter", injections.inverter_p_pu, grid.inverters.bus, {}},
      {"the start value", injections.start_re, {}, solver.forest.unsupplied},
      {"the start value", injections.start_im, {}, solver.forest.unsupplied},
  };
  for (Index s = 0; s < injections.scenarios; ++s) {
    if (result.status[s] == FlowStatus::converged) continue;
    for (const NamedInput& input : inputs)
      refuse_row(grid, input, s, static_cast<Index>(input.values.size() / injections.scenarios));
  }
}

inline void require_sizes(const feeder::Case& grid, const Injections& injections) {
  const auto require = [&](const char* what, std::size_t size, Index rows, bool may_be_empty) {
    const std::size_t wanted =
        static_cast<std::size_t>(injections.scenarios) * static_cast<std::size_t>(rows);
    if (size == wanted || (may_be_empty && size == 0)) return;
    throw UsageError("a power flow of " + std::to_string(injections.scenarios) +
                     " scenarios needs " + std::to_string(wanted) + " numbers " + what + ", " +
                     std::to_string(rows) + " each, not " + std::to_string(size));
  };
  const Index buses = grid.buses.size();
  require("p_pu", injections.p_pu.size(), buses, false);
  require("q_pu", injections.q_pu.size(), buses, false);
  require("start_re", injections.start_re.size(), buses, true);
  require("start_im", injections.start_im.size(), buses, true);
  require("load_p_pu", injections.load_p_pu.size(), grid.loads.size(), true);
  require("load_q_pu", injections.load_q_pu.size(), grid.loads.size(), true);
  require("inverter_p_pu", injections.inverter_p_pu.size(), grid.inverters.size(), true);
  require("tap", injections.tap.size(), grid.tap_changers.size(), true);
}

/// The same powers in p.u., for methods that don't read `scale`; the copies live in `work`.
inline Injections in_pu(const Injections& injections, FlowWork& work) {
  Injections same = injections;
  const auto scaled = [&](std::span<const double> from, Column<double>& to) {
    to.resize(from.size());
    for (std::size_t i = 0; i < from.size(); ++i) to[i] = injections.scale * from[i];
    return std::span<const double>(to);
  };
  same.p_pu = scaled(injections.p_pu, work.p_pu);
  same.q_pu = scaled(injections.q_pu, work.q_pu);
  same.scale = 1.0;
  return same;
}

void solve_by_moving(const Solver& solver, const Injections& injections, const FlowOptions& options,
                     FlowWork& work, FlowResult& result);

/// The one switch over methods.
inline void solve_by(const Solver& solver, const Injections& injections, const FlowOptions& options,
                     FlowWork& work, FlowResult& result) {
  if (injections.scale != 1.0 && solver.method != Method::sweep &&
      solver.method != Method::lindistflow)
    return solve_by(solver, in_pu(injections, work), options, work, result);
  if (solver.method == Method::lindistflow)
    return solve_lindistflow(solver.grid, solver.forest, injections, options, work, result);
  const bool moves = solver.method == Method::newton || solver.method == Method::tree_newton;
  if (moves && !options.fixed_taps && has_automatic_taps(solver.grid))
    return solve_by_moving(solver, injections, options, work, result);
  if (solver.method == Method::newton)
    return solve_mesh(*solver.mesh, solver.grid, injections, options, work, result);
  if (solver.method == Method::tree_newton)
    return solve_tree_newton(*solver.tree, solver.grid, solver.forest, injections, options, work,
                             result);
  if (solver.method == Method::compensation)
    return solve_compensation(*solver.compensation, solver.grid, injections, options, work, result);
  solve(solver.grid, solver.forest, injections, options, work, result);
}

/// With taps that move: the same method at every set of taps, in rectangular form.
GS_INLINE void solve_by_moving(const Solver& solver, const Injections& injections,
                               const FlowOptions& options, FlowWork& work, FlowResult& result) {
  FlowOptions fixed = options;
  fixed.fixed_taps = true;
  fixed.polar = false;
  search_taps(
      solver.grid, solver.forest, injections,
      [&](const Injections& given, FlowResult& found) {
        solve_by(solver, given, fixed, work, found);
      },
      result);
}

/// Nothing but sources has supply: their voltages and what their shunts take.
inline void report_unsupplied(const Solver& solver, Index scenarios, FlowResult& result) {
  const feeder::Forest& forest = solver.forest;
  const auto buses = static_cast<std::size_t>(solver.grid.buses.size());
  const auto count = static_cast<std::size_t>(scenarios);
  constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
  clear(result);
  result.scenarios = scenarios;
  result.v_re.assign(count * buses, unknown);
  result.v_im.assign(count * buses, unknown);
  double p_pu = 0.0, q_pu = 0.0;
  for (Index k = 0; k < forest.roots; ++k) {
    const double re = forest.source_re[k], im = forest.source_im[k];
    p_pu += forest.g_pu[k] * (re * re + im * im);
    q_pu -= forest.b_pu[k] * (re * re + im * im);
    for (std::size_t s = 0; s < count; ++s) {
      result.v_re[s * buses + static_cast<std::size_t>(forest.bus[k])] = re;
      result.v_im[s * buses + static_cast<std::size_t>(forest.bus[k])] = im;
    }
  }
  result.status.assign(count, FlowStatus::unsupplied);
  result.iterations.assign(count, 0);
  result.max_step_pu.assign(count, 0.0);
  result.max_mismatch_va.assign(count, 0.0);
  result.worst_bus.assign(count, none);
  result.source_p_pu.assign(count, p_pu);
  result.source_q_pu.assign(count, q_pu);
}

/// The tree by Newton, for a forest that a sweep or nobody solved yet.
inline Solver newton_on_tree(const feeder::Case& grid, const feeder::Forest& forest,
                             const FlowOptions& options) {
  Solver solver;
  solver.method = Method::tree_newton;
  solver.grid = grid;
  solver.forest = forest;
  solver.tree =
      std::make_shared<const TreeNewton>(prepare_tree_newton(grid, forest, options.q_limits));
  return solver;
}

/// The same with polar results where they are asked for, whatever the method writes.
inline void solve_as_asked(const Solver& solver, const Injections& injections,
                           const FlowOptions& options, FlowWork& work, FlowResult& result) {
  solve_by(solver, injections, options, work, result);
  if (options.polar && !result.v_re.empty()) make_polar(static_cast<int>(options.threads), result);
  result.method.assign(static_cast<std::size_t>(injections.scenarios), solver.method);
}

/// What the sweep lost, Newton tries: it keeps what it solves, or comes nearer to, or calls
/// infeasible.
inline void try_again(const Solver& solver, const Injections& injections,
                      const FlowOptions& options, FlowWork& work, FlowResult& result) {
  std::vector<Index> lost;
  for (Index s = 0; s < injections.scenarios; ++s)
    if (result.status[s] != FlowStatus::converged) lost.push_back(s);
  if (lost.empty()) return;
  InjectionRows rows;
  FlowResult second;
  solve_as_asked(newton_on_tree(solver.grid, solver.forest, options),
                 gather(injections, lost, rows), options, work, second);
  make_room(second, injections.scenarios, result);
  for (std::size_t k = 0; k < lost.size(); ++k) {
    const Index s = lost[k];
    const std::int32_t before = result.iterations[s];
    const bool is_better = second.status[k] != FlowStatus::diverged ||
                           second.max_mismatch_va[k] < result.max_mismatch_va[s];
    if (is_better) put(second, static_cast<Index>(k), s, result);
    result.iterations[s] = before + second.iterations[k];
  }
}

}  // namespace detail

GS_INLINE Solver prepare(const feeder::Case& grid, const FlowOptions& options) {
  Solver solver;
  solver.method = method_of(options.method);
  solver.chosen = solver.method == Method::automatic;
  const Survey found = survey(grid, options);
  if (solver.chosen) solver.method = choose(grid, found);
  require_able(grid, found, solver.method);
  solver.grid = grid;
  if (found.spanning.forest.size() == found.spanning.forest.roots) {
    solver.forest = found.spanning.forest;  // nothing to solve
  } else if (solver.method == Method::newton) {
    solver.mesh = prepare_mesh(grid);
    solver.forest = solver.mesh->y.spanning.forest;
  } else if (solver.method == Method::compensation) {
    solver.compensation = std::make_shared<const Compensation>(prepare_compensation(grid));
    solver.forest = solver.compensation->forest;
  } else {
    solver.forest = found.spanning.forest;
    if (solver.method == Method::tree_newton)
      solver.tree = detail::newton_on_tree(grid, solver.forest, options).tree;
  }
  return solver;
}

GS_INLINE void solve(const Solver& solver, const Injections& injections, const FlowOptions& options,
                     FlowWork& work, FlowResult& result) {
  detail::require_sizes(solver.grid, injections);
  if (!injections.tap.empty() && solver.method != Method::tree_newton &&
      solver.method != Method::newton)
    throw UsageError(std::string("method ") + name_of(solver.method) +
                     " does not read the batch's taps; use tree_newton, newton or automatic");
  if (solver.forest.size() == solver.forest.roots && solver.grid.buses.size() > 0) {
    detail::report_unsupplied(solver, injections.scenarios, result);
    if (options.polar) make_polar(1, result);
    result.method.assign(static_cast<std::size_t>(injections.scenarios), solver.method);
    return;
  }
  detail::solve_as_asked(solver, injections, options, work, result);
  detail::refuse_not_finite(solver, injections, result);
  if (solver.chosen && solver.method == Method::sweep)
    detail::try_again(solver, injections, options, work, result);
}

}  // namespace gridswarm::inline GS_ABI::flow
