// SPDX-License-Identifier: BSD-3-Clause
// The wires that one cluster needs, and what the cluster costs, found by climbing from its members.
//
// A cluster's hull is all buses on paths between its members. Whoever's hull has wires passes every
// bus of it alone: through[q] is the one cluster with wires at position q. So a cluster is
// connected when each bus of its hull is passed by nobody else and has either one of its own agents
// or no clustered agent at all. A cluster on a single bus needs no wires and passes nothing. That
// is the rule by which cuts of the agents' tree make clusters (distance/electrical.hpp), seen on
// the wires; here it costs O(hull) per cluster, whatever the size of the feeder.
#pragma once

#include <span>
#include <vector>

#include "gridswarm/cluster/feeder_tree.hpp"

namespace gridswarm::inline GS_ABI::cluster {

/// Who stands where, by forest position, bus and agent row; owned by cluster/upkeep.hpp.
struct Ground {
  std::vector<Index> parent;         ///< position -> position; none at roots
  std::vector<std::int64_t> length;  ///< position -> length of the wire above, 1e-9 p.u.
  std::vector<Index> through;        ///< position -> cluster slot with wires there, or none
  std::vector<Index> clustered;      ///< position -> agents there that belong to a cluster
  std::vector<Index> position;       ///< agent row -> its forest position; none without supply
};

/// What walk() found.
struct Hull {
  bool connected = false;
  Part<Wide> part;   ///< sums of the members, seen from `top`; only if connected
  Index top = none;  ///< highest position of the hull
};

/// Buffers of walk(); `buses` is an output.
struct HullWork {
  struct Climber {
    Index position;
    Index part;
    bool own;  ///< a member stands here
  };
  std::vector<Climber> heap;
  std::vector<Part<Wide>> parts;
  std::vector<Index> buses;  ///< positions of the hull, deepest first; empty for a single bus
};

/// J of a cluster in 1e-6 from its sums.
std::int64_t objective_of(const Scoring& scoring, const Part<Wide>& part);

/// Climb from the members of cluster `slot` (rows; those of `others` count too) until they meet.
/// @param slots  whose claims on buses are passed over: the cluster itself and one it may absorb
/// @param input  what members add is read from it, not its tree
Hull walk(const Ground& ground, const FormInput& input, const Scoring& scoring,
          std::span<const Index> members, std::span<const Index> others,
          std::span<const Index> slots, HullWork& work);

}  // namespace gridswarm::inline GS_ABI::cluster

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/cluster/hull.ipp"
#endif
