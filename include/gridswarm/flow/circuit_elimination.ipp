// SPDX-License-Identifier: BSD-3-Clause
// Bodies of circuit_elimination.hpp.
#pragma once

#include <algorithm>
#include <numeric>
#include <utility>

#include "gridswarm/feeder/primitive.hpp"
#include "gridswarm/flow/circuit_elimination.hpp"
#include "gridswarm/flow/circuit_on_line.ipp"
#include "gridswarm/flow/circuit_thevenin.ipp"

namespace gridswarm::inline GS_ABI::flow {
namespace {

/// Edges of k that still lead somewhere.
inline std::vector<Index> live_edges(const Shrinking& shrinking, Index k) {
  std::vector<Index> live;
  for (const Index e : shrinking.graph.edges_of[k]) {
    const CircuitEdge& edge = shrinking.graph.edges[e];
    if (!shrinking.is_gone[edge.a == k ? edge.b : edge.a]) live.push_back(e);
  }
  return live;
}

/// Y between k and what is above, node by node.
struct Above {
  std::vector<Index> vertices;
  std::vector<NodeAbove> nodes;
  WideMatrix down, up;
};

/// Only nodes that k is joined to.
inline Above gather_above(const Shrinking& shrinking, Index k, const std::vector<Index>& edges) {
  const CircuitGraph& graph = shrinking.graph;
  Above above;
  std::vector<Wide> down, up;  // column by column, row by row
  for (const Index e : edges) {
    const CircuitEdge& edge = graph.edges[e];
    const Index j = edge.a == k ? edge.b : edge.a;
    above.vertices.push_back(j);
    const WideMatrix& y_down = edge.a == k ? edge.ab : edge.ba;
    const WideMatrix& y_up = edge.a == k ? edge.ba : edge.ab;
    const WideMatrix more_down = with_regulated(shrinking, edge, k, j);
    const WideMatrix more_up = with_regulated(shrinking, edge, j, k);
    for (int p = 0; p < graph.size(j); ++p) {
      bool is_joined = false;
      for (int i = 0; i < graph.size(k); ++i) {
        const Wide d = (y_down.is_empty() ? Wide() : y_down(i, p)) + more_down(i, p);
        const Wide u = (y_up.is_empty() ? Wide() : y_up(p, i)) + more_up(p, i);
        is_joined = is_joined || !shrinking.by_lane || size_of(d) > 0.0L || size_of(u) > 0.0L;
        down.push_back(d);
        up.push_back(u);
      }
      if (is_joined) {
        above.nodes.push_back({j, p});
      } else {
        down.resize(down.size() - static_cast<std::size_t>(graph.size(k)));
        up.resize(down.size());
      }
    }
  }
  const int n = graph.size(k), m = static_cast<int>(above.nodes.size());
  above.down = WideMatrix(n, m);
  above.up = WideMatrix(m, n);
  for (int p = 0; p < m; ++p)
    for (int i = 0; i < n; ++i) {
      above.down(i, p) = down[static_cast<std::size_t>(p * n + i)];
      above.up(p, i) = up[static_cast<std::size_t>(p * n + i)];
    }
  return above;
}

/// Take Y_ak Z Y_ka off what stands above.
inline void fold_above(Shrinking& shrinking, const Above& above, const WideMatrix& off) {
  CircuitGraph& graph = shrinking.graph;
  for (const Index v : above.vertices)
    for (const Index w : above.vertices) {
      WideMatrix y(graph.size(v), graph.size(w));
      for (std::size_t p = 0; p < above.nodes.size(); ++p)
        for (std::size_t q = 0; q < above.nodes.size(); ++q)
          if (above.nodes[p].vertex == v && above.nodes[q].vertex == w)
            y(above.nodes[p].position, above.nodes[q].position) =
                off(static_cast<int>(p), static_cast<int>(q));
      if (v == w) {
        subtract_from(graph.self[v], y);
        continue;
      }
      const std::size_t edges = graph.edges.size();
      add_between(graph, v, w, negative(y));
      if (graph.edges.size() == edges) continue;
      for (const Index end : {v, w}) {
        if (end < graph.sources) continue;
        shrinking.queue.erase({shrinking.degree[end], end});
        shrinking.queue.insert({++shrinking.degree[end], end});
      }
    }
}

inline EliminatedBus reduce(Shrinking& shrinking, Index k, const std::vector<Index>& edges) {
  CircuitGraph& graph = shrinking.graph;
  EliminatedBus bus;
  bus.vertex = k;
  for (const Index e : edges) convert_series(shrinking, e);
  bool has_lanes = false;
  for (const Index e : edges) {
    const std::vector<Index>& regulated = graph.edges[e].regulated;
    has_lanes = shrinking.by_lane && edges.size() == 1 && !regulated.empty();
    if (!has_lanes)
      shrinking.looped.insert(shrinking.looped.end(), regulated.begin(), regulated.end());
  }
  if (has_lanes) {
    bus.regulated = graph.edges[edges[0]].regulated;
    bus.self = graph.self[k];
  }
  for (const Index e : edges) {
    const CircuitEdge& edge = graph.edges[e];
    for (const Index v : {edge.a, edge.b})
      add_to(graph.self[v], with_regulated(shrinking, edge, v, v));
  }
  const Above above = gather_above(shrinking, k, edges);
  bus.z = graph.self[k];
  if (!(invert(bus.z) > least_pivot)) refuse_floating(shrinking, k);
  bus.above = above.nodes;
  bus.t = negative(product(bus.z, above.down));
  bus.up = negative(product(above.up, bus.z));
  if (has_lanes) {
    bus.y_down = above.down;
    bus.y_upward = above.up;
    std::vector<Index> rows, columns;
    for (const Index node : graph.nodes.row(k)) rows.push_back(node);
    for (const NodeAbove& node : above.nodes)
      columns.push_back(graph.nodes.row(node.vertex)[static_cast<std::size_t>(node.position)]);
    for (const Index t : bus.regulated) {
      const feeder::Primitive primitive = primitive_at(shrinking.circuit, t, shrinking.tap_pu);
      subtract_from(bus.y_down, transformer_block(primitive, rows, columns));
      subtract_from(bus.y_upward, transformer_block(primitive, columns, rows));
    }
  }
  fold_above(shrinking, above, product(above.up, product(bus.z, above.down)));
  return bus;
}

inline EliminatedBus eliminate_bus(Shrinking& shrinking, Index k) {
  const std::vector<Index> edges = live_edges(shrinking, k);
  if (edges.size() == 1) {
    const CircuitEdge& edge = shrinking.graph.edges[edges[0]];
    OwnLine own = own_line(shrinking.graph, edge, k);
    if (own.is_own) return hang_on_line(shrinking, k, edge.a == k ? edge.b : edge.a, own);
  }
  return reduce(shrinking, k, edges);
}

/// Degrees of all buses that have nodes. Those at sources go last: what holds a voltage there may
/// have no impedance, which only a tree's edge can do without.
inline void fill_queue(Shrinking& shrinking) {
  const CircuitGraph& graph = shrinking.graph;
  shrinking.is_gone.assign(static_cast<std::size_t>(graph.vertices()), 0);
  shrinking.folds.assign(shrinking.is_gone.size(), 0);
  shrinking.degree.resize(shrinking.is_gone.size());
  for (Index v = 0; v < graph.vertices(); ++v) {
    shrinking.degree[v] = static_cast<int>(graph.edges_of[v].size());
    const auto is_at_source = [&](Index e) {
      return std::min(graph.edges[e].a, graph.edges[e].b) < graph.sources;
    };
    if (std::any_of(graph.edges_of[v].begin(), graph.edges_of[v].end(), is_at_source))
      shrinking.degree[v] += static_cast<int>(graph.vertices());
    if (v >= graph.sources && graph.size(v) > 0) shrinking.queue.insert({shrinking.degree[v], v});
  }
}

inline WideMatrix left_at_sources(const CircuitGraph& graph) {
  std::vector<int> first(1, 0);
  for (Index s = 0; s < graph.sources; ++s) first.push_back(first.back() + graph.size(s));
  WideMatrix y(first.back(), first.back());
  const auto put = [&](Index s, Index t, const WideMatrix& block) {
    for (int i = 0; i < block.rows; ++i)
      for (int j = 0; j < block.columns; ++j) y(first[s] + i, first[t] + j) = block(i, j);
  };
  for (Index s = 0; s < graph.sources; ++s) put(s, s, graph.self[s]);
  for (const CircuitEdge& edge : graph.edges)
    if (edge.b < graph.sources) {
      put(edge.a, edge.b, edge.ab);
      put(edge.b, edge.a, edge.ba);
    }
  return y;
}

}  // namespace

GS_INLINE WideMatrix transformer_block(const feeder::Primitive& primitive,
                                       std::span<const Index> rows,
                                       std::span<const Index> columns) {
  const auto at = [&](Index node) {
    return std::find(primitive.node.begin(), primitive.node.end(), node) - primitive.node.begin();
  };
  const auto n = static_cast<std::ptrdiff_t>(primitive.node.size());
  WideMatrix block(static_cast<int>(rows.size()), static_cast<int>(columns.size()));
  for (int i = 0; i < block.rows; ++i)
    for (int j = 0; j < block.columns; ++j) {
      const std::ptrdiff_t p = at(rows[static_cast<std::size_t>(i)]);
      const std::ptrdiff_t q = at(columns[static_cast<std::size_t>(j)]);
      if (p < n && q < n) block(i, j) = wide(primitive.y_s[static_cast<std::size_t>(p * n + q)]);
    }
  return block;
}

GS_INLINE feeder::Primitive primitive_at(const feeder::Circuit& circuit, Index transformer,
                                         std::span<const double> tap_pu) {
  std::vector<double> taps;
  for (const Index w : circuit.transformers.windings.row(transformer)) taps.push_back(tap_pu[w]);
  return feeder::transformer_primitive(circuit, transformer, taps);
}

namespace {

inline void eliminate_next(Shrinking& shrinking, Index k, Elimination& elimination) {
  const CircuitGraph& graph = shrinking.graph;
  shrinking.queue.erase({shrinking.degree[k], k});
  const std::vector<Index> edges = live_edges(shrinking, k);
  elimination.buses.push_back(eliminate_bus(shrinking, k));
  elimination.buses.back().is_looped = !shrinking.by_lane;
  shrinking.is_gone[k] = 1;
  for (const Index e : edges) {
    const Index j = graph.edges[e].a == k ? graph.edges[e].b : graph.edges[e].a;
    if (j < graph.sources) continue;
    shrinking.queue.erase({shrinking.degree[j], j});
    shrinking.queue.insert({--shrinking.degree[j], j});
  }
}

/// Of all vertices above a bus, sources last, the first to be eliminated.
inline void find_parents(const CircuitGraph& graph, Elimination& elimination) {
  std::vector<std::size_t> turn(static_cast<std::size_t>(graph.vertices()),
                                elimination.buses.size());
  for (std::size_t k = 0; k < elimination.buses.size(); ++k) turn[elimination.buses[k].vertex] = k;
  for (EliminatedBus& bus : elimination.buses) {
    bus.parent = none;
    for (const NodeAbove& node : bus.above)
      if (bus.parent == none || turn[node.vertex] < turn[bus.parent]) bus.parent = node.vertex;
  }
}

}  // namespace

GS_INLINE Elimination eliminate(const feeder::Circuit& circuit, CircuitGraph& graph) {
  Shrinking shrinking = {circuit, graph, circuit.windings.tap_pu};
  find_thevenins(shrinking);
  fill_queue(shrinking);
  Elimination elimination;
  while (!shrinking.queue.empty())
    eliminate_next(shrinking, shrinking.queue.begin()->second, elimination);
  find_parents(graph, elimination);
  elimination.sources_y = left_at_sources(graph);
  elimination.looped = shrinking.looped;
  elimination.looped.insert(elimination.looped.end(), graph.odd_regulated.begin(),
                            graph.odd_regulated.end());
  return elimination;
}

}  // namespace gridswarm::inline GS_ABI::flow

#include "gridswarm/flow/circuit_looped.ipp"
