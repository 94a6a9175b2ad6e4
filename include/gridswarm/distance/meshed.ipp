// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "gridswarm/base/error.hpp"
#include "gridswarm/distance/edge_length.ipp"
#include "gridswarm/distance/meshed.hpp"
#include "gridswarm/distance/pair_sum.hpp"

namespace gridswarm::inline GS_ABI::distance {
namespace detail {

/// Ends and lengths of the wires that close loops, by row of `closing`.
struct ClosingWires {
  std::vector<Index> a, b;  ///< forest positions
  std::vector<double> length_pu;
};

GS_INLINE ClosingWires closing_wires(const feeder::Case& grid,
                                     const feeder::SpanningForest& spanning,
                                     const LengthRule& rule) {
  ClosingWires wires;
  const feeder::Forest& forest = spanning.forest;
  for (const Index e : spanning.closing) {
    wires.a.push_back(forest.position[grid.branches.from[e]]);
    wires.b.push_back(forest.position[grid.branches.to[e]]);
    const Index b = wires.b.back();
    const double square = forest.k_re[b] * forest.k_re[b] + forest.k_im[b] * forest.k_im[b];
    wires.length_pu.push_back(rule.choice == EdgeLength::custom
                                  ? rule.custom[e]
                                  : impedance_length(grid, rule.choice,
                                                     grid.branches.r_pu[e] / square,
                                                     grid.branches.x_pu[e] / square));
  }
  return wires;
}

/// Which feeders wires join: fills part, and the wires of each part.
GS_INLINE void find_parts(const feeder::Forest& forest, const ClosingWires& wires, Meshed& mesh) {
  std::vector<Index> root(static_cast<std::size_t>(forest.size()));
  for (Index q = 0; q < forest.size(); ++q) root[q] = q < forest.roots ? q : root[forest.parent[q]];
  std::vector<Index> joined(static_cast<std::size_t>(forest.roots));
  std::iota(joined.begin(), joined.end(), 0);
  const auto find = [&](Index r) {
    while (joined[r] != r) r = joined[r] = joined[joined[r]];
    return r;
  };
  for (std::size_t k = 0; k < wires.a.size(); ++k) {
    const Index a = find(root[wires.a[k]]);
    const Index b = find(root[wires.b[k]]);
    joined[std::max(a, b)] = std::min(a, b);
  }
  std::vector<Index> row(joined.size(), none);
  for (Index r = 0; r < forest.roots; ++r)
    if (find(r) == r) {
      row[r] = static_cast<Index>(mesh.parts.size());
      mesh.parts.emplace_back();
    }
  mesh.part.resize(root.size());
  for (std::size_t q = 0; q < root.size(); ++q) mesh.part[q] = row[find(root[q])];
  for (std::size_t k = 0; k < wires.a.size(); ++k)
    mesh.parts[mesh.part[wires.a[k]]].wires.push_back(static_cast<Index>(k));
  for (MeshPart& part : mesh.parts)
    part.by_stars = static_cast<Index>(part.wires.size()) > most_loops;
}

/// The ends of loops and the forks of their paths to the source, as a tree of their own.
struct Keys {
  std::vector<Index> at;      ///< position -> row within its part, none where no key
  std::vector<Index> parent;  ///< position -> position of the next key above
};

/// Place every position of parts with loops: mesh.key and mesh.entry_pu.
GS_INLINE Keys place_by_loops(const feeder::Forest& forest, const ClosingWires& wires,
                              Meshed& mesh) {
  const auto n = static_cast<std::size_t>(forest.size());
  std::vector<std::int8_t> branches(n, 0);  // 0 no path of a loop, 1 on one, 2 a key
  for (const auto* ends : {&wires.a, &wires.b})
    for (const Index q : *ends)
      if (!mesh.parts[mesh.part[q]].by_stars) branches[q] = 2;
  for (Index q = forest.size() - 1; q >= forest.roots; --q)
    if (branches[q] > 0) branches[forest.parent[q]] = branches[forest.parent[q]] > 0 ? 2 : 1;
  Keys keys{std::vector<Index>(n, none), std::vector<Index>(n, none)};
  std::vector<Index> count(mesh.parts.size(), 0);
  std::vector<Index> below(n, none);
  for (Index q = forest.size() - 1; q >= 0; --q) {
    if (branches[q] == 2) below[q] = keys.at[q] = count[mesh.part[q]]++;
    if (branches[q] > 0 && q >= forest.roots) below[forest.parent[q]] = below[q];
  }
  for (Index q = 0; q < forest.size(); ++q) {
    const Index p = q < forest.roots ? none : forest.parent[q];
    if (p != none) keys.parent[q] = keys.at[p] != none ? p : keys.parent[p];
    const bool meets = branches[q] > 0 || p == none;
    mesh.key[q] = meets ? below[q] : mesh.key[p];
    mesh.entry_pu[q] = meets ? mesh.depth_pu[q] : mesh.entry_pu[p];
  }
  for (std::size_t k = 0; k < mesh.parts.size(); ++k)
    mesh.parts[k].shared.assign(2 * mesh.parts[k].wires.size() * static_cast<std::size_t>(count[k]),
                                0.0);
  return keys;
}

GS_INLINE double shared_by_keys(const Meshed& mesh, const Keys& keys, Index a, Index b) {
  while (a != b) {
    Index& deeper = a > b ? a : b;
    deeper = keys.parent[deeper];
    if (deeper == none) return 0.0;
  }
  return mesh.depth_pu[a];
}

/// g(i) of all loops of the part, into y.
GS_INLINE void loop_potentials(const Meshed& mesh, Index position, std::vector<double>& y) {
  const MeshPart& part = mesh.parts[mesh.part[position]];
  const std::size_t loops = part.wires.size();
  y.assign(loops, 0.0);
  const Index key = mesh.key[position];
  if (key == none) return;
  const double entry = mesh.entry_pu[position];
  const double* shared = part.shared.data() + 2 * loops * static_cast<std::size_t>(key);
  for (std::size_t k = 0; k < loops; ++k)
    y[k] = std::min(entry, shared[2 * k + 1]) - std::min(entry, shared[2 * k]);
}

/// y <- C^-1 y, C the factor of M.
GS_INLINE void solve_loops(const MeshPart& part, std::vector<double>& y) {
  const std::size_t loops = part.wires.size();
  for (std::size_t k = 0; k < loops; ++k) {
    const double* row = part.factor.data() + k * loops;
    if (row[k] == 0.0) {
      y[k] = 0.0;
      continue;
    }
    double left = y[k];
    for (std::size_t l = 0; l < k; ++l) left -= row[l] * y[l];
    y[k] = left / row[k];
  }
}

/// Cholesky's factor of M by rows. A pivot that is nothing beside its diagonal belongs to a wire
/// that earlier ones short-circuit.
GS_INLINE void factorise_loops(const Meshed& mesh, const ClosingWires& wires, MeshPart& part) {
  constexpr double nothing = 1e-12;
  const std::size_t loops = part.wires.size();
  part.factor.assign(loops * loops, 0.0);
  std::vector<double> at_a, at_b;
  for (std::size_t k = 0; k < loops; ++k) {
    const Index wire = part.wires[k];
    loop_potentials(mesh, wires.a[wire], at_a);
    loop_potentials(mesh, wires.b[wire], at_b);
    double* row = part.factor.data() + k * loops;
    for (std::size_t l = 0; l <= k; ++l) row[l] = at_b[l] - at_a[l];
    const double diagonal = row[k] + wires.length_pu[wire];
    double pivot = diagonal;
    for (std::size_t l = 0; l < k; ++l) {
      const double* other = part.factor.data() + l * loops;
      for (std::size_t m = 0; m < l; ++m) row[l] -= row[m] * other[m];
      row[l] = other[l] == 0.0 ? 0.0 : row[l] / other[l];
      pivot -= row[l] * row[l];
    }
    if (pivot > nothing * diagonal)
      row[k] = std::sqrt(pivot);
    else
      std::fill(row, row + loops, 0.0);
  }
}

GS_INLINE void make_loops(const feeder::Forest& forest, const ClosingWires& wires, Meshed& mesh) {
  const Keys keys = place_by_loops(forest, wires, mesh);
  for (Index q = 0; q < forest.size(); ++q) {
    if (keys.at[q] == none) continue;
    MeshPart& part = mesh.parts[mesh.part[q]];
    const std::size_t loops = part.wires.size();
    double* shared = part.shared.data() + 2 * loops * static_cast<std::size_t>(keys.at[q]);
    for (std::size_t k = 0; k < loops; ++k) {
      shared[2 * k] = shared_by_keys(mesh, keys, q, wires.a[part.wires[k]]);
      shared[2 * k + 1] = shared_by_keys(mesh, keys, q, wires.b[part.wires[k]]);
    }
  }
  for (MeshPart& part : mesh.parts)
    if (!part.by_stars) factorise_loops(mesh, wires, part);
}

GS_INLINE void make_stars(const feeder::Forest& forest, const ClosingWires& wires, Meshed& mesh) {
  std::vector<Index> nodes(mesh.parts.size(), 0);
  std::vector<std::vector<Resistor>> resistors(mesh.parts.size());
  for (Index q = 0; q < forest.size(); ++q) {
    const Index part = mesh.part[q];
    if (!mesh.parts[part].by_stars) continue;
    mesh.key[q] = q < forest.roots ? none : nodes[part]++;
    if (q < forest.roots) continue;
    const Index p = forest.parent[q];
    resistors[part].push_back({mesh.key[q], mesh.key[p], mesh.depth_pu[q] - mesh.depth_pu[p]});
  }
  for (std::size_t k = 0; k < mesh.parts.size(); ++k) {
    if (!mesh.parts[k].by_stars) continue;
    for (const Index wire : mesh.parts[k].wires) {
      Index a = mesh.key[wires.a[wire]];
      Index b = mesh.key[wires.b[wire]];
      if (a == none) std::swap(a, b);
      if (a != none) resistors[k].push_back({a, b, wires.length_pu[wire]});
    }
    mesh.parts[k].stars = make_star_mesh(nodes[k], resistors[k]);
  }
}

/// T of two agents' positions in one part.
GS_INLINE double tree_shared(const Meshed& mesh, const AgentTree& tree, Index agent_a,
                             Index agent_b) {
  const Index a = tree.node[agent_a];
  const Index b = tree.node[agent_b];
  if (tree.feeder[a] != tree.feeder[b]) return 0.0;
  return mesh.depth_pu[tree.position[common_ancestor(tree, a, b)]];
}

/// b' X b with b = +1 at one position, `weight` at the other.
GS_INLINE double by_stars(const Meshed& mesh, Index position_a, Index position_b, double weight,
                          MeshedWork& work) {
  work.nodes.clear();
  work.weights.clear();
  const auto add = [&](Index key, double w) {
    if (key == none) return;
    work.nodes.push_back(key);
    work.weights.push_back(w);
  };
  add(mesh.key[position_a], 1.0);
  add(mesh.key[position_b], weight);
  return power_of(mesh.parts[mesh.part[position_a]].stars, work.nodes, work.weights, work.stars);
}

GS_INLINE bool apart(const Meshed& mesh, Index position_a, Index position_b) {
  return position_a == none || position_b == none || mesh.part[position_a] != mesh.part[position_b];
}

GS_INLINE double dot(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0.0;
  for (std::size_t k = 0; k < a.size(); ++k) sum += a[k] * b[k];
  return sum;
}

}  // namespace detail

GS_INLINE Meshed make_meshed(const feeder::Case& grid, const feeder::SpanningForest& spanning,
                             const fleet::Fleet& fleet, const LengthRule& rule) {
  if (rule.choice == EdgeLength::log_sensitivity)
    throw UsageError(
        "log_sensitivity adds up along trees only; take edge_length reactance where "
        "wires close loops");
  const feeder::Forest& forest = spanning.forest;
  Meshed mesh;
  mesh.depth_pu = edge_lengths_pu(grid, forest, rule);
  for (Index q = forest.roots; q < forest.size(); ++q)
    mesh.depth_pu[q] += mesh.depth_pu[forest.parent[q]];
  for (const Index bus : fleet.plate.bus) mesh.position.push_back(forest.position[bus]);
  mesh.key.assign(mesh.depth_pu.size(), none);
  mesh.entry_pu.assign(mesh.depth_pu.size(), 0.0);
  const detail::ClosingWires wires = detail::closing_wires(grid, spanning, rule);
  detail::find_parts(forest, wires, mesh);
  detail::make_loops(forest, wires, mesh);
  detail::make_stars(forest, wires, mesh);
  return mesh;
}

GS_INLINE double resistance_distance(const Meshed& mesh, const AgentTree& tree, Index agent_a,
                                     Index agent_b, MeshedWork& work) {
  const Index a = mesh.position[agent_a];
  const Index b = mesh.position[agent_b];
  if (detail::apart(mesh, a, b)) return std::numeric_limits<double>::infinity();
  if (a == b) return 0.0;
  const MeshPart& part = mesh.parts[mesh.part[a]];
  if (part.by_stars) return detail::by_stars(mesh, a, b, -1.0, work);
  const double path =
      mesh.depth_pu[a] + mesh.depth_pu[b] - 2.0 * detail::tree_shared(mesh, tree, agent_a, agent_b);
  detail::loop_potentials(mesh, a, work.y);
  detail::loop_potentials(mesh, b, work.sum);
  for (std::size_t k = 0; k < work.y.size(); ++k) work.y[k] -= work.sum[k];
  detail::solve_loops(part, work.y);
  return std::max(0.0, path - detail::dot(work.y, work.y));
}

GS_INLINE double shared_length(const Meshed& mesh, const AgentTree& tree, Index agent_a,
                               Index agent_b, MeshedWork& work) {
  const Index a = mesh.position[agent_a];
  const Index b = mesh.position[agent_b];
  if (detail::apart(mesh, a, b)) return 0.0;
  const MeshPart& part = mesh.parts[mesh.part[a]];
  if (part.by_stars)  // ((e_a + e_b)' X (e_a + e_b) - (e_a - e_b)' X (e_a - e_b)) / 4
    return 0.25 *
           (detail::by_stars(mesh, a, b, 1.0, work) - detail::by_stars(mesh, a, b, -1.0, work));
  detail::loop_potentials(mesh, a, work.y);
  detail::loop_potentials(mesh, b, work.sum);
  detail::solve_loops(part, work.y);
  detail::solve_loops(part, work.sum);
  return detail::tree_shared(mesh, tree, agent_a, agent_b) - detail::dot(work.y, work.sum);
}

GS_INLINE double log_sensitivity_distance(const Meshed& mesh, const AgentTree& tree,
                                          double x_source_pu, Index agent_a, Index agent_b,
                                          MeshedWork& work) {
  if (detail::apart(mesh, mesh.position[agent_a], mesh.position[agent_b]))
    return std::numeric_limits<double>::infinity();
  const auto x = [&](Index i, Index j) {
    return x_source_pu + shared_length(mesh, tree, i, j, work);
  };
  const double mutual = x(agent_a, agent_b);
  return decades_of(x(agent_a, agent_a) / mutual) + decades_of(x(agent_b, agent_b) / mutual);
}

namespace detail {

/// sum_(i<j) R = m sum_i X_ii - sum_ij X_ij of agents of one part by loops.
GS_INLINE double pairs_by_loops(const Meshed& mesh, const AgentTree& tree,
                                std::span<const Index> agents, MeshedWork& work) {
  const auto m = static_cast<double>(agents.size());
  const MeshPart& part = mesh.parts[mesh.part[mesh.position[agents[0]]]];
  const Meetings meetings = meetings_of(tree, agents);
  double sum = 0.0;
  for (Index k = 0; k < meetings.size(); ++k)
    sum -= mesh.depth_pu[tree.position[meetings.node[k]]] * static_cast<double>(meetings.pairs[k]);
  work.sum.assign(part.wires.size(), 0.0);
  for (const Index i : agents) {
    loop_potentials(mesh, mesh.position[i], work.y);
    solve_loops(part, work.y);
    for (std::size_t k = 0; k < work.y.size(); ++k) work.sum[k] += work.y[k];
    sum += m * (mesh.depth_pu[mesh.position[i]] - dot(work.y, work.y));
  }
  return sum + dot(work.sum, work.sum);
}

GS_INLINE double pairs_by_stars(const Meshed& mesh, std::span<const Index> agents,
                                MeshedWork& work) {
  const auto m = static_cast<double>(agents.size());
  const StarMesh& stars = mesh.parts[mesh.part[mesh.position[agents[0]]]].stars;
  const double one = 1.0;
  std::vector<Index> nodes;
  double sum = 0.0;
  for (const Index i : agents) {
    const Index key = mesh.key[mesh.position[i]];
    if (key == none) continue;
    nodes.push_back(key);
    sum += m * power_of(stars, {&key, 1}, {&one, 1}, work.stars);
  }
  work.weights.assign(nodes.size(), 1.0);
  return sum - power_of(stars, nodes, work.weights, work.stars);
}

}  // namespace detail

GS_INLINE double pair_sum_pu(const Meshed& mesh, const AgentTree& tree,
                             std::span<const Index> agents, MeshedWork& work) {
  std::vector<Index> sorted;
  for (const Index i : agents)
    if (mesh.position[i] != none) sorted.push_back(i);
  const auto part_of = [&](Index i) { return mesh.part[mesh.position[i]]; };
  std::stable_sort(sorted.begin(), sorted.end(),
                   [&](Index a, Index b) { return part_of(a) < part_of(b); });
  double sum = 0.0;
  for (std::size_t begin = 0, end = 0; begin < sorted.size(); begin = end) {
    while (end < sorted.size() && part_of(sorted[end]) == part_of(sorted[begin])) ++end;
    const std::span<const Index> some(sorted.data() + begin, end - begin);
    sum += mesh.parts[part_of(some[0])].by_stars ? detail::pairs_by_stars(mesh, some, work)
                                                 : detail::pairs_by_loops(mesh, tree, some, work);
  }
  return sum;
}

}  // namespace gridswarm::inline GS_ABI::distance
