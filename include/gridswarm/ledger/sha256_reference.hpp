// SPDX-License-Identifier: BSD-3-Clause
// SHA-256 written as the standard writes it (FIPS 180-4, sections 4.1.2, 5.1.1, 6.2): the oracle of
// faster ones, and what headers mode hashes with.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "gridswarm/kernel/abi.hpp"

namespace gridswarm::inline GS_ABI::ledger {

/// A message on its way in: H(i), the bytes so far, and the block that is not full yet.
struct Sha256 {
  std::array<std::uint32_t, 8> h = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                    0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  std::uint64_t length = 0;  ///< bytes
  std::array<std::byte, 64> block{};
};

/// Add bytes to the message.
void update(Sha256& state, std::span<const std::byte> bytes);
/// Pad and return the digest; `state` is used up.
std::array<std::byte, 32> finish(Sha256& state);

}  // namespace gridswarm::inline GS_ABI::ledger

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/ledger/sha256_reference.ipp"
#endif
