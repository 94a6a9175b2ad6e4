// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>

#include "gridswarm/base/csr.hpp"
#include "gridswarm/base/error.hpp"
#include "gridswarm/link/network.hpp"

namespace gridswarm::inline GS_ABI::link {

GS_INLINE Network make_network(Index nodes, Index kinds, std::uint64_t seed) {
  if (nodes < 0 || kinds < 1) throw UsageError("a network has no negative nodes and some kinds");
  Network network;
  network.seed = seed;
  network.nodes.resize(static_cast<std::size_t>(nodes));
  network.queue = make_event_queue();
  network.sent.resize(static_cast<std::size_t>(nodes));
  network.received.resize(static_cast<std::size_t>(nodes));
  network.kinds.resize(static_cast<std::size_t>(kinds));
  return network;
}

GS_INLINE Index add_model(Network& network, const Model& model) {
  check_model(model, static_cast<Index>(network.traces.size()));
  network.models.push_back(model);
  network.tables.push_back(delay_table(model));
  return static_cast<Index>(network.models.size()) - 1;
}

GS_INLINE Index add_trace(Network& network, std::span<const Nanoseconds> delays_ns) {
  if (delays_ns.empty())
    throw UsageError("a delay trace is empty: it needs at least one delay to replay");
  for (std::size_t k = 0; k < delays_ns.size(); ++k)
    if (delays_ns[k] < 0)
      throw UsageError("entry " + std::to_string(k) + " of a delay trace, " +
                       std::to_string(delays_ns[k]) + " ns, is negative: messages take time");
  network.traces.emplace_back(delays_ns.begin(), delays_ns.end());
  return static_cast<Index>(network.traces.size()) - 1;
}

GS_INLINE Index add_link(Network& network, Index from, Index to, Index model) {
  const auto count = static_cast<Index>(network.nodes.size());
  for (const Index end : {from, to})
    if (end < 0 || end >= count)
      throw UsageError("link " + std::to_string(network.links.size()) + " names node " +
                       std::to_string(end) + ", but there are " + std::to_string(count));
  if (model < 0 || model >= static_cast<Index>(network.models.size()))
    throw UsageError("link " + std::to_string(network.links.size()) + " names model " +
                     std::to_string(model) + ", which doesn't exist: add the model first");
  network.links.push_back({from, to, model});
  network.wires.emplace_back();
  if (network.models[model].delay == Delay::lognormal) network.words.resize(network.links.size());
  return static_cast<Index>(network.links.size()) - 1;
}

GS_INLINE void limit_ingest(Network& network, Index node, Nanoseconds service_ns,
                            std::int64_t queue_messages) {
  GRIDSWARM_ASSERT(node >= 0 && node < static_cast<Index>(network.nodes.size()));
  if (service_ns < 0 || queue_messages < 0)
    throw UsageError("node " + std::to_string(node) +
                     ": time per message and queue of an ingest limit can't be negative");
  network.nodes[node].service_ns = service_ns;
  network.nodes[node].queue_messages = queue_messages;
  network.has_ingest_limits = true;
}

GS_INLINE void add_partition(Network& network, const Partition& partition) {
  if (partition.end_ns < partition.begin_ns)
    throw UsageError("a partition ends at " + std::to_string(partition.end_ns) +
                     " ns, before it begins at " + std::to_string(partition.begin_ns));
  if (partition.side.size() != network.nodes.size())
    throw UsageError("a partition names " + std::to_string(partition.side.size()) + " sides for " +
                     std::to_string(network.nodes.size()) + " nodes");
  network.partitions.push_back(partition);
}

namespace network_detail {

/// Links inside a group that can carry something, by their `end`.
GS_INLINE Csr links_by(const Network& network, std::span<const Index> group, Index Link::*end) {
  std::vector<Index> key(network.links.size(), none);
  for (std::size_t k = 0; k < key.size(); ++k) {
    const Link& link = network.links[k];
    const bool is_inside = group[link.from] != none && group[link.from] == group[link.to];
    if (is_inside && network.models[link.model].loss < 1.0) key[k] = link.*end;
  }
  return group_by(key, static_cast<Index>(network.nodes.size()));
}

/// Marks all that can be reached from `start` by links listed at one end and leading to the other.
GS_INLINE void reach(const Network& network, const Csr& at, Index Link::*other, Index start,
                     std::vector<Index>& stack, std::vector<char>& reached) {
  stack.assign(1, start);
  reached[start] = 1;
  while (!stack.empty()) {
    const Index node = stack.back();
    stack.pop_back();
    for (const Index link : at.row(node)) {
      const Index next = network.links[link].*other;
      if (reached[next]) continue;
      reached[next] = 1;
      stack.push_back(next);
    }
  }
}

GS_INLINE void refuse_path(Index group, Index from, Index to) {
  throw UsageError("no path of links leads from node " + std::to_string(from) + " to node " +
                   std::to_string(to) + " inside cluster " + std::to_string(group) +
                   ": its members must all be able to talk");
}

}  // namespace network_detail

GS_INLINE void check_connected(const Network& network, std::span<const Index> group) {
  using namespace network_detail;
  GRIDSWARM_ASSERT(group.size() == network.nodes.size());
  const auto count = static_cast<Index>(group.size());
  const Csr leaving = links_by(network, group, &Link::from);
  const Csr coming = links_by(network, group, &Link::to);
  const Index groups = count == 0 ? 0 : 1 + *std::max_element(group.begin(), group.end());
  std::vector<Index> first(static_cast<std::size_t>(groups), none), stack;
  std::vector<char> onward(group.size(), 0), back(group.size(), 0);
  for (Index node = 0; node < count; ++node) {
    if (group[node] == none) continue;
    Index& start = first[group[node]];
    if (start == none) {
      start = node;
      reach(network, leaving, &Link::to, node, stack, onward);
      reach(network, coming, &Link::from, node, stack, back);
    }
    if (!onward[node]) refuse_path(group[node], start, node);
    if (!back[node]) refuse_path(group[node], node, start);
  }
}

GS_INLINE Nanoseconds local_time_ns(const Node& node, Nanoseconds at_ns) {
  __extension__ typedef __int128 Wide;
  const Wide gained = static_cast<Wide>(at_ns) * node.clock_drift_ppb / ns_per_s;
  return at_ns + node.clock_offset_ns + static_cast<Nanoseconds>(gained);
}

GS_INLINE Nanoseconds true_time_ns(const Node& node, Nanoseconds local_ns) {
  __extension__ typedef __int128 Wide;
  const Wide since = static_cast<Wide>(local_ns - node.clock_offset_ns) * ns_per_s;
  return static_cast<Nanoseconds>(since / (ns_per_s + node.clock_drift_ppb));
}

}  // namespace gridswarm::inline GS_ABI::link

namespace gridswarm::inline GS_ABI {

template <>
GS_INLINE std::span<const Field<link::LinkTotals>> fields() {
  using T = link::LinkTotals;
  static constexpr double inf = no_limit;
  static const Field<T> table[] = {
      {"sent", "", &T::sent, 0, inf, "messages handed to links"},
      {"delivered", "", &T::delivered, 0, inf, "messages that their receivers handled"},
      {"lost", "", &T::lost, 0, inf, "messages lost by chance"},
      {"cut", "", &T::cut, 0, inf, "messages that a partition stopped"},
      {"over_budget", "", &T::over_budget, 0, inf, "messages dropped before a full wire"},
      {"over_ingest", "", &T::over_ingest, 0, inf, "messages dropped before a busy receiver"},
      {"bytes_sent", "B", &T::bytes_sent, 0, inf, "payload handed to links"},
      {"bytes_delivered", "B", &T::bytes_delivered, 0, inf, "payload that receivers handled"},
  };
  return table;
}

}  // namespace gridswarm::inline GS_ABI
