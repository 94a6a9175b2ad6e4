// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "gridswarm/flow/stream.hpp"
#include "gridswarm/flow/stream_parts.ipp"

namespace gridswarm::inline GS_ABI::flow {

GS_INLINE double scenario_bytes(const SolverShelf& shelf) {
  const bool formed = shelf.batch->injections.given.scenarios == 0;
  const double columns =
      (2.0 + (formed ? 2.0 : 0.0)) * (shelf.topologies.changes.size() > 1 ? 2 : 1);
  return 8.0 * columns * std::max<Index>(1, shelf.grid->buses.size());
}

GS_INLINE double solver_bytes(const SolverShelf& shelf) {
  const feeder::Case& grid = *shelf.grid;
  return 512.0 * (grid.buses.size() + grid.branches.size() + grid.loads.size() + 1);
}

GS_INLINE SolverShelf make_shelf(const feeder::Case& grid, const Batch& batch,
                                 const FlowOptions& options, const StreamOptions& stream) {
  return detail::shelf_of<CaseTypes>(grid, batch, options, stream);
}

GS_INLINE Index next_block(const SolverShelf& shelf, const StreamOptions& stream,
                           std::int64_t first) {
  return detail::next_block_of(shelf, stream, first);
}

GS_INLINE void ready(SolverShelf& shelf, const StreamOptions& stream, std::int64_t first,
                     Index count) {
  detail::make_ready(shelf, stream, first, count);
}

GS_INLINE void put_away(SolverShelf& shelf, std::int64_t since) {
  detail::put_away_of(shelf, since);
}

GS_INLINE BatchBlock solve_block(const SolverShelf& shelf, const FlowOptions& options,
                                 std::int64_t first, Index count, BlockWork& work) {
  return detail::solve_block_of(shelf, options, first, count, work);
}

GS_INLINE void solve_stream(const feeder::Case& grid, const Batch& batch,
                            const FlowOptions& options, const StreamOptions& stream,
                            const BatchSink& sink) {
  detail::solve_stream_of<CaseTypes>(grid, batch, options, stream, sink);
}

}  // namespace gridswarm::inline GS_ABI::flow
