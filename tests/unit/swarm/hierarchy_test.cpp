// SPDX-License-Identifier: BSD-3-Clause
#include "gridswarm/swarm/hierarchy.hpp"

#include <doctest/doctest.h>

#include <map>

#include "gridswarm/base/error.hpp"
#include "gridswarm/ledger/bytes.hpp"
#include "gridswarm/ledger/device_proof.hpp"
#include "gridswarm/ledger/file_memory.hpp"
#include "gridswarm/ledger/log.hpp"
#include "gridswarm/ledger/log_reader.hpp"
#include "gridswarm/ledger/verify.hpp"
#include "gridswarm/swarm/genesis.hpp"
#include "scene.hpp"

using namespace gridswarm;

namespace {

/// An hour in quarters of two feeders with eight devices each.
swarm::RunInput input_of(bool hierarchy) {
  std::vector<test::Device> devices;
  for (int i = 0; i < 8; ++i)
    devices.push_back(
        {.kind = i % 2 ? fleet::Kind::meter : fleet::Kind::pv, .rating_kw = 5.0, .bus = 1 + i % 2});
  swarm::RunInput input = test::run_of(test::three_buses(), test::make_fleet(devices));
  input.scenario.run.duration_h = 1.0;
  input.scenario.feeders.resize(2);
  input.scenario.ledger.hierarchy = hierarchy;
  return input;
}

std::vector<swarm::JournalBatch> batches_of(const swarm::RunInput& input) {
  LocalExchange exchange;
  test::Notary notary;
  swarm::run(input, exchange, test::to(nullptr, &notary), {});
  return std::move(notary.batches);
}

/// A root and its contracts, without files.
struct Root {
  swarm::Scenario scenario;
  contract::State state;
  ledger::ClusterRegister known;
  explicit Root(const swarm::Scenario& given)
      : scenario(given),
        state(contract::make_state(swarm::genesis_of(scenario), swarm::rules_of(scenario))) {
    known.genesis = swarm::genesis_of(scenario);
    known.seats = static_cast<int>(scenario.ledger.committee);
  }
  swarm::HierarchyBlock close(const swarm::JournalBatch& batch) {
    std::vector<swarm::HierarchyTick> feeders;
    for (const Bytes& pack : batch.packed) feeders.push_back(swarm::unpack_hierarchy(pack));
    return swarm::close_hierarchy(state, known, feeders, {});
  }
};

/// A run into files in memory.
struct Written {
  ledger::MemoryFiles files;
  ledger::SigningKey key = ledger::demo_key(1);
  swarm::LedgerResult result;
  explicit Written(const swarm::RunInput& input) {
    const auto plane = swarm::make_ledger_plane(
        files, "log", key, swarm::genesis_of(input.scenario), swarm::rules_of(input.scenario),
        swarm::hierarchy_of(input.scenario, "gateway"));
    for (auto& batch : batches_of(input)) plane->submit(std::move(batch));
    result = plane->finish();
  }
};

}  // namespace

TEST_CASE("with a hierarchy the contracts reach the state of a flat log, block after block") {
  const swarm::RunInput flat = input_of(false), tall = input_of(true);
  Root root(tall.scenario);
  contract::State state =
      contract::make_state(swarm::genesis_of(flat.scenario), swarm::rules_of(flat.scenario));
  const auto flat_batches = batches_of(flat), tall_batches = batches_of(tall);
  REQUIRE(flat_batches.size() == tall_batches.size());
  for (std::size_t k = 0; k < flat_batches.size(); ++k) {
    const swarm::Block expected =
        swarm::close_block(state, swarm::merge_records(flat_batches[k].packed), {});
    const swarm::HierarchyBlock made = root.close(tall_batches[k]);
    for (const auto& refused : made.block.refused) MESSAGE(refused.text);
    CHECK(made.block.refused.empty());
    CHECK(made.block.info.post_state_root == expected.info.post_state_root);
    CHECK(made.device_records == static_cast<std::int64_t>(expected.leaves.size()));
    CHECK(made.cluster_records > 0);
    // One record per cluster, and in the first block the keys of 16 devices.
    CHECK(static_cast<std::int64_t>(made.block.leaves.size()) ==
          made.cluster_records + (k == 0 ? 16 : 0));
  }
}

TEST_CASE("a batch that comes again is refused whole by the root, cluster by cluster") {
  const swarm::RunInput input = input_of(true);
  Root root(input.scenario);
  const auto batches = batches_of(input);
  const auto first = root.close(batches[0]);
  const auto again = root.close(batches[0]);
  CHECK(again.cluster_records == 0);
  CHECK(again.block.leaves.size() == 0);
  CHECK(again.block.refused.size() > first.block.leaves.size());
}

TEST_CASE("a cluster's record after one that is missing is refused as a gap") {
  const swarm::RunInput input = input_of(true);
  Root root(input.scenario);
  const auto batches = batches_of(input);
  root.close(batches[0]);
  const auto made = root.close(batches[2]);
  CHECK(made.cluster_records == 0);
  bool has_gap = false;
  for (const auto& refused : made.block.refused)
    has_gap |= refused.text.find("records of the cluster are missing") != std::string::npos;
  CHECK(has_gap);
}

TEST_CASE("a run with a hierarchy writes a log that verifies and trees that prove every record") {
  const swarm::RunInput input = input_of(true);
  Written run(input);
  CHECK(run.result.refused == 0);
  CHECK(run.result.cluster_records > 0);
  CHECK(run.result.records == run.result.cluster_records + 16);
  CHECK(ledger::verify(run.files, "log", {}).ok);
  ledger::GatewayStore gateways(run.files, "gateway");
  CHECK(gateways.list().size() == 2 * 4);
  ledger::LogReader log(run.files, "log");
  const ledger::VerifierKey log_key = ledger::verifier_of(run.key);
  std::map<std::string, std::uint64_t> index_of;  // by the entry's bytes
  for (std::uint64_t i = 0; i < log.size(); ++i)
    index_of[std::string(ledger::text_of(log.entry(i)))] = i;
  std::int64_t proved = 0;
  for (const auto& [feeder, tick] : gateways.list())
    for (const ledger::ClusterTree& tree : gateways.read(feeder, tick).trees) {
      ledger::DeviceProof proof;
      proof.cluster = tree.record;
      const std::string leaf(ledger::text_of(tree.record));
      REQUIRE(index_of.contains(leaf));
      proof.root_index = index_of.at(leaf);
      proof.root_path = log.inclusion(proof.root_index);
      proof.checkpoint = log.note();
      for (std::size_t i = 0; i < tree.leaves.size(); ++i, ++proved) {
        proof.record.assign(tree.leaves[i].begin(), tree.leaves[i].end());
        const std::int64_t author = ledger::decode_record(proof.record)->author;
        proof.device = author < ledger::device_author_end
                           ? ledger::demo_device_key(1, author).public_key
                           : ledger::PublicKey{};
        proof.index = i;
        proof.path = ledger::prove_leaf(tree.leaves, i);
        CHECK(check(proof, {std::span(&log_key, 1), {}}).reason == "");
        CHECK(encode(proof).size() < 2560);
      }
    }
  CHECK(proved == run.result.device_records);
}

TEST_CASE("a store that fails while trees are kept stops the plane before the log names them") {
  const swarm::RunInput input = input_of(true);
  const auto batches = batches_of(input);
  for (const std::int64_t at : {1, 3, 6, 12}) {
    CAPTURE(at);
    ledger::MemoryFiles files;
    const auto plane = swarm::make_ledger_plane(
        files, "log", ledger::demo_key(1), swarm::genesis_of(input.scenario),
        swarm::rules_of(input.scenario), swarm::hierarchy_of(input.scenario, "gateway"));
    files.fail_at(at);
    plane->submit(batches[0]);
    CHECK_THROWS_AS(plane->finish(), FileError);
    files.crash([] { return ledger::Fate::lost; });
    const ledger::Head head = ledger::recover(files, "log");
    ledger::GatewayStore gateways(files, "gateway");
    if (head.size > 0) CHECK(gateways.list().size() == 2);
    for (const auto& [feeder, tick] : gateways.list()) CHECK_NOTHROW(gateways.read(feeder, tick));
  }
}

TEST_CASE("a pack that is cut off or changed is refused") {
  const Bytes pack = batches_of(input_of(true))[0].packed[0];
  CHECK_NOTHROW(swarm::unpack_hierarchy(pack));
  for (std::size_t size = 0; size < pack.size(); size += 97)
    CHECK_THROWS_AS(swarm::unpack_hierarchy(ledger::ByteView(pack).first(size)), UsageError);
  Bytes changed = pack;
  changed[pack.size() / 3] ^= std::byte{1};
  CHECK_THROWS_AS(swarm::unpack_hierarchy(changed), UsageError);
}
