// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cmath>
#include <string>

#include "gridswarm/balance/edge_price.hpp"
#include "gridswarm/base/error.hpp"

namespace gridswarm::inline GS_ABI::balance {

GS_INLINE void check_edge_prices(const feeder::Forest& forest, const EdgePrices& prices) {
  const auto count = static_cast<std::size_t>(forest.size());
  if (prices.down.size() != count || prices.up.size() != count)
    throw UsageError("edge prices: " + std::to_string(prices.down.size()) + " down and " +
                     std::to_string(prices.up.size()) + " up, but the feeder has " +
                     std::to_string(count) + " positions");
  for (Index at = forest.roots; at < forest.size(); ++at) {
    const double down = prices.down[at], up = prices.up[at];
    if (!std::isfinite(down) || !std::isfinite(up) || down + up < 0.0)
      throw UsageError("edge prices of branch row " + std::to_string(forest.branch[at]) + ": " +
                       std::to_string(down) + " down and " + std::to_string(up) +
                       " up must be finite and not below 0 together, or power sent round earns");
  }
}

GS_INLINE void loss_prices(const feeder::Forest& forest, std::span<const double> p_pu,
                           std::span<const double> v_pu, EdgePrices& prices) {
  const Index count = forest.size();
  prices.up.assign(p_pu.begin(), p_pu.end());  // first what each edge carries up
  prices.down.assign(static_cast<std::size_t>(count), 0.0);
  for (Index at = count - 1; at >= forest.roots; --at)
    prices.up[forest.parent[at]] += prices.up[at];
  for (Index at = 0; at < count; ++at) {
    const double k2 = forest.k_re[at] * forest.k_re[at] + forest.k_im[at] * forest.k_im[at];
    const double slope = at < forest.roots ? 0.0
                                           : 2.0 * forest.r_pu[at] * prices.up[at] * k2 /
                                                 (v_pu[at] * v_pu[at]);  // |V'| = |V| / |K|
    prices.up[at] = slope;
    prices.down[at] = -slope;
  }
}

GS_INLINE void loss_prices(const feeder::Forest& forest, const flow::SensitivityGradient& gradient,
                           EdgePrices& prices) {
  prices.up.assign(static_cast<std::size_t>(forest.size()), 0.0);
  prices.down = prices.up;
  for (Index at = forest.roots; at < forest.size(); ++at) {
    const Index above = forest.parent[at];
    const double factor_above = above < forest.roots ? 0.0 : gradient.by_p[forest.bus[above]];
    prices.up[at] = gradient.by_p[forest.bus[at]] - factor_above;
    prices.down[at] = -prices.up[at];
  }
}

GS_INLINE double price_transfers(const cluster::Clusters& clusters, const ClusterTrees& trees,
                                 const EdgePrices& prices, const Transfers& transfers,
                                 PriceWork& work, Column<double>& price) {
  work.down.resize(trees.up.size());
  work.up.resize(trees.up.size());
  for (std::size_t n = 0; n < trees.up.size(); ++n) {
    const Index above = trees.up[n], at = trees.position[n];
    work.down[n] = above == none ? 0.0 : work.down[above] + prices.down[at];
    work.up[n] = above == none ? 0.0 : work.up[above] + prices.up[at];
  }
  work.node.assign(clusters.of.size(), none);
  for (std::size_t slot = 0; slot < trees.node.size(); ++slot)
    work.node[clusters.members.items[slot]] = trees.node[slot];
  price.resize(transfers.kw.size());
  double cost = 0.0;
  for (Index c = 0; c < clusters.size(); ++c)
    for (Index k = transfers.first[c]; k < transfers.first[c + 1]; ++k) {
      const Index top = trees.first[c];
      const Index giver = transfers.from[k] == none ? top : work.node[transfers.from[k]];
      const Index taker = transfers.to[k] == none ? top : work.node[transfers.to[k]];
      Index a = giver, b = taker;
      while (a != b) {  // parents have lower nodes: the lower one on the tree moves up
        Index& lower = a > b ? a : b;
        lower = trees.up[lower];
      }
      price[k] = (work.up[giver] - work.up[a]) + (work.down[taker] - work.down[a]);
      cost += transfers.kw[k] * price[k];
    }
  return cost;
}

}  // namespace gridswarm::inline GS_ABI::balance
