// SPDX-License-Identifier: BSD-3-Clause
// How a batch is streamed, whatever network it is of. What differs is found by its types: check(),
// distinct_topologies(), changed(), fill_block(), gather(), put() and solve() of either kind, and
// how much memory things take.
#pragma once

#include <algorithm>
#include <cmath>

#include "gridswarm/base/error.hpp"
#include "gridswarm/flow/batch_parts.ipp"
#include "gridswarm/flow/stream.hpp"

namespace gridswarm::inline GS_ABI::flow::detail {

inline constexpr double bytes_per_mib = 1048576.0;
/// Blocks hold a multiple of this: whole lanes on every instruction set.
inline constexpr Index block_multiple = 16;
inline constexpr Index longest_block = 65536;

/// Number of a scenario's topology.
template <class Types>
Index number_of(const ShelfOf<Types>& shelf, std::int64_t scenario) {
  return shelf.topologies.number[row_of(*shelf.batch, scenario).topology];
}

/// The solution of a topology's first rows, where its scenarios begin; flat if it has none.
template <class Types>
void find_start(ShelfOf<Types>& shelf, Index number) {
  typename Types::Batch first = *shelf.batch;
  first.combine = Combine::product;
  first.topology.clear();
  typename Types::Fill fill;
  typename Types::Work work;
  typename Types::Result result;
  const typename Types::Injections injections = fill_block(*shelf.grid, first, 0, 1, fill);
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
template <class Types>
void solve_same(const ShelfOf<Types>& shelf, Index number, typename Types::Injections injections,
                const FlowOptions& options, std::int64_t first, std::span<const Index> list,
                BlockWorkOf<Types>& work, typename Types::Result& result) {
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
    throw NotFiniteError(error, local + first);
  }
}

/// Topologies side by side in one block: each is solved by itself, results return to their places.
template <class Types>
void solve_mixed(const ShelfOf<Types>& shelf, const typename Types::Injections& injections,
                 const FlowOptions& options, std::int64_t first, BlockWorkOf<Types>& work) {
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

template <class Types>
ShelfOf<Types> shelf_of(const typename Types::Grid& grid, const typename Types::Batch& batch,
                        const FlowOptions& options, const StreamOptions& stream) {
  check(grid, batch);
  ShelfOf<Types> shelf;
  shelf.grid = &grid;
  shelf.batch = &batch;
  shelf.options = options;
  shelf.topologies = distinct_topologies(grid, batch);
  const std::size_t count = shelf.topologies.changes.size();
  shelf.solver.resize(count);
  shelf.used_at.assign(count, -1);
  shelf.start_re.resize(count);
  shelf.start_im.resize(count);
  const double fits = stream.solvers_mib * bytes_per_mib / solver_bytes(shelf);
  shelf.limit = static_cast<Index>(std::clamp(fits, 1.0, 1e6));
  return shelf;
}

template <class Types>
Index next_block_of(const ShelfOf<Types>& shelf, const StreamOptions& stream, std::int64_t first) {
  const std::int64_t left = scenarios_of(*shelf.batch) - first;
  const double fits = stream.memory_mib * bytes_per_mib / scenario_bytes(shelf);
  const double whole = std::floor(fits / block_multiple) * block_multiple;
  const auto automatic = static_cast<std::int64_t>(
      std::clamp<double>(whole, block_multiple, static_cast<double>(longest_block)));
  const std::int64_t longest = std::min<std::int64_t>(longest_block, left);
  const auto count =
      static_cast<Index>(std::min(longest, stream.block > 0 ? stream.block : automatic));
  if (shelf.topologies.changes.size() <= static_cast<std::size_t>(shelf.limit)) return count;
  std::vector<Index> seen;
  for (Index k = 0; k < count; ++k) {
    const Index number = number_of(shelf, first + k);
    if (std::find(seen.begin(), seen.end(), number) != seen.end()) continue;
    if (static_cast<Index>(seen.size()) == shelf.limit) return k;
    seen.push_back(number);
  }
  return count;
}

template <class Types>
void make_ready(ShelfOf<Types>& shelf, const StreamOptions& stream, std::int64_t first,
                Index count) {
  const std::int64_t since = shelf.uses;
  for (Index k = 0; k < count; ++k) {
    const Index number = number_of(shelf, first + k);
    if (shelf.used_at[number] >= since) continue;
    shelf.used_at[number] = shelf.uses++;
    if (shelf.solver[number]) continue;
    const auto& changes = shelf.topologies.changes[number];
    shelf.solver[number] = std::make_shared<const typename Types::Solver>(
        changes.empty() ? prepare(*shelf.grid, shelf.options)
                        : prepare(changed(*shelf.grid, changes), shelf.options));
    if (stream.warm_start) find_start(shelf, number);
  }
}

template <class Types>
void put_away_of(ShelfOf<Types>& shelf, std::int64_t since) {
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

template <class Types>
BlockOf<Types> solve_block_of(const ShelfOf<Types>& shelf, const FlowOptions& options,
                              std::int64_t first, Index count, BlockWorkOf<Types>& work) {
  const typename Types::Injections injections =
      fill_block(*shelf.grid, *shelf.batch, first, count, work.fill);
  work.number.resize(count);
  work.solver.resize(count);
  bool same = true;
  for (Index k = 0; k < count; ++k) {
    work.number[k] = number_of(shelf, first + k);
    work.solver[k] = shelf.solver[work.number[k]].get();
    same = same && work.number[k] == work.number[0];
  }
  if (same)
    solve_same(shelf, work.number[0], injections, options, first, {}, work, work.result);
  else
    solve_mixed(shelf, injections, options, first, work);
  work.block_injections = injections;
  return {first, work.block_injections, work.result, work.solver};
}

template <class Types, class Sink>
void solve_stream_of(const typename Types::Grid& grid, const typename Types::Batch& batch,
                     const FlowOptions& options, const StreamOptions& stream, const Sink& sink) {
  ShelfOf<Types> shelf = shelf_of<Types>(grid, batch, options, stream);
  BlockWorkOf<Types> work;
  const std::int64_t all = scenarios_of(batch);
  for (std::int64_t first = 0; first < all;) {
    const Index count = next_block_of(shelf, stream, first);
    const std::int64_t since = shelf.uses;
    make_ready(shelf, stream, first, count);
    put_away_of(shelf, since);
    if (!sink(solve_block_of(shelf, options, first, count, work))) return;
    first += count;
  }
}

}  // namespace gridswarm::inline GS_ABI::flow::detail
