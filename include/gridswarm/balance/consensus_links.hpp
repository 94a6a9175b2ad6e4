// SPDX-License-Identifier: BSD-3-Clause
// Consensus as it would be on wires: every number is a message over a link, in virtual time.
//
// Sums over a tree need no clock: a node speaks when its last child has spoken. Whoever hasn't
// heard the result after retry_ns says its sum again, and who knows the result answers, so the
// exact sum survives loss. Averaging goes by each node's own clock: at every period it takes in
// what it heard since the last and says what it has; what comes later than that counts in the next
// round. With a fixed delay below the period and no loss, the numbers are those of consensus.hpp,
// byte by byte. Each function expects a network of its own, with two kinds of messages, whose nodes
// are those of the graph.
#pragma once

#include <span>

#include "gridswarm/balance/consensus.hpp"
#include "gridswarm/balance/push_sum.hpp"
#include "gridswarm/link/send.hpp"

namespace gridswarm::inline GS_ABI::balance {

enum class Averaging : std::int8_t { metropolis, chebyshev };

struct TreeLinks {
  std::vector<Index> up;    ///< per node, link to its parent; none for a root
  std::vector<Index> down;  ///< per node, link from its parent
};

/// Two links of a model per node that has a parent.
TreeLinks add_tree_links(link::Network& network, std::span<const Index> parent, Index model);

/// A link of a model per entry of `listeners`, in that order. @return row of the first
Index add_graph_links(link::Network& network, const Csr& listeners, Index model);

/// Everyone learns the exact sum. Not reached if it hasn't by `give_up_ns`.
ConsensusTotals sum_over_tree_links(link::Network& network, std::span<const Index> parent,
                                    const TreeLinks& links, link::Nanoseconds retry_ns,
                                    link::Nanoseconds give_up_ns, std::span<double> value);

/// Averaging of undirected neighbours, a round per period. `options.loss` is not used: links lose.
/// @param first_link  add_graph_links(neighbours)
ConsensusTotals average_over_links(link::Network& network, const Csr& neighbours, Index first_link,
                                   Averaging method, link::Nanoseconds period_ns,
                                   const AveragingOptions& options, std::span<double> value);

/// Push-sum by running sums, a round per period.
ConsensusTotals push_sum_over_links(link::Network& network, Index first_link,
                                    link::Nanoseconds period_ns, const AveragingOptions& options,
                                    PushSum& state);

/// Leaders that sum over windows of a ring; a node speaks as soon as it can. Needs links without
/// loss: a message lost leaves it unreached. Links are added to the network, of the model given.
ConsensusTotals sum_over_leader_links(link::Network& network, Index model, std::span<double> value);

}  // namespace gridswarm::inline GS_ABI::balance

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/balance/consensus_links.ipp"
#endif
