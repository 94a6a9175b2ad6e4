// SPDX-License-Identifier: BSD-3-Clause
// Prices of edges instead of lengths: what a kW costs that a transfer moves along the wires.
//
// With losses a matching is no plain transport: the loss of an edge, r (P^2 + Q^2) / |V|^2, is
// quadratic in the flow that all transfers share. Around the present flow it has the slope
//   d loss / dP = 2 r P / |V|^2      (kW per kW, P the power that goes down the edge)
// so a transfer pays it where it goes down and earns it where it goes up against the flow. Prices
// may be anything with down + up >= 0: then nobody gains by sending power round, every plan costs
// at least its forced flows, and the pairing at the lowest common node (matching.hpp) attains that.
// For marginal losses down + up = 0: every pairing costs the same, since losses depend on
// injections and not on who is said to have supplied whom. What prices do is to tell each transfer
// its part.
#pragma once

#include <span>
#include <vector>

#include "gridswarm/balance/matching.hpp"
#include "gridswarm/flow/sensitivity.hpp"

namespace gridswarm::inline GS_ABI::balance {

/// Per position of a forest, for the edge above it: price of a kW that passes it (kW of loss per
/// kW, or money per kW); 0 at roots.
struct EdgePrices {
  Column<double> down;  ///< away from the source
  Column<double> up;    ///< towards the source
};

/// @throws UsageError where a size differs from the forest's, a price isn't finite, or down + up <
/// 0
void check_edge_prices(const feeder::Forest& forest, const EdgePrices& prices);

/// 2 r P / |V|^2 of every edge from what is injected below it (losses left out of P).
/// @param p_pu  per position, into the grid positive; @param v_pu  per position, |V| > 0
void loss_prices(const feeder::Forest& forest, std::span<const double> p_pu,
                 std::span<const double> v_pu, EdgePrices& prices);

/// The exact slopes, voltages and losses above included: differences of flow::loss_gradient along
/// each edge.
void loss_prices(const feeder::Forest& forest, const flow::SensitivityGradient& gradient,
                 EdgePrices& prices);

/// Buffers; owned by the caller, one per feeder.
struct PriceWork {
  Column<double> down, up;  ///< per node of the trees: sums of prices from the cluster's top
  std::vector<Index> node;  ///< per agent row
};

/// Price per kW of every transfer, giver to taker (or to and from the top).
/// @param price  out, beside transfers.kw
/// @return the sum of kW x price: the optimum over all plans that move the same surplus and deficit
double price_transfers(const cluster::Clusters& clusters, const ClusterTrees& trees,
                       const EdgePrices& prices, const Transfers& transfers, PriceWork& work,
                       Column<double>& price);

}  // namespace gridswarm::inline GS_ABI::balance

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/balance/edge_price.ipp"
#endif
