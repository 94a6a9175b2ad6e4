// SPDX-License-Identifier: BSD-3-Clause
#include "gridswarm/flow/tree_power.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "grids.hpp"
#include "gridswarm/flow/branch_flow.hpp"

using namespace gridswarm;
using test::Complex;

namespace {

/// Losses and loading where bus 1 has voltage v and injects s; the source holds 1.
flow::TreePower power_of(const feeder::Case& grid, Complex v, Complex s) {
  const feeder::Forest forest = feeder::make_forest(grid);
  const Column<double> re = {1.0, v.real()}, im = {0.0, v.imag()};
  const Column<double> p = {9.0, s.real()}, q = {9.0, s.imag()};  // a source's own are ignored
  flow::TreePowerWork work;
  return flow::tree_power(grid, forest, re, im, p, q, work);
}

constexpr Complex z(0.01, 0.02);

}  // namespace

TEST_CASE("half a p.u. of current through 0.01 p.u. loses 0.0025 and loads 1 MVA by half") {
  feeder::Case grid = test::two_buses(z.real(), z.imag());
  grid.branches.rate_mva[0] = 1.0;
  const Complex v = 1.0 - 0.5 * z;
  const flow::TreePower power = power_of(grid, v, -0.5 * v);
  CHECK(power.losses_pu == doctest::Approx(0.0025).epsilon(1e-14));
  CHECK(power.loading_max_percent == doctest::Approx(50.0).epsilon(1e-14));
}

TEST_CASE("a branch without rating loads nothing") {
  const Complex v = 1.0 - 0.5 * z;
  CHECK(power_of(test::two_buses(0.01, 0.02), v, -0.5 * v).loading_max_percent == 0.0);
}

TEST_CASE("a transformer's current counts behind its ratio, its power before it") {
  feeder::Case grid = test::two_buses(z.real(), z.imag());
  grid.branches.ratio[0] = 0.5;
  grid.branches.shift_deg[0] = 30.0;
  grid.branches.rate_mva[0] = 2.0;
  const Complex turn = std::polar(1.0, -30.0 * rad_per_deg);
  const Complex j = 0.25 * turn;  // 1 p.u. becomes 2 p.u. at -30 degrees, less 0.25 p.u. times z
  const Complex v = 2.0 * turn - z * j;
  const flow::TreePower power = power_of(grid, v, -v * std::conj(j));
  CHECK(power.losses_pu == doctest::Approx(0.01 * 0.0625).epsilon(1e-13));
  CHECK(power.loading_max_percent == doctest::Approx(25.0).epsilon(1e-13));
}

TEST_CASE("a transformer drawn towards its source loses in the source's side impedance") {
  feeder::Case grid = test::two_buses(z.real(), z.imag());
  std::swap(grid.branches.from[0], grid.branches.to[0]);
  grid.branches.ratio[0] = 0.5;
  const Complex v = 0.5 * (1.0 - 0.25 * z);  // the load's 0.5 p.u. are 0.25 p.u. there
  CHECK(power_of(grid, v, -0.5 * v).losses_pu == doctest::Approx(0.01 * 0.0625).epsilon(1e-13));
}

TEST_CASE("a shunt loses what it draws at its voltage") {
  feeder::Case grid = test::two_buses(z.real(), z.imag());
  grid.buses.gs_mw = {0.3, 0.1};  // the source's own shunt loses too
  const Complex v = 1.0 - 0.5 * z;
  const Complex load = 0.5 - 0.1 * v;
  const flow::TreePower power = power_of(grid, v, -v * std::conj(load));
  CHECK(power.losses_pu == doctest::Approx(0.0025 + 0.1 * std::norm(v) + 0.3).epsilon(1e-13));
}

TEST_CASE("a branch without impedance loses nothing and still carries its load") {
  feeder::Case grid = test::two_buses(0.0, 0.0);
  grid.branches.rate_mva[0] = 4.0;
  const flow::TreePower power = power_of(grid, 1.0, Complex(-0.8, -0.6));
  CHECK(power.losses_pu == 0.0);
  CHECK(power.loading_max_percent == doctest::Approx(25.0).epsilon(1e-14));
}

TEST_CASE("losses and the highest loading are those of all branches' own flows") {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    CAPTURE(seed);
    feeder::Case grid = test::everything(25, seed);
    std::fill(grid.branches.b_pu.begin(), grid.branches.b_pu.end(), 0.0);  // charging is left out
    for (double& rate_mva : grid.branches.rate_mva) rate_mva = 3.0;
    std::vector<double> p(26), q(26);
    for (Index k = 2; k < 25; ++k) p[k] = 0.3 * draw_uniform(seed, Stream::test, k, 20) - 0.2;
    const feeder::Forest forest = feeder::make_forest(grid);
    const flow::FlowResult result = test::solved(grid, 1, p, q);
    flow::BranchFlows flows;
    flow::branch_flows(grid, forest, {1, p, q}, result, 0, flows);
    flow::TreePowerWork work;
    const flow::TreePower power =
        flow::tree_power(grid, forest, result.v_re, result.v_im, p, q, work);
    double shunts_mw = 0.0, loading = 0.0;
    for (Index k = 0; k < 25; ++k)
      shunts_mw += grid.buses.gs_mw[k] * std::norm(Complex(result.v_re[k], result.v_im[k]));
    for (Index e = 0; e < grid.branches.size(); ++e)
      if (grid.branches.in_service[e]) loading = std::max(loading, flows.loading_percent[e]);
    CHECK(power.losses_pu * grid.base_mva ==
          doctest::Approx(flows.losses_mw + shunts_mw).epsilon(1e-9));
    CHECK(power.loading_max_percent == doctest::Approx(loading).epsilon(1e-9));
  }
}
