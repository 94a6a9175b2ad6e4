// SPDX-License-Identifier: BSD-3-Clause
#include "gridswarm/cluster/neighbours.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "sample.hpp"

namespace {

using namespace gridswarm;
using distance::EdgeLength;

std::vector<std::pair<std::int64_t, Index>> sorted_others(const distance::AgentTree& tree,
                                                          Index i) {
  std::vector<std::pair<std::int64_t, Index>> others;
  for (Index j = 0; j < static_cast<Index>(tree.node.size()); ++j) {
    const std::int64_t d = distance::distance(tree, i, j);
    if (j != i && d != distance::unreachable) others.emplace_back(d, j);
  }
  std::sort(others.begin(), others.end());
  return others;
}

void check_row(const cluster::Neighbours& found, Index i,
               const std::vector<std::pair<std::int64_t, Index>>& wanted) {
  REQUIRE(found.agents.row(i).size() == wanted.size());
  for (std::size_t k = 0; k < wanted.size(); ++k) {
    REQUIRE(found.agents.row(i)[k] == wanted[k].second);
    REQUIRE(found.length[found.agents.first[i] + k] == wanted[k].first);
  }
}

TEST_CASE("the k nearest agents equal brute force on 1000 random forests") {
  for (std::uint64_t seed = 1; seed <= 1000; ++seed) {
    const auto buses = static_cast<Index>(1 + sample::number(seed, 30, 0, 25));
    const auto reach = static_cast<Index>(1 + sample::number(seed, 31, 0, 6));
    feeder::Case grid = sample::random_case(2, buses, seed, reach);
    if (seed % 5 == 0 && grid.branches.size() > 2) grid.branches.in_service[2] = 0;
    const fleet::Fleet fleet =
        sample::random_fleet(grid, static_cast<Index>(sample::number(seed, 32, 0, 30)), seed);
    const auto tree =
        distance::make_agent_tree(grid, feeder::make_forest(grid), fleet, EdgeLength::magnitude);
    const auto k = static_cast<Index>(sample::number(seed, 33, 0, 9));
    const cluster::Neighbours found = cluster::nearest(tree, k);
    REQUIRE(found.agents.rows() == fleet.size());
    for (Index i = 0; i < fleet.size(); ++i) {
      auto wanted = sorted_others(tree, i);
      wanted.resize(std::min(wanted.size(), static_cast<std::size_t>(k)));
      check_row(found, i, wanted);
    }
  }
}

TEST_CASE("agents within a radius equal brute force on 1000 random forests, ends included") {
  for (std::uint64_t seed = 1; seed <= 1000; ++seed) {
    const auto reach = static_cast<Index>(1 + sample::number(seed, 35, 0, 6));
    const feeder::Case grid = sample::random_case(2, 20, seed, reach);
    const fleet::Fleet fleet = sample::random_fleet(grid, 30, seed);
    const auto tree =
        distance::make_agent_tree(grid, feeder::make_forest(grid), fleet, EdgeLength::resistance);
    const double radius_pu = 0.001 * static_cast<double>(sample::number(seed, 34, 0, 30));
    const cluster::Neighbours found = cluster::within(tree, radius_pu);
    for (Index i = 0; i < fleet.size(); ++i) {
      auto wanted = sorted_others(tree, i);
      const auto beyond = [&](const auto& other) {
        return static_cast<double>(other.first) > radius_pu * 1e9 + 0.5;
      };
      wanted.erase(std::remove_if(wanted.begin(), wanted.end(), beyond), wanted.end());
      check_row(found, i, wanted);
    }
  }
}

TEST_CASE("a line of three agents names its neighbours nearest first, ties by row") {
  feeder::Case grid;
  for (BusId id = 1; id <= 3; ++id)
    sample::add_bus(grid, id, id == 1 ? feeder::BusType::source : feeder::BusType::pq);
  sample::add_branch(grid, 0, 1, 0.01, 0.0);
  sample::add_branch(grid, 1, 2, 0.01, 0.0);
  const fleet::Fleet fleet = sample::fleet_at(3, 1, [](Index i) { return i; });
  const auto tree =
      distance::make_agent_tree(grid, feeder::make_forest(grid), fleet, EdgeLength::resistance);
  const cluster::Neighbours found = cluster::nearest(tree, 2);
  CHECK(found.agents.items == std::vector<Index>{1, 2, 0, 2, 1, 0});
  CHECK(found.length[1] == 20'000'000);
  CHECK(cluster::within(tree, 0.0).agents.items.empty());
}

}  // namespace
