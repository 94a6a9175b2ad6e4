// SPDX-License-Identifier: BSD-3-Clause
// Two passes over an unbalanced circuit, eight scenarios in lanes. Reference:
// kernel/reference_circuit.hpp; the mathematics: flow/circuit_plan.hpp.
//
// Down, a bus before what hangs on it: V_k = T V_above - Z J_k, then J_k = what k draws at V_k. Up,
// the other way round: J_above += T' J_k. Lines of one, two and three conductors have their own
// loops, in which currents stay in registers; everything else takes the loops over any size.
#pragma once

#include "circuit_law.simd.hpp"
#include "gridswarm/kernel/circuit_views.hpp"

namespace gridswarm::inline GS_ABI::kernel {
namespace {

/// Row i of V = T V_above - Z J, of numbers that are the same in all lanes (stride 1) or stand by
/// lane (stride sweep_lanes).
template <int stride>
[[gnu::always_inline]] inline void circuit_sum_row(const double* __restrict numbers, int32_t count,
                                                   const double* __restrict pairs,
                                                   const int32_t* slots, double* __restrict sum) {
  for (int32_t c = 0; c < count; ++c) {
    const double* __restrict pair =
        pairs + static_cast<size_t>(slots ? slots[c] : c) * circuit_pair;
    const double* __restrict number = numbers + static_cast<size_t>(2 * c) * stride;
#pragma omp simd
    for (int l = 0; l < sweep_lanes; ++l) {
      const double re = number[stride == 1 ? 0 : l];
      const double im = number[stride == 1 ? 1 : sweep_lanes + l];
      sum[l] += re * pair[l] - im * pair[sweep_lanes + l];
      sum[sweep_lanes + l] += re * pair[sweep_lanes + l] + im * pair[l];
    }
  }
}

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
    alignas(64) double drop[circuit_pair] = {};
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

/// The same for a line of n conductors.
template <bool masked, int n>
[[gnu::always_inline]] inline void circuit_down_own(const CircuitTree& tree, const CircuitStep& at,
                                                    const double* __restrict active,
                                                    const CircuitMemory& memory,
                                                    double* __restrict step) {
  const double* __restrict z = tree.coefficients + at.coefficient;
  const double* __restrict j = memory.j + static_cast<size_t>(at.slot) * circuit_pair;
  double* __restrict v = memory.v + static_cast<size_t>(at.slot) * circuit_pair;
  const double* above[n];
  double per_base[n];
  for (int i = 0; i < n; ++i) {
    above[i] = memory.v + static_cast<size_t>(tree.above[at.above + i]) * circuit_pair;
    per_base[i] = tree.per_base[at.slot + i];
  }
#pragma omp simd
  for (int l = 0; l < sweep_lanes; ++l) {
    double largest = step[l];
    for (int i = 0; i < n; ++i) {
      double drop_re = 0.0, drop_im = 0.0;
      for (int c = 0; c < n; ++c) {
        const double r = z[2 * (i * n + c)], x = z[2 * (i * n + c) + 1];
        const double jr = j[2 * c * sweep_lanes + l], ji = j[(2 * c + 1) * sweep_lanes + l];
        drop_re += r * jr - x * ji;
        drop_im += r * ji + x * jr;
      }
      double* vr = v + 2 * i * sweep_lanes;
      double* vi = v + (2 * i + 1) * sweep_lanes;
      double re = above[i][l] - drop_re;
      double im = above[i][sweep_lanes + l] - drop_im;
      if (masked) {
        re = active[l] == 0.0 ? vr[l] : re;
        im = active[l] == 0.0 ? vi[l] : im;
      }
      const double dr = re - vr[l], di = im - vi[l];
      const double square = (dr * dr + di * di) * per_base[i];
      largest = square <= largest ? largest : square;
      vr[l] = re;
      vi[l] = im;
    }
    step[l] = largest;
  }
}

/// J_k = what step k draws at its voltage.
[[gnu::always_inline]] inline void circuit_draw_step(const CircuitTree& tree, int32_t k,
                                                     const CircuitMemory& memory) {
  const CircuitStep& at = tree.step[k];
  double* j = memory.j + static_cast<size_t>(at.slot) * circuit_pair;
  const double* v = memory.v + static_cast<size_t>(at.slot) * circuit_pair;
  for (int32_t i = 0; i < at.n; ++i) {
    alignas(64) double sum[circuit_pair] = {};
    if (at.shunt >= 0)
      circuit_sum_row<1>(tree.coefficients + at.shunt + static_cast<size_t>(2 * i * at.n), at.n, v,
                         nullptr, sum);
    for (size_t l = 0; l < circuit_pair; ++l) j[static_cast<size_t>(i) * circuit_pair + l] = sum[l];
  }
  for (int32_t d = tree.law_first[k]; d < tree.law_first[k + 1]; ++d)
    circuit_law_draw_inline(tree.laws[d], tree.bands,
                            memory.power + static_cast<size_t>(d) * circuit_pair, memory.v,
                            memory.j);
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

/// Shunts whose steps differ by lane, and draws between buses, once all buses stand.
void circuit_draw_between(const CircuitTree& tree, const CircuitMemory& memory) {
  for (int32_t s = 0; s < tree.switch_count; ++s) {
    const CircuitSwitch& at = tree.switches[s];
    const int32_t* slots = tree.above + at.above;
    const double* share = memory.switched + static_cast<size_t>(s) * sweep_lanes;
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

template <bool masked>
void circuit_down_all(const CircuitTree& tree, const double* active, const CircuitMemory& memory,
                      double* step_squared) {
  alignas(64) double step[sweep_lanes] = {};
  circuit_clear_sources(tree, memory);
  for (int32_t k = 0; k < tree.steps; ++k) {
    const CircuitStep& at = tree.step[k];
    if (at.kind == circuit_own && at.n == 3)
      circuit_down_own<masked, 3>(tree, at, active, memory, step);
    else if (at.kind == circuit_own && at.n == 2)
      circuit_down_own<masked, 2>(tree, at, active, memory, step);
    else if (at.kind == circuit_own && at.n == 1)
      circuit_down_own<masked, 1>(tree, at, active, memory, step);
    else if (at.kind == circuit_by_lane)
      circuit_down_any<masked, sweep_lanes>(tree, at, active, memory, step);
    else
      circuit_down_any<masked, 1>(tree, at, active, memory, step);
    circuit_draw_step(tree, k, memory);
    if (at.kind == circuit_by_lane) circuit_draw_above(tree, at, memory);
  }
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

void circuit_up(const CircuitTree& tree, const CircuitMemory& memory) {
  for (int32_t k = tree.steps - 1; k >= 0; --k) {
    const CircuitStep& at = tree.step[k];
    if (at.kind == circuit_by_lane) {
      circuit_up_any<sweep_lanes>(
          tree, at, memory.lanes + static_cast<size_t>(at.coefficient) * sweep_lanes, memory);
    } else if (at.kind == circuit_full) {
      circuit_up_any<1>(tree, at, tree.coefficients + at.coefficient, memory);
    } else {
      for (int32_t i = 0; i < at.n; ++i) {
        const double* j = memory.j + static_cast<size_t>(at.slot + i) * circuit_pair;
        double* sum = memory.j + static_cast<size_t>(tree.above[at.above + i]) * circuit_pair;
#pragma omp simd
        for (size_t l = 0; l < circuit_pair; ++l) sum[l] += j[l];
      }
    }
  }
}

void circuit_compare(const CircuitTree& tree, const double* before, const CircuitMemory& memory,
                     CircuitCheck& check) {
  alignas(64) double worst[sweep_lanes] = {}, slot[sweep_lanes] = {}, excess[sweep_lanes];
  for (int l = 0; l < sweep_lanes; ++l) excess[l] = -1.0;
  for (int32_t s = tree.sources; s < tree.slots; ++s) {
    const double* __restrict v = memory.v + static_cast<size_t>(s) * circuit_pair;
    const double* __restrict j = memory.j + static_cast<size_t>(s) * circuit_pair;
    const double* __restrict b = before + static_cast<size_t>(s) * circuit_pair;
    const double here = s;
#pragma omp simd
    for (int l = 0; l < sweep_lanes; ++l) {
      const double volt = v[l] * v[l] + v[sweep_lanes + l] * v[sweep_lanes + l];
      const double dr = j[l] - b[l], di = j[sweep_lanes + l] - b[sweep_lanes + l];
      const double squared = volt * (dr * dr + di * di);
      const double drawn = volt * (j[l] * j[l] + j[sweep_lanes + l] * j[sweep_lanes + l]);
      const double relative = check.rel_squared * drawn;
      const double allowed = relative > check.abs_squared ? relative : check.abs_squared;
      const double over = squared - allowed;
      slot[l] = squared > worst[l] ? here : slot[l];
      worst[l] = squared > worst[l] ? squared : worst[l];
      excess[l] = over <= excess[l] ? excess[l] : over;
    }
  }
  for (int l = 0; l < sweep_lanes; ++l) {
    check.mismatch_squared[l] = worst[l];
    check.slot[l] = slot[l];
    check.excess[l] = excess[l];
  }
}

}  // namespace
}  // namespace gridswarm::inline GS_ABI::kernel
