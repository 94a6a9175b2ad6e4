// SPDX-License-Identifier: BSD-3-Clause
#include "gridswarm/base/collectives.hpp"

#include <doctest/doctest.h>

using namespace gridswarm;

namespace {

/// Rank r says r + 1 times the byte 10 + r.
std::vector<Bytes> one_each(int ranks) {
  std::vector<Bytes> said;
  for (int r = 0; r < ranks; ++r)
    said.emplace_back(static_cast<std::size_t>(r) + 1, static_cast<std::byte>(10 + r));
  return said;
}

}  // namespace

TEST_CASE("rank 0 gathers one payload per rank, in rank order, in one round") {
  LocalExchange exchange(3);
  CHECK(gather_to_root(exchange, one_each(3)) == one_each(3));
  CHECK(exchange.traffic().rounds == 1);
  CHECK(exchange.traffic().bytes == 2 + 3);  // rank 0 keeps its own byte
}

TEST_CASE("everyone hears all payloads, and each foreign copy is counted") {
  LocalExchange exchange(3);
  CHECK(all_gather(exchange, one_each(3)) == one_each(3));
  CHECK(exchange.traffic().bytes == 2 * (1 + 2 + 3));
}

TEST_CASE("a broadcast repeats what rank 0 says, empty words too") {
  LocalExchange exchange(4);
  const Bytes word(5, std::byte{7});
  CHECK(broadcast(exchange, word) == word);
  CHECK(exchange.traffic().bytes == 3 * 5);
  CHECK(broadcast(exchange, {}).empty());
}

TEST_CASE("the largest value and a single yes are known to the process that hosts all ranks") {
  LocalExchange exchange(2);
  CHECK(all_max(exchange, -5) == -5);
  CHECK(all_sum(exchange, 7) == 7);  // one voice per process, however many ranks it hosts
  CHECK(any_process(exchange, true));
  CHECK_FALSE(any_process(exchange, false));
}
