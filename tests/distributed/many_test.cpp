// SPDX-License-Identifier: BSD-3-Clause
// Feeders and scenario blocks over ranks: rank 0 hands on the bits that one process makes.
#include <doctest/doctest.h>

#include <cstring>
#include <vector>

#include "../unit/flow/batches.hpp"
#include "gridswarm/base/collectives.hpp"
#include "gridswarm/flow/many.hpp"
#include "gridswarm/mpi/exchange_mpi.hpp"

using namespace gridswarm;

namespace {

/// Everything that reaches the sink, as bytes in order.
struct Heard {
  Bytes bytes;
  std::int64_t scenarios = 0;
};

Heard solved_over(Exchange& exchange, std::span<const flow::FeederBatch> feeders) {
  Heard heard;
  flow::ManyHooks hooks;
  hooks.measure = [](Index feeder, const flow::BatchBlock& block, Column<double>& more) {
    for (Index s = 0; s < block.result.scenarios; ++s)
      more.push_back(block.result.source_p_pu[s] + feeder);
  };
  hooks.sink = [&heard](const flow::ManyBlock& block) {
    heard.scenarios += block.result.scenarios;
    flow::append_bytes(block.result, heard.bytes);
    for (const double number : block.more) {
      const auto* at = reinterpret_cast<const std::byte*>(&number);
      heard.bytes.insert(heard.bytes.end(), at, at + sizeof number);
    }
    return true;
  };
  flow::solve_many(feeders, {}, {.block = 5}, exchange, hooks);
  return heard;
}

}  // namespace

TEST_CASE("many feeders give the same bytes over MPI as in one process") {
  const feeder::Case ladder = test::ladder();
  const test::LadderRows rows(60);
  flow::Batch batch;
  batch.topology = test::ladder_topologies();
  batch.injections.given = {60, rows.p, rows.q};
  const feeder::Case grid = test::everything(20, 4);
  flow::Batch own;
  const flow::FeederBatch feeders[] = {{&ladder, &batch}, {&grid, &own}, {&ladder, &own}};
  const auto exchange = mpi::make_exchange();
  LocalExchange alone(1);
  const Heard over_ranks = solved_over(*exchange, feeders);
  const Heard here = solved_over(alone, feeders);
  if (hosts_root(*exchange)) {
    CHECK(over_ranks.scenarios == 182);
    CHECK(over_ranks.bytes == here.bytes);
  } else {
    CHECK(over_ranks.scenarios == 0);
  }
}

TEST_CASE("a load that is not finite ends all ranks with the same sentence") {
  const feeder::Case ladder = test::ladder();
  test::LadderRows rows(60);
  rows.p[5 * 41 + 2] = -1.0 / 0.0;
  flow::Batch batch;
  batch.injections.given = {60, rows.p, rows.q};
  const flow::FeederBatch feeders[] = {{&ladder, &batch}};
  const auto exchange = mpi::make_exchange();
  CHECK_THROWS_WITH_AS(solved_over(*exchange, feeders), doctest::Contains("bus 102 in scenario 41"),
                       Error);
}
