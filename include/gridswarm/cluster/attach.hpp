// SPDX-License-Identifier: BSD-3-Clause
// Local changes of a living membership: an agent comes to a cluster or goes, a cluster is absorbed.
//
// Each looks only at the clusters it touches and at the buses without clustered agents around them.
#pragma once

#include "gridswarm/cluster/living.hpp"

namespace gridswarm::inline GS_ABI::cluster {

/// Stand an agent (row, in and supplied) at its position, or take it away from there.
void stand(Upkeep& upkeep, Index agent, Index position);
void step_down(Upkeep& upkeep, Index agent);

/// The agent belongs to this cluster (slot or none) from now on; the event remembers where it was.
/// Member lists are the caller's.
void assign(Upkeep& upkeep, Index agent, Index slot);

/// A slot without members for a new cluster of that id; give back all that a slot holds.
Index open_slot(Upkeep& upkeep, ClusterId id);
void close_slot(Upkeep& upkeep, Index slot);

/// Buses that a cluster passes: give them up; walk and claim them anew. claim() is false, and the
/// cluster `broken`, where it does not hang together or breaks a bound.
void unclaim(Upkeep& upkeep, Index slot);
bool claim(Upkeep& upkeep, Index slot);

/// Put an agent that stands somewhere without cluster into the best cluster near. False: none is
/// within bounds.
bool attach(Upkeep& upkeep, Index agent);

/// Take an agent out of its cluster. False: what is left is broken, or it fell below size_min and
/// no neighbour could absorb it.
bool detach(Upkeep& upkeep, Index agent);

}  // namespace gridswarm::inline GS_ABI::cluster

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/cluster/attach.ipp"
#endif
