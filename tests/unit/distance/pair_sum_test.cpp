// SPDX-License-Identifier: BSD-3-Clause
#include "gridswarm/distance/pair_sum.hpp"

#include <doctest/doctest.h>

#include "sample.hpp"

namespace {

using namespace gridswarm;
using distance::EdgeLength;

struct Sample {
  fleet::Fleet fleet;
  distance::AgentTree tree;
};

Sample make(std::uint64_t seed) {
  feeder::Case grid = sample::random_case(2, 40, seed, 1 + static_cast<Index>(seed % 7));
  if (seed % 3 == 0) grid.branches.in_service[20] = 0;
  Sample s;
  s.fleet = sample::random_fleet(grid, 60, seed);
  s.tree =
      distance::make_agent_tree(grid, feeder::make_forest(grid), s.fleet, EdgeLength::magnitude);
  return s;
}

/// Every third agent or so, in no order.
std::vector<Index> some_of(const Sample& s, std::uint64_t seed) {
  std::vector<Index> agents;
  for (Index i = s.fleet.size() - 1; i >= 0; --i)
    if (sample::number(seed, 60, static_cast<std::uint32_t>(i), 3) != 0) agents.push_back(i);
  return agents;
}

TEST_CASE("the sum over pairs without the pairs is the sum over pairs") {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    const Sample s = make(seed);
    const std::vector<Index> agents = some_of(s, seed);
    double truth = 0.0;
    for (const Index i : agents)
      for (const Index j : agents) {
        const std::int64_t d = distance::distance(s.tree, i, j);
        if (i < j && d != distance::unreachable) truth += 1e-9 * static_cast<double>(d);
      }
    CHECK(distance::pair_sum_pu(s.tree, agents) == doctest::Approx(truth).epsilon(1e-12));
  }
}

TEST_CASE("squared shared lengths add up to those of every ordered pair") {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    const Sample s = make(seed);
    const std::vector<Index> agents = some_of(s, seed);
    double truth = 0.0;
    for (const Index i : agents)
      for (const Index j : agents) {
        const Index a = s.tree.node[i];
        const Index b = s.tree.node[j];
        if (a == none || b == none || s.tree.feeder[a] != s.tree.feeder[b]) continue;
        const double x =
            1e-9 * static_cast<double>(s.tree.depth[distance::common_ancestor(s.tree, a, b)]);
        truth += x * x;
      }
    CHECK(distance::shared_square_sum(s.tree, agents) == doctest::Approx(truth).epsilon(1e-12));
  }
}

TEST_CASE("three agents on a fork meet at its foot") {
  feeder::Case grid;  // 1 - 2, and 3, 4, 5 on 2 at 0.1, 0.2, 0.3
  for (BusId id = 1; id <= 5; ++id)
    sample::add_bus(grid, id, id == 1 ? feeder::BusType::source : feeder::BusType::pq);
  sample::add_branch(grid, 0, 1, 0.5, 0.0);
  for (Index b = 2; b < 5; ++b) sample::add_branch(grid, 1, b, 0.1 * (b - 1), 0.0);
  const fleet::Fleet fleet = sample::fleet_at(3, 1, [](Index i) { return i + 2; });
  const auto tree =
      distance::make_agent_tree(grid, feeder::make_forest(grid), fleet, EdgeLength::resistance);
  const Index all[] = {0, 1, 2};
  const auto meetings = distance::meetings_of(tree, all);
  CHECK(meetings.node == std::vector<Index>{1, 2, 3, 4});
  CHECK(meetings.pairs == std::vector<std::int64_t>{6, 1, 1, 1});
  CHECK(distance::pair_sum_pu(tree, all) == doctest::Approx(0.3 + 0.4 + 0.5));
}

TEST_CASE("one agent or none has no pairs") {
  const Sample s = make(1);
  CHECK(distance::pair_sum_pu(s.tree, {}) == 0.0);
  const Index one[] = {4};
  CHECK(distance::pair_sum_pu(s.tree, one) == 0.0);
}

}  // namespace
