// SPDX-License-Identifier: BSD-3-Clause
// Forming one feeder alone, agents that stand apart, horizons and response classes.
#include <doctest/doctest.h>

#include "gridswarm/cluster/form.hpp"
#include "gridswarm/cluster/quality.hpp"
#include "gridswarm/cluster/unmet.hpp"
#include "sample.hpp"

namespace {

using namespace gridswarm;
using cluster::ClusterOptions;

struct Town {
  feeder::Case grid;
  feeder::Forest forest;
  fleet::Fleet fleet;
  distance::AgentTree tree;
};

Town town_of(Index feeders, Index agents, std::uint64_t seed) {
  Town t;
  t.grid = sample::random_case(feeders, 40, seed, 4);
  t.forest = feeder::make_forest(t.grid);
  t.fleet = sample::random_fleet(t.grid, agents, seed);
  t.tree = distance::make_agent_tree(t.grid, t.forest, t.fleet, distance::EdgeLength::magnitude);
  return t;
}

TEST_CASE("feeders formed one by one give the same clusters as all at once") {
  const Town t = town_of(3, 200, 5);
  const auto scoring = cluster::scoring_of({});
  const cluster::FormInput input{t.tree, t.fleet};
  cluster::FormWork work;
  std::vector<Index> first(200, none);
  double objective = 0.0;
  for (Index feeder : {2, 0, 1})
    objective += static_cast<double>(
        cluster::form_feeder(input, scoring, {}, feeder, work, first).objective);
  const auto all = cluster::form(t.grid, t.forest, t.fleet, {}, nullptr);
  CHECK(cluster::clusters_of(first).of == all.clusters.of);
  CHECK(objective / cluster::score_unit == doctest::Approx(all.objective));
}

TEST_CASE("traits kept by the caller give the same clusters as the fleet they came from") {
  const Town t = town_of(2, 150, 6);
  const auto traits = distance::traits_of(t.fleet, 0.0);
  const auto scoring = cluster::scoring_of({});
  cluster::FormWork work;
  std::vector<Index> kept(150, none), fresh(150, none);
  for (Index feeder = 0; feeder < 2; ++feeder) {
    cluster::form_feeder({t.tree, t.fleet, traits}, scoring, {}, feeder, work, kept);
    cluster::form_feeder({t.tree, t.fleet}, scoring, {}, feeder, work, fresh);
  }
  CHECK(kept == fresh);
}

TEST_CASE("a feeder formed anew leaves the agents of other feeders as they are") {
  const Town t = town_of(2, 100, 7);
  cluster::FormWork work;
  std::vector<Index> first(100, -7);
  cluster::form_feeder({t.tree, t.fleet}, cluster::scoring_of({}), {}, 1, work, first);
  for (Index i = 0; i < 100; ++i) CHECK((first[i] == -7) == (t.tree.feeder[t.tree.node[i]] == 0));
}

TEST_CASE("agents apart are in no cluster, and the others as if they were not there") {
  const Town t = town_of(2, 150, 8);
  std::vector<std::uint8_t> apart(150, 0);
  for (Index i = 0; i < 150; i += 7) apart[i] = 1;
  cluster::FormExtras extras;
  extras.apart = apart;
  const auto formed = cluster::form(t.grid, t.forest, t.fleet, {}, nullptr, 1, extras);
  for (Index i = 0; i < 150; ++i) CHECK((formed.clusters.of[i] == none) == (apart[i] == 1));
  for (Index row = 0; row < formed.clusters.size(); ++row)
    CHECK(formed.clusters.members.row(row).size() >= 4);
  // Spliced out or not: whoever is apart weighs nothing.
  fleet::Fleet heavy = t.fleet;
  for (Index i = 0; i < 150; i += 7) heavy.state.p_want_kw[i] = 1e5;
  const auto same = cluster::form(t.grid, t.forest, heavy, {}, nullptr, 1, extras);
  CHECK(same.clusters.of == formed.clusters.of);
  CHECK(same.objective == formed.objective);
}

TEST_CASE("a repair around one agent keeps every bound and never costs more than what was") {
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    Town t = town_of(1, 150, seed);
    const auto before = cluster::form(t.grid, t.forest, t.fleet, {}, nullptr);
    const auto agent = static_cast<Index>(sample::number(seed, 80, 0, 150));
    t.fleet.state.p_want_kw[agent] += 20.0;
    ClusterOptions still;
    still.refine_passes = 0;
    const cluster::FormInput input{t.tree, t.fleet};
    cluster::FormWork work;
    std::vector<Index> first(150, none);
    const std::vector<Index> dirty = {agent};
    const cluster::FeederTask task{&before.clusters, true, dirty};
    const auto kept = cluster::form_feeder(input, cluster::scoring_of(still), task, 0, work, first);
    CHECK(kept.moves == 0);
    CHECK(cluster::clusters_of(first).of == before.clusters.of);
    const auto now = cluster::form_feeder(input, cluster::scoring_of({}), task, 0, work, first);
    CHECK(now.score() <= kept.score());
    auto clusters = cluster::clusters_of(first);
    cluster::inherit_ids(t.fleet, &before.clusters, clusters);
    for (const cluster::FeederCluster& c : work.clusters)
      clusters.top[clusters.of[c.first]] = t.tree.position[c.top];
    const auto quality = cluster::measure(t.grid, t.forest, t.fleet, {}, clusters);
    CHECK(quality.breaches == 0);
    CHECK(quality.connected_share == 1.0);
  }
}

TEST_CASE("a horizon of equal steps is the present, and one that turns over pairs the opposites") {
  const Town t = town_of(1, 120, 9);
  const auto present = cluster::form(t.grid, t.forest, t.fleet, {}, nullptr);
  std::vector<double> p_kw;
  for (int step = 0; step < 3; ++step)
    p_kw.insert(p_kw.end(), t.fleet.state.p_want_kw.begin(), t.fleet.state.p_want_kw.end());
  cluster::FormExtras extras;
  extras.horizon.steps = 3;
  extras.horizon.p_kw = p_kw;
  const auto equal = cluster::form(t.grid, t.forest, t.fleet, {}, nullptr, 1, extras);
  CHECK(equal.clusters.of == present.clusters.of);
  CHECK(equal.objective == doctest::Approx(present.objective).epsilon(1e-5));
  for (Index i = 0; i < 120; ++i) p_kw[240 + i] = i % 2 ? 3.0 : -3.0;
  const auto turned = cluster::form(t.grid, t.forest, t.fleet, {}, nullptr, 1, extras);
  CHECK(turned.clusters.of != present.clusters.of);
  extras.horizon.steps = 9;
  CHECK_THROWS_AS((void)cluster::form(t.grid, t.forest, t.fleet, {}, nullptr, 1, extras),
                  UsageError);
  extras.horizon.steps = 2;  // three steps of numbers
  CHECK_THROWS_AS((void)cluster::form(t.grid, t.forest, t.fleet, {}, nullptr, 1, extras),
                  UsageError);
}

TEST_CASE("full bands make every residual vanish, so that only the other terms count") {
  Town t = town_of(1, 100, 10);
  for (Index i = 0; i < 100; ++i) {
    t.fleet.state.p_min_kw[i] = -100.0;
    t.fleet.state.p_max_kw[i] = 100.0;
  }
  ClusterOptions banded;
  banded.flexibility = 1.0;
  ClusterOptions without;
  without.w_residual = 0.0;
  const auto a = cluster::form(t.grid, t.forest, t.fleet, banded, nullptr);
  const auto b = cluster::form(t.grid, t.forest, t.fleet, without, nullptr);
  CHECK(a.clusters.of == b.clusters.of);
  CHECK(a.objective == b.objective);
}

TEST_CASE("a weight on response sorts batteries from meters on one bus") {
  const feeder::Case grid = sample::random_case(1, 2, 1);
  fleet::Fleet fleet = sample::fleet_at(20, 1, [](Index) { return 1; });
  for (Index i = 0; i < 20; ++i)
    fleet.plate.kind[i] = i < 10 ? fleet::Kind::battery : fleet::Kind::meter;
  ClusterOptions o;
  o.w_residual = o.w_similarity = 0.0;
  CHECK(cluster::form(grid, feeder::make_forest(grid), fleet, o, nullptr).clusters.size() == 1);
  o.w_response = 1.0;
  const auto formed = cluster::form(grid, feeder::make_forest(grid), fleet, o, nullptr);
  REQUIRE(formed.clusters.size() == 2);
  CHECK(formed.objective == doctest::Approx(2 * o.kappa));
  for (Index i = 0; i < 20; ++i) CHECK(formed.clusters.of[i] == (i < 10 ? 0 : 1));
}

TEST_CASE("presets differ in what they say, and a word that is none is refused by name") {
  CHECK(cluster::preset("balancing").w_residual == ClusterOptions().w_residual);
  CHECK(cluster::preset("paper_literal").w_residual == 0.0);
  CHECK(cluster::preset("paper_literal").w_output > 0.0);
  CHECK(cluster::preset("voltage").edge_length == "log_sensitivity");
  CHECK(cluster::preset("dispatch").w_response > 0.0);
  const Town t = town_of(1, 60, 11);
  for (const char* name : {"balancing", "paper_literal", "voltage", "dispatch"}) {
    const ClusterOptions o = cluster::preset(name);
    const auto formed = cluster::form(t.grid, t.forest, t.fleet, o, nullptr);
    CAPTURE(name);
    CHECK(cluster::measure(t.grid, t.forest, t.fleet, o, formed.clusters).breaches == 0);
  }
  CHECK_THROWS_WITH_AS((void)cluster::preset("paper"),
                       doctest::Contains("no preset is named 'paper'"), UsageError);
}

TEST_CASE("what stays below size_min is named with its agents") {
  feeder::Case grid;
  sample::add_bus(grid, 1, feeder::BusType::source);
  sample::add_bus(grid, 2, feeder::BusType::pq);
  sample::add_branch(grid, 0, 1, 0.05, 0.0);
  const fleet::Fleet fleet = sample::fleet_at(7, 1, [](Index i) { return i < 5 ? 0 : 1; });
  ClusterOptions o;
  o.diameter_max_pu = 0.01;
  const auto formed = cluster::form(grid, feeder::make_forest(grid), fleet, o, nullptr);
  const auto unmet = cluster::unmet(fleet, formed.clusters, o.size_min);
  REQUIRE(unmet.undersized.size() == 1);
  CHECK(unmet.undersized[0] == formed.clusters.of[5]);
  CHECK(unmet.message ==
        "1 of 2 clusters have fewer than size_min = 4 members, since the upper bounds leave no "
        "room: cluster 115 with agents 115, 118");
  CHECK(cluster::unmet(fleet, formed.clusters, 1).message.empty());
}

}  // namespace
