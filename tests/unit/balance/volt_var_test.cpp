// SPDX-License-Identifier: BSD-3-Clause
// Numbers of the curves: IEEE 1547-2018, table 8. The equilibrium is checked against its definition
// with dense R and X.
#include "gridswarm/balance/volt_var.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "gridswarm/base/error.hpp"
#include "gridswarm/flow/sensitivity.hpp"
#include "make.hpp"

using namespace gridswarm;

namespace {

constexpr double kw_to_pu = 1e-3;  // base 1 MVA

struct Case {
  feeder::Forest forest;
  fleet::Fleet fleet;
  Column<double> v_now;
  balance::VoltVarOptions options;
  balance::VoltVarPlan plan;
  balance::VoltVarWork work;
  balance::VoltVarResult result;
  std::vector<double> p, q;
};

void solve(Case& it) {
  it.q.assign(it.fleet.size(), 0.0);
  balance::make_volt_var_plan(it.forest, it.fleet, kw_to_pu, it.options, {}, it.plan);
  balance::volt_var(it.forest, it.fleet, it.plan, it.v_now, it.options, it.work, it.result, it.p,
                    it.q);
}

/// One battery of 100 kVA behind x, measured at v with p and q given.
Case one_device(double v, double p_kw, double q_now_kvar, double x_pu) {
  Case it;
  it.forest = make::forest({none, 0}, 0.0, x_pu);
  it.fleet = make::fleet({1});
  it.fleet.plate.s_kva = {100.0};
  it.fleet.plate.rating_kw = {100.0};
  it.fleet.state.p_kw = {p_kw};
  it.fleet.state.q_kvar = {q_now_kvar};
  it.v_now = {1.0, v};
  it.p = {p_kw};
  return it;
}

/// Largest distance from q = f(v), v = v_now + R dp + X dq, for devices that owe their full curve.
double distance_from_equilibrium(const Case& it) {
  const Index n = it.forest.size();
  std::vector<double> p(n, 0.0), q(n, 0.0), dv(n), scratch(2 * n);
  for (Index i = 0; i < it.fleet.size(); ++i) {
    p[it.fleet.plate.bus[i]] += (it.p[i] - it.fleet.state.p_kw[i]) * kw_to_pu;
    q[it.fleet.plate.bus[i]] += (it.q[i] - it.fleet.state.q_kvar[i]) * kw_to_pu;
  }
  flow::lin_voltage(it.forest, p, q, dv, scratch);
  double worst = 0.0;
  for (Index i = 0; i < it.fleet.size(); ++i) {
    const double k =
        std::hypot(it.forest.k_re[it.fleet.plate.bus[i]], it.forest.k_im[it.fleet.plate.bus[i]]);
    const double v = it.v_now[it.fleet.plate.bus[i]] + k * dv[it.fleet.plate.bus[i]];
    const double owed = it.fleet.plate.s_kva[i] * value_at(it.plan.curve, v);
    worst = std::max(worst, std::fabs(owed - it.q[i]) / it.fleet.plate.s_kva[i]);
  }
  return worst;
}

Case random_case(std::uint64_t seed, double x_pu) {
  make::Dice dice{seed};
  Case it;
  const Index buses = 2 + dice.below(30), agents = 1 + dice.below(60);
  it.forest = make::random_forest(buses, 4, x_pu, 1.0, dice);
  it.fleet = make::random_fleet(agents, buses, dice);
  it.p.resize(agents);
  for (Index i = 0; i < agents; ++i) {
    it.fleet.state.p_kw[i] = dice.uniform(-5.0, 5.0);
    it.fleet.state.q_kvar[i] = dice.uniform(-4.0, 4.0);
    it.p[i] = dice.uniform(2.5, 5.0);
  }
  for (Index k = 0; k < buses; ++k) it.v_now.push_back(k == 0 ? 1.0 : dice.uniform(0.9, 1.1));
  for (Index k = 1; k < buses; ++k) it.forest.k_re[k] = dice.uniform(0.9, 1.1);
  return it;
}

}  // namespace

TEST_CASE("the default curves pass through the standard's points and stay flat beyond") {
  const Curve a = balance::volt_var_curve({.category = "A"}), b = balance::volt_var_curve({});
  const double v_a[] = {0.85, 0.90, 0.95, 1.00, 1.05, 1.10, 1.20};
  const double q_a[] = {0.25, 0.25, 0.125, 0.0, -0.125, -0.25, -0.25};
  const double v_b[] = {0.80, 0.92, 0.95, 0.98, 1.00, 1.02, 1.05, 1.08, 1.20};
  const double q_b[] = {0.44, 0.44, 0.22, 0.0, 0.0, 0.0, -0.22, -0.44, -0.44};
  for (int k = 0; k < 7; ++k) CHECK(value_at(a, v_a[k]) == doctest::Approx(q_a[k]).epsilon(1e-12));
  for (int k = 0; k < 9; ++k) CHECK(value_at(b, v_b[k]) == doctest::Approx(q_b[k]).epsilon(1e-12));
}

TEST_CASE("a curve of one's own is taken as given, and refused where it rises or goes back") {
  balance::VoltVarOptions own{.category = "own"};
  CHECK(value_at(balance::volt_var_curve(own), 0.95) == doctest::Approx(0.22));
  own.v3_pu = 0.97;
  CHECK_THROWS_AS(balance::volt_var_curve(own), UsageError);
  own = {.category = "own"};
  own.q3_pu = 0.1;
  CHECK_THROWS_AS(balance::volt_var_curve(own), UsageError);
  own = {.category = "own"};
  own.q1_pu = 1.2;
  CHECK_THROWS_AS(balance::volt_var_curve(own), UsageError);
  own = {.category = "own"};
  own.v2_pu = std::nan("");
  CHECK_THROWS_AS(balance::volt_var_curve(own), UsageError);
  CHECK_THROWS_AS(balance::volt_var_curve({.category = "C"}), UsageError);
  own = {.category = "own"};
  own.v2_pu = own.v3_pu = 1.0;  // no dead band
  CHECK(value_at(balance::volt_var_curve(own), 1.0) == 0.0);
}

TEST_CASE("one device settles where its curve crosses the feeder's line") {
  Case it = one_device(1.06, 50.0, 0.0, 0.2);
  solve(it);
  // Per unit: q = -0.1 * (0.44 / 0.06) (v - 1.02), v = 1.06 + 0.2 q.
  const double slope = 0.1 * 0.44 / 0.06, v = (1.06 + 0.2 * slope * 1.02) / (1.0 + 0.2 * slope);
  CHECK(it.work.v_pu[1] == doctest::Approx(v).epsilon(1e-9));
  CHECK(it.q[0] == doctest::Approx(-slope * (v - 1.02) / kw_to_pu).epsilon(1e-8));
  CHECK(it.plan.bound == doctest::Approx(0.2 * slope).epsilon(1e-9));
  CHECK(it.result.volt_var_converged);
}

TEST_CASE("where it stood before does not matter") {
  Case fresh = one_device(1.06, 50.0, 0.0, 0.2);
  solve(fresh);
  Case before = one_device(1.06 - 0.2 * 0.03, 50.0, -30.0, 0.2);  // the same feeder at q = -30 kvar
  solve(before);
  CHECK(before.q[0] == doctest::Approx(fresh.q[0]).epsilon(1e-7));
}

TEST_CASE("the equilibrium holds on random feeders, gentle and far beyond the plain loop's limit") {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    CAPTURE(seed);
    Case it = random_case(seed, seed % 2 == 0 ? 0.002 : 0.5);
    it.options.max_iterations = 100000;
    solve(it);
    CHECK(it.result.volt_var_converged);
    const double slope =
        0.44 / 0.06;  // voltage error 1e-9 times slope, and some for the deepest bus
    CHECK(distance_from_equilibrium(it) <= 50.0 * slope * 1e-9);
    if (it.plan.bound < 0.5) CHECK(it.result.volt_var_iterations <= 20);
  }
}

TEST_CASE("below 5 % of rated power nothing is owed, from there to 20 % a part") {
  const double powers[] = {4.9, 5.0, 10.0, 20.0, 80.0};
  const double owed[] = {0.0, 0.25, 0.5, 1.0, 1.0};
  for (int k = 0; k < 5; ++k)
    for (double sign : {1.0, -1.0}) {  // a charging battery owes the same
      Case it = one_device(1.10, sign * powers[k], 0.0, 0.0);
      solve(it);
      CHECK(it.q[0] == doctest::Approx(-44.0 * owed[k]));
      it.options.prorate = false;
      solve(it);
      CHECK(it.q[0] == doctest::Approx(-44.0));
    }
}

TEST_CASE("reactive power comes first, unless active power does") {
  Case it = one_device(0.90, 95.0, 0.0, 0.0);
  solve(it);
  CHECK(it.q[0] == doctest::Approx(44.0));
  CHECK(it.p[0] == doctest::Approx(std::sqrt(100.0 * 100.0 - 44.0 * 44.0)));
  CHECK(it.result.volt_var_curtailed_kw == doctest::Approx(95.0 - it.p[0]));
  it.p = {95.0};
  it.options.reactive_priority = false;
  solve(it);
  CHECK(it.p[0] == 95.0);
  CHECK(it.q[0] == doctest::Approx(std::sqrt(100.0 * 100.0 - 95.0 * 95.0)));
  it.p = {120.0};  // beyond the rating: nothing is left
  solve(it);
  CHECK(it.q[0] == 0.0);
}

TEST_CASE("a change of active power since the measurement is foreseen") {
  Case it = one_device(1.00, 50.0, 0.0, 0.1);
  it.forest.r_pu[1] = 0.5;
  it.p = {90.0};  // + 40 kW: + 0.02 p.u.; then + 60 kW: into the curve
  solve(it);
  CHECK(it.work.v_pu[1] == doctest::Approx(1.02));
  CHECK(it.q[0] == doctest::Approx(0.0));
  it.fleet.state.p_kw = {30.0};
  solve(it);
  CHECK(it.q[0] < -1.0);
}

TEST_CASE("meters, vehicles and unsupplied devices keep their reactive power") {
  Case it = one_device(0.90, 50.0, 0.0, 0.1);
  it.fleet = make::fleet({1, 1, 1, 1});
  it.fleet.plate.kind = {fleet::Kind::pv, fleet::Kind::meter, fleet::Kind::ev, fleet::Kind::wind};
  it.fleet.state.q_kvar = {0.0, -2.0, 0.5, 0.25};
  it.fleet.state.p_kw = {5.0, -5.0, 0.0, 5.0};
  it.forest.bus.push_back(2);
  it.forest.bus.pop_back();
  it.forest.position.push_back(none);  // bus row 2 is unsupplied
  it.fleet.plate.bus[3] = 2;
  it.p.assign(it.fleet.state.p_kw.begin(), it.fleet.state.p_kw.end());
  solve(it);
  CHECK(it.plan.agent == std::vector<Index>{0});
  CHECK(it.q[0] == doctest::Approx(4.4));
  CHECK(it.q[1] == -2.0);
  CHECK(it.q[2] == 0.5);
  CHECK(it.q[3] == 0.25);
}

TEST_CASE("too few iterations are admitted") {
  Case it = random_case(1, 0.5);
  it.options.max_iterations = 1;
  solve(it);
  CHECK_FALSE(it.result.volt_var_converged);
  CHECK(it.result.volt_var_iterations == 1);
}
