// SPDX-License-Identifier: BSD-3-Clause
// The piece of the feeder each cluster lives on, cut out once so that a tick only streams through
// it.
//
// A cluster's tree holds the buses of its members and every bus between them and the cluster's top.
// Two clusters may share a bus (an agent is a virtual leaf), so each keeps a copy of its own nodes:
// parents before children, the top first. Remade when membership changes, not every tick.
#pragma once

#include <span>
#include <vector>

#include "gridswarm/base/column.hpp"
#include "gridswarm/base/ids.hpp"
#include "gridswarm/cluster/clusters.hpp"
#include "gridswarm/feeder/forest.hpp"

namespace gridswarm::inline GS_ABI::balance {

/// Nodes of cluster c are first[c] .. first[c + 1] - 1; a slot is a position in
/// Clusters::members.items.
struct ClusterTrees {
  std::vector<Index> first;       ///< clusters + 1 offsets
  std::vector<Index> up;          ///< node -> node; none at a cluster's top
  std::vector<Index> position;    ///< node -> forest position
  Column<double> length_pu;       ///< of the edge above; 0 at the top
  Column<double> depth_pu;        ///< path length from the top
  std::vector<Index> node;        ///< slot -> node of that member's bus
  std::vector<Index> first_slot;  ///< node -> offset into slot_at, and one more
  std::vector<Index> slot_at;     ///< slots node by node, ascending at each
  std::vector<Index> height;      ///< cluster -> most edges between its top and a member
  std::vector<Index> place;       ///< scratch: forest position -> node of the cluster being cut out
};

/// Length |Z'| of the edge above each position, p.u. on 1 MVA (three phase); 0 at roots.
/// @param kw_to_pu  one kW of an agent in the case's p.u. (fleet::agent_kw_to_case_pu)
void edge_lengths(const feeder::Forest& forest, double kw_to_pu, Column<double>& length_pu);

/// Fill `top` of a membership that came without: the lowest bus above all members; none for a
/// cluster without members.
/// @throws UsageError where a cluster holds an agent without supply or agents of two sources
void find_tops(const feeder::Forest& forest, std::span<const Index> agent_bus,
               cluster::Clusters& clusters);

/// Cut out the tree of every cluster; one without members has no nodes.
/// @param agent_bus  bus row of each agent; @param length_pu  per position, >= 0
/// Members must lie at or below their cluster's top.
void make_cluster_trees(const feeder::Forest& forest, const cluster::Clusters& clusters,
                        std::span<const Index> agent_bus, std::span<const double> length_pu,
                        ClusterTrees& trees);

}  // namespace gridswarm::inline GS_ABI::balance

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/balance/cluster_trees.ipp"
#endif
