// SPDX-License-Identifier: BSD-3-Clause
#include "gridswarm/feeder/synthetic.hpp"

#include <doctest/doctest.h>

#include "gridswarm/base/error.hpp"
#include "gridswarm/feeder/forest.hpp"

using namespace gridswarm;

TEST_CASE("a synthetic feeder is one tree that supplies every bus") {
  const feeder::Case grid = feeder::make_synthetic(500, 7);
  REQUIRE(grid.buses.size() == 500);
  REQUIRE(grid.branches.size() == 499);
  const feeder::Forest forest = feeder::make_forest(grid);
  CHECK(forest.roots == 1);
  CHECK(forest.size() == 500);
  CHECK(forest.unsupplied.empty());
}

TEST_CASE("the seed decides the feeder") {
  const feeder::Case one = feeder::make_synthetic(60, 1);
  const feeder::Case again = feeder::make_synthetic(60, 1);
  const feeder::Case other = feeder::make_synthetic(60, 2);
  CHECK(one.branches.from == again.branches.from);
  CHECK(one.branches.r_pu == again.branches.r_pu);
  CHECK(one.buses.pd_mw != other.buses.pd_mw);
}

TEST_CASE("a feeder of one bus is refused") {
  CHECK_THROWS_AS(feeder::make_synthetic(1, 1), UsageError);
}
