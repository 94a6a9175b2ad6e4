// SPDX-License-Identifier: BSD-3-Clause
// Oracles: the linear programme with these prices on its arcs, and AC power flows of this project
// with a little more power moved.
#include "gridswarm/balance/edge_price.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "gridswarm/base/error.hpp"
#include "gridswarm/feeder/synthetic.hpp"
#include "gridswarm/flow/power_flow.hpp"
#include "gridswarm/flow/tree_power.hpp"
#include "least_cost.hpp"
#include "make.hpp"

using namespace gridswarm;

namespace {

/// Optimum of the linear programme: p moved along the tree at these prices, the root stands ready.
double programme(const feeder::Forest& forest, const balance::EdgePrices& prices,
                 std::span<const Index> bus, std::span<const double> p) {
  std::vector<Arc> arcs;
  double give = 0.0, take = 0.0;
  for (Index k = 1; k < forest.size(); ++k) {
    arcs.push_back({2 + k, 2 + forest.parent[k], 1e9, prices.up[k]});
    arcs.push_back({2 + forest.parent[k], 2 + k, 1e9, prices.down[k]});
  }
  for (std::size_t i = 0; i < p.size(); ++i) {
    if (p[i] > 0) arcs.push_back({0, 2 + bus[i], p[i], 0.0});
    if (p[i] < 0) arcs.push_back({2 + bus[i], 1, -p[i], 0.0});
    (p[i] > 0 ? give : take) += std::fabs(p[i]);
  }
  arcs.push_back({0, 2, take, 0.0});
  arcs.push_back({2, 1, give, 0.0});
  return least_cost(forest.size() + 2, arcs, give + take);
}

struct Solved {
  feeder::Case grid = feeder::make_synthetic(24, 3);
  feeder::Forest forest = feeder::make_forest(grid);
  Column<double> p, q, v, p_at;
  flow::FlowWork work;
  flow::FlowResult result;
  double losses_pu = 0.0;
};

/// The synthetic feeder at its load, with `moved_pu` taken out at one bus row and put in at
/// another.
Solved solved(Index from, Index to, double moved_pu) {
  Solved out;
  const feeder::Case& grid = out.grid;
  for (Index b = 0; b < grid.buses.size(); ++b) {
    out.p.push_back(-grid.buses.pd_mw[b] / grid.base_mva);
    out.q.push_back(-grid.buses.qd_mvar[b] / grid.base_mva);
  }
  if (from != none) out.p[from] += moved_pu;
  if (to != none) out.p[to] -= moved_pu;
  flow::FlowOptions options;
  options.tol_step_pu = 1e-14;
  options.threads = 1;
  flow::solve(grid, out.forest, {1, out.p, out.q}, options, out.work, out.result);
  REQUIRE(out.result.status[0] == flow::FlowStatus::converged);
  flow::TreePowerWork power;
  out.losses_pu =
      flow::tree_power(grid, out.forest, out.result.v_re, out.result.v_im, out.p, out.q, power)
          .losses_pu;
  for (const Index bus : out.forest.bus) {
    out.v.push_back(std::hypot(out.result.v_re[bus], out.result.v_im[bus]));
    out.p_at.push_back(out.p[bus]);
  }
  return out;
}

/// Price along the path from one bus row to another.
double along(const feeder::Forest& forest, const balance::EdgePrices& prices, Index from,
             Index to) {
  Index a = forest.position[from], b = forest.position[to];
  double sum = 0.0;
  while (a != b) {
    const bool from_moves = a > b;
    Index& lower = from_moves ? a : b;
    sum += from_moves ? prices.up[lower] : prices.down[lower];
    lower = forest.parent[lower];
  }
  return sum;
}

}  // namespace

TEST_CASE("at any prices with down + up >= 0 the pairing costs what the linear programme costs") {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    CAPTURE(seed);
    make::Dice dice{seed};
    const Index buses = 2 + dice.below(9), agents = 1 + dice.below(9);
    const feeder::Forest tree = make::random_forest(buses, 4, 1.0, 0.0, dice);
    balance::EdgePrices prices{Column<double>(buses, 0.0), Column<double>(buses, 0.0)};
    for (Index k = 1; k < buses; ++k) {
      prices.down[k] = dice.uniform(-1.0, 1.0);
      prices.up[k] = -prices.down[k] + (dice.below(2) == 0 ? 0.0 : dice.uniform(0.0, 1.0));
    }
    balance::check_edge_prices(tree, prices);
    std::vector<Index> bus, of(agents, 0);
    std::vector<double> p;
    for (Index i = 0; i < agents; ++i) {
      bus.push_back(dice.below(buses));
      p.push_back(static_cast<double>(dice.below(9)) - 4.0);
    }
    Column<double> length, price;
    balance::edge_lengths(tree, 1e-3, length);
    const cluster::Clusters one = make::clusters(of, {0});
    balance::ClusterTrees trees;
    balance::MatchingWork work;
    balance::Transfers transfers;
    balance::PriceWork price_work;
    balance::make_cluster_trees(tree, one, bus, length, trees);
    balance::match(one, trees, p, work, transfers);
    const double cost = balance::price_transfers(one, trees, prices, transfers, price_work, price);
    CHECK(cost == doctest::Approx(programme(tree, prices, bus, p)).epsilon(1e-9));
    CHECK(price.size() == transfers.kw.size());
  }
}

TEST_CASE("a transfer's exact price is what AC losses rise by, per kW, to first order") {
  const Solved base = solved(none, none, 0.0);
  flow::TreeFactors factors;
  flow::SensitivityGradient gradient;
  const flow::Injections injections{1, base.p, base.q};
  flow::factor_tree(base.grid, base.forest, injections, base.result, 0, factors);
  flow::loss_gradient(base.grid, base.forest, factors, gradient);
  balance::EdgePrices exact, plain;
  balance::loss_prices(base.forest, gradient, exact);
  balance::loss_prices(base.forest, base.p_at, base.v, plain);
  balance::check_edge_prices(base.forest, exact);
  balance::check_edge_prices(base.forest, plain);
  const double step = 1e-4;
  double largest = 0.0;
  for (Index from = 1; from < base.grid.buses.size(); from += 5)
    for (Index to = 1; to < base.grid.buses.size(); to += 4) {
      const double measured =
          (solved(from, to, step).losses_pu - solved(from, to, -step).losses_pu) / (2.0 * step);
      const double priced = along(base.forest, exact, from, to);
      CHECK(priced == doctest::Approx(measured).epsilon(1e-5).scale(1e-3));
      // 2 r P / |V|^2 leaves out that voltages sink and that losses flow too: a tenth at most here.
      CHECK(std::fabs(along(base.forest, plain, from, to) - measured) <= 0.1 * 0.12);
      largest = std::max(largest, std::fabs(measured));
    }
  MESSAGE("largest loss price ", largest, " kW per kW");
  CHECK(largest > 0.005);
}

TEST_CASE("prices that let power sent round earn are refused, and so are missing ones") {
  const feeder::Forest line = make::forest({none, 0, 1}, 0.01, 0.01);
  balance::EdgePrices prices{{0.0, 0.5, 0.1}, {0.0, -0.5, -0.2}};
  CHECK_THROWS_AS(balance::check_edge_prices(line, prices), UsageError);
  prices.up = {0.0, -0.5, std::nan("")};
  CHECK_THROWS_AS(balance::check_edge_prices(line, prices), UsageError);
  prices.up = {0.0, -0.5};
  CHECK_THROWS_AS(balance::check_edge_prices(line, prices), UsageError);
  prices.up = {0.0, -0.5, -0.1};
  CHECK_NOTHROW(balance::check_edge_prices(line, prices));
}

TEST_CASE("on a line with all load at its end a kW down costs 2 r P, a kW up earns it") {
  const feeder::Forest line = make::forest({none, 0, 1}, 0.01, 0.0);
  balance::EdgePrices prices;
  balance::loss_prices(line, Column<double>{0.0, 0.0, -0.5}, Column<double>{1.0, 1.0, 0.5}, prices);
  CHECK(prices.down[1] == doctest::Approx(2.0 * 0.01 * 0.5));
  CHECK(prices.down[2] == doctest::Approx(2.0 * 0.01 * 0.5 / 0.25));
  CHECK(prices.up[2] == -prices.down[2]);
  CHECK(prices.down[0] == 0.0);
}
