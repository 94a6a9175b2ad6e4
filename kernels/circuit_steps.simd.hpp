// SPDX-License-Identifier: BSD-3-Clause
// One step of the passes over an unbalanced circuit: V = T V_above - Z J, and J_above += T' J.
//
// Lines of one, two and three conductors, and transformers between as many nodes, have their own
// loops, in which voltages and currents stay in registers; everything else takes the loops over any
// size.
#pragma once

#include "circuit_lanes.simd.hpp"
#include "gridswarm/kernel/circuit_views.hpp"

namespace gridswarm::inline GS_ABI::kernel {
namespace {

/// Move a node from `v` to `sum` - `drop`; lanes that are not active stay.
template <bool masked>
[[gnu::always_inline]] inline void circuit_move(double per_base, const double* __restrict active,
                                                const double* __restrict sum,
                                                const double* __restrict drop, double* __restrict v,
                                                double* __restrict step) {
#pragma omp simd
  for (int l = 0; l < sweep_lanes; ++l) {
    double re = sum[l] - drop[l];
    double im = sum[sweep_lanes + l] - drop[sweep_lanes + l];
    if (masked) {
      re = active[l] == 0.0 ? v[l] : re;
      im = active[l] == 0.0 ? v[sweep_lanes + l] : im;
    }
    const double dr = re - v[l];
    const double di = im - v[sweep_lanes + l];
    const double square = (dr * dr + di * di) * per_base;
    step[l] = square <= step[l] ? step[l] : square;
    v[l] = re;
    v[sweep_lanes + l] = im;
  }
}

template <bool masked, int stride>
void circuit_down_any(const CircuitTree& tree, const CircuitStep& at, const double* active,
                      const CircuitMemory& memory, double* step) {
  const int32_t* above = tree.above + at.above;
  const double* z = stride == 1 ? tree.coefficients + at.coefficient
                                : memory.lanes + static_cast<size_t>(at.coefficient) * sweep_lanes;
  const double* t = z + static_cast<size_t>(2 * at.n * at.n) * stride;
  const double* j = memory.j + static_cast<size_t>(at.slot) * circuit_pair;
  for (int32_t i = 0; i < at.n; ++i) {
    alignas(64) double sum[circuit_pair] = {};
    alignas(64) double drop[circuit_pair];
    for (size_t l = 0; l < circuit_pair; ++l) drop[l] = -0.0;
    if (at.kind == circuit_own) {
      const double* pair = memory.v + static_cast<size_t>(above[i]) * circuit_pair;
      for (size_t l = 0; l < circuit_pair; ++l) sum[l] = pair[l];
    } else {
      circuit_sum_row<stride>(t + static_cast<size_t>(2 * i * at.m) * stride, at.m, memory.v, above,
                              sum);
    }
    circuit_sum_row<stride>(z + static_cast<size_t>(2 * i * at.n) * stride, at.n, j, nullptr, drop);
    circuit_move<masked>(tree.per_base[at.slot + i], active, sum, drop,
                         memory.v + static_cast<size_t>(at.slot + i) * circuit_pair, step);
  }
}

/// The same for a line of n conductors, one register of lanes from lane l on. If `plain`, its nodes
/// draw constant power as well: the lanes where one is below its limits of voltage are returned,
/// and J of the others is what they draw.
template <bool masked, int n, bool plain>
[[gnu::always_inline]] inline CircuitBits circuit_down_lanes(const CircuitTree& tree, int32_t k,
                                                             const double* active,
                                                             const CircuitMemory& memory, int l,
                                                             double* step) {
  const CircuitStep& at = tree.step[k];
  const double* z = tree.coefficients + at.coefficient;
  const double* per_base = tree.per_base + at.slot;
  double* j = memory.j + static_cast<size_t>(at.slot) * circuit_pair + l;
  double* v = memory.v + static_cast<size_t>(at.slot) * circuit_pair + l;
  const double* power = memory.power + static_cast<size_t>(tree.law_first[k]) * circuit_pair + l;
  const CircuitLaw* laws = tree.laws + tree.law_first[k];
  CircuitVec jr[n], ji[n];
  for (int c = 0; c < n; ++c) {
    jr[c] = circuit_at(j + 2 * c * sweep_lanes);
    ji[c] = circuit_at(j + (2 * c + 1) * sweep_lanes);
  }
  CircuitVec largest = circuit_at(step + l);
  CircuitBits outside = {};
  for (int i = 0; i < n; ++i) {
    const double* above =
        memory.v + static_cast<size_t>(tree.above[at.above + i]) * circuit_pair + l;
    CircuitVec drop_re = z[2 * i * n] * jr[0] - z[2 * i * n + 1] * ji[0];
    CircuitVec drop_im = z[2 * i * n] * ji[0] + z[2 * i * n + 1] * jr[0];
    for (int c = 1; c < n; ++c) {
      drop_re += z[2 * (i * n + c)] * jr[c] - z[2 * (i * n + c) + 1] * ji[c];
      drop_im += z[2 * (i * n + c)] * ji[c] + z[2 * (i * n + c) + 1] * jr[c];
    }
    double* vr = v + 2 * i * sweep_lanes;
    double* vi = v + (2 * i + 1) * sweep_lanes;
    const CircuitVec old_re = circuit_at(vr), old_im = circuit_at(vi);
    CircuitVec re = circuit_at(above) - drop_re;
    CircuitVec im = circuit_at(above + sweep_lanes) - drop_im;
    if (masked) {
      const CircuitBits stays = circuit_at(active + l) == 0.0;
      re = stays ? old_re : re;
      im = stays ? old_im : im;
    }
    const CircuitVec dr = re - old_re, di = im - old_im;
    const CircuitVec moved = (dr * dr + di * di) * per_base[i];
    largest = moved <= largest ? largest : moved;
    circuit_put(vr, re);
    circuit_put(vi, im);
    if (!plain) continue;
    const CircuitVec square = re * re + im * im;
    outside |= ~(square > laws[i].least_square);
    const CircuitBits is_high = ~(square <= laws[i].most_square);
    const CircuitVec inverse = 1.0 / square;
    const double* above_limit = tree.bands[laws[i].bands].above;
    const CircuitVec factor_p = is_high ? CircuitVec{} + above_limit[0] : inverse;
    const CircuitVec factor_q = is_high ? CircuitVec{} + above_limit[1] : inverse;
    const CircuitVec g = circuit_at(power + 2 * i * sweep_lanes) * factor_p;
    const CircuitVec b = circuit_at(power + (2 * i + 1) * sweep_lanes) * factor_q;
    circuit_put(j + 2 * i * sweep_lanes, g * re + b * im);
    circuit_put(j + (2 * i + 1) * sweep_lanes, g * im - b * re);
  }
  circuit_put(step + l, largest);
  return outside;
}

/// All lanes. Returns 0 if J is what the nodes draw.
template <bool masked, int n, bool plain>
[[gnu::always_inline]] inline int64_t circuit_down_own(const CircuitTree& tree, int32_t k,
                                                       const double* active,
                                                       const CircuitMemory& memory, double* step) {
  CircuitBits outside = {};
  for (int l = 0; l < sweep_lanes; l += circuit_width)
    outside |= circuit_down_lanes<masked, n, plain>(tree, k, active, memory, l, step);
  if (!plain) return 1;
  int64_t any = 0;
  for (int l = 0; l < circuit_width; ++l) any |= outside[l];
  return any;
}

/// A step of n nodes below m whose T is given, coefficients shared by all lanes: as
/// circuit_down_any, with all that repeats in registers.
template <bool masked, int n, int m>
void circuit_down_full(const CircuitTree& tree, const CircuitStep& at, const double* active,
                       const CircuitMemory& memory, double* step) {
  const double* z = tree.coefficients + at.coefficient;
  const double* t = z + 2 * n * n;
  const double* per_base = tree.per_base + at.slot;
  for (int l = 0; l < sweep_lanes; l += circuit_width) {
    const double* j = memory.j + static_cast<size_t>(at.slot) * circuit_pair + l;
    double* v = memory.v + static_cast<size_t>(at.slot) * circuit_pair + l;
    CircuitVec jr[n], ji[n], ar[m], ai[m];
    for (int c = 0; c < n; ++c) {
      jr[c] = circuit_at(j + 2 * c * sweep_lanes);
      ji[c] = circuit_at(j + (2 * c + 1) * sweep_lanes);
    }
    for (int c = 0; c < m; ++c) {
      const double* above =
          memory.v + static_cast<size_t>(tree.above[at.above + c]) * circuit_pair + l;
      ar[c] = circuit_at(above);
      ai[c] = circuit_at(above + sweep_lanes);
    }
    CircuitVec largest = circuit_at(step + l);
    for (int i = 0; i < n; ++i) {
      CircuitVec re = {}, im = {}, drop_re = -CircuitVec{}, drop_im = -CircuitVec{};
      for (int c = 0; c < m; ++c) {
        re += t[2 * (i * m + c)] * ar[c] - t[2 * (i * m + c) + 1] * ai[c];
        im += t[2 * (i * m + c)] * ai[c] + t[2 * (i * m + c) + 1] * ar[c];
      }
      for (int c = 0; c < n; ++c) {
        drop_re += z[2 * (i * n + c)] * jr[c] - z[2 * (i * n + c) + 1] * ji[c];
        drop_im += z[2 * (i * n + c)] * ji[c] + z[2 * (i * n + c) + 1] * jr[c];
      }
      re -= drop_re;
      im -= drop_im;
      double* vr = v + 2 * i * sweep_lanes;
      double* vi = v + (2 * i + 1) * sweep_lanes;
      const CircuitVec old_re = circuit_at(vr), old_im = circuit_at(vi);
      if (masked) {
        const CircuitBits stays = circuit_at(active + l) == 0.0;
        re = stays ? old_re : re;
        im = stays ? old_im : im;
      }
      const CircuitVec dr = re - old_re, di = im - old_im;
      const CircuitVec moved = (dr * dr + di * di) * per_base[i];
      largest = moved <= largest ? largest : moved;
      circuit_put(vr, re);
      circuit_put(vi, im);
    }
    circuit_put(step + l, largest);
  }
}

/// J above += T' J of such a step.
template <int n, int m>
void circuit_up_full(const CircuitTree& tree, const CircuitStep& at, const CircuitMemory& memory) {
  const double* up = tree.coefficients + at.coefficient + 2 * n * n + 2 * n * m;
  for (int l = 0; l < sweep_lanes; l += circuit_width) {
    const double* j = memory.j + static_cast<size_t>(at.slot) * circuit_pair + l;
    CircuitVec jr[n], ji[n];
    for (int c = 0; c < n; ++c) {
      jr[c] = circuit_at(j + 2 * c * sweep_lanes);
      ji[c] = circuit_at(j + (2 * c + 1) * sweep_lanes);
    }
    for (int i = 0; i < m; ++i) {
      double* sum = memory.j + static_cast<size_t>(tree.above[at.above + i]) * circuit_pair + l;
      CircuitVec re = circuit_at(sum), im = circuit_at(sum + sweep_lanes);
      for (int c = 0; c < n; ++c) {
        re += up[2 * (i * n + c)] * jr[c] - up[2 * (i * n + c) + 1] * ji[c];
        im += up[2 * (i * n + c)] * ji[c] + up[2 * (i * n + c) + 1] * jr[c];
      }
      circuit_put(sum, re);
      circuit_put(sum + sweep_lanes, im);
    }
  }
}

template <int stride>
void circuit_up_any(const CircuitTree& tree, const CircuitStep& at, const double* numbers,
                    const CircuitMemory& memory) {
  const int32_t* above = tree.above + at.above;
  const double* up = numbers + static_cast<size_t>(2 * at.n * at.n + 2 * at.n * at.m) * stride;
  const double* j = memory.j + static_cast<size_t>(at.slot) * circuit_pair;
  for (int32_t i = 0; i < at.m; ++i)
    circuit_sum_row<stride>(up + static_cast<size_t>(2 * i * at.n) * stride, at.n, j, nullptr,
                            memory.j + static_cast<size_t>(above[i]) * circuit_pair);
}

void circuit_up_shared(const CircuitTree& tree, const CircuitStep& at,
                       const CircuitMemory& memory) {
  const int shape = at.m <= 3 ? 4 * at.n + at.m : 0;
  if (shape == 4 * 1 + 1) return circuit_up_full<1, 1>(tree, at, memory);
  if (shape == 4 * 2 + 1) return circuit_up_full<2, 1>(tree, at, memory);
  if (shape == 4 * 2 + 2) return circuit_up_full<2, 2>(tree, at, memory);
  if (shape == 4 * 3 + 3) return circuit_up_full<3, 3>(tree, at, memory);
  circuit_up_any<1>(tree, at, tree.coefficients + at.coefficient, memory);
}

}  // namespace
}  // namespace gridswarm::inline GS_ABI::kernel
