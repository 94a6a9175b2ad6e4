// SPDX-License-Identifier: BSD-3-Clause
// What a cluster says to the root log: one record per (cluster epoch, tick), signed by q of its
// committee and linked to the one before.
//
// The records of a cluster's devices over a tick are the leaves of a tree made once
// (cluster_tree.hpp). The root log takes its root, not its leaves: a few hundred bytes for a
// hundred devices. The payload, big-endian (docs/formats-hierarchy.md):
//    0 [200] statement, what each member signs behind "gridswarm/cluster/v1\n"
//  200 u8    n = seats, then n times: i64 agent, [32] public key
//      u8    m = signatures, then m times: u8 seat, [64] Ed25519
// in a record whose author is committee_author(cluster) and whose author sequence is the number of
// the record in the cluster's chain.
#pragma once

#include <optional>

#include "gridswarm/ledger/committee.hpp"
#include "gridswarm/ledger/record.hpp"

namespace gridswarm::inline GS_ABI::ledger {

/// What a committee certifies.
struct ClusterStatement {
  Hash genesis{};            ///< of the root log
  std::int64_t cluster = 0;  ///< id
  std::uint64_t epoch = 0;   ///< of the cluster's membership
  std::int64_t tick = 0;
  std::uint64_t number = 1;  ///< of this record in the cluster's chain, from 1
  Hash predecessor{};        ///< leaf hash of record number - 1 in the root log; zero for the first
  std::uint64_t count = 0;   ///< leaves of the tree
  Hash root{};               ///< of the tree
  Hash sequences{};          ///< sequences_hash() of what each author wrote
  Hash committee{};          ///< committee_hash() of the seats
  bool operator==(const ClusterStatement&) const = default;
};

inline constexpr std::size_t cluster_statement_size = 200;

/// A seat's signature of the statement.
struct SeatSignature {
  std::uint8_t seat = 0;  ///< position in the committee
  Signature bytes{};
  bool operator==(const SeatSignature&) const = default;
};

struct ClusterRecord {
  ClusterStatement statement;
  Committee committee;
  std::vector<SeatSignature> signatures;
  bool operator==(const ClusterRecord&) const = default;
};

/// Why the root refuses a cluster's record; numbers are part of no hash.
enum class ClusterRefusal {
  none,
  malformed,          ///< no cluster record, or an empty tree
  wrong_genesis,      ///< of another log
  already_recorded,   ///< this cluster has a record for that epoch and tick
  stale,              ///< an older epoch, or a tick not after the last one
  gap,                ///< not the number after the cluster's last one
  wrong_predecessor,  ///< not linked to the cluster's last record
  wrong_committee,    ///< the seats are not those that the statement names, or not those drawn
  counted_twice,      ///< one member, one key or one seat's signature stands twice
  unknown_member,     ///< a seat that no known device holds, or a signature without a seat
  member_left,        ///< a seat of a device that has left
  wrong_key,          ///< a seat's key is not its device's
  wrong_sequences,    ///< the sequences are not those that the statement names
  replayed_sequence,  ///< a device's record that the root knows already
  bad_signature,      ///< of a member over another statement, or of nobody
  below_quorum,       ///< fewer members signed than must
  known_device,       ///< a second key for a device
};

/// One sentence for people, without a full stop.
const char* text(ClusterRefusal refusal);

/// What a member signs: "gridswarm/cluster/v1\n" and the 200 bytes of the statement.
Bytes signed_part(const ClusterStatement& statement);
/// A seat's signature; `key` must be the seat's.
SeatSignature sign_seat(const SigningKey& key, std::uint8_t seat,
                        const ClusterStatement& statement);

/// The record as it stands in the root log. At most max_seats seats and 255 signatures.
Bytes cluster_leaf(const ClusterRecord& record);
/// The cluster record in a record of kind `cluster`; nothing if the envelope says otherwise than
/// the statement or a byte is missing or left over.
std::optional<ClusterRecord> decode_cluster_record(const Record& record);
/// All seats differ and enough of them signed, each once; signatures are not looked at.
ClusterRefusal check_count(const ClusterRecord& record);
/// The same, and all signatures are right: what can be said without knowing who the members should
/// be.
ClusterRefusal check_certificate(const ClusterRecord& record);

}  // namespace gridswarm::inline GS_ABI::ledger

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/ledger/cluster_record.ipp"
#endif
