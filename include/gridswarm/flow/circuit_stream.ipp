// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "gridswarm/flow/circuit_stream.hpp"
#include "gridswarm/flow/many_parts.ipp"
#include "gridswarm/flow/stream_parts.ipp"

namespace gridswarm::inline GS_ABI::flow {

GS_INLINE double scenario_bytes(const CircuitShelf& shelf) {
  const feeder::Circuit& circuit = *shelf.grid;
  const bool formed = shelf.batch->injections.given.scenarios == 0;
  const double devices = circuit.loads.size() + circuit.ders.size();
  const double columns = 2.0 * circuit.nodes.size() + (formed ? 4.0 : 2.0) * devices +
                         circuit.regulators.size() + circuit.shunts.size() + 16.0;
  return 8.0 * columns * (shelf.topologies.changes.size() > 1 ? 2.0 : 1.0);
}

GS_INLINE double solver_bytes(const CircuitShelf& shelf) {
  const feeder::Circuit& circuit = *shelf.grid;
  return 2048.0 * (circuit.nodes.size() + circuit.lines.size() + circuit.loads.size() + 1);
}

GS_INLINE CircuitShelf make_shelf(const feeder::Circuit& circuit, const CircuitBatch& batch,
                                  const FlowOptions& options, const StreamOptions& stream) {
  return detail::shelf_of<CircuitTypes>(circuit, batch, options, stream);
}

GS_INLINE Index next_block(const CircuitShelf& shelf, const StreamOptions& stream,
                           std::int64_t first) {
  return detail::next_block_of(shelf, stream, first);
}

GS_INLINE void ready(CircuitShelf& shelf, const StreamOptions& stream, std::int64_t first,
                     Index count) {
  detail::make_ready(shelf, stream, first, count);
}

GS_INLINE void put_away(CircuitShelf& shelf, std::int64_t since) {
  detail::put_away_of(shelf, since);
}

GS_INLINE CircuitBlock solve_block(const CircuitShelf& shelf, const FlowOptions& options,
                                   std::int64_t first, Index count, CircuitBlockWork& work) {
  return detail::solve_block_of(shelf, options, first, count, work);
}

GS_INLINE void solve_stream(const feeder::Circuit& circuit, const CircuitBatch& batch,
                            const FlowOptions& options, const StreamOptions& stream,
                            const CircuitSink& sink) {
  detail::solve_stream_of<CircuitTypes>(circuit, batch, options, stream, sink);
}

GS_INLINE void solve_many(std::span<const FeederCircuit> circuits, const FlowOptions& options,
                          const StreamOptions& stream, Exchange& exchange,
                          const ManyCircuitHooks& hooks) {
  detail::solve_many_of(circuits, options, stream, exchange, hooks);
}

}  // namespace gridswarm::inline GS_ABI::flow
