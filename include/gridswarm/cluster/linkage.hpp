// SPDX-License-Identifier: BSD-3-Clause
// Groups by distance alone: single linkage at a threshold, and DBSCAN, both exact in O(n).
//
// Two agents are linked when a chain of agents leads from one to the other in steps of at most
// `radius`: the components of the minimum spanning tree after its longer edges are cut. On a tree
// that needs no union-find. Give each node to its nearest agent t(v), ties by row: these cells are
// connected, so between cells lies a tree again, and it is the minimum spanning tree (Mehlhorn,
// Inf. Process. Lett. 27 (1988) 125), its edges d(t(p), p) + length + d(v, t(v)) where p is v's
// parent in another cell. One pass in preorder hands the parent's group on wherever that is short.
//
// DBSCAN (Ester et al., KDD 1996): a core agent has at least `min_agents` agents within `radius`,
// itself included. Core agents are linked; another agent joins its nearest core agent if that is
// within `radius`, and else is noise. With min_agents 1 or 2 that is single linkage, groups of one
// being noise for 2.
#pragma once

#include <vector>

#include "gridswarm/distance/electrical.hpp"

namespace gridswarm::inline GS_ABI::cluster {

/// Groups, counted in the order of the tree's preorder.
struct Groups {
  std::vector<Index> of;  ///< agent row -> group; none for noise and without supply
  Index count = 0;
};

/// Single linkage; `radius_pu` in p.u. on 1 MVA, ends included. Groups never cross feeders.
Groups link(const distance::AgentTree& tree, double radius_pu);

/// DBSCAN. @param min_agents  at least 1
/// @throws UsageError for min_agents below 1 or a radius that is negative or NaN (link() too).
Groups density_groups(const distance::AgentTree& tree, double radius_pu, Index min_agents);

}  // namespace gridswarm::inline GS_ABI::cluster

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/cluster/linkage.ipp"
#endif
