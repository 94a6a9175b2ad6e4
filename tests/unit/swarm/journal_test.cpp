// SPDX-License-Identifier: BSD-3-Clause
#include "gridswarm/swarm/journal.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "gridswarm/base/csr.hpp"
#include "gridswarm/base/error.hpp"
#include "gridswarm/base/random.hpp"
#include "gridswarm/contract/set.hpp"

using namespace gridswarm;
using namespace gridswarm::swarm;

namespace {

/// Some agents of one feeder with their meters; values are drawn, a tick changes them.
struct Feeder {
  std::int64_t number = 0;
  std::vector<AgentId> agent;
  fleet::Nameplate plate;
  cluster::Clusters clusters;
  Journal journal;

  Feeder(const JournalOptions& options, std::int64_t number, int agents, int cluster_size)
      : number(number), journal(make_journal(options, number)) {
    for (int i = 0; i < agents; ++i) {
      agent.push_back(number * 1000 + i);
      plate.id.push_back(agent.back());
      plate.kind.push_back(i % 2 == 0 ? fleet::Kind::pv : fleet::Kind::meter);
      plate.rating_kw.push_back(5.0);
      plate.e_kwh.push_back(0.0);
      clusters.of.push_back(i / cluster_size);
    }
    const Index rows = (agents + cluster_size - 1) / cluster_size;
    clusters.members = group_by(clusters.of, rows);
    for (Index c = 0; c < rows; ++c) {
      clusters.id.push_back(agent[static_cast<std::size_t>(clusters.members.row(c)[0])]);
      clusters.leader.push_back(clusters.members.row(c)[0]);
    }
  }

  void begin(std::int64_t tick) {
    note_join(journal, tick, plate);
    note_clusters(journal, tick, tick, agent, clusters, {});
  }

  void energy(std::int64_t tick) {
    std::vector<double> produced, consumed, v_min, v_max, soc;
    for (const AgentId id : agent) {
      const auto u = [&](std::uint32_t step) {
        return draw_uniform(9, Stream::test, static_cast<std::uint64_t>(id),
                            static_cast<std::uint32_t>(tick) * 8 + step);
      };
      produced.push_back(u(0));
      consumed.push_back(u(1));
      v_min.push_back(0.96 + 0.02 * u(2));
      v_max.push_back(1.0 + 0.04 * u(3));
      soc.push_back(u(4));
    }
    note_energy(journal, tick, {agent, produced, consumed, v_min, v_max, soc, {}});
  }
};

JournalOptions options_of_log() {
  JournalOptions options;
  options.seed = 42;
  options.genesis.fill(std::byte{3});
  options.tariff = {2, 1};
  return options;
}

contract::State state_of_log(std::int64_t rest_epochs = 0) {
  contract::Rules rules;
  rules.tariff = {2, 1};
  rules.rest_epochs = rest_epochs;
  return contract::make_state(options_of_log().genesis, rules);
}

/// Four feeders through three ticks on `ranks` ranks, feeder f on rank f mod ranks; leaf bytes.
Bytes leaves_over(int ranks, contract::State& state) {
  std::vector<Feeder> feeders;
  for (std::int64_t f = 0; f < 4; ++f) feeders.emplace_back(options_of_log(), f, 13, 5);
  Bytes all;
  for (std::int64_t tick = 0; tick < 3; ++tick) {
    std::vector<Bytes> packs(static_cast<std::size_t>(ranks));
    for (auto& feeder : feeders) {
      if (tick == 0) feeder.begin(tick);
      feeder.energy(tick);
      const Bytes pack = pack_records(feeder.journal);
      Bytes& mine = packs[static_cast<std::size_t>(feeder.number % ranks)];
      mine.insert(mine.end(), pack.begin(), pack.end());
    }
    Block block = close_block(state, merge_records(packs), {});
    for (const Refused& refused : block.refused) MESSAGE(refused.text);
    REQUIRE(block.refused.empty());
    all.insert(all.end(), block.leaves.bytes.begin(), block.leaves.bytes.end());
  }
  return all;
}

std::int64_t sum(const std::vector<std::int64_t>& column) {
  return std::accumulate(column.begin(), column.end(), std::int64_t{0});
}

}  // namespace

TEST_CASE("numbers round half away from zero, and every double below 2^52 like llround") {
  CHECK(to_integer(0.5, 1.0, "x", 1) == 1);
  CHECK(to_integer(-0.5, 1.0, "x", 1) == -1);
  CHECK(to_integer(2.5, 1.0, "x", 1) == 3);
  CHECK(to_integer(0.49999999999999994, 1.0, "x", 1) == 0);                // + 0.5 would round to 1
  CHECK(to_integer(4503599627370495.5, 1.0, "x", 1) == 4503599627370496);  // largest half
  CHECK(to_integer(0.25, 1e6, "x", 1) == 250000);
  for (std::uint64_t k = 0; k < 20000; ++k) {
    const double value =
        (draw_uniform(1, Stream::test, k, 0) - 0.5) * std::pow(10.0, double(k % 16));
    REQUIRE(to_integer(value, 1.0, "x", 1) == std::llround(value));
  }
}

TEST_CASE("what no integer can hold is a usage error that names the agent") {
  constexpr double inf = std::numeric_limits<double>::infinity();
  for (const double value : {std::nan(""), inf, -inf, 0x1p52, -0x1p52})
    CHECK_THROWS_WITH_AS(to_integer(value, 1.0, "energy", 17), doctest::Contains("agent 17"),
                         UsageError);
}

TEST_CASE("the contracts take every record of a journal, and the books balance") {
  contract::State state = state_of_log();
  CHECK(leaves_over(1, state).size() > 0);
  CHECK(state.agents.id.size() == 52);
  CHECK(sum(state.agents.balance_micro) == state.issued_micro);
  CHECK(state.issued_micro == sum(state.clusters.shared_milliwh));  // reward rate 1
  CHECK(sum(state.agents.given_milliwh) == sum(state.clusters.shared_milliwh));
  CHECK(sum(state.agents.taken_milliwh) == sum(state.clusters.shared_milliwh));
  CHECK(state.issued_micro > 0);
  CHECK(*std::min_element(state.clusters.closed_tick.begin(), state.clusters.closed_tick.end()) ==
        2);
}

TEST_CASE("leaves and state root are the same bytes over any number of ranks") {
  contract::State one = state_of_log();
  const Bytes leaves = leaves_over(1, one);
  for (const int ranks : {2, 3, 4, 8}) {
    contract::State many = state_of_log();
    CHECK(leaves_over(ranks, many) == leaves);
    CHECK(contract::state_root(many) == contract::state_root(one));
  }
}

TEST_CASE("records ascend by tick, author and kind, whatever the order of packs") {
  Feeder a(options_of_log(), 0, 6, 3);
  Feeder b(options_of_log(), 1, 6, 3);
  for (Feeder* feeder : {&a, &b}) {
    feeder->begin(0);
    feeder->energy(0);
  }
  const Bytes pack_a = pack_records(a.journal);
  const Bytes pack_b = pack_records(b.journal);
  const auto entries = merge_records(std::vector<Bytes>{pack_b, pack_a});
  CHECK(entries.bytes == merge_records(std::vector<Bytes>{pack_a, pack_b}).bytes);
  CHECK(entries.size() == 2 * (6 * 4 + 2 * 2));  // join assign reading settle; lead, closing
  std::tuple<std::int64_t, std::int64_t, int> last{-1, -1, 0};
  for (std::size_t k = 0; k < entries.size(); ++k) {
    const auto record = ledger::decode_record(entries[k]);
    REQUIRE(record);
    const std::tuple place(record->tick, record->author, int(*contract::kind_of(*record)));
    CHECK(last < place);
    last = place;
  }
}

TEST_CASE("a reading opens with its salt and clear bytes, and with nothing else") {
  Feeder feeder(options_of_log(), 0, 1, 1);
  feeder.begin(0);
  const std::vector<double> out = {0.0000005}, in = {1.25}, low = {0.97}, high = {1.01},
                            soc = {0.5};
  note_energy(feeder.journal, 0, {feeder.agent, out, in, low, high, soc, {}});
  const auto entries = merge_records(std::vector<Bytes>{pack_records(feeder.journal)});
  const auto record = ledger::decode_record(entries[2]);  // join, assign, reading
  REQUIRE(record);
  contract::Reading reading{0, 0, 1250000, 1, 970000, 1010000, 500000};
  const auto salt = reading_salt(42, 0, 0);
  CHECK(ledger::opens(*record, salt, contract::encode(reading)));
  CHECK_FALSE(ledger::opens(*record, reading_salt(42, 0, 1), contract::encode(reading)));
  CHECK_FALSE(ledger::opens(*record, reading_salt(42, 1, 0), contract::encode(reading)));
  ++reading.energy_in_milliwh;
  CHECK_FALSE(ledger::opens(*record, salt, contract::encode(reading)));
}

TEST_CASE("a milliwatt-hour more at one device changes the leaves") {
  const auto leaves = [](double produced_kwh) {
    Feeder feeder(options_of_log(), 0, 1, 1);
    feeder.begin(0);
    const std::vector<double> out = {produced_kwh}, zero = {0.0}, one = {1.0};
    note_energy(feeder.journal, 0, {feeder.agent, out, zero, one, one, zero, {}});
    return pack_records(feeder.journal);
  };
  CHECK(leaves(0.25) == leaves(0.25));
  CHECK(leaves(0.25) != leaves(0.250001));
}

TEST_CASE("only changes of cluster are recorded, elections always") {
  contract::State state = state_of_log();
  Feeder feeder(options_of_log(), 0, 6, 3);
  feeder.begin(0);
  CHECK(close_block(state, merge_records(std::vector<Bytes>{pack_records(feeder.journal)}), {})
            .refused.empty());
  // Agent 3 moves to the first cluster; agent 5 leaves the swarm.
  note_leave(feeder.journal, 1, 5);
  feeder.agent.pop_back();
  feeder.clusters.of = {0, 0, 0, 0, 1};
  feeder.clusters.leader = {1, 4};
  note_clusters(feeder.journal, 1, 1, feeder.agent, feeder.clusters, {});
  const auto entries = merge_records(std::vector<Bytes>{pack_records(feeder.journal)});
  CHECK(entries.size() == 4);  // one assign, one leave, two elections
  CHECK(close_block(state, entries, {}).refused.empty());
  CHECK(state.members == std::vector<std::vector<AgentId>>{{0, 1, 2, 3}, {4}});
  feeder.energy(2);
  CHECK(close_block(state, merge_records(std::vector<Bytes>{pack_records(feeder.journal)}), {})
            .refused.empty());
}

TEST_CASE("an agent that is lost writes nothing and its cluster closes without it") {
  contract::State state = state_of_log();
  Feeder feeder(options_of_log(), 0, 3, 3);
  feeder.begin(0);
  const std::vector<double> out = {1.0, 0.0, 0.0}, in = {0.0, 0.4, 9.0}, one = {1.0, 1.0, 1.0};
  const std::vector<std::uint8_t> reports = {1, 1, 0};
  note_energy(feeder.journal, 0, {feeder.agent, out, in, one, one, one, reports});
  const Block block =
      close_block(state, merge_records(std::vector<Bytes>{pack_records(feeder.journal)}), {});
  CHECK(block.refused.empty());
  CHECK(state.agents.reading_tick == std::vector<std::int64_t>{0, 0, -1});
  CHECK(state.clusters.shared_milliwh[0] == 400000);
}

TEST_CASE("agents without cluster and without voltage are recorded, not settled with others") {
  contract::State state = state_of_log();
  Feeder feeder(options_of_log(), 0, 4, 2);
  feeder.clusters.of = {0, 0, none, none};
  feeder.clusters.id = {0};
  feeder.clusters.leader = {0};
  feeder.begin(0);
  const std::vector<double> out = {1.0, 0.0, 5.0, 0.0}, in = {0.0, 0.5, 0.0, 5.0}, soc(4, 0.0);
  const std::vector<double> v = {1.0, 0.94, std::nan(""), std::nan("")};
  note_energy(feeder.journal, 0, {feeder.agent, out, in, v, v, soc, {}});
  const Block block =
      close_block(state, merge_records(std::vector<Bytes>{pack_records(feeder.journal)}), {});
  CHECK(block.refused.empty());
  CHECK(state.agents.produced_milliwh == std::vector<std::int64_t>{1000000, 0, 5000000, 0});
  CHECK(state.agents.taken_milliwh == std::vector<std::int64_t>{0, 500000, 0, 0});
  const auto closing = ledger::decode_record(block.leaves[block.leaves.size() - 1]);
  REQUIRE(closing);
  const auto payload = contract::decode(contract::RecordKind::cluster_tick, closing->payload);
  REQUIRE(payload);
  CHECK(std::get<contract::ClusterTick>(*payload).limits == contract::limit_undervoltage);
}

TEST_CASE("a refused record is named, left out of the block, and the rest stands") {
  contract::State state = state_of_log(4);
  Feeder feeder(options_of_log(), 0, 2, 2);
  feeder.begin(0);
  close_block(state, merge_records(std::vector<Bytes>{pack_records(feeder.journal)}), {});
  note_clusters(feeder.journal, 1, 1, feeder.agent, feeder.clusters, {});  // the same leader
  feeder.energy(1);
  ledger::BlockInfo info;
  info.proposer = 5;
  info.time_s = 900;
  const Block block =
      close_block(state, merge_records(std::vector<Bytes>{pack_records(feeder.journal)}), info);
  REQUIRE(block.refused.size() == 2);  // the election, and the closing numbered after it
  CHECK(block.refused[0].refusal == contract::Refusal::led_recently);
  CHECK(block.refused[1].refusal == contract::Refusal::wrong_sequence);
  CHECK(block.refused[0].text.find("tick 1") != std::string::npos);
  CHECK(block.leaves.size() == 4);
  CHECK(block.info.proposer == 5);
  CHECK(block.info.time_s == 900);
  CHECK(block.info.post_state_root == contract::state_root_from_scratch(state));
  CHECK(block.info.contract_set == contract::contract_set_hash());
}

TEST_CASE("bad input is a usage error that says what to do") {
  Feeder feeder(options_of_log(), 0, 2, 2);
  const std::vector<double> ok = {0.5, 0.5}, minus = {0.5, -0.1}, two = {0.5, 2.0}, one = {0.5};
  const auto energy = [&](const Meters& meters) { note_energy(feeder.journal, 0, meters); };
  CHECK_THROWS_AS(energy({feeder.agent, ok, ok, ok, ok, ok, {}}), UsageError);  // not joined
  feeder.begin(0);
  CHECK_THROWS_WITH_AS(energy({feeder.agent, minus, ok, ok, ok, ok, {}}),
                       "produced energy of agent 1 is negative", UsageError);
  CHECK_THROWS_AS(energy({feeder.agent, ok, minus, ok, ok, ok, {}}), UsageError);
  CHECK_THROWS_AS(energy({feeder.agent, ok, ok, ok, ok, two, {}}), UsageError);
  CHECK_THROWS_AS(energy({feeder.agent, ok, ok, one, ok, ok, {}}), UsageError);
  const std::vector<AgentId> backwards = {1, 0};
  CHECK_THROWS_AS(energy({backwards, ok, ok, ok, ok, ok, {}}), UsageError);
  CHECK_THROWS_AS(note_leave(feeder.journal, 0, 77), UsageError);
  feeder.clusters.leader = {none};
  CHECK_THROWS_AS(note_clusters(feeder.journal, 0, 1, feeder.agent, feeder.clusters, {}),
                  UsageError);
  Bytes cut = pack_records(feeder.journal);
  cut.pop_back();
  CHECK_THROWS_AS(merge_records(std::vector<Bytes>{cut}), UsageError);
}
