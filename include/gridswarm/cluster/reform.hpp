// SPDX-License-Identifier: BSD-3-Clause
// One feeder of a living membership formed anew: what would be, and taking it over.
//
// The feeder's agents and wires become an agents' tree of their own, so the cost is that of the
// feeder, not of the case. At each bus the cluster that passes it stands first in the chain and
// every cluster's agents in a row: so the membership as it is can be said in cuts of that tree, and
// the formation knows what moving away from it costs.
#pragma once

#include "gridswarm/cluster/living.hpp"

namespace gridswarm::inline GS_ABI::cluster {

/// How much is looked at.
enum class Look : std::int8_t {
  mend,   ///< only around agents whose place is not settled; afresh where that leaves more clusters
          ///< undersized than there were
  afresh  ///< all of the feeder: the old membership repaired, or a fresh one
};

/// What forming a feeder anew gives.
struct Proposal {
  Index root = none;
  std::vector<Index> agents;  ///< rows, in preorder of the feeder
  Clusters before;    ///< `of` and `id` as they are now, by place in `agents`; clusters that
                      ///< are broken or lost their supply, too
  Clusters after;     ///< `of` and `members` by place in `agents`
  Total total;        ///< of `after`
  Total now;          ///< of what is there now
  bool must = false;  ///< what is there now is not valid
};

/// Form the feeder of `root` anew; nothing changes yet, so feeders can be asked in parallel, a work
/// each.
Proposal propose(const Upkeep& upkeep, Index root, Look look, FeederWork& work);

/// Is it worth the moves (or must it be)? The other half of min_gain is inside the formation, which
/// leaves what is there, repaired locally, unless the fresh answer gains as much.
bool is_worth(const Upkeep& upkeep, const Proposal& proposal);

/// Take it over: ids pass by largest overlap.
void take_over(Upkeep& upkeep, const Proposal& proposal);

}  // namespace gridswarm::inline GS_ABI::cluster

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/cluster/reform.ipp"
#endif
