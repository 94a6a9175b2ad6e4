// SPDX-License-Identifier: BSD-3-Clause
// What a message costs: 10,000 agents tell 8 neighbours each, and all of it arrives.
//
// Timed is send() of every message of four rounds (a draw of chance serves four messages of a
// link), and next() until nothing is under way, with counts by sender, receiver and kind; rounds
// follow each other, so the memory is warm. And the dispatch
// of a cluster of a million: columns in memory, price and set-points out, on the threads of the
// run.
#include "control_links.hpp"

#include "gridswarm/balance/large_dispatch.hpp"
#include "gridswarm/base/random.hpp"
#include "gridswarm/link/send.hpp"

namespace gridswarm::bench {

namespace {

constexpr Index agents = 10000, neighbours = 8, rounds = 4;
constexpr std::int32_t bytes = 24;

link::Network make_neighbours(const link::LinkOptions& options) {
  link::Network network = link::make_network(agents, 1, 1);
  const Index model = link::add_model(network, link::model_of(options));
  for (Index i = 0; i < agents; ++i)
    for (Index k = 1; k <= neighbours; ++k)
      link::add_link(network, i, (i + k * (k % 2 == 0 ? 17 : agents - 23)) % agents, model);
  return network;
}

/// Nanoseconds of one message, best of `repeats` times `rounds` rounds.
double message_ns(const link::LinkOptions& options, int repeats) {
  link::Network network = make_neighbours(options);
  const auto links = static_cast<Index>(network.links.size());
  const double taken_s = best_cpu_seconds(repeats, [&] {
    for (Index round = 0; round < rounds; ++round) {
      for (Index l = 0; l < links; ++l)
        link::send(network, l, 0, bytes, static_cast<link::Payload>(l));
      link::Event event;
      while (link::next(network, link::forever, event)) {
      }
    }
  });
  return 1e9 * taken_s / static_cast<double>(rounds * links);
}

/// Milliseconds of one dispatch of a million members with a fixed exchange.
double dispatch_ms(int repeats) {
  constexpr std::size_t count = 1000000;
  Column<double> want(count), low(count), high(count), inverse(count), p(count);
  double middle = 0.0;
  for (std::size_t i = 0; i < count; ++i) {
    const auto uniform = [&](std::uint32_t k) { return draw_uniform(1, Stream::test, i, k); };
    want[i] = 10.0 * uniform(0) - 5.0;
    low[i] = want[i] - 4.0 * uniform(1);
    high[i] = want[i] + 4.0 * uniform(2);
    inverse[i] = 1.0 / (0.05 + 1.95 * uniform(3));
    middle += 0.4 * low[i] + 0.6 * high[i];
  }
  const balance::BoxedQuadratic problem{want, low, high, inverse, middle, 0.0};
  balance::LargeDispatchWork work;
  return 1e3 *
         best_seconds(repeats, [&] { balance::dispatch_large(problem, 1e-12, 200, 0, work, p); });
}

}  // namespace

std::vector<Row> link_rows() {
  const std::string command = "./dev bench control";
  constexpr int repeats = 50;
  link::LinkOptions fixed, lognormal, lossy;
  lognormal.sigma = 0.5;
  lossy.sigma = 0.5;
  lossy.loss = 0.05;
  lossy.rate_kb_per_s = 1000.0;
  return {
      {"message_ns_fixed_delay", message_ns(fixed, repeats), "ns", "<=", 25.0, repeats, command},
      {"message_ns_lognormal", message_ns(lognormal, repeats), "ns", "<=", 50.0, repeats, command},
      {"dispatch_1m_ms", dispatch_ms(repeats), "ms", "<=", 8.0, repeats, command},
      {"message_ns_lossy_budget", message_ns(lossy, repeats), "ns", "", 0.0, repeats, command},
  };
}

}  // namespace gridswarm::bench
