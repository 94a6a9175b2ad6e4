// SPDX-License-Identifier: BSD-3-Clause
// Consensus over links: times by hand, the same bytes as without links, and losses.
#include "gridswarm/balance/consensus_links.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "consensus_graphs.hpp"

using namespace gridswarm;
using link::ns_per_ms;

namespace {

link::Network network_of(Index nodes, const link::LinkOptions& options, std::uint64_t seed = 1) {
  link::Network network = link::make_network(nodes, 2, seed);
  link::add_model(network, link::model_of(options));
  return network;
}

link::LinkOptions lossy(double loss, double sigma) {
  link::LinkOptions options;
  options.loss = loss;
  options.sigma = sigma;
  return options;
}

}  // namespace

TEST_CASE("a tree of height 2 with 10 ms links knows its sum after 40 ms") {
  const std::vector<Index> parent = {none, 0, 0, 1};
  link::Network network = network_of(4, {});
  const balance::TreeLinks links = balance::add_tree_links(network, parent, 0);
  std::vector<double> value = {1.0, 2.0, 4.0, 8.0};
  const auto totals =
      balance::sum_over_tree_links(network, parent, links, 1000 * ns_per_ms, link::forever, value);
  CHECK(totals.reached);
  CHECK(value == std::vector<double>{15.0, 15.0, 15.0, 15.0});
  CHECK(totals.took_s == 0.04);
  CHECK(totals.messages == 6);
  CHECK(totals.rounds == 4);
}

TEST_CASE("the sum over a tree is exact under 5 % and 30 % loss, and only later") {
  const std::vector<Index> parent = make::random_parents(64, 6, 2);
  std::vector<double> exact = make::values(64, 2);
  balance::sum_over_tree(parent, exact);
  double without_s = 0.0;
  for (const double loss : {0.0, 0.05, 0.3}) {
    link::Network network = network_of(64, lossy(loss, 0.3), 7);
    const balance::TreeLinks links = balance::add_tree_links(network, parent, 0);
    std::vector<double> value = make::values(64, 2);
    const auto totals = balance::sum_over_tree_links(network, parent, links, 40 * ns_per_ms,
                                                     60000 * ns_per_ms, value);
    CHECK(totals.reached);
    CHECK(value == exact);
    if (loss == 0.0) without_s = totals.took_s;
    CHECK(totals.took_s >= without_s);
    MESSAGE("64 nodes, loss ", loss, ": ", 1e3 * totals.took_s, " ms, ", totals.messages,
            " messages");
  }
}

TEST_CASE("a tree that is cut gives up at the time given") {
  const std::vector<Index> parent = {none, 0};
  link::Network network = network_of(2, {});
  const balance::TreeLinks links = balance::add_tree_links(network, parent, 0);
  link::add_partition(network, {0, link::forever, {0, 1}});
  std::vector<double> value = {1.0, 2.0};
  const auto totals =
      balance::sum_over_tree_links(network, parent, links, 20 * ns_per_ms, 500 * ns_per_ms, value);
  CHECK(!totals.reached);
  CHECK(totals.took_s == 0.5);
}

TEST_CASE("averaging over links of a fixed delay gives the bytes of the rounds that are counted") {
  const Csr graph = make::random_tree(40, 5, 4);
  for (const auto method : {balance::Averaging::metropolis, balance::Averaging::chebyshev}) {
    const bool is_fast = method == balance::Averaging::chebyshev;
    std::vector<double> counted = make::values(40, 4), linked = counted;
    const auto a = is_fast ? balance::average_by_chebyshev(graph, {}, counted)
                           : balance::average_by_metropolis(graph, {}, counted);
    link::Network network = network_of(40, {});
    const Index first = balance::add_graph_links(network, graph, 0);
    const auto b =
        balance::average_over_links(network, graph, first, method, 15 * ns_per_ms, {}, linked);
    CHECK(linked == counted);
    CHECK(a.rounds == b.rounds);
    CHECK(b.took_s == doctest::Approx(0.015 * static_cast<double>(b.rounds)));
  }
}

TEST_CASE("with 5 % loss, lognormal delays and skewed clocks push-sum and Chebyshev reach 1e-9") {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    CAPTURE(seed);
    const Csr graph = make::random_tree(48, 5, seed);
    const auto make_skewed = [&] {
      link::Network network = network_of(48, lossy(0.05, 0.5), seed);
      make::Dice dice{seed + 77};
      for (link::Node& node : network.nodes) {
        node.clock_offset_ns = static_cast<link::Nanoseconds>(dice.uniform(-5e6, 0.0));
        node.clock_drift_ppb = static_cast<std::int64_t>(dice.uniform(-50000.0, 50000.0));
      }
      return network;
    };
    link::Network network = make_skewed();
    const Index first = balance::add_graph_links(network, graph, 0);
    balance::PushSum state = balance::make_push_sum(graph, make::values(48, seed));
    balance::AveragingOptions options;
    options.tolerance = 1e-9;
    const auto pushed =
        balance::push_sum_over_links(network, first, 30 * ns_per_ms, options, state);
    CHECK(pushed.reached);
    link::Network other = make_skewed();
    balance::add_graph_links(other, graph, 0);
    std::vector<double> value = make::values(48, seed);
    const auto fast = balance::average_over_links(
        other, graph, first, balance::Averaging::chebyshev, 30 * ns_per_ms, options, value);
    CHECK(fast.reached);
    CHECK(fast.bytes == 20 * fast.messages);
    if (seed == 1)
      MESSAGE("48 nodes, 5 % loss, to 1e-9: push-sum ", pushed.rounds, " rounds, ", pushed.bytes,
              " B; Chebyshev ", fast.rounds, " rounds, ", fast.bytes, " B");
  }
}

TEST_CASE("leaders over links of 10 ms know the sum after ceil(log2 n) hops") {
  for (const Index count : {1, 2, 3, 8, 11, 64, 100}) {
    CAPTURE(count);
    link::Network network = network_of(count, {});
    std::vector<double> value(static_cast<std::size_t>(count), 1.0), counted = value;
    const auto totals = balance::sum_over_leader_links(network, 0, value);
    const auto rounds = balance::sum_over_leaders(counted);
    CHECK(totals.reached);
    CHECK(value == counted);
    CHECK(value[0] == count);
    CHECK(totals.messages == rounds.messages);
    CHECK(totals.took_s == doctest::Approx(0.01 * static_cast<double>(rounds.rounds)));
  }
}

TEST_CASE("a message lost between leaders leaves the sum unreached, and says so") {
  link::Network network = network_of(8, lossy(0.5, 0.0));
  std::vector<double> value(8, 1.0);
  CHECK(!balance::sum_over_leader_links(network, 0, value).reached);
}
