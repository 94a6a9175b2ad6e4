// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>

#include "gridswarm/base/error.hpp"
#include "gridswarm/base/random.hpp"
#include "gridswarm/link/send.hpp"

namespace gridswarm::inline GS_ABI::link {

namespace send_detail {

GS_INLINE void count(Tally& tally, std::int32_t bytes) {
  ++tally.messages;
  tally.bytes += bytes;
}

GS_INLINE bool is_cut(const Network& network, Index from, Index to, Nanoseconds at_ns) {
  for (const Partition& partition : network.partitions) {
    if (at_ns < partition.begin_ns || at_ns >= partition.end_ns) continue;
    const Index a = partition.side[from], b = partition.side[to];
    if (a != b && a != none && b != none) return true;
  }
  return false;
}

/// Draws of loss and jitter are numbered from here on, beyond those of delays: one per link.
inline constexpr std::uint64_t first_chance = std::uint64_t{1} << 32;

/// The entry of a trace that the link's n-th message takes.
GS_INLINE Nanoseconds trace_entry(const Network& network, Index link, const Model& model,
                                  std::uint32_t number) {
  constexpr std::uint32_t no_message = 0xffffffffu;
  const std::vector<Nanoseconds>& trace = network.traces[model.trace];
  const std::uint64_t begin = draw_below(
      network.seed, Stream::link, static_cast<std::uint64_t>(link), no_message, trace.size());
  return trace[(begin + number) % trace.size()];
}

/// When the message has left, or -1 where the queue before the wire is full.
GS_INLINE Nanoseconds leave_ns(const Model& model, Wire& wire, Nanoseconds now,
                               std::int64_t bytes) {
  if (model.bytes_per_s == 0) return now;
  const Nanoseconds taken = wire_ns(model, bytes);
  const Nanoseconds free = std::max(wire.free_ns, now);
  if (model.queue_bytes > 0 && free - now + taken > wire_ns(model, model.queue_bytes)) return -1;
  wire.free_ns = free + taken;
  return wire.free_ns;
}

/// True if the receiver can have it at once; else it is queued for later, or dropped.
GS_INLINE bool ingest(Network& network, Event& event) {
  Node& node = network.nodes[event.node];
  if (node.service_ns == 0) return true;
  const Nanoseconds wait = std::max<Nanoseconds>(node.free_ns - event.at_ns, 0);
  const std::int64_t waiting = (wait + node.service_ns - 1) / node.service_ns;
  if (node.queue_messages > 0 && waiting > node.queue_messages) {
    ++network.totals.over_ingest;
    return false;
  }
  node.free_ns = event.at_ns + wait + node.service_ns;
  event.at_ns = node.free_ns;
  event.stage = Stage::handled;
  push(network.queue, event);
  return false;
}

}  // namespace send_detail

// Flattened: draws, the wire and the queue are small, and a call to each costs as much as they do.
[[gnu::flatten]] GS_INLINE void send(Network& network, Index link_row, std::int16_t kind,
                                     std::int32_t bytes, Payload payload) {
  using namespace send_detail;
  Link& link = network.links[link_row];
  const Model& model = network.models[link.model];
  const Nanoseconds now = network.queue.now_ns;
  const std::uint32_t number = link.sent++;
  const bool is_lognormal = model.delay == Delay::lognormal;
  if (is_lognormal && number % 4 == 0)
    network.words[link_row] =
        draw(network.seed, Stream::link, static_cast<std::uint64_t>(link_row), number / 4);
  ++network.totals.sent;
  network.totals.bytes_sent += bytes;
  count(network.sent[link.from], bytes);
  if (!network.partitions.empty() && is_cut(network, link.from, link.to, now)) {
    ++network.totals.cut;
    return;
  }
  const Nanoseconds leave = leave_ns(model, network.wires[link_row], now, bytes);
  if (leave < 0) {
    ++network.totals.over_budget;
    return;
  }
  Nanoseconds arrive = leave + model.floor_ns;
  if (draws(model)) {
    const auto words = draw(network.seed, Stream::link,
                            static_cast<std::uint64_t>(link_row) + first_chance, number);
    if (is_lost(model, words[0])) {
      ++network.totals.lost;
      return;
    }
    arrive += jitter_ns(model, words[1]);
  }
  if (is_lognormal)
    arrive += static_cast<Nanoseconds>(
        lognormal_ns(model, network.tables[link.model], network.words[link_row][number % 4]) + 0.5);
  else if (model.delay == Delay::trace)
    arrive += trace_entry(network, link_row, model, number);
  if (model.in_order) {
    Nanoseconds& last = network.wires[link_row].last_arrival_ns;
    arrive = last = std::max(arrive, last);
  }
  push(network.queue, {arrive, payload, link.to, link.from, bytes, kind, Stage::arrival});
}

GS_INLINE void wake(Network& network, Index node, Nanoseconds at_ns, std::int16_t kind,
                    Payload payload) {
  push(network.queue, {at_ns, payload, node, none, 0, kind, Stage::timer});
}

[[gnu::flatten]] GS_INLINE bool next(Network& network, Nanoseconds until_ns, Event& event) {
  using namespace send_detail;
  while (pop(network.queue, until_ns, event)) {
    if (event.stage == Stage::timer) return true;
    if (event.stage == Stage::arrival) {
      const bool cut =
          !network.partitions.empty() && is_cut(network, event.from, event.node, event.at_ns);
      if (cut) {
        ++network.totals.cut;
        continue;
      }
      if (network.has_ingest_limits && !ingest(network, event)) continue;
    }
    ++network.totals.delivered;
    network.totals.bytes_delivered += event.bytes;
    count(network.received[event.node], event.bytes);
    GRIDSWARM_ASSERT(event.kind >= 0 && event.kind < static_cast<int>(network.kinds.size()));
    count(network.kinds[event.kind], event.bytes);
    return true;
  }
  return false;
}

GS_INLINE Nanoseconds now_ns(const Network& network) { return network.queue.now_ns; }

}  // namespace gridswarm::inline GS_ABI::link
