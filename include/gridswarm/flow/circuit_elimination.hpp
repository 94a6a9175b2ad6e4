// SPDX-License-Identifier: BSD-3-Clause
// Block elimination of a circuit's buses, from the leaves to the sources.
//
// flow/circuit_plan.hpp states the mathematics. Buses of least degree go first, so every tree is
// taken from its leaves without fill, and what has loops in the middle afterwards.
#pragma once

#include <vector>

#include "gridswarm/feeder/circuit.hpp"
#include "gridswarm/flow/circuit_graph.hpp"

namespace gridswarm::inline GS_ABI::flow {

/// A node that stands above an eliminated bus.
struct NodeAbove {
  Index vertex;
  int position;
};

/// What eliminating one bus left: V = T V_above - Z J, J_above += T' J.
struct EliminatedBus {
  Index vertex = none;
  Index parent = none;  ///< the vertex above that is eliminated first
  std::vector<NodeAbove> above;
  bool is_own = false;  ///< T = T' = 1: above[i] feeds node i
  WideMatrix z, t, up;
  WideMatrix shunt;              ///< is_own: admittance to be renewed as a current; empty: none
  std::vector<Index> regulated;  ///< transformers whose taps differ by lane
  WideMatrix self, y_down, y_upward;  ///< then: Y_kk, Y_ka, Y_ak without them
};

struct Elimination {
  std::vector<EliminatedBus> buses;  ///< in the order of elimination
  WideMatrix sources_y;              ///< what is left: among all source nodes, in order
};

/// Eats up the graph.
/// @throws InputError for a part that nothing grounds, or a loop of lines without impedance
Elimination eliminate(const feeder::Circuit& circuit, CircuitGraph& graph);

/// A transformer's nodal admittance between the nodes `rows` and `columns` (node rows).
WideMatrix transformer_block(const feeder::Primitive& primitive, std::span<const Index> rows,
                             std::span<const Index> columns);

}  // namespace gridswarm::inline GS_ABI::flow

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/flow/circuit_elimination.ipp"
#endif
