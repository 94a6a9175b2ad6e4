// SPDX-License-Identifier: BSD-3-Clause
#include <doctest/doctest.h>

#include <set>

#include "gridswarm/cluster/form.hpp"
#include "gridswarm/cluster/quality.hpp"
#include "sample.hpp"

namespace {

using namespace gridswarm;
using cluster::ClusterOptions;
using cluster::Clusters;

/// `fleet` without the agent in row `gone`.
fleet::Fleet without(const fleet::Fleet& fleet, Index gone) {
  fleet::Fleet rest = fleet;
  const auto drop = [&](auto& column) {
    if (!column.empty()) column.erase(column.begin() + gone);
  };
  fleet::Nameplate& p = rest.plate;
  drop(p.id), drop(p.bus), drop(p.kind), drop(p.profile);
  for (auto* c : {&p.s_kva, &p.rating_kw, &p.e_kwh, &p.soc_start, &p.soc_min, &p.efficiency,
                  &p.arrive_h, &p.depart_h, &p.soc_depart, &p.cost_per_kw2, &p.power_factor})
    drop(*c);
  fleet::State& s = rest.state;
  for (auto* c : {&s.p_kw, &s.p_want_kw, &s.p_min_kw, &s.p_max_kw, &s.soc, &s.health}) drop(*c);
  return rest;
}

Index moved(const Clusters& before, const Clusters& after) {
  Index count = 0;
  for (std::size_t i = 0; i < after.of.size(); ++i)
    if (before.of[i] != none && after.of[i] != none)
      count += before.id[before.of[i]] != after.id[after.of[i]];
  return count;
}

TEST_CASE("the same input with the previous membership moves nobody and keeps every id") {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    const feeder::Case grid = sample::random_case(2, 30, seed, 1 + static_cast<Index>(seed % 6));
    const feeder::Forest forest = feeder::make_forest(grid);
    const fleet::Fleet fleet = sample::random_fleet(grid, 200, seed);
    const auto first = cluster::form(grid, forest, fleet, {}, nullptr);
    const auto second = cluster::form(grid, forest, fleet, {}, &first.clusters);
    CAPTURE(seed);
    CHECK(moved(first.clusters, second.clusters) == 0);
    CHECK(cluster::churn(first.clusters, second.clusters) == 0.0);
    CHECK(second.clusters.id == first.clusters.id);
    CHECK(second.switching == 0.0);
    CHECK(second.objective == doctest::Approx(first.objective));
  }
}

TEST_CASE("one agent leaving or joining moves few others and breaks no bound") {
  double moved_share = 0.0;
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    const feeder::Case grid = sample::random_case(1, 40, seed, 4);
    const feeder::Forest forest = feeder::make_forest(grid);
    const fleet::Fleet all = sample::random_fleet(grid, 200, seed);
    const auto full = cluster::form(grid, forest, all, {}, nullptr);
    const auto gone = static_cast<Index>(sample::number(seed, 70, 0, 200));
    const fleet::Fleet rest = without(all, gone);

    const Clusters kept = cluster::carry_over(all, full.clusters, rest);
    const auto left = cluster::form(grid, forest, rest, {}, &kept);
    const Clusters back = cluster::carry_over(rest, left.clusters, all);
    CHECK(back.of[gone] == none);
    const auto joined = cluster::form(grid, forest, all, {}, &back);
    moved_share += moved(kept, left.clusters) / 200.0 + moved(back, joined.clusters) / 200.0;
    CHECK(joined.clusters.of[gone] != none);
    CHECK(joined.undersized == 0);
    for (const auto* formed : {&left, &joined}) {
      const fleet::Fleet& fleet = formed == &left ? rest : all;
      const auto quality = cluster::measure(grid, forest, fleet, {}, formed->clusters);
      CHECK(quality.connected_share == 1.0);
      CHECK(quality.breaches == 0);
    }
  }
  MESSAGE("mean share moved by one event: ", 100.0 * moved_share / 60.0, " %");
  CHECK(moved_share / 60.0 < 0.02);
}

TEST_CASE("a switching cost trades churn against the objective when powers change") {
  const feeder::Case grid = sample::random_case(4, 40, 3, 4);
  const feeder::Forest forest = feeder::make_forest(grid);
  fleet::Fleet fleet = sample::random_fleet(grid, 800, 3);
  const auto first = cluster::form(grid, forest, fleet, {}, nullptr);
  for (Index i = 0; i < fleet.size(); ++i)
    fleet.state.p_want_kw[i] +=
        0.001 * static_cast<double>(sample::number(9, 71, static_cast<std::uint32_t>(i), 2001)) -
        1.0;
  ClusterOptions free;
  free.w_switch = 0.0;
  free.min_gain = 0.0;
  ClusterOptions dear;
  dear.w_switch = 4.0;
  const auto loose = cluster::form(grid, forest, fleet, free, &first.clusters);
  const auto tight = cluster::form(grid, forest, fleet, dear, &first.clusters);
  const auto fresh = cluster::form(grid, forest, fleet, free, nullptr);
  CHECK(cluster::churn(first.clusters, tight.clusters) <
        cluster::churn(first.clusters, fresh.clusters));
  CHECK(cluster::churn(first.clusters, tight.clusters) < 0.1);
  CHECK(loose.objective <= tight.objective);
}

TEST_CASE("moves paid for bound the members that change their cluster") {
  const feeder::Case grid = sample::random_case(1, 30, 8, 3);
  const feeder::Forest forest = feeder::make_forest(grid);
  fleet::Fleet fleet = sample::random_fleet(grid, 150, 8);
  ClusterOptions o;
  o.w_switch = 0.25;
  auto before = cluster::form(grid, forest, fleet, o, nullptr);
  int changes = 0;
  for (int step = 0; step < 10; ++step) {
    for (double& p_kw : fleet.state.p_want_kw) p_kw = 0.9 * p_kw + 0.4 * (step % 2 ? 1.0 : -1.0);
    const auto after = cluster::form(grid, forest, fleet, o, &before.clusters);
    const double moves = after.switching / o.w_switch;
    CHECK(moved(before.clusters, after.clusters) <= moves + 1e-9);
    changes += moves > 0.0;
    before = after;
  }
  CHECK(changes > 0);
}

TEST_CASE("ids stay unique, and an old id lives on only in the largest overlap") {
  const feeder::Case grid = sample::random_case(2, 30, 21, 4);
  const feeder::Forest forest = feeder::make_forest(grid);
  fleet::Fleet fleet = sample::random_fleet(grid, 200, 21);
  ClusterOptions o;
  o.w_switch = 0.0;
  o.min_gain = 0.0;
  auto now = cluster::form(grid, forest, fleet, o, nullptr);
  for (Index row = 0; row < now.clusters.size(); ++row)
    CHECK(now.clusters.id[row] == fleet.plate.id[now.clusters.members.row(row)[0]]);
  for (int step = 0; step < 20; ++step) {
    for (Index i = 0; i < fleet.size(); ++i)
      fleet.state.p_want_kw[i] =
          5.0 - 0.001 * static_cast<double>(sample::number(
                            21, 72, static_cast<std::uint32_t>(200 * step + i), 10001));
    now = cluster::form(grid, forest, fleet, o, &now.clusters);
    const std::set<ClusterId> ids(now.clusters.id.begin(), now.clusters.id.end());
    CHECK(ids.size() == now.clusters.id.size());
  }
}

TEST_CASE("a previous membership that breaks today's bounds is repaired, not kept") {
  const feeder::Case grid = sample::random_case(1, 30, 4, 3);
  const feeder::Forest forest = feeder::make_forest(grid);
  const fleet::Fleet fleet = sample::random_fleet(grid, 150, 4);
  const auto wide = cluster::form(grid, forest, fleet, {}, nullptr);
  ClusterOptions tight;
  tight.size_max = 8;
  tight.diameter_max_pu = 0.02;
  const auto formed = cluster::form(grid, forest, fleet, tight, &wide.clusters);
  const auto quality = cluster::measure(grid, forest, fleet, tight, formed.clusters);
  CHECK(quality.breaches == 0);
  CHECK(quality.connected_share == 1.0);
}

TEST_CASE("a previous membership of another topology is a hint, never a fault") {
  const feeder::Case grid = sample::random_case(1, 30, 4, 3);
  const fleet::Fleet fleet = sample::random_fleet(grid, 150, 4);
  const feeder::Forest forest = feeder::make_forest(grid);
  Clusters scrambled;
  scrambled.id = {1, 2, 3, 4, 5};
  for (Index i = 0; i < fleet.size(); ++i) scrambled.of.push_back(i % 6 == 5 ? none : i % 6);
  const auto formed = cluster::form(grid, forest, fleet, {}, &scrambled);
  const auto quality = cluster::measure(grid, forest, fleet, {}, formed.clusters);
  CHECK(quality.connected_share == 1.0);
  CHECK(quality.breaches == 0);
}

}  // namespace
