// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <tuple>

#include "gridswarm/contract/apply.hpp"
#include "gridswarm/contract/energy.hpp"
#include "gridswarm/contract/leader.hpp"
#include "gridswarm/contract/membership.hpp"
#include "gridswarm/contract/pages.ipp"

namespace gridswarm::inline GS_ABI::contract {

namespace detail {

/// Where an author's last sequence number stands; `column` is null for who has no row yet.
struct Seat {
  std::vector<std::int64_t>* column = nullptr;
  Pages* pages = nullptr;
  Index row = none;
};

inline Seat seat_of(State& s, std::int64_t author) {
  Seat seat;
  if (author >= feeder_author_bit)
    seat = {&s.feeders.sequence, &s.feeder_pages, find(s.feeders.id, author - feeder_author_bit)};
  else if (author >= cluster_author_bit)
    seat = {&s.clusters.sequence, &s.cluster_pages,
            find(s.clusters.id, author - cluster_author_bit)};
  else
    seat = {&s.agents.sequence, &s.agent_pages, find(s.agents.id, author)};
  if (seat.row == none) seat.column = nullptr;
  return seat;
}

/// Log, order and sequence: what can be said without opening the payload.
inline Refusal check_envelope(State& s, const ledger::Record& record, RecordKind kind) {
  if (record.is_salted != (kind == RecordKind::reading)) return Refusal::malformed;
  if (record.genesis != s.genesis) return Refusal::wrong_genesis;
  if (record.tick < 0 || record.tick >= value_bound || record.author < 0)
    return Refusal::out_of_range;
  if (std::tuple(record.tick, record.author, static_cast<std::int64_t>(kind)) <
      std::tuple(s.last_tick, s.last_author, s.last_kind))
    return Refusal::wrong_order;
  const Seat seat = seat_of(s, record.author);
  const std::int64_t last = seat.column == nullptr ? 0 : (*seat.column)[seat.row];
  if (record.author_sequence != static_cast<std::uint64_t>(last) + 1)
    return Refusal::wrong_sequence;
  return Refusal::none;
}

/// The envelope says what its payload needs it to say.
inline Refusal check_address(const ledger::Record& record, const Payload& payload) {
  const Envelope envelope = envelope_of(payload);
  if (envelope.author != record.author) return Refusal::wrong_author;
  if (envelope.tick >= 0 && envelope.tick != record.tick) return Refusal::wrong_tick;
  if (envelope.cluster_epoch != record.cluster_epoch) return Refusal::stale_epoch;
  return Refusal::none;
}

inline Refusal take_reading(State& s, const ledger::Record& record) {
  const Index row = find(s.agents.id, record.author);
  if (row == none) return Refusal::unknown_agent;
  if (record.cluster_epoch != 0) return Refusal::stale_epoch;
  ledger::Hash commitment;
  std::copy(record.payload.begin(), record.payload.end(), commitment.begin());
  return apply_reading(s, row, record.tick, commitment);
}

inline Refusal take(State& s, const ledger::Record& record, RecordKind kind) {
  if (kind == RecordKind::reading) return take_reading(s, record);
  const std::optional<Payload> payload = decode(kind, record.payload);
  if (!payload) return Refusal::malformed;
  if (const Refusal r = check_address(record, *payload); r != Refusal::none) return r;
  switch (kind) {
    case RecordKind::join: return apply_join(s, std::get<Join>(*payload));
    case RecordKind::leave: return apply_leave(s, std::get<Leave>(*payload));
    case RecordKind::assign: return apply_assign(s, std::get<Assign>(*payload));
    case RecordKind::settle: return apply_settle(s, std::get<Settle>(*payload));
    case RecordKind::lead: return apply_lead(s, std::get<Lead>(*payload));
    case RecordKind::cluster_tick: return apply_cluster_tick(s, std::get<ClusterTick>(*payload));
    case RecordKind::interval: return apply_interval(s, std::get<Interval>(*payload));
    case RecordKind::reading: break;
  }
  return Refusal::malformed;
}

}  // namespace detail

GS_INLINE Verdict apply(State& state, const ledger::Record& record) {
  const std::optional<RecordKind> kind = kind_of(record);
  if (!kind) return {Refusal::malformed};
  if (const Refusal r = detail::check_envelope(state, record, *kind); r != Refusal::none)
    return {r};
  if (const Refusal r = detail::take(state, record, *kind); r != Refusal::none) return {r};
  const detail::Seat seat = detail::seat_of(state, record.author);
  (*seat.column)[seat.row] = static_cast<std::int64_t>(record.author_sequence);
  touch(*seat.pages, seat.row);
  state.last_tick = record.tick;
  state.last_author = record.author;
  state.last_kind = static_cast<std::int64_t>(*kind);
  ++state.records;
  return {};
}

}  // namespace gridswarm::inline GS_ABI::contract
