// SPDX-License-Identifier: BSD-3-Clause
// Building networks: connection of clusters, clocks, and what is refused.
#include "gridswarm/link/network.hpp"

#include <doctest/doctest.h>

#include "gridswarm/base/error.hpp"

using namespace gridswarm;

namespace {

template <class Do>
std::string refusal(Do&& something) {
  try {
    something();
  } catch (const UsageError& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("a cluster whose members can't all talk is refused by naming who can't reach whom") {
  link::Network network = link::make_network(5, 1, 1);
  const Index model = link::add_model(network, {});
  link::Model dead;
  dead.loss = 1.0;
  const Index dead_model = link::add_model(network, dead);
  const std::vector<Index> group = {0, 0, 0, 1, none};
  const auto check = [&] { link::check_connected(network, group); };
  link::add_link(network, 0, 1, model);
  link::add_link(network, 1, 2, model);
  CHECK(refusal(check) ==
        "no path of links leads from node 1 to node 0 inside cluster 0: its members must all be "
        "able to talk");
  link::add_link(network, 2, 3, model);  // a way round through another cluster doesn't count
  link::add_link(network, 3, 0, model);
  const Index back = link::add_link(network, 2, 0, dead_model);
  CHECK(refusal(check).find("from node 1 to node 0") != std::string::npos);
  network.links[back].model = model;
  CHECK(refusal(check) == "");
  network.links[0].model = dead_model;
  CHECK(refusal(check).find("from node 0 to node 1") != std::string::npos);
}

TEST_CASE(
    "a clock 2 s ahead that runs 50 parts in a million too fast shows 3,602.18 s after an hour") {
  link::Node node;
  node.clock_offset_ns = 2 * link::ns_per_s;
  node.clock_drift_ppb = 50000;
  const link::Nanoseconds hour = 3600 * link::ns_per_s;
  CHECK(link::local_time_ns(node, hour) == 3602180000000);
  CHECK(link::true_time_ns(node, 3602180000000) == hour);
  node.clock_drift_ppb = -50000;
  CHECK(link::local_time_ns(node, hour) == 3601820000000);
}

TEST_CASE("networks that can't be are refused in one sentence") {
  link::Network network = link::make_network(2, 1, 1);
  CHECK(refusal([&] { link::add_trace(network, {}); }) ==
        "a delay trace is empty: it needs at least one delay to replay");
  const std::vector<link::Nanoseconds> back = {5, -7};
  CHECK(refusal([&] { link::add_trace(network, back); }) ==
        "entry 1 of a delay trace, -7 ns, is negative: messages take time");
  link::Model model;
  model.delay = link::Delay::trace;
  model.trace = 0;
  CHECK(refusal([&] { link::add_model(network, model); }).find("add the trace first") !=
        std::string::npos);
  CHECK(refusal([&] { link::add_link(network, 0, 1, 0); }).find("add the model first") !=
        std::string::npos);
  CHECK(refusal([&] { link::add_link(network, 0, 2, 0); }) ==
        "link 0 names node 2, but there are 2");
  CHECK(refusal([&] {
          link::add_partition(network, {2, 1, {0, 1}});
        }).find("before it begins") != std::string::npos);
  CHECK(refusal([&] {
          link::add_partition(network, {0, 1, {0}});
        }) == "a partition names 1 sides for 2 nodes");
  CHECK(refusal([&] { link::limit_ingest(network, 1, -1, 0); }).find("node 1") !=
        std::string::npos);
}
