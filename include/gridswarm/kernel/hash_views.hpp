// SPDX-License-Identifier: BSD-3-Clause
// What the hash kernels see: SHA-256 of many short messages, as the leaves and nodes of a Merkle
// tree (ledger/hash.hpp says what they mean).
//
// A message of m bytes is padded by 0x80, zeros and its length in bits to 64-byte blocks; block
// after block goes through 64 rounds (FIPS 180-4 section 6.2). Rounds of one message wait for each
// other, those of different messages do not: so several messages go side by side.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "gridswarm/kernel/abi.hpp"

namespace gridswarm::inline GS_ABI::kernel {

/// The two loops that a Merkle tree is made of. Digests are 32 bytes each, one after the other.
struct HashKernels {
  /// out[i] = H(0x00 || entry i); entry i is bytes[first[i]] .. bytes[first[i + 1] - 1].
  void (*leaves)(const uint8_t* bytes, const uint64_t* first, size_t count, uint8_t* out);
  /// out[i] = H(0x01 || in[2 i] || in[2 i + 1]); `out` may be `in`.
  void (*nodes)(const uint8_t* in, size_t count, uint8_t* out);
};

/// The constants of FIPS 180-4: K (section 4.2.2) and H(0) (section 5.3.3).
struct Sha256Words {
  uint32_t round[64];
  uint32_t start[8];
};
inline constexpr Sha256Words sha256_words = {
    {0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4,
     0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe,
     0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f,
     0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7,
     0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc,
     0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b,
     0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116,
     0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
     0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7,
     0xc67178f2},
    {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab,
     0x5be0cd19}};

[[gnu::always_inline]] constexpr uint32_t rotate_right(uint32_t x, int n) {
  return x >> n | x << (32 - n);
}
/// sigma0 and sigma1 of the message schedule.
[[gnu::always_inline]] constexpr uint32_t sha256_small0(uint32_t x) {
  return rotate_right(x, 7) ^ rotate_right(x, 18) ^ x >> 3;
}
[[gnu::always_inline]] constexpr uint32_t sha256_small1(uint32_t x) {
  return rotate_right(x, 17) ^ rotate_right(x, 19) ^ x >> 10;
}

/// One block, plainly: `h` moves from H(i - 1) to H(i).
void sha256_compress(uint32_t* h, const uint8_t* block);

}  // namespace gridswarm::inline GS_ABI::kernel
