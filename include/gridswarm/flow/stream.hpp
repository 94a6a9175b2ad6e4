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

/// Scenarios first .. first + result.scenarios - 1, solved.
struct BatchBlock {
  std::int64_t first;
  const Injections& injections;
  const FlowResult& result;
  std::span<const Solver* const> solver;  ///< by scenario of the block
};

/// Called in the order of scenarios; false ends the stream.
using BatchSink = std::function<bool(const BatchBlock&)>;

/// The solvers of a batch's topologies, made when they are needed.
struct SolverShelf {
  const feeder::Case* grid = nullptr;
  const Batch* batch = nullptr;
  FlowOptions options;
  Topologies topologies;
  std::vector<std::shared_ptr<const Solver>> solver;  ///< by number; null: not made, or put away
  std::vector<std::int64_t> used_at;                  ///< by number
  std::vector<Column<double>> start_re, start_im;     ///< by number: warm start; empty: flat
  std::int64_t uses = 0;
  Index limit = 1;  ///< solvers that fit solvers_mib
};

/// Buffers of one thread's blocks.
struct BlockWork {
  FillRows fill;
  InjectionRows chosen;
  Column<double> start_re, start_im;
  FlowWork flow;
  FlowResult part, result;
  Injections block_injections;
  std::vector<const Solver*> solver;
  std::vector<Index> number, list;  ///< topology by scenario; scenarios of one topology
};

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
