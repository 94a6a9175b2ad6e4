// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>

#include "gridswarm/kernel/kernels.hpp"
#include "gridswarm/ledger/sha256_reference.hpp"

namespace gridswarm::inline GS_ABI::ledger {

GS_INLINE void update(Sha256& state, std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const std::size_t used = state.length % 64;
    const std::size_t taken = std::min(bytes.size(), 64 - used);
    std::copy_n(bytes.begin(), taken, state.block.begin() + static_cast<std::ptrdiff_t>(used));
    state.length += taken;
    bytes = bytes.subspan(taken);
    if (state.length % 64 != 0) continue;
    kernel::sha256_compress(state.h.data(),
                            reinterpret_cast<const std::uint8_t*>(state.block.data()));
  }
}

GS_INLINE std::array<std::byte, 32> finish(Sha256& state) {
  const std::uint64_t bits = 8 * state.length;
  constexpr std::byte one[] = {std::byte{0x80}};
  constexpr std::byte zero[] = {std::byte{0}};
  update(state, one);
  while (state.length % 64 != 56) update(state, zero);
  std::array<std::byte, 8> tail;
  for (int i = 0; i < 8; ++i) tail[i] = static_cast<std::byte>(bits >> (56 - 8 * i));
  update(state, tail);
  std::array<std::byte, 32> digest;
  for (int i = 0; i < 32; ++i)
    digest[i] = static_cast<std::byte>(state.h[i / 4] >> (24 - 8 * (i % 4)));
  return digest;
}

}  // namespace gridswarm::inline GS_ABI::ledger
