// SPDX-License-Identifier: BSD-3-Clause
#include "gridswarm/contract/membership.hpp"

#include <doctest/doctest.h>

#include "gridswarm/base/error.hpp"
#include "scene.hpp"

using namespace gridswarm;
using namespace gridswarm::contract;
using scene::Scene;

TEST_CASE("an agent joins once, may leave and come back, and keeps its balance") {
  Scene s;
  CHECK(s.join(4) == Refusal::none);
  CHECK(s.join(4) == Refusal::already_member);
  s.state.agents.balance_micro[0] = 77;
  CHECK(s.put(Leave{4}) == Refusal::none);
  CHECK(s.put(Leave{4}) == Refusal::not_member);
  CHECK(s.put(Assign{4, 4, 1}) == Refusal::not_member);
  CHECK(s.join(4) == Refusal::none);
  CHECK(s.balance(4) == 77);
  CHECK(s.state.agents.id == std::vector<std::int64_t>{4});
}

TEST_CASE("joins outside the ranges are refused") {
  Scene s;
  CHECK(s.put(Join{1, -1, 0, 0, 0}) == Refusal::out_of_range);
  CHECK(s.put(Join{1, 0, 5, 0, 0}) == Refusal::out_of_range);
  CHECK(s.put(Join{1, 0, -1, 0, 0}) == Refusal::out_of_range);
  CHECK(s.put(Join{1, 0, 0, -1, 0}) == Refusal::out_of_range);
  CHECK(s.put(Join{1, 0, 0, 0, value_bound}) == Refusal::out_of_range);
  CHECK(s.put(Join{-1, 0, 0, 0, 0}) == Refusal::out_of_range);
  CHECK(s.state.agents.id.empty());
}

TEST_CASE("who never joined can do nothing") {
  Scene s;
  s.form(1, 1, {1, 2});
  CHECK(s.put(Leave{9}) == Refusal::unknown_agent);
  CHECK(s.put(Assign{9, 1, 2}) == Refusal::unknown_agent);
  CHECK(s.put(Reading{9, 5}, 5) == Refusal::unknown_agent);
  CHECK(s.put(Settle{9, 5, 1}, 5) == Refusal::unknown_agent);
}

TEST_CASE("ids stay sorted in whatever order agents join") {
  Scene s;
  for (const AgentId agent : {50, 10, 30, 20, 40}) CHECK(s.join(agent) == Refusal::none);
  CHECK(s.state.agents.id == std::vector<std::int64_t>{10, 20, 30, 40, 50});
}

TEST_CASE("an agent belongs to one cluster per epoch, and epochs ascend") {
  Scene s;
  s.join(1);
  s.join(2);
  CHECK(s.put(Assign{1, 1, 3}) == Refusal::none);
  CHECK(s.put(Assign{1, 2, 3}) == Refusal::stale_epoch);
  CHECK(s.put(Assign{1, 2, 2}) == Refusal::stale_epoch);
  CHECK(s.put(Assign{1, 1, 4}) == Refusal::already_member);
  CHECK(s.put(Assign{2, 1, 2}) == Refusal::stale_epoch);  // the cluster is in epoch 3
  CHECK(s.put(Assign{1, 2, 4}) == Refusal::none);
  CHECK(s.state.members == std::vector<std::vector<AgentId>>{{}, {1}});
  CHECK(s.state.clusters.count == std::vector<std::int64_t>{0, 1});
  CHECK(s.state.clusters.epoch == std::vector<std::int64_t>{4, 4});  // both changed in epoch 4
}

TEST_CASE("an election closes the membership of its epoch") {
  Scene s;
  s.form(1, 1, {1, 2});
  s.join(3);
  CHECK(s.put(Assign{3, 1, 1}) == Refusal::stale_epoch);
  CHECK(s.put(Assign{1, none, 1}) == Refusal::stale_epoch);
  CHECK(s.put(Assign{3, 1, 2}) == Refusal::none);
}

TEST_CASE("clusters do not cross feeders") {
  Scene s;
  s.join(1, 0);
  s.join(2, 1);
  CHECK(s.put(Assign{1, 1, 1}) == Refusal::none);
  CHECK(s.put(Assign{2, 1, 1}) == Refusal::other_feeder);
  CHECK(s.put(Assign{2, 2, 1}) == Refusal::none);
}

TEST_CASE("a cluster over its bound gets no leader, and twice the bound is never reached") {
  Rules rules;
  rules.cluster_size_max = 2;
  Scene s(rules);
  for (AgentId agent = 1; agent <= 5; ++agent) s.join(agent);
  for (AgentId agent = 1; agent <= 4; ++agent) CHECK(s.put(Assign{agent, 1, 1}) == Refusal::none);
  CHECK(s.put(Assign{5, 1, 1}) == Refusal::cluster_size);
  CHECK(s.put(Lead{1, 1, 1, 0}) == Refusal::cluster_size);
  CHECK(s.put(Assign{1, none, 2}) == Refusal::none);
  CHECK(s.put(Assign{2, none, 2}) == Refusal::none);
  CHECK(s.put(Lead{1, 2, 3, 0}) == Refusal::none);
}

TEST_CASE("all members may be replaced in one epoch, whatever the order of ids") {
  Rules rules;
  rules.cluster_size_max = 2;
  Scene s(rules);
  s.form(7, 1, {7, 8});
  s.join(1);
  s.join(2);
  // Ascending by agent: newcomers 1, 2 arrive before 7, 8 have gone.
  for (const AgentId agent : {1, 2}) CHECK(s.put(Assign{agent, 7, 2}) == Refusal::none);
  for (const AgentId agent : {7, 8}) CHECK(s.put(Assign{agent, 8, 2}) == Refusal::none);
  CHECK(s.put(Lead{7, 2, 1, 0}) == Refusal::none);
  CHECK(s.state.members == std::vector<std::vector<AgentId>>{{1, 2}, {7, 8}});
}

TEST_CASE("a leader that leaves or moves vacates the seat") {
  Scene s;
  s.form(1, 1, {1, 2, 3});
  CHECK(s.state.clusters.leader[0] == 1);
  s.put(Leave{2});
  CHECK(s.state.clusters.leader[0] == 1);
  s.put(Leave{1});
  CHECK(s.state.clusters.leader[0] == none);
  CHECK(s.state.members[0] == std::vector<AgentId>{3});
}

TEST_CASE("rules out of range are a usage error") {
  Rules rules;
  rules.cluster_size_max = 65;
  CHECK_THROWS_AS(make_state({}, rules), UsageError);
  rules.cluster_size_max = 0;
  CHECK_THROWS_AS(make_state({}, rules), UsageError);
  rules = {};
  rules.tariff.price = -1;
  CHECK_THROWS_AS(make_state({}, rules), UsageError);
  rules = {};
  rules.reputation_keep_ppm = 1000001;
  CHECK_THROWS_AS(make_state({}, rules), UsageError);
  rules = {};
  rules.rest_epochs = -1;
  CHECK_THROWS_AS(make_state({}, rules), UsageError);
}
