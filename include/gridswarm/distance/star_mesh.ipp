// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <functional>
#include <numeric>
#include <queue>
#include <utility>

#include "gridswarm/distance/star_mesh.hpp"

namespace gridswarm::inline GS_ABI::distance {
namespace detail {

/// Nodes that wires without length make one; the last stands for the sources.
GS_INLINE std::vector<Index> contract(Index nodes, std::span<const Resistor> wires) {
  std::vector<Index> of(static_cast<std::size_t>(nodes) + 1);
  std::iota(of.begin(), of.end(), 0);
  const auto find = [&](Index v) {
    while (of[v] != v) v = of[v] = of[of[v]];
    return v;
  };
  for (const Resistor& wire : wires) {
    if (wire.length > 0.0) continue;
    const Index a = find(wire.a);
    const Index b = find(wire.b == none ? nodes : wire.b);
    of[std::min(a, b)] = std::max(a, b);
  }
  for (Index v = 0; v <= nodes; ++v) of[v] = find(v);
  return of;
}

/// Conductances that are left, by node.
struct Conductances {
  using Entry = std::pair<Index, double>;
  std::vector<std::vector<Entry>> near;  ///< ascending by neighbour, each once
  std::vector<double> ground;            ///< to the sources
};

/// Sort by neighbour, and add up what leads to the same one.
GS_INLINE void merge_parallel(std::vector<Conductances::Entry>& entries) {
  std::stable_sort(entries.begin(), entries.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::size_t kept = 0;
  for (std::size_t k = 0; k < entries.size(); ++k) {
    if (kept > 0 && entries[kept - 1].first == entries[k].first)
      entries[kept - 1].second += entries[k].second;
    else
      entries[kept++] = entries[k];
  }
  entries.resize(kept);
}

GS_INLINE Conductances conductances_of(Index nodes, std::span<const Resistor> wires,
                                       const std::vector<Index>& of) {
  Conductances left{
      std::vector<std::vector<Conductances::Entry>>(static_cast<std::size_t>(nodes) + 1),
      std::vector<double>(static_cast<std::size_t>(nodes) + 1, 0.0)};
  const Index sources = of[nodes];
  for (const Resistor& wire : wires) {
    const Index a = of[wire.a];
    const Index b = of[wire.b == none ? nodes : wire.b];
    if (a == b) continue;
    const double g = 1.0 / wire.length;
    if (a == sources || b == sources) {
      left.ground[a == sources ? b : a] += g;
    } else {
      left.near[a].emplace_back(b, g);
      left.near[b].emplace_back(a, g);
    }
  }
  for (auto& entries : left.near) merge_parallel(entries);
  return left;
}

/// Take v out: its neighbours are joined with each other.
GS_INLINE void eliminate(Conductances& left, Index v, double pivot) {
  const auto star = std::move(left.near[v]);
  left.near[v].clear();
  std::vector<Conductances::Entry> merged;
  for (const auto& [a, g_a] : star) {
    auto& entries = left.near[a];
    merged.clear();
    std::size_t k = 0;
    const auto keep_below = [&](Index bound) {
      for (; k < entries.size() && entries[k].first < bound; ++k)
        if (entries[k].first != v) merged.push_back(entries[k]);
    };
    for (const auto& [b, g_b] : star) {
      if (b == a) continue;
      keep_below(b);
      double g = g_a * g_b / pivot;
      if (k < entries.size() && entries[k].first == b) g += entries[k++].second;
      merged.emplace_back(b, g);
    }
    keep_below(INT32_MAX);
    entries.swap(merged);
    left.ground[a] += g_a * left.ground[v] / pivot;
  }
}

}  // namespace detail

GS_INLINE StarMesh make_star_mesh(Index nodes, std::span<const Resistor> wires) {
  const std::vector<Index> of = detail::contract(nodes, wires);
  detail::Conductances left = detail::conductances_of(nodes, wires, of);
  StarMesh mesh;
  mesh.first.push_back(0);
  std::vector<Index> star_of(static_cast<std::size_t>(nodes) + 1, none);
  using Waiting = std::pair<std::size_t, Index>;  // neighbours, node
  std::priority_queue<Waiting, std::vector<Waiting>, std::greater<>> queue;
  for (Index v = 0; v < nodes; ++v)
    if (of[v] == v && v != of[nodes]) queue.emplace(left.near[v].size(), v);
  while (!queue.empty()) {
    const auto [degree, v] = queue.top();
    queue.pop();
    if (star_of[v] != none || degree != left.near[v].size()) continue;  // another entry counts
    double pivot = left.ground[v];
    for (const auto& [a, g] : left.near[v]) pivot += g;
    for (const auto& [a, g] : left.near[v]) {
      mesh.later.push_back(a);
      mesh.share.push_back(g / pivot);
    }
    star_of[v] = static_cast<Index>(mesh.pivot.size());
    mesh.pivot.push_back(pivot);
    mesh.first.push_back(static_cast<std::int64_t>(mesh.later.size()));
    const auto row = static_cast<std::size_t>(star_of[v]);
    detail::eliminate(left, v, pivot);
    for (std::int64_t k = mesh.first[row]; k < mesh.first[row + 1]; ++k)
      queue.emplace(left.near[mesh.later[k]].size(), mesh.later[k]);
  }
  for (Index& a : mesh.later) a = star_of[a];
  mesh.star.resize(static_cast<std::size_t>(nodes));
  for (Index v = 0; v < nodes; ++v) mesh.star[v] = star_of[of[v]];
  return mesh;
}

GS_INLINE double power_of(const StarMesh& mesh, std::span<const Index> nodes,
                          std::span<const double> weights, StarWork& work) {
  work.z.resize(mesh.pivot.size(), 0.0);  // all zero between calls
  work.heap.clear();
  for (std::size_t k = 0; k < nodes.size(); ++k) {
    const Index star = mesh.star[nodes[k]];
    if (star == none) continue;
    work.z[star] += weights[k];
    work.heap.push_back(star);
  }
  std::make_heap(work.heap.begin(), work.heap.end(), std::greater<>());
  double sum = 0.0;
  Index before = none;
  while (!work.heap.empty()) {
    std::pop_heap(work.heap.begin(), work.heap.end(), std::greater<>());
    const Index k = work.heap.back();
    work.heap.pop_back();
    if (k == before) continue;
    before = k;
    const double z = work.z[k];
    work.z[k] = 0.0;
    sum += z * z / mesh.pivot[k];
    Index next = INT32_MAX;
    for (std::int64_t e = mesh.first[k]; e < mesh.first[k + 1]; ++e) {
      work.z[mesh.later[e]] += mesh.share[e] * z;
      next = std::min(next, mesh.later[e]);
    }
    if (next == INT32_MAX) continue;
    work.heap.push_back(next);  // the way on: every later star of k is on it
    std::push_heap(work.heap.begin(), work.heap.end(), std::greater<>());
  }
  return sum;
}

}  // namespace gridswarm::inline GS_ABI::distance
