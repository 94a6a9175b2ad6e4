// SPDX-License-Identifier: BSD-3-Clause
#include "gridswarm/fleet/phases.hpp"

#include <doctest/doctest.h>

#include "../small_circuit.hpp"

using namespace gridswarm;

TEST_CASE("a word of phases is letters a, b, c, each once") {
  CHECK(fleet::phases_of_word("") == std::int8_t{0});
  CHECK(fleet::phases_of_word("b") == std::int8_t{2});
  CHECK(fleet::phases_of_word("ca") == std::int8_t{5});
  for (const char* word : {"d", "aa", "A", "a b", "n"}) CHECK(!fleet::phases_of_word(word));
  for (const char* word : {"", "a", "b", "c", "ab", "ac", "bc", "abc"})
    CHECK(fleet::word_of_phases(*fleet::phases_of_word(word)) == word);
}

TEST_CASE("agents join the phases of their bus's loads, in proportion to power") {
  test::SmallCircuit made;
  made.source("s");
  const auto t = made.nodes("t", {1, 2, 3});
  made.load({t[1], feeder::ground}, 1, 2.4, 30.0, 0.0);
  made.load({t[2], t[0]}, 1, 4.16, 10.0, 0.0, feeder::Connection::delta);
  fleet::Fleet fleet;
  for (AgentId id = 1; id <= 400; ++id) {
    fleet.plate.id.push_back(id);
    fleet.plate.bus.push_back(1);
  }
  fleet.plate.bus[7] = 0;  // no load there
  fleet::join_phases_of_loads(made.circuit, 1, fleet);
  CHECK(fleet.plate.phases[7] == 0);
  int b = 0, ca = 0;
  for (const std::int8_t phases : fleet.plate.phases) (phases == 2 ? b : ca) += phases != 0;
  CHECK(b + ca == 399);
  CHECK(b > 270);
  CHECK(ca > 70);
  for (const std::int8_t phases : fleet.plate.phases)
    CHECK((phases == 0 || phases == 2 || phases == 5));
}
