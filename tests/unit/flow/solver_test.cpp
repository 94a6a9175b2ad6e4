// SPDX-License-Identifier: BSD-3-Clause
// The one door: it names what it can't use, and reports what it did.
#include "gridswarm/flow/solver.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <string>

#include "devices.hpp"
#include "gridswarm/base/error.hpp"
#include "gridswarm/flow/branch_flow.hpp"

using namespace gridswarm;
using flow::Method;

namespace {

/// The sentence of the UsageError that solving this brings; empty where there is none.
std::string refusal(const feeder::Case& grid, Index scenarios, const std::vector<double>& p_pu,
                    const std::vector<double>& q_pu) {
  flow::FlowWork work;
  flow::FlowResult result;
  const flow::Solver solver = flow::prepare(grid, {});
  try {
    flow::solve(solver, {scenarios, p_pu, q_pu}, {}, work, result);
  } catch (const UsageError& error) {
    return error.what();
  }
  return {};
}

}  // namespace

TEST_CASE("a load that is not finite is refused with its scenario and the file's bus number") {
  const feeder::Case grid = test::two_buses(0.01, 0.02);  // buses 100 and 101
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double inf = std::numeric_limits<double>::infinity();
  std::vector<double> p(2 * 20, -0.1), q(2 * 20, -0.05);
  CHECK(refusal(grid, 20, p, q).empty());
  p[2 * 17 + 1] = nan;
  CHECK(refusal(grid, 20, p, q).find("active power at bus 101 in scenario 17 is nan") !=
        std::string::npos);
  p[2 * 17 + 1] = -0.1;
  q[2 * 3 + 1] = -inf;
  CHECK(refusal(grid, 20, p, q).find("reactive power at bus 101 in scenario 3 is -inf") !=
        std::string::npos);
}

TEST_CASE("what a bus without supply draws is ignored, finite or not") {
  const feeder::Case grid = test::everything(6, 2);  // its last bus has no supply
  const Index buses = grid.buses.size();
  std::vector<double> p(buses, -0.01), q(buses, 0.0);
  p[buses - 1] = NAN;
  CHECK(refusal(grid, 1, p, q).empty());
}

TEST_CASE("arrays of another size are refused by name") {
  const feeder::Case grid = test::two_buses(0.01, 0.02);
  CHECK(refusal(grid, 2, {0.0, 0.1}, {0.0, 0.1}).find("4 numbers p_pu") != std::string::npos);
}

TEST_CASE("words for methods are read back, others are refused with those that exist") {
  for (const Method method : {Method::automatic, Method::sweep, Method::tree_newton,
                              Method::lindistflow, Method::compensation, Method::newton})
    CHECK(flow::method_of(flow::name_of(method)) == method);
  CHECK_THROWS_WITH_AS(flow::method_of("gauss"), doctest::Contains("tree_newton"), UsageError);
}

TEST_CASE("every scenario tells what solved it") {
  const feeder::Case grid = test::two_buses(0.01, 0.02);
  const std::vector<double> p(4, -0.1), q(4, 0.0);
  flow::FlowWork work;
  flow::FlowResult result;
  const flow::Solver solver = flow::prepare(grid, {});
  flow::solve(solver, {2, p, q}, {}, work, result);
  CHECK(solver.chosen);
  CHECK(result.method.size() == 2);
  CHECK(result.method[1] == Method::sweep);
}

TEST_CASE("a forced method that can't solve a case names the branches or the bus in its way") {
  flow::FlowOptions sweep, tree;
  sweep.method = "sweep";
  tree.method = "tree_newton";
  feeder::Case loop = test::two_buses(0.01, 0.02);
  test::add_branch(loop, 0, 1, 0.03, 0.02);
  for (const auto& options : {sweep, tree})
    CHECK_THROWS_WITH_AS(flow::prepare(loop, options), doctest::Contains("100-101"), UsageError);
  feeder::Case held = test::two_buses(0.01, 0.02);
  held.buses.type[1] = feeder::BusType::pv;
  test::add_generator(held, 1, 1.01, -1.0, 1.0);
  CHECK_THROWS_WITH_AS(flow::prepare(held, sweep), doctest::Contains("voltage of bus 101"),
                       UsageError);
  feeder::Case device = test::two_buses(0.01, 0.02);
  test::add_load(device, 1, 0.1, 0.05, 0.0, 0.0, 0.0, 0.0);
  CHECK_THROWS_WITH_AS(flow::prepare(device, sweep), doctest::Contains("stand apart"), UsageError);
}

TEST_CASE("what follows the voltage is never left out: automatic takes a method that sees it") {
  feeder::Case device = test::two_buses(0.01, 0.02);
  test::add_load(device, 1, 0.1, 0.05, 0.0, 0.0, 0.0, 0.0);
  const std::vector<double> none_at_buses(2, 0.0);
  flow::FlowWork work;
  flow::FlowResult with, as_bus;
  flow::solve(flow::prepare(device, {}), {1, none_at_buses, none_at_buses}, {}, work, with);
  CHECK(with.method[0] != Method::sweep);
  const std::vector<double> p = {0.0, -0.1}, q = {0.0, -0.05};
  flow::solve(flow::prepare(test::two_buses(0.01, 0.02), {}), {1, p, q}, {}, work, as_bus);
  CHECK(with.v_re[1] == doctest::Approx(as_bus.v_re[1]).epsilon(1e-10));
  CHECK(with.v_im[1] == doctest::Approx(as_bus.v_im[1]).epsilon(1e-10));
}

TEST_CASE("a case whose source feeds nobody, or that has none, is unsupplied") {
  feeder::Case cut = test::two_buses(0.01, 0.02);
  cut.branches.in_service[0] = 0;
  cut.buses.gs_mw[0] = 0.5;
  feeder::Case dark = test::two_buses(0.01, 0.02);
  dark.buses.type[0] = feeder::BusType::pq;
  const std::vector<double> p(4, -0.1), q(4, 0.0);
  flow::FlowWork work;
  flow::FlowResult result;
  flow::solve(flow::prepare(cut, {}), {2, p, q}, {}, work, result);
  for (int s = 0; s < 2; ++s) {
    CHECK(result.status[s] == flow::FlowStatus::unsupplied);
    CHECK(result.v_re[2 * s] == 1.0);
    CHECK(std::isnan(result.v_re[2 * s + 1]));
    CHECK(result.source_p_pu[s] == 0.5);
    CHECK(result.worst_bus[s] == none);
  }
  flow::FlowOptions newton;
  newton.method = "newton";
  for (const auto& options : {flow::FlowOptions(), newton}) {
    flow::solve(flow::prepare(dark, options), {2, p, q}, options, work, result);
    CHECK(result.status[1] == flow::FlowStatus::unsupplied);
    CHECK(std::isnan(result.v_re[0]));
  }
}

TEST_CASE("automatic sweeps a lightly loaded tree and takes Newton for a stressed one") {
  feeder::Case light = test::two_buses(0.02, 0.04);
  light.buses.pd_mw[1] = 1.0;  // foretold: 0.98
  feeder::Case heavy = light;
  heavy.buses.pd_mw[1] = 9.5;  // foretold: 0.81
  CHECK(flow::prepare(light, {}).method == Method::sweep);
  CHECK(flow::prepare(heavy, {}).method == Method::tree_newton);
  feeder::Case device = light;
  test::add_load(device, 1, 0.1, 0.05, 0.0, 0.0, 0.0, 0.0);
  CHECK(flow::prepare(device, {}).method == Method::tree_newton);
  feeder::Case loop = light;
  test::add_branch(loop, 0, 1, 0.03, 0.02);
  CHECK(flow::prepare(loop, {}).method == Method::newton);
}

TEST_CASE("what the sweep does not solve, Newton does, and says so; a forced sweep stays alone") {
  // Closed form of one load: lambda of the margin is 1 / (2 (R P + X Q + |Z| |S|)).
  const double r = 0.02, x = 0.05;
  const double limit = 1.0 / (2.0 * (r + std::hypot(r, x)));  // P at Q = 0
  const feeder::Case grid = test::two_buses(r, x);
  const std::vector<double> p = {0.0, -1.0, 0.0, -0.9999 * limit, 0.0, -1.1 * limit}, q(6, 0.0);
  flow::FlowOptions forced;
  forced.method = "sweep";
  flow::FlowWork work;
  flow::FlowResult result, alone;
  flow::solve(flow::prepare(grid, forced), {3, p, q}, forced, work, alone);
  CHECK(alone.status[1] == flow::FlowStatus::diverged);
  CHECK(alone.method[1] == Method::sweep);
  flow::solve(flow::prepare(grid, {}), {3, p, q}, {}, work, result);
  CHECK(result.method[0] == Method::sweep);
  CHECK(result.v_re[1] == alone.v_re[1]);
  CHECK(result.status[1] == flow::FlowStatus::converged);
  CHECK(result.method[1] == Method::tree_newton);
  CHECK(result.iterations[1] > alone.iterations[1]);
  // V^4 + (2 R P - 1) V^2 + |Z|^2 P^2 = 0, the upper root
  const double b = 2.0 * r * 0.9999 * limit - 1.0;
  const double c = (r * r + x * x) * 0.9999 * 0.9999 * limit * limit;
  CHECK(std::hypot(result.v_re[3], result.v_im[3]) ==
        doctest::Approx(std::sqrt(0.5 * (-b + std::sqrt(b * b - 4.0 * c)))).epsilon(1e-7));
  CHECK(result.status[2] != flow::FlowStatus::converged);
  CHECK(std::isfinite(result.v_re[5]));
  CHECK(result.worst_bus[2] == 1);
}
