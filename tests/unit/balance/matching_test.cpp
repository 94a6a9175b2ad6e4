// SPDX-License-Identifier: BSD-3-Clause
// The oracle is a plain minimum-cost flow on the tree's edges (least_cost.hpp), which knows nothing
// of sweeps or forced flows.
#include "gridswarm/balance/matching.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "gridswarm/base/error.hpp"
#include "least_cost.hpp"
#include "make.hpp"

using namespace gridswarm;

namespace {

/// Optimal transport of p on the tree below `top`; leftover free anywhere, or priced at the top.
double oracle_cost(const feeder::Forest& forest, const Column<double>& length, Index top,
                   std::span<const Index> bus, std::span<const double> p, bool priced) {
  std::vector<Arc> arcs;
  double give = 0.0, take = 0.0;
  const double any = 1e9;
  for (Index k = 1; k < forest.size(); ++k) {
    arcs.push_back({2 + k, 2 + forest.parent[k], any, length[k]});
    arcs.push_back({2 + forest.parent[k], 2 + k, any, length[k]});
  }
  for (std::size_t i = 0; i < p.size(); ++i) {
    if (p[i] > 0) arcs.push_back({0, 2 + bus[i], p[i], 0.0});
    if (p[i] < 0) arcs.push_back({2 + bus[i], 1, -p[i], 0.0});
    (p[i] > 0 ? give : take) += std::fabs(p[i]);
  }
  if (!priced) return least_cost(forest.size() + 2, arcs, std::min(give, take));
  arcs.push_back({0, 2 + top, take, 0.0});
  arcs.push_back({2 + top, 1, give, 0.0});
  return least_cost(forest.size() + 2, arcs, give + take);
}

struct Matched {
  balance::ClusterTrees trees;
  balance::MatchingWork work;
  balance::Transfers transfers;
};

Matched matched(const feeder::Forest& forest, const Column<double>& length,
                const cluster::Clusters& clusters, std::span<const Index> bus,
                std::span<const double> p) {
  Matched out;
  balance::make_cluster_trees(forest, clusters, bus, length, out.trees);
  balance::match(clusters, out.trees, p, out.work, out.transfers);
  return out;
}

/// Path length by walking both ends up.
double walk(const feeder::Forest& forest, const Column<double>& length, Index a, Index b) {
  double sum = 0.0;
  while (a != b) {
    Index& lower = a > b ? a : b;
    sum += length[lower];
    lower = forest.parent[lower];
  }
  return sum;
}

}  // namespace

TEST_CASE("with the leftover priced at the root, bottom-up pairing is the optimum") {
  // A line 6 - 5 - .. - 0 with the root at 6: surplus at 0, deficit at 5, surplus at 6. The greedy
  // pairing costs 5; if the leftover were free, the optimum would be 1.
  const feeder::Forest line = make::forest({none, 0, 1, 2, 3, 4, 5}, 0.0, 1.0);
  const Column<double> length = {0, 1, 1, 1, 1, 1, 1};
  const std::vector<Index> bus = {6, 1, 0};  // positions count from the root
  const std::vector<double> p = {1.0, -1.0, 1.0};
  const Matched out = matched(line, length, make::clusters({0, 0, 0}, {0}), bus, p);
  CHECK(out.transfers.totals.matching_cost == 5.0);
  CHECK(oracle_cost(line, length, 0, bus, p, true) == 5.0);
  CHECK(oracle_cost(line, length, 0, bus, p, false) == 1.0);
  REQUIRE(out.transfers.kw.size() == 2);
  CHECK(out.transfers.from == std::vector<Index>{0, 2});
  CHECK(out.transfers.to == std::vector<Index>{1, none});
}

TEST_CASE("who meets at one bus is paired in the order of agent ids") {
  const feeder::Forest star = make::forest({none, 0, 0, 0}, 0.0, 1.0);
  const Column<double> length = {0, 1, 1, 1};
  const std::vector<Index> bus = {3, 2, 1, 1, 2};
  const std::vector<double> p = {2.0, -1.0, 3.0, -1.0, -2.0};
  const Matched out = matched(star, length, make::clusters({0, 0, 0, 0, 0}, {0}), bus, p);
  // Bus 1 pairs agents 2 and 3; at the root agents 0 and 2 (2 kW each) meet 1 and 4.
  CHECK(out.transfers.from == std::vector<Index>{2, 0, 0, 2, 2});
  CHECK(out.transfers.to == std::vector<Index>{3, 1, 4, 4, none});
  CHECK(out.transfers.kw == Column<double>{1, 1, 1, 1, 1});
  CHECK(out.transfers.totals.shared_kw == 4.0);
  CHECK(out.transfers.totals.surplus_left_kw == 1.0);
  CHECK(out.transfers.totals.deficit_left_kw == 0.0);
}

TEST_CASE("every random matching costs what the minimum-cost flow costs, and moves what is there") {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    make::Dice dice{seed};
    const Index buses = 2 + dice.below(9), agents = 1 + dice.below(9);
    const feeder::Forest tree = make::random_forest(buses, 4, 1.0, 0.0, dice);
    Column<double> length;
    balance::edge_lengths(tree, 1e-3, length);
    std::vector<Index> bus, of(agents, 0);
    std::vector<double> p;
    for (Index i = 0; i < agents; ++i) {
      bus.push_back(dice.below(buses));
      p.push_back(static_cast<double>(dice.below(9)) - 4.0);
    }
    const Matched out = matched(tree, length, make::clusters(of, {0}), bus, p);
    const balance::Transfers& t = out.transfers;
    CHECK(t.totals.matching_cost ==
          doctest::Approx(oracle_cost(tree, length, 0, bus, p, true)).epsilon(1e-12));
    CHECK(t.kw.size() <= static_cast<std::size_t>(agents));
    std::vector<double> moved(agents, 0.0);
    for (std::size_t k = 0; k < t.kw.size(); ++k) {
      CHECK(t.kw[k] > 0.0);
      if (t.from[k] != none) moved[t.from[k]] += t.kw[k];
      if (t.to[k] != none) moved[t.to[k]] -= t.kw[k];
      const Index a = t.from[k] == none ? 0 : bus[t.from[k]],
                  b = t.to[k] == none ? 0 : bus[t.to[k]];
      CHECK(t.length_pu[k] == doctest::Approx(walk(tree, length, a, b)).epsilon(1e-12));
    }
    CHECK(moved == p);
  }
}

TEST_CASE("clusters that share a bus keep to themselves, and empty clusters match nothing") {
  const feeder::Forest line = make::forest({none, 0, 1}, 0.0, 1.0);
  const Column<double> length = {0, 1, 1};
  const std::vector<Index> bus = {2, 2, 2, 1, 0};
  const std::vector<double> p = {1.0, 1.0, -1.0, -1.0, 7.0};
  const cluster::Clusters two = make::clusters({0, 1, 1, 0, none}, {1, 2, none});
  const Matched out = matched(line, length, two, bus, p);
  CHECK(out.transfers.first == std::vector<Index>{0, 1, 2, 2});
  CHECK(out.transfers.from == std::vector<Index>{0, 1});
  CHECK(out.transfers.to == std::vector<Index>{3, 2});
  CHECK(out.transfers.length_pu == Column<double>{1.0, 0.0});
  CHECK(out.trees.height == std::vector<Index>{1, 0, 0});
}

TEST_CASE("tops are found where a membership comes without, and impossible clusters are refused") {
  feeder::Forest tree = make::forest({none, 0, 1, 1, 2}, 0.0, 1.0);
  const std::vector<Index> bus = {4, 3, 4, 4};
  cluster::Clusters found = make::clusters({0, 0, 1, none}, {none, none, none});
  balance::find_tops(tree, bus, found);
  CHECK(found.top == std::vector<Index>{1, 4, none});
  tree.parent[1] = none;  // now buses 1.. are fed by a source of their own
  CHECK_THROWS_AS(balance::find_tops(tree, std::vector<Index>{0, 3, 4, 4}, found), UsageError);
  tree.position[4] = none;
  CHECK_THROWS_AS(balance::find_tops(tree, bus, found), UsageError);
}

TEST_CASE("a long line of surpluses is matched in the time of its heap, not of its square") {
  const Index count = 200000;
  std::vector<Index> parents = {none}, bus, of;
  std::vector<double> p;
  for (Index k = 0; k < count; ++k) {
    parents.push_back(k);
    bus.push_back(k + 1);
    of.push_back(0);
    p.push_back(k == 0 ? -0.5 * count : 1.0);
  }
  const feeder::Forest line = make::forest(parents, 0.0, 1e-6);
  Column<double> length;
  balance::edge_lengths(line, 1e-3, length);
  const Matched out = matched(line, length, make::clusters(of, {0}), bus, p);
  CHECK(out.transfers.totals.shared_kw == 0.5 * count);
  CHECK(out.transfers.totals.surplus_left_kw == 0.5 * count - 1.0);
}
