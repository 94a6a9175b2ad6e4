// SPDX-License-Identifier: BSD-3-Clause
// How far loads can grow, against the closed form of one load behind one line.
#include "gridswarm/flow/margin.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "grids.hpp"
#include "gridswarm/base/error.hpp"

using namespace gridswarm;

namespace {

/// lambda at which the two solutions of |V|^4 + (2 (R P + X Q) - V0^2) |V|^2 + |Z|^2 |S|^2 = 0
/// meet, for consumption P, Q and V0 = 1.
double closed_form(double r, double x, double p, double q) {
  return 1.0 / (2.0 * (r * p + x * q + std::hypot(r, x) * std::hypot(p, q)));
}

flow::Margin margins(const feeder::Case& grid, Index scenarios, const std::vector<double>& p_pu,
                     const std::vector<double>& q_pu, const flow::MarginOptions& wanted = {}) {
  flow::FlowWork work;
  flow::MarginWork buffers;
  flow::Margin margin;
  const flow::Solver solver = flow::prepare(grid, {});
  flow::load_margin(solver, {scenarios, p_pu, q_pu}, {}, wanted, work, buffers, margin);
  return margin;
}

}  // namespace

TEST_CASE("the margin of one load behind a line is the closed form, side by side") {
  const double r = 0.02, x = 0.05;
  const feeder::Case grid = test::two_buses(r, x);
  const std::vector<double> p = {0.0, -1.0, 0.0, -3.0, 0.0, -9.0, 0.0, -30.0};
  const std::vector<double> q = {0.0, -0.3, 0.0, -2.0, 0.0, 1.0, 0.0, -4.0};
  const flow::Margin margin = margins(grid, 4, p, q);
  for (int s = 0; s < 4; ++s) {
    const double exact = closed_form(r, x, -p[2 * s + 1], -q[2 * s + 1]);
    CAPTURE(s);
    CAPTURE(exact);
    CHECK(margin.lambda[s] <= exact * (1.0 + 1e-9));
    CHECK(margin.lambda[s] >= exact - 1.1e-3 * std::max(1.0, exact));
    CHECK(margin.above[s] > margin.lambda[s]);
  }
  CHECK(margin.lambda[3] < 1.0);  // has no solution as it stands
}

TEST_CASE("a light load reaches the cap, and nothing above it is known") {
  const flow::Margin margin =
      margins(test::two_buses(0.01, 0.01), 1, {0.0, -0.01}, {0.0, 0.0}, {.cap = 8.0});
  CHECK(margin.lambda[0] == 8.0);
  CHECK(std::isinf(margin.above[0]));
}

TEST_CASE("generation is not scaled: beside it the load alone grows") {
  // Source - 1 - 2; bus 2 feeds in what bus 1 draws.
  feeder::Case grid = test::two_buses(0.02, 0.05);
  test::add_bus(grid, feeder::BusType::pq);
  test::add_branch(grid, 1, 2, 0.0, 0.0);
  const flow::Margin margin = margins(grid, 1, {0.0, -2.0, 1.0}, {0.0, -0.5, 0.0});
  // At the margin the net load 2 lambda - 1, 0.5 lambda must be solvable: bisect the closed form.
  double low = 1.0, high = 10.0;
  for (int k = 0; k < 60; ++k) {
    const double mid = 0.5 * (low + high);
    (closed_form(0.02, 0.05, 2.0 * mid - 1.0, 0.5 * mid) >= 1.0 ? low : high) = mid;
  }
  CHECK(margin.lambda[0] == doctest::Approx(low).epsilon(1.1e-3));
}

TEST_CASE("a margin without tolerance or below one is refused") {
  const feeder::Case grid = test::two_buses(0.01, 0.01);
  CHECK_THROWS_AS(margins(grid, 1, {0.0, 0.0}, {0.0, 0.0}, {.tol = 0.0}), UsageError);
  CHECK_THROWS_AS(margins(grid, 1, {0.0, 0.0}, {0.0, 0.0}, {.cap = 0.5}), UsageError);
}
