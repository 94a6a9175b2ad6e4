// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <type_traits>

#include "gridswarm/base/error.hpp"
#include "gridswarm/contract/records.hpp"
#include "gridswarm/ledger/bytes.hpp"

namespace gridswarm::inline GS_ABI::contract {

namespace detail {

/// Numbers and hashes to bytes.
struct Encoder {
  ledger::Writer writer;
  void operator()(std::int64_t value) { writer.i64(value); }
  void operator()(const ledger::Hash& hash) { writer.raw(hash); }
};

/// Bytes to numbers and hashes.
struct Decoder {
  ledger::Reader reader;
  void operator()(std::int64_t& value) { value = reader.i64(); }
  void operator()(ledger::Hash& hash) { hash = reader.hash(); }
};

/// Counts bytes.
struct Measure {
  std::size_t size = 0;
  void operator()(std::int64_t) { size += 8; }
  void operator()(const ledger::Hash&) { size += 32; }
};

/// Shows every member of a payload to `io`, in wire order: the one list of each format.
template <class Io, class P>
void walk(Io& io, P& p) {
  using T = std::remove_const_t<P>;
  if constexpr (std::is_same_v<T, Join>) {
    io(p.agent), io(p.feeder), io(p.device), io(p.rating_w), io(p.e_capacity_wh);
  } else if constexpr (std::is_same_v<T, Leave>) {
    io(p.agent);
  } else if constexpr (std::is_same_v<T, Assign>) {
    io(p.agent), io(p.cluster), io(p.epoch);
  } else if constexpr (std::is_same_v<T, Reading>) {
    io(p.agent), io(p.tick), io(p.energy_in_milliwh), io(p.energy_out_milliwh);
    io(p.v_min_micro_pu), io(p.v_max_micro_pu), io(p.soc_ppm);
  } else if constexpr (std::is_same_v<T, Settle>) {
    io(p.agent), io(p.tick), io(p.cluster), io(p.produced_milliwh), io(p.consumed_milliwh);
    io(p.shared_milliwh), io(p.tokens_micro), io(p.reward_micro);
  } else if constexpr (std::is_same_v<T, Lead>) {
    io(p.cluster), io(p.epoch), io(p.agent), io(p.score_ppm);
  } else if constexpr (std::is_same_v<T, ClusterTick>) {
    io(p.cluster), io(p.epoch), io(p.tick), io(p.count), io(p.net_milliwh), io(p.shared_milliwh);
    io(p.residual_milliwh), io(p.limits), io(p.readings);
  } else if constexpr (std::is_same_v<T, Interval>) {
    io(p.feeder), io(p.first_tick), io(p.last_tick), io(p.count), io(p.hash);
  }
}

/// An empty payload of that kind; monostate for an unknown one.
inline Payload blank(RecordKind kind) {
  switch (kind) {
    case RecordKind::join: return Join{};
    case RecordKind::leave: return Leave{};
    case RecordKind::assign: return Assign{};
    case RecordKind::reading: return Reading{};
    case RecordKind::settle: return Settle{};
    case RecordKind::lead: return Lead{};
    case RecordKind::cluster_tick: return ClusterTick{};
    case RecordKind::interval: return Interval{};
  }
  return std::monostate{};
}

}  // namespace detail

GS_INLINE RecordKind kind_of(const Payload& payload) {
  GRIDSWARM_ASSERT(payload.index() > 0);
  return static_cast<RecordKind>(payload.index());
}

GS_INLINE std::size_t payload_size(RecordKind kind) {
  detail::Measure measure;
  const Payload payload = detail::blank(kind);
  std::visit([&](const auto& p) { detail::walk(measure, p); }, payload);
  return measure.size;
}

GS_INLINE Bytes encode(const Payload& payload) {
  Bytes bytes;
  bytes.reserve(payload_size(kind_of(payload)));
  detail::Encoder encoder{ledger::Writer(bytes)};
  std::visit([&](const auto& p) { detail::walk(encoder, p); }, payload);
  return bytes;
}

GS_INLINE std::optional<Payload> decode(RecordKind kind, std::span<const std::byte> bytes) {
  Payload payload = detail::blank(kind);
  detail::Decoder decoder{ledger::Reader(bytes)};
  std::visit([&](auto& p) { detail::walk(decoder, p); }, payload);
  if (payload.index() == 0 || !decoder.reader.done()) return std::nullopt;
  return payload;
}

GS_INLINE std::int64_t author_of_cluster(ClusterId cluster) { return cluster_author_bit | cluster; }

GS_INLINE std::int64_t author_of_feeder(std::int64_t feeder) { return feeder_author_bit | feeder; }

namespace detail {

/// The one list of how kinds stand in envelopes.
struct KindName {
  RecordKind ours;
  ledger::Kind kind;
  std::uint16_t schema;
};
inline constexpr KindName kind_names[] = {
    {RecordKind::join, ledger::Kind::membership, 1},
    {RecordKind::leave, ledger::Kind::membership, 2},
    {RecordKind::assign, ledger::Kind::membership, 3},
    {RecordKind::reading, ledger::Kind::reading, 1},
    {RecordKind::settle, ledger::Kind::settlement, 1},
    {RecordKind::lead, ledger::Kind::leader, 1},
    {RecordKind::cluster_tick, ledger::Kind::settlement, 2},
    {RecordKind::interval, ledger::Kind::interval, 1},
};

/// Fills author, tick and epoch from the payload.
struct Address {
  Envelope& out;
  void operator()(const std::monostate&) const {}
  void operator()(const Join& p) const { out.author = p.agent; }
  void operator()(const Leave& p) const { out.author = p.agent; }
  void operator()(const Assign& p) const {
    out.author = p.agent;
    out.cluster_epoch = static_cast<std::uint64_t>(p.epoch);
  }
  void operator()(const Reading& p) const { out.author = p.agent, out.tick = p.tick; }
  void operator()(const Settle& p) const { out.author = p.agent, out.tick = p.tick; }
  void operator()(const Lead& p) const {
    out.author = author_of_cluster(p.cluster);
    out.cluster_epoch = static_cast<std::uint64_t>(p.epoch);
  }
  void operator()(const ClusterTick& p) const {
    out.author = author_of_cluster(p.cluster);
    out.tick = p.tick;
    out.cluster_epoch = static_cast<std::uint64_t>(p.epoch);
  }
  void operator()(const Interval& p) const { out.author = author_of_feeder(p.feeder); }
};

}  // namespace detail

GS_INLINE Envelope envelope_of(const Payload& payload) {
  Envelope out;
  const detail::KindName& name = detail::kind_names[payload.index() - 1];
  GRIDSWARM_ASSERT(name.ours == kind_of(payload));
  out.kind = name.kind;
  out.schema = name.schema;
  std::visit(detail::Address{out}, payload);
  return out;
}

GS_INLINE std::optional<RecordKind> kind_of(const ledger::Record& record) {
  for (const detail::KindName& name : detail::kind_names)
    if (name.kind == record.kind && name.schema == record.schema) return name.ours;
  return std::nullopt;
}

GS_INLINE ledger::Hash readings_digest(std::span<const ledger::Hash> commitments) {
  ledger::Hasher hasher;
  for (const ledger::Hash& commitment : commitments) hasher.update(commitment);
  return hasher.finish();
}

}  // namespace gridswarm::inline GS_ABI::contract
