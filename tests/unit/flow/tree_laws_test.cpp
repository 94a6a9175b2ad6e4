// SPDX-License-Identifier: BSD-3-Clause
// What follows the voltage inside Newton on a tree: answers by hand, and outer loops that fail.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "devices.hpp"
#include "gridswarm/base/error.hpp"
#include "gridswarm/feeder/spanning.hpp"
#include "gridswarm/flow/oracle.hpp"
#include "gridswarm/flow/tree_newton.hpp"

using namespace gridswarm;
using test::Complex;
using test::newton;

namespace {

/// One scenario in which only devices draw.
flow::FlowResult alone(const feeder::Case& grid, const flow::FlowOptions& options = {}) {
  const std::vector<double> zero(static_cast<std::size_t>(grid.buses.size()), 0.0);
  return newton(grid, {1, zero, zero}, options);
}

double vm(const flow::FlowResult& result, std::size_t bus) {
  return std::hypot(result.v_re[bus], result.v_im[bus]);
}

/// A chain of five branches with loads; the last bus has room for a device.
feeder::Case chain() {
  feeder::Case grid = test::two_buses(0.01, 0.02);
  for (Index k = 1; k < 5; ++k) {
    test::add_bus(grid, feeder::BusType::pq);
    test::add_branch(grid, k, k + 1, 0.01, 0.02);
  }
  return grid;
}

}  // namespace

TEST_CASE("a load of constant impedance is a voltage divider") {
  feeder::Case grid = test::two_buses(0.03, 0.04);
  test::add_load(grid, 1, 0.8, 0.6, 0.0, 1.0, 0.0, 1.0);
  const auto result = alone(grid);
  const Complex v = 1.0 / (1.0 + Complex(0.03, 0.04) * Complex(0.8, -0.6));
  CHECK(result.v_re[1] == doctest::Approx(v.real()).epsilon(1e-13));
  CHECK(result.v_im[1] == doctest::Approx(v.imag()).epsilon(1e-13));
  CHECK(result.load_p_pu[0] == doctest::Approx(0.8 * std::norm(v)).epsilon(1e-13));
  CHECK(result.load_q_pu[0] == doctest::Approx(0.6 * std::norm(v)).epsilon(1e-13));
  CHECK(result.iterations[0] <= 2);
}

TEST_CASE("a load of constant current at the angle of its line drops a straight voltage") {
  feeder::Case grid = test::two_buses(0.1, 0.0);
  test::add_load(grid, 1, 0.5, 0.0, 1.0, 0.0, 0.0, 0.0);
  const auto result = alone(grid);
  CHECK(result.v_re[1] == doctest::Approx(0.95).epsilon(1e-13));
  CHECK(result.load_p_pu[0] == doctest::Approx(0.475).epsilon(1e-13));
}

TEST_CASE("loads of constant power count as injections do") {
  feeder::Case grid = test::two_buses(0.1, 0.05);
  const std::vector<double> p = {0, -0.5}, q = {0, -0.2}, zero = {0, 0};
  const auto plain = newton(grid, {1, p, q});
  test::add_load(grid, 1, 0.3, 0.1, 0, 0, 0, 0);
  test::add_load(grid, 1, 0.2, 0.1, 0, 0, 0, 0);
  const auto loads = newton(grid, {1, zero, zero});
  CHECK(loads.v_re[1] == doctest::Approx(plain.v_re[1]).epsilon(1e-14));
  CHECK(loads.source_p_pu[0] == doctest::Approx(plain.source_p_pu[0]).epsilon(1e-12));
  CHECK(loads.load_p_pu[1] == 0.2);
}

TEST_CASE("volt-var settles where an outer loop swings for ever, in two passes more at most") {
  feeder::Case grid = test::two_buses(0.05, 0.2);
  const std::vector<double> p = {0, 0.6}, q = {0, 0};
  const auto constant = newton(grid, {1, p, q});
  test::add_inverter(grid, 1, 0.0, 0.5, feeder::VarRule::volt_var);
  const Curve curve = test::curve({0.98, 1.02}, {1.0, -1.0});  // 25 p.u. per p.u.: x slope = 5
  grid.inverters.volt_var.back() = curve;
  const auto result = newton(grid, {1, p, q});
  REQUIRE(result.status[0] == flow::FlowStatus::converged);
  CHECK(result.iterations[0] <= constant.iterations[0] + 2);
  CHECK(result.inverter_q_pu[0] ==
        doctest::Approx(0.5 * value_at(curve, vm(result, 1))).epsilon(1e-9));

  feeder::Case plain = test::two_buses(0.05, 0.2);
  double given = 0.0, before = 0.0;
  for (int k = 0; k < 60; ++k) {
    const auto fixed = newton(plain, {1, p, std::vector<double>{0, given}});
    before = given;
    given = 0.5 * value_at(curve, vm(fixed, 1));
  }
  CHECK(std::abs(given - before) > 0.3);  // the outer loop swings between its limits
  const auto check = newton(plain, {1, p, std::vector<double>{0, result.inverter_q_pu[0]}});
  CHECK(vm(check, 1) == doctest::Approx(vm(result, 1)).epsilon(1e-10));
}

TEST_CASE("many devices along a feeder cost at most two passes above constant power") {
  for (const double steep : {1.0, 2.0, 4.0, 8.0}) {
    feeder::Case grid = chain();
    std::vector<double> p = {0, -0.9, 0.7, -0.8, 0.9, 0.9}, q = {0, -0.3, 0, -0.4, 0, 0};
    const auto constant = newton(grid, {1, p, q});
    for (Index k = 1; k < 6; ++k) {
      test::add_inverter(grid, k, 0.3, 0.5, feeder::VarRule::volt_var);
      grid.inverters.volt_var.back() =
          test::curve({1 - 0.08 / steep, 0.998, 1.002, 1 + 0.08 / steep}, {0.6, 0, 0, -0.6});
      grid.inverters.volt_watt.back() = test::curve({1.02, 1.03}, {1.0, 0.2});
      test::add_inverter(grid, k, 0.1, 0.2, feeder::VarRule::power_factor);
      grid.inverters.tan_phi.back() = -0.3;
      test::add_load(grid, k, 0.2, 0.1, 0.3, 0.3, 0.5, 0.5);
    }
    const auto result = newton(grid, {1, p, q});
    CAPTURE(steep);
    REQUIRE(result.status[0] == flow::FlowStatus::converged);
    CHECK(result.iterations[0] <= constant.iterations[0] + 2);
    for (std::size_t i = 0; i < 10; i += 2) {
      const double u = vm(result, 1 + i / 2);
      const double active = std::min(0.3, 0.5 * value_at(grid.inverters.volt_watt[i], u));
      CHECK(result.inverter_p_pu[i] == doctest::Approx(active).epsilon(1e-9));
      CHECK(result.inverter_p_pu[i + 1] == doctest::Approx(0.1).epsilon(1e-12));
      CHECK(result.inverter_q_pu[i + 1] == doctest::Approx(-0.03).epsilon(1e-12));
    }
  }
}

TEST_CASE("a held voltage is its set point to 1e-11, and KCL tells its reactive power") {
  feeder::Case grid = chain();
  grid.branches.ratio[2] = 1.03;
  grid.branches.shift_deg[2] = 30.0;
  for (const Index k : {3, 5}) {
    grid.buses.type[k] = feeder::BusType::pv;
    test::add_generator(grid, k, k == 3 ? 1.01 : 0.99, -0.1, 0.1);
  }
  const std::vector<double> p = {0, -0.5, -0.4, 0.3, -0.4, 0.2}, q = {0, -0.2, -0.2, 0.1, 0, 0};
  const auto result = newton(grid, {1, p, q});
  REQUIRE(result.status[0] == flow::FlowStatus::converged);
  CHECK(result.iterations[0] <= 7);
  CHECK(std::abs(vm(result, 3) - 1.01) < 1e-11);
  CHECK(std::abs(vm(result, 5) - 0.99) < 1e-11);
  const auto power = test::nodal_powers(grid, test::voltages(grid, result, 0));
  for (std::size_t k = 1; k < 6; ++k) {
    CHECK(std::abs(power[k].real() - p[k]) < 1e-9);
    CHECK(power[k].imag() - q[k] == doctest::Approx(result.held_q_pu[k]).epsilon(1e-7));
  }
  CHECK(result.held_q_pu[1] == 0.0);
}

TEST_CASE("a generator at its reactive limit lets its voltage go, and takes hold of it again") {
  feeder::Case grid = test::two_buses(0.02, 0.1);
  grid.buses.type[1] = feeder::BusType::pv;
  test::add_generator(grid, 1, 1.0, -0.3, 0.3);
  flow::FlowOptions options;
  options.q_limits = true;
  const std::vector<double> p = {0, -0.5, 0, -0.5, 0, 0.3}, q = {0, -0.1, 0, -0.9, 0, 0.6};
  const auto result = newton(grid, {3, p, q}, options);
  REQUIRE(std::all_of(result.status.begin(), result.status.end(),
                      [](auto s) { return s == flow::FlowStatus::converged; }));
  CHECK(std::abs(vm(result, 1) - 1.0) < 1e-11);
  CHECK(result.held_q_pu[3] == 0.3);  // too little to hold 1.0
  CHECK(vm(result, 3) < 1.0);
  CHECK(result.held_q_pu[5] == -0.3);
  CHECK(vm(result, 5) > 1.0);
  const auto fixed = newton(test::two_buses(0.02, 0.1),
                            {1, std::vector<double>{0, -0.5}, std::vector<double>{0, -0.6}});
  CHECK(vm(result, 3) == doctest::Approx(vm(fixed, 1)).epsilon(1e-11));
  options.q_limits = false;
  CHECK(std::abs(vm(newton(grid, {3, p, q}, options), 3) - 1.0) < 1e-11);
}

TEST_CASE("a held bus that no impedance parts from a source is refused") {
  feeder::Case grid = test::two_buses(0.0, 0.0);
  grid.buses.type[1] = feeder::BusType::pv;
  test::add_generator(grid, 1, 1.0, -0.3, 0.3);
  CHECK_THROWS_WITH_AS(alone(grid), doctest::Contains("bus 101"), InputError);
}

TEST_CASE("devices without supply draw nothing; a device at a source is the source's") {
  feeder::Case grid = test::everything(10, 1);
  test::add_load(grid, 10, 1.0, 0.5, 0, 0, 0, 0);
  test::add_load(grid, 0, 1.0, 0.5, 0, 0, 0, 0);
  const auto plain = alone(test::everything(10, 1));
  const auto result = alone(grid);
  CHECK(result.load_p_pu[0] == 0.0);
  CHECK(result.load_p_pu[1] == doctest::Approx(0.1));
  CHECK(result.source_p_pu[0] == doctest::Approx(plain.source_p_pu[0] + 0.1));
}

TEST_CASE("more load than the feeder carries is infeasible with laws, too") {
  feeder::Case grid = chain();
  test::add_load(grid, 5, 9.0, 3.0, 0.1, 0.0, 0.1, 0.0);
  const auto result = alone(grid);
  CHECK(result.status[0] == flow::FlowStatus::infeasible);
  CHECK(result.worst_bus[0] > 0);
  for (std::size_t k = 0; k < 6; ++k) CHECK(std::isfinite(vm(result, k)));
  CHECK(result.max_mismatch_va[0] > 1.0);
}

TEST_CASE("held voltages on random trees are those of the nodal oracle") {
  for (const std::uint64_t seed : {1, 2, 3, 4, 5, 6}) {
    CAPTURE(seed);
    feeder::Case grid = test::everything(25, seed);
    const auto buses = static_cast<std::size_t>(grid.buses.size());
    std::vector<double> p(buses, -0.02), q(buses, -0.01);
    for (const Index k : {7, 13, 22}) {
      grid.buses.type[k] = feeder::BusType::pv;
      grid.buses.vm_pu[k] = 0.99 + 0.001 * k;
      test::add_generator(grid, k, 0.99 + 0.001 * k, -9.0, 9.0);
      p[static_cast<std::size_t>(k)] = 0.05;
    }
    const auto result = newton(grid, {1, p, q});
    REQUIRE(result.status[0] == flow::FlowStatus::converged);
    for (std::size_t k = 2; k + 1 < buses; ++k) {  // it starts from the file's voltages: near by
      if (grid.buses.type[k] != feeder::BusType::pv) grid.buses.vm_pu[k] = 1.01 * vm(result, k);
      grid.buses.va_deg[k] = 1.0 + std::atan2(result.v_im[k], result.v_re[k]) / rad_per_deg;
    }
    const flow::OracleResult oracle = flow::oracle_flow(grid, p, q);
    REQUIRE(oracle.converged);
    for (std::size_t k = 0; k + 1 < buses; ++k) {
      CHECK(std::abs(result.v_re[k] - oracle.v[k].real()) < 1e-9);
      CHECK(std::abs(result.v_im[k] - oracle.v[k].imag()) < 1e-9);
    }
  }
}
