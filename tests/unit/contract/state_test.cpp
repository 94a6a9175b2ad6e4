// SPDX-License-Identifier: BSD-3-Clause
#include "gridswarm/contract/state.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

#include "gridswarm/base/random.hpp"
#include "scene.hpp"

using namespace gridswarm;
using namespace gridswarm::contract;
using scene::Scene;

TEST_CASE("hashing only stale pages gives the root of hashing all") {
  Scene s;
  for (std::uint64_t k = 0; k < 300; ++k) {
    // Ids in no order, so that rows and pages move.
    s.join(static_cast<AgentId>(draw_below(4, Stream::test, k, 0, 100000)));
    if (k % 7 == 0) REQUIRE(state_root(s.state) == state_root_from_scratch(s.state));
  }
  const auto agents = s.state.agents.id;
  for (std::size_t k = 0; k < agents.size(); ++k) {
    const ClusterId cluster = agents[k / 10 * 10];
    s.put(Assign{agents[k], cluster, 1});
    if (k % 10 == 9) s.put(Lead{cluster, 1, agents[k], 0});
    if (k % 13 == 0) s.put(Leave{agents[k / 2]});
    if (k % 5 == 0) REQUIRE(state_root(s.state) == state_root_from_scratch(s.state));
  }
  CHECK(s.state.agent_pages.hash.size() > 4);
}

TEST_CASE("a record makes only the pages of its rows stale") {
  Scene s;
  for (AgentId agent = 0; agent < 640; ++agent) s.join(agent);
  state_root(s.state);
  s.put(Reading{200, 1}, 1);
  std::vector<std::uint8_t> expected(10, 0);
  expected[200 / 64] = 1;
  CHECK(s.state.agent_pages.stale == expected);
  CHECK(std::count(s.state.feeder_pages.stale.begin(), s.state.feeder_pages.stale.end(), 1) == 0);
}

TEST_CASE("the root depends on every number of a row, on the rules and on the log") {
  Scene s;
  s.form(1, 1, {1, 2});
  std::set<ledger::Hash> roots = {state_root_from_scratch(s.state)};
  const auto changed = [&](auto change) {
    State copy = s.state;
    change(copy);
    CHECK(roots.insert(state_root_from_scratch(copy)).second);
    CHECK_FALSE(same(copy, s.state));
  };
  changed([](State& t) { ++t.agents.balance_micro[1]; });
  changed([](State& t) { ++t.agents.open_share_milliwh[0]; });
  changed([](State& t) { ++t.agents.open_share_milliwh[1]; });
  changed([](State& t) { t.agents.reading[0][5] ^= std::byte{1}; });
  changed([](State& t) { ++t.agents.led_epoch[0]; });
  changed([](State& t) { ++t.clusters.closed_tick[0]; });
  changed([](State& t) { ++t.feeders.folded[0]; });
  changed([](State& t) { ++t.rules.tariff.price; });
  changed([](State& t) { ++t.issued_micro; });
  changed([](State& t) { ++t.height; });
  changed([](State& t) { t.genesis[31] ^= std::byte{1}; });
}

TEST_CASE("members of clusters are what the agents' rows say") {
  Scene s;
  for (std::uint64_t k = 0; k < 2000; ++k) {
    const auto agent = static_cast<AgentId>(draw_below(6, Stream::test, k, 0, 30));
    const auto cluster = static_cast<ClusterId>(draw_below(6, Stream::test, k, 1, 6)) - 1;
    switch (draw_below(6, Stream::test, k, 2, 4)) {
      case 0: s.join(agent); break;
      case 1: s.put(Leave{agent}); break;
      default: s.put(Assign{agent, cluster, static_cast<std::int64_t>(k)});
    }
  }
  std::size_t inside = 0;
  for (std::size_t c = 0; c < s.state.clusters.id.size(); ++c) {
    std::vector<AgentId> expected;
    for (std::size_t i = 0; i < s.state.agents.id.size(); ++i)
      if (s.state.agents.cluster[i] == s.state.clusters.id[c])
        expected.push_back(s.state.agents.id[i]);
    CHECK(s.state.members[c] == expected);
    CHECK(s.state.clusters.count[c] == static_cast<std::int64_t>(expected.size()));
    inside += expected.size();
  }
  CHECK(inside > 5);
}

TEST_CASE("find gives the row of an id that is there and none for others") {
  const std::vector<std::int64_t> ids = {2, 5, 9};
  CHECK(find(ids, 2) == 0);
  CHECK(find(ids, 9) == 2);
  CHECK(find(ids, 4) == none);
  CHECK(find(ids, 10) == none);
  CHECK(find({}, 1) == none);
}
