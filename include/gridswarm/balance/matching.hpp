// SPDX-License-Identifier: BSD-3-Clause
// Who gives to whom inside a cluster: surplus meets deficit as near as the tree allows.
//
// Problem, per cluster: move every surplus and every deficit (s_i = p_i > 0 gives, < 0 takes) along
// the tree at cost kW x path length, the rest of the feeder standing ready at the cluster's top
// node. On a tree the flow on the edge above node n is forced: f_n = sum of s_i below n. So the
// cost sum_n length_n |f_n| is a lower bound for every plan, and pairing at the lowest common node
// attains it: at each node, from the leaves up, all that came from below is paired until one sign
// is left, and only that travels on. What reaches the top is exchanged with the rest of the feeder
// there. (Tree optimal transport; without the priced top the greedy pairing is no optimum.) All
// pairings at one node cost the same; the smallest agent ids are paired first, since settlement
// depends on who gave to whom. Waiting agents are leftist heaps by id (Knuth, TAOCP 3, 5.2.3), so a
// cluster of m members on n nodes costs O(n + m log m).
#pragma once

#include <span>
#include <vector>

#include "gridswarm/balance/cluster_trees.hpp"
#include "gridswarm/base/fields.hpp"

namespace gridswarm::inline GS_ABI::balance {

/// Totals of one matching.
struct MatchingTotals {
  double shared_kw = 0.0;        ///< given by a member to a member of the same cluster
  double surplus_left_kw = 0.0;  ///< given to the rest of the feeder, at the tops
  double deficit_left_kw = 0.0;  ///< taken from the rest of the feeder, at the tops
  double matching_cost = 0.0;    ///< sum of kW x path length (p.u. on 1 MVA)
};

/// Transfers of cluster c are rows first[c] .. first[c + 1] - 1, at most one per member.
struct Transfers {
  std::vector<Index> first;  ///< clusters + 1 offsets
  std::vector<Index> from;   ///< agent row; none: the cluster's top gives
  std::vector<Index> to;     ///< agent row; none: the cluster's top takes
  Column<double> kw;         ///< > 0
  Column<double> length_pu;  ///< path length from giver to taker
  MatchingTotals totals;
};

/// Buffers; owned by the caller, one per thread.
struct MatchingWork {
  Column<double> open_kw;                ///< slot -> what it still gives or takes
  std::vector<Index> left, right, rank;  ///< slot -> leftist heap
  std::vector<Index> givers, takers;     ///< node -> heap of those who wait there; none where empty
};

/// Match all clusters of a feeder. Allocates nothing once sizes have settled.
/// @param p_kw  per agent row, into the grid positive, finite
void match(const cluster::Clusters& clusters, const ClusterTrees& trees,
           std::span<const double> p_kw, MatchingWork& work, Transfers& transfers);

}  // namespace gridswarm::inline GS_ABI::balance

namespace gridswarm::inline GS_ABI {
template <>
std::span<const Field<balance::MatchingTotals>> fields();
}  // namespace gridswarm::inline GS_ABI

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/balance/matching.ipp"
#endif
