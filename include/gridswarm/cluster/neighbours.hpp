// SPDX-License-Identifier: BSD-3-Clause
// Who is near: the k nearest agents of every agent, exactly, in two sweeps over the tree.
//
// Upward, a node learns the k+1 nearest agents of its subtree from its children. Downward, it
// learns the k+1 nearest outside its subtree from its parent, which keeps enough candidates per
// branch that any one branch can be left out. O(n k) for all agents, no matrix. On the way up an
// agent a is known by D(a), on the way down by D(a) - 2 D(u), u where it turned: neither changes
// along a path, so lists are merged and never shifted.
#pragma once

#include <cstdint>
#include <vector>

#include "gridswarm/base/csr.hpp"
#include "gridswarm/distance/electrical.hpp"

namespace gridswarm::inline GS_ABI::cluster {

/// Row i: neighbours of agent row i, nearest first, ties by agent row; without i itself.
struct Neighbours {
  Csr agents;
  std::vector<std::int64_t> length;  ///< beside agents.items, in 1e-9 p.u. on 1 MVA
};

/// The k nearest agents of every agent on its own feeder; fewer where the feeder has fewer.
/// Agents without supply have an empty row.
/// @param threads  0: all of the process; feeders are the pieces, the result is the same
Neighbours nearest(const distance::AgentTree& tree, Index k, int threads = 1);

/// All agents within `radius_pu` (p.u. on 1 MVA, ends included).
Neighbours within(const distance::AgentTree& tree, double radius_pu);

}  // namespace gridswarm::inline GS_ABI::cluster

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/cluster/neighbours.ipp"
#endif
