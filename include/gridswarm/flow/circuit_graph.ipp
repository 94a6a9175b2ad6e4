// SPDX-License-Identifier: BSD-3-Clause
// Bodies of circuit_graph.hpp.
#pragma once

#include <algorithm>
#include <numeric>

#include "gridswarm/base/error.hpp"
#include "gridswarm/feeder/primitive.hpp"
#include "gridswarm/flow/circuit_graph.hpp"

namespace gridswarm::inline GS_ABI::flow {
namespace {

/// Whether an element leads from a node to ground: its row does not sum up to zero.
inline bool leads_to_ground(std::span<const feeder::Phasor> row) {
  double largest = 0.0;
  feeder::Phasor sum;
  for (const feeder::Phasor y : row) {
    sum = sum + y;
    largest = std::max(largest, norm(y));
  }
  return norm(sum) > 1e-24 * largest;
}

/// Groups of nodes that lines, transformers and admittances join.
struct NodeGroups {
  std::vector<Index> leader;
  std::vector<char> is_grounded;  ///< by leader
  Index find(Index node) {
    while (leader[node] != node) node = leader[node] = leader[leader[node]];
    return node;
  }
  void earth(Index node) { is_grounded[find(node)] = 1; }
  void join(Index a, Index b) {
    if (a == feeder::ground && b == feeder::ground) return;
    if (a == feeder::ground) return earth(b);
    if (b == feeder::ground) return earth(a);
    a = find(a);
    b = find(b);
    leader[std::max(a, b)] = std::min(a, b);
    is_grounded[a] = is_grounded[b] = static_cast<char>(is_grounded[a] | is_grounded[b]);
  }
  /// What lies between two of the nodes joins them.
  void join_pairs(std::span<const Index> nodes, std::span<const feeder::Phasor> y_s) {
    const std::size_t n = nodes.size();
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = 0; j < n; ++j)
        if (i != j && (y_s[i * n + j].re != 0.0 || y_s[i * n + j].im != 0.0))
          join(nodes[i], nodes[j]);
  }
  void join_coupled(std::span<const Index> nodes, std::span<const feeder::Phasor> y_s) {
    const std::size_t n = nodes.size();
    for (std::size_t i = 0; i < n; ++i)
      if (leads_to_ground(y_s.subspan(i * n, n))) earth(nodes[i]);
    join_pairs(nodes, y_s);
  }
};

/// Primitives of all transformers in service, made once for both passes over them.
struct Transformers {
  std::vector<feeder::Primitive> primitive;
  std::vector<char> is_regulated;
};

inline Transformers make_transformers(const feeder::Circuit& circuit) {
  Transformers made;
  made.is_regulated = regulated_transformers(circuit);
  made.primitive.resize(static_cast<std::size_t>(circuit.transformers.size()));
  for (Index t = 0; t < circuit.transformers.size(); ++t)
    if (circuit.transformers.in_service[t])
      made.primitive[t] = feeder::transformer_primitive(circuit, t, {});
  return made;
}

/// All that is linear joins its nodes, and some of it leads to ground.
inline NodeGroups group_nodes(const feeder::Circuit& circuit, const Transformers& transformers) {
  NodeGroups groups;
  groups.leader.resize(static_cast<std::size_t>(circuit.nodes.size()));
  groups.is_grounded.assign(groups.leader.size(), 0);
  std::iota(groups.leader.begin(), groups.leader.end(), 0);
  const feeder::Lines& lines = circuit.lines;
  for (Index i = 0; i < lines.size(); ++i) {
    if (!lines.in_service[i]) continue;
    for (std::size_t k = 0; k < lines.from.row(i).size(); ++k)
      groups.join(lines.from.row(i)[k], lines.to.row(i)[k]);
    groups.join_pairs(lines.from.row(i), lines.y_s.row(i));
  }
  for (const feeder::Primitive& primitive : transformers.primitive)
    groups.join_coupled(primitive.node, primitive.y_s);
  for (Index i = 0; i < circuit.admittances.size(); ++i)
    if (circuit.admittances.in_service[i])
      groups.join_coupled(circuit.admittances.nodes.row(i), circuit.admittances.y_s.row(i));
  for (Index i = 0; i < circuit.shunts.size(); ++i)
    if (circuit.shunts.in_service[i])
      groups.join_coupled(circuit.shunts.nodes.row(i), circuit.shunts.y_s.row(i));
  return groups;
}

/// 1 where a source holds a node or something leads from one to it; also at nodes of such buses
/// that only lead to ground, as a neutral does that ends in an earth rod.
inline std::vector<char> find_supplied(const feeder::Circuit& circuit,
                                       const Transformers& transformers) {
  NodeGroups groups = group_nodes(circuit, transformers);
  std::vector<char> is_held(groups.leader.size(), 0), bus_held(circuit.buses.name.size(), 0);
  for (Index i = 0; i < circuit.sources.size(); ++i)
    for (const Index node : circuit.sources.nodes.row(i))
      if (circuit.sources.in_service[i]) is_held[groups.find(node)] = 1;
  for (Index node = 0; node < circuit.nodes.size(); ++node)
    if (is_held[groups.find(node)]) bus_held[circuit.nodes.bus[node]] = 1;
  for (Index node = 0; node < circuit.nodes.size(); ++node) {
    const Index group = groups.find(node);
    if (groups.is_grounded[group] && bus_held[circuit.nodes.bus[node]]) is_held[group] = 1;
  }
  std::vector<char> supplied(groups.leader.size());
  for (Index node = 0; node < circuit.nodes.size(); ++node)
    supplied[node] = is_held[groups.find(node)];
  return supplied;
}

/// Vertices and their nodes.
inline void make_vertices(const feeder::Circuit& circuit, const std::vector<char>& supplied,
                          CircuitGraph& graph) {
  const feeder::Sources& sources = circuit.sources;
  graph.sources = sources.size();
  graph.nodes.first.assign(1, 0);
  const auto close = [&] {
    graph.nodes.first.push_back(static_cast<Index>(graph.nodes.items.size()));
    const int n = static_cast<int>(graph.nodes.first.back() - graph.nodes.first.end()[-2]);
    graph.self.emplace_back(n, n);
  };
  for (Index i = 0; i < sources.size(); ++i) {
    for (Index k = sources.nodes.first[i]; k < sources.nodes.first[i + 1]; ++k)
      if (sources.in_service[i]) graph.nodes.items.push_back(k);
    close();
  }
  graph.vertex.assign(supplied.size(), none);
  graph.position.assign(supplied.size(), -1);
  const Csr of_bus = group_by(circuit.nodes.bus, circuit.buses.size());
  for (Index bus = 0; bus < circuit.buses.size(); ++bus) {
    int position = 0;
    for (const Index node : of_bus.row(bus)) {
      if (!supplied[node]) continue;
      graph.vertex[node] = graph.sources + bus;
      graph.position[node] = position++;
      graph.nodes.items.push_back(node);
    }
    close();
  }
  graph.edges_of.resize(graph.self.size());
}

inline void add_series(CircuitGraph& graph, Index a, Index b, SeriesPart part) {
  if (a > b) {
    std::swap(a, b);
    std::swap(part.at_a, part.at_b);
  }
  edge_between(graph, a, b).series.push_back(std::move(part));
}

/// Conductors whose ends are both supplied and not ground.
inline std::vector<int> live_conductors(const CircuitGraph& graph, std::span<const Index> from,
                                        std::span<const Index> to) {
  const auto is_live = [&](Index node) {
    return node == feeder::ground || graph.vertex[node] != none;
  };
  std::vector<int> live;
  for (std::size_t k = 0; k < from.size(); ++k)
    if (is_live(from[k]) && is_live(to[k])) live.push_back(static_cast<int>(k));
  return live;
}

inline WideMatrix widen(std::span<const feeder::Phasor> items, int n) {
  WideMatrix matrix(n, n);
  for (std::size_t k = 0; k < items.size(); ++k) matrix.items[k] = wide(items[k]);
  return matrix;
}

/// A line whose conductors don't all lead from one vertex to another: through its admittance.
inline void add_odd_line(const feeder::Circuit& circuit, Index line, CircuitGraph& graph) {
  const feeder::Primitive primitive = feeder::line_primitive(circuit, line);
  add_element(graph, primitive.node, primitive.y_s);
}

inline void add_line(const feeder::Circuit& circuit, Index line, CircuitGraph& graph) {
  const feeder::Lines& lines = circuit.lines;
  const auto from = lines.from.row(line), to = lines.to.row(line);
  const std::vector<int> live = live_conductors(graph, from, to);
  if (live.empty()) return;
  const auto vertex_of = [&](Index node) {
    return node == feeder::ground ? none : graph.vertex[node];
  };
  const Index a = vertex_of(from[live[0]]), b = vertex_of(to[live[0]]);
  bool is_plain = a != b && a != none && b != none;
  for (const int k : live) is_plain = is_plain && vertex_of(from[k]) == a && vertex_of(to[k]) == b;
  if (!is_plain) return add_odd_line(circuit, line, graph);
  SeriesPart part;
  for (const int k : live) {
    part.at_a.push_back(graph.position[from[k]]);
    part.at_b.push_back(graph.position[to[k]]);
  }
  const int n = static_cast<int>(from.size());
  part.z_ohm = part_of(widen(lines.z_ohm.row(line), n), live, live);
  add_series(graph, a, b, std::move(part));
  std::vector<feeder::Phasor> half(lines.y_s.row(line).begin(), lines.y_s.row(line).end());
  for (feeder::Phasor& item : half) item = 0.5 * item;
  add_element(graph, from, half);
  add_element(graph, to, half);
}

inline void add_source(const feeder::Circuit& circuit, Index source, CircuitGraph& graph) {
  const auto nodes = circuit.sources.nodes.row(source);
  SeriesPart part;
  for (std::size_t k = 0; k < nodes.size(); ++k) {
    part.at_a.push_back(static_cast<int>(k));
    part.at_b.push_back(graph.position[nodes[k]]);
  }
  part.z_ohm = widen(circuit.sources.z_ohm.row(source), static_cast<int>(nodes.size()));
  add_series(graph, source, graph.vertex[nodes[0]], std::move(part));
}

/// What an element has between the nodes of v (rows) and w.
inline WideMatrix block_of(const CircuitGraph& graph, std::span<const Index> nodes,
                           std::span<const feeder::Phasor> y_s, Index v, Index w) {
  WideMatrix block(graph.size(v), graph.size(w));
  const std::size_t n = nodes.size();
  const auto is_at = [&](Index node, Index vertex) {
    return node != feeder::ground && graph.vertex[node] == vertex;
  };
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j) {
      if (!is_at(nodes[i], v) || !is_at(nodes[j], w)) continue;
      Wide& entry = block(graph.position[nodes[i]], graph.position[nodes[j]]);
      entry = entry + wide(y_s[i * n + j]);
    }
  return block;
}

/// Supplied vertices that an element joins, in ascending order.
inline std::vector<Index> vertices_of(const CircuitGraph& graph, std::span<const Index> nodes) {
  std::vector<Index> vertices;
  for (const Index node : nodes)
    if (node != feeder::ground && graph.vertex[node] != none)
      vertices.push_back(graph.vertex[node]);
  std::sort(vertices.begin(), vertices.end());
  vertices.erase(std::unique(vertices.begin(), vertices.end()), vertices.end());
  return vertices;
}

}  // namespace

GS_INLINE std::vector<char> regulated_transformers(const feeder::Circuit& circuit) {
  std::vector<char> is_regulated(static_cast<std::size_t>(circuit.transformers.size()), 0);
  for (Index r = 0; r < circuit.regulators.size(); ++r)
    is_regulated[circuit.regulators.transformer[r]] = 1;
  return is_regulated;
}

GS_INLINE CircuitEdge& edge_between(CircuitGraph& graph, Index a, Index b) {
  if (a > b) std::swap(a, b);
  const std::uint64_t key = static_cast<std::uint64_t>(a) << 32 | static_cast<std::uint64_t>(b);
  const auto [found, is_new] =
      graph.edge_between.emplace(key, static_cast<Index>(graph.edges.size()));
  if (is_new) {
    graph.edges_of[a].push_back(found->second);
    graph.edges_of[b].push_back(found->second);
    graph.edges.emplace_back();
    graph.edges.back().a = a;
    graph.edges.back().b = b;
  }
  return graph.edges[found->second];
}

GS_INLINE void add_between(CircuitGraph& graph, Index v, Index w, const WideMatrix& y_s) {
  CircuitEdge& edge = edge_between(graph, v, w);
  if (edge.ab.is_empty()) {
    const int n = graph.size(edge.a), m = graph.size(edge.b);
    edge.ab = WideMatrix(n, m);
    edge.ba = WideMatrix(m, n);
    edge.aa = WideMatrix(n, n);
    edge.bb = WideMatrix(m, m);
  }
  add_to(v < w ? edge.ab : edge.ba, y_s);
}

GS_INLINE void add_element(CircuitGraph& graph, std::span<const Index> nodes,
                           std::span<const feeder::Phasor> y_s) {
  const std::vector<Index> vertices = vertices_of(graph, nodes);
  const auto block = [&](Index v, Index w) { return block_of(graph, nodes, y_s, v, w); };
  for (const Index v : vertices) {
    const WideMatrix own = block(v, v);
    add_to(graph.self[v], own);
    for (const Index w : vertices) {
      const WideMatrix y = v == w ? WideMatrix() : block(v, w);
      if (is_zero(y) && (v == w || is_zero(block(w, v)))) continue;
      add_between(graph, v, w, y);
      CircuitEdge& edge = edge_between(graph, v, w);
      add_to(v < w ? edge.aa : edge.bb, own);
    }
  }
}

GS_INLINE CircuitGraph make_circuit_graph(const feeder::Circuit& circuit,
                                          std::span<const Index> without) {
  CircuitGraph graph;
  const Transformers transformers = make_transformers(circuit);
  make_vertices(circuit, find_supplied(circuit, transformers), graph);
  for (Index i = 0; i < circuit.sources.size(); ++i)
    if (circuit.sources.in_service[i]) add_source(circuit, i, graph);
  for (Index i = 0; i < circuit.lines.size(); ++i)
    if (circuit.lines.in_service[i]) add_line(circuit, i, graph);
  for (Index t = 0; t < circuit.transformers.size(); ++t) {
    const feeder::Primitive& primitive = transformers.primitive[t];
    if (std::find(without.begin(), without.end(), t) != without.end()) continue;
    const std::vector<Index> vertices = vertices_of(graph, primitive.node);
    if (transformers.is_regulated[t] && vertices.size() == 2) {
      edge_between(graph, vertices[0], vertices[1]).regulated.push_back(t);
      continue;
    }
    if (transformers.is_regulated[t] && !vertices.empty()) graph.odd_regulated.push_back(t);
    add_element(graph, primitive.node, primitive.y_s);
  }
  for (Index i = 0; i < circuit.shunts.size(); ++i) {
    if (!circuit.shunts.in_service[i]) continue;
    const feeder::Primitive primitive =
        feeder::shunt_primitive(circuit, i, circuit.shunts.steps_in[i]);
    add_element(graph, primitive.node, primitive.y_s);
  }
  for (Index i = 0; i < circuit.admittances.size(); ++i)
    if (circuit.admittances.in_service[i])
      add_element(graph, circuit.admittances.nodes.row(i), circuit.admittances.y_s.row(i));
  return graph;
}

}  // namespace gridswarm::inline GS_ABI::flow
