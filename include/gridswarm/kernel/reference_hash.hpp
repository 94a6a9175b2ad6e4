// SPDX-License-Identifier: BSD-3-Clause
// Reference of the hash kernels: one message after another, one word at a time.
#pragma once

#include "gridswarm/kernel/hash_views.hpp"

namespace gridswarm::inline GS_ABI::kernel {

GS_INLINE void sha256_compress(uint32_t* h, const uint8_t* block) {
  uint32_t w[64];
  for (int t = 0; t < 16; ++t)
    w[t] = static_cast<uint32_t>(block[4 * t]) << 24 |
           static_cast<uint32_t>(block[4 * t + 1]) << 16 |
           static_cast<uint32_t>(block[4 * t + 2]) << 8 | block[4 * t + 3];
  for (int t = 16; t < 64; ++t)
    w[t] = w[t - 16] + sha256_small0(w[t - 15]) + w[t - 7] + sha256_small1(w[t - 2]);
  uint32_t s[8];
  for (int i = 0; i < 8; ++i) s[i] = h[i];
  for (int t = 0; t < 64; ++t) {
    const uint32_t a = s[0], e = s[4];
    const uint32_t sum1 = rotate_right(e, 6) ^ rotate_right(e, 11) ^ rotate_right(e, 25);
    const uint32_t t1 = s[7] + sum1 + ((e & s[5]) ^ (~e & s[6])) + sha256_words.round[t] + w[t];
    const uint32_t sum0 = rotate_right(a, 2) ^ rotate_right(a, 13) ^ rotate_right(a, 22);
    const uint32_t t2 = sum0 + ((a & s[1]) ^ (a & s[2]) ^ (s[1] & s[2]));
    for (int i = 7; i > 0; --i) s[i] = s[i - 1];
    s[4] += t1;
    s[0] = t1 + t2;
  }
  for (int i = 0; i < 8; ++i) h[i] += s[i];
}

namespace reference {

/// out = H(prefix || count bytes).
GS_INLINE void sha256_prefixed(uint8_t prefix, const uint8_t* bytes, uint64_t count, uint8_t* out) {
  uint32_t h[8];
  for (int i = 0; i < 8; ++i) h[i] = sha256_words.start[i];
  uint8_t block[64];
  const uint64_t length = 1 + count;
  const uint64_t blocks = (length + 9 + 63) / 64;
  for (uint64_t at = 0; at < 64 * blocks; ++at) {
    const int shift = at + 8 < 64 * blocks ? 64 : static_cast<int>(8 * (64 * blocks - 1 - at));
    block[at % 64] = at == 0        ? prefix
                     : at < length  ? bytes[at - 1]
                     : at == length ? 0x80
                     : shift == 64  ? 0
                                    : static_cast<uint8_t>(8 * length >> shift);
    if (at % 64 == 63) sha256_compress(h, block);
  }
  for (int i = 0; i < 32; ++i) out[i] = static_cast<uint8_t>(h[i / 4] >> (24 - 8 * (i % 4)));
}

GS_INLINE void hash_leaves(const uint8_t* bytes, const uint64_t* first, size_t count,
                           uint8_t* out) {
  for (size_t i = 0; i < count; ++i)
    sha256_prefixed(0, bytes + first[i], first[i + 1] - first[i], out + 32 * i);
}

GS_INLINE void hash_nodes(const uint8_t* in, size_t count, uint8_t* out) {
  for (size_t i = 0; i < count; ++i) sha256_prefixed(1, in + 64 * i, 64, out + 32 * i);
}

}  // namespace reference
}  // namespace gridswarm::inline GS_ABI::kernel
