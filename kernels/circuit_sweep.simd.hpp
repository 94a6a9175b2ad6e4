// SPDX-License-Identifier: BSD-3-Clause
// Two passes over an unbalanced circuit, eight scenarios in lanes. Reference:
// kernel/reference_circuit.hpp; the mathematics: flow/circuit_plan.hpp.
//
// Down, a bus before what hangs on it: V_k = T V_above - Z J_k, then J_k = what k draws at V_k. Up,
// the other way round: J_above += T' J_k. Lines of one, two and three conductors have their own
// loops, in which currents stay in registers; everything else takes the loops over any size.
#pragma once

#include "circuit_lanes.simd.hpp"
#include "circuit_law.simd.hpp"
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
/// draw constant power as well: the lanes where one is outside its limits of voltage are returned,
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
    const CircuitBits is_within = (square > laws[i].least_square) & (square <= laws[i].most_square);
    outside |= ~is_within;
    const CircuitVec inverse = 1.0 / square;
    const CircuitVec g = circuit_at(power + 2 * i * sweep_lanes) * inverse;
    const CircuitVec b = circuit_at(power + (2 * i + 1) * sweep_lanes) * inverse;
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

/// J += shunt V of a step of n nodes, voltages in registers.
template <int n>
[[gnu::always_inline]] inline void circuit_draw_shunt_of(const double* y, const double* v,
                                                         double* j) {
  for (int l = 0; l < sweep_lanes; l += circuit_width) {
    CircuitVec vr[n], vi[n];
    for (int c = 0; c < n; ++c) {
      vr[c] = circuit_at(v + 2 * c * sweep_lanes + l);
      vi[c] = circuit_at(v + (2 * c + 1) * sweep_lanes + l);
    }
    for (int i = 0; i < n; ++i) {
      CircuitVec re = {}, im = {};
      for (int c = 0; c < n; ++c) {
        re += y[2 * (i * n + c)] * vr[c] - y[2 * (i * n + c) + 1] * vi[c];
        im += y[2 * (i * n + c)] * vi[c] + y[2 * (i * n + c) + 1] * vr[c];
      }
      double* jr = j + 2 * i * sweep_lanes + l;
      double* ji = j + (2 * i + 1) * sweep_lanes + l;
      circuit_put(jr, circuit_at(jr) + re);
      circuit_put(ji, circuit_at(ji) + im);
    }
  }
}

/// J += shunt V of step k.
void circuit_draw_shunt(const CircuitTree& tree, const CircuitStep& at,
                        const CircuitMemory& memory) {
  const double* v = memory.v + static_cast<size_t>(at.slot) * circuit_pair;
  double* to = memory.j + static_cast<size_t>(at.slot) * circuit_pair;
  const double* y = tree.coefficients + at.shunt;
  if (at.n == 3) return circuit_draw_shunt_of<3>(y, v, to);
  if (at.n == 1) return circuit_draw_shunt_of<1>(y, v, to);
  if (at.n == 2) return circuit_draw_shunt_of<2>(y, v, to);
  for (int32_t i = 0; i < at.n; ++i) {
    alignas(64) double sum[circuit_pair] = {};
    circuit_sum_row<1>(y + static_cast<size_t>(2 * i * at.n), at.n, v, nullptr, sum);
    double* __restrict j = to + static_cast<size_t>(i) * circuit_pair;
#pragma omp simd
    for (size_t l = 0; l < circuit_pair; ++l) j[l] += sum[l];
  }
}

/// Shunts whose steps differ by lane.
void circuit_draw_switches(const CircuitTree& tree, int32_t first, int32_t last,
                           const CircuitMemory& memory) {
  for (int32_t s = first; s < last; ++s) {
    const CircuitSwitch& at = tree.switches[s];
    const int32_t* slots = tree.above + at.above;
    const double* share = memory.switched + static_cast<size_t>(at.row) * sweep_lanes;
    for (int32_t i = 0; i < at.n; ++i) {
      alignas(64) double sum[circuit_pair] = {};
      circuit_sum_row<1>(tree.coefficients + at.coefficient + static_cast<size_t>(2 * i * at.n),
                         at.n, memory.v, slots, sum);
      double* j = memory.j + static_cast<size_t>(slots[i]) * circuit_pair;
      for (int l = 0; l < sweep_lanes; ++l) {
        j[l] += share[l] * sum[l];
        j[sweep_lanes + l] += share[l] * sum[sweep_lanes + l];
      }
    }
  }
}

/// What a step draws beside its laws.
[[gnu::always_inline]] inline void circuit_draw_linear(const CircuitTree& tree,
                                                       const CircuitStep& at,
                                                       const CircuitMemory& memory) {
  if (at.shunt >= 0) circuit_draw_shunt(tree, at, memory);
  if (at.switch_first < at.switch_last)
    circuit_draw_switches(tree, at.switch_first, at.switch_last, memory);
}

/// J_k = what step k draws at its voltage: its laws, then its shunts. It begins at -0, which leaves
/// any first summand as it is.
[[gnu::always_inline]] inline void circuit_draw_step(const CircuitTree& tree, int32_t k,
                                                     const CircuitMemory& memory) {
  const CircuitStep& at = tree.step[k];
  double* __restrict j = memory.j + static_cast<size_t>(at.slot) * circuit_pair;
  const size_t lines = static_cast<size_t>(at.n) * circuit_pair;
  for (size_t l = 0; l < lines; ++l) j[l] = -0.0;
  for (int32_t d = tree.law_first[k]; d < tree.law_first[k + 1]; ++d)
    circuit_law_draw_inline(tree.laws[d], tree.bands,
                            memory.power + static_cast<size_t>(d) * circuit_pair, memory.v,
                            memory.j);
  circuit_draw_linear(tree, at, memory);
}

/// Injection dB V at the nodes above a step with coefficients by lane.
void circuit_draw_above(const CircuitTree& tree, const CircuitStep& at,
                        const CircuitMemory& memory) {
  const int32_t* above = tree.above + at.above;
  const double* db =
      memory.lanes +
      static_cast<size_t>(at.coefficient + 2 * at.n * at.n + 4 * at.n * at.m) * sweep_lanes;
  for (int32_t i = 0; i < at.m; ++i)
    circuit_sum_row<sweep_lanes>(db + static_cast<size_t>(2 * i * at.m) * sweep_lanes, at.m,
                                 memory.v, above,
                                 memory.j + static_cast<size_t>(above[i]) * circuit_pair);
}

/// Draws between buses, once all buses stand.
void circuit_draw_between(const CircuitTree& tree, const CircuitMemory& memory) {
  circuit_draw_switches(tree, tree.switch_between, tree.switch_count, memory);
  for (int32_t d = tree.law_first[tree.steps]; d < tree.law_count; ++d)
    circuit_law_draw(tree.laws[d], tree.bands, memory.power + static_cast<size_t>(d) * circuit_pair,
                     memory.v, memory.j);
}

void circuit_clear_sources(const CircuitTree& tree, const CircuitMemory& memory) {
  for (size_t l = 0; l < static_cast<size_t>(tree.sources) * circuit_pair; ++l) memory.j[l] = 0.0;
}

void circuit_draw(const CircuitTree& tree, const CircuitMemory& memory) {
  circuit_clear_sources(tree, memory);
  for (int32_t k = 0; k < tree.steps; ++k) {
    circuit_draw_step(tree, k, memory);
    if (tree.step[k].kind == circuit_by_lane) circuit_draw_above(tree, tree.step[k], memory);
  }
  circuit_draw_between(tree, memory);
}

/// A line of n conductors down, and what its bus draws.
template <bool masked, int n>
[[gnu::always_inline]] inline void circuit_down_line(const CircuitTree& tree, int32_t k,
                                                     const double* active,
                                                     const CircuitMemory& memory, double* step) {
  if (!tree.step[k].plain) {
    circuit_down_own<masked, n, false>(tree, k, active, memory, step);
    return circuit_draw_step(tree, k, memory);
  }
  if (circuit_down_own<masked, n, true>(tree, k, active, memory, step) != 0)
    return circuit_draw_step(tree, k, memory);
  circuit_draw_linear(tree, tree.step[k], memory);
}

template <bool masked>
void circuit_down_other(const CircuitTree& tree, int32_t k, const double* active,
                        const CircuitMemory& memory, double* step) {
  const CircuitStep& at = tree.step[k];
  if (at.kind == circuit_by_lane)
    circuit_down_any<masked, sweep_lanes>(tree, at, active, memory, step);
  else
    circuit_down_any<masked, 1>(tree, at, active, memory, step);
  circuit_draw_step(tree, k, memory);
  if (at.kind == circuit_by_lane) circuit_draw_above(tree, at, memory);
}

/// Steps first .. last - 1 down.
template <bool masked>
void circuit_down_range(const CircuitTree& tree, int32_t first, int32_t last, const double* active,
                        const CircuitMemory& memory, double* step) {
  for (int32_t k = first; k < last; ++k) {
    const CircuitStep& at = tree.step[k];
    const int32_t n = at.kind == circuit_own ? at.n : 0;
    if (n == 3)
      circuit_down_line<masked, 3>(tree, k, active, memory, step);
    else if (n == 1)
      circuit_down_line<masked, 1>(tree, k, active, memory, step);
    else if (n == 2)
      circuit_down_line<masked, 2>(tree, k, active, memory, step);
    else
      circuit_down_other<masked>(tree, k, active, memory, step);
  }
}

template <bool masked>
void circuit_down_all(const CircuitTree& tree, const double* active, const CircuitMemory& memory,
                      double* step_squared) {
  alignas(64) double step[sweep_lanes] = {};
  circuit_clear_sources(tree, memory);
  circuit_down_range<masked>(tree, 0, tree.steps, active, memory, step);
  circuit_draw_between(tree, memory);
  for (int l = 0; l < sweep_lanes; ++l) step_squared[l] = step[l];
}

void circuit_down(const CircuitTree& tree, const double* active, const CircuitMemory& memory,
                  double* step_squared) {
  if (active) return circuit_down_all<true>(tree, active, memory, step_squared);
  circuit_down_all<false>(tree, active, memory, step_squared);
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

/// Steps last - 1 down to first add their J to what is above.
void circuit_up_range(const CircuitTree& tree, int32_t first, int32_t last,
                      const CircuitMemory& memory) {
  for (int32_t k = last - 1; k >= first; --k) {
    const CircuitStep& at = tree.step[k];
    if (at.kind == circuit_by_lane) {
      circuit_up_any<sweep_lanes>(
          tree, at, memory.lanes + static_cast<size_t>(at.coefficient) * sweep_lanes, memory);
    } else if (at.kind == circuit_full) {
      circuit_up_any<1>(tree, at, tree.coefficients + at.coefficient, memory);
    } else {
      for (int32_t i = 0; i < at.n; ++i) {
        const double* __restrict j = memory.j + static_cast<size_t>(at.slot + i) * circuit_pair;
        double* __restrict sum =
            memory.j + static_cast<size_t>(tree.above[at.above + i]) * circuit_pair;
#pragma omp simd
        for (size_t l = 0; l < circuit_pair; ++l) sum[l] += j[l];
      }
    }
  }
}

void circuit_up(const CircuitTree& tree, const CircuitMemory& memory) {
  for (int32_t b = 0; b < tree.blocks; ++b)
    circuit_up_range(tree, tree.block_first[b], tree.block_first[b + 1], memory);
  circuit_up_range(tree, 0, tree.trunk, memory);
}

template <bool masked>
void circuit_sweep_all(const CircuitTree& tree, const double* active, const CircuitMemory& memory,
                       double* step_squared) {
  alignas(64) double step[sweep_lanes] = {};
  circuit_clear_sources(tree, memory);
  circuit_down_range<masked>(tree, 0, tree.trunk, active, memory, step);
  for (int32_t b = 0; b < tree.blocks; ++b) {
    const int32_t first = tree.block_first[b], last = tree.block_first[b + 1];
    circuit_down_range<masked>(tree, first, last, active, memory, step);
    circuit_up_range(tree, first, last, memory);
  }
  circuit_up_range(tree, 0, tree.trunk, memory);
  for (int l = 0; l < sweep_lanes; ++l) step_squared[l] = step[l];
}

void circuit_sweep(const CircuitTree& tree, const double* active, const CircuitMemory& memory,
                   double* step_squared) {
  if (active) return circuit_sweep_all<true>(tree, active, memory, step_squared);
  circuit_sweep_all<false>(tree, active, memory, step_squared);
}

}  // namespace
}  // namespace gridswarm::inline GS_ABI::kernel
