// SPDX-License-Identifier: BSD-3-Clause
// Leaves of any lengths side by side: a lane whose entry is done takes the next one, so short and
// long entries may follow each other as they like.
#pragma once

#include "gridswarm/kernel/hash_views.hpp"

namespace gridswarm::inline GS_ABI::kernel {
namespace {

/// A lane's place in the message 0x00 || entry, at the start of a block.
struct LeafPlace {
  size_t entry;         ///< which; idle_entry: none
  const uint8_t* from;  ///< the entry's bytes that are not hashed yet
  int64_t left;         ///< bytes of the message that are not hashed yet; below 0 all, 0x80 too
  uint64_t bits;        ///< of the whole message
  bool is_first;        ///< the block begins with 0x00
};
constexpr size_t idle_entry = ~size_t{0};
/// A block with at most that many bytes of the message holds the length as well.
constexpr int64_t last_block_bytes = 55;

inline LeafPlace leaf_place(const uint8_t* bytes, const uint64_t* first, size_t count, size_t i) {
  if (i >= count) return {idle_entry, nullptr, -1, 0, false};
  const uint64_t length = 1 + first[i + 1] - first[i];
  return {i, bytes + first[i], static_cast<int64_t>(length), 8 * length, true};
}

/// Go to the message's next block; false where this was its last.
inline bool advance(LeafPlace& at) {
  if (at.left <= last_block_bytes) return false;
  at.from += at.is_first ? 63 : 64;
  at.left -= 64;
  at.is_first = false;
  return true;
}

/// Blocks is lanes with room for one block each: clear(lane), load(lane, place, end) where `end` is
/// the end of what may be read, compress(), and store(lane, digest).
template <class Blocks>
void hash_leaves_in(const uint8_t* bytes, const uint64_t* first, size_t count, uint8_t* out) {
  Blocks blocks;
  LeafPlace place[Blocks::lanes];
  const uint8_t* end = bytes + first[count];
  size_t next = 0;
  for (int lane = 0; lane < Blocks::lanes; ++lane) {
    place[lane] = leaf_place(bytes, first, count, next++);
    blocks.clear(lane);
  }
  for (size_t done = 0; done < count;) {
    for (int lane = 0; lane < Blocks::lanes; ++lane) blocks.load(lane, place[lane], end);
    blocks.compress();
    for (int lane = 0; lane < Blocks::lanes; ++lane) {
      LeafPlace& at = place[lane];
      if (advance(at) || at.entry == idle_entry) continue;
      blocks.store(lane, out + 32 * at.entry);
      blocks.clear(lane);
      at = leaf_place(bytes, first, count, next++);
      ++done;
    }
  }
}

}  // namespace
}  // namespace gridswarm::inline GS_ABI::kernel
