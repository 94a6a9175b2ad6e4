// SPDX-License-Identifier: BSD-3-Clause
// Oracle: the exact optimum by break-points.
#include "gridswarm/balance/large_dispatch.hpp"

#include <doctest/doctest.h>

#include "instances.hpp"

using namespace gridswarm;

namespace {

make::Instance many(Index count, std::uint64_t seed, double part) {
  make::Dice dice{seed};
  make::Instance it;
  double low = 0.0, high = 0.0;
  for (Index i = 0; i < count; ++i) {
    const double want = dice.uniform(-5.0, 5.0), below = dice.uniform(0.0, 4.0),
                 above = dice.uniform(0.0, 4.0);
    it.add(want, want - below, want + above, dice.uniform(0.05, 2.0));
    low += want - below;
    high += want + above;
  }
  it.e_ref = low + part * (high - low);
  return it;
}

}  // namespace

TEST_CASE("a large cluster's dispatch is the exact optimum, the same for any number of threads") {
  balance::LargeDispatchWork work;
  std::vector<double> scratch;
  for (const double part : {0.01, 0.3, 0.45, 0.5, 0.55, 0.99}) {
    CAPTURE(part);
    const make::Instance it = many(30000, 7, part);
    std::vector<double> one(it.want.size()), four(it.want.size());
    const auto price = balance::dispatch_large(it.view(), 1e-12, 200, 1, work, one);
    const auto again = balance::dispatch_large(it.view(), 1e-12, 200, 4, work, four);
    CHECK(price.status == balance::Balance::solved);
    CHECK(one == four);
    CHECK(price.price == again.price);
    const auto exact = balance::solve_by_breakpoints(it.view(), scratch);
    CHECK(balance::cost_at(it.view(), price.price) ==
          doctest::Approx(balance::cost_at(it.view(), exact.price)).epsilon(1e-9));
    double sum = 0.0;
    for (const double p : one) sum += p;
    CHECK(sum == doctest::Approx(it.e_ref).epsilon(1e-9));
  }
}

TEST_CASE("on small instances of all kinds it answers as the plain solver does") {
  balance::LargeDispatchWork work;
  for (std::uint64_t seed = 0; seed < 1000; ++seed) {
    CAPTURE(seed);
    const make::Instance it = make::random_instance(seed);
    std::vector<double> p(it.want.size()), scratch;
    const auto price = balance::dispatch_large(it.view(), 1e-12, 200, 1, work, p);
    CHECK(price.status == balance::Balance::solved);
    const auto exact = balance::solve_by_breakpoints(it.view(), scratch);
    CHECK(balance::cost_at(it.view(), price.price) ==
          doctest::Approx(balance::cost_at(it.view(), exact.price)).epsilon(1e-9));
  }
}

TEST_CASE("out of reach and without members it says what the plain solver says") {
  balance::LargeDispatchWork work;
  make::Instance it = many(5000, 3, 1.5);
  std::vector<double> p(it.want.size());
  CHECK(balance::dispatch_large(it.view(), 1e-12, 200, 1, work, p).status ==
        balance::Balance::short_of_power);
  CHECK(p == it.high);
  std::vector<double> nobody;
  CHECK(balance::dispatch_large({}, 1e-12, 200, 1, work, nobody).status ==
        balance::Balance::solved);
}
