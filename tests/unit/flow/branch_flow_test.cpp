// SPDX-License-Identifier: BSD-3-Clause
#include "gridswarm/flow/branch_flow.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "grids.hpp"
#include "gridswarm/flow/summary.hpp"

using namespace gridswarm;
using test::Complex;

namespace {

/// One scenario solved, with its flows.
struct Solution {
  feeder::Forest forest;
  flow::FlowWork work;
  flow::FlowResult result;
  flow::BranchFlows flows;
};

Solution solution(const feeder::Case& grid, const std::vector<double>& p,
                  const std::vector<double>& q) {
  Solution s;
  s.forest = feeder::make_forest(grid);
  flow::solve(grid, s.forest, {1, p, q}, {}, s.work, s.result);
  flow::branch_flows(grid, s.forest, {1, p, q}, s.result, 0, s.flows);
  return s;
}

}  // namespace

TEST_CASE("flows are those of every branch's pi model, whichever way it is drawn") {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    CAPTURE(seed);
    const feeder::Case grid = test::everything(25, seed);
    std::vector<double> p(26), q(26);
    for (Index k = 2; k < 25; ++k) p[k] = 0.3 * draw_uniform(seed, Stream::test, k, 20) - 0.2;
    const Solution s = solution(grid, p, q);
    const std::vector<Complex> v = test::voltages(grid, s.result, 0);
    for (Index e = 0; e < grid.branches.size(); ++e) {
      CAPTURE(e);
      if (!grid.branches.in_service[e]) {
        CHECK(s.flows.pf_mw[e] == 0.0);
        CHECK(s.flows.i_ka[e] == 0.0);
        continue;
      }
      const auto ends = test::end_currents(grid, e, v);
      const Complex from = v[grid.branches.from[e]] * std::conj(ends.from) * grid.base_mva;
      const Complex to = v[grid.branches.to[e]] * std::conj(ends.to) * grid.base_mva;
      CHECK(std::abs(Complex(s.flows.pf_mw[e], s.flows.qf_mvar[e]) - from) < 1e-6);
      CHECK(std::abs(Complex(s.flows.pt_mw[e], s.flows.qt_mvar[e]) - to) < 1e-6);
      const double ka = grid.base_mva / (std::sqrt(3.0) * 20.0);
      CHECK(s.flows.i_ka[e] ==
            doctest::Approx(ka * std::max(std::abs(ends.from), std::abs(ends.to))).epsilon(1e-6));
    }
  }
}

TEST_CASE("what sources give equals what loads take, shunts draw and branches lose") {
  feeder::Case grid = test::everything(25, 4);
  std::vector<double> p(26, -0.1), q(26, -0.05);
  const Solution s = solution(grid, p, q);
  double drawn_mw = 0.0;
  for (Index k = 0; k < 25; ++k) {
    const double square = std::norm(Complex(s.result.v_re[k], s.result.v_im[k]));
    drawn_mw += grid.buses.gs_mw[k] * square + (k < 2 ? 0.0 : 0.1 * grid.base_mva);
  }
  CHECK(s.result.source_p_pu[0] * grid.base_mva ==
        doctest::Approx(drawn_mw + s.flows.losses_mw).epsilon(1e-9));
}

TEST_CASE("power passes a switch without impedance undiminished") {
  feeder::Case grid = test::two_buses(0.0, 0.0);
  grid.branches.rate_mva[0] = 2.0;
  const Solution s = solution(grid, {0, -0.8}, {0, -0.6});
  CHECK(s.flows.pf_mw[0] == doctest::Approx(0.8).epsilon(1e-12));
  CHECK(s.flows.qt_mvar[0] == doctest::Approx(-0.6).epsilon(1e-12));
  CHECK(s.flows.losses_mw == 0.0);
  CHECK(s.flows.loading_percent[0] == doctest::Approx(50.0).epsilon(1e-12));
}

TEST_CASE("rating 0 is unlimited and a base of 0 kV leaves the current unknown") {
  feeder::Case grid = test::two_buses(0.01, 0.01);
  grid.buses.base_kv[1] = 0.0;
  const Solution s = solution(grid, {0, -0.8}, {0, -0.6});
  CHECK(std::isnan(s.flows.loading_percent[0]));
  CHECK(std::isnan(s.flows.i_ka[0]));
}

TEST_CASE("generators in service count where voltages are free; a source keeps its own load") {
  feeder::Case grid = test::two_buses(0.0, 0.0);
  grid.buses.pd_mw = {0.5, 2.0};
  for (const Index bus : {0, 1, 1}) {
    auto& g = grid.generators;
    g.bus.push_back(bus);
    g.pg_mw.push_back(0.7);
    g.qg_mvar.push_back(0.1);
    g.qmax_mvar.push_back(1.0);
    g.qmin_mvar.push_back(-1.0);
    g.vg_pu.push_back(1.0);
    g.in_service.push_back(g.bus.size() < 3);
  }
  Column<double> p, q;
  flow::nominal_injections(grid, p, q);
  CHECK(p[0] == -0.5);
  CHECK(p[1] == doctest::Approx(-1.3));
  CHECK(q[1] == doctest::Approx(0.1));
  const Solution s = solution(grid, {p.begin(), p.end()}, {q.begin(), q.end()});
  const auto summary = flow::summarize(grid, s.forest, {1, p, q}, s.result, s.flows, 0);
  CHECK(summary.slack_p_mw == doctest::Approx(1.8));
  CHECK(summary.converged);
}
