// SPDX-License-Identifier: BSD-3-Clause
// Leaves by the processor's instructions: runs of entries of one length go in step, so that where a
// block begins and how it ends is asked once for four of them, and records of 64 to
// 118 bytes, which are most, are two blocks without a question between.
#pragma once

#include "sha256_ni.simd.hpp"

namespace gridswarm::inline GS_ABI::kernel {
namespace {

constexpr int equal_lanes = 4;

/// Entries whose message ends in their second block, 1 .. last_block_bytes bytes into it: 64 to 118
/// bytes.
constexpr size_t two_blocks_from = 64;
constexpr size_t two_blocks_to = 63 + size_t{last_block_bytes};

/// A multiple of equal_lanes of such entries. Up to 64 bytes after the last are read. Alone, as its
/// registers do not last otherwise.
[[gnu::noinline]] inline void hash_two_blocks(const uint8_t* bytes, size_t length, size_t count,
                                              uint8_t* out) {
  const uint8_t* keep = tail_masks.keep + 127 - length;
  const uint8_t* mark = tail_masks.mark + 127 - length;
  for (size_t k = 0; k < count; k += equal_lanes) {
    HashStreams<equal_lanes> blocks;
    for (int s = 0; s < equal_lanes; ++s) {
      blocks.clear(s);
      read_first_block(0, bytes + (k + static_cast<size_t>(s)) * length, blocks.w[s]);
      swap_block(blocks.w[s]);
    }
    blocks.compress();
    for (int s = 0; s < equal_lanes; ++s) {
      const uint8_t* from = bytes + (k + static_cast<size_t>(s)) * length + 63;
      Words(&w)[4] = blocks.w[s];
      for (int i = 0; i < 4; ++i)
        w[i] = (words_at(from + 16 * i) & words_at(keep + 16 * i)) | words_at(mark + 16 * i);
      swap_block(w);
      w[3][2] = 0;
      w[3][3] = static_cast<int32_t>(8 * (1 + length));
    }
    blocks.compress();
    for (int s = 0; s < equal_lanes; ++s) blocks.store(s, out + 32 * (k + static_cast<size_t>(s)));
  }
}

/// The same for any length.
inline void hash_equal_leaves(const uint8_t* bytes, size_t length, size_t count, uint8_t* out) {
  if (length >= two_blocks_from && length <= two_blocks_to)
    return hash_two_blocks(bytes, length, count, out);
  for (size_t k = 0; k < count; k += equal_lanes) {
    HashStreams<equal_lanes> blocks;
    for (int s = 0; s < equal_lanes; ++s) blocks.clear(s);
    LeafPlace at = {k, bytes + k * length, static_cast<int64_t>(1 + length), 8 * (1 + length),
                    true};
    do {
      LeafPlace place = at;
      for (int s = 0; s < equal_lanes; ++s, place.from += length)
        blocks.load(s, place, place.from + 64);
      blocks.compress();
    } while (advance(at));
    for (int s = 0; s < equal_lanes; ++s) blocks.store(s, out + 32 * (k + static_cast<size_t>(s)));
  }
}

/// Entries of any lengths.
inline void hash_mixed_leaves(const uint8_t* bytes, const uint64_t* first, size_t count,
                              uint8_t* out) {
  if (count == 1)
    hash_leaves_in<HashStreams<1>>(bytes, first, count, out);
  else if (count > 1)
    hash_leaves_in<HashStreams<4>>(bytes, first, count, out);
}

/// Where the run of entries as long as entry `begin` ends.
inline size_t end_of_equal(const uint64_t* first, size_t begin, size_t count) {
  const uint64_t length = first[begin + 1] - first[begin];
  size_t end = begin + 1;
  while (end < count && first[end + 1] - first[end] == length) ++end;
  return end;
}

void hash_leaves(const uint8_t* bytes, const uint64_t* first, size_t count, uint8_t* out) {
  constexpr size_t least = 4 * equal_lanes;  // shorter runs stay among the mixed ones
  size_t done = 0;
  for (size_t k = 0; k < count;) {
    const size_t end = end_of_equal(first, k, count);
    size_t equal = (end - k) / equal_lanes * equal_lanes;
    while (equal > 0 && first[count] - first[k + equal] < 64) equal -= equal_lanes;
    if (equal >= least) {
      hash_mixed_leaves(bytes, first + done, k - done, out + 32 * done);
      hash_equal_leaves(bytes + first[k], first[k + 1] - first[k], equal, out + 32 * k);
      done = k + equal;
    }
    k = end;
  }
  hash_mixed_leaves(bytes, first + done, count - done, out + 32 * done);
}

}  // namespace
}  // namespace gridswarm::inline GS_ABI::kernel
