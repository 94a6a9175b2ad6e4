// SPDX-License-Identifier: BSD-3-Clause
#include "gridswarm/contract/records.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <limits>

#include "gridswarm/base/random.hpp"
#include "gridswarm/ledger/bytes.hpp"
#include "scene.hpp"

using namespace gridswarm;
using namespace gridswarm::contract;

namespace {

constexpr std::int64_t low = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t high = std::numeric_limits<std::int64_t>::max();

std::vector<Payload> examples() {
  ledger::Hash hash{};
  hash.fill(std::byte{0xab});
  return {Join{1, 2, 3, 4000, 13500},
          Leave{5},
          Assign{1, none, 9},
          Reading{1, 7, 250000, 0, 987654, 1012345, 500000},
          Settle{1, 7, 1, high, 0, low, -1, high},
          Lead{1, 9, 5, 1234567},
          ClusterTick{1, 9, 7, 3, low, 0, high, 3, hash},
          Interval{0, 7, 19, 400, hash}};
}

}  // namespace

TEST_CASE("every payload comes back from its bytes as it was") {
  for (const Payload& payload : examples()) {
    const Bytes bytes = encode(payload);
    CHECK(bytes.size() == payload_size(kind_of(payload)));
    const auto back = decode(kind_of(payload), bytes);
    REQUIRE(back);
    CHECK(*back == payload);
  }
}

TEST_CASE("numbers stand in declared order, big-endian, eight bytes each") {
  CHECK(ledger::to_hex(encode(Assign{1, none, 258})) ==
        "0000000000000001ffffffffffffffff0000000000000102");
}

TEST_CASE("a byte too few or too many is refused") {
  for (const Payload& payload : examples()) {
    Bytes bytes = encode(payload);
    bytes.push_back(std::byte{0});
    CHECK_FALSE(decode(kind_of(payload), bytes));
    bytes.pop_back();
    bytes.pop_back();
    CHECK_FALSE(decode(kind_of(payload), bytes));
    CHECK_FALSE(decode(kind_of(payload), {}));
  }
  CHECK_FALSE(decode(static_cast<RecordKind>(0), {}));
  CHECK_FALSE(decode(static_cast<RecordKind>(9), {}));
}

TEST_CASE("random bytes are refused or encode to themselves again") {
  int taken = 0;
  for (std::uint64_t trial = 0; trial < 20000; ++trial) {
    const auto kind = static_cast<RecordKind>(draw_below(1, Stream::test, trial, 0, 10));
    // Every second trial has the right size, else hardly any would be taken.
    const std::size_t size =
        trial % 2 == 0 ? payload_size(kind) : draw_below(1, Stream::test, trial, 1, 120);
    Bytes bytes(size);
    for (std::size_t i = 0; i < size; ++i)
      bytes[i] =
          std::byte(draw_below(1, Stream::test, trial, static_cast<std::uint32_t>(2 + i), 256));
    const auto payload = decode(kind, bytes);
    if (!payload) continue;
    ++taken;
    CHECK(encode(*payload) == bytes);
  }
  CHECK(taken > 5000);
}

TEST_CASE("the envelope of a kind names that kind again, and no two kinds share one") {
  std::vector<std::pair<ledger::Kind, int>> seen;
  for (const Payload& payload : examples()) {
    const Envelope envelope = envelope_of(payload);
    ledger::Record record;
    record.kind = envelope.kind;
    record.schema = envelope.schema;
    CHECK(kind_of(record) == kind_of(payload));
    seen.emplace_back(envelope.kind, envelope.schema);
    CHECK(std::count(seen.begin(), seen.end(), seen.back()) == 1);
  }
  ledger::Record header;
  header.kind = ledger::Kind::header;
  CHECK_FALSE(kind_of(header));
}

TEST_CASE("agents write before clusters, clusters before gateways") {
  CHECK(value_bound - 1 < author_of_cluster(0));
  CHECK(author_of_cluster(value_bound - 1) < author_of_feeder(0));
  CHECK(author_of_feeder(value_bound - 1) > 0);
}

TEST_CASE("random leaves never crash apply() and are never taken by chance") {
  scene::Scene scene;
  scene.form(1, 1, {1, 2, 3});
  begin_block(scene.state);
  const State before = scene.state;
  for (std::uint64_t trial = 0; trial < 5000; ++trial) {
    // A well-formed envelope of author 1..3 with random content, so that decoding is reached.
    const auto r = [&](std::uint32_t step, std::uint64_t bound) {
      return draw_below(2, Stream::test, trial, step, bound);
    };
    Bytes payload(r(0, 100));
    for (std::size_t i = 0; i < payload.size(); ++i)
      payload[i] = std::byte(r(static_cast<std::uint32_t>(i) + 9, 256));
    ledger::Record record;
    record.kind = static_cast<ledger::Kind>(r(1, 9));
    record.schema = static_cast<std::uint16_t>(r(2, 4));
    record.genesis = scene.state.genesis;
    record.author = 1 + static_cast<std::int64_t>(r(3, 3));
    record.author_sequence = scene.sequence[record.author] + 1;
    record.payload = payload;
    REQUIRE_FALSE(apply(scene.state, record).accepted());
  }
  CHECK(same(scene.state, before));
}
