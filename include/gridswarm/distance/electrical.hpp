// SPDX-License-Identifier: BSD-3-Clause
// How far apart two agents are along the wires.
//
// On a radial feeder every classical electrical distance is a sum of edge lengths on the path: path
// impedance, resistance distance (Klein, Randic, J. Math. Chem. 12 (1993) 81) and |dV/dQ| of
// LinDistFlow. So one tree with lengths stands for the n x n matrix:
//   d(i, j) = D(i) + D(j) - 2 D(lca(i, j)),   D = length of the path to the source,
// and lca is found in constant time (Schieber, Vishkin, SIAM J. Comput. 17 (1988) 1253).
//
// What the length of a wire is, and its unit: edge_length.hpp.
//
// Agents of one bus hang on it as a chain of nodes of zero length, the first on the bus itself: so
// a bus with many agents can be split, and whoever's paths pass a bus with agents has one of them.
#pragma once

#include <cstdint>
#include <vector>

#include "gridswarm/base/ids.hpp"
#include "gridswarm/distance/edge_length.hpp"
#include "gridswarm/feeder/case.hpp"
#include "gridswarm/feeder/forest.hpp"
#include "gridswarm/fleet/fleet.hpp"

namespace gridswarm::inline GS_ABI::distance {

/// Distance between agents of different feeders.
inline constexpr std::int64_t unreachable = INT64_MAX;

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
/// @throws UsageError as edge_lengths() does.
AgentTree make_agent_tree(const feeder::Case& grid, const feeder::Forest& forest,
                          const fleet::Fleet& fleet, const LengthRule& rule);

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
