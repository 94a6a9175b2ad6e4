// SPDX-License-Identifier: BSD-3-Clause
// Guarantees of pairing among neighbours on random feeders, and how much of the optimal matching
// (matching.hpp) neighbours find by themselves.
#include "gridswarm/balance/neighbour_pairs.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "gridswarm/balance/matching.hpp"
#include "make.hpp"

using namespace gridswarm;

namespace {

/// Rows of neighbours as given.
Csr rows(const std::vector<std::vector<Index>>& lists) {
  Csr out;
  out.first.assign(1, 0);
  for (const auto& list : lists) {
    out.items.insert(out.items.end(), list.begin(), list.end());
    out.first.push_back(static_cast<Index>(out.items.size()));
  }
  return out;
}

/// The k nearest agents by path length, ties by row: every pair measured.
Csr nearest(const feeder::Forest& forest, const Column<double>& length,
            const std::vector<Index>& bus, std::size_t k) {
  const auto path = [&](Index a, Index b) {
    double sum = 0.0;
    while (a != b) {
      Index& lower = a > b ? a : b;
      sum += length[lower];
      lower = forest.parent[lower];
    }
    return sum;
  };
  std::vector<std::vector<Index>> lists;
  for (std::size_t i = 0; i < bus.size(); ++i) {
    std::vector<std::pair<double, Index>> others;
    for (std::size_t j = 0; j < bus.size(); ++j)
      if (j != i) others.push_back({path(bus[i], bus[j]), static_cast<Index>(j)});
    std::sort(others.begin(), others.end());
    others.resize(std::min(k, others.size()));
    lists.emplace_back();
    for (const auto& each : others) lists.back().push_back(each.second);
  }
  return rows(lists);
}

struct Paired {
  balance::PairWork work;
  balance::NeighbourPairs pairs;
  std::vector<balance::NeighbourMessage> told;
  std::vector<double> p;
};

Paired paired(const fleet::Fleet& fleet, const Csr& neighbours, const std::vector<Index>& of,
              const balance::LocalOptions& options) {
  Paired out;
  out.told.resize(fleet.size());
  out.p.resize(fleet.size());
  balance::tell_neighbours(fleet, out.told);
  balance::pair_neighbours(fleet, neighbours, of, out.told, options, out.work, out.pairs, out.p);
  return out;
}

/// Wants of the given sizes; storage (row by row) is a battery with a band of 10 kW about its want.
fleet::Fleet wanting(const std::vector<double>& want, const std::vector<bool>& stores) {
  fleet::Fleet out = make::fleet(std::vector<Index>(want.size(), 1));
  out.state.soc.assign(want.size(), 0.5);
  out.state.v_pu.assign(want.size(), 1.0);
  out.state.forecast_kw.assign(want.size(), 0.0);
  for (std::size_t i = 0; i < want.size(); ++i) {
    out.state.p_want_kw[i] = want[i];
    if (stores[i]) continue;
    out.plate.kind[i] = want[i] > 0.0 ? fleet::Kind::pv : fleet::Kind::meter;
    out.state.p_min_kw[i] = out.state.p_max_kw[i] = want[i];
  }
  return out;
}

}  // namespace

TEST_CASE("a giver offers to its nearest taker, who accepts what it needs") {
  const fleet::Fleet fleet = wanting({3.0, -1.0, -4.0, 2.0}, {false, false, false, false});
  const Csr all = rows({{1, 2, 3}, {0, 2, 3}, {3, 1, 0}, {2, 1, 0}});
  Paired one = paired(fleet, all, {0, 0, 0, 0}, {.rounds = 1});
  CHECK(one.pairs.from == std::vector<Index>{0, 0, 3});  // agent 0 keeps 2 kW for its second one
  CHECK(one.pairs.to == std::vector<Index>{1, 2, 2});
  CHECK(one.pairs.kw == Column<double>{1.0, 2.0, 2.0});
  CHECK(one.pairs.open_kw == Column<double>{0.0, 0.0, 0.0, 0.0});
  CHECK(one.pairs.totals.messages == 6);  // three offers, three answers
  CHECK(one.pairs.totals.bytes == 6 * 16);
  Paired two = paired(fleet, all, {0, 0, 0, 0}, {.rounds = 2});
  CHECK(two.pairs.totals.open_left_kw == 0.0);
  CHECK(two.pairs.totals.paired_kw == 5.0);
  CHECK(two.pairs.totals.messages == 6 + 4 * 3);  // all four told three neighbours again
  CHECK(two.pairs.totals.bytes == 6 * 16 + 12 * 24);
  CHECK(two.p == std::vector<double>{3.0, -1.0, -4.0, 2.0});  // pairs move no set-point
}

TEST_CASE("agents of other clusters, of none, and out of earshot are not paired") {
  const fleet::Fleet fleet = wanting({3.0, -3.0, 1.0, -1.0}, {false, false, false, false});
  const Csr far = rows({{1}, {0}, {}, {}});
  CHECK(paired(fleet, far, {0, 1, 0, 0}, {.rounds = 3}).pairs.kw.empty());
  CHECK(paired(fleet, far, {none, none, 0, 0}, {.rounds = 3}).pairs.kw.empty());
  CHECK(paired(fleet, far, {0, 0, 0, 0}, {.rounds = 3}).pairs.totals.paired_kw == 3.0);
}

TEST_CASE("without a leader storage answers what its neighbours have left, within its band") {
  const fleet::Fleet fleet = wanting({14.0, 0.0, -2.5}, {false, true, false});
  const Csr all = rows({{1, 2}, {0, 2}, {1, 0}});
  Paired out = paired(fleet, all, {0, 0, 0}, {.rounds = 1, .leader = false});
  // 2.5 kW to the taker; of 11.5 left the battery takes the 10 it may.
  CHECK(out.p == std::vector<double>{14.0, -10.0, -2.5});
  CHECK(out.pairs.totals.stored_kw == 10.0);
  CHECK(out.pairs.open_kw == Column<double>{1.5, 0.0, 0.0});
  fleet::Fleet full = fleet;
  full.state.soc[1] = 1.0;
  CHECK(paired(full, all, {0, 0, 0}, {.rounds = 1, .leader = false}).pairs.totals.stored_kw == 0.0);
}

TEST_CASE("no round raises what is open, no pair moves a cluster's sum, no band is passed") {
  double found_kw[5] = {}, best_kw[5] = {};  // by rounds
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    CAPTURE(seed);
    make::Dice dice{seed};
    const Index buses = 3 + dice.below(30), agents = 8 + dice.below(60);
    const feeder::Forest tree = make::random_forest(buses, 4, 1.0, 0.0, dice);
    fleet::Fleet fleet = make::random_fleet(agents, buses, dice);
    fleet.state.soc.assign(agents, 0.5);
    fleet.state.v_pu.assign(agents, 1.0);
    fleet.state.forecast_kw.assign(agents, 0.0);
    Column<double> length;
    balance::edge_lengths(tree, 1e-3, length);
    const std::vector<Index> bus(fleet.plate.bus.begin(), fleet.plate.bus.end());
    const Csr neighbours = nearest(tree, length, bus, 8);
    const std::vector<Index> of(agents, 0);
    double last = 1e300;
    for (const std::int64_t rounds : {1, 2, 4}) {
      const Paired out = paired(fleet, neighbours, of, {.rounds = rounds});
      const balance::PairTotals& totals = out.pairs.totals;
      CHECK(totals.open_left_kw <= totals.open_before_kw);
      CHECK(totals.open_left_kw <= last);
      CHECK(totals.open_before_kw - 2.0 * totals.paired_kw ==
            doctest::Approx(totals.open_left_kw).epsilon(1e-12));
      last = totals.open_left_kw;
      std::vector<double> moved(agents, 0.0);
      for (std::size_t k = 0; k < out.pairs.kw.size(); ++k) {
        moved[out.pairs.from[k]] += out.pairs.kw[k];
        moved[out.pairs.to[k]] -= out.pairs.kw[k];
      }
      for (Index i = 0; i < agents; ++i) {
        const double want = fleet.state.p_want_kw[i], open = out.pairs.open_kw[i];
        CHECK(out.p[i] == want);
        CHECK(want * open >= 0.0);
        CHECK(std::fabs(open) <= std::fabs(want));
        CHECK(moved[i] + open == doctest::Approx(want).epsilon(1e-12));
      }
      balance::ClusterTrees trees;
      balance::MatchingWork work;
      balance::Transfers best;
      const cluster::Clusters one = make::clusters(of, {0});
      balance::make_cluster_trees(tree, one, bus, length, trees);
      balance::match(one, trees, fleet.state.p_want_kw, work, best);
      CHECK(totals.paired_kw <= best.totals.shared_kw * (1.0 + 1e-9));
      found_kw[rounds] += totals.paired_kw;
      best_kw[rounds] += best.totals.shared_kw;
    }
    const Paired bent = paired(fleet, neighbours, of, {.rounds = 2, .leader = false});
    double sum_kw = 0.0;
    for (Index i = 0; i < agents; ++i) {
      CHECK(bent.p[i] >= fleet.state.p_min_kw[i]);
      CHECK(bent.p[i] <= fleet.state.p_max_kw[i]);
      sum_kw += bent.p[i];
    }
    CHECK(std::fabs(sum_kw) <= bent.pairs.totals.open_left_kw * (1.0 + 1e-9) + 1e-9);
    CHECK(bent.pairs.totals.open_left_kw <= bent.pairs.totals.open_before_kw);
  }
  MESSAGE("of the optimal matching 8 neighbours find ", found_kw[1] / best_kw[1], ", ",
          found_kw[2] / best_kw[2], ", ", found_kw[4] / best_kw[4], " in 1, 2, 4 rounds");
  CHECK(found_kw[1] / best_kw[1] >= 0.5);
  CHECK(found_kw[2] / best_kw[2] >= 0.6);
}
