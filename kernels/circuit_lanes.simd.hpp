// SPDX-License-Identifier: BSD-3-Clause
// Registers of lanes for the kernels of circuits, and sums of complex products in them.
#pragma once

#include "circuit_law.simd.hpp"

namespace gridswarm::inline GS_ABI::kernel {
namespace {

/// One register of lanes: the loop over a line's conductors then keeps all it needs in registers,
/// where a loop over lanes would keep arrays in memory.
#if defined(__AVX512F__)
constexpr int circuit_width = 8;
#elif defined(__AVX__)
constexpr int circuit_width = 4;
#else
constexpr int circuit_width = 2;
#endif
typedef double CircuitVec __attribute__((vector_size(8 * circuit_width), may_alias));
typedef int64_t CircuitBits __attribute__((vector_size(8 * circuit_width), may_alias));

[[gnu::always_inline]] inline CircuitVec circuit_at(const double* numbers) {
  return *reinterpret_cast<const CircuitVec*>(numbers);
}
[[gnu::always_inline]] inline void circuit_put(double* numbers, CircuitVec value) {
  *reinterpret_cast<CircuitVec*>(numbers) = value;
}

/// sum += row of numbers times pairs; the numbers are the same in all lanes (stride 1) or stand by
/// lane (stride sweep_lanes).
template <int stride>
[[gnu::always_inline]] inline void circuit_sum_row(const double* numbers, int32_t count,
                                                   const double* pairs, const int32_t* slots,
                                                   double* sum) {
  for (int l = 0; l < sweep_lanes; l += circuit_width) {
    CircuitVec sum_re = circuit_at(sum + l), sum_im = circuit_at(sum + sweep_lanes + l);
    for (int32_t c = 0; c < count; ++c) {
      const double* pair = pairs + static_cast<size_t>(slots ? slots[c] : c) * circuit_pair + l;
      const double* number = numbers + static_cast<size_t>(2 * c) * stride;
      const CircuitVec vr = circuit_at(pair), vi = circuit_at(pair + sweep_lanes);
      if (stride == 1) {
        sum_re += number[0] * vr - number[1] * vi;
        sum_im += number[0] * vi + number[1] * vr;
      } else {
        const CircuitVec re = circuit_at(number + l), im = circuit_at(number + sweep_lanes + l);
        sum_re += re * vr - im * vi;
        sum_im += re * vi + im * vr;
      }
    }
    circuit_put(sum + l, sum_re);
    circuit_put(sum + sweep_lanes + l, sum_im);
  }
}

}  // namespace
}  // namespace gridswarm::inline GS_ABI::kernel
