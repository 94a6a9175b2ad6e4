// SPDX-License-Identifier: BSD-3-Clause
// Where tap changers come to rest, by hand.
#include <doctest/doctest.h>

#include <cmath>

#include "devices.hpp"
#include "gridswarm/feeder/spanning.hpp"
#include "gridswarm/flow/mesh_newton.hpp"
#include "gridswarm/flow/solver.hpp"
#include "gridswarm/flow/taps.hpp"
#include "gridswarm/flow/tree_newton.hpp"

using namespace gridswarm;

namespace {

flow::FlowResult at_taps(const feeder::Case& grid, const std::vector<double>& p,
                         const std::vector<double>& q, const std::vector<std::int32_t>& tap) {
  flow::FlowWork work;
  flow::FlowResult result;
  flow::Injections injections{static_cast<Index>(p.size()) / grid.buses.size(), p, q};
  injections.tap = tap;
  flow::solve_tree_newton(grid, feeder::spanning_forest(grid).forest, injections, {}, work, result);
  return result;
}

flow::FlowResult solve_at_door(const feeder::Case& grid, const std::vector<double>& p,
                               const std::vector<double>& q, const char* method,
                               bool fixed_taps = false) {
  flow::FlowOptions options;
  options.method = method;
  options.fixed_taps = fixed_taps;
  flow::FlowWork work;
  flow::FlowResult result;
  const flow::Solver solver = flow::prepare(grid, options);
  flow::solve(solver, {static_cast<Index>(p.size()) / grid.buses.size(), p, q}, options, work,
              result);
  return result;
}

double vm(const flow::FlowResult& r, std::size_t bus) {
  return std::hypot(r.v_re[bus], r.v_im[bus]);
}

/// Source - line - transformer with taps - load, either way round; 1 % per tap.
feeder::Case regulated(bool is_reversed, test::TapEnd end) {
  feeder::Case grid = test::two_buses(0.01, 0.03);
  test::add_bus(grid, feeder::BusType::pq);
  const Index e = test::add_branch(grid, is_reversed ? 2 : 1, is_reversed ? 1 : 2, 0.005, 0.02);
  grid.branches.ratio[e] = 1.02;
  grid.branches.b_pu[e] = 0.04;
  test::add_tap_changer(grid, e, 0.01, end);
  grid.tap_changers.bus[0] = 2;
  return grid;
}

}  // namespace

TEST_CASE("a tap is the ratio it stands for, at either end and either way round") {
  const std::vector<double> p = {0, -0.1, -0.8}, q = {0, -0.1, -0.3};
  for (const bool is_reversed : {false, true})
    for (const test::TapEnd end : {test::taps_at_to, test::taps_at_from})
      for (const std::int32_t tap : {-7, 0, 5}) {
        feeder::Case grid = regulated(is_reversed, end);
        const auto result = at_taps(grid, p, q, {tap});
        feeder::Case plain = grid;
        plain.tap_changers = {};
        const double turns = 1.0 + 0.01 * tap;
        plain.branches.ratio[1] = end == test::taps_at_from ? 1.02 * turns : 1.02 / turns;
        const auto expected = test::solved(plain, 1, p, q);
        for (std::size_t k = 0; k < 3; ++k) {
          CHECK(std::abs(result.v_re[k] - expected.v_re[k]) < 1e-10);
          CHECK(std::abs(result.v_im[k] - expected.v_im[k]) < 1e-10);
        }
        CHECK(result.tap[0] == tap);
      }
}

TEST_CASE("a changer rests at the first tap inside its band, whatever way its taps work") {
  const std::vector<double> p = {0, -0.1, -0.8}, q = {0, -0.1, -0.3};
  for (const char* method : {"tree_newton", "automatic"})
    for (const bool is_reversed : {false, true})
      for (const test::TapEnd end : {test::taps_at_to, test::taps_at_from}) {
        feeder::Case grid = regulated(is_reversed, end);
        grid.tap_changers.v_set_pu[0] = 1.03;
        const auto result = solve_at_door(grid, p, q, method);
        const double fixed = vm(solve_at_door(grid, p, q, method, true), 2);
        REQUIRE(result.status[0] == flow::FlowStatus::converged);
        CHECK(std::abs(vm(result, 2) - 1.03) <= 0.01);
        CHECK(std::abs(fixed - 1.03) > 0.01);
        const std::int32_t back = result.tap[0] > 0 ? -1 : 1;
        const auto before = at_taps(grid, p, q, {result.tap[0] + back});
        CHECK(std::abs(vm(before, 2) - 1.03) > 0.01);
        CHECK(std::abs(vm(at_taps(grid, p, q, {result.tap[0]}), 2) - vm(result, 2)) < 1e-10);
      }
}

TEST_CASE("scenarios of a batch find their own taps, and no other is touched") {
  feeder::Case grid = regulated(false, test::taps_at_from);
  std::vector<double> p, q;
  for (int s = 0; s < 12; ++s)
    for (const double load : {0.0, 0.0, -0.12 * s}) {
      p.push_back(load);
      q.push_back(0.3 * load);
    }
  const auto result = solve_at_door(grid, p, q, "tree_newton");
  for (std::size_t s = 0; s < 12; ++s) {
    CAPTURE(s);
    CHECK(std::abs(std::hypot(result.v_re[3 * s + 2], result.v_im[3 * s + 2]) - 1.0) <= 0.01);
    const auto first = p.begin() + static_cast<std::ptrdiff_t>(3 * s);
    const std::vector<double> p1(first, first + 3);
    const std::vector<double> q1 = {0, 0, 0.3 * p1[2]};
    const auto alone = solve_at_door(grid, p1, q1, "tree_newton");
    CHECK(alone.tap[0] == result.tap[s]);
    CHECK(alone.v_re[2] == result.v_re[3 * s + 2]);
  }
  CHECK(result.tap[11] < result.tap[0]);  // a lower ratio lifts the voltage of the loaded side
}

TEST_CASE("a band narrower than a step ends at the nearer tap, and is counted as hunting") {
  feeder::Case grid = regulated(false, test::taps_at_from);
  grid.tap_changers.v_band_pu[0] = 1e-4;
  const std::vector<double> p = {0, -0.1, -0.8}, q = {0, -0.1, -0.3};
  flow::FlowWork work;
  flow::FlowResult result;
  const feeder::Forest forest = feeder::spanning_forest(grid).forest;
  const auto search = flow::search_taps(
      grid, forest, {1, p, q},
      [&](const flow::Injections& given, flow::FlowResult& found) {
        flow::solve_tree_newton(grid, forest, given, {}, work, found);
      },
      result);
  CHECK(search.hunting == 1);
  CHECK(result.status[0] == flow::FlowStatus::converged);
  const double error = std::abs(vm(result, 2) - 1.0);
  for (const std::int32_t off : {-1, 1})
    CHECK(error <= std::abs(vm(at_taps(grid, p, q, {result.tap[0] + off}), 2) - 1.0));
}

TEST_CASE("a changer stops at the end of its taps") {
  feeder::Case grid = regulated(false, test::taps_at_from);
  grid.tap_changers.v_set_pu[0] = 1.5;
  const auto result = solve_at_door(grid, {0, 0, -0.1}, {0, 0, 0}, "tree_newton");
  CHECK(result.tap[0] == -16);
}

TEST_CASE("line drop compensation holds the voltage at the far end of a line") {
  feeder::Case grid = regulated(false, test::taps_at_from);
  test::add_bus(grid, feeder::BusType::pq);
  test::add_branch(grid, 2, 3, 0.02, 0.04);
  grid.branches.b_pu[1] = 0.0;
  grid.tap_changers.r_comp_pu[0] = 0.02;
  grid.tap_changers.x_comp_pu[0] = 0.04;
  const auto result = solve_at_door(grid, {0, 0, 0, -0.8}, {0, 0, 0, -0.3}, "tree_newton");
  CHECK(std::abs(vm(result, 3) - 1.0) <= 0.01);
  CHECK(vm(result, 2) > 1.01);
}

TEST_CASE("the changer near the source moves first, the one behind it only as far as it must") {
  feeder::Case grid = regulated(false, test::taps_at_from);
  test::add_bus(grid, feeder::BusType::pq);
  const Index e = test::add_branch(grid, 2, 3, 0.002, 0.005);
  test::add_tap_changer(grid, e, 0.01, test::taps_at_from);
  const auto result = solve_at_door(grid, {0, 0, -0.6, -0.2}, {0, 0, -0.3, -0.1}, "tree_newton");
  CHECK(std::abs(vm(result, 2) - 1.0) <= 0.01);
  CHECK(std::abs(vm(result, 3) - 1.0) <= 0.01);
  CHECK(result.tap[0] < -3);
  CHECK(std::abs(result.tap[1]) <= 1);
}

TEST_CASE("a changer whose branch closes a loop moves as well") {
  if (!flow::klu_available()) return;
  feeder::Case grid = regulated(false, test::taps_at_from);
  test::add_branch(grid, 0, 2, 0.01, 0.01);  // shorter than the way through the transformer
  const std::vector<double> p = {0, -0.1, -0.8}, q = {0, -0.1, -0.3};
  const auto still = solve_at_door(grid, p, q, "newton", true);
  REQUIRE(vm(still, 2) < 0.99);
  grid.tap_changers.v_set_pu[0] = vm(still, 2) + 0.006;
  grid.tap_changers.v_band_pu[0] = 0.008;
  const auto result = solve_at_door(grid, p, q, "newton");
  CHECK(result.tap[0] < grid.tap_changers.tap[0]);
  CHECK(std::abs(vm(result, 2) - grid.tap_changers.v_set_pu[0]) <= 0.004);
}
