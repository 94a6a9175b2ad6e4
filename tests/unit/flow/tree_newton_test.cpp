// SPDX-License-Identifier: BSD-3-Clause
// Newton on a tree against the nodal equations, hand-made answers and the sweep.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "devices.hpp"
#include "gridswarm/base/error.hpp"
#include "gridswarm/feeder/spanning.hpp"
#include "gridswarm/feeder/synthetic.hpp"
#include "gridswarm/flow/branch_flow.hpp"
#include "gridswarm/flow/tree_newton.hpp"

using namespace gridswarm;
using test::Complex;
using test::newton;

namespace {

/// Random loads for every bus, growing with the scenario.
struct Powers {
  std::vector<double> p, q;
};
Powers random_powers(Index buses, Index scenarios, double size) {
  Powers powers;
  for (Index s = 0; s < scenarios; ++s)
    for (Index k = 0; k < buses; ++k) {
      const auto at = static_cast<std::uint64_t>(s * buses + k);
      powers.p.push_back(-size * (s + 1) * draw_uniform(7, Stream::test, at, 0));
      powers.q.push_back(-0.3 * size * (s + 1) * draw_uniform(7, Stream::test, at, 1));
    }
  return powers;
}

}  // namespace

TEST_CASE("voltages of every kind of tree satisfy the nodal equations") {
  for (const std::uint64_t seed : {1, 2, 3, 4, 5}) {
    const feeder::Case grid = test::everything(40, seed);
    const Index buses = grid.buses.size();
    const Powers powers = random_powers(buses, 10, 0.01);
    const auto result = newton(grid, {10, powers.p, powers.q});
    for (Index s = 0; s < 10; ++s) {
      CAPTURE(seed);
      CAPTURE(s);
      REQUIRE(result.status[s] == flow::FlowStatus::converged);
      std::vector<Complex> v = test::voltages(grid, result, s);
      v.back() = 0.0;  // unsupplied
      const std::vector<Complex> power = test::nodal_powers(grid, v);
      for (Index k = 2; k + 1 < buses; ++k) {
        CHECK(std::abs(power[k].real() - powers.p[s * buses + k]) < 1e-9);
        CHECK(std::abs(power[k].imag() - powers.q[s * buses + k]) < 1e-9);
      }
      CHECK(std::isnan(result.v_re[(s + 1) * buses - 1]));
    }
  }
}

TEST_CASE("Newton and sweep agree to 1e-10 on a feeder of a thousand buses, with fewer passes") {
  const feeder::Case grid = feeder::make_synthetic(1000, 4);
  Column<double> p, q;
  flow::nominal_injections(grid, p, q);
  for (auto& value : p) value *= 1.5;
  const std::vector<double> p_pu(p.begin(), p.end()), q_pu(q.begin(), q.end());
  const auto sweep = test::solved(grid, 1, p_pu, q_pu);
  const auto result = newton(grid, {1, p, q});
  REQUIRE(result.status[0] == flow::FlowStatus::converged);
  double worst = 0.0;
  for (std::size_t k = 0; k < p.size(); ++k)
    worst =
        std::max(worst, std::hypot(result.v_re[k] - sweep.v_re[k], result.v_im[k] - sweep.v_im[k]));
  CHECK(worst < 1e-10);
  CHECK(result.iterations[0] <= 5);
  CHECK(sweep.iterations[0] > result.iterations[0]);
  CHECK(result.source_p_pu[0] == doctest::Approx(sweep.source_p_pu[0]).epsilon(1e-9));
  CHECK(result.source_q_pu[0] == doctest::Approx(sweep.source_q_pu[0]).epsilon(1e-9));
  CHECK(result.max_step_pu[0] <= 1e-10);
}

TEST_CASE("branches without impedance give both ends the same bits") {
  feeder::Case grid = test::two_buses(0.02, 0.05);
  Index last = 1;
  for (int k = 0; k < 5; ++k) {
    const Index next = test::add_bus(grid, feeder::BusType::pq);
    test::add_branch(grid, k % 2 ? next : last, k % 2 ? last : next, 0.0, 0.0);
    last = next;
  }
  const std::vector<double> p = {0, -0.4, -0.2, 0, -0.7, 0.1, -0.9}, q(7, -0.1);
  const auto result = newton(grid, {1, p, q});
  REQUIRE(result.status[0] == flow::FlowStatus::converged);
  for (Index k = 2; k < 7; ++k) {
    CHECK(result.v_re[k] == result.v_re[1]);
    CHECK(result.v_im[k] == result.v_im[1]);
  }
}

TEST_CASE("a line carries what its nose allows, and no more: infeasible at its bus") {
  // V^4 - V^2 (1 - 2 r p) + |Z|^2 p^2 = 0 has a root while p <= 1 / (2 (r + |Z|)).
  const double r = 0.1, x = 0.3;
  const feeder::Case grid = test::two_buses(r, x);
  const double most = 1.0 / (2.0 * (r + std::hypot(r, x)));
  for (const double share : {0.5, 0.9, 0.99, 0.9999}) {
    CAPTURE(share);
    const std::vector<double> p = {0, -share * most}, q = {0, 0};
    const auto result = newton(grid, {1, p, q});
    REQUIRE(result.status[0] == flow::FlowStatus::converged);
    const double half = 0.5 - r * share * most;
    const double square =
        half + std::sqrt(half * half - (r * r + x * x) * share * most * share * most);
    CHECK(std::hypot(result.v_re[1], result.v_im[1]) ==
          doctest::Approx(std::sqrt(square)).epsilon(1e-8));
    CHECK(result.iterations[0] < 20);
  }
  for (const double share : {1.01, 1.2, 2.0, 5.0, 100.0}) {
    CAPTURE(share);
    const std::vector<double> p = {0, -share * most}, q = {0, 0};
    const auto result = newton(grid, {1, p, q});
    CHECK(result.status[0] == flow::FlowStatus::infeasible);
    CHECK(result.worst_bus[0] == 1);
    CHECK(std::isfinite(result.v_re[1]));
    CHECK(result.max_mismatch_va[0] > 1.0);
    CHECK(std::isfinite(result.max_mismatch_va[0]));
  }
}

TEST_CASE("a feeder converges as far as its nose, and beyond it is infeasible") {
  const feeder::Case grid = feeder::make_synthetic(300, 2);
  Column<double> p, q;
  flow::nominal_injections(grid, p, q);
  const auto at = [&](double scale) {
    Column<double> ps = p, qs = q;
    for (auto* column : {&ps, &qs})
      for (double& value : *column) value *= scale;
    return newton(grid, {1, ps, qs});
  };
  double low = 1.0, high = 100.0;
  for (int k = 0; k < 40; ++k) {
    const double middle = 0.5 * (low + high);
    (at(middle).status[0] == flow::FlowStatus::converged ? low : high) = middle;
  }
  // What converges is one range, up to a nose where the sensitivity of voltages has no bound.
  for (double scale = 1.0; scale < low; scale *= 1.02)
    CHECK(at(scale).status[0] == flow::FlowStatus::converged);
  for (double scale = 1.001 * high; scale < 5 * high; scale *= 1.05)
    CHECK(at(scale).status[0] == flow::FlowStatus::infeasible);
  const auto lowest = [](const flow::FlowResult& r) {
    double v = 2.0;
    for (std::size_t k = 0; k < r.v_re.size(); ++k)
      v = std::min(v, std::hypot(r.v_re[k], r.v_im[k]));
    return v;
  };
  const double steep = (lowest(at(low * 0.9999)) - lowest(at(low))) / 1e-4;
  const double gentle = (lowest(at(0.5 * low * 0.9999)) - lowest(at(0.5 * low))) / 1e-4;
  CHECK(steep > 10.0 * gentle);
}

TEST_CASE("a warm start at the solution needs fewer passes, a senseless one still arrives") {
  const feeder::Case grid = test::everything(30, 8);
  const Powers powers = random_powers(31, 1, 0.02);
  flow::Injections injections{1, powers.p, powers.q};
  const auto cold = newton(grid, injections);
  std::vector<double> re(cold.v_re.begin(), cold.v_re.end());
  std::vector<double> im(cold.v_im.begin(), cold.v_im.end());
  re.back() = im.back() = 0.0;
  injections.start_re = re;
  injections.start_im = im;
  const auto warm = newton(grid, injections);
  CHECK(warm.iterations[0] <= 2);
  CHECK(warm.iterations[0] < cold.iterations[0]);
  for (std::size_t k = 0; k + 1 < re.size(); ++k)
    CHECK(warm.v_re[k] == doctest::Approx(cold.v_re[k]).epsilon(1e-11));
  re[5] = NAN;
  for (std::size_t k = 10; k < 20; ++k) re[k] = im[k] = 1e-3;
  const auto senseless = newton(grid, injections);
  CHECK(senseless.status[0] == flow::FlowStatus::converged);
  CHECK(senseless.v_re[12] == doctest::Approx(cold.v_re[12]).epsilon(1e-11));
  re[5] = 1.0;
  const auto collapsed = newton(grid, injections);
  CHECK(collapsed.status[0] == flow::FlowStatus::converged);
  CHECK(collapsed.v_re[12] == doctest::Approx(cold.v_re[12]).epsilon(1e-11));
}

TEST_CASE("a scenario stops at max_iterations, with finite voltages and its mismatch") {
  const feeder::Case grid = test::two_buses(0.1, 0.3);
  const std::vector<double> p = {0, -1.2}, q = {0, 0};  // near its nose
  for (const std::int64_t most : {1, 2, 3, 4}) {
    CAPTURE(most);
    flow::FlowOptions options;
    options.max_iterations = most;
    const auto result = newton(grid, {1, p, q}, options);
    CHECK(result.status[0] == flow::FlowStatus::diverged);
    CHECK(result.iterations[0] == most);
    CHECK(result.max_mismatch_va[0] > 1e-3);
    CHECK(std::isfinite(result.v_re[1]));
  }
}

TEST_CASE("arrays of another size are refused") {
  const feeder::Case grid = test::two_buses(0.1, 0.1);
  const std::vector<double> two(2, 0.0), three(3, 0.0);
  CHECK_THROWS_AS(newton(grid, {1, three, two}), UsageError);
  flow::Injections injections{1, two, two};
  injections.start_re = three;
  injections.start_im = three;
  CHECK_THROWS_AS(newton(grid, injections), UsageError);
}
