// SPDX-License-Identifier: BSD-3-Clause
#include "gridswarm/flow/power_flow.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "grids.hpp"
#include "gridswarm/base/error.hpp"
#include "gridswarm/feeder/synthetic.hpp"

using namespace gridswarm;
using test::Complex;

TEST_CASE("two buses: |V|^2 solves the quadratic of a line with one load") {
  const double r = 0.02, x = 0.04, p = 0.6, q = 0.3;
  const auto result = test::solved(test::two_buses(r, x), 1, {0.0, -p}, {0.0, -q});
  REQUIRE(result.status[0] == flow::FlowStatus::converged);
  // V2^4 + (2 (r p + x q) - 1) V2^2 + |Z|^2 |S|^2 = 0.
  const double half = 0.5 - (r * p + x * q);
  const double root = std::sqrt(half * half - (r * r + x * x) * (p * p + q * q));
  CHECK(std::norm(Complex(result.v_re[1], result.v_im[1])) ==
        doctest::Approx(half + root).epsilon(1e-10));
  CHECK(result.v_re[0] == 1.0);
  const double losses = r * (p * p + q * q) / (half + root);
  CHECK(result.source_p_pu[0] == doctest::Approx(p + losses).epsilon(1e-10));
}

TEST_CASE("no load: every voltage is the source's exactly") {
  const feeder::Case grid = feeder::make_synthetic(30, 4);
  const std::vector<double> zero(30, 0.0);
  const auto result = test::solved(grid, 1, zero, zero);
  for (Index k = 0; k < 30; ++k) CHECK(result.v_re[k] == 1.0);
  CHECK(result.max_mismatch_va[0] == 0.0);
}

TEST_CASE("nodal equations hold with ratios, shifts, reversed branches, charging, two sources") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    CAPTURE(seed);
    const feeder::Case grid = test::everything(25, seed);
    const auto buses = static_cast<std::size_t>(grid.buses.size());
    std::vector<double> p(buses), q(buses);
    for (std::size_t k = 2; k < buses; ++k) {
      p[k] = 0.4 * draw_uniform(seed, Stream::test, k, 20) - 0.3;
      q[k] = 0.2 * draw_uniform(seed, Stream::test, k, 21) - 0.1;
    }
    const auto result = test::solved(grid, 1, p, q);
    REQUIRE(result.status[0] == flow::FlowStatus::converged);
    CHECK(result.max_step_pu[0] <= 1e-10);
    std::vector<Complex> v = test::voltages(grid, result, 0);
    CHECK(std::isnan(v.back().real()));
    v.back() = 0.0;
    const std::vector<Complex> power = test::nodal_powers(grid, v);
    double largest = 0.0;
    for (std::size_t k = 2; k + 1 < buses; ++k)
      largest = std::max(largest, std::abs(power[k] - Complex(p[k], q[k])));
    CHECK(largest < 1e-8);
    CHECK(std::abs(power[0] + power[1] - Complex(result.source_p_pu[0], result.source_q_pu[0])) <
          1e-8);
  }
}

TEST_CASE("a switch without impedance holds both ends at one voltage") {
  feeder::Case grid = test::two_buses(0.02, 0.04);
  test::add_bus(grid, feeder::BusType::pq);
  test::add_branch(grid, 2, 1, 0.0, 0.0);
  const auto result = test::solved(grid, 1, {0, 0, -0.5}, {0, 0, -0.1});
  REQUIRE(result.status[0] == flow::FlowStatus::converged);
  CHECK(result.v_re[1] == result.v_re[2]);
  CHECK(result.v_im[1] == result.v_im[2]);
  CHECK(result.v_re[2] < 0.99);
}

TEST_CASE("more load than the line can carry is reported as diverged, with finite voltages") {
  flow::FlowOptions options;
  options.max_iterations = 60;
  const auto result = test::solved(test::two_buses(0.5, 0.5), 1, {0, -5}, {0, -5}, options);
  CHECK(result.status[0] == flow::FlowStatus::diverged);
  CHECK(result.iterations[0] == 60);
  CHECK(result.max_step_pu[0] > 1e-10);
  CHECK(result.max_mismatch_va[0] > 1.0);
  CHECK(result.worst_bus[0] == 1);
  CHECK(std::isfinite(result.v_re[1]));
}

TEST_CASE("a small step is not enough: the currents must explain the load too") {
  // With any step allowed, the mismatch alone keeps the sweep going until 1e-8 of the load.
  flow::FlowOptions options;
  options.tol_step_pu = 1.0;
  const auto result = test::solved(test::two_buses(0.02, 0.04), 1, {0, -0.6}, {0, -0.3}, options);
  REQUIRE(result.status[0] == flow::FlowStatus::converged);
  CHECK(result.iterations[0] > 3);
  CHECK(result.max_mismatch_va[0] <= 1e-8 * std::hypot(0.6, 0.3) * 1e6);
}

TEST_CASE("a load that is not a number diverges alone") {
  const auto result = test::solved(test::two_buses(0.02, 0.04), 2, {0, NAN, 0, -0.5}, {0, 0, 0, 0});
  CHECK(result.status[0] == flow::FlowStatus::diverged);
  CHECK(result.status[1] == flow::FlowStatus::converged);
}

TEST_CASE("injections of the wrong size are a usage error") {
  CHECK_THROWS_AS(test::solved(test::two_buses(0.1, 0.1), 2, {0, 0}, {0, 0}), UsageError);
}
