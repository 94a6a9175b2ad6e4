// SPDX-License-Identifier: BSD-3-Clause
// Oracles: the dense matrix X, a long power iteration, and an AC power flow of its own.
#include "gridswarm/balance/gate.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <complex>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "ac_flow.hpp"
#include "gridswarm/base/error.hpp"
#include "gridswarm/io/case_file.hpp"
#include "make.hpp"

using namespace gridswarm;

namespace {

/// Reactance that the paths of i and j share, from the definition.
double shared(const feeder::Forest& forest, const Column<double>& edge, Index i, Index j) {
  double sum = 0.0;
  for (Index a = i; a > 0; a = forest.parent[a])
    for (Index b = j; b > 0; b = forest.parent[b])
      if (a == b) sum += edge[a];
  return sum;
}

/// rho(X A) by 20,000 steps on the symmetric A^1/2 X A^1/2: a lower bound that has converged.
double spectral_radius(const feeder::Forest& forest, const Column<double>& slope) {
  const Index n = forest.size();
  std::vector<double> m(n * n), x(n, 1.0), y(n);
  for (Index i = 0; i < n; ++i)
    for (Index j = 0; j < n; ++j)
      m[i * n + j] = std::sqrt(slope[i] * slope[j]) * shared(forest, forest.x_pu, i, j);
  double norm = 0.0;
  for (int step = 0; step < 20000; ++step) {
    norm = 0.0;
    for (Index i = 0; i < n; ++i) {
      y[i] = 0.0;
      for (Index j = 0; j < n; ++j) y[i] += m[i * n + j] * x[j];
      norm += y[i] * y[i];
    }
    norm = std::sqrt(norm);
    if (norm == 0.0) return 0.0;
    for (Index i = 0; i < n; ++i) x[i] = y[i] / norm;
  }
  return norm;
}

Column<double> random_slopes(Index count, double scale, make::Dice& dice) {
  Column<double> slope(count, 0.0);
  for (Index k = 1; k < count; ++k)
    if (dice.below(2) == 0) slope[k] = scale * dice.uniform(0.1, 3.0);
  return slope;
}

}  // namespace

TEST_CASE("one bus with slope a behind reactance x has the gain a x, and nothing has none") {
  const feeder::Forest two = make::forest({none, 0}, 0.0, 0.05);
  balance::GateWork work;
  std::int64_t steps = 0;
  const Column<double> slope = {0.0, 4.0};
  CHECK(balance::loop_gain_bound(two, two.x_pu, slope, {}, work, steps) == doctest::Approx(0.2));
  const Column<double> nothing = {0.0, 0.0};
  CHECK(balance::loop_gain_bound(two, two.x_pu, nothing, {}, work, steps) == 0.0);
  CHECK(balance::check_gate(two, nothing, {}, work).gate_passes);
}

TEST_CASE("the bound is never below the spectral radius, after any number of steps") {
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    CAPTURE(seed);
    make::Dice dice{seed};
    const Index count = 2 + dice.below(40);
    const feeder::Forest tree = make::random_forest(count, 1 + dice.below(10), 0.01, 1.0, dice);
    const Column<double> slope = random_slopes(count, 1.0, dice);
    const double radius = spectral_radius(tree, slope);
    balance::GateWork work;
    std::int64_t steps = 0;
    double last = 1e300;
    for (std::int64_t most : {1, 2, 5, 10, 200}) {
      const double bound = balance::loop_gain_bound(
          tree, tree.x_pu, slope, {.max_steps = most, .tolerance = 0.0}, work, steps);
      CHECK(bound >= radius);
      CHECK(bound <= last * (1.0 + 1e-12));
      last = bound;
      if (most == 10) CHECK(bound <= 1.05 * radius + 1e-12);
    }
  }
}

TEST_CASE("trees of very different gain do not spoil each other's bound") {
  feeder::Forest two = make::forest({none, none, 0, 1}, 0.0, 0.0);
  two.roots = 2;
  two.x_pu = {0.0, 0.0, 1e-9, 0.5};
  balance::GateWork work;
  std::int64_t steps = 0;
  const Column<double> slope = {0.0, 0.0, 1.0, 1.0};
  CHECK(balance::loop_gain_bound(two, two.x_pu, slope, {.max_steps = 1000, .tolerance = 0.0}, work,
                                 steps) == doctest::Approx(0.5));
}

TEST_CASE("the margin covers AC sensitivities while voltages stay above its v_min") {
  int checked = 0;
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    CAPTURE(seed);
    make::Dice dice{seed};
    const Index count = 3 + dice.below(20);
    const feeder::Forest tree =
        make::random_forest(count, 3, 0.01, std::pow(10.0, dice.uniform(-0.5, 0.5)), dice);
    std::vector<std::complex<double>> s(count);
    for (Index k = 1; k < count; ++k)
      s[k] = -dice.uniform(0.0, 0.12) * std::complex<double>(1.0, dice.uniform(0.0, 1.0));
    const AcFlow base = ac_flow(tree, s);
    const double lowest = base.lowest();
    if (!base.converged || lowest < 0.88) continue;
    ++checked;
    Column<double> edge;
    balance::gate_reactances(tree, lowest, edge);
    for (Index j = 1; j < count; ++j) {
      std::vector<std::complex<double>> changed = s;
      constexpr double step = 1e-6;
      changed[j] += std::complex<double>(0.0, step);
      const AcFlow after = ac_flow(tree, changed);
      REQUIRE(after.converged);
      for (Index i = 1; i < count; ++i) {
        const double sensitivity = (std::abs(after.v[i]) - std::abs(base.v[i])) / step;
        CHECK(sensitivity <= shared(tree, edge, i, j) * (1.0 + 1e-6));
      }
    }
  }
  CHECK(checked >= 10);
}

TEST_CASE("a slope that the gate passes settles on AC, and the AC limit is not far above") {
  // One steep droop q = -a (|V| - 1) at every bus; bisect the factor on a at which the plain local
  // loop on AC stops settling, and hold it against the factor the gate allows.
  double nearest = 1e300, farthest = 0.0;
  for (std::uint64_t seed = 0; seed < 25; ++seed) {
    CAPTURE(seed);
    make::Dice dice{seed};
    const Index count = 3 + dice.below(25);
    const feeder::Forest tree = make::random_forest(count, 3, 0.01, 1.0, dice);
    const Column<double> slope = random_slopes(count, 1.0, dice);
    std::vector<std::complex<double>> load(count);
    for (Index k = 1; k < count; ++k)
      load[k] =
          std::complex<double>(-dice.uniform(0.0, 0.6) / count, -dice.uniform(0.0, 0.3) / count);
    balance::GateWork work;
    const balance::Gate gate = balance::check_gate(tree, slope, {}, work);
    if (gate.gate_bound == 0.0) continue;
    CHECK(local_loop_settles(tree, load, slope, 0.999 * gate.gate_slope_factor));
    double stable = gate.gate_slope_factor, unstable = 20.0 * gate.gate_slope_factor;
    CHECK_FALSE(local_loop_settles(tree, load, slope, unstable));
    for (int k = 0; k < 12; ++k) {
      const double middle = 0.5 * (stable + unstable);
      (local_loop_settles(tree, load, slope, middle) ? stable : unstable) = middle;
    }
    nearest = std::min(nearest, stable / gate.gate_slope_factor);
    farthest = std::max(farthest, stable / gate.gate_slope_factor);
  }
  MESSAGE("AC divergence at ", nearest, " to ", farthest, " times the slope the gate allows");
  CHECK(nearest >= 1.0);
  CHECK(farthest <= 2.5);
}

TEST_CASE("on published feeders the gate's slope settles on AC, and twice and a half does not") {
  const char* shared = std::getenv("GRIDSWARM_SHARED_DATA");
  for (const std::string name : {"case33bw", "case69", "case85", "case141", "case533mt_hi"}) {
    const std::string file =
        shared ? std::string(shared) + "/balanced/" + name + "/" + name + ".m" : std::string();
    if (file.empty() || !std::filesystem::exists(file)) {
      MESSAGE("no GRIDSWARM_SHARED_DATA here; skipped");
      return;
    }
    CAPTURE(name);
    // The wires as they are; a quarter of the load, so that no voltage is below the gate's v_min; a
    // droop at every bus, its slope in proportion to the load there.
    const feeder::Case grid = io::read_case(file);
    const feeder::Forest forest = feeder::make_forest(grid);
    std::vector<std::complex<double>> load(forest.size());
    Column<double> slope(forest.size(), 0.0);
    for (Index at = forest.roots; at < forest.size(); ++at) {
      const Index bus = forest.bus[at];
      load[at] = -0.25 * std::complex<double>(grid.buses.pd_mw[bus], grid.buses.qd_mvar[bus]) /
                 grid.base_mva;
      slope[at] = std::abs(load[at]);
    }
    balance::GateWork work;
    const balance::Gate gate = balance::check_gate(forest, slope, {}, work);
    double stable = 0.999 * gate.gate_slope_factor, unstable = 2.5 * gate.gate_slope_factor;
    CHECK(local_loop_settles(forest, load, slope, stable));
    CHECK_FALSE(local_loop_settles(forest, load, slope, unstable));
    for (int k = 0; k < 8; ++k) {
      const double middle = 0.5 * (stable + unstable);
      (local_loop_settles(forest, load, slope, middle) ? stable : unstable) = middle;
    }
    MESSAGE(name, ": AC divergence at ", unstable / gate.gate_slope_factor,
            " times the slope the gate allows");
  }
}

TEST_CASE("a gate that refuses says which slope would do") {
  const feeder::Forest two = make::forest({none, 0}, 0.0, 0.05);
  balance::GateWork work;
  Column<double> slope = {0.0, 400.0};
  const balance::Gate refused = balance::check_gate(two, slope, {}, work);
  CHECK_FALSE(refused.gate_passes);
  slope[1] *= 0.999 * refused.gate_slope_factor;
  CHECK(balance::check_gate(two, slope, {}, work).gate_passes);
}

TEST_CASE("a negative reactance is refused, since the bound would not hold") {
  const feeder::Forest two = make::forest({none, 0}, 0.01, -0.05);
  balance::GateWork work;
  CHECK_THROWS_AS(balance::check_gate(two, Column<double>{0.0, 1.0}, {}, work), UsageError);
}
