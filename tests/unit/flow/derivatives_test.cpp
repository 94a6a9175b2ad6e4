// SPDX-License-Identifier: BSD-3-Clause
// Sensitivities of a solution, against differences of whole solutions.
#include <doctest/doctest.h>

#include <cmath>

#include "grids.hpp"
#include "gridswarm/base/error.hpp"
#include "gridswarm/flow/branch_flow.hpp"
#include "gridswarm/flow/sensitivity.hpp"
#include "gridswarm/flow/solver.hpp"
#include "gridswarm/flow/tree_power.hpp"

using namespace gridswarm;

namespace {

constexpr Index buses = 41;
constexpr double shift_pu = 1e-5;

/// What a scenario comes to.
struct Outcome {
  std::vector<double> vm_pu;
  std::vector<double> loading_percent;
  double losses_pu = 0.0;
  flow::FlowResult result;
};

Outcome outcome(const flow::Solver& solver, const std::vector<double>& p,
                const std::vector<double>& q) {
  Outcome out;
  flow::FlowWork work;
  flow::FlowOptions options;
  options.tol_step_pu = 1e-13;
  flow::solve(solver, {1, p, q}, options, work, out.result);
  REQUIRE(out.result.status[0] == flow::FlowStatus::converged);
  for (std::size_t k = 0; k < p.size(); ++k)
    out.vm_pu.push_back(std::hypot(out.result.v_re[k], out.result.v_im[k]));
  flow::BranchFlows flows;
  flow::branch_flows(solver.grid, solver.forest, {1, p, q}, out.result, 0, flows);
  out.loading_percent.assign(flows.loading_percent.begin(), flows.loading_percent.end());
  flow::TreePowerWork buffers;
  out.losses_pu =
      flow::tree_power(solver.grid, solver.forest, out.result.v_re, out.result.v_im, p, q, buffers)
          .losses_pu;
  return out;
}

/// Ratios, shifts, charging, shunts, two sources and a bus without supply; ratings everywhere.
struct Point {
  feeder::Case grid = test::everything(buses - 1, 11);
  flow::Solver solver;
  std::vector<double> p = std::vector<double>(buses), q = std::vector<double>(buses);
  Outcome at;
  flow::TreeFactors factors;
  explicit Point(double load_pu) {
    for (double& rate_mva : grid.branches.rate_mva) rate_mva = 5.0;
    solver = flow::prepare(grid, {});
    for (Index k = 2; k < buses - 1; ++k) {
      p[k] = load_pu * (0.4 * draw_uniform(4, Stream::test, k, 0) - 0.3);
      q[k] = load_pu * (0.2 * draw_uniform(4, Stream::test, k, 1) - 0.15);
    }
    at = outcome(solver, p, q);
    flow::factor_tree(solver.grid, solver.forest, {1, p, q}, at.result, 0, factors);
  }
  /// Central difference of all outcomes over the injection at one bus.
  Outcome difference(Index bus, flow::Power which) {
    std::vector<double>& changed = which == flow::Power::active ? p : q;
    const double kept = changed[bus];
    changed[bus] = kept + shift_pu;
    Outcome more = outcome(solver, p, q);
    changed[bus] = kept - shift_pu;
    const Outcome less = outcome(solver, p, q);
    changed[bus] = kept;
    const auto over = [](double a, double b) { return (a - b) / (2.0 * shift_pu); };
    for (std::size_t k = 0; k < more.vm_pu.size(); ++k)
      more.vm_pu[k] = over(more.vm_pu[k], less.vm_pu[k]);
    for (std::size_t e = 0; e < more.loading_percent.size(); ++e)
      more.loading_percent[e] = over(more.loading_percent[e], less.loading_percent[e]);
    more.losses_pu = over(more.losses_pu, less.losses_pu);
    return more;
  }
};

}  // namespace

TEST_CASE("columns are the differences of two solutions, for voltages and loadings") {
  Point point(1.0);
  std::vector<Index> chosen;
  for (Index k = 0; k < buses; k += 3) chosen.push_back(k);  // sources and the dead bus among them
  chosen.push_back(buses - 1);
  for (const flow::Power which : {flow::Power::active, flow::Power::reactive}) {
    flow::SensitivityColumns columns;
    flow::sensitivity_columns(point.solver.grid, point.solver.forest, point.factors, chosen, which,
                              columns);
    const auto branches = static_cast<std::size_t>(point.grid.branches.size());
    for (std::size_t c = 0; c < chosen.size(); ++c) {
      CAPTURE(chosen[c]);
      const Outcome expected = point.difference(chosen[c], which);
      for (Index k = 0; k + 1 < buses; ++k)
        CHECK(std::fabs(columns.vm_pu[c * buses + k] - expected.vm_pu[k]) < 1e-8);
      CHECK(columns.vm_pu[c * buses + buses - 1] == 0.0);
      for (std::size_t e = 0; e < branches; ++e) {
        CAPTURE(e);
        CHECK(std::fabs(columns.loading_percent[c * branches + e] - expected.loading_percent[e]) <
              1e-4);  // of slopes around 200 % per p.u.
      }
    }
  }
}

TEST_CASE("loss factors are the differences of losses, and of what the sources give") {
  Point point(1.5);
  flow::SensitivityGradient losses;
  flow::loss_gradient(point.solver.grid, point.solver.forest, point.factors, losses);
  CHECK(losses.by_p[0] == 0.0);
  for (Index k = 2; k + 1 < buses; k += 2) {
    CAPTURE(k);
    CHECK(std::fabs(losses.by_p[k] - point.difference(k, flow::Power::active).losses_pu) < 1e-8);
    CHECK(std::fabs(losses.by_q[k] - point.difference(k, flow::Power::reactive).losses_pu) < 1e-8);
  }
  // Along the injections themselves: sources give losses less injections, so d(sources) = dL - sum.
  double along = 0.0, sum = 0.0;
  for (Index k = 2; k + 1 < buses; ++k) {
    along += losses.by_p[k] * point.p[k] + losses.by_q[k] * point.q[k];
    sum += point.p[k];
  }
  const auto scaled = [&](double by) {
    std::vector<double> p = point.p, q = point.q;
    for (Index k = 2; k + 1 < buses; ++k) {
      p[k] *= by;
      q[k] *= by;
    }
    return outcome(point.solver, p, q).result.source_p_pu[0];
  };
  CHECK(std::fabs((scaled(1 + 1e-5) - scaled(1 - 1e-5)) / 2e-5 - (along - sum)) < 1e-8);
}

TEST_CASE("the gradient of one voltage is its row of all columns") {
  Point point(1.0);
  std::vector<Index> all;
  for (Index k = 0; k < buses; ++k) all.push_back(k);
  flow::SensitivityColumns by_p, by_q;
  const auto columns = [&](flow::Power which, flow::SensitivityColumns& to) {
    flow::sensitivity_columns(point.solver.grid, point.solver.forest, point.factors, all, which,
                              to);
  };
  columns(flow::Power::active, by_p);
  columns(flow::Power::reactive, by_q);
  for (const Index bus : {1, 7, 39}) {
    flow::SensitivityGradient row;
    flow::voltage_gradient(point.solver.grid, point.solver.forest, point.factors, bus, row);
    for (Index k = 0; k < buses; ++k) {
      CHECK(row.by_p[k] == doctest::Approx(by_p.vm_pu[k * buses + bus]).epsilon(1e-12));
      CHECK(row.by_q[k] == doctest::Approx(by_q.vm_pu[k * buses + bus]).epsilon(1e-12));
    }
  }
}

TEST_CASE("loads that follow their voltage and inverters soften the answer as solutions do") {
  feeder::Case grid = test::two_buses(0.05, 0.08);
  test::add_bus(grid, feeder::BusType::pq);
  test::add_branch(grid, 1, 2, 0.04, 0.06);
  feeder::Loads& loads = grid.loads;
  loads.id = {1};
  loads.bus = {2};
  loads.p_mw = {0.5};
  loads.q_mvar = {0.2};
  loads.i_p = {0.3};
  loads.z_p = {0.5};
  loads.i_q = {0.1};
  loads.z_q = {0.8};
  loads.in_service = {1};
  const flow::Solver solver = flow::prepare(grid, {});
  const std::vector<double> p = {0, -0.2, 0}, q = {0, -0.1, 0};
  const auto voltage = [&](double dp) {
    std::vector<double> shifted = p;
    shifted[1] += dp;
    flow::FlowWork work;
    flow::FlowResult result;
    flow::FlowOptions options;
    options.tol_step_pu = 1e-13;
    flow::solve(solver, {1, shifted, q}, options, work, result);
    return result;
  };
  const flow::FlowResult at = voltage(0.0);
  flow::TreeFactors factors;
  flow::factor_tree(solver.grid, solver.forest, {1, p, q}, at, 0, factors);
  flow::SensitivityColumns columns;
  const std::vector<Index> chosen = {1};
  flow::sensitivity_columns(solver.grid, solver.forest, factors, chosen, flow::Power::active,
                            columns);
  const auto more = voltage(1e-4), less = voltage(-1e-4);
  for (Index k = 1; k < 3; ++k) {
    const double expected =
        (std::hypot(more.v_re[k], more.v_im[k]) - std::hypot(less.v_re[k], less.v_im[k])) / 2e-4;
    CHECK(columns.vm_pu[k] == doctest::Approx(expected).epsilon(1e-5));
  }
}

TEST_CASE("what has no solution has no sensitivities") {
  const feeder::Case grid = test::two_buses(0.5, 0.5);
  const std::vector<double> p = {0, -5}, q = {0, -5};
  const auto result = test::solved(grid, 1, p, q);
  const feeder::Forest forest = feeder::make_forest(grid);
  flow::TreeFactors factors;
  CHECK_THROWS_AS(flow::factor_tree(grid, forest, {1, p, q}, result, 0, factors), UsageError);
  CHECK_THROWS_AS(flow::factor_tree(grid, forest, {1, p, q}, result, 1, factors), UsageError);
}
