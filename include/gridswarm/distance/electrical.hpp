// SPDX-License-Identifier: BSD-3-Clause
// How far apart two agents are along the wires.
//
// On a radial feeder every classical electrical distance is a sum of edge lengths on the path: path
// impedance, resistance distance (Klein, Randic, J. Math. Chem. 12 (1993) 81) and |dV/dQ| of
// LinDistFlow. So one tree with lengths stands for the n x n matrix:
//   d(i, j) = D(i) + D(j) - 2 D(lca(i, j)),   D = length of the path to the source,
// and lca is found in constant time (Schieber, Vishkin, SIAM J. Comput. 17 (1988) 1253).
//
// Lengths are p.u. on 1 MVA (three phase), impedances referred to the source (Z' of
// feeder/forest.hpp):
//   three-phase case   z / base_mva
//   per-phase case     z / (3 base_mva), as Z_ohm = z kv_ln^2 / base_mva and 1 MVA <=> kv_ll^2 = 3
//   kv_ln^2.
// A path of length d carrying 1 MW therefore changes the voltage by about d p.u.
//
// Agents of one bus hang on it as a chain of nodes of zero length, the first on the bus itself: so
// a bus with many agents can be split, and whoever's paths pass a bus with agents has one of them.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "gridswarm/base/ids.hpp"
#include "gridswarm/feeder/case.hpp"
#include "gridswarm/feeder/forest.hpp"
#include "gridswarm/fleet/fleet.hpp"

namespace gridswarm::inline GS_ABI::distance {

/// What the length of a wire is: r, x or |z| = sqrt(r^2 + x^2).
enum class EdgeLength { resistance, reactance, magnitude };

/// The choice by its name: "resistance", "reactance", "magnitude".
/// @throws UsageError for any other word.
EdgeLength edge_length_of(std::string_view name);

/// Lengths are counted in 1e-9 p.u.; one edge is at most 1000 p.u. long, longer ones are cut to
/// that. So root distances stay below 2^62 for a path of four million edges.
inline constexpr std::int64_t length_unit = 1'000'000'000;
inline constexpr double longest_edge_pu = 1000.0;
/// Distance between agents of different feeders.
inline constexpr std::int64_t unreachable = INT64_MAX;

/// Lengths of all edges in 1e-9 p.u. on 1 MVA by forest position, 0 at roots.
std::vector<std::int64_t> edge_lengths(const feeder::Case& grid, const feeder::Forest& forest,
                                       EdgeLength choice);

/// Buses and agents of all feeders, in preorder (children by bus id): the subtree of node v is
/// v .. v + size[v] - 1. Independent of the order of rows in the files.
struct AgentTree {
  std::vector<Index> root;                        ///< first node of each feeder
  std::vector<Index> parent;                      ///< none at roots
  std::vector<Index> size;                        ///< nodes of the subtree, v included
  std::vector<Index> agent;                       ///< node -> agent row; none where no agent stands
  std::vector<Index> position;                    ///< node -> forest position
  std::vector<Index> node;                        ///< agent row -> node; none without supply
  std::vector<Index> feeder;                      ///< node -> row of `root`
  std::vector<std::int64_t> length;               ///< of the edge above
  std::vector<std::int64_t> depth;                ///< D: length of the path to the root
  std::vector<std::uint32_t> inlabel, ascendant;  ///< of Schieber and Vishkin
  std::vector<Index> head;                        ///< inlabel -> its node nearest to the root
  Index nodes() const { return static_cast<Index>(parent.size()); }
  Index end_of(Index feeder_row) const { return root[feeder_row] + size[root[feeder_row]]; }
};

/// Hang a fleet's agents on a forest. O(n log n) for the sorting of siblings.
AgentTree make_agent_tree(const feeder::Case& grid, const feeder::Forest& forest,
                          const fleet::Fleet& fleet, EdgeLength choice);

/// Lowest common ancestor of two nodes of one feeder. O(1).
Index common_ancestor(const AgentTree& tree, Index a, Index b);

/// Path length between two nodes, `unreachable` over feeders. O(1).
std::int64_t node_distance(const AgentTree& tree, Index a, Index b);

/// Path length between two agents (rows), `unreachable` over feeders or without supply. O(1).
std::int64_t distance(const AgentTree& tree, Index agent_a, Index agent_b);

}  // namespace gridswarm::inline GS_ABI::distance

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/distance/electrical.ipp"
#endif
