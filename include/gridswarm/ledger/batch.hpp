// SPDX-License-Identifier: BSD-3-Clause
// Many leaves at once: hashed side by side, over threads, and over ranks; the root is the one that
// leaf after leaf would give.
//
// Subtrees of 256 leaves that begin at a multiple of 256 are tiles. A batch is a few leaves, whole
// tiles, a few leaves; the tiles' roots are a batch of the tree 256 times smaller. Tiles do not
// know of each other, so threads take them eight at a time; what is left over is added by push().
#pragma once

#include <algorithm>

#include "gridswarm/ledger/tile.hpp"

namespace gridswarm::inline GS_ABI::ledger {

/// leaf_hash of every entry; `out` has entries.size() places. threads as in run_pieces().
void leaf_hashes(const Entries& entries, std::span<Hash> out, int threads);
/// roots[i] = root of hashes [256 i, 256 (i + 1)).
void tile_roots(std::span<const Hash> hashes, std::span<Hash> roots, int threads);
/// Add leaves at `end`.
void push_leaves(CompactRange& range, std::span<const Hash> leaves, int threads = 1);
/// MTH of the leaves.
Hash root_of_leaves(std::span<const Hash> leaves, int threads = 1);

/// Collective. hosted[h] is what hosted rank h has: rank r's leaves follow those of rank r - 1.
/// Returns the range of all of them, on every rank; throws Error if they leave a gap. Ranks say
/// 16 bytes and a hash per subtree to each other: at most 128 hashes, however many leaves.
CompactRange join_ranges(Exchange& exchange, std::span<const CompactRange> hosted);

/// Add hashes to the row of a level, and the roots of tiles that become full to the row above.
template <class Full>
void append_row(TileEdge& edge, int level, std::span<const Hash> hashes, int threads, Full&& full) {
  std::vector<Hash>& row = edge.rows[static_cast<std::size_t>(level)];
  std::uint64_t index = count_at(level + 1, edge.size);
  std::vector<Hash> roots;
  if (!row.empty()) {
    const std::size_t taken = std::min<std::size_t>(tile_width - row.size(), hashes.size());
    row.insert(row.end(), hashes.begin(), hashes.begin() + static_cast<std::ptrdiff_t>(taken));
    hashes = hashes.subspan(taken);
    if (row.size() < tile_width) return;
    full(TileId{level, index++, tile_width}, std::span<const Hash>(row));
    roots.push_back(perfect_root(row));
    row.clear();
  }
  const std::size_t tiles = hashes.size() / tile_width;
  for (std::size_t t = 0; t < tiles; ++t)
    full(TileId{level, index++, tile_width}, hashes.subspan(t * tile_width, tile_width));
  roots.resize(roots.size() + tiles);
  tile_roots(hashes.first(tiles * tile_width), std::span(roots).last(tiles), threads);
  const auto rest = hashes.subspan(tiles * tile_width);
  row.insert(row.end(), rest.begin(), rest.end());
  if (!roots.empty() && level + 1 < tile_levels) append_row(edge, level + 1, roots, threads, full);
}

/// append() of every leaf; calls full() for the same tiles, those of one level before the next's.
template <class Full>
void append_leaves(TileEdge& edge, std::span<const Hash> leaves, int threads, Full&& full) {
  append_row(edge, 0, leaves, threads, full);
  edge.size += leaves.size();
}

}  // namespace gridswarm::inline GS_ABI::ledger

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/ledger/batch.ipp"
#endif
