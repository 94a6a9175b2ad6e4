// SPDX-License-Identifier: BSD-3-Clause
#include "gridswarm/distance/electrical.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "gridswarm/base/error.hpp"
#include "sample.hpp"

namespace {

using namespace gridswarm;
using distance::EdgeLength;

TEST_CASE("distances equal the walked path on random forests with many agents per bus") {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    const auto buses = static_cast<Index>(2 + sample::number(seed, 20, 0, 60));
    const auto reach = static_cast<Index>(1 + sample::number(seed, 21, 0, 8));
    const feeder::Case grid = sample::random_case(3, buses, seed, reach);
    const feeder::Forest forest = feeder::make_forest(grid);
    const fleet::Fleet fleet = sample::random_fleet(grid, 40, seed);
    const auto tree = distance::make_agent_tree(grid, forest, fleet, EdgeLength::magnitude);
    const auto length = distance::edge_lengths(grid, forest, EdgeLength::magnitude);
    for (Index i = 0; i < fleet.size(); ++i)
      for (Index j = 0; j < fleet.size(); ++j) {
        const std::int64_t truth =
            sample::walked(forest, length, fleet.plate.bus[i], fleet.plate.bus[j]);
        REQUIRE(distance::distance(tree, i, j) == (truth < 0 ? distance::unreachable : truth));
      }
  }
}

TEST_CASE("the lowest common ancestor equals the one found by climbing, for every pair of nodes") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const feeder::Case grid = sample::random_case(2, 50, seed, 1 + static_cast<Index>(seed) % 6);
    const feeder::Forest forest = feeder::make_forest(grid);
    const fleet::Fleet fleet = sample::random_fleet(grid, 30, seed);
    const auto tree = distance::make_agent_tree(grid, forest, fleet, EdgeLength::resistance);
    for (Index a = 0; a < tree.nodes(); ++a)
      for (Index b = a; b < tree.nodes(); ++b) {
        if (tree.feeder[a] != tree.feeder[b]) continue;
        Index x = a;
        Index y = b;
        while (x != y) (x > y ? x : y) = tree.parent[x > y ? x : y];
        REQUIRE(distance::common_ancestor(tree, a, b) == x);
        REQUIRE(distance::common_ancestor(tree, b, a) == x);
      }
  }
}

TEST_CASE("lengths are p.u. on 1 MVA: r, x or sqrt(r^2 + x^2) over base_mva") {
  feeder::Case grid;
  grid.base_mva = 10.0;
  sample::add_bus(grid, 1, feeder::BusType::source);
  sample::add_bus(grid, 2, feeder::BusType::pq);
  sample::add_branch(grid, 0, 1, 0.3, 0.4);
  const feeder::Forest forest = feeder::make_forest(grid);
  CHECK(distance::edge_lengths(grid, forest, EdgeLength::resistance)[1] == 30'000'000);
  CHECK(distance::edge_lengths(grid, forest, EdgeLength::reactance)[1] == 40'000'000);
  CHECK(distance::edge_lengths(grid, forest, EdgeLength::magnitude)[1] == 50'000'000);
}

TEST_CASE("a per-phase case has the lengths of its three-phase twin") {
  // 10 ohm at 20 kV line to line: 10 / 400 = 0.025 p.u. on 1 MVA. The per-phase file states the
  // same wire at 20/sqrt(3) kV on a third of 30 MVA: z = 10 * 10 / (400 / 3) = 0.75.
  feeder::Case grid;
  grid.base_mva = 10.0;
  grid.per_phase = true;
  sample::add_bus(grid, 1, feeder::BusType::source);
  sample::add_bus(grid, 2, feeder::BusType::pq);
  sample::add_branch(grid, 0, 1, 0.75, 0.0);
  const feeder::Forest forest = feeder::make_forest(grid);
  CHECK(distance::edge_lengths(grid, forest, EdgeLength::magnitude)[1] == 25'000'000);
}

TEST_CASE("a wire longer than 1000 p.u. counts as 1000, so that sums can't overflow") {
  feeder::Case grid;
  sample::add_bus(grid, 1, feeder::BusType::source);
  sample::add_bus(grid, 2, feeder::BusType::pq);
  sample::add_branch(grid, 0, 1, 1e300, 0.0);
  const feeder::Forest forest = feeder::make_forest(grid);
  CHECK(distance::edge_lengths(grid, forest, EdgeLength::resistance)[1] ==
        1000 * distance::length_unit);
}

TEST_CASE("agents of one bus hang on it as a chain of no length, the first on the bus itself") {
  feeder::Case grid;
  sample::add_bus(grid, 1, feeder::BusType::source);
  sample::add_bus(grid, 2, feeder::BusType::pq);
  sample::add_branch(grid, 0, 1, 0.01, 0.0);
  const feeder::Forest forest = feeder::make_forest(grid);
  const fleet::Fleet fleet = sample::fleet_at(3, 1, [](Index) { return 1; });
  const auto tree = distance::make_agent_tree(grid, forest, fleet, EdgeLength::resistance);
  CHECK(tree.parent == std::vector<Index>{none, 0, 1, 2});
  CHECK(tree.agent == std::vector<Index>{none, 0, 1, 2});
  CHECK(distance::distance(tree, 0, 2) == 0);
}

TEST_CASE("preorder does not depend on the order of bus and branch rows") {
  feeder::Case grid = sample::random_case(1, 30, 5);
  feeder::Case turned;
  const Index n = grid.buses.size();
  for (Index b = n - 1; b >= 0; --b) sample::add_bus(turned, grid.buses.id[b], grid.buses.type[b]);
  for (Index e = grid.branches.size() - 1; e >= 0; --e)
    sample::add_branch(turned, n - 1 - grid.branches.to[e], n - 1 - grid.branches.from[e],
                       grid.branches.r_pu[e], grid.branches.x_pu[e]);
  const fleet::Fleet fleet = sample::random_fleet(grid, 20, 5);
  fleet::Fleet mirrored = fleet;
  for (Index& bus : mirrored.plate.bus) bus = n - 1 - bus;
  const auto a =
      distance::make_agent_tree(grid, feeder::make_forest(grid), fleet, EdgeLength::magnitude);
  const auto b = distance::make_agent_tree(turned, feeder::make_forest(turned), mirrored,
                                           EdgeLength::magnitude);
  CHECK(a.parent == b.parent);
  CHECK(a.agent == b.agent);
  CHECK(a.length == b.length);
}

TEST_CASE("agents without supply have no node and are unreachable") {
  feeder::Case grid = sample::random_case(1, 3, 2);
  grid.branches.in_service[1] = 0;
  const feeder::Forest forest = feeder::make_forest(grid);
  const fleet::Fleet fleet = sample::fleet_at(2, 1, [](Index i) { return 1 + i; });
  const auto tree = distance::make_agent_tree(grid, forest, fleet, EdgeLength::magnitude);
  CHECK(tree.node[1] == none);
  CHECK(distance::distance(tree, 0, 1) == distance::unreachable);
}

TEST_CASE("an unknown edge length is a usage error that lists the choices") {
  CHECK_THROWS_WITH_AS(
      (void)distance::edge_length_of("ohm"),
      "edge_length is 'ohm'; choose resistance, reactance, magnitude, log_sensitivity or custom",
      UsageError);
}

}  // namespace
