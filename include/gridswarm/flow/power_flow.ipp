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
       "sweeps after which a scenario counts as diverged"},
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

enum class Lane : std::int8_t { active, settled, lost };

/// The scenarios that travel in one block.
struct Block {
  double* state;
  Index first;  ///< scenario of lane 0
  kernel::SweepRows rows;
  std::array<Lane, kernel::lanes> lane{};
  alignas(64) std::array<double, kernel::lanes> active{};
  alignas(64) std::array<double, kernel::lanes> step_squared{};
  kernel::SweepCheck check{};
  bool all_active = true;
};

/// Children of every position, from the parents: breadth first, they follow one another.
inline void list_children(const feeder::Forest& forest, std::vector<Index>& child_first) {
  const Index n = forest.size();
  child_first.assign(n + 1, n);
  for (Index k = n - 1; k >= forest.roots; --k) child_first[forest.parent[k]] = k;
  for (Index k = n - 1; k >= 0; --k) child_first[k] = std::min(child_first[k], child_first[k + 1]);
}

inline Job make_job(const feeder::Case& grid, const feeder::Forest& forest,
                    const Injections& injections, const FlowOptions& options, FlowWork& work) {
  list_children(forest, work.child_first);
  double largest_squared = 0.0;
  for (Index k = 0; k < forest.size(); ++k)
    largest_squared = std::max(largest_squared,
                               forest.k_re[k] * forest.k_re[k] + forest.k_im[k] * forest.k_im[k]);
  double source_squared = forest.roots > 0 ? std::numeric_limits<double>::infinity() : 1.0;
  for (Index k = 0; k < forest.roots; ++k)
    source_squared = std::min(source_squared, forest.source_re[k] * forest.source_re[k] +
                                                  forest.source_im[k] * forest.source_im[k]);
  const kernel::SweepTree tree = {forest.size(),
                                  forest.roots,
                                  forest.parent.data(),
                                  work.child_first.data(),
                                  forest.r_pu.data(),
                                  forest.x_pu.data(),
                                  forest.g_pu.data(),
                                  forest.b_pu.data(),
                                  floor_share * floor_share * std::max(source_squared, 1e-6)};
  const auto size = static_cast<std::size_t>(forest.size());
  return {grid,
          forest,
          injections,
          options,
          tree,
          std::sqrt(largest_squared),
          size * kernel::sweep_columns * kernel::lanes};
}

inline void check_lanes(const Job& job, Block& block) {
  const double floor_pu = tol_mismatch_va / (job.grid.base_mva * va_per_mva);
  block.check.rel_squared = tol_mismatch_rel * tol_mismatch_rel;
  block.check.abs_squared = floor_pu * floor_pu;
  kernel::kernels().sweep_check(job.tree, block.state, block.check);
}

/// After a sweep: freeze lanes that moved little enough or are lost. Returns how many go on.
inline int settle(const Job& job, Block& block, std::int32_t iteration, FlowResult& result) {
  int going = 0;
  for (int l = 0; l < block.rows.used; ++l) {
    if (block.lane[l] != Lane::active) continue;
    const double step_pu = std::sqrt(block.step_squared[l]) * job.largest_k;
    result.iterations[block.first + l] = iteration;
    result.max_step_pu[block.first + l] = step_pu;
    if (step_pu <= job.options.tol_step_pu)
      block.lane[l] = Lane::settled;
    else if (!(step_pu <= lost_step_pu))
      block.lane[l] = Lane::lost;
    if (block.lane[l] == Lane::active) {
      ++going;
    } else {
      block.active[l] = 0.0;
      block.all_active = false;
    }
  }
  return going;
}

/// Wake lanes whose currents don't explain their loads yet. Returns how many.
inline int wake_unbalanced(Block& block) {
  int woken = 0;
  for (int l = 0; l < block.rows.used; ++l)
    if (block.lane[l] == Lane::settled && !(block.check.excess[l] <= 0.0)) {
      block.lane[l] = Lane::active;
      block.active[l] = 1.0;
      ++woken;
    }
  return woken;
}

inline void iterate(const Job& job, Block& block, FlowResult& result) {
  const auto& kernels = kernel::kernels();
  const auto cap = static_cast<std::int32_t>(job.options.max_iterations);
  for (std::int32_t iteration = 1; iteration <= cap; ++iteration) {
    kernels.sweep(job.tree, block.all_active ? nullptr : block.active.data(), block.state,
                  block.step_squared.data());
    if (settle(job, block, iteration, result) > 0) continue;
    check_lanes(job, block);
    if (wake_unbalanced(block) == 0) return;
  }
  check_lanes(job, block);
}

inline void report_lanes(const Job& job, const Block& block, FlowResult& result) {
  const double va_per_pu = job.grid.base_mva * va_per_mva;
  for (int l = 0; l < block.rows.used; ++l) {
    const Index s = block.first + l;
    const bool balanced = block.check.excess[l] <= 0.0;
    const bool converged = block.lane[l] == Lane::settled && balanced;
    result.status[s] = converged ? FlowStatus::converged : FlowStatus::diverged;
    result.max_mismatch_va[s] = std::isnan(block.check.excess[l])
                                    ? block.check.excess[l]
                                    : std::sqrt(block.check.mismatch_squared[l]) * va_per_pu;
    result.worst_bus[s] = job.forest.bus[static_cast<Index>(block.check.bus[l])];
    double p = 0.0;
    double q = 0.0;
    for (Index k = 0; k < job.forest.roots; ++k) {
      const double* at = block.state + (k * kernel::sweep_columns) * kernel::lanes + l;
      const double vr = at[kernel::sweep_vr * kernel::lanes];
      const double vi = at[kernel::sweep_vi * kernel::lanes];
      const double jr = at[kernel::sweep_jr * kernel::lanes];
      const double ji = at[kernel::sweep_ji * kernel::lanes];
      p += vr * jr + vi * ji;
      q += vi * jr - vr * ji;
    }
    result.source_p_pu[s] = p;
    result.source_q_pu[s] = q;
  }
}

inline void solve_block(const Job& job, Index piece, double* state, FlowResult& result) {
  Block block;
  block.state = state;
  block.first = piece * kernel::lanes;
  const Index buses = job.grid.buses.size();
  block.rows = {std::min<Index>(kernel::lanes, job.injections.scenarios - block.first), buses,
                job.forest.bus.data()};
  block.active.fill(1.0);
  const auto offset = static_cast<std::size_t>(block.first) * static_cast<std::size_t>(buses);
  const auto& kernels = kernel::kernels();
  kernels.sweep_load(job.tree, block.rows, job.injections.p_pu.data() + offset,
                     job.injections.q_pu.data() + offset, job.forest.source_re.data(),
                     job.forest.source_im.data(), state);
  iterate(job, block, result);
  report_lanes(job, block, result);
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
  const detail::Job job = detail::make_job(grid, forest, injections, options, work);
  detail::size_result(injections.scenarios, grid.buses.size(), result);
  const Index blocks = (injections.scenarios + kernel::lanes - 1) / kernel::lanes;
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
