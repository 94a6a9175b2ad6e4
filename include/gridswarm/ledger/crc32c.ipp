// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "gridswarm/ledger/crc32c.hpp"

namespace gridswarm::inline GS_ABI::ledger {

GS_INLINE std::uint32_t crc32c_by_table(ByteView bytes, std::uint32_t before) {
  static const std::array<std::uint32_t, 256> table = [] {
    std::array<std::uint32_t, 256> out{};
    for (std::uint32_t i = 0; i < 256; ++i) {
      out[i] = i;
      for (int bit = 0; bit < 8; ++bit)
        out[i] = out[i] >> 1 ^ ((out[i] & 1) == 1 ? 0x82f63b78u : 0u);
    }
    return out;
  }();
  std::uint32_t crc = ~before;
  for (const std::byte b : bytes)
    crc = crc >> 8 ^ table[(crc ^ static_cast<std::uint32_t>(b)) & 255];
  return ~crc;
}

#ifndef GRIDSWARM_COMPILED
GS_INLINE std::uint32_t crc32c(ByteView bytes, std::uint32_t before) {
  return crc32c_by_table(bytes, before);
}
#endif

}  // namespace gridswarm::inline GS_ABI::ledger
