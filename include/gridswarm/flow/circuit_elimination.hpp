// SPDX-License-Identifier: BSD-3-Clause
// Block elimination of a circuit's buses, from the leaves to the sources.
//
// flow/circuit_plan.hpp states the mathematics. Buses of least degree go first, so every tree is
// taken from its leaves without fill, and what has loops in the middle afterwards.
#pragma once

#include <span>
#include <vector>

#include "gridswarm/feeder/circuit.hpp"
#include "gridswarm/feeder/primitive.hpp"
#include "gridswarm/flow/circuit_graph.hpp"

namespace gridswarm::inline GS_ABI::flow {

/// Admittance |Z_th B| up to which it is a current to be renewed.
inline constexpr double small_admittance = 0.05;

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
  bool is_looped = false;        ///< of LoopedRegulators
  std::vector<Index> regulated;  ///< transformers whose taps differ by lane
  WideMatrix self, y_down, y_upward;  ///< then: Y_kk, Y_ka, Y_ak without them
};

/// Buses whose factors depend on regulators in loops, ready to be eliminated at any taps: they and
/// all that is eliminated after them.
struct LoopedRegulators {
  CircuitGraph graph;  ///< with all other buses gone, and without `added`
  std::vector<char> is_gone;
  std::vector<Index> order;         ///< vertices
  std::vector<Index> added;         ///< transformers that `graph` does not hold
  std::vector<Index> transformers;  ///< all whose taps matter here
};

struct Elimination {
  std::vector<EliminatedBus> buses;  ///< in the order of elimination
  WideMatrix sources_y;              ///< what is left: among all source nodes, in order
  std::vector<Index> looped;         ///< transformers with regulators that are not in a tree
};

/// Eats up the graph.
/// @throws InputError for a part that nothing grounds, or a loop of lines without impedance
Elimination eliminate(const feeder::Circuit& circuit, CircuitGraph& graph);

/// The same where regulators stand in loops: what depends on them comes last.
/// @param first  what eliminate() found
Elimination eliminate_looped(const feeder::Circuit& circuit, const Elimination& first,
                             LoopedRegulators& looped);

/// Buses of looped.order at other taps. @param tap_pu  by winding row
Elimination eliminate_again(const feeder::Circuit& circuit, const LoopedRegulators& looped,
                            std::span<const double> tap_pu);

/// @param tap_pu  by winding row
feeder::Primitive primitive_at(const feeder::Circuit& circuit, Index transformer,
                               std::span<const double> tap_pu);

/// A transformer's nodal admittance between the nodes `rows` and `columns` (node rows).
WideMatrix transformer_block(const feeder::Primitive& primitive, std::span<const Index> rows,
                             std::span<const Index> columns);

}  // namespace gridswarm::inline GS_ABI::flow

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/flow/circuit_elimination.ipp"
#endif
