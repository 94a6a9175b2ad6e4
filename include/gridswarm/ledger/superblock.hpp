// SPDX-License-Identifier: BSD-3-Clause
// What a log remembers through a crash: two alternating superblocks, and the stage of an append.
//
// Superblock, big-endian: "GSSUPER1", u64 sequence, u64 size, [32] root, [32] genesis, [32] tip
// (hash of the last header), u16 length of the signed checkpoint, the checkpoint, [32] SHA-256 of
// all before. Sequence s lies in superblock.<s mod 2>, so the write of one can't hurt the other.
// Stage: "GSSTAGE1", u64 sequence, u64 old size, u64 size, [32] root, then for each tile u8 level
// (255: bundle), u64 index, u16 width, u32 length, bytes; last [32] SHA-256 of all before.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "gridswarm/ledger/checkpoint.hpp"
#include "gridswarm/ledger/tile.hpp"

namespace gridswarm::inline GS_ABI::ledger {

/// The committed state of a log.
struct Superblock {
  std::uint64_t sequence = 0;  ///< grows by one with every superblock written
  Head head;
  Hash genesis{};
  Hash tip{};              ///< header hash of the last block, zero before the first
  std::string checkpoint;  ///< the signed note for `head`
  bool operator==(const Superblock&) const = default;
};

Bytes encode(const Superblock& block);
/// Nothing if the bytes are not exactly a superblock (torn, cut off, flipped).
std::optional<Superblock> decode_superblock(ByteView bytes);
/// "superblock.0" or "superblock.1".
std::string superblock_name(std::uint64_t sequence);

/// One tile of a stage; the bytes are a view into the stage.
struct StagedTile {
  TileId id;
  ByteView bytes;
};

struct Stage {
  std::uint64_t sequence = 0;  ///< of the superblock that commits it
  std::uint64_t old_size = 0;
  Head head;
  std::vector<StagedTile> tiles;
};

/// Start a stage in `out`; add tiles; close it with the head and the digest.
void begin_stage(Bytes& out, std::uint64_t sequence, std::uint64_t old_size);
void stage_tile(Bytes& out, const TileId& id, ByteView bytes);
void close_stage(Bytes& out, const Head& head);
/// Nothing if the bytes are not exactly a stage.
std::optional<Stage> decode_stage(ByteView bytes);

}  // namespace gridswarm::inline GS_ABI::ledger

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/ledger/superblock.ipp"
#endif
