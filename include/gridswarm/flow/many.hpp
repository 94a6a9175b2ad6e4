// SPDX-License-Identifier: BSD-3-Clause
// Many feeders, each with its batch, in one call: threads and ranks share the blocks of all.
//
// The blocks of all feeders form one list, in order of feeders and scenarios. Rounds go through it:
// rank r solves every ranks-th block, its threads one block each, then results travel to rank 0,
// which hands them on in the list's order. Blocks are cut alike everywhere and a scenario's bits
// are its own, so any number of ranks and threads gives the same bytes.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "gridswarm/base/exchange.hpp"
#include "gridswarm/flow/stream.hpp"

namespace gridswarm::inline GS_ABI::flow {

/// Both are the caller's and the same on every rank.
template <class Types>
struct FeederBatchOf {
  const typename Types::Grid* grid;
  const typename Types::Batch* batch;
};
using FeederBatch = FeederBatchOf<CaseTypes>;

/// A solved block as rank 0 hands it on.
template <class Types>
struct ManyBlockOf {
  Index feeder;
  std::int64_t first;                    ///< scenario
  const typename Types::Result& result;  ///< without voltages if they were not kept
  std::span<const double> more;          ///< what measure() wrote
};
using ManyBlock = ManyBlockOf<CaseTypes>;

template <class Types>
struct ManyHooksOf {
  /// Called where a block was solved, by the thread that solved it, with other threads beside it:
  /// writes numbers that travel with the block. May be empty.
  std::function<void(Index feeder, const BlockOf<Types>& block, Column<double>& more)> measure = {};
  /// Called where rank 0 is hosted, in order; false ends all.
  std::function<bool(const ManyBlockOf<Types>& block)> sink;
  bool keep_voltages = true;  ///< false: they stay where they were made
};
using ManyHooks = ManyHooksOf<CaseTypes>;

/// Collective. Solve every scenario of every feeder. `options.threads` as everywhere.
/// @throws on every rank: UsageError as check() and solve(), the first in order of feeders and
///         scenarios, after what came before it in its round has been delivered
void solve_many(std::span<const FeederBatch> feeders, const FlowOptions& options,
                const StreamOptions& stream, Exchange& exchange, const ManyHooks& hooks);

}  // namespace gridswarm::inline GS_ABI::flow

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/flow/many.ipp"
#endif
