// SPDX-License-Identifier: BSD-3-Clause
// SHA-256 of as many messages side by side as a register has 32-bit words, for processors without
// instructions for it. Rows are compiler vectors: row t holds word t of every lane's block.
#pragma once

#include "sha256_leaves.simd.hpp"

namespace gridswarm::inline GS_ABI::kernel {
namespace {

#if defined(__AVX512F__)
constexpr int hash_lanes = 16;
#elif defined(__AVX2__)
constexpr int hash_lanes = 8;
#else
constexpr int hash_lanes = 4;
#endif
typedef uint32_t HashRow __attribute__((vector_size(4 * hash_lanes)));
constexpr Sha256Words lane_words = sha256_words;

[[gnu::always_inline]] inline HashRow turned(const HashRow& x, int n) {
  return x >> n | x << (32 - n);
}

/// One block per lane, and each lane's H.
struct HashLanes {
  static constexpr int lanes = hash_lanes;
  HashRow h[8];
  HashRow w[16];

  void clear(int lane) {
    for (int i = 0; i < 8; ++i) h[i][lane] = lane_words.start[i];
  }

  void load_block(int lane, const uint8_t* block) {
    for (int t = 0; t < 16; ++t) {
      uint32_t word;
      __builtin_memcpy(&word, block + 4 * t, 4);
      w[t][lane] = __builtin_bswap32(word);
    }
  }

  void load(int lane, const LeafPlace& at, const uint8_t*) {
    if (at.left >= 64 && !at.is_first) return load_block(lane, at.from);
    uint8_t block[64] = {};
    const int64_t used = at.left < 0 ? 0 : at.left < 64 ? at.left : 64;
    if (used > at.is_first)
      __builtin_memcpy(block + at.is_first, at.from, static_cast<size_t>(used - at.is_first));
    if (at.left >= 0 && at.left < 64) block[at.left] = 0x80;
    load_block(lane, block);
    if (at.left > last_block_bytes) return;
    w[14][lane] = static_cast<uint32_t>(at.bits >> 32);
    w[15][lane] = static_cast<uint32_t>(at.bits);
  }

  /// Block 1 of the message 0x01 || 64 bytes; block 2 is its last byte and padding.
  void load_node(int lane, const uint8_t* in) {
    uint8_t block[64];
    block[0] = 1;
    __builtin_memcpy(block + 1, in, 63);
    load_block(lane, block);
  }
  void load_node_end(int lane, uint8_t last) {
    for (int t = 1; t < 15; ++t) w[t][lane] = 0;
    w[0][lane] = uint32_t{last} << 24 | 0x800000;
    w[15][lane] = 8 * 65;
  }

  void compress() {
    HashRow s[8];
    for (int i = 0; i < 8; ++i) s[i] = h[i];
    for (int t = 0; t < 64; t += 16) {
#pragma GCC unroll 16
      for (int k = 0; k < 16; ++k) {
        // a, b, .. of round t + k are s[-k mod 8], s[1 - k mod 8], ..: nothing moves.
        HashRow& d = s[(19 - k) % 8];
        HashRow& hh = s[(23 - k) % 8];
        const HashRow a = s[(16 - k) % 8], b = s[(17 - k) % 8], c = s[(18 - k) % 8];
        const HashRow e = s[(20 - k) % 8], f = s[(21 - k) % 8], g = s[(22 - k) % 8];
        const HashRow sum1 = turned(e, 6) ^ turned(e, 11) ^ turned(e, 25);
        const HashRow t1 = hh + sum1 + (g ^ (e & (f ^ g))) + lane_words.round[t + k] + w[k];
        const HashRow sum0 = turned(a, 2) ^ turned(a, 13) ^ turned(a, 22);
        d += t1;
        hh = t1 + sum0 + ((a & b) | (c & (a | b)));
        const HashRow w1 = w[(k + 1) % 16], w14 = w[(k + 14) % 16];
        w[k] += (turned(w1, 7) ^ turned(w1, 18) ^ w1 >> 3) + w[(k + 9) % 16] +
                (turned(w14, 17) ^ turned(w14, 19) ^ w14 >> 10);
      }
    }
    for (int i = 0; i < 8; ++i) h[i] += s[i];
  }

  void store(int lane, uint8_t* digest) const {
    for (int i = 0; i < 8; ++i) {
      const uint32_t word = __builtin_bswap32(h[i][lane]);
      __builtin_memcpy(digest + 4 * i, &word, 4);
    }
  }
};

void hash_leaves(const uint8_t* bytes, const uint64_t* first, size_t count, uint8_t* out) {
  hash_leaves_in<HashLanes>(bytes, first, count, out);
}

void hash_nodes(const uint8_t* in, size_t count, uint8_t* out) {
  HashLanes blocks;
  for (size_t k = 0; k < count; k += hash_lanes) {
    // The last lanes of the last turn do the last node once more, and nobody asks them.
    const size_t left = count - k;
    const int used = left < hash_lanes ? static_cast<int>(left) : hash_lanes;
    uint8_t last[hash_lanes];
    for (int lane = 0; lane < hash_lanes; ++lane) {
      const uint8_t* node = in + 64 * (k + static_cast<size_t>(lane < used ? lane : used - 1));
      last[lane] = node[63];
      blocks.clear(lane);
      blocks.load_node(lane, node);
    }
    blocks.compress();
    for (int lane = 0; lane < hash_lanes; ++lane) blocks.load_node_end(lane, last[lane]);
    blocks.compress();
    for (int lane = 0; lane < used; ++lane)
      blocks.store(lane, out + 32 * (k + static_cast<size_t>(lane)));
  }
}

}  // namespace
}  // namespace gridswarm::inline GS_ABI::kernel
