// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "gridswarm/base/error.hpp"
#include "gridswarm/base/parallel.hpp"
#include "gridswarm/flow/power_flow.hpp"
#include "gridswarm/flow/tree_newton.hpp"
#include "gridswarm/flow/tree_newton_iterate.ipp"

namespace gridswarm::inline GS_ABI::flow {
namespace detail {

/// Impedance of the path to the source as the bus's own voltage sees it: |K|^2 |sum of Z'|.
inline double path_impedance(const feeder::Forest& forest, Index position, double k_abs) {
  double r = 0.0;
  double x = 0.0;
  for (Index k = position; k != none; k = forest.parent[k]) {
    r += forest.r_pu[k];
    x += forest.x_pu[k];
  }
  return k_abs * k_abs * std::sqrt(r * r + x * x);
}

/// Laws by position, and how steeply held voltages ask.
inline void place_laws(const feeder::Case& grid, const feeder::Forest& forest,
                       TreeNewton& prepared) {
  prepared.law_first.assign(1, 0);
  for (Index c = 0; c < forest.size(); ++c) {
    const Index k = prepared.plan.position[c];
    for (const Index i : prepared.laws.at_bus.row(forest.bus[k])) {
      kernel::Law& law = prepared.laws.law[i];
      prepared.law_item.push_back(i);
      prepared.has_laws = true;
      if (law.kind != kernel::law_held) continue;
      const double reach = path_impedance(forest, k, prepared.k_abs[c]);
      if (!(reach > 0.0))
        throw InputError(file_of(grid), 0,
                         "bus " + std::to_string(grid.buses.id[forest.bus[k]]) +
                             " should hold its voltage, but no impedance parts it from a source; "
                             "make it a PQ bus (type 1)");
      law.steepness = held_steepness / reach;
    }
    prepared.law_first.push_back(static_cast<Index>(prepared.law_item.size()));
  }
}

/// Branches with taps carry their charging between ratio and line.
inline void place_taps(const feeder::Case& grid, const feeder::Forest& forest,
                       TreeNewton& prepared) {
  const feeder::TapChangers& changers = grid.tap_changers;
  std::vector<Index> changer_of(grid.branches.size(), none);
  prepared.taps.assign(changers.size(), {});
  prepared.tap.assign(forest.size(), none);
  for (Index t = 0; t < changers.size(); ++t) {
    if (changer_of[changers.branch[t]] != none)
      throw InputError(file_of(grid), 0,
                       "tap changers " +
                           std::to_string(changers.id[changer_of[changers.branch[t]]]) + " and " +
                           std::to_string(changers.id[t]) + " share a branch");
    changer_of[changers.branch[t]] = t;
  }
  for (Index c = forest.roots; c < forest.size(); ++c) {
    const Index k = prepared.plan.position[c];
    const Index e = forest.branch[k];
    const Index t = changer_of[e];
    if (t == none) continue;
    // The node between ratio and line: beside the child, or beside the parent where reversed.
    const bool is_reversed = forest.reversed[k];
    const Index above = prepared.plan.parent[c];
    const double k_abs = prepared.k_abs[is_reversed ? above : c];
    const double g = grid.branches.g_pu.empty() ? 0.0 : 0.5 * grid.branches.g_pu[e];
    const double b = 0.5 * grid.branches.b_pu[e];
    prepared.taps[t] = {is_reversed, g * k_abs * k_abs, b * k_abs * k_abs};
    prepared.tap[c] = t;
    prepared.has_laws = true;
    const Index outside = is_reversed ? c : above;  // where make_forest put the from end's half
    prepared.plan.g_pu[outside] -= prepared.taps[t].g;
    prepared.plan.b_pu[outside] -= prepared.taps[t].b;
  }
}

inline void require_positive_ratios(const feeder::Case& grid, const Injections& injections) {
  const Index rows = grid.tap_changers.size();
  const std::size_t count = injections.tap.empty() ? rows : injections.tap.size();
  for (std::size_t at = 0; at < count; ++at) {
    const auto t = static_cast<Index>(at % static_cast<std::size_t>(rows));
    const std::int32_t tap = injections.tap.empty() ? grid.tap_changers.tap[t] : injections.tap[at];
    const double ratio = relative_ratio(grid, t, tap);
    if (!(ratio > 0.0) || !std::isfinite(ratio))
      throw UsageError("tap " + std::to_string(tap) + " of tap changer " +
                       std::to_string(grid.tap_changers.id[t]) + " makes no positive ratio");
  }
}

}  // namespace detail

GS_INLINE double relative_ratio(const feeder::Case& grid, Index tap_changer, std::int32_t tap) {
  const feeder::TapChangers& changers = grid.tap_changers;
  const double stated = grid.branches.ratio[changers.branch[tap_changer]];
  const double turn = 1.0 + changers.step[tap_changer] * tap;
  const double ratio0 = changers.ratio0[tap_changer];
  return (changers.from_end[tap_changer] ? ratio0 * turn : ratio0 / turn) /
         (stated == 0.0 ? 1.0 : stated);
}

GS_INLINE TreeNewton prepare_tree_newton(const feeder::Case& grid, const feeder::Forest& forest,
                                         bool q_limits) {
  TreeNewton prepared;
  prepared.laws = make_laws(grid, q_limits);
  make_sweep_plan(forest, grid.buses.size(), prepared.plan);
  for (Index c = 0; c < forest.size(); ++c) {
    const double re = prepared.plan.k_re[c];
    const double im = prepared.plan.k_im[c];
    prepared.k_abs.push_back(std::sqrt(re * re + im * im));
  }
  double lowest_squared = forest.roots > 0 ? std::numeric_limits<double>::infinity() : 1.0;
  for (Index k = 0; k < forest.roots; ++k)
    lowest_squared = std::min(lowest_squared, forest.source_re[k] * forest.source_re[k] +
                                                  forest.source_im[k] * forest.source_im[k]);
  prepared.source_pu = std::sqrt(std::max(lowest_squared, 1e-6));
  detail::place_laws(grid, forest, prepared);
  detail::place_taps(grid, forest, prepared);
  return prepared;
}

GS_INLINE void solve_tree_newton(const TreeNewton& prepared, const feeder::Case& grid,
                                 const feeder::Forest& forest, const Injections& injections,
                                 const FlowOptions& options, FlowWork& work, FlowResult& result) {
  detail::require_power_arrays(grid, injections, options);
  check_device_arrays(grid, injections);
  if (grid.tap_changers.size() > 0) detail::require_positive_ratios(grid, injections);
  const detail::TreeJob job = detail::make_tree_job(prepared, grid, forest, injections, options);
  detail::size_result(injections.scenarios, grid.buses.size(), options.polar, result);
  size_law_results(grid, prepared.laws, injections, result);
  detail::report_taps(job, result);
  const Index blocks = (injections.scenarios + kernel::sweep_lanes - 1) / kernel::sweep_lanes;
  const int threads = std::min<int>(threads_for(static_cast<int>(options.threads)), blocks);
  const std::size_t spread = job.block_size() + 768;  // as in flow/power_flow.ipp
  work.lanes.resize(spread * static_cast<std::size_t>(std::max(threads, 1)));
  run_pieces(blocks, threads, [&](Index piece, int thread) {
    detail::solve_tree_block(job, piece,
                             work.lanes.data() + spread * static_cast<std::size_t>(thread), result);
  });
}

GS_INLINE void solve_tree_newton(const feeder::Case& grid, const feeder::Forest& forest,
                                 const Injections& injections, const FlowOptions& options,
                                 FlowWork& work, FlowResult& result) {
  const TreeNewton prepared = prepare_tree_newton(grid, forest, options.q_limits);
  solve_tree_newton(prepared, grid, forest, injections, options, work, result);
}

}  // namespace gridswarm::inline GS_ABI::flow
