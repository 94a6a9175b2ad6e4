// SPDX-License-Identifier: BSD-3-Clause
// Part of circuit_elimination.hpp: the graph while it shrinks, lines as admittances, and the
// impedance between a bus and the sources.
#pragma once

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "gridswarm/base/error.hpp"
#include "gridswarm/feeder/primitive.hpp"
#include "gridswarm/flow/circuit_elimination.hpp"

namespace gridswarm::inline GS_ABI::flow {
namespace {

/// Pivots smaller than this share of the largest are round-off.
constexpr long double least_pivot = 1e-15L;

/// The graph while it shrinks.
struct Shrinking {
  const feeder::Circuit& circuit;
  CircuitGraph& graph;
  std::span<const double> tap_pu = {};  ///< by winding row
  bool by_lane = true;                  ///< a transformer with a regulator may be left to the lanes
  std::vector<WideMatrix> z_th =
      {};                        ///< by vertex, without shunts; empty: nothing known to ground it
  std::vector<char> folds = {};  ///< by vertex: 1, lines fold all admittance into their factors
  std::vector<char> is_gone = {};
  std::vector<int> degree = {};
  std::set<std::pair<int, Index>> queue = {};  ///< (degree, vertex)
  std::vector<Index> looped = {};  ///< transformers with regulators that could not be left to them
};

[[noreturn]] inline void refuse_floating(const Shrinking& shrinking, Index vertex) {
  const CircuitGraph& graph = shrinking.graph;
  std::string names;
  for (const Index node : graph.nodes.row(vertex))
    names += (names.empty() ? "" : ", ") + feeder::name_of_node(shrinking.circuit, node);
  throw InputError(shrinking.circuit.file.empty() ? "circuit" : shrinking.circuit.file, 0,
                   "nothing holds the voltage of " + names +
                       " against ground; ground the section or give its transformer an anti-float "
                       "admittance");
}

/// Add a matrix into rows i and columns j of another.
inline void add_part(WideMatrix& whole, std::span<const int> i, std::span<const int> j,
                     const WideMatrix& part) {
  for (int p = 0; p < part.rows; ++p)
    for (int q = 0; q < part.columns; ++q) {
      Wide& entry = whole(i[static_cast<std::size_t>(p)], j[static_cast<std::size_t>(q)]);
      entry = entry + part(p, q);
    }
}

/// Admittance of a series part. @throws InputError without impedance
inline WideMatrix admittance_of(const Shrinking& shrinking, const CircuitEdge& edge,
                                const SeriesPart& part) {
  WideMatrix y = part.z_ohm;
  if (invert(y) > least_pivot) return y;
  const Index bus = std::max(edge.a, edge.b) - shrinking.graph.sources;
  throw InputError(shrinking.circuit.file.empty() ? "circuit" : shrinking.circuit.file, 0,
                   "a line at bus " + shrinking.circuit.buses.name[bus] +
                       " is part of a loop, so its impedance matrix needs an inverse; give the "
                       "line some impedance");
}

/// Turn the series parts of an edge into admittances.
inline void convert_series(Shrinking& shrinking, Index e) {
  CircuitGraph& graph = shrinking.graph;
  const std::vector<SeriesPart> parts = std::exchange(graph.edges[e].series, {});
  const Index a = graph.edges[e].a, b = graph.edges[e].b;
  for (const SeriesPart& part : parts) {
    const WideMatrix y = admittance_of(shrinking, graph.edges[e], part);
    WideMatrix ab(graph.size(a), graph.size(b)), ba(graph.size(b), graph.size(a));
    for (int i = 0; i < y.rows; ++i)
      for (int j = 0; j < y.rows; ++j) {
        const int ai = part.at_a[i], aj = part.at_a[j], bi = part.at_b[i], bj = part.at_b[j];
        graph.self[a](ai, aj) = graph.self[a](ai, aj) + y(i, j);
        graph.self[b](bi, bj) = graph.self[b](bi, bj) + y(i, j);
        ab(ai, bj) = ab(ai, bj) - y(i, j);
        ba(bi, aj) = ba(bi, aj) - y(i, j);
      }
    add_between(graph, a, b, ab);
    add_between(graph, b, a, ba);
  }
}

/// Series parts seen from one end: for node i of `k`, the node of the other end and its Z.
struct OwnLine {
  bool is_own = false;     ///< no node is reached twice, and nothing but lines
  bool is_whole = false;   ///< and every node is
  std::vector<int> above;  ///< -1: not reached
  WideMatrix z;
};

inline OwnLine own_line(const CircuitGraph& graph, const CircuitEdge& edge, Index k) {
  OwnLine own;
  const int n = graph.size(k);
  own.above.assign(static_cast<std::size_t>(n), -1);
  own.z = WideMatrix(n, n);
  int reached = 0;
  for (const SeriesPart& part : edge.series) {
    const std::vector<int>& here = k == edge.a ? part.at_a : part.at_b;
    const std::vector<int>& there = k == edge.a ? part.at_b : part.at_a;
    for (std::size_t i = 0; i < here.size(); ++i) {
      if (own.above[here[i]] != -1) return own;
      own.above[here[i]] = there[i];
      ++reached;
      for (std::size_t j = 0; j < here.size(); ++j)
        own.z(here[i], here[j]) = part.z_ohm(static_cast<int>(i), static_cast<int>(j));
    }
  }
  own.is_own = reached > 0 && edge.ab.is_empty() && edge.regulated.empty();
  own.is_whole = own.is_own && reached == n;
  return own;
}

inline WideMatrix with_regulated(const Shrinking& shrinking, const CircuitEdge& edge, Index v,
                                 Index w) {
  const CircuitGraph& graph = shrinking.graph;
  WideMatrix sum(graph.size(v), graph.size(w));
  for (const Index t : edge.regulated)
    add_to(sum, transformer_block(primitive_at(shrinking.circuit, t, shrinking.tap_pu),
                                  graph.nodes.row(v), graph.nodes.row(w)));
  return sum;
}

/// Impedance between a bus and the sources through one edge, shunts left out.
inline WideMatrix thevenin(const Shrinking& shrinking, Index e, Index parent, Index child) {
  const CircuitGraph& graph = shrinking.graph;
  const CircuitEdge& edge = graph.edges[e];
  const WideMatrix& z_parent = shrinking.z_th[parent];
  if (z_parent.is_empty()) return {};
  const OwnLine own = own_line(graph, edge, child);
  if (own.is_whole) {
    WideMatrix z = own.z;
    for (int i = 0; i < z.rows; ++i)
      for (int j = 0; j < z.rows; ++j) z(i, j) = z(i, j) + z_parent(own.above[i], own.above[j]);
    return z;
  }
  const bool is_a = parent == edge.a;
  WideMatrix y_pp = with_regulated(shrinking, edge, parent, parent);
  WideMatrix y_cc = with_regulated(shrinking, edge, child, child);
  WideMatrix y_pc = with_regulated(shrinking, edge, parent, child);
  WideMatrix y_cp = with_regulated(shrinking, edge, child, parent);
  if (!edge.ab.is_empty()) {
    add_to(y_pp, is_a ? edge.aa : edge.bb);
    add_to(y_cc, is_a ? edge.bb : edge.aa);
    add_to(y_pc, is_a ? edge.ab : edge.ba);
    add_to(y_cp, is_a ? edge.ba : edge.ab);
  }
  for (const SeriesPart& part : edge.series) {
    WideMatrix y = part.z_ohm;
    if (!(invert(y) > least_pivot)) return {};
    const std::vector<int>& p = is_a ? part.at_a : part.at_b;
    const std::vector<int>& c = is_a ? part.at_b : part.at_a;
    add_part(y_pp, p, p, y);
    add_part(y_cc, c, c, y);
    add_part(y_pc, p, c, negative(y));
    add_part(y_cp, c, p, negative(y));
  }
  WideMatrix inner = product(y_pp, z_parent);
  add_to(inner, wide_identity(inner.rows));
  if (!(invert(inner) > 0.0L)) return {};
  subtract_from(y_cc, product(product(product(y_cp, z_parent), inner), y_pc));
  if (!(invert(y_cc) > least_pivot)) return {};
  return y_cc;
}

/// Breadth first from the sources, so that loops are passed on a short way.
inline void find_thevenins(Shrinking& shrinking) {
  const CircuitGraph& graph = shrinking.graph;
  std::vector<Index> order;
  std::vector<char> seen(static_cast<std::size_t>(graph.vertices()), 0);
  shrinking.z_th.resize(seen.size());
  for (Index s = 0; s < graph.sources; ++s) {
    order.push_back(s);
    seen[s] = 1;
    shrinking.z_th[s] = WideMatrix(graph.size(s), graph.size(s));
  }
  for (std::size_t next = 0; next < order.size(); ++next)
    for (const Index e : graph.edges_of[order[next]]) {
      const CircuitEdge& edge = graph.edges[e];
      const Index child = edge.a == order[next] ? edge.b : edge.a;
      if (seen[child]) continue;
      seen[child] = 1;
      shrinking.z_th[child] = thevenin(shrinking, e, order[next], child);
      order.push_back(child);
    }
}

}  // namespace

}  // namespace gridswarm::inline GS_ABI::flow
