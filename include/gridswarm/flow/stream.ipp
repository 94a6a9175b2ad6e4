// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cmath>

#include "gridswarm/base/error.hpp"
#include "gridswarm/flow/stream.hpp"

namespace gridswarm::inline GS_ABI::flow {
namespace detail {

inline constexpr double bytes_per_mib = 1048576.0;
/// Blocks hold a multiple of this: whole lanes on every instruction set.
inline constexpr Index block_multiple = 16;
inline constexpr Index longest_block = 65536;

/// What a scenario takes in a block: results, and inputs where they are formed here; a block of
/// several topologies holds both twice.
inline double scenario_bytes(const SolverShelf& shelf) {
  const bool formed = shelf.batch->injections.given.scenarios == 0;
  const double columns =
      (2.0 + (formed ? 2.0 : 0.0)) * (shelf.topologies.changes.size() > 1 ? 2 : 1);
  return 8.0 * columns * std::max<Index>(1, shelf.grid->buses.size());
}

/// A case, its forest or admittances and factors, roughly.
inline double solver_bytes(const feeder::Case& grid) {
  return 512.0 * (grid.buses.size() + grid.branches.size() + grid.loads.size() + 1);
}

inline Index number_of(const SolverShelf& shelf, std::int64_t scenario) {
  return shelf.topologies.number[row_of(*shelf.batch, scenario).topology];
}

/// The solution of a topology's first rows, where its scenarios begin; flat if it has none.
inline void find_start(SolverShelf& shelf, Index number) {
  Batch first = *shelf.batch;
  first.combine = Combine::product;
  first.topology.clear();
  FillRows fill;
  FlowWork work;
  FlowResult result;
  const Injections injections = fill_block(*shelf.grid, first, 0, 1, fill);
  FlowOptions options = shelf.options;
  options.polar = false;
  solve(*shelf.solver[number], injections, options, work, result);
  if (result.status[0] != FlowStatus::converged) return;
  for (double& value : result.v_re) value = std::isfinite(value) ? value : 1.0;
  for (double& value : result.v_im) value = std::isfinite(value) ? value : 0.0;
  shelf.start_re[number] = std::move(result.v_re);
  shelf.start_im[number] = std::move(result.v_im);
}

/// Solve scenarios of one topology, from its start.
/// @param first, list  where the batch has these scenarios: first + list[k], or first + k
inline void solve_same(const SolverShelf& shelf, Index number, Injections injections,
                       const FlowOptions& options, std::int64_t first, std::span<const Index> list,
                       BlockWork& work, FlowResult& result) {
  const auto repeat = [&](const Column<double>& row, Column<double>& to) {
    to.resize(row.size() * static_cast<std::size_t>(injections.scenarios));
    for (Index k = 0; k < injections.scenarios; ++k)
      std::copy(row.begin(), row.end(), to.begin() + static_cast<std::ptrdiff_t>(row.size()) * k);
    return std::span<const double>(to);
  };
  if (!shelf.start_re[number].empty()) {
    injections.start_re = repeat(shelf.start_re[number], work.start_re);
    injections.start_im = repeat(shelf.start_im[number], work.start_im);
  }
  try {
    solve(*shelf.solver[number], injections, options, work.flow, result);
  } catch (const NotFiniteError& error) {  // of this call; say which scenario of the batch
    const std::int64_t local =
        list.empty() ? error.scenario : list[static_cast<std::size_t>(error.scenario)];
    throw NotFiniteError(error.what_is, error.bus, local + first, error.value);
  }
}

/// Topologies side by side in one block: each is solved by itself, results return to their places.
inline void solve_mixed(const SolverShelf& shelf, const Injections& injections,
                        const FlowOptions& options, std::int64_t first, BlockWork& work) {
  clear(work.result);
  std::vector<Index> numbers = work.number;
  std::sort(numbers.begin(), numbers.end());
  numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
  for (const Index number : numbers) {
    work.list.clear();
    for (Index k = 0; k < injections.scenarios; ++k)
      if (work.number[k] == number) work.list.push_back(k);
    solve_same(shelf, number, gather(injections, work.list, work.chosen), options, first, work.list,
               work, work.part);
    make_room(work.part, injections.scenarios, work.result);
    for (std::size_t k = 0; k < work.list.size(); ++k)
      put(work.part, static_cast<Index>(k), work.list[k], work.result);
  }
}

}  // namespace detail

GS_INLINE SolverShelf make_shelf(const feeder::Case& grid, const Batch& batch,
                                 const FlowOptions& options, const StreamOptions& stream) {
  check(grid, batch);
  SolverShelf shelf;
  shelf.grid = &grid;
  shelf.batch = &batch;
  shelf.options = options;
  shelf.topologies = distinct_topologies(grid, batch);
  const std::size_t count = shelf.topologies.changes.size();
  shelf.solver.resize(count);
  shelf.used_at.assign(count, -1);
  shelf.start_re.resize(count);
  shelf.start_im.resize(count);
  const double fits = stream.solvers_mib * detail::bytes_per_mib / detail::solver_bytes(grid);
  shelf.limit = static_cast<Index>(std::clamp(fits, 1.0, 1e6));
  return shelf;
}

GS_INLINE Index next_block(const SolverShelf& shelf, const StreamOptions& stream,
                           std::int64_t first) {
  const std::int64_t left = scenarios_of(*shelf.batch) - first;
  const double fits = stream.memory_mib * detail::bytes_per_mib / detail::scenario_bytes(shelf);
  const double whole = std::floor(fits / detail::block_multiple) * detail::block_multiple;
  const auto automatic = static_cast<std::int64_t>(std::clamp<double>(
      whole, detail::block_multiple, static_cast<double>(detail::longest_block)));
  const std::int64_t longest = std::min<std::int64_t>(detail::longest_block, left);
  const auto count =
      static_cast<Index>(std::min(longest, stream.block > 0 ? stream.block : automatic));
  if (shelf.topologies.changes.size() <= static_cast<std::size_t>(shelf.limit)) return count;
  std::vector<Index> seen;
  for (Index k = 0; k < count; ++k) {
    const Index number = detail::number_of(shelf, first + k);
    if (std::find(seen.begin(), seen.end(), number) != seen.end()) continue;
    if (static_cast<Index>(seen.size()) == shelf.limit) return k;
    seen.push_back(number);
  }
  return count;
}

GS_INLINE void ready(SolverShelf& shelf, const StreamOptions& stream, std::int64_t first,
                     Index count) {
  const std::int64_t since = shelf.uses;
  for (Index k = 0; k < count; ++k) {
    const Index number = detail::number_of(shelf, first + k);
    if (shelf.used_at[number] >= since) continue;
    shelf.used_at[number] = shelf.uses++;
    if (shelf.solver[number]) continue;
    const auto& changes = shelf.topologies.changes[number];
    shelf.solver[number] = std::make_shared<const Solver>(
        changes.empty() ? prepare(*shelf.grid, shelf.options)
                        : prepare(changed(*shelf.grid, changes), shelf.options));
    if (stream.warm_start) detail::find_start(shelf, number);
  }
}

GS_INLINE void put_away(SolverShelf& shelf, std::int64_t since) {
  for (;;) {
    Index made = 0, oldest = none;
    for (Index k = 0; k < static_cast<Index>(shelf.solver.size()); ++k) {
      if (!shelf.solver[k]) continue;
      ++made;
      if (shelf.used_at[k] < since && (oldest == none || shelf.used_at[k] < shelf.used_at[oldest]))
        oldest = k;
    }
    if (made <= shelf.limit || oldest == none) return;
    shelf.solver[oldest].reset();
    shelf.start_re[oldest] = {};
    shelf.start_im[oldest] = {};
  }
}

GS_INLINE BatchBlock solve_block(const SolverShelf& shelf, const FlowOptions& options,
                                 std::int64_t first, Index count, BlockWork& work) {
  const Injections injections = fill_block(*shelf.grid, *shelf.batch, first, count, work.fill);
  work.number.resize(count);
  work.solver.resize(count);
  bool same = true;
  for (Index k = 0; k < count; ++k) {
    work.number[k] = detail::number_of(shelf, first + k);
    work.solver[k] = shelf.solver[work.number[k]].get();
    same = same && work.number[k] == work.number[0];
  }
  if (same)
    detail::solve_same(shelf, work.number[0], injections, options, first, {}, work, work.result);
  else
    detail::solve_mixed(shelf, injections, options, first, work);
  work.block_injections = injections;
  return {first, work.block_injections, work.result, work.solver};
}

GS_INLINE void solve_stream(const feeder::Case& grid, const Batch& batch,
                            const FlowOptions& options, const StreamOptions& stream,
                            const BatchSink& sink) {
  SolverShelf shelf = make_shelf(grid, batch, options, stream);
  BlockWork work;
  const std::int64_t all = scenarios_of(batch);
  for (std::int64_t first = 0; first < all;) {
    const Index count = next_block(shelf, stream, first);
    const std::int64_t since = shelf.uses;
    ready(shelf, stream, first, count);
    put_away(shelf, since);
    if (!sink(solve_block(shelf, options, first, count, work))) return;
    first += count;
  }
}

}  // namespace gridswarm::inline GS_ABI::flow
