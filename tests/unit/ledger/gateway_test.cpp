// SPDX-License-Identifier: BSD-3-Clause
#include "gridswarm/ledger/gateway.hpp"

#include <doctest/doctest.h>

#include "gridswarm/base/error.hpp"
#include "gridswarm/ledger/file_memory.hpp"
#include "sample_cluster.hpp"

using namespace gridswarm;
using namespace gridswarm::ledger;

namespace {

GatewayTick sample_tick(int devices = 5, std::int64_t tick = 1) {
  GatewayTick out;
  out.genesis = test::sample_genesis();
  out.feeder = 2;
  out.tick = tick;
  for (const std::int64_t id : {5, 9}) {
    test::SampleCluster cluster(devices, id);
    out.trees.push_back(cluster.certify(1, tick));
  }
  return out;
}

}  // namespace

TEST_CASE("a gateway's file of a tick decodes to what it was made of, and proves each leaf") {
  const GatewayTick tick = sample_tick();
  const Bytes bytes = encode(tick);
  const auto back = decode_gateway_tick(bytes);
  REQUIRE(back);
  CHECK(encode(*back) == bytes);
  CHECK(back->feeder == 2);
  REQUIRE(back->trees.size() == 2);
  for (const ClusterTree& tree : back->trees) {
    const ClusterStatement s = test::cluster_of(tree.record).statement;
    for (std::uint64_t i = 0; i < s.count; ++i)
      CHECK(verify_inclusion(leaf_hash(tree.leaves[i]), i, s.count, prove_leaf(tree.leaves, i),
                             s.root));
  }
}

TEST_CASE("a file cut off anywhere or with a flipped bit is refused") {
  const Bytes bytes = encode(sample_tick(2));
  for (std::size_t size = 0; size < bytes.size(); ++size)
    CHECK_FALSE(decode_gateway_tick(ByteView(bytes).first(size)));
  for (std::size_t bit = 0; bit < 8 * bytes.size(); bit += 3) {
    Bytes flipped = bytes;
    flipped[bit / 8] ^= static_cast<std::byte>(1 << bit % 8);
    CHECK_FALSE(decode_gateway_tick(flipped));
  }
}

TEST_CASE("a file with a right checksum is refused where its trees do not fit") {
  const auto refused = [](auto&& change) {
    GatewayTick tick = sample_tick();
    change(tick);
    return !decode_gateway_tick(encode(tick));
  };
  CHECK_FALSE(refused([](auto&) {}));
  CHECK(refused([](auto& t) { std::swap(t.trees[0], t.trees[1]); }));
  CHECK(refused([](auto& t) { t.trees[0].leaves = test::SampleCluster(4).write(1); }));
  CHECK(refused([](auto& t) { t.trees[0].leaves = test::SampleCluster(5).write(2); }));
  CHECK(refused([](auto& t) { t.tick = 2; }));
  CHECK(refused([](auto& t) { t.genesis = Hash{}; }));
  CHECK(refused([](auto& t) { t.trees[0].record.pop_back(); }));
  CHECK(refused([](auto& t) { t.trees[1] = t.trees[0]; }));
}

TEST_CASE("what a store has put is there, in order, and can't be replaced by something else") {
  MemoryFiles files;
  GatewayStore store(files, "gateway");
  CHECK(store.list().empty());
  store.put(sample_tick(5, 2));
  store.put(sample_tick(5, 10));
  store.put(sample_tick(5, 2));  // the same again
  CHECK(store.list() == std::vector<std::pair<std::int64_t, std::int64_t>>{{2, 2}, {2, 10}});
  CHECK(encode(store.read(2, 10)) == encode(sample_tick(5, 10)));
  CHECK_THROWS_AS(store.put(sample_tick(4, 2)), FileError);
  CHECK_THROWS_AS(store.read(2, 3), FileError);
  files.write("gateway/feeder-2/tick-3", bytes_of("GSGATE01"));
  CHECK_THROWS_AS(store.read(2, 3), FileError);
  files.write("gateway/feeder-2/tick-3", encode(sample_tick(5, 2)));  // another tick's
  CHECK_THROWS_AS(store.read(2, 3), FileError);
}

TEST_CASE("power lost at any call leaves the whole file or none, and what was put stays") {
  const GatewayTick first = sample_tick(2, 1), second = sample_tick(2, 2);
  for (const Fate fate : {Fate::lost, Fate::torn, Fate::kept})
    for (std::int64_t at = 1;; ++at) {
      CAPTURE(at);
      MemoryFiles files;
      GatewayStore store(files, "gateway");
      store.put(first);
      files.fail_at(at);
      bool has_failed = false;
      try {
        store.put(second);
      } catch (const FileError&) {
        has_failed = true;
      }
      files.crash([&] { return fate; });
      GatewayStore after(files, "gateway");
      CHECK(encode(after.read(2, 1)) == encode(first));
      const auto there = after.list();
      if (there.size() > 1) CHECK(encode(after.read(2, 2)) == encode(second));
      if (!has_failed) CHECK(there.size() == 2);
      after.put(second);  // again, over whatever was left
      CHECK(encode(after.read(2, 2)) == encode(second));
      if (!has_failed) break;
    }
}
