// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>

#include "gridswarm/base/error.hpp"
#include "gridswarm/ledger/bytes.hpp"
#include "gridswarm/ledger/record.hpp"

namespace gridswarm::inline GS_ABI::ledger {

GS_INLINE void encode(const Record& record, Bytes& out) {
  GRIDSWARM_ASSERT(record.payload.size() <= max_payload_size);
  GRIDSWARM_ASSERT(!record.is_salted || record.payload.size() == 32);
  Writer writer(out);
  writer.u8(record_version);
  writer.u16(static_cast<std::uint16_t>(record.kind));
  writer.u16(record.schema);
  writer.raw(record.genesis);
  writer.i64(record.author);
  writer.u64(record.author_sequence);
  writer.i64(record.tick);
  writer.u64(record.cluster_epoch);
  writer.u8(static_cast<std::uint8_t>((record.is_salted ? 1 : 0) | (record.signature ? 2 : 0)));
  writer.u16(static_cast<std::uint16_t>(record.payload.size()));
  writer.raw(record.payload);
  if (record.signature) writer.raw(*record.signature);
}

GS_INLINE void append(Entries& entries, const Record& record) {
  encode(record, entries.bytes);
  entries.close_entry();
}

GS_INLINE std::optional<Record> decode_record(ByteView bytes) {
  Reader reader(bytes);
  Record record;
  const std::uint8_t version = reader.u8();
  const std::uint16_t kind = reader.u16();
  record.schema = reader.u16();
  record.genesis = reader.hash();
  record.author = reader.i64();
  record.author_sequence = reader.u64();
  record.tick = reader.i64();
  record.cluster_epoch = reader.u64();
  const std::uint8_t flags = reader.u8();
  record.payload = reader.raw(reader.u16());
  if (flags & 2) record.signature = reader.array<64>();
  if (!reader.done() || version != record_version || flags > 3) return std::nullopt;
  if (kind < static_cast<std::uint16_t>(Kind::header) ||
      kind > static_cast<std::uint16_t>(Kind::cluster))
    return std::nullopt;
  record.kind = static_cast<Kind>(kind);
  record.is_salted = flags & 1;
  if (record.is_salted && record.payload.size() != 32) return std::nullopt;
  if (record.payload.size() > max_payload_size) return std::nullopt;
  return record;
}

GS_INLINE Bytes signed_part(const Record& record) {
  Bytes out;
  Writer(out).raw(bytes_of("gridswarm/record/v1\n"));
  Record bare = record;
  bare.signature.reset();
  encode(bare, out);
  return out;
}

GS_INLINE Hash commit(const Salt& salt, ByteView clear) {
  return Hasher().update(salt).update(clear).finish();
}

GS_INLINE bool opens(const Record& record, const Salt& salt, ByteView clear) {
  return record.is_salted && same_bytes(record.payload, commit(salt, clear));
}

GS_INLINE Salt derive_salt(const Hash& secret, std::int64_t author, std::uint64_t sequence) {
  Bytes message;
  Writer writer(message);
  writer.raw(bytes_of("gridswarm/salt/v1\n"));
  writer.raw(secret);
  writer.i64(author);
  writer.u64(sequence);
  const Hash digest = sha256(message);
  Salt salt;
  std::copy_n(digest.begin(), salt.size(), salt.begin());
  return salt;
}

}  // namespace gridswarm::inline GS_ABI::ledger
