// SPDX-License-Identifier: BSD-3-Clause
// SHA-256 by the processor's instructions for it, four messages side by side.
//
// sha256rnds2 does two rounds in 4 cycles, and one may start per cycle or little more: one message
// alone uses a quarter of that. The state is kept as the instruction wants it, in two vectors
// (f, e, b, a) and (h, g, d, c). Block 2 of a node has one byte that is not known beforehand, so
// its 64 words W + K come from a table with a row for each value of that byte.
#pragma once

#include "sha256_leaves.simd.hpp"

namespace gridswarm::inline GS_ABI::kernel {
namespace {

typedef int32_t Words __attribute__((vector_size(16)));
typedef Words WordsInMemory __attribute__((aligned(1), may_alias));
typedef uint32_t Counters __attribute__((vector_size(16)));
typedef char Chars __attribute__((vector_size(16)));

/// W + K of block 2 of a node whose last byte is the row.
struct NodeEnds {
  uint32_t row[256][64];
};

constexpr NodeEnds node_ends_of_every_byte() {
  NodeEnds ends = {};
  for (uint32_t last = 0; last < 256; ++last) {
    uint32_t* w = ends.row[last];
    w[0] = last << 24 | 0x800000;
    w[15] = 8 * 65;
    for (int t = 16; t < 64; ++t)
      w[t] = w[t - 16] + sha256_small0(w[t - 15]) + w[t - 7] + sha256_small1(w[t - 2]);
    for (int t = 0; t < 64; ++t) w[t] += sha256_words.round[t];
  }
  return ends;
}

alignas(64) constexpr NodeEnds node_ends = node_ends_of_every_byte();
alignas(64) constexpr Sha256Words ni_words = sha256_words;

/// 64 bytes of ones and 64 of zeros, and a 0x80 among zeros: read from 64 - n they keep the first n
/// bytes of a block and mark the next.
struct TailMasks {
  uint8_t keep[128];
  uint8_t mark[128];
};

constexpr TailMasks make_tail_masks() {
  TailMasks masks = {};
  for (int i = 0; i < 64; ++i) masks.keep[i] = 0xff;
  masks.mark[64] = 0x80;
  return masks;
}

constexpr TailMasks tail_masks = make_tail_masks();

[[gnu::always_inline]] inline Words words_at(const void* from) {
  return *static_cast<const WordsInMemory*>(from);
}

/// Two words, which is all that a rounds instruction reads.
[[gnu::always_inline]] inline Words two_words_at(const void* from) {
  typedef int64_t Pair __attribute__((vector_size(16)));
  int64_t both;
  __builtin_memcpy(&both, from, 8);
  return (Words)Pair{both, 0};
}

/// Sums modulo 2^32; the instructions name their words signed, whose sums may not overflow.
[[gnu::always_inline]] inline Words add(Words a, Words b) {
  return (Words)((Counters)a + (Counters)b);
}

[[gnu::always_inline]] inline Words swap_bytes(Words v) {
  return (Words)__builtin_shufflevector((Chars)v, (Chars)v, 3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8,
                                        15, 14, 13, 12);
}

/// prefix || first 15 bytes of v.
[[gnu::always_inline]] inline Words with_prefix(char prefix, Words v) {
  const Chars prefixes = {prefix};
  return (Words)__builtin_shufflevector((Chars)v, prefixes, 16, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10,
                                        11, 12, 13, 14);
}

/// The 64 bytes prefix || 63 bytes.
[[gnu::always_inline]] inline void read_first_block(char prefix, const uint8_t* from, Words* w) {
  w[0] = with_prefix(prefix, words_at(from));
  for (int i = 1; i < 4; ++i) w[i] = words_at(from + 16 * i - 1);
}

[[gnu::always_inline]] inline void swap_block(Words* w) {
  for (int i = 0; i < 4; ++i) w[i] = swap_bytes(w[i]);
}

[[gnu::always_inline]] inline Words round_words(int i) { return words_at(ni_words.round + 4 * i); }

/// The last two words go into the second pair of rounds.
[[gnu::always_inline]] inline Words second_pair(Words v) {
  return __builtin_shufflevector(v, v, 2, 3, 2, 3);
}

/// The last bytes of a message and the 0x80 after them.
[[gnu::always_inline]] inline void read_tail(const LeafPlace& at, const uint8_t* end,
                                             Words* block) {
  uint8_t copy[64];
  const uint8_t* from = at.from;
  if (end - from < 64) {
    const auto bytes = static_cast<size_t>(at.left - at.is_first);
    if (bytes > 0) __builtin_memcpy(copy, from, bytes);
    from = copy;
  }
  if (at.is_first)
    read_first_block(0, from, block);
  else
    for (int i = 0; i < 4; ++i) block[i] = words_at(from + 16 * i);
  const uint8_t* keep = tail_masks.keep + 64 - at.left;
  const uint8_t* mark = tail_masks.mark + 64 - at.left;
  for (int i = 0; i < 4; ++i)
    block[i] = (block[i] & words_at(keep + 16 * i)) | words_at(mark + 16 * i);
}

/// The sixteen words of a leaf's block; `block` is zeros before.
[[gnu::always_inline]] inline void read_leaf_block(const LeafPlace& at, const uint8_t* end,
                                                   Words* block) {
  if (at.left >= 64) {
    if (at.is_first)
      read_first_block(0, at.from, block);
    else
      for (int i = 0; i < 4; ++i) block[i] = words_at(at.from + 16 * i);
  } else if (at.left >= 0) {
    read_tail(at, end, block);
  }
  swap_block(block);
  if (at.left <= last_block_bytes) {
    block[3][2] = static_cast<int32_t>(at.bits >> 32);
    block[3][3] = static_cast<int32_t>(at.bits);
  }
}

constexpr const uint32_t (&start_words)[8] = sha256_words.start;
constexpr Words start_feba = {(int)start_words[5], (int)start_words[4], (int)start_words[1],
                              (int)start_words[0]};
constexpr Words start_hgdc = {(int)start_words[7], (int)start_words[6], (int)start_words[3],
                              (int)start_words[2]};

[[gnu::always_inline]] inline void store_digest(Words feba, Words hgdc, uint8_t* digest) {
  const Words low = __builtin_shufflevector(feba, hgdc, 3, 2, 7, 6);
  const Words high = __builtin_shufflevector(feba, hgdc, 1, 0, 5, 4);
  *reinterpret_cast<WordsInMemory*>(digest) = swap_bytes(low);
  *reinterpret_cast<WordsInMemory*>(digest + 16) = swap_bytes(high);
}

/// One message per stream.
template <int streams>
struct HashStreams {
  static constexpr int lanes = streams;
  Words feba[streams];
  Words hgdc[streams];
  Words w[streams][4];

  [[gnu::always_inline]] inline void clear(int s) {
    feba[s] = start_feba;
    hgdc[s] = start_hgdc;
  }

  [[gnu::always_inline]] inline void load(int s, const LeafPlace& at, const uint8_t* end) {
    Words block[4] = {};
    read_leaf_block(at, end, block);
    for (int i = 0; i < 4; ++i) w[s][i] = block[i];
  }

  /// 64 rounds of every stream over its block, without the sum at the end.
  [[gnu::always_inline]] inline void rounds() {
#pragma GCC unroll 16
    for (int i = 0; i < 16; ++i) {
      Words sum[streams];
#pragma GCC unroll 4
      for (int s = 0; s < streams; ++s) {
        Words* v = w[s];
        sum[s] = add(v[i % 4], round_words(i));
        hgdc[s] = __builtin_ia32_sha256rnds2(hgdc[s], feba[s], sum[s]);
        if (i < 12)  // words of rounds 4 (i + 4) .. 4 (i + 4) + 3
          v[i % 4] = add(__builtin_ia32_sha256msg1(v[i % 4], v[(i + 1) % 4]),
                         __builtin_shufflevector(v[(i + 2) % 4], v[(i + 3) % 4], 1, 2, 3, 4));
      }
#pragma GCC unroll 4
      for (int s = 0; s < streams; ++s) {
        Words* v = w[s];
        feba[s] = __builtin_ia32_sha256rnds2(feba[s], hgdc[s], second_pair(sum[s]));
        if (i < 12) v[i % 4] = __builtin_ia32_sha256msg2(v[i % 4], v[(i + 3) % 4]);
      }
    }
  }

  /// The same over block 2 of a node, whose W + K are given.
  [[gnu::always_inline]] inline void rounds_given(const uint32_t* const* given) {
#pragma GCC unroll 16
    for (int i = 0; i < 16; ++i) {
#pragma GCC unroll 4
      for (int s = 0; s < streams; ++s)
        hgdc[s] = __builtin_ia32_sha256rnds2(hgdc[s], feba[s], words_at(given[s] + 4 * i));
#pragma GCC unroll 4
      for (int s = 0; s < streams; ++s)
        feba[s] =
            __builtin_ia32_sha256rnds2(feba[s], hgdc[s], second_pair(words_at(given[s] + 4 * i)));
    }
  }

  [[gnu::always_inline]] inline void compress() {
    HashStreams next = *this;
    next.rounds();
    for (int s = 0; s < streams; ++s) {
      feba[s] = add(feba[s], next.feba[s]);
      hgdc[s] = add(hgdc[s], next.hgdc[s]);
    }
  }

  [[gnu::always_inline]] inline void compress_given(const uint32_t* const* given) {
    HashStreams next = *this;
    next.rounds_given(given);
    for (int s = 0; s < streams; ++s) {
      feba[s] = add(feba[s], next.feba[s]);
      hgdc[s] = add(hgdc[s], next.hgdc[s]);
    }
  }

  [[gnu::always_inline]] inline void store(int s, uint8_t* digest) const {
    store_digest(feba[s], hgdc[s], digest);
  }
};

/// `streams` nodes; all is read before anything is written.
template <int streams>
[[gnu::always_inline]] inline void hash_some_nodes(const uint8_t* in, uint8_t* out) {
  HashStreams<streams> blocks;
  const uint32_t* given[streams];
  for (int s = 0; s < streams; ++s) {
    blocks.clear(s);
    read_first_block(1, in + 64 * s, blocks.w[s]);
    swap_block(blocks.w[s]);
    given[s] = node_ends.row[in[64 * s + 63]];
  }
  blocks.compress();
  blocks.compress_given(given);
  for (int s = 0; s < streams; ++s) blocks.store(s, out + 32 * s);
}

}  // namespace
}  // namespace gridswarm::inline GS_ABI::kernel
