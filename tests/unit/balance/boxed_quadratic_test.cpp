// SPDX-License-Identifier: BSD-3-Clause
// Oracles: the optimality conditions themselves, plain bisection in long double, and by hand.
#include "gridswarm/balance/boxed_quadratic.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "gridswarm/kernel/kernels.hpp"
#include "instances.hpp"

using namespace gridswarm;
using make::Instance;
using make::random_instance;

namespace {

balance::Price newton(const Instance& instance) {
  return balance::solve_by_newton(instance.view(), 1e-12, 200);
}

balance::Price exact(const Instance& instance) {
  std::vector<double> scratch;
  return balance::solve_by_breakpoints(instance.view(), scratch);
}

long double imbalance(const Instance& it, long double price) {
  long double sum = price * it.inverse_external - it.e_ref;
  for (std::size_t i = 0; i < it.want.size(); ++i) {
    const long double p = it.want[i] + price * it.inverse[i];
    sum += std::clamp<long double>(p, it.low[i], it.high[i]);
  }
  return sum;
}

/// Objective by bisection on the price with 200 halvings.
long double cost_by_bisection(const Instance& it) {
  long double low = -1e9L, high = 1e9L;
  for (int k = 0; k < 200; ++k) {
    const long double middle = (low + high) / 2;
    (imbalance(it, middle) > 0 ? high : low) = middle;
  }
  long double cost = 0, sum = 0;
  for (std::size_t i = 0; i < it.want.size(); ++i) {
    const long double p =
        std::clamp<long double>(it.want[i] + low * it.inverse[i], it.low[i], it.high[i]);
    sum += p;
    cost += (p - it.want[i]) * (p - it.want[i]) / (2 * it.inverse[i]);
  }
  if (it.inverse_external > 0)
    cost += (sum - it.e_ref) * (sum - it.e_ref) / (2 * it.inverse_external);
  return cost;
}

}  // namespace

TEST_CASE("two members share an imbalance in inverse proportion to their costs") {
  Instance it;
  it.add(1.0, -10.0, 10.0, 1.0);
  it.add(2.0, -10.0, 10.0, 2.0);
  it.e_ref = 0.0;  // 3 kW too much, exchange fixed: p = 1 + y, 2 + y / 2, sum 0 at y = -2
  CHECK(newton(it).price == doctest::Approx(-2.0));
  CHECK(newton(it).sum_kw == doctest::Approx(0.0));
  it.inverse_external = 1.5;  // y (1 + 1/2 + 3/2) = -3
  CHECK(newton(it).price == doctest::Approx(-1.0));
  CHECK(balance::cost_at(it.view(), -1.0) == doctest::Approx(0.5 * 1 + 0.5 * 0.5 + 0.5 * 1.5));
}

TEST_CASE("on 3,000 random instances Newton in its bracket and break-points reach the optimum") {
  int cycled = 0, no_slope = 0, most = 0;
  for (std::uint64_t seed = 0; seed < 3000; ++seed) {
    CAPTURE(seed);
    const Instance it = random_instance(seed);
    const balance::Price by_newton = newton(it), by_points = exact(it);
    REQUIRE(by_newton.status == balance::Balance::solved);
    REQUIRE(by_points.status == balance::Balance::solved);
    const double best = static_cast<double>(cost_by_bisection(it));
    CHECK(balance::cost_at(it.view(), by_newton.price) == doctest::Approx(best).epsilon(1e-9));
    CHECK(balance::cost_at(it.view(), by_points.price) == doctest::Approx(best).epsilon(1e-9));
    most = std::max<int>(most, by_newton.passes);
    bool cycles = false, flat = false;
    make::plain_newton(it, cycles, flat);
    cycled += cycles;
    no_slope += flat;
  }
  CHECK(cycled >= 20);    // the set holds instances on which Newton without a bracket cycles
  CHECK(no_slope >= 20);  // and some on which it has no slope to follow
  CHECK(most <= 60);
  MESSAGE("plain Newton cycled on ", cycled, " and had no slope on ", no_slope,
          " of 3000; bracketed passes at most ", most);
}

TEST_CASE("a fixed exchange out of reach is told by its side, with everyone at that limit") {
  Instance it;
  it.add(0.0, -1.0, 2.0, 1.0);
  it.add(0.0, -1.0, 3.0, 0.5);
  it.e_ref = 6.0;
  for (const balance::Price& price : {newton(it), exact(it)}) {
    CHECK(price.status == balance::Balance::short_of_power);
    CHECK(price.sum_kw == 5.0);
  }
  it.e_ref = -2.5;
  for (const balance::Price& price : {newton(it), exact(it)}) {
    CHECK(price.status == balance::Balance::too_much_power);
    CHECK(price.sum_kw == -2.0);
  }
  it.e_ref = 5.0;
  CHECK(newton(it).status == balance::Balance::solved);
}

TEST_CASE("members that can't move leave the exchange to carry everything") {
  Instance it;
  it.add(1.0, 1.0, 1.0, 1.0);
  it.add(-4.0, -4.0, -4.0, 3.0);
  it.inverse_external = 2.0;
  it.e_ref = 1.0;
  for (const balance::Price& price : {newton(it), exact(it)}) {
    CHECK(price.status == balance::Balance::solved);
    CHECK(price.sum_kw == -3.0);
    CHECK(price.price == 2.0);  // e = e_ref - y / a_ext
    CHECK(price.passes == 1);
  }
  it.inverse_external = 0.0;
  CHECK(newton(it).status == balance::Balance::short_of_power);
}

TEST_CASE("one member alone takes what its limits allow, and nobody is a problem without members") {
  Instance one;
  one.add(0.0, -1.0, 1.0, 2.0);
  one.inverse_external = 0.5;  // y (1/2 + 1/2) = 1
  one.e_ref = 1.0;
  CHECK(newton(one).price == doctest::Approx(1.0));
  CHECK(newton(one).sum_kw == doctest::Approx(0.5));
  Instance nobody;
  CHECK(newton(nobody).status == balance::Balance::solved);
  nobody.e_ref = 1.0;
  CHECK(newton(nobody).status == balance::Balance::short_of_power);
  nobody.inverse_external = 1.0;
  CHECK(exact(nobody).status == balance::Balance::solved);
}

TEST_CASE("too few passes are admitted") {
  Instance it;
  for (int i = 0; i < 9; ++i) it.add(0.0, 0.0, i < 3 ? 0.1 : 10.0, i < 3 ? 0.01 : 3.0);
  it.e_ref = 33.0;
  CHECK(balance::solve_by_newton(it.view(), 1e-12, 2).status == balance::Balance::not_converged);
  CHECK(newton(it).status == balance::Balance::solved);
}

TEST_CASE("every instruction set aggregates the same bytes, for every count") {
  const kernel::Isa before = kernel::isa_in_use();
  for (Index count = 1; count < 70; ++count) {
    make::Dice dice{static_cast<std::uint64_t>(count)};
    Instance it;
    for (Index i = 0; i < count; ++i) {
      const double low = dice.uniform(-3.0, 1.0);
      it.add(dice.uniform(-2.0, 2.0), low, low + dice.uniform(0.0, 2.0), dice.uniform(0.1, 9.0));
    }
    REQUIRE(kernel::use_isa(kernel::Isa::reference));
    const kernel::DispatchView view{it.want.size(), it.want.data(), it.low.data(), it.high.data(),
                                    it.inverse.data()};
    const kernel::DispatchSurvey survey = kernel::kernels().dispatch_survey(view);
    const kernel::DispatchSums sums = kernel::kernels().dispatch_pass(view, 0.37);
    for (int isa = 1; isa < kernel::isa_count; ++isa) {
      if (!kernel::use_isa(static_cast<kernel::Isa>(isa))) continue;
      const kernel::DispatchSurvey other = kernel::kernels().dispatch_survey(view);
      CHECK(survey.sum_min_kw == other.sum_min_kw);
      CHECK(survey.sum_max_kw == other.sum_max_kw);
      CHECK(survey.sum_size_kw == other.sum_size_kw);
      CHECK(survey.min_price == other.min_price);
      CHECK(survey.max_price == other.max_price);
      CHECK(sums.sum_kw == kernel::kernels().dispatch_pass(view, 0.37).sum_kw);
      CHECK(sums.slope == kernel::kernels().dispatch_pass(view, 0.37).slope);
    }
  }
  kernel::use_isa(before);
}
