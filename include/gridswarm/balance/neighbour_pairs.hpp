// SPDX-License-Identifier: BSD-3-Clause
// Neighbours balance among themselves, from what they told each other, before or without a leader.
//
// A round, over each agent's k electrically nearest neighbours of its own cluster:
//   offer   who has a surplus left spreads it over the neighbours that told a deficit, nearest
//   first answer  a taker accepts offers, smallest agent row first, as far as its own deficit goes
//   tell    whose open power changed tells its neighbours again (not after the last round)
// Where no leader acts, one more round bends storage: who is still open offers the rest to the
// nearest neighbour that told a state of charge; that one accepts within its own band.
//
// Guarantees. A pair is worth the same to both sides, a float32 that rounds down, so pairs add
// nothing to a cluster's sum of power. Open powers only shrink and never change sign; only storage
// moves its set-point, within p_min..p_max, by what takes that much off the other's open power. So
//   |sum of p in a cluster| <= sum of |open|,   which no round raises.
// Bending without a leader may still raise |sum p| itself (a surplus here may have had its deficit
// out of earshot): no rule that only hears neighbours can know, docs/theory/exchange.md.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "gridswarm/balance/neighbour_message.hpp"
#include "gridswarm/base/column.hpp"
#include "gridswarm/base/csr.hpp"
#include "gridswarm/base/fields.hpp"
#include "gridswarm/fleet/fleet.hpp"

namespace gridswarm::inline GS_ABI::balance {

/// [local]: what neighbours do by themselves within a tick.
struct LocalOptions {
  std::int64_t rounds = 0;  ///< of pairing before the leader acts; 0: neighbours only tell
  bool leader = true;       ///< false: no leader acts; storage answers neighbours only
};

struct PairTotals {
  double open_before_kw = 0.0;  ///< sum of |surplus or deficit| of all agents
  double paired_kw = 0.0;       ///< given by neighbours to neighbours
  double stored_kw = 0.0;       ///< taken or given by neighbours' storage
  double open_left_kw = 0.0;    ///< what is left of open_before_kw
  std::int64_t messages = 0;    ///< offers, answers and states told again
  std::int64_t bytes = 0;
};

/// Pairs in the order they were agreed: `to` takes `kw` of `from`.
struct NeighbourPairs {
  std::vector<Index> from, to;  ///< agent rows
  Column<double> kw;            ///< > 0, a float32
  Column<double> open_kw;       ///< per agent row: what is left for the leader
  PairTotals totals;
};

/// Buffers; owned by the caller, one per feeder.
struct PairWork {
  Column<float> told_kw;           ///< per agent row, as neighbours heard it last
  std::vector<std::uint8_t> tell;  ///< per agent row: has something new to tell
};

/// What every agent tells its neighbours now.
/// @param out  per agent row
void tell_neighbours(const fleet::Fleet& fleet, std::span<NeighbourMessage> out);

/// Pair surplus and deficit (fleet.state.p_want_kw) among neighbours of one cluster.
/// @param neighbours  nearest first; @param cluster_of  per agent row, none: pairs with nobody
/// @param told        per agent row, from tell_neighbours
/// @param p_kw        per agent row: out, what the agent wants, bent where storage answered
/// Allocates nothing once sizes have settled.
void pair_neighbours(const fleet::Fleet& fleet, const Csr& neighbours,
                     std::span<const Index> cluster_of, std::span<const NeighbourMessage> told,
                     const LocalOptions& options, PairWork& work, NeighbourPairs& pairs,
                     std::span<double> p_kw);

}  // namespace gridswarm::inline GS_ABI::balance

namespace gridswarm::inline GS_ABI {
template <>
std::span<const Field<balance::LocalOptions>> fields();
template <>
std::span<const Field<balance::PairTotals>> fields();
}  // namespace gridswarm::inline GS_ABI

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/balance/neighbour_pairs.ipp"
#endif
