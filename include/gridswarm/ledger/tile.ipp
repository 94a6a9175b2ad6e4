// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <bit>
#include <cstdio>
#include <utility>

#include "gridswarm/base/error.hpp"
#include "gridswarm/ledger/bytes.hpp"
#include "gridswarm/ledger/damage.hpp"
#include "gridswarm/ledger/record.hpp"
#include "gridswarm/ledger/tile.hpp"

namespace gridswarm::inline GS_ABI::ledger {

GS_INLINE std::string path_of(const TileId& tile) {
  char digits[8];
  std::string number;
  for (std::uint64_t rest = tile.index, group = 0; group == 0 || rest > 0; rest /= 1000, ++group) {
    std::snprintf(digits, sizeof digits, group == 0 ? "%03u" : "x%03u/",
                  static_cast<unsigned>(rest % 1000));
    number.insert(0, digits);
  }
  std::string path = "tile/";
  path += tile.level == bundle_level ? "entries" : std::to_string(tile.level);
  path += "/" + number;
  if (tile.width < tile_width) path += ".p/" + std::to_string(tile.width);
  return path;
}

GS_INLINE std::uint64_t count_at(int level, std::uint64_t size) {
  if (level <= 0) return size;
  return level < tile_levels ? size >> 8 * level : 0;
}

GS_INLINE TileId tile_at(int level, std::uint64_t index, std::uint64_t size) {
  const std::uint64_t count = count_at(level, size);
  const std::uint64_t full = count / tile_width;
  if (index < full) return {level, index, tile_width};
  return {level, index, index == full ? static_cast<int>(count % tile_width) : 0};
}

GS_INLINE std::vector<TileId> tiles_of(std::uint64_t size) {
  std::vector<TileId> tiles;
  for (int level = bundle_level; level < tile_levels; ++level)
    for (std::uint64_t index = 0;; ++index) {
      const TileId tile = tile_at(level, index, size);
      if (tile.width == 0) break;
      tiles.push_back(tile);
      if (tile.width < tile_width) break;
    }
  return tiles;
}

GS_INLINE Hash perfect_root(std::span<const Hash> hashes) {
  GRIDSWARM_ASSERT(std::has_single_bit(hashes.size()) && hashes.size() <= tile_width);
  if (hashes.size() == 1) return hashes[0];
  std::array<Hash, tile_width / 2> half;
  std::size_t count = hashes.size() / 2;
  node_hashes(hashes, std::span(half).first(count));
  for (; count > 1; count /= 2)
    node_hashes(std::span(half).first(count), std::span(half).first(count / 2));
  return half[0];
}

GS_INLINE Hash root_of(const TileEdge& edge) {
  CompactRange range;
  for (int level = tile_levels; level-- > 0;)
    for (const Hash& hash : edge.rows[static_cast<std::size_t>(level)])
      push(range, 8 * level, hash);
  return root_of(range);
}

GS_INLINE void append_to_bundle(Bytes& bundle, ByteView entry) {
  GRIDSWARM_ASSERT(entry.size() <= max_entry_size);
  Writer writer(bundle);
  writer.u16(static_cast<std::uint16_t>(entry.size()));
  writer.raw(entry);
}

GS_INLINE std::optional<std::vector<ByteView>> parse_bundle(ByteView bundle, int width) {
  std::vector<ByteView> entries;
  entries.reserve(static_cast<std::size_t>(width));
  Reader reader(bundle);
  for (int i = 0; i < width; ++i) entries.push_back(reader.raw(reader.u16()));
  if (!reader.done()) return std::nullopt;
  return entries;
}

GS_INLINE std::optional<std::vector<Hash>> parse_tile(ByteView bytes, int width) {
  if (bytes.size() != static_cast<std::size_t>(width) * sizeof(Hash)) return std::nullopt;
  std::vector<Hash> hashes(static_cast<std::size_t>(width));
  if (width > 0) std::memcpy(hashes.data(), bytes.data(), bytes.size());
  return hashes;
}

/// The tile that took the place of a partial one: the narrowest that is wider; width 0 if none is.
GS_INLINE TileId successor_of(FileSystem& files, const std::string& folder, const TileId& tile) {
  const TileId full{tile.level, tile.index, tile_width};
  const std::string partials = folder + "/" + path_of(full) + ".p";
  int width = files.exists(folder + "/" + path_of(full)) ? tile_width : 0;
  if (files.exists(partials))
    for (const FolderEntry& entry : files.list(partials))
      if (const auto other = from_decimal(entry.path);
          other && *other > static_cast<std::uint64_t>(tile.width) && *other < tile_width)
        width = width == 0 ? static_cast<int>(*other) : std::min(width, static_cast<int>(*other));
  return {tile.level, tile.index, width};
}

/// Bytes of the first `width` hashes or entries of a tile's file; nothing if it's not what `there`
/// says.
GS_INLINE std::optional<std::size_t> prefix_size(ByteView bytes, const TileId& there, int width) {
  if (there.level != bundle_level) {
    if (bytes.size() != static_cast<std::size_t>(there.width) * sizeof(Hash)) return std::nullopt;
    return static_cast<std::size_t>(width) * sizeof(Hash);
  }
  const auto entries = parse_bundle(bytes, there.width);
  if (!entries) return std::nullopt;
  std::size_t size = 0;
  for (int i = 0; i < width; ++i) size += 2 + (*entries)[static_cast<std::size_t>(i)].size();
  return size;
}

GS_INLINE Bytes read_tile(FileSystem& files, const std::string& folder, const TileId& tile) {
  TileId there = tile;
  if (tile.width < tile_width && !files.exists(folder + "/" + path_of(tile)))
    if (const TileId wider = successor_of(files, folder, tile); wider.width > 0) there = wider;
  const std::string path = folder + "/" + path_of(there);
  Bytes bytes = files.read(path);
  const auto size = prefix_size(bytes, there, tile.width);
  if (!size)
    throw DamageError(path, "does not hold " + std::to_string(there.width) +
                                (tile.level == bundle_level ? " entries" : " hashes"));
  bytes.resize(*size);
  return bytes;
}

GS_INLINE TileNodes::TileNodes(FileSystem& files, std::string folder, std::uint64_t size)
    : files_(files), folder_(std::move(folder)), size_(size) {}

GS_INLINE const std::vector<Hash>& TileNodes::tile(int level, std::uint64_t index) {
  Cached& cached = last_[static_cast<std::size_t>(level)];
  if (!cached.hashes.empty() && cached.index == index) return cached.hashes;
  const TileId id = tile_at(level, index, size_);
  GRIDSWARM_ASSERT(id.width > 0);
  cached = {index, *parse_tile(read_tile(files_, folder_, id), id.width)};
  return cached.hashes;
}

GS_INLINE Hash TileNodes::node(int level, std::uint64_t index) {
  // 2^below hashes of tile level `level / 8` lie under this node, side by side in one tile.
  const int below = level % 8;
  const std::vector<Hash>& hashes = tile(level / 8, index >> (8 - below));
  const std::uint64_t first = (index << below) % tile_width;
  GRIDSWARM_ASSERT(first + (std::uint64_t{1} << below) <= hashes.size());
  return perfect_root(std::span(hashes).subspan(first, std::size_t{1} << below));
}

GS_INLINE Bytes read_entry(FileSystem& files, const std::string& folder, std::uint64_t index,
                           std::uint64_t size) {
  GRIDSWARM_ASSERT(index < size);
  const TileId id = tile_at(bundle_level, index / tile_width, size);
  const Bytes bundle = read_tile(files, folder, id);
  const auto entries = parse_bundle(bundle, id.width);
  const ByteView entry = (*entries)[index % tile_width];
  return {entry.begin(), entry.end()};
}

}  // namespace gridswarm::inline GS_ABI::ledger
