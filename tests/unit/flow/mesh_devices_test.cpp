// SPDX-License-Identifier: BSD-3-Clause
// Networks with loops: devices that follow the voltage, taps, switches, flows of branches.
#include <doctest/doctest.h>

#include <cmath>

#include "devices.hpp"
#include "gridswarm/flow/branch_flow.hpp"
#include "mesh_grids.hpp"

using namespace gridswarm;
using flow::FlowStatus;

namespace {

void add_taps(feeder::Case& grid, Index branch, bool from_end) {
  feeder::TapChangers& taps = grid.tap_changers;
  taps.id.push_back(taps.size() + 1);
  taps.branch.push_back(branch);
  taps.ratio0.push_back(1.0);
  taps.step.push_back(0.01);
  taps.from_end.push_back(from_end);
  taps.tap.push_back(0);
  taps.tap_min.push_back(-9);
  taps.tap_max.push_back(9);
  taps.automatic.push_back(0);
  taps.bus.push_back(grid.branches.to[branch]);
  for (auto* column : {&taps.v_set_pu, &taps.v_band_pu, &taps.r_comp_pu, &taps.x_comp_pu})
    column->push_back(0.0);
}

flow::BranchFlows flows_of(const feeder::Case& grid, const flow::Injections& injections,
                           const flow::FlowResult& result, Index scenario) {
  const auto mesh = flow::prepare_mesh(grid);
  flow::BranchFlows flows;
  flow::branch_flows(grid, mesh->y.spanning.forest, injections, result, scenario, flows);
  return flows;
}

}  // namespace

TEST_CASE("a load of constant impedance is a shunt, one of constant power an injection") {
  feeder::Case with_devices = test::meshed(30, 6, 1);
  feeder::Case with_shunts = with_devices;
  test::add_load(with_devices, 11, 2.0, 1.0, 0.0, 1.0, 0.0, 1.0);
  test::add_load(with_devices, 17, 1.0, 0.5, 0.0, 0.0, 0.0, 0.0);
  with_shunts.buses.gs_mw[11] += 2.0;
  with_shunts.buses.bs_mvar[11] -= 1.0;
  const auto powers = test::random_powers(with_devices, 3, 0.2);
  auto shifted = powers;
  for (Index s = 0; s < 3; ++s) {
    shifted.p[s * 31 + 17] -= 0.1;
    shifted.q[s * 31 + 17] -= 0.05;
  }
  const auto a = test::solved_mesh(with_devices, powers.injections());
  const auto b = test::solved_mesh(with_shunts, shifted.injections());
  for (Index s = 0; s < 3; ++s) {
    REQUIRE(a.status[s] == FlowStatus::converged);
    for (Index k = 0; k < 30; ++k)
      CHECK(a.v_re[s * 31 + k] == doctest::Approx(b.v_re[s * 31 + k]).epsilon(1e-10));
    const auto v = test::voltages(with_devices, a, s);
    CHECK(a.load_p_pu[2 * s] == doctest::Approx(0.2 * std::norm(v[11])).epsilon(1e-12));
    CHECK(a.load_p_pu[2 * s + 1] == doctest::Approx(0.1).epsilon(1e-12));
  }
}

TEST_CASE("volt-var converges where a steep curve would make an outer loop diverge") {
  feeder::Case grid = test::two_buses(0.0, 0.1);
  test::add_branch(grid, 0, 1, 0.0, 0.1);  // x = 0.05 in all
  feeder::Inverters& inverters = grid.inverters;
  inverters.id.push_back(1);
  inverters.bus.push_back(1);
  inverters.p_mw.push_back(0.0);
  inverters.q_mvar.push_back(0.0);
  inverters.rating_mva.push_back(10.0);
  inverters.rule.push_back(feeder::VarRule::volt_var);
  inverters.tan_phi.push_back(0.0);
  Curve curve;  // slope -10 per p.u. of 10 MVA: loop gain 100 * 0.05 = 5
  curve.count = 2;
  curve.x[0] = 0.9;
  curve.y[0] = 1.0;
  curve.x[1] = 1.1;
  curve.y[1] = -1.0;
  inverters.volt_var.push_back(curve);
  inverters.volt_watt.push_back({});
  inverters.in_service.push_back(1);
  const std::vector<double> p = {0.0, 0.0}, q = {0.0, -2.0};
  const auto result = test::solved_mesh(grid, {1, p, q});
  REQUIRE(result.status[0] == FlowStatus::converged);
  // V (V - 1) / x = Q with Q = -2 + 100 (1 - V).
  const double v = result.v_re[1];
  CHECK(v * (v - 1) / 0.05 == doctest::Approx(-2.0 + 100.0 * (1.0 - v)).epsilon(1e-10));
  CHECK(result.inverter_q_pu[0] == doctest::Approx(100.0 * (1.0 - v)).epsilon(1e-10));
}

TEST_CASE("a tap of a scenario is the ratio of the branch in a case of its own") {
  feeder::Case grid = test::meshed(30, 6, 5);
  const Index first = 7;
  const Index second = grid.branches.size() - 1;
  for (const Index e : {first, second}) {
    grid.branches.ratio[e] = 1.0;
    grid.branches.r_pu[e] = 0.001;
    grid.branches.x_pu[e] = 0.01;
  }
  add_taps(grid, first, true);
  add_taps(grid, second, false);
  const auto powers = test::random_powers(grid, 3, 0.2);
  const std::vector<std::int32_t> tap = {0, 0, 4, -3, -2, 5};
  flow::Injections injections = powers.injections();
  injections.tap = tap;
  const auto result = test::solved_mesh(grid, injections);
  for (Index s = 0; s < 3; ++s) {
    CAPTURE(s);
    REQUIRE(result.status[s] == FlowStatus::converged);
    feeder::Case own = grid;
    own.tap_changers = {};
    own.branches.ratio[first] = 1.0 + 0.01 * tap[2 * s];
    own.branches.ratio[second] = 1.0 / (1.0 + 0.01 * tap[2 * s + 1]);
    const std::span<const double> p(powers.p), q(powers.q);
    const flow::Injections one = {1, p.subspan(s * 31, 31), q.subspan(s * 31, 31)};
    const auto alone = test::solved_mesh(own, one);
    for (Index k = 0; k < 30; ++k) {
      CHECK(result.v_re[s * 31 + k] == doctest::Approx(alone.v_re[k]).epsilon(1e-10));
      CHECK(result.v_im[s * 31 + k] == doctest::Approx(alone.v_im[k]).scale(1).epsilon(1e-10));
    }
    const auto batch = flows_of(grid, injections, result, s);
    const auto single = flows_of(own, one, alone, 0);
    CHECK(batch.losses_mw == doctest::Approx(single.losses_mw).epsilon(1e-7));
  }
}

TEST_CASE("branch flows leave no power unexplained at any bus, switches included") {
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    CAPTURE(seed);
    feeder::Case grid = test::meshed(50, 10, seed);
    test::hold(grid, 30, 1.01);
    const auto powers = test::random_powers(grid, 2, 0.2);
    const auto result = test::solved_mesh(grid, powers.injections());
    const auto flows = flows_of(grid, powers.injections(), result, 1);
    const auto v = test::voltages(grid, result, 1);
    std::vector<test::Complex> left(51);
    for (Index k = 2; k < 50; ++k) {
      const std::size_t at = 51 + static_cast<std::size_t>(k);
      left[k] = test::Complex(powers.p[at], powers.q[at] + result.held_q_pu[at]) * grid.base_mva -
                test::Complex(grid.buses.gs_mw[k], -grid.buses.bs_mvar[k]) * std::norm(v[k]);
    }
    double losses_mw = 0.0;
    for (Index e = 0; e < grid.branches.size(); ++e) {
      left[grid.branches.from[e]] -= test::Complex(flows.pf_mw[e], flows.qf_mvar[e]);
      left[grid.branches.to[e]] -= test::Complex(flows.pt_mw[e], flows.qt_mvar[e]);
      losses_mw += flows.pf_mw[e] + flows.pt_mw[e];
    }
    for (Index k = 2; k < 50; ++k) CHECK(std::abs(left[k]) < 1e-7);
    CHECK(flows.losses_mw == doctest::Approx(losses_mw).epsilon(1e-12));
    CHECK(losses_mw > 0.0);
    // Sources give what is lost and what loads take.
    double load_mw = 0.0;
    for (Index k = 2; k < 50; ++k)
      load_mw += -powers.p[51 + k] * grid.base_mva + grid.buses.gs_mw[k] * std::norm(v[k]);
    CHECK(result.source_p_pu[1] * grid.base_mva ==
          doctest::Approx(load_mw + losses_mw).epsilon(1e-9));
  }
}

TEST_CASE(
    "a chain of switches carries what lies behind it, a loop of switches closes without flow") {
  feeder::Case grid;
  test::add_bus(grid, feeder::BusType::source);
  for (int k = 0; k < 3; ++k) test::add_bus(grid, feeder::BusType::pq);
  test::add_branch(grid, 0, 1, 0.01, 0.02);
  test::add_branch(grid, 0, 1, 0.01, 0.02);
  test::add_branch(grid, 1, 2, 0.0, 0.0);
  test::add_branch(grid, 2, 3, 0.0, 0.0);
  test::add_branch(grid, 3, 1, 0.0, 0.0);
  const std::vector<double> p = {0, 0, -0.25, -0.5}, q(4, 0.0);
  const auto result = test::solved_mesh(grid, {1, p, q});
  REQUIRE(result.status[0] == FlowStatus::converged);
  CHECK(result.v_re[1] == result.v_re[3]);
  const auto flows = flows_of(grid, {1, p, q}, result, 0);
  CHECK(flows.pf_mw[0] == doctest::Approx(flows.pf_mw[1]).epsilon(1e-12));
  CHECK(flows.pf_mw[2] + flows.pt_mw[4] == doctest::Approx(0.75).epsilon(1e-12));
  int idle = 0;
  for (const Index e : {2, 3, 4}) idle += flows.pf_mw[e] == 0.0;
  CHECK(idle == 1);
}

TEST_CASE("a transformer without impedance turns and stretches exactly") {
  feeder::Case grid = test::two_buses(0.01, 0.02);
  test::add_bus(grid, feeder::BusType::pq);
  const Index e = test::add_branch(grid, 1, 2, 0.0, 0.0);
  grid.branches.ratio[e] = 1.05;
  grid.branches.shift_deg[e] = 30.0;
  test::add_branch(grid, 0, 1, 0.01, 0.02);
  const std::vector<double> p = {0, 0, -0.5}, q = {0, 0, -0.1};
  const auto result = test::solved_mesh(grid, {1, p, q});
  REQUIRE(result.status[0] == FlowStatus::converged);
  const auto v = test::voltages(grid, result, 0);
  const auto t = std::polar(1.05, std::acos(-1.0) / 6);
  CHECK(std::abs(v[2] - v[1] / t) < 1e-15);
  const auto flows = flows_of(grid, {1, p, q}, result, 0);
  CHECK(flows.pf_mw[e] == doctest::Approx(0.5).epsilon(1e-12));
  CHECK(flows.pt_mw[e] == doctest::Approx(-0.5).epsilon(1e-12));
}
