// SPDX-License-Identifier: BSD-3-Clause
// Sums and products that say when they do not fit. Contracts refuse such a record; nothing wraps.
#pragma once

#include <cstdint>

#include "gridswarm/kernel/abi.hpp"

namespace gridswarm::inline GS_ABI::contract {

__extension__ typedef __int128 Wide;

/// out = a + b; false and out undefined when the sum does not fit.
[[nodiscard]] inline bool add(std::int64_t a, std::int64_t b, std::int64_t& out) {
  return !__builtin_add_overflow(a, b, &out);
}

/// out = a - b; false and out undefined when the difference does not fit.
[[nodiscard]] inline bool subtract(std::int64_t a, std::int64_t b, std::int64_t& out) {
  return !__builtin_sub_overflow(a, b, &out);
}

/// out = a b; false and out undefined when the product does not fit.
[[nodiscard]] inline bool multiply(std::int64_t a, std::int64_t b, std::int64_t& out) {
  return !__builtin_mul_overflow(a, b, &out);
}

/// total += a; false and total unchanged when the sum does not fit.
[[nodiscard]] inline bool accumulate(std::int64_t& total, std::int64_t a) {
  std::int64_t sum = 0;
  if (!add(total, a, sum)) return false;
  total = sum;
  return true;
}

}  // namespace gridswarm::inline GS_ABI::contract
