// SPDX-License-Identifier: BSD-3-Clause
// One block of scenarios through Newton's method on a tree (flow/tree_newton.hpp).
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "gridswarm/base/units.hpp"
#include "gridswarm/flow/power_flow.hpp"
#include "gridswarm/flow/tree_newton.hpp"
#include "gridswarm/kernel/kernels.hpp"

namespace gridswarm::inline GS_ABI::flow::detail {

/// Steps are shortened to this share of the source voltage.
inline constexpr double longest_step = 0.3;
/// Passes with laws after which steps are halved.
inline constexpr std::int32_t patience = 10;
/// Sweeps start the iteration only where they shrink the step at least so.
inline constexpr double slowest_start = 0.35;

/// One call of solve_tree_newton(): what its blocks read.
struct TreeJob {
  const TreeNewton& prepared;
  const feeder::Case& grid;
  const feeder::Forest& forest;
  const Injections& injections;
  const FlowOptions& options;
  kernel::NewtonTree tree;

  /// Two cells more than the forest has: the absent child, and rows without a cell.
  std::size_t cell_count() const { return static_cast<std::size_t>(forest.size()) + 2; }
  /// Half a kilobyte between parts keeps equal offsets out of each other's cache sets.
  std::size_t cells_size() const { return size_of(kernel::sweep_columns, cell_count()) + 64; }
  std::size_t pairs_size() const { return size_of(2, cell_count()) + 64; }
  std::size_t probes_size() const { return size_of(2, prepared.plan.block_leaf.size()) + 64; }
  std::size_t factor_size() const { return size_of(kernel::newton_columns, cell_count()) + 64; }
  std::size_t law_size() const { return size_of(3, prepared.laws.law.size()); }
  /// One row more: edges without taps point at it.
  std::size_t tap_size() const { return size_of(1, prepared.taps.size() + 1); }
  std::size_t block_size() const {
    return cells_size() + pairs_size() + probes_size() + factor_size() + law_size() + tap_size();
  }
  static std::size_t size_of(std::size_t columns, std::size_t rows) {
    return columns * rows * kernel::sweep_lanes;
  }
};

/// A lane iterates, waits for the sweep that ends it, or has its result.
enum class TreeLane : std::int8_t { iterating, waiting, done };

using LaneNumbers = std::array<double, kernel::sweep_lanes>;

struct TreeBlock {
  kernel::SweepMemory memory;
  double* factors;
  std::span<double> law_lanes;
  double* tap_lanes;
  Index first;  ///< scenario of lane 0
  kernel::SweepRows rows;
  std::array<TreeLane, kernel::sweep_lanes> lane{};
  std::array<bool, kernel::sweep_lanes> is_flat{};  ///< began at the sources' voltages
  LaneNumbers step_pu{};                            ///< last step
  LaneNumbers newton_step_pu{};                     ///< last step that was Newton's, 0 if none yet
  LaneNumbers rate{};                               ///< next step / this step^2, at least
  alignas(64) LaneNumbers mask{};
  alignas(64) LaneNumbers share{};
  alignas(64) LaneNumbers step_squared{};
  kernel::SweepCheck check{};
  kernel::NewtonPivot pivot{};
};

inline TreeJob make_tree_job(const TreeNewton& prepared, const feeder::Case& grid,
                             const feeder::Forest& forest, const Injections& injections,
                             const FlowOptions& options) {
  return {
      prepared,
      grid,
      forest,
      injections,
      options,
      {sweep_tree(prepared.plan), prepared.k_abs.data(), prepared.law_first.data(),
       prepared.law_item.data(), prepared.laws.law.data(),
       static_cast<Index>(prepared.laws.law.size()), prepared.tap.data(), prepared.taps.data()}};
}

/// The taps a batch is solved at, into its result.
inline void report_taps(const TreeJob& job, FlowResult& result) {
  const Index rows = job.grid.tap_changers.size();
  result.tap.resize(static_cast<std::size_t>(job.injections.scenarios) * rows);
  for (Index s = 0; s < job.injections.scenarios; ++s)
    for (Index t = 0; t < rows; ++t)
      result.tap[static_cast<std::size_t>(s) * rows + t] =
          device_value(job.injections.tap, s, rows, t, job.grid.tap_changers.tap[t]);
}

/// Lane l of a cell: its powers and current, and its voltage.
inline double* cell_of(const TreeBlock& block, Index cell, int l) {
  return block.memory.cells +
         static_cast<std::size_t>(cell) * kernel::sweep_columns * kernel::sweep_lanes + l;
}
inline double* voltage_of(const TreeBlock& block, Index cell, int l) {
  return block.memory.v + static_cast<std::size_t>(cell) * 2 * kernel::sweep_lanes + l;
}

/// Put a lane back to the voltages of its sources.
inline void flatten(const TreeJob& job, TreeBlock& block, int l) {
  for (Index c = 0; c < job.forest.size(); ++c) {
    const kernel::SweepSource& source = job.prepared.plan.sources[job.prepared.plan.root[c]];
    voltage_of(block, c, l)[0] = source.vr;
    voltage_of(block, c, l)[kernel::sweep_lanes] = source.vi;
  }
  block.is_flat[l] = true;
}

/// Loads of constant power that stand apart from the injections.
inline void load_steady(const TreeJob& job, TreeBlock& block) {
  for (const Index load : job.prepared.laws.steady) {
    const Index k = job.prepared.plan.cell[job.grid.loads.bus[load]];
    if (k >= job.forest.size()) continue;
    for (int l = 0; l < block.rows.used; ++l) {
      const SteadyPower power = steady_power(job.grid, job.injections, load, block.first + l);
      cell_of(block, k, l)[kernel::sweep_p * kernel::sweep_lanes] += power.p_pu;
      cell_of(block, k, l)[kernel::sweep_q * kernel::sweep_lanes] += power.q_pu;
    }
  }
}

/// Put all lanes there, the fast way.
inline void flatten_all(const TreeJob& job, TreeBlock& block) {
  for (Index c = 0; c < job.forest.size(); ++c) {
    const kernel::SweepSource& source = job.prepared.plan.sources[job.prepared.plan.root[c]];
    std::fill_n(voltage_of(block, c, 0), kernel::sweep_lanes, source.vr);
    std::fill_n(voltage_of(block, c, kernel::sweep_lanes), kernel::sweep_lanes, source.vi);
  }
}

/// Sweeps that start from the sources know their voltages without being told.
inline bool starts_by_sweeps(const TreeJob& job) {
  return !job.prepared.has_laws && job.options.max_iterations > 3 &&
         job.injections.start_re.empty();
}
inline bool needs_voltages(const TreeJob& job) {
  return !starts_by_sweeps(job) || !job.prepared.laws.steady.empty();
}

/// Voltages to start from, where the batch has them and they are numbers: V' = V / K.
inline void load_start(const TreeJob& job, TreeBlock& block) {
  const bool is_given = !job.injections.start_re.empty() && !job.injections.start_im.empty();
  if (needs_voltages(job) || is_given) flatten_all(job, block);
  block.is_flat.fill(true);
  if (!is_given) return;
  const auto offset =
      static_cast<std::size_t>(block.first) * static_cast<std::size_t>(job.grid.buses.size());
  kernel::kernels().sweep_start(job.tree.tree, block.rows, job.prepared.plan.k_re.data(),
                                job.prepared.plan.k_im.data(),
                                job.injections.start_re.data() + offset,
                                job.injections.start_im.data() + offset, block.memory);
  for (int l = 0; l < kernel::sweep_lanes; ++l) {
    block.is_flat[l] = false;
    for (Index c = job.forest.roots; c < job.forest.size(); ++c) {
      const double re = voltage_of(block, c, l)[0];
      const double im = voltage_of(block, c, l)[kernel::sweep_lanes];
      if (std::isfinite(re) && std::isfinite(im) && (re != 0.0 || im != 0.0)) continue;
      flatten(job, block, l);
      break;
    }
  }
}

/// kappa of every tap changer: the ratio over the stated one if the child is the from end.
inline void load_taps(const TreeJob& job, TreeBlock& block) {
  const Index rows = job.grid.tap_changers.size();
  std::fill_n(block.tap_lanes, job.tap_size(), 1.0);
  for (Index t = 0; t < rows; ++t)
    for (int l = 0; l < block.rows.used; ++l) {
      const std::int32_t tap =
          device_value(job.injections.tap, block.first + l, rows, t, job.grid.tap_changers.tap[t]);
      const double ratio = relative_ratio(job.grid, t, tap);
      block.tap_lanes[t * kernel::sweep_lanes + l] =
          job.prepared.taps[t].reversed ? ratio : 1.0 / ratio;
    }
}

inline void load_block(const TreeJob& job, TreeBlock& block) {
  const auto offset =
      static_cast<std::size_t>(block.first) * static_cast<std::size_t>(job.grid.buses.size());
  const auto& kernels = kernel::kernels();
  kernels.sweep_load(job.tree.tree, block.rows, job.injections.p_pu.data() + offset,
                     job.injections.q_pu.data() + offset, block.memory);
  std::fill_n(
      block.factors + job.factor_size() - 64 - kernel::newton_columns * 2 * kernel::sweep_lanes,
      kernel::newton_columns * 2 * kernel::sweep_lanes, 0.0);  // of the absent child
  load_steady(job, block);
  load_start(job, block);
  const bool is_as_loaded = job.prepared.laws.steady.empty() && block.is_flat[0];
  if (!job.prepared.has_laws && !is_as_loaded)
    kernels.sweep_up(job.tree.tree, nullptr, block.memory);
  if (!job.prepared.has_laws) return;
  fill_law_lanes(job.grid, job.prepared.laws, job.injections, block.first, block.rows.used,
                 block.law_lanes);
  load_taps(job, block);
}

}  // namespace gridswarm::inline GS_ABI::flow::detail
