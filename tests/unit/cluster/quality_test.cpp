// SPDX-License-Identifier: BSD-3-Clause
#include "gridswarm/cluster/quality.hpp"

#include <doctest/doctest.h>

#include "partition.hpp"
#include "sample.hpp"

namespace {

using namespace gridswarm;
using cluster::ClusterOptions;
using cluster::Clusters;

using sample::partition;

/// Source 1 - 2 - 3 - 4, 0.01 p.u. each, and 5 on 2.
feeder::Case fork() {
  feeder::Case grid;
  for (BusId id = 1; id <= 5; ++id)
    sample::add_bus(grid, id, id == 1 ? feeder::BusType::source : feeder::BusType::pq);
  const Index from[] = {0, 1, 2, 1};
  const Index to[] = {1, 2, 3, 4};
  for (int e = 0; e < 4; ++e) sample::add_branch(grid, from[e], to[e], 0.01, 0.0);
  return grid;
}

cluster::ClusterQuality quality_of(const feeder::Case& grid, const fleet::Fleet& fleet,
                                   const Clusters& clusters, ClusterOptions o = {}) {
  return cluster::measure(grid, feeder::make_forest(grid), fleet, o, clusters);
}

TEST_CASE("a cluster across another's bus is not connected") {
  const feeder::Case grid = fork();
  const fleet::Fleet line = sample::fleet_at(3, 1, [](Index i) { return i; });  // buses 1, 2, 3
  CHECK(quality_of(grid, line, partition({0, 0, 1}, 2)).connected_share == 1.0);
  CHECK(quality_of(grid, line, partition({0, 1, 0}, 2)).connected_share == 0.5);
}

TEST_CASE("two clusters that need the same empty junction or wire are both not connected") {
  const feeder::Case grid = fork();
  // Agents at 1, 3, 4, 5; bus 2 is empty.
  const fleet::Fleet fleet = sample::fleet_at(4, 1, [](Index i) { return i == 0 ? 0 : i + 1; });
  CHECK(quality_of(grid, fleet, partition({0, 0, 1, 0}, 2)).connected_share == 1.0);
  CHECK(quality_of(grid, fleet, partition({0, 1, 1, 0}, 2)).connected_share == 1.0);
  CHECK(quality_of(grid, fleet, partition({0, 0, 1, 1}, 2)).connected_share == 0.0);
}

TEST_CASE("members on two feeders or without supply are not connected") {
  feeder::Case grid = sample::random_case(2, 3, 1);
  const fleet::Fleet fleet = sample::fleet_at(2, 1, [](Index i) { return 3 * i + 1; });
  CHECK(quality_of(grid, fleet, partition({0, 0}, 1)).connected_share == 0.0);
  CHECK(quality_of(grid, fleet, partition({0, 1}, 2)).connected_share == 1.0);
}

TEST_CASE("agents of one bus may belong to two clusters") {
  const feeder::Case grid = fork();
  const fleet::Fleet fleet = sample::fleet_at(4, 1, [](Index i) { return i < 3 ? 1 : 2; });
  CHECK(quality_of(grid, fleet, partition({0, 1, 0, 0}, 2)).connected_share == 1.0);
}

TEST_CASE("bounds, distances and residuals by hand") {
  const feeder::Case grid = fork();
  fleet::Fleet fleet = sample::fleet_at(4, 1, [](Index i) { return i; });
  fleet.state.p_want_kw = {3.0, -1.0, -4.0, 1.0};
  ClusterOptions o;
  o.size_min = 2;
  o.size_max = 3;
  o.diameter_max_pu = 0.015;
  o.edge_length = "resistance";
  const auto q = quality_of(grid, fleet, partition({0, 0, 1, 1}, 2), o);
  CHECK(q.breaches == 0);
  CHECK(q.undersized == 0);
  CHECK(q.mean_pair_pu == doctest::Approx(0.01));
  CHECK(q.residual_ratio == doctest::Approx(5.0 / 9.0));  // |3 - 1| + |-4 + 1| over 9
  CHECK(q.residual_floor == doctest::Approx(1.0 / 9.0));
  CHECK(quality_of(grid, fleet, partition({0, 0, 0, 1}, 2), o).breaches == 1);  // 0.02 long
  CHECK(quality_of(grid, fleet, partition({0, 0, 0, 1}, 2), o).undersized == 1);
  o.diameter_max_pu = 1.0;
  CHECK(quality_of(grid, fleet, partition({0, 0, 0, 0}, 1), o).breaches == 1);  // four members
  o.size_max = 4;
  o.rating_max_kva = 0.5;
  CHECK(quality_of(grid, fleet, partition({0, 0, 0, 0}, 1), o).breaches == 1);
}

TEST_CASE("clusters of a ring are made on its tree and measured with the ring closed") {
  // 1 - 2 - 3 - 4 - 1, 0.01 each: the tree lacks the last wire by the file's order.
  feeder::Case grid;
  for (BusId id = 1; id <= 4; ++id)
    sample::add_bus(grid, id, id == 1 ? feeder::BusType::source : feeder::BusType::pq);
  for (Index k = 0; k < 4; ++k) sample::add_branch(grid, k, (k + 1) % 4, 0.01, 0.0);
  const feeder::SpanningForest spanning = feeder::spanning_forest(grid);
  const fleet::Fleet fleet = sample::fleet_at(4, 1, [](Index i) { return i; });
  ClusterOptions o;
  o.edge_length = "resistance";
  const auto formed = cluster::form(grid, spanning.forest, fleet, o, nullptr);
  REQUIRE(formed.clusters.size() == 1);
  const auto closed = cluster::measure(grid, spanning, fleet, o, formed.clusters);
  CHECK(closed.connected_share == 1.0);
  CHECK(closed.breaches == 0);
  // Neighbours 0.01 beside 0.03, across 0.02 beside 0.02: 4 x 0.0075 + 2 x 0.01 over 6 pairs.
  CHECK(closed.mean_pair_pu == doctest::Approx(0.05 / 6.0));
  CHECK(closed.largest_diameter_pu == doctest::Approx(0.01));
  const auto open = cluster::measure(grid, spanning.forest, fleet, o, formed.clusters);
  CHECK(open.mean_pair_pu == doctest::Approx(0.1 / 6.0));
  CHECK(open.largest_diameter_pu == doctest::Approx(0.03));
  o.edge_length = "log_sensitivity";
  CHECK(cluster::measure(grid, spanning, fleet, o, formed.clusters).mean_pair_pu ==
        cluster::measure(grid, spanning.forest, fleet, o, formed.clusters).mean_pair_pu);
}

}  // namespace
