// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string>

#include "gridswarm/base/error.hpp"
#include "gridswarm/base/parallel.hpp"
#include "gridswarm/base/units.hpp"
#include "gridswarm/flow/power_flow.hpp"
#include "gridswarm/kernel/kernels.hpp"

namespace gridswarm::inline GS_ABI {

template <>
GS_INLINE std::span<const Field<flow::FlowOptions>> fields<flow::FlowOptions>() {
  using O = flow::FlowOptions;
  static const Field<O> table[] = {
      {"tol_step_pu", "p.u.", &O::tol_step_pu, 0.0, 1.0,
       "largest voltage change of the last iteration of a converged power flow"},
      {"max_iterations", "", &O::max_iterations, 1.0, 1e6,
       "iterations after which a scenario counts as diverged"},
      {"method", "", &O::method, 0, 0,
       "automatic, sweep, tree_newton, lindistflow, compensation or newton"},
      {"q_limits", "", &O::q_limits, 0, 1,
       "generators that reach a reactive limit no longer hold their voltage"},
      {"fixed_taps", "", &O::fixed_taps, 0, 1, "tap changers stay where the case states them"},
      {"f32", "", &O::f32, 0, 1, "iterate in single precision, judge the mismatch in double"},
  };
  return table;
}

namespace flow {
namespace detail {

/// A lane that moved farther than this is lost; it is frozen while its numbers are still finite.
inline constexpr double lost_step_pu = 1e6;
/// Loads draw S/V above this share of the source voltage, bounded current below.
inline constexpr double floor_share = 1e-2;

/// One call of solve(): what its blocks read.
struct Job {
  const feeder::Case& grid;
  const feeder::Forest& forest;
  const Injections& injections;
  const FlowOptions& options;
  kernel::SweepTree tree;
  double largest_k;        ///< max |K|: a step of V' times this bounds the step of V
  std::size_t block_size;  ///< numbers per thread in FlowWork::lanes
};

/// A lane sweeps, waits for the last sweep that its block makes together, or has its result.
enum class Lane : std::int8_t { sweeping, waiting, done };

/// The scenarios that travel in one block.
struct Block {
  double* state;
  Index first;  ///< scenario of lane 0
  kernel::SweepRows rows;
  std::array<Lane, kernel::sweep_lanes> lane{};
  std::array<double, kernel::sweep_lanes> step_pu{};  ///< of the sweep before
  alignas(64) std::array<double, kernel::sweep_lanes> mask{};
  alignas(64) std::array<double, kernel::sweep_lanes> step_squared{};
  kernel::SweepCheck check{};
};

/// Children and source of every position, from the parents: breadth first, children follow one
/// another.
inline void list_relatives(const feeder::Forest& forest, std::vector<Index>& child_first,
                           std::vector<Index>& root) {
  const Index n = forest.size();
  root.resize(n);
  for (Index k = 0; k < n; ++k) root[k] = k < forest.roots ? k : root[forest.parent[k]];
  child_first.assign(n + 1, n);
  for (Index k = n - 1; k >= forest.roots; --k) child_first[forest.parent[k]] = k;
  for (Index k = n - 1; k >= 0; --k) child_first[k] = std::min(child_first[k], child_first[k + 1]);
}

inline Job make_job(const feeder::Case& grid, const feeder::Forest& forest,
                    const Injections& injections, const FlowOptions& options, FlowWork& work) {
  list_relatives(forest, work.child_first, work.root);
  double largest_squared = 0.0;
  for (Index k = 0; k < forest.size(); ++k)
    largest_squared = std::max(largest_squared,
                               forest.k_re[k] * forest.k_re[k] + forest.k_im[k] * forest.k_im[k]);
  double source_squared = forest.roots > 0 ? std::numeric_limits<double>::infinity() : 1.0;
  for (Index k = 0; k < forest.roots; ++k)
    source_squared = std::min(source_squared, forest.source_re[k] * forest.source_re[k] +
                                                  forest.source_im[k] * forest.source_im[k]);
  const kernel::SweepTree tree = {
      forest.size(),           forest.roots,
      forest.parent.data(),    work.root.data(),
      work.child_first.data(), forest.r_pu.data(),
      forest.x_pu.data(),      forest.g_pu.data(),
      forest.b_pu.data(),      1.0 / (floor_share * floor_share * std::max(source_squared, 1e-6))};
  const auto size = static_cast<std::size_t>(forest.size());
  return {grid,
          forest,
          injections,
          options,
          tree,
          std::sqrt(largest_squared),
          size * kernel::sweep_columns * kernel::sweep_lanes};
}

/// The mask of lanes in a state; null where every lane that carries a scenario is in it.
inline const double* mask_of(Block& block, Lane state) {
  bool all = true;
  for (int l = 0; l < block.rows.used; ++l) {
    const bool is_in = block.lane[l] == state;
    block.mask[l] = is_in ? 1.0 : 0.0;
    all = all && is_in;
  }
  return all ? nullptr : block.mask.data();
}

/// After a sweep: which lanes have come so far that one more sweep ends them? The steps shrink by a
/// nearly constant factor, so the next one is foretold; lost lanes and those at the cap end as
/// well.
inline void end_sweeping(const Job& job, Block& block, FlowResult& result) {
  const double tol_pu = job.options.tol_step_pu;
  for (int l = 0; l < block.rows.used; ++l) {
    if (block.lane[l] != Lane::sweeping) continue;
    const double step_pu = std::sqrt(block.step_squared[l]) * job.largest_k;
    const std::int32_t iterations = ++result.iterations[block.first + l];
    const bool foretold = step_pu * step_pu <= 0.5 * tol_pu * block.step_pu[l];
    if (step_pu <= tol_pu || foretold || !(step_pu <= lost_step_pu) ||
        iterations + 1 >= job.options.max_iterations)
      block.lane[l] = Lane::waiting;
    block.step_pu[l] = step_pu;
  }
}

/// Voltage and current of the sources, as powers into the grid.
inline void report_sources(const Job& job, const Block& block, int l, FlowResult& result) {
  double p = 0.0;
  double q = 0.0;
  for (Index k = 0; k < job.forest.roots; ++k) {
    const double* at = block.state + (k * kernel::sweep_columns) * kernel::sweep_lanes + l;
    const double vr = at[kernel::sweep_vr * kernel::sweep_lanes];
    const double vi = at[kernel::sweep_vi * kernel::sweep_lanes];
    const double jr = at[kernel::sweep_jr * kernel::sweep_lanes];
    const double ji = at[kernel::sweep_ji * kernel::sweep_lanes];
    p += vr * jr + vi * ji;
    q += vi * jr - vr * ji;
  }
  result.source_p_pu[block.first + l] = p;
  result.source_q_pu[block.first + l] = q;
}

/// The last sweep of all waiting lanes, and the check of their currents. Lanes that moved too far
/// after all, or whose currents don't explain their loads yet, sweep on. Returns how many.
inline int finish(const Job& job, Block& block, FlowResult& result) {
  const auto& kernels = kernel::kernels();
  const double va_per_pu = job.grid.base_mva * va_per_mva;
  const double floor_pu = tol_mismatch_va / va_per_pu;
  block.check.rel_squared = tol_mismatch_rel * tol_mismatch_rel;
  block.check.abs_squared = floor_pu * floor_pu;
  mask_of(block, Lane::waiting);
  kernels.sweep_last(job.tree, block.mask.data(), block.state, block.check);
  int going = 0;
  for (int l = 0; l < block.rows.used; ++l) {
    if (block.lane[l] != Lane::waiting) continue;
    const Index s = block.first + l;
    const double step_pu = std::sqrt(block.check.step_squared[l]) * job.largest_k;
    const double excess = block.check.excess[l];
    const bool converged = step_pu <= job.options.tol_step_pu && excess <= 0.0;
    const bool is_lost = !(block.step_pu[l] <= lost_step_pu);
    const std::int32_t iterations = ++result.iterations[s];
    block.step_pu[l] = step_pu;
    block.lane[l] = Lane::done;
    if (!converged && !is_lost && iterations < job.options.max_iterations) {
      // At the cap less one a lane must not sweep freely again: its next sweep is a last one.
      block.lane[l] = iterations + 1 < job.options.max_iterations ? Lane::sweeping : Lane::waiting;
      ++going;
      continue;
    }
    result.status[s] = converged ? FlowStatus::converged : FlowStatus::diverged;
    result.max_step_pu[s] = step_pu;
    result.max_mismatch_va[s] =
        std::isnan(excess) ? excess : std::sqrt(block.check.mismatch_squared[l]) * va_per_pu;
    result.worst_bus[s] = job.forest.bus[static_cast<Index>(block.check.bus[l])];
    report_sources(job, block, l, result);
  }
  return going;
}

inline void iterate(const Job& job, Block& block, FlowResult& result) {
  const auto& kernels = kernel::kernels();
  int going = block.rows.used;
  for (int l = 0; l < block.rows.used; ++l) {
    result.iterations[block.first + l] = 0;
    block.lane[l] = job.options.max_iterations > 1 ? Lane::sweeping : Lane::waiting;
  }
  const auto any = [&](Lane state) {
    return std::find(block.lane.begin(), block.lane.end(), state) != block.lane.end();
  };
  while (going > 0) {
    while (any(Lane::sweeping)) {
      kernels.sweep(job.tree, mask_of(block, Lane::sweeping), block.state,
                    block.step_squared.data());
      end_sweeping(job, block, result);
    }
    going = finish(job, block, result);
    if (going > 0) kernels.sweep_up(job.tree, block.state);
  }
}

inline void solve_block(const Job& job, Index piece, double* state, FlowResult& result) {
  Block block;
  block.state = state;
  block.first = piece * kernel::sweep_lanes;
  const Index buses = job.grid.buses.size();
  block.rows = {std::min<Index>(kernel::sweep_lanes, job.injections.scenarios - block.first), buses,
                job.forest.bus.data(), job.injections.scale};
  block.lane.fill(Lane::done);
  const auto offset = static_cast<std::size_t>(block.first) * static_cast<std::size_t>(buses);
  const auto& kernels = kernel::kernels();
  kernels.sweep_load(job.tree, block.rows, job.injections.p_pu.data() + offset,
                     job.injections.q_pu.data() + offset, job.forest.source_re.data(),
                     job.forest.source_im.data(), state);
  iterate(job, block, result);
  kernels.sweep_store(job.tree, block.rows, job.forest.k_re.data(), job.forest.k_im.data(), state,
                      result.v_re.data() + offset, result.v_im.data() + offset);
  for (int l = 0; l < block.rows.used; ++l)
    for (const Index row : job.forest.unsupplied) {
      const std::size_t at = offset + static_cast<std::size_t>(l) * buses + row;
      result.v_re[at] = result.v_im[at] = std::numeric_limits<double>::quiet_NaN();
    }
}

/// Sizes only grow and contents need no clearing: every entry is written.
inline void size_result(Index scenarios, Index buses, FlowResult& result) {
  const std::size_t all = static_cast<std::size_t>(scenarios) * static_cast<std::size_t>(buses);
  result.scenarios = scenarios;
  result.v_re.resize(all);
  result.v_im.resize(all);
  result.status.resize(scenarios);
  result.iterations.resize(scenarios);
  result.worst_bus.resize(scenarios);
  for (auto* column :
       {&result.max_step_pu, &result.max_mismatch_va, &result.source_p_pu, &result.source_q_pu})
    column->resize(scenarios);
}

}  // namespace detail

GS_INLINE void solve(const feeder::Case& grid, const feeder::Forest& forest,
                     const Injections& injections, const FlowOptions& options, FlowWork& work,
                     FlowResult& result) {
  const std::size_t all =
      static_cast<std::size_t>(injections.scenarios) * static_cast<std::size_t>(grid.buses.size());
  if (injections.p_pu.size() != all || injections.q_pu.size() != all)
    throw UsageError("a power flow of " + std::to_string(injections.scenarios) + " scenarios and " +
                     std::to_string(grid.buses.size()) + " buses needs " + std::to_string(all) +
                     " injections p and q, not " + std::to_string(injections.p_pu.size()) +
                     " and " + std::to_string(injections.q_pu.size()));
  if (!(options.tol_step_pu >= 0.0) || options.max_iterations < 1 ||
      options.max_iterations > std::numeric_limits<std::int32_t>::max())
    throw UsageError("tol_step_pu must not be negative and max_iterations must be at least 1");
  if (!std::isfinite(injections.scale))
    throw UsageError("the scale of injections must be a finite number");
  const detail::Job job = detail::make_job(grid, forest, injections, options, work);
  detail::size_result(injections.scenarios, grid.buses.size(), result);
  const Index blocks = (injections.scenarios + kernel::sweep_lanes - 1) / kernel::sweep_lanes;
  const int threads = std::min<int>(threads_for(static_cast<int>(options.threads)), blocks);
  // A page and a half between threads' buffers keeps their equal columns out of each other's sets.
  const std::size_t spread = job.block_size + 768;
  work.lanes.resize(spread * static_cast<std::size_t>(std::max(threads, 1)));
  run_pieces(blocks, threads, [&](Index piece, int thread) {
    detail::solve_block(job, piece, work.lanes.data() + spread * static_cast<std::size_t>(thread),
                        result);
  });
}

}  // namespace flow
}  // namespace gridswarm::inline GS_ABI
