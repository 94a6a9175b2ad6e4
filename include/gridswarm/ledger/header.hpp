// SPDX-License-Identifier: BSD-3-Clause
// The block header: the last leaf of every block, so that a proof of one leaf tells the state after
// it.
//
// Payload of a record of kind `header`, schema 1, big-endian, 216 bytes:
//    0 [32] genesis       56 [32] parent header hash  136 [32] post-state root
//   32 u64  epoch         88 u64  first index         168 [32] contract set
//   40 u64  height        96 u64  count               200 i64  proposer
//   48 u64  origin view  104 [32] batch root          208 i64  time
// The hash of a header is the leaf hash of its record: what a vote binds and what the
// next block names as parent is then also what an inclusion proof shows.
#pragma once

#include <optional>

#include "gridswarm/ledger/record.hpp"

namespace gridswarm::inline GS_ABI::ledger {

/// What the proposer of a block says about it, beside what follows from the log itself.
struct BlockInfo {
  std::uint64_t epoch = 0;        ///< of the membership
  std::uint64_t origin_view = 0;  ///< in which it was first proposed
  Hash post_state_root{};         ///< of the contracts' state after the block
  Hash contract_set{};            ///< hash of the names and versions of the contracts in force
  std::int64_t proposer = 0;
  std::int64_t time_s = 0;  ///< simulated Unix time
  std::int64_t tick = 0;    ///< control tick, for the envelope
  std::uint64_t cluster_epoch = 0;
};

struct BlockHeader {
  Hash genesis{};
  std::uint64_t epoch = 0;
  std::uint64_t height = 0;  ///< blocks before this one
  std::uint64_t origin_view = 0;
  Hash parent{};                  ///< header hash of the block before, zero for the first
  std::uint64_t first_index = 0;  ///< leaf index of the first record
  std::uint64_t count = 0;        ///< records, without this header
  Hash batch_root{};              ///< Merkle root of the records alone
  Hash post_state_root{};
  Hash contract_set{};
  std::int64_t proposer = 0;
  std::int64_t time_s = 0;
  bool operator==(const BlockHeader&) const = default;
};

inline constexpr std::size_t header_payload_size = 216;

/// The 216 bytes of a header.
Bytes encode(const BlockHeader& header);
/// The header in a record of kind `header`; nothing if the record is another kind, salted, signed,
/// of another schema or genesis, or not exactly a header.
std::optional<BlockHeader> decode_header(const Record& record);
/// The leaf of a header: its record, written by the proposer at `tick`.
Bytes header_leaf(const BlockHeader& header, std::int64_t tick, std::uint64_t cluster_epoch);

}  // namespace gridswarm::inline GS_ABI::ledger

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/ledger/header.ipp"
#endif
