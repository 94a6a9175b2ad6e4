// SPDX-License-Identifier: BSD-3-Clause
// Oracles: the exact sum in long double, eigenvalues of lines and rings in closed form, by hand.
#include "gridswarm/balance/consensus.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "consensus_graphs.hpp"
#include "gridswarm/base/error.hpp"

using namespace gridswarm;

TEST_CASE("a sum up and down a tree is exact in twice its height, with two messages per edge") {
  //      0
  //     1 2
  //    3
  const std::vector<Index> parent = {none, 0, 0, 1};
  std::vector<double> value = {1.0, 2.0, 4.0, 8.0};
  const balance::ConsensusTotals totals = balance::sum_over_tree(parent, value);
  CHECK(value == std::vector<double>{15.0, 15.0, 15.0, 15.0});
  CHECK(totals.rounds == 4);
  CHECK(totals.messages == 6);
  CHECK(totals.bytes == 48);
}

TEST_CASE("averaging two neighbours takes the mean in one round") {
  const Csr two = make::graph(2, {{0, 1}});
  std::vector<double> value = {0.0, 8.0};  // weight 1/2
  const balance::ConsensusTotals totals = balance::average_by_metropolis(two, {}, value);
  CHECK(value == std::vector<double>{4.0, 4.0});
  CHECK(totals.rounds == 1);
  CHECK(totals.messages == 2);
}

TEST_CASE("power iteration finds the second eigenvalue of lines and rings") {
  for (const Index count : {5, 16, 40}) {
    const double turn = 2.0 * std::acos(-1.0) / count;
    CHECK(balance::second_eigenvalue(make::ring(count), 20000) ==
          doctest::Approx(1.0 / 3.0 + 2.0 / 3.0 * std::cos(turn)).epsilon(1e-9));
    CHECK(balance::second_eigenvalue(make::line(count), 20000) ==
          doctest::Approx(1.0 / 3.0 + 2.0 / 3.0 * std::cos(turn / 2)).epsilon(1e-9));
  }
}

TEST_CASE("Chebyshev polynomials take a line of 64 to the mean in a fraction of the plain rounds") {
  const Csr line = make::line(64);
  std::vector<double> plain = make::values(64, 3), fast = plain;
  const double mean = make::mean(plain);
  const auto slow = balance::average_by_metropolis(line, {}, plain);
  const auto quick = balance::average_by_chebyshev(line, {}, fast);
  REQUIRE(slow.reached);
  REQUIRE(quick.reached);
  for (const double x : fast) CHECK(std::fabs(x - mean) <= 1e-3);
  CHECK(slow.rounds > 8 * quick.rounds);
  MESSAGE("line of 64 to 1e-3: Metropolis ", slow.rounds, ", Chebyshev ", quick.rounds, ", tree ",
          2 * 63, " rounds");
}

TEST_CASE("under 5 % and 30 % loss Chebyshev passes through the same numbers, only later") {
  for (std::int64_t seed = 1; seed <= 10; ++seed) {
    CAPTURE(seed);
    const Csr graph = make::random_tree(64, 6, static_cast<std::uint64_t>(seed));
    const std::vector<double> start = make::values(64, static_cast<std::uint64_t>(seed));
    std::int64_t before = 0;
    for (const double loss : {0.0, 0.05, 0.3}) {
      std::vector<double> value = start;
      balance::AveragingOptions options;
      options.loss = loss;
      options.seed = seed;
      options.tolerance = 1e-6;
      const auto totals = balance::average_by_chebyshev(graph, options, value);
      CHECK(totals.reached);
      CHECK(totals.rounds > before);
      CHECK(make::mean(value) == doctest::Approx(make::mean(start)).epsilon(1e-5));
      before = totals.rounds;
      if (seed == 1) MESSAGE("loss ", loss, ": ", totals.rounds, " rounds to 1e-6");
    }
  }
}

TEST_CASE("plain averaging drifts off the mean under loss, by less than a tenth of the spread") {
  double worst = 0.0;
  for (std::int64_t seed = 1; seed <= 20; ++seed) {
    const Csr graph = make::random_tree(32, 6, static_cast<std::uint64_t>(seed));
    std::vector<double> value = make::values(32, static_cast<std::uint64_t>(seed));
    balance::AveragingOptions options;
    options.loss = 0.05;
    options.seed = seed;
    options.tolerance = 0.0;
    options.max_rounds = 4000;
    worst = std::max(worst, balance::average_by_metropolis(graph, options, value).error);
  }
  CHECK(worst > 1e-4);  // which is why it is the baseline
  CHECK(worst < 0.1);
  MESSAGE("Metropolis under 5 % loss ends ", worst, " of the spread away at worst");
}

TEST_CASE("leaders of any number know the exact sum after ceil(log2 n) rounds") {
  for (std::size_t count = 1; count <= 70; ++count) {
    CAPTURE(count);
    std::vector<double> value;
    for (std::size_t i = 0; i < count; ++i) value.push_back(static_cast<double>(i * i + 1));
    double sum = 0.0;
    for (const double x : value) sum += x;
    const balance::ConsensusTotals totals = balance::sum_over_leaders(value);
    for (const double x : value) CHECK(x == sum);  // whole numbers: no rounding in any order
    CHECK(totals.rounds == static_cast<std::int64_t>(std::ceil(std::log2(count))));
    const bool is_power = (count & (count - 1)) == 0;
    if (is_power) CHECK(totals.messages == totals.rounds * static_cast<std::int64_t>(count));
  }
}

TEST_CASE("16,384 leaders agree in 14 rounds to rounding") {
  std::vector<double> value = make::values(16384, 9);
  const double sum = 16384.0 * make::mean(value);
  const auto totals = balance::sum_over_leaders(value);
  CHECK(totals.rounds == 14);
  for (const double x : value) REQUIRE(std::fabs(x - sum) <= 1e-12 * 16384.0);
}

TEST_CASE("graphs that can't agree are refused in one sentence") {
  const auto refusal = [](const Csr& graph) -> std::string {
    try {
      balance::check_graph(graph);
    } catch (const UsageError& error) {
      return error.what();
    }
    return "";
  };
  CHECK(refusal(make::graph(3, {{0, 1}})) ==
        "node 2 of a consensus graph can't be reached from node 0: no mean of all");
  CHECK(refusal(Csr{{0, 1, 1}, {1}}) ==
        "node 0 of a consensus graph hears 1, which doesn't hear it");
  CHECK(refusal(Csr{{0, 1}, {0}}) == "node 0 of a consensus graph names itself");
  CHECK(refusal(Csr{{0, 1}, {5}}) == "node 0 of a consensus graph names 5, which isn't there");
  CHECK(refusal(make::ring(5)) == "");
}
