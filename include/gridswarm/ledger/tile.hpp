// SPDX-License-Identifier: BSD-3-Clause
// The tree cut into files of 256 hashes, and the entries into bundles of 256 (c2sp.org/tlog-tiles).
//
// Hash i of tile (L, n) is the root of leaves [(256 n + i) 256^L, (256 n + i + 1) 256^L): each
// level of tiles spans eight binary levels, and a hash of level L > 0 is the root of one full tile
// below. A tree of s leaves has floor(s / 256^L) hashes at level L; the last tile is partial where
// 256 does not divide that number. Full tiles never change, so a log is a set of files that only
// grows.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "gridswarm/ledger/file.hpp"
#include "gridswarm/ledger/tree.hpp"

namespace gridswarm::inline GS_ABI::ledger {

inline constexpr int tile_width = 256;
/// Levels that a tree of 2^64 - 1 leaves can have.
inline constexpr int tile_levels = 8;
/// The level of entry bundles.
inline constexpr int bundle_level = -1;

/// One tile or bundle.
struct TileId {
  int level = 0;            ///< bundle_level, or 0..7
  std::uint64_t index = 0;  ///< n
  int width = tile_width;   ///< hashes or entries; below 256 it is partial
  bool operator==(const TileId&) const = default;
};

/// `tile/<L>/<N>[.p/<W>]`, `tile/entries/<N>[.p/<W>]`; N in groups of three digits, all but the
/// last with an x before them.
std::string path_of(const TileId& tile);
/// Hashes at a level, or entries, of a tree of `size` leaves: floor(size / 256^level).
std::uint64_t count_at(int level, std::uint64_t size);
/// Tile `index` of a level as it is in a tree of `size` leaves; width 0 if it's not there.
TileId tile_at(int level, std::uint64_t index, std::uint64_t size);
/// Every tile and bundle that a tree of `size` leaves has: bundles, then levels upwards.
std::vector<TileId> tiles_of(std::uint64_t size);

/// Root of a perfect subtree: 2^k hashes, k >= 0.
Hash perfect_root(std::span<const Hash> hashes);

/// The right edge of a growing tree: the hashes of the tile that is not full yet, at each level.
struct TileEdge {
  std::uint64_t size = 0;  ///< leaves
  std::array<std::vector<Hash>, tile_levels> rows;
};

/// Add a leaf; calls full(TileId, std::span<const Hash>) for every tile that became full.
template <class Full>
void append(TileEdge& edge, const Hash& leaf, Full&& full) {
  Hash hash = leaf;
  for (int level = 0; level < tile_levels; ++level) {
    std::vector<Hash>& row = edge.rows[static_cast<std::size_t>(level)];
    row.push_back(hash);
    if (row.size() < tile_width) break;
    full(TileId{level, count_at(level + 1, edge.size), tile_width}, std::span<const Hash>(row));
    hash = perfect_root(row);
    row.clear();
  }
  ++edge.size;
}

/// Calls partial(TileId, std::span<const Hash>) for the last tile of each level that is not full.
template <class Partial>
void visit_partial(const TileEdge& edge, Partial&& partial) {
  for (int level = 0; level < tile_levels; ++level) {
    const std::vector<Hash>& row = edge.rows[static_cast<std::size_t>(level)];
    if (row.empty()) continue;
    partial(TileId{level, count_at(level + 1, edge.size), static_cast<int>(row.size())},
            std::span<const Hash>(row));
  }
}

/// MTH of all leaves.
Hash root_of(const TileEdge& edge);

/// Append one entry to a bundle: its length in two bytes, then itself (at most max_entry_size).
void append_to_bundle(Bytes& bundle, ByteView entry);
/// The entries of a bundle as views into it; nothing unless it holds exactly `width` of them.
std::optional<std::vector<ByteView>> parse_bundle(ByteView bundle, int width);

/// The bytes of a tile or bundle; if a wider one superseded it, the beginning of that. Throws
/// FileError if neither is there, DamageError if what is there has not as many hashes or entries as
/// its name says.
Bytes read_tile(FileSystem& files, const std::string& folder, const TileId& tile);

/// The nodes of the first `size` leaves, read from the tiles of a log folder. Throws as
/// read_tile(). Does not check hashes: check the proofs made from it.
class TileNodes final : public NodeSource {
 public:
  TileNodes(FileSystem& files, std::string folder, std::uint64_t size);
  Hash node(int level, std::uint64_t index) override;

 private:
  const std::vector<Hash>& tile(int level, std::uint64_t index);
  FileSystem& files_;
  std::string folder_;
  std::uint64_t size_;
  struct Cached {
    std::uint64_t index = 0;  ///< of the tile
    std::vector<Hash> hashes;
  };
  std::array<Cached, tile_levels> last_;
};

/// Hashes of a tile file; nothing unless it has exactly `width` of them.
std::optional<std::vector<Hash>> parse_tile(ByteView bytes, int width);
/// Entry `index` of a log folder whose tree has `size` leaves. Throws as read_tile().
Bytes read_entry(FileSystem& files, const std::string& folder, std::uint64_t index,
                 std::uint64_t size);

}  // namespace gridswarm::inline GS_ABI::ledger

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/ledger/tile.ipp"
#endif
