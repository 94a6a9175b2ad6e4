// SPDX-License-Identifier: BSD-3-Clause
// Oracles: plans by hand, exhaustive search on a grid, and weak duality, which no mistake in the
// iteration can break: the bound must lie below the cost of every plan that is tried.
#include "gridswarm/balance/horizon.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "gridswarm/base/error.hpp"
#include "make.hpp"

using namespace gridswarm;

namespace {

constexpr double inf = no_limit;

balance::Horizon random_horizon(std::uint64_t seed, Index members, Index steps) {
  make::Dice dice{seed};
  balance::Horizon out;
  out.members = members;
  out.steps = steps;
  out.dt_h = 0.25;
  out.inverse_external = std::pow(10.0, dice.uniform(-1.0, 1.0));
  for (Index t = 0; t < steps; ++t) out.e_ref_kw.push_back(dice.uniform(-5.0, 5.0));
  for (Index i = 0; i < members; ++i) {
    const bool stores = dice.below(2) == 0;
    const double size_kwh = dice.uniform(0.2, 1.5);
    const double full = dice.uniform(0.0, 1.0);
    out.inverse_cost.push_back(std::pow(10.0, dice.uniform(-1.0, 1.0)));
    for (Index t = 0; t < steps; ++t) {
      out.want_kw.push_back(dice.uniform(-3.0, 3.0));
      out.min_kw.push_back(-dice.uniform(0.0, 4.0));
      out.max_kw.push_back(dice.uniform(0.0, 4.0));
      out.given_low_kwh.push_back(stores ? -(1.0 - full) * size_kwh : -inf);
      out.given_high_kwh.push_back(stores ? full * size_kwh : inf);
    }
  }
  return out;
}

bool is_plan(const balance::Horizon& it, const Column<double>& p) {
  for (Index i = 0; i < it.members; ++i) {
    double kwh = 0.0;
    for (Index t = 0; t < it.steps; ++t) {
      const std::size_t k = static_cast<std::size_t>(i) * it.steps + t;
      kwh += it.dt_h * p[k];
      if (p[k] < it.min_kw[k] || p[k] > it.max_kw[k]) return false;
      if (kwh < it.given_low_kwh[k] - 1e-9 || kwh > it.given_high_kwh[k] + 1e-9) return false;
    }
  }
  return true;
}

}  // namespace

TEST_CASE("a battery that wants 4 kW for three hours and holds 6 kWh gives 2 kW throughout") {
  const std::vector<double> want = {4.0, 4.0, 4.0}, low(3, -5.0), high(3, 5.0), from(3, 0.0),
                            to(3, 6.0);
  std::vector<double> p(3);
  balance::member_plan(want, low, high, from, to, 1.0, p);
  for (const double each : p) CHECK(each == doctest::Approx(2.0).epsilon(1e-12));
}

TEST_CASE("one that is empty charges no later than it must give") {
  // Wants 0, 0, then 3 kW; empty now: the 3 kW of the last hour come out of the hours before.
  const std::vector<double> want = {0.0, 0.0, 3.0}, low(3, -5.0), high(3, 5.0), from(3, -10.0),
                            to(3, 0.0);
  std::vector<double> p(3);
  balance::member_plan(want, low, high, from, to, 1.0, p);
  CHECK(p[0] == doctest::Approx(-1.0));
  CHECK(p[1] == doctest::Approx(-1.0));
  CHECK(p[2] == doctest::Approx(2.0));
}

TEST_CASE("plans of one member are the best of all on a grid") {
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    CAPTURE(seed);
    balance::Horizon it = random_horizon(seed, 1, 3);
    Column<double> p(3), tried(3);
    balance::member_plan(it.want_kw, it.min_kw, it.max_kw, it.given_low_kwh, it.given_high_kwh,
                         it.dt_h, p);
    REQUIRE(is_plan(it, p));
    const auto distance = [&](const Column<double>& x) {
      double sum = 0.0;
      for (int t = 0; t < 3; ++t) sum += (x[t] - it.want_kw[t]) * (x[t] - it.want_kw[t]);
      return sum;
    };
    const double best = distance(p);
    constexpr int points = 24;
    for (int n = 0; n <= points * (points + 1) * (points + 1) - 1; ++n) {
      int rest = n;
      for (int t = 0; t < 3; ++t, rest /= points + 1)
        tried[t] = it.min_kw[t] + (it.max_kw[t] - it.min_kw[t]) * (rest % (points + 1)) / points;
      if (is_plan(it, tried)) REQUIRE(distance(tried) >= best - 1e-9);
    }
  }
}

TEST_CASE(
    "on 100 random clusters over eight steps the plans are certified to 1e-6 of the optimum") {
  std::int64_t most = 0;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    CAPTURE(seed);
    const balance::Horizon it = random_horizon(seed, 2 + static_cast<Index>(seed % 12), 8);
    const balance::HorizonResult out = balance::balance_horizon(it, 1e-6, 5000);
    CHECK(out.status == balance::Balance::solved);
    CHECK(is_plan(it, out.p_kw));
    CHECK(out.cost == doctest::Approx(balance::horizon_cost(it, out.p_kw)));
    make::Dice dice{seed + 5000};
    Column<double> other = out.p_kw;  // no mixture with another plan is cheaper than the bound
    Column<double> lazy(other.size());
    for (Index i = 0; i < it.members; ++i) {
      const auto part = [&](auto& column) {
        return std::span(column).subspan(static_cast<std::size_t>(i * it.steps), 8);
      };
      balance::member_plan(part(it.want_kw), part(it.min_kw), part(it.max_kw),
                           part(it.given_low_kwh), part(it.given_high_kwh), it.dt_h, part(lazy));
    }
    for (int n = 0; n < 50; ++n) {
      const double share = dice.uniform(0.0, 1.0);
      for (std::size_t k = 0; k < other.size(); ++k)
        other[k] = out.p_kw[k] + share * (lazy[k] - out.p_kw[k]);
      CHECK(balance::horizon_cost(it, other) >= out.bound - 1e-9 * std::fabs(out.bound));
    }
    most = std::max(most, out.rounds);
  }
  MESSAGE("rounds at most ", most);
}

TEST_CASE("a member without a plan is named with its step") {
  balance::Horizon it = random_horizon(3, 1, 2);
  it.min_kw = {2.0, 2.0};
  it.max_kw = {3.0, 3.0};
  it.given_low_kwh = {-inf, -inf};
  it.given_high_kwh = {0.6, 0.8};  // 2 kW for two quarters are 1 kWh
  CHECK_THROWS_WITH_AS(balance::balance_horizon(it, 1e-6, 10),
                       "member 0 has no plan for step 1: its limits need 1.000000 kWh given and "
                       "allow 0.800000",
                       UsageError);
}
