// SPDX-License-Identifier: BSD-3-Clause
// Oracles: the exact optimum by break-points (held against bisection elsewhere), and by hand.
#include "gridswarm/balance/balancing.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "gridswarm/base/error.hpp"
#include "instances.hpp"

using namespace gridswarm;

namespace {

struct Answer {
  balance::Balancing result;
  balance::Balance status;
  std::vector<double> p;
};

Answer answer(const make::Instance& it, const char* method, double tolerance) {
  balance::BalancingOptions options;
  options.method = method;
  options.tolerance = tolerance;
  Answer out;
  out.p.resize(it.want.size());
  out.status = balance::balance_cluster(
      it.view(), balance::overlay(static_cast<Index>(out.p.size())), options, out.p, out.result);
  return out;
}

/// Largest gap and rounds of a method over instances, counting those that didn't converge.
struct Record {
  double gap = 0.0;
  std::int64_t rounds = 0, sum_rounds = 0, failed = 0;
  void add(const Answer& answer) {
    gap = std::max(gap, answer.result.gap);
    rounds = std::max(rounds, answer.result.rounds);
    sum_rounds += answer.result.rounds;
    failed += answer.status != balance::Balance::solved;
  }
};

}  // namespace

TEST_CASE("on 1,000 random instances every method reaches the exact optimum to its promise") {
  Record newton, breakpoints, admm, innovations;
  int cycled = 0, no_slope = 0;
  for (std::uint64_t seed = 0; seed < 1000; ++seed) {
    CAPTURE(seed);
    const make::Instance it = make::random_instance(seed);
    bool cycles = false, flat = false;
    make::plain_newton(it, cycles, flat);
    cycled += cycles;
    no_slope += flat;
    const Answer exact = answer(it, "breakpoints", 1e-12);
    breakpoints.add(exact);
    newton.add(answer(it, "newton", 1e-12));
    admm.add(answer(it, "admm", 1e-8));
    innovations.add(answer(it, "innovations", 1e-8));
    for (std::size_t i = 0; i < it.want.size(); ++i) {
      REQUIRE(exact.p[i] >= it.low[i]);
      REQUIRE(exact.p[i] <= it.high[i]);
    }
  }
  CHECK(newton.gap <= 1e-6);
  CHECK(breakpoints.gap <= 1e-6);
  CHECK(admm.gap <= 1e-4);
  CHECK(innovations.gap <= 1e-3);
  CHECK(newton.failed + breakpoints.failed + innovations.failed == 0);
  CHECK(admm.failed <= 1);  // one creeps towards its stop rule, 1e-12 from the optimum
  CHECK(cycled > 0);        // without a bracket Newton runs to and fro on some of them,
  CHECK(no_slope > 0);      // and on some it has no slope to follow
  MESSAGE("plain Newton cycles on ", cycled, " and has no slope on ", no_slope, " of them");
  const auto say = [](const std::string& name, const Record& record) {
    MESSAGE(name, ": gap at most ", record.gap, ", rounds ", record.sum_rounds / 1000,
            " on average, ", record.rounds, " at most");
  };
  say("newton", newton);
  say("breakpoints", breakpoints);
  say("admm", admm);
  say("innovations", innovations);
}

TEST_CASE("two members share 3 kW in inverse proportion to their costs, whatever the method") {
  make::Instance it;
  it.add(1.0, -10.0, 10.0, 1.0);
  it.add(2.0, -10.0, 10.0, 2.0);  // p = 1 + y, 2 + y / 2; sum 0 at y = -2
  for (const char* method : {"newton", "breakpoints", "innovations", "admm"}) {
    CAPTURE(method);
    const Answer out = answer(it, method, 1e-10);
    CHECK(out.p[0] == doctest::Approx(-1.0).epsilon(1e-8));
    CHECK(out.p[1] == doctest::Approx(1.0).epsilon(1e-8));
    CHECK(out.result.price == doctest::Approx(-2.0).epsilon(1e-6));
    CHECK(out.result.cost == doctest::Approx(3.0).epsilon(1e-8));
    CHECK(out.result.messages > 0);
  }
}

TEST_CASE("a balance out of reach says by how much and on which side, whatever the method") {
  make::Instance it;
  it.add(0.0, -1.0, 2.0, 1.0);
  it.add(0.0, -1.0, 3.0, 0.5);
  for (const char* method : {"newton", "breakpoints", "innovations", "admm"}) {
    it.e_ref = 6.5;
    const Answer low = answer(it, method, 1e-9);
    CHECK(low.status == balance::Balance::short_of_power);
    CHECK(low.result.missing_kw == 1.5);
    it.e_ref = -5.0;
    const Answer high = answer(it, method, 1e-9);
    CHECK(high.status == balance::Balance::too_much_power);
    CHECK(high.result.missing_kw == -3.0);
    CHECK(high.p == std::vector<double>{-1.0, -1.0});
  }
}

TEST_CASE("a member alone on a fixed exchange answers in one round, wherever its wish lies") {
  make::Instance it;
  it.add(13.56, 1.95, 13.26, 11.6);  // flat at price 0, where a fixed step would run to and fro
  it.e_ref = 7.18;
  const Answer out = answer(it, "innovations", 1e-8);
  CHECK(out.status == balance::Balance::solved);
  CHECK(out.p[0] == doctest::Approx(7.18).epsilon(1e-9));
  CHECK(out.result.messages == 0);
}

TEST_CASE("methods that aren't there and neighbours of another size are refused") {
  make::Instance it;
  it.add(0.0, -1.0, 1.0, 1.0);
  CHECK_THROWS_AS(answer(it, "magic", 1e-9), UsageError);
  balance::BalancingOptions options;
  options.method = "innovations";
  std::vector<double> p(1);
  balance::Balancing result;
  CHECK_THROWS_AS(balance::balance_cluster(it.view(), balance::overlay(3), options, p, result),
                  UsageError);
}
