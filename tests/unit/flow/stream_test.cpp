// SPDX-License-Identifier: BSD-3-Clause
// Streams and many feeders: the bits of the batch written out, whatever the blocks and the ranks.
#include "gridswarm/flow/stream.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstring>
#include <limits>

#include "batches.hpp"
#include "gridswarm/base/error.hpp"
#include "gridswarm/flow/many.hpp"

using namespace gridswarm;

namespace {

constexpr Index buses = 5;

/// Voltages of all scenarios, joined from the blocks of a stream.
struct Joined {
  std::vector<double> v_re, v_im;
  std::vector<flow::FlowStatus> status;
  std::vector<std::int32_t> iterations;
  Index blocks = 0;
  std::int64_t next = 0;

  void append(std::int64_t first, const flow::FlowResult& result) {
    CHECK(first == next);
    next += result.scenarios;
    ++blocks;
    v_re.insert(v_re.end(), result.v_re.begin(), result.v_re.end());
    v_im.insert(v_im.end(), result.v_im.begin(), result.v_im.end());
    status.insert(status.end(), result.status.begin(), result.status.end());
    iterations.insert(iterations.end(), result.iterations.begin(), result.iterations.end());
  }
};

Joined streamed(const feeder::Case& grid, const flow::Batch& batch,
                const flow::StreamOptions& stream = {}, const flow::FlowOptions& options = {}) {
  Joined all;
  flow::solve_stream(grid, batch, options, stream, [&all](const flow::BatchBlock& block) {
    all.append(block.first, block.result);
    return true;
  });
  return all;
}

bool same_bits(const std::vector<double>& a, const std::vector<double>& b) {
  return a.size() == b.size() &&
         (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(double)) == 0);
}

/// The ladder with `rows` rows of injections on its three topologies.
struct Ladder {
  feeder::Case grid = test::ladder();
  test::LadderRows rows;
  flow::Batch batch;
  explicit Ladder(Index count) : rows(count) {
    batch.topology = test::ladder_topologies();
    batch.injections.given = {count, rows.p, rows.q};
  }
};

}  // namespace

TEST_CASE("a product of axes has the bits of its scenarios written out") {
  const Ladder it(37);
  const Joined all = streamed(it.grid, it.batch);
  REQUIRE(all.v_re.size() == 3 * 37 * buses);
  for (Index t = 0; t < 3; ++t) {
    const feeder::Case grid = flow::changed(it.grid, it.batch.topology[t]);
    const auto alone = test::solved(grid, 37, it.rows.p, it.rows.q);
    const std::size_t at = static_cast<std::size_t>(t) * 37 * buses;
    CHECK(std::memcmp(all.v_re.data() + at, alone.v_re.data(), 37 * buses * sizeof(double)) == 0);
    CHECK(std::memcmp(all.v_im.data() + at, alone.v_im.data(), 37 * buses * sizeof(double)) == 0);
    for (Index s = 0; s < 37; ++s) CHECK(all.iterations[t * 37 + s] == alone.iterations[s]);
  }
  CHECK(std::isnan(all.v_re[2 * 37 * buses + 4]));  // bus 4 is cut off in the third topology
}

TEST_CASE("blocks of any length give the same bits") {
  const Ladder it(37);
  const Joined whole = streamed(it.grid, it.batch);
  CHECK(whole.blocks == 1);
  for (const std::int64_t block : {1, 7, 16, 50}) {
    CAPTURE(block);
    const Joined cut = streamed(it.grid, it.batch, {.block = block});
    CHECK(cut.blocks == (3 * 37 + block - 1) / block);
    CHECK(same_bits(whole.v_re, cut.v_re));
    CHECK(same_bits(whole.v_im, cut.v_im));
  }
}

TEST_CASE("with room for one solver only, blocks end where the topology changes") {
  const Ladder it(20);
  const Joined whole = streamed(it.grid, it.batch);
  const Joined cut = streamed(it.grid, it.batch, {.solvers_mib = 0.0});
  CHECK(cut.blocks == 3);
  CHECK(same_bits(whole.v_re, cut.v_re));
}

TEST_CASE("a zip of topologies and injections puts every result in its place") {
  const Ladder it(9);
  flow::Batch zip = it.batch;
  zip.combine = flow::Combine::zip;
  zip.topology.clear();
  for (Index s = 0; s < 9; ++s) zip.topology.push_back(test::ladder_topologies()[(2 * s) % 3]);
  const Joined all = streamed(it.grid, zip);
  const Joined product = streamed(it.grid, it.batch);
  for (Index s = 0; s < 9; ++s) {
    CAPTURE(s);
    const std::size_t from = static_cast<std::size_t>((2 * s) % 3 * 9 + s) * buses;
    CHECK(std::memcmp(all.v_re.data() + s * buses, product.v_re.data() + from,
                      buses * sizeof(double)) == 0);
  }
}

TEST_CASE("a warm start finds the same answer") {
  const Ladder it(37);
  const Joined cold = streamed(it.grid, it.batch);
  const Joined warm = streamed(it.grid, it.batch, {.warm_start = true});
  for (std::size_t i = 0; i < cold.v_re.size(); ++i) {
    if (std::isnan(cold.v_re[i])) continue;
    CHECK(std::abs(cold.v_re[i] - warm.v_re[i]) < 1e-9);
    CHECK(std::abs(cold.v_im[i] - warm.v_im[i]) < 1e-9);
  }
  const Joined cut = streamed(it.grid, it.batch, {.block = 10, .warm_start = true});
  CHECK(same_bits(warm.v_re, cut.v_re));
}

TEST_CASE("a load that is not finite is named by the scenario of the batch") {
  Ladder it(37);
  it.rows.p[30 * buses + 2] = std::numeric_limits<double>::quiet_NaN();
  it.batch.topology.erase(it.batch.topology.begin());
  try {
    streamed(it.grid, it.batch, {.block = 20});
    FAIL("not refused");
  } catch (const flow::NotFiniteError& error) {
    CHECK(error.scenario == 30);
    CHECK(error.where == "bus 102");
  }
}

TEST_CASE("a scenario that can't be solved leaves the bits of all others") {
  Ladder it(37);
  const Joined clean = streamed(it.grid, it.batch);
  for (Index k = 1; k < buses; ++k) it.rows.p[20 * buses + k] = -80.0;
  const Joined poisoned = streamed(it.grid, it.batch);
  for (Index s = 0; s < 3 * 37; ++s) {
    CAPTURE(s);
    if (s % 37 == 20) {
      CHECK(poisoned.status[s] != flow::FlowStatus::converged);
      continue;
    }
    CHECK(std::memcmp(clean.v_re.data() + s * buses, poisoned.v_re.data() + s * buses,
                      buses * sizeof(double)) == 0);
  }
}

TEST_CASE("a sink that has enough ends the stream") {
  const Ladder it(37);
  Index calls = 0;
  flow::solve_stream(it.grid, it.batch, {}, {.block = 10},
                     [&calls](const flow::BatchBlock&) { return ++calls < 3; });
  CHECK(calls == 3);
}

TEST_CASE("many feeders in one call: each has the bits it has alone, on any number of ranks") {
  const Ladder ladder(37);
  const feeder::Case small = test::two_buses(0.01, 0.02);
  const std::vector<double> p(2 * 100, -0.3), q(2 * 100, -0.1);
  flow::Batch batch;
  batch.injections.given = {100, p, q};
  const flow::FeederBatch feeders[] = {{&ladder.grid, &ladder.batch}, {&small, &batch}};
  const Joined first = streamed(ladder.grid, ladder.batch);
  const Joined second = streamed(small, batch);
  for (const int ranks : {1, 2, 8}) {
    CAPTURE(ranks);
    LocalExchange exchange(ranks);
    Joined joined[2];
    std::vector<double> more;
    flow::ManyHooks hooks;
    hooks.measure = [](Index, const flow::BatchBlock& block, Column<double>& numbers) {
      for (Index s = 0; s < block.result.scenarios; ++s)
        numbers.push_back(static_cast<double>(block.first + s));
    };
    hooks.sink = [&](const flow::ManyBlock& block) {
      joined[block.feeder].append(block.first, block.result);
      more.insert(more.end(), block.more.begin(), block.more.end());
      return true;
    };
    flow::solve_many(feeders, {}, {.block = 6}, exchange, hooks);
    CHECK(same_bits(joined[0].v_re, first.v_re));
    CHECK(same_bits(joined[0].v_im, first.v_im));
    CHECK(same_bits(joined[1].v_re, second.v_re));
    CHECK(joined[1].blocks == 17);
    REQUIRE(more.size() == 3 * 37 + 100);
    CHECK(more[3 * 37 + 42] == 42.0);
  }
}

TEST_CASE("one bad feeder of many is told on every rank, after what came before it") {
  Ladder good(20), bad(20);
  bad.rows.q[3 * buses + 1] = std::numeric_limits<double>::infinity();
  const flow::FeederBatch feeders[] = {{&good.grid, &good.batch}, {&bad.grid, &bad.batch}};
  for (const int ranks : {1, 4}) {
    LocalExchange exchange(ranks);
    Index delivered = 0;
    flow::ManyHooks hooks;
    hooks.keep_voltages = false;
    hooks.sink = [&](const flow::ManyBlock& block) {
      delivered += block.result.scenarios;
      CHECK(block.result.v_re.empty());
      return true;
    };
    CHECK_THROWS_WITH_AS(flow::solve_many(feeders, {}, {}, exchange, hooks),
                         doctest::Contains("bus 101 in scenario 3"), Error);
    CHECK(delivered == 60);
  }
}
