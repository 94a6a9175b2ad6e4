// SPDX-License-Identifier: BSD-3-Clause
#include "gridswarm/flow/sweep_plan.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstring>

#include "grids.hpp"
#include "gridswarm/feeder/synthetic.hpp"
#include "gridswarm/kernel/angle.hpp"
#include "gridswarm/kernel/isa.hpp"

using namespace gridswarm;

namespace {

/// Injections that differ from bus to bus and from scenario to scenario.
void add_loads(Index scenarios, Index buses, double size, std::vector<double>& p,
               std::vector<double>& q) {
  for (Index i = 0; i < scenarios * buses; ++i) {
    const double u = draw_uniform(6, Stream::test, static_cast<std::uint64_t>(i), 0);
    p.push_back(-size * u);
    q.push_back(-0.3 * size * u * u);
  }
}

/// A root with five children, each of which has a hundred buses in a row.
feeder::Case fan() {
  feeder::Case grid;
  test::add_bus(grid, feeder::BusType::source);
  for (Index arm = 0; arm < 5; ++arm) {
    Index above = 0;
    for (Index k = 0; k < 100; ++k) {
      const Index bus = test::add_bus(grid, feeder::BusType::pq);
      test::add_branch(grid, above, bus, 1e-4, 2e-4);
      above = bus;
    }
  }
  return grid;
}

bool same_bits(const Column<double>& a, const Column<double>& b) {
  return a.size() == b.size() &&
         (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(double)) == 0);
}

}  // namespace

TEST_CASE("a plan holds every bus once, parents before children, in blocks that fit") {
  for (const feeder::Case& grid :
       {feeder::make_synthetic(700, 3), test::everything(300, 2), fan(), test::two_buses(0.1, 0)}) {
    const feeder::Forest forest = feeder::make_forest(grid);
    flow::SweepPlan plan;
    flow::make_sweep_plan(forest, grid.buses.size(), plan);
    std::vector<int> seen(forest.size());
    for (Index c = 0; c < forest.size(); ++c) {
      const Index k = plan.position[c];
      ++seen[k];
      CHECK(plan.cell[forest.bus[k]] == c);
      if (k < forest.roots) continue;
      CHECK(plan.position[plan.parent[c]] == forest.parent[k]);
      CHECK(plan.parent[c] < c);
    }
    for (const int times : seen) CHECK(times == 1);
    CHECK(plan.block_first.back() == forest.size());
    for (std::size_t b = 0; b < plan.block_leaf.size(); ++b) {
      CHECK(plan.block_first[b + 1] - plan.block_first[b] <= flow::sweep_block_cells);
      for (Index c = plan.block_first[b]; c < plan.block_first[b + 1]; ++c) {
        CHECK((plan.child_one[c] == forest.size()) == (c >= plan.block_leaf[b]));
        CHECK((plan.parent[c] < plan.trunk || plan.parent[c] >= plan.block_first[b]));
      }
    }
    for (const Index row : forest.unsupplied) CHECK(plan.cell[row] == forest.size() + 1);
  }
}

TEST_CASE("every instruction set gives the reference's bits on feeders of many blocks") {
  const kernel::Isa in_use = kernel::isa_in_use();
  for (const feeder::Case& grid :
       {feeder::make_synthetic(500, 5), test::everything(300, 2), fan()}) {
    for (const bool polar : {false, true}) {
      std::vector<double> p, q;
      add_loads(19, grid.buses.size(), grid.name.empty() ? 2e-3 : 0.02, p, q);
      flow::FlowOptions options;
      options.polar = polar;
      REQUIRE(kernel::use_isa(kernel::Isa::reference));
      const auto reference = test::solved(grid, 19, p, q, options);
      CHECK(reference.status[0] == flow::FlowStatus::converged);
      for (int i = 1; i < kernel::isa_count; ++i) {
        const auto isa = static_cast<kernel::Isa>(i);
        if (!kernel::use_isa(isa)) continue;
        CAPTURE(kernel::name_of(isa));
        const auto fast = test::solved(grid, 19, p, q, options);
        CHECK(same_bits(reference.v_re, fast.v_re));
        CHECK(same_bits(reference.v_im, fast.v_im));
        CHECK(same_bits(reference.vm_pu, fast.vm_pu));
        CHECK(same_bits(reference.va_rad, fast.va_rad));
        CHECK(reference.iterations == fast.iterations);
        CHECK(reference.worst_bus == fast.worst_bus);
        CHECK(same_bits(reference.max_mismatch_va, fast.max_mismatch_va));
        CHECK(same_bits(reference.source_p_pu, fast.source_p_pu));
      }
    }
  }
  kernel::use_isa(in_use);
}

TEST_CASE("angles and magnitudes are libm's to one part in 1e15, in every direction") {
  for (int i = 0; i < 20000; ++i) {
    const auto u = [&](std::uint32_t step) {
      return 2.0 * draw_uniform(8, Stream::test, static_cast<std::uint64_t>(i), step) - 1.0;
    };
    const double x = u(0);
    const double y = i % 3 == 0 ? u(1) : u(1) * std::pow(10.0, -8.0 * std::fabs(u(2)));
    CHECK(kernel::angle_of(x, y) == doctest::Approx(std::atan2(y, x)).epsilon(1e-15));
    CHECK(kernel::magnitude_of(x, y) == doctest::Approx(std::hypot(x, y)).epsilon(1e-15));
  }
  CHECK(kernel::angle_of(1.0, 0.0) == 0.0);
  CHECK(kernel::angle_of(-1.0, 0.0) == std::atan2(0.0, -1.0));
  CHECK(kernel::angle_of(0.0, -2.0) == std::atan2(-2.0, 0.0));
  CHECK(std::isnan(kernel::angle_of(NAN, 1.0)));
}

TEST_CASE("polar results are magnitude and angle of the rectangular ones, empty where unsupplied") {
  const feeder::Case grid = test::everything(25, 3);
  std::vector<double> p, q;
  add_loads(9, 26, 0.05, p, q);
  flow::FlowOptions options;
  const auto plain = test::solved(grid, 9, p, q, options);
  options.polar = true;
  const auto polar = test::solved(grid, 9, p, q, options);
  CHECK(polar.v_re.empty());
  CHECK(plain.vm_pu.empty());
  for (std::size_t i = 0; i < plain.v_re.size(); ++i) {
    if (i % 26 == 25) {
      CHECK(std::isnan(polar.vm_pu[i]));
      CHECK(std::isnan(polar.va_rad[i]));
      continue;
    }
    CHECK(polar.vm_pu[i] ==
          doctest::Approx(std::hypot(plain.v_re[i], plain.v_im[i])).epsilon(1e-15));
    CHECK(polar.va_rad[i] ==
          doctest::Approx(std::atan2(plain.v_im[i], plain.v_re[i])).epsilon(2e-15));
  }
}

TEST_CASE("a warm start at the solution needs no more than the last sweeps") {
  const feeder::Case grid = feeder::make_synthetic(300, 7);
  std::vector<double> p, q;
  add_loads(3, 300, 0.03, p, q);
  const auto cold = test::solved(grid, 3, p, q);
  const feeder::Forest forest = feeder::make_forest(grid);
  flow::Injections injections = {3, p, q};
  injections.start_re = cold.v_re;
  injections.start_im = cold.v_im;
  flow::FlowWork work;
  flow::FlowResult warm;
  flow::solve(grid, forest, injections, {}, work, warm);
  for (Index s = 0; s < 3; ++s) {
    CHECK(cold.iterations[s] > 4);
    CHECK(warm.iterations[s] <= 3);
    CHECK(warm.status[s] == flow::FlowStatus::converged);
  }
  for (std::size_t i = 0; i < cold.v_re.size(); ++i)
    CHECK(std::fabs(warm.v_re[i] - cold.v_re[i]) < 1e-10);
}

TEST_CASE("a cap of one, two or three iterations is kept") {
  const feeder::Case grid = feeder::make_synthetic(200, 7);
  std::vector<double> p, q;
  add_loads(2, 200, 0.03, p, q);
  for (const int cap : {1, 2, 3}) {
    flow::FlowOptions options;
    options.max_iterations = cap;
    const auto result = test::solved(grid, 2, p, q, options);
    CHECK(result.iterations[0] == cap);
    CHECK(result.status[0] == flow::FlowStatus::diverged);
    CHECK(result.max_step_pu[0] > 1e-10);
  }
  const std::vector<double> zero(400);
  flow::FlowOptions options;
  options.max_iterations = 1;
  const auto idle = test::solved(grid, 2, zero, zero, options);
  CHECK(idle.status[0] == flow::FlowStatus::converged);
}
