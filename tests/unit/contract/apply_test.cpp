// SPDX-License-Identifier: BSD-3-Clause
#include "gridswarm/contract/apply.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "gridswarm/base/random.hpp"
#include "gridswarm/contract/set.hpp"
#include "gridswarm/ledger/bytes.hpp"
#include "scene.hpp"

using namespace gridswarm;
using namespace gridswarm::contract;
using scene::Scene;
using scene::Sent;

namespace {

/// The records of a first block, ascending: 1, 2, 3 join, form cluster 1, elect 2, settle tick 0.
std::vector<Sent> first_block() {
  Scene s;
  std::vector<Payload> payloads;
  const auto day = scene::day(s.state, 1, 1, 0, {1, 2, 3}, {30, 10, -16});
  for (AgentId agent = 1; agent <= 3; ++agent) {
    Reading reading;
    reading.agent = agent;
    payloads.insert(payloads.end(), {Join{agent, 0, 0, 1, 0}, Assign{agent, 1, 1}, reading,
                                     day.settle[static_cast<std::size_t>(agent - 1)]});
  }
  payloads.insert(payloads.end(), {Lead{1, 1, 2, 5}, day.close});
  std::vector<Sent> block;
  for (const Payload& payload : payloads) {
    block.push_back(s.write(payload, 0));
    ++s.sequence[block.back().record.author];
  }
  for (Sent& sent : block) sent.record.payload = sent.payload;  // views follow the moved bytes
  return block;
}

/// Apply until the first refusal.
Refusal apply_all(State& state, const std::vector<Sent>& block) {
  begin_block(state);
  for (const Sent& sent : block)
    if (const Verdict v = apply(state, sent.record); !v.accepted()) return v.refusal;
  return Refusal::none;
}

State fresh() { return make_state(scene::hash_of(7), {}); }

}  // namespace

TEST_CASE("replaying the records gives the same state and root") {
  const auto block = first_block();
  State a = fresh();
  State b = fresh();
  REQUIRE(apply_all(a, block) == Refusal::none);
  REQUIRE(apply_all(b, block) == Refusal::none);
  CHECK(same(a, b));
  CHECK(state_root(a) == state_root(b));
  CHECK(a.records == 14);
}

TEST_CASE("any two neighbours swapped, any record left out or doubled is refused") {
  const auto block = first_block();
  for (std::size_t k = 0; k < block.size(); ++k) {
    auto without = block;
    without.erase(without.begin() + static_cast<std::ptrdiff_t>(k));
    auto doubled = block;
    doubled.insert(doubled.begin() + static_cast<std::ptrdiff_t>(k), block[k]);
    for (auto* changed : {&without, &doubled}) {
      for (Sent& sent : *changed) sent.record.payload = sent.payload;
      State state = fresh();
      // Leaving out the very last record is a shorter history, not a wrong one.
      const bool is_prefix = changed == &without && k + 1 == block.size();
      CHECK((apply_all(state, *changed) == Refusal::none) == is_prefix);
    }
    if (k + 1 == block.size()) continue;
    auto swapped = block;
    std::swap(swapped[k], swapped[k + 1]);
    for (Sent& sent : swapped) sent.record.payload = sent.payload;
    State state = fresh();
    CHECK(apply_all(state, swapped) != Refusal::none);
  }
}

TEST_CASE("each part of the envelope is checked and named") {
  Scene s;
  s.form(1, 1, {1, 2});
  begin_block(s.state);
  const Sent good = s.write(Leave{1}, 3);
  const auto changed = [&](auto change) {
    ledger::Record record = good.record;
    change(record);
    return s.apply_one(record);
  };
  using R = ledger::Record;
  CHECK(changed([](R& r) { r.genesis[0] ^= std::byte{1}; }) == Refusal::wrong_genesis);
  CHECK(changed([](R& r) { r.author_sequence += 1; }) == Refusal::wrong_sequence);
  CHECK(changed([](R& r) { r.author_sequence -= 1; }) == Refusal::wrong_sequence);
  CHECK(changed([](R& r) { r.tick = -1; }) == Refusal::out_of_range);
  CHECK(changed([](R& r) { r.schema = 9; }) == Refusal::malformed);
  CHECK(changed([](R& r) { r.kind = ledger::Kind::header; }) == Refusal::malformed);
  CHECK(changed([](R& r) { r.is_salted = true; }) == Refusal::malformed);
  CHECK(changed([](R& r) { r.cluster_epoch = 1; }) == Refusal::stale_epoch);
  CHECK(changed([](R& r) { r.payload = r.payload.first(7); }) == Refusal::malformed);
  CHECK(changed([&](R& r) { r.author = 2, r.author_sequence = s.sequence[2] + 1; }) ==
        Refusal::wrong_author);
  CHECK(changed([](R&) {}) == Refusal::none);
}

TEST_CASE("a reading in clear is refused: it could be guessed from its hash") {
  Scene s;
  s.join(1);
  begin_block(s.state);
  Sent sent = s.write(Reading{1, 5}, 5);
  sent.payload = encode(Reading{1, 5});
  sent.record.payload = sent.payload;
  sent.record.is_salted = false;
  CHECK(s.apply_one(sent.record) == Refusal::malformed);
}

TEST_CASE("a refusal leaves the state as it was, bit for bit") {
  Scene s;
  for (AgentId agent = 1; agent <= 6; ++agent) s.join(agent);
  int refused = 0;
  int accepted = 0;
  for (std::uint64_t trial = 0; trial < 6000; ++trial) {
    const auto r = [&](std::uint32_t step, std::int64_t bound) {
      return static_cast<std::int64_t>(
          draw_below(3, Stream::test, trial, step, static_cast<std::uint64_t>(bound)));
    };
    const AgentId agent = 1 + r(1, 7);
    const ClusterId cluster = r(2, 4) - 1;
    const std::int64_t tick = static_cast<std::int64_t>(trial) / 40;
    const std::int64_t epoch = static_cast<std::int64_t>(trial) / 60 + r(3, 2);
    Reading reading;
    reading.agent = agent;
    reading.tick = tick;
    const Payload kinds[] = {Join{agent, r(4, 2), 0, 1, 0},
                             Leave{agent},
                             Assign{agent, cluster, epoch},
                             reading,
                             Settle{agent, tick, cluster, r(5, 9), r(6, 9), 0, 0, 0},
                             Lead{cluster, epoch, agent, 0},
                             ClusterTick{cluster, epoch, tick, r(7, 3), r(8, 3), 0, r(8, 3), 0, {}},
                             Interval{r(4, 2), tick, tick, r(5, 2), {}}};
    begin_block(s.state);
    const State before = s.state;
    State copy = before;
    const ledger::Hash root = state_root(copy);
    const Sent sent = s.write(kinds[r(0, 8)], tick);
    if (s.apply_one(sent.record) == Refusal::none) {
      ++accepted;
      REQUIRE_FALSE(same(s.state, before));
    } else {
      ++refused;
      REQUIRE(same(s.state, before));
      REQUIRE(state_root(s.state) == root);
    }
  }
  CHECK(refused > 500);
  CHECK(accepted > 500);
}

TEST_CASE("the contract set is one hash over the names and versions of its rules") {
  const std::string lines =
      "contract-set 1\nenvelope 1\njoin 1\nleave 1\nassign 1\nreading 1\nsettle 1\nlead 1\n"
      "cluster_tick 1\ninterval 1\nreputation 1\ntariff 1\nstate_root 1\n";
  CHECK(contract_set_hash() == ledger::leaf_hash(ledger::bytes_of(lines)));
}

TEST_CASE("every refusal has a sentence of its own") {
  std::vector<std::string> sentences;
  for (int code = 0; code <= static_cast<int>(Refusal::overflow); ++code)
    sentences.emplace_back(text(static_cast<Refusal>(code)));
  std::sort(sentences.begin(), sentences.end());
  CHECK(std::unique(sentences.begin(), sentences.end()) == sentences.end());
  CHECK(std::find(sentences.begin(), sentences.end(), "unknown refusal") == sentences.end());
}
