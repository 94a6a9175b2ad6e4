// SPDX-License-Identifier: BSD-3-Clause
#include "gridswarm/contract/energy.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <numeric>

#include "gridswarm/base/random.hpp"
#include "scene.hpp"

using namespace gridswarm;
using namespace gridswarm::contract;
using scene::Day;
using scene::Scene;

namespace {

constexpr std::int64_t high = std::numeric_limits<std::int64_t>::max();

Rules priced(std::int64_t price, std::int64_t reward_rate) {
  Rules rules;
  rules.tariff = {price, reward_rate};
  return rules;
}

std::int64_t sum(const std::vector<std::int64_t>& column) {
  return std::accumulate(column.begin(), column.end(), std::int64_t{0});
}

/// Cluster 1 of agents 1, 2, 3 in epoch 1; at tick 5 they put 30, 10 and -16 into the grid.
struct Three : Scene {
  Day day;
  Three() : Scene(priced(3, 2)) {
    form(1, 1, {1, 2, 3});
    day = scene::day(state, 1, 1, 5, {1, 2, 3}, {30, 10, -16});
  }
};

}  // namespace

TEST_CASE("a closed tick pays givers from takers and issues exactly the stated reward") {
  Three s;
  REQUIRE(put(s, s.day) == Refusal::none);
  // Shared 16: 12 and 4 given, 16 taken, at price 3; reward pool 32 with weights 12, 4, 16.
  CHECK(s.balance(1) == 36 + 12);
  CHECK(s.balance(2) == 12 + 4);
  CHECK(s.balance(3) == -48 + 16);
  CHECK(s.state.issued_micro == 32);
  CHECK(s.state.agents.given_milliwh == std::vector<std::int64_t>{12, 4, 0});
  CHECK(s.state.agents.taken_milliwh == std::vector<std::int64_t>{0, 0, 16});
  CHECK(s.state.clusters.net_milliwh[0] == 24);
  CHECK(s.state.clusters.shared_milliwh[0] == 16);
}

TEST_CASE("until its cluster closes the tick, a settlement moves nothing") {
  Three s;
  for (const Settle& settle : s.day.settle) {
    s.put(Reading{settle.agent, 5}, 5);
    CHECK(s.put(settle, 5) == Refusal::none);
  }
  CHECK(sum(s.state.agents.balance_micro) == 0);
  CHECK(s.state.issued_micro == 0);
}

TEST_CASE("an agent settles a tick once, after reading it, in its own cluster") {
  Three s;
  const Settle settle = s.day.settle[0];
  CHECK(s.put(settle, 5) == Refusal::no_reading);
  CHECK(s.put(Reading{1, 5}, 5) == Refusal::none);
  CHECK(s.put(Reading{1, 5}, 5) == Refusal::wrong_tick);
  CHECK(s.put(Reading{1, 4}, 4) == Refusal::wrong_tick);
  Settle other = settle;
  other.cluster = 2;
  CHECK(s.put(other, 5) == Refusal::not_member);
  CHECK(s.put(settle, 6) == Refusal::wrong_tick);  // envelope and payload differ
  CHECK(s.put(settle, 5) == Refusal::none);
  CHECK(s.put(settle, 5) == Refusal::wrong_tick);
}

TEST_CASE("amounts outside their range are refused") {
  Three s;
  s.put(Reading{1, 5}, 5);
  Settle settle = s.day.settle[0];
  settle.produced_milliwh = -1;
  CHECK(s.put(settle, 5) == Refusal::out_of_range);
  settle.produced_milliwh = high;
  CHECK(s.put(settle, 5) == Refusal::out_of_range);
  settle = s.day.settle[0];
  settle.reward_micro = -1;
  CHECK(s.put(settle, 5) == Refusal::out_of_range);
}

TEST_CASE("a closing that breaks conservation or the rule is refused for that reason") {
  const auto closing = [](auto change) {
    Three s;
    change(s.day);
    const Refusal refusal = put(s, s.day);
    CHECK(sum(s.state.agents.balance_micro) == 0);
    return refusal;
  };
  CHECK(closing([](Day& d) { ++d.settle[0].tokens_micro; }) == Refusal::tokens_not_conserved);
  CHECK(closing([](Day& d) { ++d.settle[0].shared_milliwh; }) == Refusal::energy_not_conserved);
  // Conserved, but one giver's part goes to the other.
  CHECK(closing([](Day& d) {
          d.settle[0].tokens_micro += 3, d.settle[1].tokens_micro -= 3;
          ++d.settle[0].shared_milliwh, --d.settle[1].shared_milliwh;
        }) == Refusal::wrong_settlement);
  CHECK(closing([](Day& d) { ++d.settle[2].reward_micro; }) == Refusal::wrong_settlement);
  CHECK(closing([](Day& d) { ++d.settle[0].produced_milliwh; }) == Refusal::wrong_settlement);
  CHECK(closing([](Day& d) { ++d.close.net_milliwh; }) == Refusal::wrong_settlement);
  CHECK(closing([](Day& d) { ++d.close.shared_milliwh; }) == Refusal::wrong_settlement);
  CHECK(closing([](Day& d) { ++d.close.residual_milliwh; }) == Refusal::wrong_settlement);
  CHECK(closing([](Day& d) { ++d.close.count; }) == Refusal::nothing_settled);
  CHECK(closing([](Day& d) { d.close.limits = 4; }) == Refusal::out_of_range);
  CHECK(closing([](Day& d) { d.close.readings[31] ^= std::byte{1}; }) == Refusal::wrong_digest);
  CHECK(closing([](Day& d) { d.close.cluster = 2; }) == Refusal::unknown_cluster);
  CHECK(closing([](Day& d) { d.close.epoch = 2; }) == Refusal::stale_epoch);
}

TEST_CASE("a tick closes once, and later ticks follow") {
  Three s;
  REQUIRE(put(s, s.day) == Refusal::none);
  CHECK(s.put(s.day.close, 5) == Refusal::wrong_tick);
  CHECK(put(s, scene::day(s.state, 1, 1, 6, {1, 2, 3}, {-1, 0, 1})) == Refusal::none);
  CHECK(s.balance(1) == 48 - 3 + 1);
}

TEST_CASE("a cluster without leader, or with members newer than its election, closes nothing") {
  Three s;
  s.put(Leave{1});  // the leader
  CHECK(put(s, scene::day(s.state, 1, 1, 5, {2, 3}, {1, -1})) == Refusal::no_leader);
  s.put(Lead{1, 2, 2, 0}, 5);
  s.join(4);
  s.put(Assign{4, 1, 3});
  CHECK(put(s, scene::day(s.state, 1, 3, 6, {2, 3}, {1, -1})) == Refusal::no_leader);
  s.put(Lead{1, 3, 3, 0}, 6);
  CHECK(s.put(scene::day(s.state, 1, 3, 6, {2, 3}, {1, -1}).close, 6) == Refusal::none);
}

TEST_CASE("who moves away gives up an open settlement, and the old cluster cannot count it") {
  Three s;
  for (const Settle& settle : s.day.settle) {
    s.put(Reading{settle.agent, 5}, 5);
    s.put(settle, 5);
  }
  s.put(Assign{2, none, 2}, 5);
  s.put(Lead{1, 2, 3, 0}, 5);
  ClusterTick close = s.day.close;
  close.epoch = 2;
  CHECK(s.put(close, 5) == Refusal::nothing_settled);
  close.count = 2;
  CHECK(s.put(close, 5) == Refusal::energy_not_conserved);
  CHECK(s.state.agents.open_share_milliwh[1] == 0);
}

TEST_CASE("an agent without cluster settles alone: energy counts, tokens stay") {
  Scene s(priced(3, 2));
  s.join(1);
  s.put(Reading{1, 5}, 5);
  CHECK(s.put(Settle{1, 5, none, 100, 40, 1, 3, 0}, 5) == Refusal::wrong_settlement);
  CHECK(s.put(Settle{1, 5, none, 100, 40, 0, 0, 0}, 5) == Refusal::none);
  CHECK(s.state.agents.produced_milliwh[0] == 100);
  CHECK(s.state.agents.consumed_milliwh[0] == 40);
  CHECK(s.balance(1) == 0);
  s.state.agents.produced_milliwh[0] = high;
  s.put(Reading{1, 6}, 6);
  CHECK(s.put(Settle{1, 6, none, 1, 0, 0, 0, 0}, 6) == Refusal::overflow);
}

TEST_CASE("a balance or total that would overflow refuses the whole closing") {
  for (const int total : {0, 1, 2, 3}) {
    Three s;
    if (total == 0) s.state.agents.balance_micro[0] = high - 47;  // 48 is due
    if (total == 1) s.state.agents.produced_milliwh[0] = high - 29;
    if (total == 2) s.state.issued_micro = high - 31;
    if (total == 3) s.state.clusters.shared_milliwh[0] = high - 15;
    CHECK(put(s, s.day) == Refusal::overflow);
    CHECK(s.state.agents.taken_milliwh[2] == 0);
    if (total == 0) --s.state.agents.balance_micro[0];
    if (total == 1) --s.state.agents.produced_milliwh[0];
    if (total == 2) --s.state.issued_micro;
    if (total == 3) --s.state.clusters.shared_milliwh[0];
    CHECK(s.put(s.day.close, 5) == Refusal::none);
  }
}

TEST_CASE("balances sum to the tokens issued over random ticks") {
  Scene s(priced(7, 3));
  const std::vector<AgentId> agents = {1, 2, 3, 4, 5, 6, 7};
  s.form(1, 1, agents);
  for (std::int64_t tick = 0; tick < 200; ++tick) {
    std::vector<std::int64_t> net;
    for (const AgentId agent : agents)
      net.push_back(
          static_cast<std::int64_t>(draw_below(5, Stream::test, static_cast<std::uint64_t>(agent),
                                               static_cast<std::uint32_t>(tick), 2000001)) -
          1000000);
    REQUIRE(put(s, scene::day(s.state, 1, 1, tick, agents, net)) == Refusal::none);
    REQUIRE(sum(s.state.agents.balance_micro) == s.state.issued_micro);
    REQUIRE(sum(s.state.agents.given_milliwh) == sum(s.state.agents.taken_milliwh));
  }
  CHECK(s.state.issued_micro > 0);
}

TEST_CASE("reputation starts at one half, rises with reports and falls with silence") {
  Rules rules = priced(1, 0);
  rules.reputation_keep_ppm = 500000;
  Scene s(rules);
  s.form(1, 1, {1, 2});
  CHECK(reputation_ppm(s.state, 0) == 500000);
  REQUIRE(put(s, scene::day(s.state, 1, 1, 5, {1}, {9})) == Refusal::none);
  CHECK(reputation_ppm(s.state, 0) == 666666);  // (1 + 1) / (1 + 0 + 2)
  CHECK(reputation_ppm(s.state, 1) == 333333);  // (0 + 1) / (0 + 1 + 2)
  REQUIRE(put(s, scene::day(s.state, 1, 1, 6, {2}, {9})) == Refusal::none);
  CHECK(reputation_ppm(s.state, 0) == 428571);  // good 1/2, bad 1: 1.5 / 3.5
  CHECK(reputation_ppm(s.state, 1) == 571428);
}

TEST_CASE("a gateway's intervals ascend and do not overlap") {
  Scene s;
  CHECK(s.put(Interval{0, 1, 5, 10, {}}, 5) == Refusal::unknown_feeder);
  s.join(1);
  CHECK(s.put(Interval{0, 1, 5, 10, {}}, 5) == Refusal::none);
  CHECK(s.put(Interval{0, 5, 6, 10, {}}, 6) == Refusal::wrong_tick);
  CHECK(s.put(Interval{0, 7, 6, 10, {}}, 6) == Refusal::out_of_range);
  CHECK(s.put(Interval{0, 6, 6, 0, {}}, 6) == Refusal::out_of_range);
  CHECK(s.put(Interval{0, 6, 6, high, {}}, 6) == Refusal::overflow);
  CHECK(s.put(Interval{0, 6, 6, 1, {}}, 6) == Refusal::none);
  CHECK(s.state.feeders.folded[0] == 11);
}
