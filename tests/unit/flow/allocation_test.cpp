// SPDX-License-Identifier: BSD-3-Clause
// A sweep that was called before, counted by a replaced operator new: it allocates nothing, and it
// sees every number of the forest that it is given now.
#include <doctest/doctest.h>

#include <cmath>
#include <utility>
#include <vector>

#include "../count_allocations.hpp"
#include "grids.hpp"
#include "gridswarm/feeder/synthetic.hpp"
#include "gridswarm/flow/solver.hpp"

using namespace gridswarm;

namespace {

constexpr Index buses = 300, scenarios = 11;

/// A feeder of several blocks; every bus but the source draws what depends on the scenario.
struct Setting {
  feeder::Case grid = feeder::make_synthetic(buses, 3);
  feeder::Forest forest = feeder::make_forest(grid);
  std::vector<double> p_pu = std::vector<double>(scenarios * buses);
  std::vector<double> q_pu = std::vector<double>(scenarios * buses);
  flow::FlowOptions options;
  flow::FlowWork work;
  flow::FlowResult result;

  Setting() {
    options.threads = 1;
    draw_more(1.0);
  }
  void draw_more(double by) {
    for (Index i = 0; i < scenarios * buses; ++i) {
      p_pu[i] = -by * 1e-3 * (1 + i / buses);
      q_pu[i] = 0.3 * p_pu[i];
    }
  }
  void solve() {
    flow::solve(grid, forest, {scenarios, p_pu, q_pu}, options, work, result);
    REQUIRE(result.status[scenarios - 1] == flow::FlowStatus::converged);
  }
  /// What a caller gets who has solved nothing before.
  Column<double> fresh() const {
    flow::FlowWork none_before;
    flow::FlowResult out;
    flow::solve(grid, forest, {scenarios, p_pu, q_pu}, options, none_before, out);
    return out.v_re;
  }
};

}  // namespace

TEST_CASE("a second sweep allocates nothing, whatever its injections are") {
  Setting setting;
  setting.solve();
  const Column<double> first = setting.result.v_re;
  setting.draw_more(0.5);
  const long before = allocations;
  setting.solve();
  CHECK(allocations == before);
  CHECK(setting.result.v_re != first);
  CHECK(setting.result.v_re == setting.fresh());
}

TEST_CASE("a prepared solver's second sweep allocates nothing") {
  Setting setting;
  setting.options.method = "sweep";
  const flow::Solver solver = flow::prepare(setting.grid, setting.options);
  const flow::Injections injections = {scenarios, setting.p_pu, setting.q_pu};
  flow::solve(solver, injections, setting.options, setting.work, setting.result);
  const long before = allocations;
  flow::solve(solver, injections, setting.options, setting.work, setting.result);
  CHECK(allocations == before);
}

TEST_CASE("another forest of the same sizes at the same address is cut anew, in the same memory") {
  Setting setting;
  setting.solve();
  const Column<double> first = setting.result.v_re;
  const auto check_changed = [&] {
    const long before = allocations;
    setting.solve();
    CHECK(allocations == before);
    CHECK(setting.result.v_re != first);
    CHECK(setting.result.v_re == setting.fresh());
  };
  feeder::Forest& forest = setting.forest;
  const feeder::Forest kept = forest;
  const auto change = [&](auto& column, Index at, double by) {
    const auto old = column[at];
    column[at] += by;
    check_changed();
    column[at] = old;
  };
  change(forest.r_pu, buses - 1, 0.01);
  change(forest.x_pu, buses - 1, 0.01);
  change(forest.g_pu, buses - 1, 0.01);
  change(forest.b_pu, buses - 1, 0.01);
  change(forest.k_re, buses - 1, 0.01);
  change(forest.k_im, buses - 1, 0.01);
  change(forest.source_re, 0, 0.01);
  change(forest.source_im, 0, 0.01);
  std::swap(forest.bus[buses - 1], forest.bus[5]);
  check_changed();
  forest = kept;
  setting.solve();
  CHECK(setting.result.v_re == first);
}

TEST_CASE("a case of more rows, or a tree of another shape, is cut anew") {
  Setting setting;
  setting.solve();
  setting.grid = feeder::make_synthetic(buses, 4);
  setting.forest = feeder::make_forest(setting.grid);
  setting.solve();
  CHECK(setting.result.v_re == setting.fresh());
  test::add_bus(setting.grid, feeder::BusType::isolated);  // same forest, rows of buses + 1
  setting.p_pu.resize(scenarios * (buses + 1), 0.0);
  setting.q_pu.resize(scenarios * (buses + 1), 0.0);
  setting.solve();
  CHECK(std::isnan(setting.result.v_re[buses]));
  CHECK(std::isnan(setting.result.v_re.back()));
}

TEST_CASE("work that was moved from makes its plan anew") {
  Setting setting;
  setting.solve();
  const Column<double> first = setting.result.v_re;
  const flow::FlowWork taken = std::move(setting.work);
  setting.solve();
  CHECK(setting.result.v_re == first);
}
