// SPDX-License-Identifier: BSD-3-Clause
#include "gridswarm/feeder/spanning.hpp"

#include <doctest/doctest.h>

#include "gridswarm/base/error.hpp"
#include "network.hpp"

using namespace gridswarm;

TEST_CASE("the longest branch of a ring closes it, and a switch never does") {
  feeder::Case grid = test::make_network(4);
  test::join(grid, 0, 1, 0.1);
  const Index longest = test::join(grid, 1, 2, 0.4);
  test::join(grid, 2, 3, 0.0);
  test::join(grid, 3, 0, 0.2);
  const auto spanning = feeder::spanning_forest(grid);
  CHECK(spanning.closing == std::vector<Index>{longest});
  CHECK(spanning.forest.size() == 4);
  CHECK_THROWS_AS(feeder::make_forest(grid), InputError);
}

TEST_CASE("of equal branches the first in the file is in the tree") {
  feeder::Case grid = test::make_network(2);
  test::join(grid, 0, 1, 0.1);
  test::join(grid, 1, 0, 0.1);
  test::join(grid, 0, 1, 0.1);
  CHECK(feeder::spanning_forest(grid).closing == std::vector<Index>{1, 2});
}

TEST_CASE("the longest branch between two sources closes, and each feeds its side") {
  feeder::Case grid = test::make_network(4, 2);
  test::join(grid, 0, 2, 0.1);
  const Index tie = test::join(grid, 2, 3, 0.3);
  test::join(grid, 3, 1, 0.1);
  const auto spanning = feeder::spanning_forest(grid);
  CHECK(spanning.closing == std::vector<Index>{tie});
  CHECK(spanning.forest.roots == 2);
  CHECK(spanning.forest.bus[spanning.forest.parent[spanning.forest.position[3]]] == 1);
}

TEST_CASE("without loops it is the forest that make_forest orders, charging included") {
  feeder::Case grid = test::make_network(4);
  test::join(grid, 1, 0, 0.1, 1.05, 30.0);
  test::join(grid, 1, 2, 0.2);
  test::join(grid, 3, 1, 0.3, 0.97);
  grid.branches.b_pu = {0.1, 0.2, 0.3};
  grid.branches.g_pu = {0.01, 0.02, 0.03};
  const auto spanning = feeder::spanning_forest(grid);
  const auto forest = feeder::make_forest(grid);
  CHECK(spanning.closing.empty());
  CHECK(spanning.forest.bus == forest.bus);
  CHECK(spanning.forest.k_re == forest.k_re);
  CHECK(spanning.forest.b_pu == forest.b_pu);
  CHECK(spanning.forest.g_pu == forest.g_pu);
  // Iron losses stand where charging does: b is ten times g.
  for (Index k = 0; k < 4; ++k)
    CHECK(forest.b_pu[k] == doctest::Approx(10.0 * forest.g_pu[k]).epsilon(1e-14));
}

TEST_CASE("loops of buses without supply close nothing") {
  feeder::Case grid = test::make_network(5);
  test::join(grid, 0, 1, 0.1);
  for (const Index k : {2, 3}) test::join(grid, k, k + 1, 0.1);
  test::join(grid, 4, 2, 0.1);
  const auto spanning = feeder::spanning_forest(grid);
  CHECK(spanning.closing.empty());
  CHECK(spanning.forest.unsupplied == std::vector<Index>{2, 3, 4});
}
