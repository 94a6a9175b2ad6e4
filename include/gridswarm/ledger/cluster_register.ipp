// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>

#include "gridswarm/ledger/bytes.hpp"
#include "gridswarm/ledger/cluster_register.hpp"

namespace gridswarm::inline GS_ABI::ledger {

/// The record follows the cluster's last one.
GS_INLINE ClusterRefusal check_chain(const ClusterRegister& known, const ClusterStatement& s) {
  const auto at = known.clusters.find(s.cluster);
  const ClusterChain last = at == known.clusters.end() ? ClusterChain{} : at->second;
  if (last.number > 0) {
    if (s.epoch == last.epoch && s.tick == last.tick) return ClusterRefusal::already_recorded;
    if (s.epoch < last.epoch || s.tick <= last.tick) return ClusterRefusal::stale;
  }
  if (s.number != last.number + 1) return ClusterRefusal::gap;
  if (s.predecessor != last.tip) return ClusterRefusal::wrong_predecessor;
  return ClusterRefusal::none;
}

/// Every seat is a device that is known, here and has that key; and all were drawn.
GS_INLINE ClusterRefusal check_seats(const ClusterRegister& known, const ClusterRecord& record,
                                     const ClusterContext& context) {
  std::vector<std::int64_t> seated;
  for (const Seat& seat : record.committee) {
    const auto device = known.devices.find(seat.agent);
    if (device == known.devices.end()) return ClusterRefusal::unknown_member;
    if (!device->second.is_member) return ClusterRefusal::member_left;
    if (device->second.key != seat.key) return ClusterRefusal::wrong_key;
    seated.push_back(seat.agent);
  }
  const ClusterStatement& s = record.statement;
  if (context.members &&
      seated != draw_committee(known.genesis, s.cluster, s.epoch, *context.members, known.seats))
    return ClusterRefusal::wrong_committee;
  return ClusterRefusal::none;
}

GS_INLINE ClusterRefusal check_sequences(const ClusterRegister& known, const ClusterStatement& s,
                                         std::span<const DeviceSequence> sequences) {
  if (sequences_hash(sequences) != s.sequences) return ClusterRefusal::wrong_sequences;
  std::uint64_t count = 0;
  for (const DeviceSequence& sequence : sequences) {
    if (sequence.last < sequence.first) return ClusterRefusal::wrong_sequences;
    count += sequence.last - sequence.first + 1;
    const auto last = known.sequences.find(sequence.author);
    if (last != known.sequences.end() && sequence.first <= last->second)
      return ClusterRefusal::replayed_sequence;
  }
  return count == s.count ? ClusterRefusal::none : ClusterRefusal::wrong_sequences;
}

GS_INLINE ClusterRefusal enroll(ClusterRegister& known, std::int64_t agent, const PublicKey& key) {
  const bool is_new = known.devices.try_emplace(agent, RegisteredDevice{key, true}).second;
  return is_new ? ClusterRefusal::none : ClusterRefusal::known_device;
}

GS_INLINE void set_member(ClusterRegister& known, std::int64_t agent, bool is_member) {
  if (const auto device = known.devices.find(agent); device != known.devices.end())
    device->second.is_member = is_member;
}

GS_INLINE ClusterRefusal admit(ClusterRegister& known, const ClusterRecord& record, ByteView leaf,
                               const ClusterContext& context) {
  const ClusterStatement& s = record.statement;
  if (s.genesis != known.genesis) return ClusterRefusal::wrong_genesis;
  if (const auto refusal = check_chain(known, s); refusal != ClusterRefusal::none) return refusal;
  if (const auto refusal = check_count(record); refusal != ClusterRefusal::none) return refusal;
  if (const auto refusal = check_seats(known, record, context); refusal != ClusterRefusal::none)
    return refusal;
  if (context.sequences)
    if (const auto refusal = check_sequences(known, s, *context.sequences);
        refusal != ClusterRefusal::none)
      return refusal;
  if (const auto refusal = check_certificate(record); refusal != ClusterRefusal::none)
    return refusal;
  known.clusters[s.cluster] = {s.number, s.epoch, s.tick, leaf_hash(leaf)};
  if (context.sequences)
    for (const DeviceSequence& sequence : *context.sequences)
      known.sequences[sequence.author] = sequence.last;
  return ClusterRefusal::none;
}

GS_INLINE Bytes key_leaf(const Hash& genesis, std::int64_t agent, std::int64_t tick,
                         const SigningKey& key) {
  Record record;
  record.kind = Kind::governance;
  record.genesis = genesis;
  record.author = agent;
  record.tick = tick;
  record.payload = key.public_key;
  record.signature = sign(key, signed_part(record));
  Bytes leaf;
  encode(record, leaf);
  return leaf;
}

GS_INLINE std::optional<PublicKey> decode_key(const Record& record) {
  if (record.kind != Kind::governance || record.schema != 1 || record.is_salted ||
      !record.signature || record.author_sequence != 0 || record.author < 0 ||
      record.author >= device_author_end || record.payload.size() != 32)
    return std::nullopt;
  PublicKey key;
  std::copy(record.payload.begin(), record.payload.end(), key.begin());
  if (!verify_signature(key, signed_part(record), *record.signature)) return std::nullopt;
  return key;
}

}  // namespace gridswarm::inline GS_ABI::ledger
