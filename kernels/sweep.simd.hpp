// SPDX-License-Identifier: BSD-3-Clause
// Current-summation sweep over a forest, eight scenarios in lanes. Reference:
// kernel/reference_sweep.hpp.
//
// Up, children before parents: J_k = conj(S_k / V_k) + y_k V_k + sum of J_c over children. Down,
// parents before children: V_c = V_p - Z_c J_c (Shirmohammadi et al., IEEE Trans. Power Systems
// 3(2), 1988). What a bus draws is computed on the way up, where the current is needed at once,
// and J is written once per sweep. The last way down leaves J, so that voltages can be checked
// against the very currents that made them.
#pragma once

#include "gridswarm/kernel/views.hpp"

namespace gridswarm::inline GS_ABI::kernel {
namespace {

constexpr size_t sweep_bus = static_cast<size_t>(sweep_columns) * sweep_lanes;

/// What a bus draws at its voltage, and the sum of one child where it has one.
template <bool has_child>
[[gnu::always_inline]] inline void sweep_draw_bus(double largest, const double* __restrict child,
                                                  double* __restrict at) {
#pragma omp simd
  for (int l = 0; l < sweep_lanes; ++l) {
    const double vr = at[sweep_vr * sweep_lanes + l];
    const double vi = at[sweep_vi * sweep_lanes + l];
    const double p = at[sweep_p * sweep_lanes + l];
    const double q = at[sweep_q * sweep_lanes + l];
    const double full = 1.0 / (vr * vr + vi * vi);
    const double inverse = full < largest ? full : largest;
    const double jr = (p * vr + q * vi) * inverse;
    const double ji = (p * vi - q * vr) * inverse;
    at[sweep_jr * sweep_lanes + l] = has_child ? jr + child[sweep_jr * sweep_lanes + l] : jr;
    at[sweep_ji * sweep_lanes + l] = has_child ? ji + child[sweep_ji * sweep_lanes + l] : ji;
  }
}

/// y V on top of what the loads of bus k draw.
void sweep_shunt(const SweepTree& tree, int32_t k, double* __restrict at) {
  const double g = tree.g[k];
  const double b = tree.b[k];
#pragma omp simd
  for (int l = 0; l < sweep_lanes; ++l) {
    at[sweep_jr * sweep_lanes + l] +=
        g * at[sweep_vr * sweep_lanes + l] - b * at[sweep_vi * sweep_lanes + l];
    at[sweep_ji * sweep_lanes + l] +=
        g * at[sweep_vi * sweep_lanes + l] + b * at[sweep_vr * sweep_lanes + l];
  }
}

/// J of positions last - 1 down to first, whose children have theirs: the last child is added
/// first. Most buses have at most one child and no shunt; they take one pass.
void sweep_up_range(const SweepTree& tree, int32_t first, int32_t last, double* state) {
  for (int32_t k = last - 1; k >= first; --k) {
    double* __restrict at = state + k * sweep_bus;
    int32_t c = tree.child_first[k + 1];
    const int32_t end = tree.child_first[k];
    const bool has_shunt = tree.g[k] != 0.0 || tree.b[k] != 0.0;
    if (c == end || has_shunt)
      sweep_draw_bus<false>(tree.largest_inverse, nullptr, at);
    else
      sweep_draw_bus<true>(tree.largest_inverse, state + --c * sweep_bus, at);
    if (has_shunt) sweep_shunt(tree, k, at);
    while (c > end) {
      const double* __restrict child = state + --c * sweep_bus + sweep_jr * sweep_lanes;
      double* __restrict sum = at + sweep_jr * sweep_lanes;
#pragma omp simd
      for (int l = 0; l < 2 * sweep_lanes; ++l) sum[l] += child[l];  // jr and ji lie side by side
    }
  }
}

void sweep_up(const SweepTree& tree, double* state) { sweep_up_range(tree, 0, tree.size, state); }

/// Positions that are copied in or out together: their cache lines stay near while every lane's row
/// is read or written in order.
constexpr int32_t sweep_tile = 32;

/// Begin to read, for position j of a tile, its part of what the next tile wants: too many rows for
/// the processor to foresee, and too many lines to ask for at once. A line holds eight numbers, so
/// 32 positions of 8 rows are 32 lines.
template <int is_written>
[[gnu::always_inline]] inline void sweep_fetch(const SweepRows& rows, const double* a,
                                               const double* b, int32_t next, int32_t end,
                                               int32_t j) {
  const int32_t k = next + j / sweep_lanes * 8;
  const int32_t lane = j % sweep_lanes;
  if (k >= end || lane >= rows.used) return;
  const int64_t at = lane * rows.stride + rows.bus[k];
  __builtin_prefetch(a + at, is_written);
  __builtin_prefetch(b + at, is_written);
}

/// Loads of one position, all lanes in use: all rows are read side by side.
[[gnu::always_inline]] inline void sweep_fill_loads(const double* __restrict from_p,
                                                    const double* __restrict from_q, int64_t stride,
                                                    double scale, double* __restrict at) {
#pragma omp simd
  for (int l = 0; l < sweep_lanes; ++l) at[sweep_p * sweep_lanes + l] = scale * from_p[l * stride];
#pragma omp simd
  for (int l = 0; l < sweep_lanes; ++l) at[sweep_q * sweep_lanes + l] = scale * from_q[l * stride];
}

void sweep_fill(const SweepTree& tree, const SweepRows& rows, const double* p, const double* q,
                int32_t first, int32_t last, double* state) {
  const int32_t next = first - tree.roots < sweep_tile ? tree.roots : first - sweep_tile;
  const double scale = -rows.scale;  // loads count consumption positive
  for (int32_t k = first; k < last; ++k) {
    sweep_fetch<0>(rows, p, q, next, first, k - first);
    double* __restrict at = state + k * sweep_bus;
    const double* __restrict source = state + tree.root[k] * sweep_bus;
#pragma omp simd
    for (int l = 0; l < 2 * sweep_lanes; ++l) at[l] = source[l];  // vr and vi lie side by side
    const double* from_p = p + rows.bus[k];
    const double* from_q = q + rows.bus[k];
    if (rows.used == sweep_lanes) {
      sweep_fill_loads(from_p, from_q, rows.stride, scale, at);
      continue;
    }
    for (int l = 0; l < sweep_lanes; ++l) {
      at[sweep_p * sweep_lanes + l] = l < rows.used ? scale * from_p[l * rows.stride] : 0.0;
      at[sweep_q * sweep_lanes + l] = l < rows.used ? scale * from_q[l * rows.stride] : 0.0;
    }
  }
}

void sweep_load(const SweepTree& tree, const SweepRows& rows, const double* p, const double* q,
                const double* source_re, const double* source_im, double* state) {
  for (int32_t k = 0; k < tree.roots; ++k) {
    double* at = state + k * sweep_bus;
    for (int l = 0; l < sweep_lanes; ++l) {
      at[sweep_vr * sweep_lanes + l] = source_re[k];
      at[sweep_vi * sweep_lanes + l] = source_im[k];
      at[sweep_p * sweep_lanes + l] = 0.0;
      at[sweep_q * sweep_lanes + l] = 0.0;
    }
  }
  for (int32_t last = tree.size; last > tree.roots; last -= sweep_tile) {
    const int32_t first = last - tree.roots < sweep_tile ? tree.roots : last - sweep_tile;
    sweep_fill(tree, rows, p, q, first, last, state);
    sweep_up_range(tree, first, last, state);
  }
  sweep_up_range(tree, 0, tree.roots, state);
}

/// V_k from the voltage above and the sum of k.
template <bool masked>
[[gnu::always_inline]] inline void sweep_move_bus(const SweepTree& tree, int32_t k,
                                                  const double* active, double* state,
                                                  double* __restrict step) {
  double* __restrict at = state + k * sweep_bus;
  const double* above = state + tree.parent[k] * sweep_bus;
  const double r = tree.r[k];
  const double x = tree.x[k];
#pragma omp simd
  for (int l = 0; l < sweep_lanes; ++l) {
    const double jr = at[sweep_jr * sweep_lanes + l];
    const double ji = at[sweep_ji * sweep_lanes + l];
    const double old_vr = at[sweep_vr * sweep_lanes + l];
    const double old_vi = at[sweep_vi * sweep_lanes + l];
    const bool keep = masked && active[l] == 0.0;
    const double new_vr = above[sweep_vr * sweep_lanes + l] - (r * jr - x * ji);
    const double new_vi = above[sweep_vi * sweep_lanes + l] - (r * ji + x * jr);
    const double vr = keep ? old_vr : new_vr;
    const double vi = keep ? old_vi : new_vi;
    const double dr = vr - old_vr;
    const double di = vi - old_vi;
    const double square = dr * dr + di * di;
    step[l] = square > step[l] ? square : step[l];
    at[sweep_vr * sweep_lanes + l] = vr;
    at[sweep_vi * sweep_lanes + l] = vi;
  }
}

template <bool masked>
void sweep_down(const SweepTree& tree, const double* active, double* state, double* step_squared) {
  alignas(64) double step[sweep_lanes] = {};
  for (int32_t k = tree.roots; k < tree.size; ++k) {
    sweep_move_bus<masked>(tree, k, active, state, step);
  }
  for (int l = 0; l < sweep_lanes; ++l) step_squared[l] = step[l];
}

void sweep(const SweepTree& tree, const double* active, double* state, double* step_squared) {
  if (active)
    sweep_down<true>(tree, active, state, step_squared);
  else
    sweep_down<false>(tree, active, state, step_squared);
  sweep_up(tree, state);
}

/// Running worst of the lanes while they are checked.
struct SweepWorst {
  alignas(64) double squared[sweep_lanes];
  alignas(64) double bus[sweep_lanes];
  alignas(64) double excess[sweep_lanes];
};

/// Compare bus k with what it takes from its branches, own: its sum less those of its children.
template <bool has_own, bool has_child, bool has_shunt>
[[gnu::always_inline]] inline void sweep_check_bus(const SweepTree& tree, const SweepCheck& check,
                                                   int32_t k, const double* __restrict at,
                                                   const double* __restrict child,
                                                   const double* __restrict own,
                                                   SweepWorst& worst) {
  const double rel_squared = check.rel_squared;
  const double abs_squared = check.abs_squared;
  const double g = tree.g[k];
  const double b = tree.b[k];
  const double position = k;
  const double* __restrict from = has_own ? own : at + sweep_jr * sweep_lanes;
#pragma omp simd
  for (int l = 0; l < sweep_lanes; ++l) {
    const double vr = at[sweep_vr * sweep_lanes + l];
    const double vi = at[sweep_vi * sweep_lanes + l];
    double jr = from[l];
    double ji = from[sweep_lanes + l];
    if (has_child) jr -= child[sweep_jr * sweep_lanes + l];
    if (has_child) ji -= child[sweep_ji * sweep_lanes + l];
    if (has_shunt) jr -= g * vr - b * vi;
    if (has_shunt) ji -= g * vi + b * vr;
    const double p = at[sweep_p * sweep_lanes + l];
    const double q = at[sweep_q * sweep_lanes + l];
    const double dp = (vr * jr + vi * ji) - p;
    const double dq = (vi * jr - vr * ji) - q;
    const double squared = dp * dp + dq * dq;
    const double allowed = rel_squared * (p * p + q * q);
    const double over = squared - (allowed > abs_squared ? allowed : abs_squared);
    const double bus = worst.bus[l];
    worst.bus[l] = bus + (squared > worst.squared[l] ? position - bus : 0.0);  // never a branch
    worst.squared[l] = squared > worst.squared[l] ? squared : worst.squared[l];
    worst.excess[l] = !(over <= worst.excess[l]) ? over : worst.excess[l];
  }
}

/// The same, told apart by what bus k has; most buses have at most one child and no shunt.
[[gnu::always_inline]] inline void sweep_check(const SweepTree& tree, const SweepCheck& check,
                                               int32_t k, const double* state, SweepWorst& worst) {
  const double* at = state + k * sweep_bus;
  const int32_t first = tree.child_first[k];
  const int32_t end = tree.child_first[k + 1];
  const bool has_shunt = tree.g[k] != 0.0 || tree.b[k] != 0.0;
  const double* __restrict child = state + first * sweep_bus;
  if (end == first && !has_shunt)
    return sweep_check_bus<false, false, false>(tree, check, k, at, nullptr, nullptr, worst);
  if (end == first)
    return sweep_check_bus<false, false, true>(tree, check, k, at, nullptr, nullptr, worst);
  if (end == first + 1 && !has_shunt)
    return sweep_check_bus<false, true, false>(tree, check, k, at, child, nullptr, worst);
  alignas(64) double own[2 * sweep_lanes];
#pragma omp simd
  for (int l = 0; l < 2 * sweep_lanes; ++l)
    own[l] = at[sweep_jr * sweep_lanes + l] - child[sweep_jr * sweep_lanes + l];
  for (int32_t c = first + 1; c < end; ++c) {
    const double* __restrict sum = state + c * sweep_bus + sweep_jr * sweep_lanes;
#pragma omp simd
    for (int l = 0; l < 2 * sweep_lanes; ++l) own[l] -= sum[l];
  }
  sweep_check_bus<true, false, true>(tree, check, k, at, nullptr, own, worst);
}

void sweep_last(const SweepTree& tree, const double* active, double* state, SweepCheck& check) {
  alignas(64) double step[sweep_lanes] = {};
  SweepWorst worst;
  for (int l = 0; l < sweep_lanes; ++l) {
    worst.squared[l] = worst.bus[l] = 0.0;
    worst.excess[l] = -1.0;
  }
  for (int32_t k = tree.roots; k < tree.size; ++k) {
    sweep_move_bus<true>(tree, k, active, state, step);
    sweep_check(tree, check, k, state, worst);
  }
  for (int l = 0; l < sweep_lanes; ++l) {
    check.step_squared[l] = step[l];
    check.mismatch_squared[l] = worst.squared[l];
    check.bus[l] = worst.bus[l];
    check.excess[l] = worst.excess[l];
  }
}

void sweep_store(const SweepTree& tree, const SweepRows& rows, const double* k_re,
                 const double* k_im, const double* state, double* v_re, double* v_im) {
  double re[sweep_tile * sweep_lanes];
  double im[sweep_tile * sweep_lanes];
  for (int32_t first = 0; first < tree.size; first += sweep_tile) {
    const int32_t count = tree.size - first < sweep_tile ? tree.size - first : sweep_tile;
    for (int32_t k = 0; k < count; ++k) {
      sweep_fetch<1>(rows, v_re, v_im, first + sweep_tile, tree.size, k);
      const double* at = state + (first + k) * sweep_bus;
      const double kr = k_re[first + k];
      const double ki = k_im[first + k];
#pragma omp simd
      for (int l = 0; l < sweep_lanes; ++l) {
        re[k * sweep_lanes + l] =
            kr * at[sweep_vr * sweep_lanes + l] - ki * at[sweep_vi * sweep_lanes + l];
        im[k * sweep_lanes + l] =
            kr * at[sweep_vi * sweep_lanes + l] + ki * at[sweep_vr * sweep_lanes + l];
      }
    }
    for (int l = 0; l < rows.used; ++l) {
      double* to_re = v_re + l * rows.stride;
      double* to_im = v_im + l * rows.stride;
      for (int32_t k = 0; k < count; ++k) {
        to_re[rows.bus[first + k]] = re[k * sweep_lanes + l];
        to_im[rows.bus[first + k]] = im[k * sweep_lanes + l];
      }
    }
  }
}

}  // namespace
}  // namespace gridswarm::inline GS_ABI::kernel
