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
  };
  return table;
}

namespace flow {
namespace detail {

/// A lane that moved farther than this is lost; it is frozen while its numbers are still finite.
inline constexpr double lost_step_pu = 1e6;

/// One call of solve(): what its blocks read.
struct Job {
  const feeder::Case& grid;
  const feeder::Forest& forest;
  const Injections& injections;
  const FlowOptions& options;
  const SweepPlan& plan;
  kernel::SweepTree tree;
  std::size_t cells_size;   ///< numbers per thread in FlowWork::lanes: cells,
  std::size_t pairs_size;   ///< voltages,
  std::size_t memory_size;  ///< and all with the probes
};

/// A lane sweeps, waits for the two last sweeps that its block makes together, or has its result.
enum class Lane : std::int8_t { sweeping, waiting, done };

/// The scenarios that travel in one block. What changes with every sweep stays here, out of the
/// cache lines that another thread writes its scenarios' results to.
struct Block {
  kernel::SweepMemory memory;
  Index first;  ///< scenario of lane 0
  kernel::SweepRows rows;
  std::array<Lane, kernel::sweep_lanes> lane{};
  std::array<std::int32_t, kernel::sweep_lanes> iterations{};
  std::array<double, kernel::sweep_lanes> step_pu{};  ///< of the sweep before; 0: none yet
  alignas(64) std::array<double, kernel::sweep_lanes> mask{};
  alignas(64) std::array<double, kernel::sweep_lanes> step_squared{};
  kernel::SweepCheck check{};
};

inline Job make_job(const feeder::Case& grid, const feeder::Forest& forest,
                    const Injections& injections, const FlowOptions& options, FlowWork& work) {
  renew_sweep_plan(forest, grid.buses.size(), work.plan);
  const auto cells = static_cast<std::size_t>(forest.size()) + 2;
  // Half a kilobyte between parts keeps equal offsets out of each other's cache sets.
  const std::size_t cells_size = cells * kernel::sweep_columns * kernel::sweep_lanes + 64;
  const std::size_t pairs_size = cells * 2 * kernel::sweep_lanes + 64;
  const std::size_t probes_size = work.plan.block_leaf.size() * 2 * kernel::sweep_lanes + 64;
  return {grid,       forest,     injections,
          options,    work.plan,  sweep_tree(work.plan),
          cells_size, pairs_size, cells_size + pairs_size + probes_size};
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

/// Does the sweep after next end the iteration? Steps shrink by a nearly constant factor, so the
/// next two are foretold from the last two; half the tolerance allows for what probes don't see.
inline bool is_foretold(double step_pu, double before_pu, double tol_pu) {
  const double shrunk = before_pu > 0.0 ? step_pu / before_pu : 1.0;
  return step_pu * shrunk * shrunk <= 0.5 * tol_pu;
}

/// Take note of a lane's step: it waits for the last sweeps when these are foretold to be enough,
/// when it is lost, and when no more than they are allowed.
inline void note_step(const Job& job, Block& block, int l, double step_pu) {
  const bool ends = is_foretold(step_pu, block.step_pu[l], job.options.tol_step_pu) ||
                    !(step_pu <= lost_step_pu) ||
                    block.iterations[l] + 2 >= job.options.max_iterations;
  block.lane[l] = ends ? Lane::waiting : Lane::sweeping;
  block.step_pu[l] = step_pu;
}

/// Voltage and current of the sources, as powers into the grid.
inline void report_sources(const Job& job, const Block& block, int l, FlowResult& result) {
  double p = 0.0;
  double q = 0.0;
  for (Index k = 0; k < job.forest.roots; ++k) {
    const double* v = block.memory.v + static_cast<std::size_t>(k) * 2 * kernel::sweep_lanes + l;
    const double* j = block.memory.cells +
                      static_cast<std::size_t>(k) * kernel::sweep_columns * kernel::sweep_lanes + l;
    const double vr = v[0];
    const double vi = v[kernel::sweep_lanes];
    const double jr = j[kernel::sweep_jr * kernel::sweep_lanes];
    const double ji = j[kernel::sweep_ji * kernel::sweep_lanes];
    p += vr * jr + vi * ji;
    q += vi * jr - vr * ji;
  }
  result.source_p_pu[block.first + l] = p;
  result.source_q_pu[block.first + l] = q;
}

/// The bus row of a lane's largest mismatch.
inline Index worst_bus(const Job& job, const Block& block, int l) {
  if (job.plan.size == 0) return none;
  return job.forest.bus[job.plan.position[static_cast<Index>(block.check.bus[l])]];
}

/// The last sweep of all waiting lanes, and the check of their currents. Lanes that moved too far
/// after all, or whose currents don't explain their loads yet, go on. Returns how many.
inline int finish(const Job& job, Block& block, FlowResult& result) {
  const double va_per_pu = job.grid.base_mva * va_per_mva;
  const double floor_pu = tol_mismatch_va / va_per_pu;
  block.check.rel_squared = tol_mismatch_rel * tol_mismatch_rel;
  block.check.abs_squared = floor_pu * floor_pu;
  kernel::kernels().sweep_last(job.tree, block.memory, block.check);
  int going = 0;
  for (int l = 0; l < block.rows.used; ++l) {
    if (block.lane[l] != Lane::waiting) continue;
    const Index s = block.first + l;
    const double step_pu = std::sqrt(block.check.step_squared[l]) * job.plan.largest_k;
    const double excess = block.check.excess[l];
    const bool converged = step_pu <= job.options.tol_step_pu && excess <= 0.0;
    const bool is_lost = !(step_pu <= lost_step_pu) || std::isnan(excess);
    result.iterations[s] = ++block.iterations[l];
    if (!converged && !is_lost && block.iterations[l] + 2 <= job.options.max_iterations) {
      note_step(job, block, l, step_pu);
      ++going;
      continue;
    }
    block.lane[l] = Lane::done;
    result.status[s] = converged ? FlowStatus::converged : FlowStatus::diverged;
    result.max_step_pu[s] = step_pu;
    result.max_mismatch_va[s] =
        std::isnan(excess) ? excess : std::sqrt(block.check.mismatch_squared[l]) * va_per_pu;
    result.worst_bus[s] = worst_bus(job, block, l);
    report_sources(job, block, l, result);
  }
  return going;
}

/// One sweep of the lanes in `state`.
inline void sweep_once(const Job& job, Block& block, Lane state, bool kept) {
  kernel::kernels().sweep(job.tree, mask_of(block, state), kept, block.memory,
                          block.step_squared.data());
  for (int l = 0; l < block.rows.used; ++l) {
    if (block.lane[l] != state) continue;
    ++block.iterations[l];
    const double step_pu = std::sqrt(block.step_squared[l]) * job.plan.largest_k;
    if (!kept) note_step(job, block, l, step_pu);
  }
}

inline void iterate(const Job& job, Block& block, FlowResult& result) {
  const auto& kernels = kernel::kernels();
  const auto any = [&](Lane state) {
    return std::find(block.lane.begin(), block.lane.end(), state) != block.lane.end();
  };
  int going = block.rows.used;
  const bool is_short = job.options.max_iterations <= 2;
  for (int l = 0; l < block.rows.used; ++l)
    block.lane[l] = is_short ? Lane::waiting : Lane::sweeping;
  while (going > 0) {
    while (any(Lane::sweeping)) sweep_once(job, block, Lane::sweeping, false);
    if (job.options.max_iterations > 1) sweep_once(job, block, Lane::waiting, true);
    going = finish(job, block, result);
    if (going == 0) return;
    for (int l = 0; l < block.rows.used; ++l) block.mask[l] = block.lane[l] != Lane::done;
    kernels.sweep_up(job.tree, block.mask.data(), block.memory);
  }
}

/// Voltages of a flat start where a first sweep would not keep any.
inline void fill_flat(const Job& job, Block& block) {
  for (Index c = 0; c < job.plan.size; ++c) {
    const kernel::SweepSource& source = job.plan.sources[job.plan.root[c]];
    double* v = block.memory.v + static_cast<std::size_t>(c) * 2 * kernel::sweep_lanes;
    std::fill_n(v, kernel::sweep_lanes, source.vr);
    std::fill_n(v + kernel::sweep_lanes, kernel::sweep_lanes, source.vi);
  }
}

inline Block make_block(const Job& job, Index piece, double* memory) {
  Block block;
  block.memory = {memory, memory + job.cells_size, memory + job.cells_size + job.pairs_size};
  block.first = piece * kernel::sweep_lanes;
  const Index buses = job.grid.buses.size();
  block.rows = {std::min<Index>(kernel::sweep_lanes, job.injections.scenarios - block.first), buses,
                buses, job.plan.cell.data(), job.injections.scale};
  block.lane.fill(Lane::done);
  return block;
}

/// Where a block's rows begin in the caller's arrays.
inline std::size_t offset_of(const Block& block) {
  return static_cast<std::size_t>(block.first) * static_cast<std::size_t>(block.rows.stride);
}

inline void load_block(const Job& job, Block& block) {
  kernel::kernels().sweep_load(job.tree, block.rows, job.injections.p_pu.data() + offset_of(block),
                               job.injections.q_pu.data() + offset_of(block), block.memory);
}

inline void store_block(const Job& job, const Block& block, FlowResult& result) {
  const bool polar = job.options.polar;
  Column<double>& a = polar ? result.vm_pu : result.v_re;
  Column<double>& b = polar ? result.va_rad : result.v_im;
  kernel::kernels().sweep_store(block.rows, job.plan.k_re.data(), job.plan.k_im.data(),
                                block.memory.v, polar, a.data() + offset_of(block),
                                b.data() + offset_of(block));
}

inline void solve_block(const Job& job, Index piece, double* memory, FlowResult& result) {
  Block block = make_block(job, piece, memory);
  const Injections& given = job.injections;
  load_block(job, block);
  if (job.options.max_iterations == 1) fill_flat(job, block);
  if (!given.start_re.empty()) {
    const auto& kernels = kernel::kernels();
    kernels.sweep_start(job.tree, block.rows, job.plan.k_re.data(), job.plan.k_im.data(),
                        given.start_re.data() + offset_of(block),
                        given.start_im.data() + offset_of(block), block.memory);
    kernels.sweep_up(job.tree, nullptr, block.memory);
  }
  iterate(job, block, result);
  store_block(job, block, result);
}

/// Sizes only grow and contents need no clearing: every entry is written.
inline void size_result(Index scenarios, Index buses, bool polar, FlowResult& result) {
  const std::size_t all = static_cast<std::size_t>(scenarios) * static_cast<std::size_t>(buses);
  result.scenarios = scenarios;
  for (auto* column : {&result.v_re, &result.v_im}) column->resize(polar ? 0 : all);
  for (auto* column : {&result.vm_pu, &result.va_rad}) column->resize(polar ? all : 0);
  result.status.resize(scenarios);
  result.iterations.resize(scenarios);
  result.worst_bus.resize(scenarios);
  for (auto* column :
       {&result.max_step_pu, &result.max_mismatch_va, &result.source_p_pu, &result.source_q_pu})
    column->resize(scenarios);
}

/// @throws UsageError for arrays of another size or options that make no sense
inline void require_power_arrays(const feeder::Case& grid, const Injections& injections,
                                 const FlowOptions& options) {
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
}

/// Check what was given, size what is returned, and call `solve_piece` for every block.
inline void solve_in_blocks(const feeder::Case& grid, const feeder::Forest& forest,
                            const Injections& injections, const FlowOptions& options,
                            FlowWork& work, FlowResult& result,
                            void (*solve_piece)(const Job&, Index, double*, FlowResult&)) {
  require_power_arrays(grid, injections, options);
  const Job job = make_job(grid, forest, injections, options, work);
  size_result(injections.scenarios, grid.buses.size(), options.polar, result);
  const Index blocks = (injections.scenarios + kernel::sweep_lanes - 1) / kernel::sweep_lanes;
  const int threads = std::min<int>(threads_for(static_cast<int>(options.threads)), blocks);
  // A page and a half between threads' buffers keeps their equal columns out of each other's sets.
  const std::size_t spread = job.memory_size + 768;
  work.lanes.resize(spread * static_cast<std::size_t>(std::max(threads, 1)));
  run_pieces(blocks, threads, [&](Index piece, int thread) {
    solve_piece(job, piece, work.lanes.data() + spread * static_cast<std::size_t>(thread), result);
  });
}

}  // namespace detail

GS_INLINE void solve(const feeder::Case& grid, const feeder::Forest& forest,
                     const Injections& injections, const FlowOptions& options, FlowWork& work,
                     FlowResult& result) {
  detail::solve_in_blocks(grid, forest, injections, options, work, result, detail::solve_block);
}

GS_INLINE void make_polar(int threads, FlowResult& result) {
  const std::size_t all = result.v_re.size();
  result.vm_pu.resize(all);
  result.va_rad.resize(all);
  constexpr std::size_t piece_size = 1 << 14;
  const auto pieces = static_cast<Index>((all + piece_size - 1) / piece_size);
  run_pieces(pieces, threads, [&](Index piece, int) {
    const std::size_t first = static_cast<std::size_t>(piece) * piece_size;
    kernel::kernels().polar(std::min(piece_size, all - first), result.v_re.data() + first,
                            result.v_im.data() + first, result.vm_pu.data() + first,
                            result.va_rad.data() + first);
  });
  result.v_re.clear();
  result.v_im.clear();
}

}  // namespace flow
}  // namespace gridswarm::inline GS_ABI
