// SPDX-License-Identifier: BSD-3-Clause
// Graphs and values for the tests of consensus.
#pragma once

#include <utility>
#include <vector>

#include "gridswarm/base/csr.hpp"
#include "make.hpp"

namespace make {

/// Undirected, without doubles.
inline Csr graph(Index count, const std::vector<std::pair<Index, Index>>& edges) {
  Csr out;
  out.first.push_back(0);
  for (Index i = 0; i < count; ++i) {
    for (const auto& [a, b] : edges)
      if (a == i || b == i) out.items.push_back(a == i ? b : a);
    out.first.push_back(static_cast<Index>(out.items.size()));
  }
  return out;
}

inline Csr line(Index count) {
  std::vector<std::pair<Index, Index>> edges;
  for (Index i = 1; i < count; ++i) edges.emplace_back(i - 1, i);
  return graph(count, edges);
}

inline Csr ring(Index count) {
  std::vector<std::pair<Index, Index>> edges;
  for (Index i = 0; i < count; ++i) edges.emplace_back(i, (i + 1) % count);
  return graph(count, edges);
}

/// Parents of a seeded tree: each node hangs on one of the last `window` before it.
inline std::vector<Index> random_parents(Index count, Index window, std::uint64_t seed) {
  Dice dice{seed};
  std::vector<Index> parent = {none};
  for (Index i = 1; i < count; ++i) parent.push_back(i - 1 - dice.below(i < window ? i : window));
  return parent;
}

inline Csr random_tree(Index count, Index window, std::uint64_t seed) {
  std::vector<std::pair<Index, Index>> edges;
  const std::vector<Index> parent = random_parents(count, window, seed);
  for (Index i = 1; i < count; ++i) edges.emplace_back(parent[i], i);
  return graph(count, edges);
}

/// One-way: i is heard by the next and by two others drawn; strongly connected by the ring.
inline Csr one_way(Index count, std::uint64_t seed) {
  Dice dice{seed};
  Csr out;
  out.first.push_back(0);
  for (Index i = 0; i < count; ++i) {
    out.items.push_back((i + 1) % count);
    for (int k = 0; k < 2; ++k) {
      const Index j = dice.below(count);
      const bool is_new = j != i && j != (i + 1) % count && (k == 0 || out.items.back() != j);
      if (is_new) out.items.push_back(j);
    }
    out.first.push_back(static_cast<Index>(out.items.size()));
  }
  return out;
}

/// Uniform in [-1, 1).
inline std::vector<double> values(Index count, std::uint64_t seed) {
  Dice dice{seed + 1000};
  std::vector<double> out;
  for (Index i = 0; i < count; ++i) out.push_back(dice.uniform(-1.0, 1.0));
  return out;
}

inline double mean(const std::vector<double>& value) {
  long double sum = 0.0L;
  for (const double x : value) sum += x;
  return static_cast<double>(sum / static_cast<long double>(value.size()));
}

}  // namespace make
