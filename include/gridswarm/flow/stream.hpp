// SPDX-License-Identifier: BSD-3-Clause
// A batch of any length through one power flow after another, in bounded memory.
//
// Scenarios are solved in blocks, in their order, and every block is handed to a sink. What is kept
// is one block, and the solvers of the few topologies used last. A scenario's bits depend neither
// on the blocks, nor on the threads: even a warm start begins at the solution of the topology's
// first rows (tap row 0, injection row 0), not at what was solved before.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "gridswarm/flow/batch.hpp"
#include "gridswarm/flow/solver.hpp"

namespace gridswarm::inline GS_ABI::flow {

struct StreamOptions {
  std::int64_t block = 0;     ///< scenarios per block; 0: what memory_mib holds
  double memory_mib = 16.0;   ///< for a block's rows and results, not for its lanes
  double solvers_mib = 16.0;  ///< for solvers of topologies; one is always kept
  bool warm_start = false;    ///< begin at the topology's first solution, not flat
};

/// What streams of balanced cases are made of; flow/circuit_stream.hpp has the other kind.
struct CaseTypes {
  using Grid = feeder::Case;
  using Batch = flow::Batch;
  using Change = CaseChange;
  using Solver = flow::Solver;
  using Injections = flow::Injections;
  using Rows = InjectionRows;
  using Fill = FillRows;
  using Work = FlowWork;
  using Result = FlowResult;
};

/// Scenarios first .. first + result.scenarios - 1, solved.
template <class Types>
struct BlockOf {
  std::int64_t first;
  const typename Types::Injections& injections;
  const typename Types::Result& result;
  std::span<const typename Types::Solver* const> solver;  ///< by scenario of the block
};
using BatchBlock = BlockOf<CaseTypes>;

/// Called in the order of scenarios; false ends the stream.
using BatchSink = std::function<bool(const BatchBlock&)>;

/// The solvers of a batch's topologies, made when they are needed.
template <class Types>
struct ShelfOf {
  const typename Types::Grid* grid = nullptr;
  const typename Types::Batch* batch = nullptr;
  FlowOptions options;
  TopologiesOf<typename Types::Change> topologies;
  std::vector<std::shared_ptr<const typename Types::Solver>>
      solver;                                      ///< by number; null: not made, or put away
  std::vector<std::int64_t> used_at;               ///< by number
  std::vector<Column<double>> start_re, start_im;  ///< by number: warm start; empty: flat
  std::int64_t uses = 0;
  Index limit = 1;  ///< solvers that fit solvers_mib
};
using SolverShelf = ShelfOf<CaseTypes>;

/// Buffers of one thread's blocks.
template <class Types>
struct BlockWorkOf {
  typename Types::Fill fill;
  typename Types::Rows chosen;
  Column<double> start_re, start_im;
  typename Types::Work flow;
  typename Types::Result part, result;
  typename Types::Injections block_injections;
  std::vector<const typename Types::Solver*> solver;
  std::vector<Index> number, list;  ///< topology by scenario; scenarios of one topology
};
using BlockWork = BlockWorkOf<CaseTypes>;

/// What a scenario takes in a block: results, and inputs where they are formed here; a block of
/// several topologies holds both twice.
double scenario_bytes(const SolverShelf& shelf);

/// A case, its forest or admittances and factors, roughly.
double solver_bytes(const SolverShelf& shelf);

/// @throws UsageError as check(grid, batch). `grid` and `batch` must outlive the shelf
SolverShelf make_shelf(const feeder::Case& grid, const Batch& batch, const FlowOptions& options,
                       const StreamOptions& stream);

/// How many scenarios from `first` on make the next block: no more topologies than the shelf holds.
Index next_block(const SolverShelf& shelf, const StreamOptions& stream, std::int64_t first);

/// Make the solvers that scenarios first .. first + count - 1 need, and their warm starts.
/// @throws as prepare()
void ready(SolverShelf& shelf, const StreamOptions& stream, std::int64_t first, Index count);

/// Put away the solvers unused longest, beyond the shelf's limit, but none used since `uses` was
/// `since`.
void put_away(SolverShelf& shelf, std::int64_t since);

/// Solve a block whose solvers are ready. Threads may share the shelf, not the work. The block is
/// valid until `work` is used again. @throws as solve(); scenarios are named as the batch counts
BatchBlock solve_block(const SolverShelf& shelf, const FlowOptions& options, std::int64_t first,
                       Index count, BlockWork& work);

/// Solve all scenarios of a batch, block by block.
/// @throws UsageError as check() and solve(): then the blocks before have been delivered
void solve_stream(const feeder::Case& grid, const Batch& batch, const FlowOptions& options,
                  const StreamOptions& stream, const BatchSink& sink);

}  // namespace gridswarm::inline GS_ABI::flow

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/flow/stream.ipp"
#endif
