// SPDX-License-Identifier: BSD-3-Clause
// One feeder as formation works on it: only nodes where agents stand or where ways to agents part.
//
// Buses below which nobody stands are dropped; a bus without agents on the way to one other node is
// spliced out and the lengths add. So there are fewer than two nodes per agent, numbered in
// preorder, and everything a formation touches fits into the caches.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "gridswarm/cluster/part.hpp"
#include "gridswarm/distance/electrical.hpp"
#include "gridswarm/distance/similarity.hpp"
#include "gridswarm/fleet/fleet.hpp"

namespace gridswarm::inline GS_ABI::cluster {

/// Powers expected over the next steps, into the grid, step-major: entry t * agents + agent row.
struct Horizon {
  Index steps = 0;                   ///< 0: only the present, from the fleet; at most most_steps
  std::span<const double> p_kw;      ///< steps * agents
  std::span<const double> p_low_kw;  ///< lower end of the band; empty: p_kw
  std::span<const double> p_high_kw;
};

/// What formation reads; all by agent row of one fleet. A caller may keep it from event to event.
struct FormInput {
  const distance::AgentTree& tree;  ///< parent, size, agent, position, length, root are read
  const fleet::Fleet& fleet;
  std::span<const distance::Traits> traits = {};  ///< kept traits; empty: from the fleet
  std::span<const std::uint8_t> apart = {};       ///< 1: outside every cluster; empty: nobody is
  Horizon horizon = {};
};

/// Nodes in preorder; the subtree of v is v .. v + size[v] - 1.
struct FeederTree {
  std::vector<Index> parent;  ///< none at the root
  std::vector<Index> size;
  std::vector<Index> agent;          ///< agent row or none
  std::vector<Index> node;           ///< node of the AgentTree
  std::vector<std::int64_t> length;  ///< of the edge above, at most too_far
  std::vector<Index> kept;           ///< buffer: node of the AgentTree -> nearest kept node above
  std::vector<std::int64_t> extra;   ///< buffer: length from there
  Index nodes() const { return static_cast<Index>(parent.size()); }
};

/// Fill `out` for one feeder; its capacity is kept. Empty where no agent counts.
void make_feeder_tree(const FormInput& input, Index feeder, FeederTree& out);

/// How soon a kind of device answers a request, as a class: battery 0 (its inverter at once), pv 1
/// (at once, but only downwards), ev 2 (after a word with its charger), wind 3 (after its blades
/// have turned), meter 4 (not at all).
std::int64_t response_class(fleet::Kind kind);

/// What one agent adds to a part.
template <class More>
Part<More> part_of_agent(const FormInput& input, const Scoring& scoring, Index agent);

}  // namespace gridswarm::inline GS_ABI::cluster

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/cluster/feeder_tree.ipp"
#endif
