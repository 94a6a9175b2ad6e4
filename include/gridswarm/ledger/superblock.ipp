// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>

#include "gridswarm/base/error.hpp"
#include "gridswarm/ledger/bytes.hpp"
#include "gridswarm/ledger/superblock.hpp"

namespace gridswarm::inline GS_ABI::ledger {

inline constexpr std::string_view superblock_magic = "GSSUPER1";
inline constexpr std::string_view stage_magic = "GSSTAGE1";
/// Where close_stage() puts the head: behind magic, sequence and old size.
inline constexpr std::size_t stage_head_at = 8 + 8 + 8;

/// The bytes before a trailing SHA-256 that fits them; nothing otherwise.
GS_INLINE std::optional<ByteView> without_digest(ByteView bytes) {
  if (bytes.size() < sizeof(Hash)) return std::nullopt;
  const ByteView body = bytes.first(bytes.size() - sizeof(Hash));
  if (!same_bytes(bytes.last(sizeof(Hash)), sha256(body))) return std::nullopt;
  return body;
}

GS_INLINE std::string superblock_name(std::uint64_t sequence) {
  return sequence % 2 == 0 ? "superblock.0" : "superblock.1";
}

GS_INLINE Bytes encode(const Superblock& block) {
  GRIDSWARM_ASSERT(block.checkpoint.size() <= 0xffff);
  Bytes out;
  Writer writer(out);
  writer.raw(bytes_of(superblock_magic));
  writer.u64(block.sequence);
  writer.u64(block.head.size);
  writer.raw(block.head.root);
  writer.raw(block.genesis);
  writer.raw(block.tip);
  writer.u16(static_cast<std::uint16_t>(block.checkpoint.size()));
  writer.raw(bytes_of(block.checkpoint));
  writer.raw(sha256(out));
  return out;
}

GS_INLINE std::optional<Superblock> decode_superblock(ByteView bytes) {
  const auto body = without_digest(bytes);
  if (!body) return std::nullopt;
  Reader reader(*body);
  if (text_of(reader.raw(superblock_magic.size())) != superblock_magic) return std::nullopt;
  Superblock block;
  block.sequence = reader.u64();
  block.head.size = reader.u64();
  block.head.root = reader.hash();
  block.genesis = reader.hash();
  block.tip = reader.hash();
  block.checkpoint = text_of(reader.raw(reader.u16()));
  if (!reader.done()) return std::nullopt;
  return block;
}

GS_INLINE void begin_stage(Bytes& out, std::uint64_t sequence, std::uint64_t old_size) {
  out.clear();
  Writer writer(out);
  writer.raw(bytes_of(stage_magic));
  writer.u64(sequence);
  writer.u64(old_size);
  writer.u64(0);
  writer.raw(Hash{});
}

GS_INLINE void stage_tile(Bytes& out, const TileId& id, ByteView bytes) {
  Writer writer(out);
  writer.u8(static_cast<std::uint8_t>(id.level));
  writer.u64(id.index);
  writer.u16(static_cast<std::uint16_t>(id.width));
  writer.u32(static_cast<std::uint32_t>(bytes.size()));
  writer.raw(bytes);
}

GS_INLINE void close_stage(Bytes& out, const Head& head) {
  Bytes fields;
  Writer writer(fields);
  writer.u64(head.size);
  writer.raw(head.root);
  std::ranges::copy(fields, out.begin() + stage_head_at);
  Writer(out).raw(sha256(out));
}

GS_INLINE std::optional<Stage> decode_stage(ByteView bytes) {
  const auto body = without_digest(bytes);
  if (!body) return std::nullopt;
  Reader reader(*body);
  if (text_of(reader.raw(stage_magic.size())) != stage_magic) return std::nullopt;
  Stage stage;
  stage.sequence = reader.u64();
  stage.old_size = reader.u64();
  stage.head.size = reader.u64();
  stage.head.root = reader.hash();
  while (reader.ok() && reader.left() > 0) {
    StagedTile tile;
    tile.id.level = static_cast<std::int8_t>(reader.u8());
    tile.id.index = reader.u64();
    tile.id.width = reader.u16();
    tile.bytes = reader.raw(reader.u32());
    if (tile.id.width == 0 || tile_at(tile.id.level, tile.id.index, stage.head.size) != tile.id)
      return std::nullopt;
    stage.tiles.push_back(tile);
  }
  if (!reader.done() || stage.old_size > stage.head.size) return std::nullopt;
  return stage;
}

}  // namespace gridswarm::inline GS_ABI::ledger
