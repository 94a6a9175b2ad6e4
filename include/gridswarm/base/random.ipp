// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <Random123/philox.h>

#include "gridswarm/base/random.hpp"

namespace gridswarm::inline GS_ABI {

GS_INLINE std::array<std::uint32_t, 4> draw(std::uint64_t seed, Stream stream, std::uint64_t agent,
                                            std::uint32_t step) {
  const r123::Philox4x32 philox;
  const r123::Philox4x32::ctr_type counter = {{static_cast<std::uint32_t>(agent),
                                               static_cast<std::uint32_t>(agent >> 32), step,
                                               static_cast<std::uint32_t>(stream)}};
  const r123::Philox4x32::key_type key = {
      {static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)}};
  const r123::Philox4x32::ctr_type word = philox(counter, key);
  return {word[0], word[1], word[2], word[3]};
}

GS_INLINE double draw_uniform(std::uint64_t seed, Stream stream, std::uint64_t agent,
                              std::uint32_t step) {
  const auto word = draw(seed, stream, agent, step);
  const std::uint64_t bits = (static_cast<std::uint64_t>(word[0]) << 32 | word[1]) >> 11;
  return static_cast<double>(bits) * 0x1p-53;
}

GS_INLINE std::uint64_t draw_below(std::uint64_t seed, Stream stream, std::uint64_t agent,
                                   std::uint32_t step, std::uint64_t bound) {
  const auto word = draw(seed, stream, agent, step);
  const std::uint64_t bits = static_cast<std::uint64_t>(word[0]) << 32 | word[1];
  __extension__ typedef unsigned __int128 Wide;
  return static_cast<std::uint64_t>((static_cast<Wide>(bits) * bound) >> 64);
}

}  // namespace gridswarm::inline GS_ABI
