// SPDX-License-Identifier: BSD-3-Clause
#include "gridswarm/cluster/quality.hpp"

#include <doctest/doctest.h>

#include "gridswarm/base/csr.hpp"
#include "sample.hpp"

namespace {

using namespace gridswarm;
using cluster::ClusterOptions;
using cluster::Clusters;

Clusters partition(std::vector<Index> of, Index rows) {
  Clusters clusters;
  clusters.members = group_by(of, rows);
  clusters.of = std::move(of);
  for (Index row = 0; row < rows; ++row) clusters.id.push_back(row);
  clusters.leader.assign(static_cast<std::size_t>(rows), none);
  return clusters;
}

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

TEST_CASE("churn counts who left after the best matching, whatever the ids") {
  const Clusters a = partition({0, 0, 0, 1, 1, 1}, 2);
  CHECK(cluster::churn(a, partition({1, 1, 1, 0, 0, 0}, 2)) == 0.0);
  CHECK(cluster::churn(a, partition({0, 0, 1, 1, 1, 1}, 2)) == doctest::Approx(1.0 / 6.0));
  CHECK(cluster::churn(a, partition({0, 0, 0, 0, 0, 0}, 1)) == doctest::Approx(0.5));
  CHECK(cluster::churn(a, partition({none, 0, 0, 1, 1, none}, 2)) == 0.0);
}

}  // namespace
