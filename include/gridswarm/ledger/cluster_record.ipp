// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <set>

#include "gridswarm/base/error.hpp"
#include "gridswarm/ledger/bytes.hpp"
#include "gridswarm/ledger/cluster_record.hpp"

namespace gridswarm::inline GS_ABI::ledger {

GS_INLINE const char* text(ClusterRefusal refusal) {
  switch (refusal) {
    case ClusterRefusal::none: return "accepted";
    case ClusterRefusal::malformed: return "it is no record of a cluster";
    case ClusterRefusal::wrong_genesis: return "it is a record of another log";
    case ClusterRefusal::already_recorded:
      return "the cluster has a record for this epoch and tick";
    case ClusterRefusal::stale: return "its epoch or tick is not after the cluster's last one";
    case ClusterRefusal::gap: return "records of the cluster are missing before it";
    case ClusterRefusal::wrong_predecessor: return "it is not linked to the cluster's last record";
    case ClusterRefusal::wrong_committee: return "its committee is not the one that was drawn";
    case ClusterRefusal::counted_twice: return "a member of its committee counts twice";
    case ClusterRefusal::unknown_member: return "a seat of its committee belongs to nobody known";
    case ClusterRefusal::member_left: return "a member of its committee has left";
    case ClusterRefusal::wrong_key: return "a key of its committee is not that device's";
    case ClusterRefusal::wrong_sequences:
      return "its devices' sequences are not those that were certified";
    case ClusterRefusal::replayed_sequence: return "a device's record in it was there before";
    case ClusterRefusal::bad_signature: return "a signature of its committee is wrong";
    case ClusterRefusal::below_quorum: return "too few of its committee signed";
    case ClusterRefusal::known_device: return "the device has a key already";
  }
  return "unknown";
}

GS_INLINE void write_statement(Writer& writer, const ClusterStatement& s) {
  writer.raw(s.genesis);
  writer.i64(s.cluster);
  writer.u64(s.epoch);
  writer.i64(s.tick);
  writer.u64(s.number);
  writer.raw(s.predecessor);
  writer.u64(s.count);
  writer.raw(s.root);
  writer.raw(s.sequences);
  writer.raw(s.committee);
}

GS_INLINE ClusterStatement read_statement(Reader& reader) {
  ClusterStatement s;
  s.genesis = reader.hash();
  s.cluster = reader.i64();
  s.epoch = reader.u64();
  s.tick = reader.i64();
  s.number = reader.u64();
  s.predecessor = reader.hash();
  s.count = reader.u64();
  s.root = reader.hash();
  s.sequences = reader.hash();
  s.committee = reader.hash();
  return s;
}

GS_INLINE Bytes signed_part(const ClusterStatement& statement) {
  Bytes out;
  Writer writer(out);
  writer.raw(bytes_of("gridswarm/cluster/v1\n"));
  write_statement(writer, statement);
  return out;
}

GS_INLINE SeatSignature sign_seat(const SigningKey& key, std::uint8_t seat,
                                  const ClusterStatement& statement) {
  return {seat, sign(key, signed_part(statement))};
}

GS_INLINE Bytes cluster_leaf(const ClusterRecord& record) {
  GRIDSWARM_ASSERT(record.committee.size() <= max_seats && record.signatures.size() <= 255);
  Bytes payload;
  Writer writer(payload);
  write_statement(writer, record.statement);
  writer.u8(static_cast<std::uint8_t>(record.committee.size()));
  for (const Seat& seat : record.committee) {
    writer.i64(seat.agent);
    writer.raw(seat.key);
  }
  writer.u8(static_cast<std::uint8_t>(record.signatures.size()));
  for (const SeatSignature& signature : record.signatures) {
    writer.u8(signature.seat);
    writer.raw(signature.bytes);
  }
  Record envelope;
  envelope.kind = Kind::cluster;
  envelope.genesis = record.statement.genesis;
  envelope.author = committee_author(record.statement.cluster);
  envelope.author_sequence = record.statement.number;
  envelope.tick = record.statement.tick;
  envelope.cluster_epoch = record.statement.epoch;
  envelope.payload = payload;
  Bytes leaf;
  encode(envelope, leaf);
  return leaf;
}

GS_INLINE std::optional<ClusterRecord> decode_cluster_record(const Record& record) {
  if (record.kind != Kind::cluster || record.schema != 1 || record.is_salted || record.signature)
    return std::nullopt;
  Reader reader(record.payload);
  ClusterRecord out;
  out.statement = read_statement(reader);
  const int seats = reader.u8();
  if (seats > max_seats) return std::nullopt;
  for (int k = 0; k < seats && reader.ok(); ++k) {
    const std::int64_t agent = reader.i64();
    out.committee.push_back({agent, reader.array<32>()});
  }
  const int signatures = reader.u8();
  for (int k = 0; k < signatures && reader.ok(); ++k) {
    const std::uint8_t seat = reader.u8();
    out.signatures.push_back({seat, reader.array<64>()});
  }
  const ClusterStatement& s = out.statement;
  if (!reader.done() || s.genesis != record.genesis || s.cluster < 0 ||
      s.cluster >= device_author_end || record.author != committee_author(s.cluster) ||
      record.author_sequence != s.number || record.tick != s.tick ||
      record.cluster_epoch != s.epoch)
    return std::nullopt;
  return out;
}

GS_INLINE ClusterRefusal check_count(const ClusterRecord& record) {
  if (record.committee.empty() || record.statement.count == 0) return ClusterRefusal::malformed;
  std::set<std::int64_t> agents;
  std::set<PublicKey> keys;
  for (const Seat& seat : record.committee)
    if (!agents.insert(seat.agent).second || !keys.insert(seat.key).second)
      return ClusterRefusal::counted_twice;
  std::set<std::uint8_t> signers;
  for (const SeatSignature& signature : record.signatures) {
    if (signature.seat >= record.committee.size()) return ClusterRefusal::unknown_member;
    if (!signers.insert(signature.seat).second) return ClusterRefusal::counted_twice;
  }
  const auto quorum = static_cast<std::size_t>(quorum_of(static_cast<int>(agents.size())));
  return signers.size() < quorum ? ClusterRefusal::below_quorum : ClusterRefusal::none;
}

GS_INLINE ClusterRefusal check_certificate(const ClusterRecord& record) {
  if (const auto refusal = check_count(record); refusal != ClusterRefusal::none) return refusal;
  if (committee_hash(record.committee) != record.statement.committee)
    return ClusterRefusal::wrong_committee;
  const Bytes message = signed_part(record.statement);
  for (const SeatSignature& signature : record.signatures)
    if (!verify_signature(record.committee[signature.seat].key, message, signature.bytes))
      return ClusterRefusal::bad_signature;
  return ClusterRefusal::none;
}

}  // namespace gridswarm::inline GS_ABI::ledger
