// SPDX-License-Identifier: BSD-3-Clause
// Random numbers without state: the same four words for the same (seed, stream, agent, step).
//
// Philox4x32-10 (Salmon, Moraes, Dror, Shaw: Parallel random numbers: as easy as 1, 2, 3, SC11),
// from the Random123 headers. Any thread or rank can compute any number, so results do not depend
// on how the work was split. The transforms to uniform numbers are ours: std distributions differ
// by library.
#pragma once

#include <array>
#include <cstdint>

#include "gridswarm/kernel/abi.hpp"

namespace gridswarm::inline GS_ABI {

/// What a stream of random numbers is used for; one value per use, never shared.
enum class Stream : std::uint32_t {
  feeder = 1,
  fleet = 2,
  weather = 3,
  trip = 4,
  salt = 5,
  leader = 6,
  key = 7,
  test = 8,
  variation = 9,
  link = 10,
  response = 11,
  inverter_wait = 12,
  failure = 13,
};

/// Four independent 32-bit words. Key = seed; counter = (agent, step, stream).
std::array<std::uint32_t, 4> draw(std::uint64_t seed, Stream stream, std::uint64_t agent,
                                  std::uint32_t step);

/// Uniform in [0, 1), 53 bits, from the first two words of draw().
double draw_uniform(std::uint64_t seed, Stream stream, std::uint64_t agent, std::uint32_t step);

/// Uniform integer in [0, bound) without bias beyond 2^-64; bound > 0.
std::uint64_t draw_below(std::uint64_t seed, Stream stream, std::uint64_t agent, std::uint32_t step,
                         std::uint64_t bound);

}  // namespace gridswarm::inline GS_ABI

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/base/random.ipp"
#endif
