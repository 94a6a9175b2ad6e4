// SPDX-License-Identifier: BSD-3-Clause
// A message's way, in times that can be computed by hand; then what must not change its fate.
#include "gridswarm/link/send.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "gridswarm/base/parallel.hpp"

using namespace gridswarm;
using link::ns_per_ms;

namespace {

/// Two nodes and links 0 -> 1 and 1 -> 0 of one model.
link::Network pair_of(const link::LinkOptions& options, std::uint64_t seed = 1) {
  link::Network network = link::make_network(2, 3, seed);
  const Index model = link::add_model(network, link::model_of(options));
  link::add_link(network, 0, 1, model);
  link::add_link(network, 1, 0, model);
  return network;
}

/// Times in ms at which everything under way arrives, and payloads in that order.
struct Arrivals {
  std::vector<double> ms;
  std::vector<link::Payload> payload;
};

Arrivals drain(link::Network& network) {
  Arrivals out;
  link::Event event;
  while (link::next(network, link::forever, event)) {
    out.ms.push_back(static_cast<double>(event.at_ns) / ns_per_ms);
    out.payload.push_back(event.payload);
  }
  return out;
}

/// Digest of a busy run: 50 nodes answer each other for a while over lossy lognormal links.
std::uint64_t digest_of_run(std::uint64_t seed) {
  constexpr Index nodes = 50;
  link::Network network = link::make_network(nodes, 1, seed);
  link::LinkOptions options;
  options.sigma = 0.7;
  options.loss = 0.01;
  options.jitter_ms = 0.5;
  options.rate_kb_per_s = 500.0;
  const Index model = link::add_model(network, link::model_of(options));
  for (Index i = 0; i < nodes; ++i)
    for (const Index step : {1, 7, 49}) link::add_link(network, i, (i + step) % nodes, model);
  link::limit_ingest(network, 3, 20000, 5);
  for (Index l = 0; l < 3 * nodes; ++l) link::send(network, l, 0, 40, 12);
  std::uint64_t digest = seed;
  link::Event event;
  while (link::next(network, link::forever, event)) {
    for (const std::uint64_t word : {static_cast<std::uint64_t>(event.at_ns), event.payload,
                                     static_cast<std::uint64_t>(event.node)})
      digest = (digest ^ word) * 0x100000001b3u + (digest >> 29);
    if (event.payload > 0)
      link::send(network, 3 * event.node + static_cast<Index>(event.payload % 3), 0, 40,
                 event.payload - 1);
  }
  return digest;
}

}  // namespace

TEST_CASE(
    "messages of a fixed delay arrive exactly then, in the order of sending, and are counted") {
  link::Network network = pair_of({});  // 10 ms
  link::send(network, 0, 2, 24, 7);
  link::send(network, 0, 2, 30, 8);
  link::wake(network, 0, 4 * ns_per_ms, 0, 9);
  link::Event event;
  REQUIRE(link::next(network, link::forever, event));
  CHECK(event.stage == link::Stage::timer);
  CHECK(link::now_ns(network) == 4 * ns_per_ms);
  link::send(network, 1, 1, 8, 5);
  CHECK(!link::next(network, 9 * ns_per_ms, event));
  CHECK(link::now_ns(network) == 9 * ns_per_ms);
  const Arrivals out = drain(network);
  CHECK(out.ms == std::vector<double>{10, 10, 14});
  CHECK(out.payload == std::vector<link::Payload>{7, 8, 5});
  CHECK(network.sent[0].messages == 2);
  CHECK(network.sent[0].bytes == 54);
  CHECK(network.received[1].bytes == 54);
  CHECK(network.received[0].messages == 1);
  CHECK(network.kinds[2].messages == 2);
  CHECK(network.kinds[1].bytes == 8);
  CHECK(network.totals.delivered == 3);
}

TEST_CASE("a byte budget sends one message after the other and drops what its queue can't hold") {
  link::LinkOptions options;
  options.rate_kb_per_s = 100.0;  // 1,000 bytes take 10 ms
  options.queue_kb = 3.0;
  link::Network network = pair_of(options);
  for (link::Payload k = 0; k < 5; ++k) link::send(network, 0, 0, 1000, k);
  CHECK(drain(network).ms == std::vector<double>{20, 30, 40});
  CHECK(network.totals.over_budget == 2);
  link::send(network, 0, 0, 500, 9);  // at 40 ms the wire is free again
  CHECK(drain(network).ms == std::vector<double>{55});
}

TEST_CASE("an overloaded link carries its rate and no more") {
  link::LinkOptions options;
  options.rate_kb_per_s = 100.0;
  options.queue_kb = 2.0;
  link::Network network = pair_of(options);
  link::Event event;
  for (int k = 0; k < 10000; ++k) {  // offered: 1,000 bytes every ms, ten times the budget
    link::send(network, 0, 0, 1000);
    while (link::next(network, (k + 1) * ns_per_ms, event)) {
    }
  }
  CHECK(std::llabs(network.totals.delivered - 1000) <= 3);
  CHECK(network.totals.over_budget >= 8990);
}

TEST_CASE("an aggregator handles one message at a time and drops what waits beyond its queue") {
  link::Network network = pair_of({});
  link::limit_ingest(network, 1, 2 * ns_per_ms, 2);
  for (link::Payload k = 0; k < 5; ++k) link::send(network, 0, 0, 24, k);
  const Arrivals out = drain(network);  // one in hand and two waiting
  CHECK(out.ms == std::vector<double>{12, 14, 16});
  CHECK(out.payload == std::vector<link::Payload>{0, 1, 2});
  CHECK(network.totals.over_ingest == 2);
  CHECK(network.totals.delivered == 3);
}

TEST_CASE("what is sent or arrives across a partition is gone, what stays on one side is not") {
  link::Network network = link::make_network(3, 1, 1);
  const Index model = link::add_model(network, link::model_of({}));
  const Index across = link::add_link(network, 0, 1, model);
  const Index same = link::add_link(network, 0, 2, model);
  link::add_partition(network, {20 * ns_per_ms, 40 * ns_per_ms, {0, 1, 0}});
  link::Event event;
  std::vector<double> arrived;
  for (int ms = 0; ms < 60; ms += 5) {
    link::send(network, across, 0, 8);
    while (link::next(network, (ms + 5) * ns_per_ms, event)) arrived.push_back(event.at_ns / 1e6);
  }
  for (const double ms : drain(network).ms) arrived.push_back(ms);
  // Sent at 0, 5 it arrives before the cut; at 10 .. 35 it is cut; from 40 on it is free again.
  CHECK(arrived == std::vector<double>{10, 15, 50, 55, 60, 65});
  CHECK(network.totals.cut == 6);
  link::Network calm = network;
  calm.partitions[0].begin_ns = 0;
  calm.partitions[0].end_ns = link::forever;
  link::send(calm, same, 0, 8);
  CHECK(drain(calm).ms.size() == 1);
  calm.partitions[0].side[1] = none;  // whoever is on no side hears all
  link::send(calm, across, 0, 8);
  CHECK(drain(calm).ms.size() == 1);
}

TEST_CASE("links that promise order keep it where delays alone would not") {
  link::LinkOptions options;
  options.sigma = 1.0;
  const auto overtakes = [&] {
    link::Network network = pair_of(options);
    for (link::Payload k = 0; k < 500; ++k) link::send(network, 0, 0, 8, k);
    const Arrivals out = drain(network);
    int count = 0;
    for (std::size_t k = 1; k < out.payload.size(); ++k)
      count += out.payload[k] < out.payload[k - 1];
    return count;
  };
  CHECK(overtakes() > 100);
  options.in_order = true;
  CHECK(overtakes() == 0);
}

TEST_CASE("a trace is replayed in its order, from a place that link and seed decide") {
  link::Network network = link::make_network(2, 1, 4);
  const std::vector<link::Nanoseconds> trace = {1000, 2000, 3000, 4000};
  link::Model model;
  model.delay = link::Delay::trace;
  model.trace = link::add_trace(network, trace);
  const Index row = link::add_link(network, 0, 1, link::add_model(network, model));
  std::vector<link::Nanoseconds> delays;
  link::Event event;
  for (int k = 0; k < 8; ++k) {
    const link::Nanoseconds sent = link::now_ns(network);
    link::send(network, row, 0, 8);
    REQUIRE(link::next(network, link::forever, event));
    delays.push_back(event.at_ns - sent);
  }
  for (int k = 0; k < 8; ++k) {
    CHECK(delays[k] == delays[(k + 4) % 8]);
    CHECK((delays[(k + 1) % 8] - delays[k] + 4000) % 4000 == 1000);
  }
}

TEST_CASE("what happens to a message depends on its seed, link and number alone") {
  link::LinkOptions options;
  options.sigma = 0.5;
  options.loss = 0.2;
  const auto fates = [&](bool with_others) {
    link::Network network = pair_of(options, 11);
    for (link::Payload k = 0; k < 300; ++k) {
      if (with_others) link::send(network, 1, 0, 8, 1000 + k);
      link::send(network, 0, 0, 8, k);
    }
    std::vector<std::pair<double, link::Payload>> out;
    const Arrivals all = drain(network);
    for (std::size_t k = 0; k < all.ms.size(); ++k)
      if (all.payload[k] < 1000) out.emplace_back(all.ms[k], all.payload[k]);
    return out;
  };
  CHECK(fates(false) == fates(true));
}

TEST_CASE("a message that a partition stopped takes its chance with it, and no other's") {
  link::LinkOptions options;
  options.sigma = 0.5;
  const auto arrivals = [&](link::Nanoseconds cut_ns) {
    link::Network network = pair_of(options, 12);
    link::add_partition(network, {0, cut_ns, {0, 1}});
    for (link::Payload k = 0; k < 12; ++k) {
      link::wake(network, 0, static_cast<link::Nanoseconds>(k) * ns_per_ms, 1, k);
    }
    std::vector<std::pair<link::Payload, link::Nanoseconds>> out;
    link::Event event;
    while (link::next(network, link::forever, event)) {
      if (event.stage == link::Stage::timer)
        link::send(network, 0, 0, 8, event.payload);
      else
        out.emplace_back(event.payload, event.at_ns);
    }
    std::sort(out.begin(), out.end());
    return out;
  };
  const auto all = arrivals(0), late = arrivals(6 * ns_per_ms);
  REQUIRE(all.size() == 12);
  REQUIRE(late.size() == 6);
  for (std::size_t k = 0; k < late.size(); ++k) CHECK(late[k] == all[6 + k]);
}

TEST_CASE("a hundred runs have the same digests whatever the threads, and each seed its own") {
  constexpr Index runs = 100;
  const auto digests = [&](int threads) {
    std::vector<std::uint64_t> out(runs);
    run_pieces(runs, threads, [&](Index k, int) { out[k] = digest_of_run(100 + k); });
    return out;
  };
  const std::vector<std::uint64_t> one = digests(1);
  CHECK(one == digests(4));
  CHECK(one[0] != one[1]);
  CHECK(one[0] == 16708572573646100240u);  // on every machine, compiler and instruction set
}
