// SPDX-License-Identifier: BSD-3-Clause
#include "gridswarm/contract/leader.hpp"

#include <doctest/doctest.h>

#include "scene.hpp"

using namespace gridswarm;
using namespace gridswarm::contract;
using scene::Scene;

namespace {

Rules resting(std::int64_t epochs) {
  Rules rules;
  rules.rest_epochs = epochs;
  return rules;
}

}  // namespace

TEST_CASE("only a member of the cluster may lead it") {
  Scene s;
  s.form(1, 1, {1, 2});
  s.form(3, 1, {3});
  CHECK(s.put(Lead{1, 2, 3, 0}) == Refusal::not_member);
  CHECK(s.put(Lead{1, 2, 9, 0}) == Refusal::unknown_agent);
  CHECK(s.put(Lead{9, 2, 1, 0}) == Refusal::unknown_cluster);
  CHECK(s.put(Lead{1, 2, 2, -1}) == Refusal::out_of_range);
  CHECK(s.put(Lead{1, 2, 2, 0}) == Refusal::none);
}

TEST_CASE("an epoch elects once, and no election names a past epoch") {
  Scene s;
  s.form(1, 5, {1, 2});
  CHECK(s.put(Lead{1, 5, 2, 0}) == Refusal::stale_epoch);
  CHECK(s.put(Lead{1, 4, 2, 0}) == Refusal::stale_epoch);
  CHECK(s.put(Lead{1, 6, 2, 0}) == Refusal::none);
  s.put(Assign{2, none, 9});
  CHECK(s.put(Lead{1, 8, 1, 0}) == Refusal::stale_epoch);  // members changed in epoch 9
}

TEST_CASE("who led within the rest sits out while others can lead, and leads again after it") {
  Scene s(resting(2));
  s.form(1, 1, {1, 2, 3});  // 1 leads in epoch 1
  CHECK(s.put(Lead{1, 2, 1, 0}) == Refusal::led_recently);
  CHECK(s.put(Lead{1, 3, 1, 0}) == Refusal::led_recently);
  CHECK(s.put(Lead{1, 4, 1, 0}) == Refusal::none);
}

TEST_CASE("when everybody led of late, anybody may lead") {
  Scene s(resting(5));
  s.form(1, 1, {1, 2});
  CHECK(s.put(Lead{1, 2, 2, 0}) == Refusal::none);
  CHECK(s.put(Lead{1, 3, 1, 0}) == Refusal::none);
}

TEST_CASE("a lone member leads for ever") {
  Scene s(resting(5));
  s.form(1, 1, {1});
  for (std::int64_t epoch = 2; epoch < 9; ++epoch)
    CHECK(s.put(Lead{1, epoch, 1, 0}) == Refusal::none);
}

TEST_CASE("a member that fell silent does not bar the elected") {
  Scene s(resting(5));
  s.form(1, 1, {1, 2});
  CHECK(s.put(Reading{1, 4}, 4) == Refusal::none);  // 2 has not been heard
  CHECK(s.put(Lead{1, 2, 1, 0}, 4) == Refusal::none);
  CHECK(s.put(Reading{2, 5}, 5) == Refusal::none);
  CHECK(s.put(Lead{1, 3, 1, 0}, 5) == Refusal::led_recently);
}

TEST_CASE("rotation rests on elections, whatever cluster they were in") {
  Scene s(resting(3));
  s.form(1, 1, {1, 2});
  s.form(5, 1, {5, 6});
  s.put(Assign{1, 5, 2});  // 1 led cluster 1 in epoch 1
  CHECK(s.put(Lead{5, 2, 1, 0}) == Refusal::led_recently);
  CHECK(s.put(Lead{5, 2, 6, 0}) == Refusal::none);
}
