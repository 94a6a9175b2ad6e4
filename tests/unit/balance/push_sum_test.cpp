// SPDX-License-Identifier: BSD-3-Clause
// Oracles: the exact mean, and the sum of all mass, which must never change.
#include "gridswarm/balance/push_sum.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "consensus_graphs.hpp"
#include "gridswarm/base/error.hpp"

using namespace gridswarm;

namespace {

/// All mass: held, and still owed on the links.
balance::Mass total(const balance::PushSum& state) {
  balance::Mass out;
  for (const balance::Mass& mass : state.mass) {
    out.value += mass.value;
    out.weight += mass.weight;
  }
  for (std::size_t k = 0; k < state.taken.size(); ++k) {
    if (!state.present[state.sender[k]] || !state.present[state.listeners.items[k]]) continue;
    out.value += state.sent[state.sender[k]].sum.value - state.taken[k].sum.value;
    out.weight += state.sent[state.sender[k]].sum.weight - state.taken[k].sum.weight;
  }
  return out;
}

}  // namespace

TEST_CASE("two who listen to each other reach the mean in one round") {
  balance::PushSum state = balance::make_push_sum(make::graph(2, {{0, 1}}), std::vector{0.0, 8.0});
  balance::ConsensusTotals totals;
  balance::push_sum_round(state, {}, totals);
  CHECK(balance::estimate(state, 0) == 4.0);
  CHECK(balance::estimate(state, 1) == 4.0);
  CHECK(totals.bytes == 2 * 20);
}

TEST_CASE("over one-way links that lose 5 %, 20 % and 50 % it reaches the exact mean to 1e-9") {
  for (const double loss : {0.0, 0.05, 0.2, 0.5}) {
    std::int64_t most = 0;
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
      CAPTURE(seed);
      balance::PushSum state =
          balance::make_push_sum(make::one_way(64, seed), make::values(64, seed));
      balance::AveragingOptions options;
      options.tolerance = 1e-9;
      options.loss = loss;
      options.seed = static_cast<std::int64_t>(seed);
      options.max_rounds = 2000;
      const auto totals = balance::average_by_push_sum(state, options);
      REQUIRE(totals.reached);
      const balance::Mass mass = total(state);
      CHECK(mass.weight == doctest::Approx(64.0).epsilon(1e-12));
      CHECK(mass.value / 64.0 == doctest::Approx(balance::mean_of_present(state)).epsilon(1e-10));
      most = std::max(most, totals.rounds);
    }
    MESSAGE("loss ", loss, ": at most ", most, " rounds to 1e-9");
  }
}

TEST_CASE("a message that comes late, or twice, changes nothing") {
  balance::PushSum state = balance::make_push_sum(make::line(2), std::vector{1.0, 3.0});
  const balance::RunningSum early = balance::share_out(state, 0);
  const balance::RunningSum later = balance::share_out(state, 0);
  balance::take_in(state, 0, later);
  const balance::Mass before = state.mass[1];
  balance::take_in(state, 0, early);
  balance::take_in(state, 0, later);
  CHECK(state.mass[1].value == before.value);
  CHECK(state.mass[1].weight == before.weight);
}

TEST_CASE("the mean is followed through new values, leaves and joins, with losses all along") {
  balance::PushSum state = balance::make_push_sum(make::ring(24), make::values(24, 5));
  balance::AveragingOptions options;
  options.loss = 0.1;
  balance::ConsensusTotals totals;
  make::Dice dice{8};
  for (int change = 0; change < 60; ++change) {
    const Index i = dice.below(24);
    const bool alone = !state.present[(i + 1) % 24] && !state.present[(i + 23) % 24];
    const bool apart = state.present[i] && change % 3 == 1;
    Index away = 0;
    for (const char is_present : state.present) away += !is_present;
    if (!state.present[i])
      balance::join(state, i, dice.uniform(-5.0, 5.0));
    else if (apart && away == 0 && !alone)  // a ring stays in one piece without one of its nodes
      balance::leave(state, i);
    else
      balance::set_value(state, i, dice.uniform(-5.0, 5.0));
    for (int round = 0; round < 5; ++round) balance::push_sum_round(state, options, totals);
  }
  for (int round = 0; round < 5000; ++round) balance::push_sum_round(state, options, totals);
  CHECK(balance::worst_error(state) <= 1e-9);
}

TEST_CASE("who nobody listens to can't leave in order") {
  balance::PushSum state = balance::make_push_sum(make::line(2), std::vector{1.0, 3.0});
  balance::leave(state, 0);
  CHECK(balance::estimate(state, 1) == 3.0);
  CHECK_THROWS_AS(balance::leave(state, 1), UsageError);
}
