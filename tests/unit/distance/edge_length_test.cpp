// SPDX-License-Identifier: BSD-3-Clause
#include "gridswarm/distance/edge_length.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "../small_circuit.hpp"
#include "gridswarm/base/error.hpp"
#include "gridswarm/distance/electrical.hpp"
#include "gridswarm/feeder/reduction.hpp"
#include "sample.hpp"

namespace {

using namespace gridswarm;
using distance::EdgeLength;
using distance::LengthRule;

/// Reactance that the paths of two buses from behind the source share: dV_i/dQ_j, by walking.
double shared_reactance(const feeder::Forest& forest, Index bus_a, Index bus_b, double x_source) {
  std::vector<std::int8_t> passed(static_cast<std::size_t>(forest.size()), 0);
  for (Index q = forest.position[bus_a]; q != none; q = forest.parent[q]) passed[q] = 1;
  double x = x_source;
  for (Index q = forest.position[bus_b]; q != none; q = forest.parent[q])
    if (passed[q]) x += forest.x_pu[q];
  return x;
}

TEST_CASE("log sensitivity is -log10(a_ij a_ji) of the reactances that paths share") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const feeder::Case grid = sample::random_case(1, 30, seed, 1 + static_cast<Index>(seed % 5));
    const feeder::Forest forest = feeder::make_forest(grid);
    const fleet::Fleet fleet = sample::fleet_at(30, seed, [](Index i) { return i; });
    const double x_source = 0.002 * static_cast<double>(seed);
    const auto tree =
        distance::make_agent_tree(grid, forest, fleet, {EdgeLength::log_sensitivity, x_source, {}});
    for (Index i = 0; i < 30; ++i)
      for (Index j = 0; j < 30; ++j) {
        const double x_ij = shared_reactance(forest, i, j, x_source);
        const double a_ij = x_ij / shared_reactance(forest, j, j, x_source);
        const double a_ji = x_ij / shared_reactance(forest, i, i, x_source);
        // Each of at most 58 edges is rounded to 1e-9.
        CHECK(1e-9 * static_cast<double>(distance::distance(tree, i, j)) ==
              doctest::Approx(-std::log10(a_ij * a_ji)).epsilon(3e-8));
      }
  }
}

TEST_CASE("doubling the reactance behind a bus is 0.301 decades, wherever it lies") {
  feeder::Case grid;
  for (BusId id = 1; id <= 3; ++id)
    sample::add_bus(grid, id, id == 1 ? feeder::BusType::source : feeder::BusType::pq);
  sample::add_branch(grid, 0, 1, 9.0, 0.01);
  sample::add_branch(grid, 1, 2, 9.0, 0.02);
  const auto length = distance::edge_lengths(grid, feeder::make_forest(grid),
                                             {EdgeLength::log_sensitivity, 0.01, {}});
  CHECK(length == std::vector<std::int64_t>{0, 301'029'996, 301'029'996});
}

TEST_CASE("our logarithm is the library's to the last digits") {
  for (double x = 1e-300; x < 1e300; x *= 1.37)
    CHECK(distance::decades_of(x) == doctest::Approx(std::log10(x)).epsilon(1e-15));
  for (double x = 1.0; x < 10.0; x += 0.0137)
    CHECK(std::abs(distance::decades_of(x) - std::log10(x)) < 1e-15);
  CHECK(distance::decades_of(1.0) == 0.0);
}

TEST_CASE("custom lengths belong to branches, whatever order they are visited in") {
  feeder::Case grid;
  for (BusId id = 1; id <= 4; ++id)
    sample::add_bus(grid, id, id == 1 ? feeder::BusType::source : feeder::BusType::pq);
  sample::add_branch(grid, 3, 2, 0.1, 0.1);  // 4-3, seen from its to end
  sample::add_branch(grid, 0, 1, 0.1, 0.1);
  sample::add_branch(grid, 1, 2, 0.1, 0.1);
  const double km[] = {7.0, 0.5, 0.25};
  const feeder::Forest forest = feeder::make_forest(grid);
  const fleet::Fleet fleet = sample::fleet_at(4, 1, [](Index i) { return i; });
  const auto tree = distance::make_agent_tree(grid, forest, fleet, {EdgeLength::custom, 0.0, km});
  CHECK(distance::distance(tree, 0, 3) == 7'750'000'000);
  CHECK(distance::distance(tree, 1, 2) == 250'000'000);
}

TEST_CASE("behind a transformer impedances count as its source side sees them") {
  // Ratio 0.5 at the from end doubles the voltage behind it: 0.08 there is 0.02 from the source.
  feeder::Case grid;
  for (BusId id = 1; id <= 3; ++id)
    sample::add_bus(grid, id, id == 1 ? feeder::BusType::source : feeder::BusType::pq);
  sample::add_branch(grid, 0, 1, 0.0, 0.04);
  sample::add_branch(grid, 1, 2, 0.08, 0.0);
  grid.branches.ratio[0] = 0.5;
  const auto length =
      distance::edge_lengths(grid, feeder::make_forest(grid), EdgeLength::magnitude);
  CHECK(length == std::vector<std::int64_t>{0, 10'000'000, 20'000'000});
  // The same wires, the transformer written from its other end.
  feeder::Case turned = grid;
  turned.branches.from[0] = 1;
  turned.branches.to[0] = 0;
  turned.branches.x_pu[0] = 0.01;
  turned.branches.ratio[0] = 2.0;
  CHECK(distance::edge_lengths(turned, feeder::make_forest(turned), EdgeLength::magnitude) ==
        length);
}

TEST_CASE("per phase, log sensitivity is that of the three-phase twin") {
  feeder::Case grid = sample::random_case(1, 12, 3);
  feeder::Case third = grid;
  third.per_phase = true;
  for (Index e = 0; e < third.branches.size(); ++e) third.branches.x_pu[e] *= 3.0;
  const LengthRule rule{EdgeLength::log_sensitivity, 0.005, {}};
  const feeder::Forest forest = feeder::make_forest(grid);
  const auto one = distance::edge_lengths_pu(grid, forest, rule);
  const auto other = distance::edge_lengths_pu(third, feeder::make_forest(third), rule);
  for (std::size_t q = 0; q < one.size(); ++q) CHECK(one[q] == doctest::Approx(other[q]));
}

TEST_CASE("of a circuit, a wire has Z_1 of three phases and three times the loop of one") {
  test::SmallCircuit small;
  small.source("head");
  const auto head = small.nodes("head", {1, 2, 3});
  const auto bus = small.nodes("bus", {1, 2, 3});
  const auto tap = small.nodes("tap", {1});
  small.line(head, bus, test::SmallCircuit::diagonal(3, {0.5, 1.0}, {0.2, 0.4}));
  small.line({bus[0]}, tap, {{0.3, 0.4}});
  const feeder::Case grid = feeder::reduce(small.circuit);
  const feeder::Forest forest = feeder::make_forest(grid);
  const auto length = distance::edge_lengths_pu(grid, forest, EdgeLength::magnitude);
  const double ohm = 3.0 * 2.4 * 2.4;  // of 1 p.u. on 1 MVA
  const auto of_bus = [&](const char* name) {
    for (Index q = 0; q < forest.size(); ++q)
      if (grid.buses.name[forest.bus[q]] == name) return length[q];
    return -1.0;
  };
  CHECK(of_bus("bus") == doctest::Approx(std::hypot(0.3, 0.6) / ohm));
  CHECK(of_bus("tap") == doctest::Approx(3.0 * 0.5 / ohm));
}

TEST_CASE("rules that can't be followed are refused with the number") {
  const feeder::Case grid = sample::random_case(1, 3, 1);
  const feeder::Forest forest = feeder::make_forest(grid);
  const auto refusal = [&](const LengthRule& rule) -> std::string {
    try {
      (void)distance::edge_lengths(grid, forest, rule);
    } catch (const UsageError& error) {
      return error.what();
    }
    return "";
  };
  CHECK(refusal({EdgeLength::log_sensitivity, 0.0, {}}).find("x_source_pu is 0.0") == 0);
  CHECK(refusal({EdgeLength::log_sensitivity, std::nan(""), {}}).find("x_source_pu is") == 0);
  const double one[] = {1.0};
  CHECK(refusal({EdgeLength::custom, 0.0, one}) ==
        "edge_length custom needs a length for each of the 2 branches, and there are 1");
  const double negative[] = {1.0, -2.0};
  CHECK(refusal({EdgeLength::custom, 0.0, negative}).find("the length of branch 2 is -2.0") == 0);
  const double no_number[] = {std::nan(""), 1.0};
  CHECK(refusal({EdgeLength::custom, 0.0, no_number}).find("the length of branch 1 is") == 0);
  const double fine[] = {0.0, 1e12};  // cut at 1000
  CHECK(distance::edge_lengths(grid, forest, {EdgeLength::custom, 0.0, fine})[2] ==
        1000'000'000'000);
}

}  // namespace
