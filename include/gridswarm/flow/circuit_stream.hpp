// SPDX-License-Identifier: BSD-3-Clause
// A batch of a circuit of any length, in bounded memory, and many circuits over threads and ranks:
// flow/stream.hpp and flow/many.hpp for unbalanced networks, made of the same parts.
#pragma once

#include "gridswarm/flow/circuit_batch.hpp"
#include "gridswarm/flow/many.hpp"

namespace gridswarm::inline GS_ABI::flow {

/// What streams of circuits are made of.
struct CircuitTypes {
  using Grid = feeder::Circuit;
  using Batch = CircuitBatch;
  using Change = CircuitChange;
  using Solver = CircuitSolver;
  using Injections = CircuitInjections;
  using Rows = CircuitRows;
  using Fill = CircuitRows;
  using Work = CircuitWork;
  using Result = CircuitResult;
};

using CircuitBlock = BlockOf<CircuitTypes>;
using CircuitSink = std::function<bool(const CircuitBlock&)>;
using CircuitShelf = ShelfOf<CircuitTypes>;
using CircuitBlockWork = BlockWorkOf<CircuitTypes>;

/// What a scenario takes in a block, as in flow/stream.hpp.
double scenario_bytes(const CircuitShelf& shelf);

/// A circuit and its plan, roughly.
double solver_bytes(const CircuitShelf& shelf);

/// The parts of a stream; see flow/stream.hpp.
CircuitShelf make_shelf(const feeder::Circuit& circuit, const CircuitBatch& batch,
                        const FlowOptions& options, const StreamOptions& stream);
Index next_block(const CircuitShelf& shelf, const StreamOptions& stream, std::int64_t first);
void ready(CircuitShelf& shelf, const StreamOptions& stream, std::int64_t first, Index count);
void put_away(CircuitShelf& shelf, std::int64_t since);
CircuitBlock solve_block(const CircuitShelf& shelf, const FlowOptions& options, std::int64_t first,
                         Index count, CircuitBlockWork& work);

/// Solve all scenarios of a batch, block by block.
/// @throws UsageError as check() and solve(): then the blocks before have been delivered
void solve_stream(const feeder::Circuit& circuit, const CircuitBatch& batch,
                  const FlowOptions& options, const StreamOptions& stream, const CircuitSink& sink);

using FeederCircuit = FeederBatchOf<CircuitTypes>;
using ManyCircuitBlock = ManyBlockOf<CircuitTypes>;
using ManyCircuitHooks = ManyHooksOf<CircuitTypes>;

/// Collective. Every scenario of every circuit over threads and ranks; see flow/many.hpp.
void solve_many(std::span<const FeederCircuit> circuits, const FlowOptions& options,
                const StreamOptions& stream, Exchange& exchange, const ManyCircuitHooks& hooks);

}  // namespace gridswarm::inline GS_ABI::flow

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/flow/circuit_stream.ipp"
#endif
