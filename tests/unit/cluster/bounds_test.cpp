// SPDX-License-Identifier: BSD-3-Clause
#include <doctest/doctest.h>

#include <limits>
#include <numeric>

#include "gridswarm/base/error.hpp"
#include "gridswarm/cluster/form.hpp"
#include "gridswarm/cluster/quality.hpp"
#include "sample.hpp"

namespace {

using namespace gridswarm;
using cluster::ClusterOptions;

struct Formed {
  cluster::Formation formation;
  cluster::ClusterQuality quality;
};

Formed form_and_measure(const feeder::Case& grid, const fleet::Fleet& fleet,
                        const ClusterOptions& options, int threads = 1) {
  const feeder::Forest forest = feeder::make_forest(grid);
  Formed f;
  f.formation = cluster::form(grid, forest, fleet, options, nullptr, threads);
  f.quality = cluster::measure(grid, forest, fleet, options, f.formation.clusters);
  return f;
}

TEST_CASE("clusters are connected and no bound breaks on random forests, crowded buses included") {
  for (std::uint64_t seed = 1; seed <= 150; ++seed) {
    const auto buses = static_cast<Index>(1 + sample::number(seed, 60, 0, 60));
    const auto agents = static_cast<Index>(sample::number(seed, 61, 0, 400));
    const feeder::Case grid = sample::random_case(2, buses, seed, 1 + static_cast<Index>(seed % 7));
    const fleet::Fleet fleet = sample::random_fleet(grid, agents, seed);
    ClusterOptions o;
    o.size_max = static_cast<std::int64_t>(4 + sample::number(seed, 62, 0, 60));
    o.diameter_max_pu = 0.005 * static_cast<double>(sample::number(seed, 63, 0, 12));
    o.rating_max_kva =
        seed % 2 ? 10.0 * static_cast<double>(2 + sample::number(seed, 64, 0, 20)) : 0;
    const Formed f = form_and_measure(grid, fleet, o);
    CAPTURE(seed);
    CHECK(f.quality.connected_share == 1.0);
    CHECK(f.quality.breaches == 0);
    CHECK(f.quality.undersized == f.formation.undersized);
    CHECK(f.quality.agents == agents);
    CHECK(f.quality.residual_ratio >= f.quality.residual_floor - 1e-12);
  }
}

TEST_CASE("a bus with 100 agents is split into clusters within the size bounds") {
  const feeder::Case grid = sample::random_case(1, 2, 1);
  const fleet::Fleet fleet = sample::fleet_at(100, 1, [](Index) { return 1; });
  ClusterOptions o;
  o.size_max = 10;
  const Formed f = form_and_measure(grid, fleet, o);
  CHECK(f.quality.clusters >= 10);
  CHECK(f.quality.breaches == 0);
  CHECK(f.quality.undersized == 0);
}

TEST_CASE("a lone agent is one undersized cluster, and no agents are none") {
  const feeder::Case grid = sample::random_case(1, 5, 1);
  const Formed one = form_and_measure(grid, sample::random_fleet(grid, 1, 1), {});
  CHECK(one.quality.clusters == 1);
  CHECK(one.formation.undersized == 1);
  CHECK(one.formation.clusters.id[0] == 100);
  const Formed nobody = form_and_measure(grid, sample::random_fleet(grid, 0, 1), {});
  CHECK(nobody.quality.clusters == 0);
  CHECK(nobody.formation.objective == 0.0);
  CHECK(nobody.quality.connected_share == 1.0);
}

TEST_CASE("the lower bound gives way only where the upper ones leave no room") {
  // Three agents at the source's bus and two 0.05 p.u. away: at a diameter of 0.01 they can't meet.
  feeder::Case grid;
  sample::add_bus(grid, 1, feeder::BusType::source);
  sample::add_bus(grid, 2, feeder::BusType::pq);
  sample::add_branch(grid, 0, 1, 0.05, 0.0);
  const fleet::Fleet fleet = sample::fleet_at(5, 1, [](Index i) { return i < 3 ? 0 : 1; });
  ClusterOptions o;
  o.diameter_max_pu = 0.01;
  CHECK(form_and_measure(grid, fleet, o).formation.undersized == 2);
  o.diameter_max_pu = 0.05;
  const Formed met = form_and_measure(grid, fleet, o);
  CHECK(met.formation.undersized == 0);
  CHECK(met.quality.clusters == 1);
}

TEST_CASE("agents without supply have no cluster, and clusters don't cross feeders") {
  feeder::Case grid = sample::random_case(2, 10, 3);
  grid.branches.in_service[4] = 0;
  const feeder::Forest forest = feeder::make_forest(grid);
  const fleet::Fleet fleet = sample::random_fleet(grid, 80, 3);
  const auto clusters = cluster::form(grid, forest, fleet, {}, nullptr).clusters;
  Index without = 0;
  for (Index i = 0; i < fleet.size(); ++i) {
    const bool supplied = forest.position[fleet.plate.bus[i]] != none;
    CHECK((clusters.of[i] != none) == supplied);
    without += !supplied;
    if (supplied)
      CHECK(fleet.plate.bus[i] / 10 ==
            fleet.plate.bus[clusters.members.row(clusters.of[i])[0]] / 10);
  }
  CHECK(without > 0);
}

TEST_CASE("members lists mirror the membership, and top is the highest bus of a cluster") {
  const feeder::Case grid = sample::random_case(1, 40, 9, 4);
  const feeder::Forest forest = feeder::make_forest(grid);
  const fleet::Fleet fleet = sample::random_fleet(grid, 120, 9);
  const auto clusters = cluster::form(grid, forest, fleet, {}, nullptr).clusters;
  Index listed = 0;
  for (Index row = 0; row < clusters.size(); ++row)
    for (Index i : clusters.members.row(row)) {
      CHECK(clusters.of[i] == row);
      Index q = forest.position[fleet.plate.bus[i]];
      while (q != none && q != clusters.top[row]) q = forest.parent[q];
      CHECK(q == clusters.top[row]);
      ++listed;
    }
  CHECK(listed == fleet.size());
}

TEST_CASE("the membership has the same bytes for any threads and any order of rows in the case") {
  const feeder::Case grid = sample::random_case(6, 30, 17, 5);
  const fleet::Fleet fleet = sample::random_fleet(grid, 600, 17);
  const auto bytes = [](const feeder::Case& c, const fleet::Fleet& f, int threads) {
    const auto formed = cluster::form(c, feeder::make_forest(c), f, {}, nullptr, threads);
    return cluster::membership_bytes(f, formed.clusters);
  };
  const Bytes once = bytes(grid, fleet, 1);
  CHECK(once.size() == 16 * 600);
  CHECK(bytes(grid, fleet, 2) == once);

  feeder::Case turned;
  const Index n = grid.buses.size();
  for (Index b = n - 1; b >= 0; --b) sample::add_bus(turned, grid.buses.id[b], grid.buses.type[b]);
  for (Index e = grid.branches.size() - 1; e >= 0; --e)
    sample::add_branch(turned, n - 1 - grid.branches.to[e], n - 1 - grid.branches.from[e],
                       grid.branches.r_pu[e], grid.branches.x_pu[e]);
  fleet::Fleet mirrored = fleet;
  for (Index& bus : mirrored.plate.bus) bus = n - 1 - bus;
  CHECK(bytes(turned, mirrored, 1) == once);

  fleet::Fleet moved = fleet;
  for (double& p_kw : moved.state.p_want_kw) p_kw = -p_kw + 1.0;
  CHECK(bytes(grid, moved, 1) != once);
}

TEST_CASE("membership bytes are pairs of big-endian numbers by agent id, -1 without cluster") {
  fleet::Fleet fleet = sample::fleet_at(2, 1, [](Index) { return 0; });
  cluster::Clusters clusters;
  clusters.of = {0, none};
  clusters.id = {258};
  const Bytes bytes = cluster::membership_bytes(fleet, clusters);
  REQUIRE(bytes.size() == 32);
  CHECK(bytes[7] == std::byte{100});
  CHECK(bytes[14] == std::byte{1});
  CHECK(bytes[15] == std::byte{2});
  CHECK(bytes[23] == std::byte{103});
  CHECK(bytes[24] == std::byte{0xff});
}

TEST_CASE("options that can't be are refused by name") {
  const feeder::Case grid = sample::random_case(1, 4, 1);
  const feeder::Forest forest = feeder::make_forest(grid);
  const fleet::Fleet fleet = sample::random_fleet(grid, 4, 1);
  const auto refused = [&](const ClusterOptions& o) {
    try {
      (void)cluster::form(grid, forest, fleet, o, nullptr);
    } catch (const UsageError& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  ClusterOptions o;
  o.w_distance = std::numeric_limits<double>::quiet_NaN();
  CHECK(refused(o).find("w_distance") == 0);
  o = {};
  o.w_residual = -1.0;
  CHECK(refused(o).find("w_residual is -1") == 0);
  o = {};
  o.size_min = 10;
  o.size_max = 5;
  CHECK(refused(o).find("size_min is 10 but size_max only 5") == 0);
  o = {};
  o.rating_max_kva = 0.5;
  CHECK(refused(o).find("agent 100 has") == 0);
  o = {};
  o.edge_length = "ohm";
  CHECK(refused(o).find("edge_length is 'ohm'") == 0);
}

}  // namespace
