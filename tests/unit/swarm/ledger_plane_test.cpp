// SPDX-License-Identifier: BSD-3-Clause
#include "gridswarm/swarm/ledger_plane.hpp"

#include <doctest/doctest.h>

#include "gridswarm/ledger/bytes.hpp"
#include "gridswarm/ledger/file_memory.hpp"
#include "gridswarm/ledger/log.hpp"
#include "gridswarm/swarm/genesis.hpp"
#include "scene.hpp"

using namespace gridswarm;

namespace {

/// What a run of an hour in quarters gives its plane.
std::vector<swarm::JournalBatch> batches() {
  std::vector<test::Device> devices;
  for (int i = 0; i < 6; ++i)
    devices.push_back(
        {.kind = i % 2 ? fleet::Kind::meter : fleet::Kind::pv, .rating_kw = 5.0, .bus = 1 + i % 2});
  swarm::RunInput input = test::run_of(test::three_buses(), test::make_fleet(devices));
  input.scenario.run.duration_h = 1.0;
  LocalExchange exchange;
  test::Notary notary;
  swarm::run(input, exchange, test::to(nullptr, &notary), {});
  return std::move(notary.batches);
}

/// A plane over files in memory, for the run above.
struct Plane {
  ledger::MemoryFiles files;
  ledger::SigningKey key = ledger::demo_key(1);
  swarm::Scenario scenario = test::run_of(test::three_buses(), {}).scenario;
  std::unique_ptr<swarm::LedgerPlane> plane;
  Plane() {
    scenario.run.duration_h = 1.0;
    plane = swarm::make_ledger_plane(files, "log", key, swarm::genesis_of(scenario),
                                     swarm::rules_of(scenario));
  }
};

}  // namespace

TEST_CASE("the plane's head is the log's, block after block as submitted") {
  Plane made;
  for (auto& batch : batches()) made.plane->submit(std::move(batch));
  const swarm::LedgerResult result = made.plane->finish();
  CHECK(result.refused == 0);
  CHECK(result.records > 0);
  CHECK(result.anchor_age_s >= 0.0);
  CHECK(result.loss_bound_ms >= 1e3 * result.anchor_age_s);
  CHECK(result.loss_bound_records == result.records);  // there are no more than four batches
  const ledger::Log log = ledger::Log::open(made.files, "log", made.key);
  CHECK(log.height() == 4);
  CHECK(ledger::to_hex(log.head().root) == result.head);
  CHECK(static_cast<std::int64_t>(log.head().size) == result.size);
  CHECK(result.size == result.records + 4);  // a header leaf per block
}

TEST_CASE("the same journals give the same head, however slowly they come") {
  std::string head;
  for (int round = 0; round < 2; ++round) {
    Plane made;
    for (auto& batch : batches()) made.plane->submit(std::move(batch));
    const std::string now = made.plane->finish().head;
    if (round == 1) CHECK(now == head);
    head = now;
  }
}

TEST_CASE("a journal that comes twice is refused by the contracts and reported, not logged") {
  Plane made;
  auto all = batches();
  swarm::JournalBatch again = all[0];
  again.tick = 2;
  made.plane->submit(std::move(all[0]));
  made.plane->submit(std::move(again));
  const swarm::LedgerResult result = made.plane->finish();
  CHECK(result.refused == result.records);  // all of the second, none of the first
  CHECK(result.first_refusal.find("tick 1") != std::string::npos);
}

TEST_CASE("batches in another order are refused, since ticks ascend") {
  Plane made;
  auto all = batches();
  made.plane->submit(std::move(all[1]));
  CHECK(made.plane->finish().refused > 0);
}

TEST_CASE("a store that fails surfaces from the run, at submit or at finish") {
  swarm::RunInput input =
      test::run_of(test::three_buses(),
                   test::make_fleet({{.kind = fleet::Kind::pv, .rating_kw = 5.0, .bus = 1}}));
  input.scenario.run.duration_h = 2.0;
  for (const std::int64_t at : {1, 5, 30, 60}) {
    CAPTURE(at);
    Plane made;
    made.files.fail_at(at);
    LocalExchange exchange;
    CHECK_THROWS_AS(swarm::run(input, exchange, test::to(nullptr, made.plane.get()), {}),
                    FileError);
  }
}

TEST_CASE("after a failure every call says what went wrong, and none waits") {
  Plane made;
  auto all = batches();
  made.files.fail_at(1);
  made.plane->submit(all[0]);
  CHECK_THROWS_AS(made.plane->finish(), FileError);
  CHECK_THROWS_AS(made.plane->finish(), FileError);
  CHECK_THROWS_AS(made.plane->submit(all[1]), FileError);
}

TEST_CASE("finishing twice says the same; submitting after it is refused") {
  Plane made;
  auto all = batches();
  made.plane->submit(all[0]);
  const swarm::LedgerResult first = made.plane->finish();
  CHECK(made.plane->finish().head == first.head);
  for (int k = 0; k < 4; ++k) CHECK_THROWS_AS(made.plane->submit(all[1]), UsageError);
  CHECK(made.plane->finish().size == first.size);
}

TEST_CASE("a plane that is dropped has committed what it was given") {
  Plane made;
  for (auto& batch : batches()) made.plane->submit(std::move(batch));
  made.plane.reset();
  CHECK(ledger::Log::open(made.files, "log", made.key).height() == 4);
}
