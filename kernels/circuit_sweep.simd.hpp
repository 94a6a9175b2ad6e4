// SPDX-License-Identifier: BSD-3-Clause
// Two passes over an unbalanced circuit, eight scenarios in lanes. Reference:
// kernel/reference_circuit.hpp; the mathematics: flow/circuit_plan.hpp.
//
// Down, a bus before what hangs on it: V_k = T V_above - Z J_k, then J_k = what k draws at V_k. Up,
// the other way round: J_above += T' J_k. One step at a time: circuit_steps.simd.hpp.
#pragma once

#include "circuit_law.simd.hpp"
#include "circuit_steps.simd.hpp"
#include "gridswarm/kernel/circuit_views.hpp"

namespace gridswarm::inline GS_ABI::kernel {
namespace {

/// J += shunt V of a step of n nodes, voltages in registers; `first`: J is only that.
template <int n, bool first>
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
      circuit_put(jr, first ? re : circuit_at(jr) + re);
      circuit_put(ji, first ? im : circuit_at(ji) + im);
    }
  }
}

/// J += shunt V of step k; `first`: J is only that.
template <bool first>
void circuit_draw_shunt(const CircuitTree& tree, const CircuitStep& at,
                        const CircuitMemory& memory) {
  const double* v = memory.v + static_cast<size_t>(at.slot) * circuit_pair;
  double* to = memory.j + static_cast<size_t>(at.slot) * circuit_pair;
  const double* y = tree.coefficients + at.shunt;
  if (at.n == 3) return circuit_draw_shunt_of<3, first>(y, v, to);
  if (at.n == 1) return circuit_draw_shunt_of<1, first>(y, v, to);
  if (at.n == 2) return circuit_draw_shunt_of<2, first>(y, v, to);
  for (int32_t i = 0; i < at.n; ++i) {
    alignas(64) double sum[circuit_pair] = {};
    circuit_sum_row<1>(y + static_cast<size_t>(2 * i * at.n), at.n, v, nullptr, sum);
    double* __restrict j = to + static_cast<size_t>(i) * circuit_pair;
#pragma omp simd
    for (size_t l = 0; l < circuit_pair; ++l) j[l] = first ? sum[l] : j[l] + sum[l];
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
  if (at.shunt >= 0) circuit_draw_shunt<false>(tree, at, memory);
  if (at.switch_first < at.switch_last)
    circuit_draw_switches(tree, at.switch_first, at.switch_last, memory);
}

/// J_k = what step k draws at its voltage: its laws, then its shunts. It begins at -0, which leaves
/// any first summand as it is.
[[gnu::always_inline]] inline void circuit_draw_step(const CircuitTree& tree, int32_t k,
                                                     const CircuitMemory& memory) {
  const CircuitStep& at = tree.step[k];
  if (tree.law_first[k] == tree.law_first[k + 1] && at.shunt >= 0) {
    circuit_draw_shunt<true>(tree, at, memory);
    if (at.switch_first < at.switch_last)
      circuit_draw_switches(tree, at.switch_first, at.switch_last, memory);
    return;
  }
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
  const int shape = at.kind == circuit_full && at.m <= 3 ? 4 * at.n + at.m : 0;
  if (at.kind == circuit_by_lane)
    circuit_down_any<masked, sweep_lanes>(tree, at, active, memory, step);
  else if (shape == 4 * 1 + 1)
    circuit_down_full<masked, 1, 1>(tree, at, active, memory, step);
  else if (shape == 4 * 2 + 1)
    circuit_down_full<masked, 2, 1>(tree, at, active, memory, step);
  else if (shape == 4 * 2 + 2)
    circuit_down_full<masked, 2, 2>(tree, at, active, memory, step);
  else if (shape == 4 * 3 + 3)
    circuit_down_full<masked, 3, 3>(tree, at, active, memory, step);
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

/// Steps last - 1 down to first add their J to what is above.
void circuit_up_range(const CircuitTree& tree, int32_t first, int32_t last,
                      const CircuitMemory& memory) {
  for (int32_t k = last - 1; k >= first; --k) {
    const CircuitStep& at = tree.step[k];
    if (at.kind == circuit_by_lane) {
      circuit_up_any<sweep_lanes>(
          tree, at, memory.lanes + static_cast<size_t>(at.coefficient) * sweep_lanes, memory);
    } else if (at.kind == circuit_full) {
      circuit_up_shared(tree, at, memory);
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
