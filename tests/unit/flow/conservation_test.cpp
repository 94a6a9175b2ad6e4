// SPDX-License-Identifier: BSD-3-Clause
// A feeder of 100,000 buses: nothing is lost on the way.
#include <doctest/doctest.h>

#include <cmath>

#include "grids.hpp"
#include "gridswarm/feeder/synthetic.hpp"
#include "gridswarm/flow/branch_flow.hpp"

using namespace gridswarm;

TEST_CASE("100,000 buses: sources give loads and losses, and currents meet at every bus") {
  constexpr Index buses = 100000;
  const feeder::Case grid = feeder::make_synthetic(buses, 1);
  std::vector<double> p, q;
  double load_pu = 0.0;
  for (Index k = 0; k < buses; ++k) {
    const double share = 0.5 + draw_uniform(1, Stream::test, static_cast<std::uint64_t>(k), 0);
    p.push_back(-share * grid.buses.pd_mw[k] / grid.base_mva);
    q.push_back(-share * grid.buses.qd_mvar[k] / grid.base_mva);
    if (k > 0) load_pu -= p[k];
  }
  const feeder::Forest forest = feeder::make_forest(grid);
  flow::FlowWork work;
  flow::FlowResult result;
  flow::FlowOptions options;
  options.threads = 1;
  flow::solve(grid, forest, {1, p, q}, options, work, result);
  REQUIRE(result.status[0] == flow::FlowStatus::converged);
  // Losses from voltages alone: |V_f - V_t|^2 / |z|^2 r over branches.
  std::vector<test::Complex> v = test::voltages(grid, result, 0);
  double losses_pu = 0.0;
  std::vector<test::Complex> out(buses);  // current that leaves every bus by its branches
  double largest_current = 0.0;
  for (Index e = 0; e < grid.branches.size(); ++e) {
    const test::Complex z(grid.branches.r_pu[e], grid.branches.x_pu[e]);
    const test::Complex fall = v[grid.branches.from[e]] - v[grid.branches.to[e]];
    const test::Complex current = fall / z;
    losses_pu += std::norm(current) * z.real();
    out[grid.branches.from[e]] += current;
    out[grid.branches.to[e]] -= current;
    largest_current = std::max(largest_current, std::abs(current));
  }
  const double source_pu = result.source_p_pu[0];
  CHECK(std::fabs(source_pu - (load_pu + losses_pu)) < 1e-9 * source_pu);
  double largest = 0.0;
  for (Index k = 1; k < buses; ++k)
    largest = std::max(largest, std::abs(out[k] - std::conj(test::Complex(p[k], q[k]) / v[k])));
  CHECK(largest < 1e-9 * largest_current);
  CHECK(std::abs(std::conj(v[0] * std::conj(out[0]) -
                           test::Complex(source_pu, result.source_q_pu[0]))) < 1e-9 * source_pu);
}
