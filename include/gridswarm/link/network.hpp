// SPDX-License-Identifier: BSD-3-Clause
// Who can talk to whom, by which links, and what stands in the way.
//
// Nodes are anything that talks: agents, leaders, a centre, members of a quorum. A link is one-way.
// What many links share stands in a model. An ingest limit is a node's own: it handles one message
// at a time, `service_ns` each, and lets `queue_messages` wait (the M/D/1 queue of an aggregator).
// A partition is an interval in which nodes on different sides can't talk: what is sent or arrives
// in it across the cut is gone. A node's own clock shows now + offset + drift x now.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "gridswarm/base/column.hpp"
#include "gridswarm/base/fields.hpp"
#include "gridswarm/link/delay.hpp"
#include "gridswarm/link/event_queue.hpp"

namespace gridswarm::inline GS_ABI::link {

struct Link {
  Index from = none;
  Index to = none;
  Index model = 0;
  std::uint32_t sent = 0;  ///< number of its next message, the step of its draw
};

/// What a link with a byte budget or a kept order remembers; apart from what every message reads.
struct Wire {
  Nanoseconds free_ns = 0;          ///< when it is free again
  Nanoseconds last_arrival_ns = 0;  ///< of links that keep the order
};

struct Node {
  Nanoseconds service_ns = 0;        ///< time to handle one message; 0: none
  std::int64_t queue_messages = 0;   ///< that may wait, the one in hand not counted; 0: no bound
  Nanoseconds free_ns = 0;           ///< when it has handled all that arrived
  Nanoseconds clock_offset_ns = 0;   ///< what its clock shows at time 0
  std::int64_t clock_drift_ppb = 0;  ///< how much faster its clock runs, parts in 10^9
};

/// From begin_ns until before end_ns, nodes of different sides can't talk; side none hears all.
struct Partition {
  Nanoseconds begin_ns = 0;
  Nanoseconds end_ns = 0;
  std::vector<Index> side;  ///< per node
};

struct Tally {
  std::int64_t messages = 0;
  std::int64_t bytes = 0;
};

/// Messages of a run by what became of them; what is neither is still under way.
struct LinkTotals {
  std::int64_t sent = 0;
  std::int64_t delivered = 0;
  std::int64_t lost = 0;         ///< by chance
  std::int64_t cut = 0;          ///< by a partition
  std::int64_t over_budget = 0;  ///< dropped before a full wire
  std::int64_t over_ingest = 0;  ///< dropped before a busy node
  std::int64_t bytes_sent = 0;
  std::int64_t bytes_delivered = 0;
};

/// One simulation; owned by one thread.
struct Network {
  std::uint64_t seed = 0;
  std::vector<Model> models;
  std::vector<std::vector<double>> tables;  ///< delay_table of each model
  std::vector<std::vector<Nanoseconds>> traces;
  std::vector<Link> links;
  std::vector<Wire> wires;  ///< beside links
  /// Per link, up to the last lognormal one: the words of four messages' delays.
  std::vector<std::array<std::uint32_t, 4>> words;
  std::vector<Node> nodes;
  bool has_ingest_limits = false;
  std::vector<Partition> partitions;
  EventQueue queue;
  std::vector<Tally> sent, received;  ///< per node
  std::vector<Tally> kinds;           ///< delivered, per kind of message
  LinkTotals totals;
};

/// Nodes without links, clocks right, at time 0.
/// @param kinds  messages are of kind 0 .. kinds - 1
Network make_network(Index nodes, Index kinds, std::uint64_t seed);

/// Row of the new model. @throws UsageError as check_model
Index add_model(Network& network, const Model& model);

/// Row of the new trace: delays that a link's messages take in turn, from a drawn place on.
/// @throws UsageError where it is empty or holds a negative delay
Index add_trace(Network& network, std::span<const Nanoseconds> delays_ns);

/// Row of the new link. @throws UsageError where an end or the model doesn't exist
Index add_link(Network& network, Index from, Index to, Index model);

/// @throws UsageError for negative numbers
void limit_ingest(Network& network, Index node, Nanoseconds service_ns,
                  std::int64_t queue_messages);

/// @throws UsageError where it ends before it begins or does not name a side for every node
void add_partition(Network& network, const Partition& partition);

/// Every group of nodes must be strongly connected by links inside the group that can carry
/// something (loss < 1). @param group  per node; none: in no group
/// @throws UsageError naming a group and two of its nodes that no path joins
void check_connected(const Network& network, std::span<const Index> group);

/// What the node's clock shows at `at_ns`, and when it shows `local_ns` (rounded to nanoseconds).
Nanoseconds local_time_ns(const Node& node, Nanoseconds at_ns);
Nanoseconds true_time_ns(const Node& node, Nanoseconds local_ns);

}  // namespace gridswarm::inline GS_ABI::link

namespace gridswarm::inline GS_ABI {
template <>
std::span<const Field<link::LinkTotals>> fields();
}  // namespace gridswarm::inline GS_ABI

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/link/network.ipp"
#endif
