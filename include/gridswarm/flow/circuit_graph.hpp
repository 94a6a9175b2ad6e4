// SPDX-License-Identifier: BSD-3-Clause
// A circuit as blocks that elimination understands: vertices of several nodes, and what joins them.
//
// Every bus is a vertex of its supplied nodes, every source one of its voltages behind impedance.
// Lines keep their impedance; all other linear parts are admittances, of which the parts between
// two vertices stand at the edge and the parts within one at the vertex. Elements that join the
// same two vertices share one edge, so that three regulators of one phase make a tree, not a loop.
// A node is supplied if something linear leads from a source to it, be it a line's capacitance
// between conductors alone, or to ground from it and another node of its bus is supplied.
#pragma once

#include <span>
#include <unordered_map>
#include <vector>

#include "gridswarm/base/csr.hpp"
#include "gridswarm/feeder/circuit.hpp"
#include "gridswarm/flow/wide_matrix.hpp"

namespace gridswarm::inline GS_ABI::flow {

/// A line or a source's impedance between the vertices a and b of its edge.
struct SeriesPart {
  std::vector<int> at_a, at_b;  ///< by conductor: position among the vertex's nodes
  WideMatrix z_ohm;
};

/// a < b. A current out of a per voltage at b is ab, out of b per voltage at a is ba.
struct CircuitEdge {
  Index a = none, b = none;
  std::vector<SeriesPart> series;
  WideMatrix ab, ba;  ///< empty: no admittance
  WideMatrix aa, bb;  ///< what the elements of ab and ba have at the vertices (it is in self, too)
  std::vector<Index> regulated;  ///< transformers whose taps differ by lane, not in ab and ba
};

/// What elimination works on; it eats it up.
struct CircuitGraph {
  Index sources = 0;             ///< vertices before this are sources, then come buses
  Csr nodes;                     ///< vertex -> node rows; of a source: rows of Sources::nodes.items
  std::vector<Index> vertex;     ///< node row -> vertex; none: not supplied
  std::vector<int> position;     ///< node row -> position among its vertex's nodes
  std::vector<WideMatrix> self;  ///< by vertex: admittance among its own nodes and to ground
  std::vector<CircuitEdge> edges;
  std::vector<std::vector<Index>> edges_of;  ///< by vertex
  std::unordered_map<std::uint64_t, Index> edge_between;
  std::vector<Index> odd_regulated;  ///< regulated transformers of one or more than two vertices

  Index vertices() const { return static_cast<Index>(self.size()); }
  int size(Index v) const { return static_cast<int>(nodes.row(v).size()); }
};

/// Transformers that a regulator in service moves, by row: 1, others 0.
std::vector<char> regulated_transformers(const feeder::Circuit& circuit);

/// @param without  rows of transformers to leave out
CircuitGraph make_circuit_graph(const feeder::Circuit& circuit, std::span<const Index> without);

/// Edge between two vertices, made if it is not there.
CircuitEdge& edge_between(CircuitGraph& graph, Index a, Index b);

/// Admittance from node set at vertex v (rows) to vertex w (columns), v != w.
void add_between(CircuitGraph& graph, Index v, Index w, const WideMatrix& y_s);

/// Add an element's nodal admittance over `nodes` (supplied ones count) to vertices and edges.
void add_element(CircuitGraph& graph, std::span<const Index> nodes,
                 std::span<const feeder::Phasor> y_s);

}  // namespace gridswarm::inline GS_ABI::flow

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/flow/circuit_graph.ipp"
#endif
