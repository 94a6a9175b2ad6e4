// SPDX-License-Identifier: BSD-3-Clause
// Part of circuit_elimination.hpp: regulators in loops, whose taps reach the factors of all that is
// eliminated after them.
//
// Such buses go last, in the order found without regard to taps. The graph as it is before them is
// kept, and at other taps only they are eliminated again.
#pragma once

#include <algorithm>
#include <utility>
#include <vector>

#include "gridswarm/flow/circuit_elimination.hpp"
#include "gridswarm/flow/circuit_thevenin.ipp"

namespace gridswarm::inline GS_ABI::flow {
namespace {

/// By vertex: 1 at the looped transformers and all that stands above, bus by bus.
inline std::vector<char> above_looped(const feeder::Circuit& circuit, const CircuitGraph& graph,
                                      const Elimination& first) {
  std::vector<char> is_above(static_cast<std::size_t>(graph.vertices()), 0);
  for (const Index t : first.looped)
    for (const Index w : circuit.transformers.windings.row(t))
      for (const Index node : circuit.windings.nodes.row(w))
        if (node != feeder::ground && graph.vertex[node] != none) is_above[graph.vertex[node]] = 1;
  for (const EliminatedBus& bus : first.buses)
    if (is_above[bus.vertex]) is_above[bus.parent] = 1;
  return is_above;
}

/// Forget what is not needed any more: the parts are copied for every change of taps.
inline void drop_gone(const std::vector<char>& is_gone, CircuitGraph& graph) {
  for (std::size_t v = 0; v < is_gone.size(); ++v) {
    if (!is_gone[v]) continue;
    graph.self[v] = {};
    graph.edges_of[v].clear();
  }
  for (CircuitEdge& edge : graph.edges) {
    if (!is_gone[edge.a] && !is_gone[edge.b]) continue;
    const Index a = edge.a, b = edge.b;
    edge = {};
    edge.a = a;
    edge.b = b;
  }
}

}  // namespace

GS_INLINE Elimination eliminate_looped(const feeder::Circuit& circuit, const Elimination& first,
                                       LoopedRegulators& looped) {
  looped.added = first.looped;
  looped.graph = make_circuit_graph(circuit, looped.added);
  const std::vector<char> is_last = above_looped(circuit, looped.graph, first);
  Shrinking shrinking = {circuit, looped.graph, circuit.windings.tap_pu};
  find_thevenins(shrinking);
  fill_queue(shrinking);
  Elimination elimination;
  for (const EliminatedBus& bus : first.buses)
    if (is_last[bus.vertex])
      looped.order.push_back(bus.vertex);
    else
      eliminate_next(shrinking, bus.vertex, elimination);
  looped.is_gone = shrinking.is_gone;
  drop_gone(looped.is_gone, looped.graph);
  looped.transformers = looped.added;
  for (const CircuitEdge& edge : looped.graph.edges)
    looped.transformers.insert(looped.transformers.end(), edge.regulated.begin(),
                               edge.regulated.end());
  Elimination last = eliminate_again(circuit, looped, circuit.windings.tap_pu);
  for (EliminatedBus& bus : last.buses) elimination.buses.push_back(std::move(bus));
  find_parents(looped.graph, elimination);
  elimination.sources_y = std::move(last.sources_y);
  return elimination;
}

GS_INLINE Elimination eliminate_again(const feeder::Circuit& circuit,
                                      const LoopedRegulators& looped,
                                      std::span<const double> tap_pu) {
  CircuitGraph graph = looped.graph;
  for (const Index t : looped.added) {
    const feeder::Primitive primitive = primitive_at(circuit, t, tap_pu);
    add_element(graph, primitive.node, primitive.y_s);
  }
  Shrinking shrinking = {circuit, graph, tap_pu, false};
  fill_queue(shrinking);
  shrinking.is_gone = looped.is_gone;
  shrinking.folds.assign(shrinking.folds.size(), 1);
  shrinking.z_th.resize(shrinking.folds.size());
  Elimination elimination;
  for (const Index k : looped.order) eliminate_next(shrinking, k, elimination);
  elimination.sources_y = left_at_sources(graph);
  return elimination;
}

}  // namespace gridswarm::inline GS_ABI::flow
