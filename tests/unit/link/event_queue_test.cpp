// SPDX-License-Identifier: BSD-3-Clause
// Oracle: a plain list sorted by (time, number).
#include "gridswarm/link/event_queue.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "gridswarm/base/random.hpp"

using namespace gridswarm;

namespace {

struct Plain {
  link::Nanoseconds at_ns;
  std::uint64_t number;
  bool operator<(const Plain& other) const {
    return at_ns != other.at_ns ? at_ns < other.at_ns : number < other.number;
  }
};

link::Event event(link::Nanoseconds at_ns, std::uint64_t number) {
  link::Event out;
  out.at_ns = at_ns;
  out.payload = number;
  return out;
}

}  // namespace

TEST_CASE(
    "whatever is pushed and popped, in whatever order, comes out by time and then by number") {
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    CAPTURE(seed);
    link::EventQueue queue = link::make_event_queue();
    std::vector<Plain> plain;  // what waits
    std::uint64_t number = 0;
    const double scale = 1.0 + 3.0 * static_cast<double>(seed % 6);  // up to 10^16 ns: 115 days
    for (std::uint32_t round = 0; round < 40; ++round) {
      const auto many = draw_below(seed, Stream::test, round, 0, 200);
      for (std::uint64_t k = 0; k < many; ++k) {
        const double power = draw_uniform(seed, Stream::test, round * 1000 + k, 1) * scale;
        const auto delay = static_cast<link::Nanoseconds>(std::pow(10.0, power)) - 1;
        plain.push_back({queue.now_ns + delay, number});
        link::push(queue, event(queue.now_ns + delay, number++));
      }
      std::sort(plain.begin(), plain.end());
      const auto take = draw_below(seed, Stream::test, round, 2, plain.size() + 1);
      for (std::uint64_t k = 0; k < take; ++k) {
        link::Event out;
        const link::Nanoseconds before = plain[k].at_ns - 1;
        if (before >= queue.now_ns) {
          REQUIRE(!link::pop(queue, before, out));
          REQUIRE(queue.now_ns == before);
        }
        REQUIRE(link::pop(queue, k % 2 == 0 ? plain[k].at_ns : link::forever, out));
        REQUIRE(out.at_ns == plain[k].at_ns);
        REQUIRE(out.payload == plain[k].number);
        REQUIRE(queue.now_ns == out.at_ns);
      }
      plain.erase(plain.begin(), plain.begin() + static_cast<std::ptrdiff_t>(take));
      REQUIRE(queue.waiting == static_cast<std::int64_t>(plain.size()));
    }
  }
}

TEST_CASE("a hundred thousand events of one moment leave in the order in which they came") {
  link::EventQueue queue = link::make_event_queue();
  constexpr std::uint64_t count = 100000;
  for (std::uint64_t k = 0; k < count; ++k) link::push(queue, event(50000000, k));
  link::Event out;
  bool in_order = true;
  for (std::uint64_t k = 0; k < count; ++k)
    in_order &= link::pop(queue, link::forever, out) && out.payload == k;
  CHECK(in_order);
  CHECK(!link::pop(queue, link::forever, out));
  CHECK(queue.now_ns == 50000000);
}

TEST_CASE("an event of no delay comes after all that were due at the same moment") {
  link::EventQueue queue = link::make_event_queue();
  for (std::uint64_t k = 0; k < 3; ++k) link::push(queue, event(100, k));
  link::push(queue, event(101, 3));
  link::Event out;
  REQUIRE(link::pop(queue, link::forever, out));
  link::push(queue, event(100, 9));
  std::vector<std::uint64_t> order;
  while (link::pop(queue, link::forever, out)) order.push_back(out.payload);
  CHECK(order == std::vector<std::uint64_t>{1, 2, 9, 3});
}

TEST_CASE("memory of a warm queue does not grow with the messages that went through it") {
  link::EventQueue queue = link::make_event_queue();
  link::Event out;
  std::size_t after_warm = 0;
  for (int round = 0; round < 200; ++round) {
    for (std::uint64_t k = 0; k < 1000; ++k)
      link::push(queue,
                 event(queue.now_ns + static_cast<link::Nanoseconds>(k * 40009 % 9000000), k));
    while (link::pop(queue, link::forever, out)) {
    }
    if (round == 20) after_warm = queue.chunks.size();
  }
  CHECK(queue.chunks.size() <= after_warm + 100);
}
