// SPDX-License-Identifier: BSD-3-Clause
// Current-summation sweep over a forest, 16 scenarios in lanes. Reference:
// kernel/reference_sweep.hpp.
//
// Up, children before parents: J_p += J_c. Down, parents before children: V_c = V_p - Z_c J_c, and
// at once the current that the bus draws at its new voltage, J_c = conj(S_c / V_c) + y_c V_c
// (Shirmohammadi et al., IEEE Trans. Power Systems 3(2), 1988). The last sweep leaves the sums, so
// that voltages can be checked against the very currents that made them.
#pragma once

#include "gridswarm/kernel/views.hpp"

namespace gridswarm::inline GS_ABI::kernel {
namespace {

constexpr size_t sweep_bus = static_cast<size_t>(sweep_columns) * lanes;

/// y V on top of what the loads of bus k draw.
void sweep_shunt(const SweepTree& tree, int32_t k, double* __restrict at) {
  const double g = tree.g[k];
  const double b = tree.b[k];
  if (g == 0.0 && b == 0.0) return;
#pragma omp simd
  for (int l = 0; l < lanes; ++l) {
    at[sweep_jr * lanes + l] += g * at[sweep_vr * lanes + l] - b * at[sweep_vi * lanes + l];
    at[sweep_ji * lanes + l] += g * at[sweep_vi * lanes + l] + b * at[sweep_vr * lanes + l];
  }
}

/// What bus k draws at its voltage.
[[gnu::always_inline]] inline void sweep_draw_bus(const SweepTree& tree, int32_t k, double* state) {
  double* __restrict at = state + k * sweep_bus;
  const double largest = tree.largest_inverse;
#pragma omp simd
  for (int l = 0; l < lanes; ++l) {
    const double vr = at[sweep_vr * lanes + l];
    const double vi = at[sweep_vi * lanes + l];
    const double p = at[sweep_p * lanes + l];
    const double q = at[sweep_q * lanes + l];
    const double full = 1.0 / (vr * vr + vi * vi);
    const double inverse = full < largest ? full : largest;
    at[sweep_jr * lanes + l] = (p * vr + q * vi) * inverse;
    at[sweep_ji * lanes + l] = (p * vi - q * vr) * inverse;
  }
  sweep_shunt(tree, k, at);
}

void sweep_draw_range(const SweepTree& tree, int32_t first, int32_t last, double* state) {
  for (int32_t k = first; k < last; ++k) sweep_draw_bus(tree, k, state);
}

void sweep_draw(const SweepTree& tree, double* state) {
  sweep_draw_range(tree, 0, tree.size, state);
}

/// Positions that are copied in or out together: their cache lines stay near while every lane's row
/// is read or written in order.
constexpr int32_t sweep_tile = 32;

/// Loads of one position, all lanes in use: 16 rows are read side by side.
void sweep_fill_loads(const double* __restrict from_p, const double* __restrict from_q,
                      int64_t stride, double* __restrict at) {
#pragma omp simd
  for (int l = 0; l < lanes; ++l) at[sweep_p * lanes + l] = -from_p[l * stride];
#pragma omp simd
  for (int l = 0; l < lanes; ++l) at[sweep_q * lanes + l] = -from_q[l * stride];
}

void sweep_fill(const SweepTree& tree, const SweepRows& rows, const double* p, const double* q,
                int32_t first, int32_t last, double* state) {
  for (int32_t k = first; k < last; ++k) {
    double* __restrict at = state + k * sweep_bus;
    const double* __restrict above = state + tree.parent[k] * sweep_bus;
#pragma omp simd
    for (int l = 0; l < 2 * lanes; ++l) at[l] = above[l];
    const double* from_p = p + rows.bus[k];
    const double* from_q = q + rows.bus[k];
    if (rows.used == lanes) {
      sweep_fill_loads(from_p, from_q, rows.stride, at);
      continue;
    }
    for (int l = 0; l < lanes; ++l) {
      at[sweep_p * lanes + l] = l < rows.used ? -from_p[l * rows.stride] : 0.0;
      at[sweep_q * lanes + l] = l < rows.used ? -from_q[l * rows.stride] : 0.0;
    }
  }
}

void sweep_load(const SweepTree& tree, const SweepRows& rows, const double* p, const double* q,
                const double* source_re, const double* source_im, double* state) {
  for (int32_t k = 0; k < tree.roots; ++k) {
    double* at = state + k * sweep_bus;
    for (int l = 0; l < lanes; ++l) {
      at[sweep_vr * lanes + l] = source_re[k];
      at[sweep_vi * lanes + l] = source_im[k];
      at[sweep_p * lanes + l] = 0.0;
      at[sweep_q * lanes + l] = 0.0;
    }
  }
  sweep_draw_range(tree, 0, tree.roots, state);
  for (int32_t first = tree.roots; first < tree.size; first += sweep_tile) {
    const int32_t last = tree.size - first < sweep_tile ? tree.size : first + sweep_tile;
    sweep_fill(tree, rows, p, q, first, last, state);
    sweep_draw_range(tree, first, last, state);
  }
}

void sweep_up(const SweepTree& tree, double* state) {
  for (int32_t k = tree.size - 1; k >= tree.roots; --k) {
    const double* __restrict at = state + k * sweep_bus + sweep_jr * lanes;
    double* __restrict above = state + tree.parent[k] * sweep_bus + sweep_jr * lanes;
#pragma omp simd
    for (int l = 0; l < 2 * lanes; ++l) above[l] += at[l];  // jr and ji lie side by side
  }
}

/// V_k from the voltage above and the sum of k. Two loops, this one and the next, keep more of the
/// processor busy than one: their chains are short enough to overlap.
template <bool masked>
[[gnu::always_inline]] inline void sweep_move_bus(const SweepTree& tree, int32_t k,
                                                  const double* active, double* state,
                                                  double* __restrict step) {
  double* __restrict at = state + k * sweep_bus;
  const double* above = state + tree.parent[k] * sweep_bus;
  const double r = tree.r[k];
  const double x = tree.x[k];
#pragma omp simd
  for (int l = 0; l < lanes; ++l) {
    const double jr = at[sweep_jr * lanes + l];
    const double ji = at[sweep_ji * lanes + l];
    const double old_vr = at[sweep_vr * lanes + l];
    const double old_vi = at[sweep_vi * lanes + l];
    const bool keep = masked && active[l] == 0.0;
    const double new_vr = above[sweep_vr * lanes + l] - (r * jr - x * ji);
    const double new_vi = above[sweep_vi * lanes + l] - (r * ji + x * jr);
    const double vr = keep ? old_vr : new_vr;
    const double vi = keep ? old_vi : new_vi;
    const double dr = vr - old_vr;
    const double di = vi - old_vi;
    const double square = dr * dr + di * di;
    step[l] = square > step[l] ? square : step[l];
    at[sweep_vr * lanes + l] = vr;
    at[sweep_vi * lanes + l] = vi;
  }
}

template <bool masked>
void sweep_down(const SweepTree& tree, const double* active, double* state, double* step_squared) {
  alignas(64) double step[lanes] = {};
  for (int32_t k = tree.roots; k < tree.size; ++k) {
    sweep_move_bus<masked>(tree, k, active, state, step);
    sweep_draw_bus(tree, k, state);
  }
  sweep_draw_range(tree, 0, tree.roots, state);
  for (int l = 0; l < lanes; ++l) step_squared[l] = step[l];
}

void sweep(const SweepTree& tree, const double* active, double* state, double* step_squared) {
  sweep_up(tree, state);
  if (active)
    sweep_down<true>(tree, active, state, step_squared);
  else
    sweep_down<false>(tree, active, state, step_squared);
}

/// J_k becomes what k alone takes from its branches; its children still hold their sums.
void sweep_take_children(const SweepTree& tree, int32_t k, double* state) {
  double* __restrict sum = state + k * sweep_bus + sweep_jr * lanes;
  for (int32_t c = tree.child_first[k]; c < tree.child_first[k + 1]; ++c) {
    const double* child = state + c * sweep_bus + sweep_jr * lanes;
#pragma omp simd
    for (int l = 0; l < 2 * lanes; ++l) sum[l] -= child[l];
  }
}

void sweep_last(const SweepTree& tree, const double* active, double* state, SweepCheck& check) {
  sweep_up(tree, state);
  const double rel_squared = check.rel_squared;
  const double abs_squared = check.abs_squared;
  alignas(64) double step[lanes] = {};
  alignas(64) double largest[lanes] = {};
  alignas(64) double bus[lanes] = {};
  alignas(64) double excess[lanes];
  for (int l = 0; l < lanes; ++l) excess[l] = -1.0;
  for (int32_t k = tree.roots; k < tree.size; ++k) {
    sweep_move_bus<true>(tree, k, active, state, step);
    sweep_take_children(tree, k, state);
    const double* __restrict at = state + k * sweep_bus;
    const double g = tree.g[k];
    const double b = tree.b[k];
    const double position = k;
#pragma omp simd
    for (int l = 0; l < lanes; ++l) {
      const double vr = at[sweep_vr * lanes + l];
      const double vi = at[sweep_vi * lanes + l];
      const double jr = at[sweep_jr * lanes + l] - (g * vr - b * vi);
      const double ji = at[sweep_ji * lanes + l] - (g * vi + b * vr);
      const double p = at[sweep_p * lanes + l];
      const double q = at[sweep_q * lanes + l];
      const double dp = (vr * jr + vi * ji) - p;
      const double dq = (vi * jr - vr * ji) - q;
      const double mismatch = dp * dp + dq * dq;
      const double allowed = rel_squared * (p * p + q * q);
      const double over = mismatch - (allowed > abs_squared ? allowed : abs_squared);
      bus[l] = mismatch > largest[l] ? position : bus[l];
      largest[l] = mismatch > largest[l] ? mismatch : largest[l];
      excess[l] = !(over <= excess[l]) ? over : excess[l];
    }
  }
  for (int l = 0; l < lanes; ++l) {
    check.step_squared[l] = step[l];
    check.mismatch_squared[l] = largest[l];
    check.bus[l] = bus[l];
    check.excess[l] = excess[l];
  }
}

void sweep_store(const SweepTree& tree, const SweepRows& rows, const double* k_re,
                 const double* k_im, const double* state, double* v_re, double* v_im) {
  double re[sweep_tile * lanes];
  double im[sweep_tile * lanes];
  for (int32_t first = 0; first < tree.size; first += sweep_tile) {
    const int32_t count = tree.size - first < sweep_tile ? tree.size - first : sweep_tile;
    for (int32_t k = 0; k < count; ++k) {
      const double* at = state + (first + k) * sweep_bus;
      const double kr = k_re[first + k];
      const double ki = k_im[first + k];
#pragma omp simd
      for (int l = 0; l < lanes; ++l) {
        re[k * lanes + l] = kr * at[sweep_vr * lanes + l] - ki * at[sweep_vi * lanes + l];
        im[k * lanes + l] = kr * at[sweep_vi * lanes + l] + ki * at[sweep_vr * lanes + l];
      }
    }
    for (int l = 0; l < rows.used; ++l) {
      double* to_re = v_re + l * rows.stride;
      double* to_im = v_im + l * rows.stride;
      for (int32_t k = 0; k < count; ++k) {
        to_re[rows.bus[first + k]] = re[k * lanes + l];
        to_im[rows.bus[first + k]] = im[k * lanes + l];
      }
    }
  }
}

}  // namespace
}  // namespace gridswarm::inline GS_ABI::kernel
