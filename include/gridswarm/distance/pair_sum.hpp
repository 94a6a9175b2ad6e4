// SPDX-License-Identifier: BSD-3-Clause
// Sums over all pairs of some agents, without the pairs.
//
// An edge of length l with n of m agents below it lies on n (m - n) of their paths, so
//   sum_(i<j) d(i, j) = sum_e l_e n_e (m - n_e),
// and two agents share the path from the source down to their lowest common ancestor, so any
// function f of that path sums up as
//   sum_(i,j) f(lca(i, j)) = sum_v f(v) #{(i, j): lca(i, j) = v}.
// Only the agents and the places where their paths meet matter: at most 2 m - 1 nodes, the agents
// and the lowest common ancestors of those next to each other in preorder. O(m log m).
#pragma once

#include <span>
#include <vector>

#include "gridswarm/distance/electrical.hpp"

namespace gridswarm::inline GS_ABI::distance {

/// The nodes of some agents, and those where their paths meet, in preorder.
struct Meetings {
  std::vector<Index> node;
  std::vector<Index> parent;         ///< row of this table; none at the top of each feeder
  std::vector<std::int64_t> agents;  ///< at the node and below
  std::vector<std::int64_t> pairs;   ///< ordered pairs (i, j), i = j included, whose lca it is
  Index size() const { return static_cast<Index>(node.size()); }
};

/// @param agents  rows in any order, each once; those without supply are passed over
Meetings meetings_of(const AgentTree& tree, std::span<const Index> agents);

/// Sum of the distances over all pairs i < j of one feeder each, in the unit of the lengths (p.u.
/// on 1 MVA); pairs over feeders count as nothing.
double pair_sum_pu(const AgentTree& tree, std::span<const Index> agents);

/// Sum over ordered pairs (i, j), i = j included, of the squared length of the path that both share
/// from the source. With reactances as lengths: sum of (dV_i/dQ_j)^2 of LinDistFlow, source stiff.
double shared_square_sum(const AgentTree& tree, std::span<const Index> agents);

}  // namespace gridswarm::inline GS_ABI::distance

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/distance/pair_sum.ipp"
#endif
