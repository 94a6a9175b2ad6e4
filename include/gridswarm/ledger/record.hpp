// SPDX-License-Identifier: BSD-3-Clause
// The record envelope: what every leaf of the log is, whatever its payload means.
//
// Big-endian, each field at a fixed place (docs/formats.md):
//    0  u8   version = 1            45  u64  author sequence
//    1  u16  kind                   53  i64  tick
//    3  u16  schema                 61  u64  cluster epoch
//    5  [32] genesis                69  u8   flags: 1 salted commitment, 2 signed
//   37  i64  author                 70  u16  n = length of the payload
//                                   72  [n]  payload, then [64] signature if flag 2 is set
// decode(encode(r)) = r, and any other bytes are refused, so a leaf means one thing only. A meter
// reading can be guessed, so its hash hides nothing: readings are commitments H(salt || clear),
// opened by showing salt and clear bytes.
#pragma once

#include <optional>

#include "gridswarm/ledger/hash.hpp"
#include "gridswarm/ledger/sign.hpp"

namespace gridswarm::inline GS_ABI::ledger {

/// What a payload is about. The numbers are part of the format and are never used again.
enum class Kind : std::uint16_t {
  header = 1,      ///< the last leaf of a block (header.hpp)
  reading = 2,     ///< what a meter said; always a salted commitment
  membership = 3,  ///< who joins, leaves or changes cluster
  leader = 4,      ///< who leads a cluster
  settlement = 5,  ///< who owes what for an interval
  interval = 6,    ///< many decisions folded into a count and a hash
  governance = 7,  ///< epochs and contract versions
  evidence = 8,    ///< two signed statements that contradict each other
  cluster = 9,     ///< a cluster's tree of one tick, certified (cluster_record.hpp)
};

inline constexpr std::uint8_t record_version = 1;
inline constexpr std::size_t record_header_size = 72;
/// An entry of a bundle has a 16-bit length.
inline constexpr std::size_t max_entry_size = 65535;
inline constexpr std::size_t max_payload_size = max_entry_size - record_header_size - 64;

/// One record. The payload is a view: its bytes belong to whoever made or read the record.
struct Record {
  Kind kind = Kind::reading;
  std::uint16_t schema = 1;  ///< version of the payload's own layout
  Hash genesis{};            ///< which log this record is for
  std::int64_t author = 0;   ///< agent id; 0 where the run itself speaks
  std::uint64_t author_sequence = 0;
  std::int64_t tick = 0;  ///< control tick of the run
  std::uint64_t cluster_epoch = 0;
  bool is_salted = false;  ///< payload is a commitment of 32 bytes
  ByteView payload;
  std::optional<Signature> signature;  ///< of the author over signed_part()
};

/// Append the encoding to `out`; at most max_payload_size bytes of payload, 32 if salted.
void encode(const Record& record, Bytes& out);
/// Append the record to `entries` as one entry.
void append(Entries& entries, const Record& record);
/// The record whose encoding `bytes` is, its payload a view into them; nothing if there is none.
std::optional<Record> decode_record(ByteView bytes);
/// What the author signs: "gridswarm/record/v1\n", then the encoding without its signature.
Bytes signed_part(const Record& record);

using Salt = std::array<std::byte, 16>;
/// H(salt || clear): the payload of a salted record.
Hash commit(const Salt& salt, ByteView clear);
/// True if `record` is salted and commits to `clear` under `salt`.
bool opens(const Record& record, const Salt& salt, ByteView clear);
/// A salt that only the holder of `secret` can compute: the first 16 bytes of
/// H("gridswarm/salt/v1\n" || secret || author || sequence).
Salt derive_salt(const Hash& secret, std::int64_t author, std::uint64_t sequence);

}  // namespace gridswarm::inline GS_ABI::ledger

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/ledger/record.ipp"
#endif
