// SPDX-License-Identifier: BSD-3-Clause
#include "gridswarm/swarm/town.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "gridswarm/feeder/synthetic.hpp"
#include "gridswarm/flow/branch_flow.hpp"
#include "scene.hpp"

using namespace gridswarm;

namespace {

bool same(const feeder::Case& a, const feeder::Case& b) {
  return a.buses.pd_mw == b.buses.pd_mw && a.buses.qd_mvar == b.buses.qd_mvar &&
         a.branches.r_pu == b.branches.r_pu && a.branches.x_pu == b.branches.x_pu;
}

}  // namespace

TEST_CASE("a town's variation is drawn by seed and feeder, and by nothing else") {
  const feeder::Case listed = feeder::make_synthetic(30, 5);
  feeder::Case a = listed, b = listed, other_seed = listed, other_feeder = listed;
  swarm::vary(a, 0.1, 7, 3);
  swarm::vary(b, 0.1, 7, 3);
  swarm::vary(other_seed, 0.1, 8, 3);
  swarm::vary(other_feeder, 0.1, 7, 4);
  CHECK(same(a, b));
  CHECK_FALSE(same(a, listed));
  CHECK_FALSE(same(a, other_seed));
  CHECK_FALSE(same(a, other_feeder));
}

TEST_CASE("no variation changes no bit") {
  const feeder::Case listed = feeder::make_synthetic(30, 5);
  feeder::Case varied = listed;
  swarm::vary(varied, 0.0, 7, 3);
  CHECK(same(varied, listed));
}

TEST_CASE("variation stays within its share and keeps r/x and power factors") {
  const feeder::Case listed = feeder::make_synthetic(30, 5);
  feeder::Case varied = listed;
  swarm::vary(varied, 0.2, 7, 0);
  double least = 2.0, most = 0.0;
  for (Index e = 0; e < listed.branches.size(); ++e) {
    const double by = varied.branches.r_pu[e] / listed.branches.r_pu[e];
    CHECK(varied.branches.x_pu[e] / listed.branches.x_pu[e] == doctest::Approx(by).epsilon(1e-13));
    least = std::min(least, by), most = std::max(most, by);
  }
  for (Index k = 0; k < listed.buses.size(); ++k) {
    if (listed.buses.pd_mw[k] == 0.0) continue;
    const double by = varied.buses.pd_mw[k] / listed.buses.pd_mw[k];
    CHECK(varied.buses.qd_mvar[k] == doctest::Approx(by * listed.buses.qd_mvar[k]).epsilon(1e-13));
    least = std::min(least, by), most = std::max(most, by);
  }
  CHECK(least >= 0.8);
  CHECK(most < 1.2);
  CHECK(least < 0.85);  // it is used, not only allowed
  CHECK(most > 1.15);
}

TEST_CASE("a rating is the margin times the larger end's apparent power at the case's own load") {
  feeder::Case grid = test::three_buses();
  grid.branches.b_pu = {0.0, 0.0};
  swarm::rate_branches(grid, 1.5);
  feeder::Case own = test::three_buses();
  Column<double> p, q;
  flow::nominal_injections(own, p, q);
  const feeder::Forest forest = feeder::make_forest(own);
  const auto result = test::solved(own, 1, {p.begin(), p.end()}, {q.begin(), q.end()});
  flow::BranchFlows flows;
  flow::branch_flows(own, forest, {1, p, q}, result, 0, flows);
  for (Index e = 0; e < 2; ++e) {
    const double s_mva = std::max(std::hypot(flows.pf_mw[e], flows.qf_mvar[e]),
                                  std::hypot(flows.pt_mw[e], flows.qt_mvar[e]));
    CHECK(grid.branches.rate_mva[e] == doctest::Approx(1.5 * s_mva).epsilon(1e-8));
  }
}

TEST_CASE("where power flows towards the source the child's end rates the branch") {
  feeder::Case grid = test::two_buses(0.05, 0.0);
  grid.buses.pd_mw[1] = -0.8;  // a load below zero feeds in; the voltage rises towards it
  swarm::rate_branches(grid, 1.0);
  CHECK(grid.branches.rate_mva[0] == doctest::Approx(0.8).epsilon(1e-6));
}

TEST_CASE("ratings of the file stand, and a branch without load gets a hundredth of the largest") {
  feeder::Case grid = test::three_buses();
  grid.buses.pd_mw[2] = 0.0;
  grid.branches.rate_mva = {7.0, 0.0};
  swarm::rate_branches(grid, 2.0);
  CHECK(grid.branches.rate_mva[0] == 7.0);
  CHECK(grid.branches.rate_mva[1] == doctest::Approx(2.0 * 0.01 * 0.1).epsilon(0.01));
}

TEST_CASE("a case whose own load has no solution can't be rated and is named") {
  feeder::Case grid = test::three_buses();
  grid.file = "heavy.m";
  grid.buses.pd_mw[2] = 100.0;
  CHECK_THROWS_WITH_AS(swarm::rate_branches(grid, 1.5), doctest::Contains("heavy.m"), InputError);
}
