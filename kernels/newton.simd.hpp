// SPDX-License-Identifier: BSD-3-Clause
// Newton's method on a tree, eight scenarios in lanes, for constant powers and shunts. Reference:
// kernel/reference_newton.hpp.
//
// A bus draws J(V) = conj(S / V) + y V, nearly a + B V with B real 2x2: for constant power
// a = 2 conj(S / V) and B: v -> y v - conj(S) / conj(V)^2 conj(v). Up, children before parents: a
// and B of a bus and all below it are summed, then seen through the edge V = V_p - Z J,
//   J = a^ + B^ V_p,   B^ = (B + det(B) conj(Z)) / det(I + B Z),
//   a^ = (a + conj(Z) adj(B) a) / det(I + B Z),   det(I + B Z) = 1 + tr(B Z) + det(B) |Z|^2,
// which is (I + B Z)^-1 (a, B) with Z as the matrix of a complex product; Z = 0 changes nothing.
// Down, parents before children: J = a^ + B^ V_p, V = V_p - Z J.
#pragma once

#include "sweep.simd.hpp"
#include "sweep_check.simd.hpp"

namespace gridswarm::inline GS_ABI::kernel {
namespace {

constexpr size_t newton_cell = static_cast<size_t>(newton_columns) * sweep_lanes;

/// Rows a, B (jr, ji, b11, b12, b21, b22) of several children.
struct NewtonSum {
  alignas(64) double a[2 * sweep_lanes];
  alignas(64) double b[newton_columns * sweep_lanes];
};

void newton_add(const double* __restrict a, const double* __restrict b, NewtonSum& sum) {
#pragma omp simd
  for (int l = 0; l < 2 * sweep_lanes; ++l) sum.a[l] += a[l];
#pragma omp simd
  for (size_t l = 0; l < newton_cell; ++l) sum.b[l] += b[l];
}

/// All children of cell k, which has more than two.
void newton_sum(const SweepTree& tree, int32_t k, const double* cells, const double* factors,
                NewtonSum& sum) {
  for (int l = 0; l < 2 * sweep_lanes; ++l) sum.a[l] = cells[tree.child_one[k] * sweep_cell + l];
  for (size_t l = 0; l < newton_cell; ++l) sum.b[l] = factors[tree.child_one[k] * newton_cell + l];
  newton_add(cells + tree.child_two[k] * sweep_cell, factors + tree.child_two[k] * newton_cell,
             sum);
  for (int32_t c = tree.more_first[k]; c < tree.more_first[k + 1]; ++c)
    newton_add(cells + tree.more[c] * sweep_cell, factors + tree.more[c] * newton_cell, sum);
}

/// What a child adds, or several: J and B.
struct NewtonChild {
  const double* a;
  const double* b;
};

/// One cell: linearise it, add its children, and see it through the edge above. J of lanes that
/// are not active stays.
template <bool masked, bool has_children>
[[gnu::always_inline]] inline void newton_reduce(const SweepTree& tree, int32_t k,
                                                 const double* __restrict active,
                                                 const NewtonChild& one, const NewtonChild& two,
                                                 const double* __restrict v, double* __restrict at,
                                                 double* __restrict factor, NewtonPivot& pivot) {
  const double largest = tree.largest_inverse;
  const double r = tree.r[k];
  const double x = tree.x[k];
  const double g = tree.g[k];
  const double b = tree.b[k];
  const double square = r * r + x * x;
  const double position = k;
  const double* __restrict one_a = one.a;
  const double* __restrict one_b = one.b;
  const double* __restrict two_a = two.a;
  const double* __restrict two_b = two.b;
#pragma omp simd
  for (int l = 0; l < sweep_lanes; ++l) {
    const double vr = v[l];
    const double vi = v[sweep_lanes + l];
    const double p = at[sweep_p * sweep_lanes + l];
    const double q = at[sweep_q * sweep_lanes + l];
    const double full = 1.0 / (vr * vr + vi * vi);
    const double inverse = full < largest ? full : largest;
    const double wr = vr * inverse;
    const double wi = vi * inverse;
    const double jr = p * wr + q * wi;
    const double ji = p * wi - q * wr;
    const double cr = jr * wr - ji * wi;
    const double ci = jr * wi + ji * wr;
    double ar = jr + jr;
    double ai = ji + ji;
    double b11 = g - cr;
    double b12 = -b - ci;
    double b21 = b - ci;
    double b22 = g + cr;
    if (has_children) {
      ar = (ar + one_a[l]) + two_a[l];
      ai = (ai + one_a[sweep_lanes + l]) + two_a[sweep_lanes + l];
      b11 = (b11 + one_b[newton_b11 * sweep_lanes + l]) + two_b[newton_b11 * sweep_lanes + l];
      b12 = (b12 + one_b[newton_b12 * sweep_lanes + l]) + two_b[newton_b12 * sweep_lanes + l];
      b21 = (b21 + one_b[newton_b21 * sweep_lanes + l]) + two_b[newton_b21 * sweep_lanes + l];
      b22 = (b22 + one_b[newton_b22 * sweep_lanes + l]) + two_b[newton_b22 * sweep_lanes + l];
    }
    const double minor = b11 * b22 - b12 * b21;
    const double exact = 1.0 + ((b11 + b22) * r + (b12 - b21) * x) + minor * square;
    const double det = exact > -1e300 ? exact : -1e300;  // also where it is no number
    const double inv = 1.0 / (det > newton_least_pivot ? det : 1.0);
    const double hr = b22 * ar - b12 * ai;
    const double hi = b11 * ai - b21 * ar;
    const double bus = pivot.bus[l];
    pivot.bus[l] = bus + (det < pivot.det[l] ? position - bus : 0.0);
    pivot.det[l] = det < pivot.det[l] ? det : pivot.det[l];
    const double above_r = (ar + (r * hr + x * hi)) * inv;
    const double above_i = (ai + (r * hi - x * hr)) * inv;
    const bool keep = masked && active[l] == 0.0;
    at[sweep_jr * sweep_lanes + l] = keep ? at[sweep_jr * sweep_lanes + l] : above_r;
    at[sweep_ji * sweep_lanes + l] = keep ? at[sweep_ji * sweep_lanes + l] : above_i;
    factor[newton_b11 * sweep_lanes + l] = (b11 + minor * r) * inv;
    factor[newton_b12 * sweep_lanes + l] = (b12 + minor * x) * inv;
    factor[newton_b21 * sweep_lanes + l] = (b21 - minor * x) * inv;
    factor[newton_b22 * sweep_lanes + l] = (b22 + minor * r) * inv;
  }
}

/// Cells last - 1 down to first, all of which may have children.
template <bool masked>
[[gnu::always_inline]] inline void newton_up_range(const SweepTree& tree, const double* active,
                                                   int32_t first, int32_t last,
                                                   const SweepMemory& at, double* factors,
                                                   NewtonPivot& pivot) {
  const NewtonChild absent = {at.cells + tree.size * sweep_cell, factors + tree.size * newton_cell};
  NewtonSum sum;
  for (int32_t k = last - 1; k >= first; --k) {
    const int32_t c = tree.child_one[k];
    const int32_t d = tree.child_two[k];
    NewtonChild one = {at.cells + c * sweep_cell, factors + c * newton_cell};
    NewtonChild two = {at.cells + d * sweep_cell, factors + d * newton_cell};
    if (tree.more_first[k] < tree.more_first[k + 1]) {
      newton_sum(tree, k, at.cells, factors, sum);
      one = {sum.a, sum.b};
      two = absent;
    }
    newton_reduce<masked, true>(tree, k, active, one, two, at.v + k * sweep_pair,
                                at.cells + k * sweep_cell, factors + k * newton_cell, pivot);
  }
}

template <bool masked>
void newton_up_all(const SweepTree& tree, const double* active, const SweepMemory& at,
                   double* factors, NewtonPivot& pivot) {
  for (int32_t b = 0; b < tree.blocks; ++b) {
    for (int32_t k = tree.block_leaf[b]; k < tree.block_first[b + 1]; ++k)
      newton_reduce<masked, false>(tree, k, active, {nullptr, nullptr}, {nullptr, nullptr},
                                   at.v + k * sweep_pair, at.cells + k * sweep_cell,
                                   factors + k * newton_cell, pivot);
    newton_up_range<masked>(tree, active, tree.block_first[b], tree.block_leaf[b], at, factors,
                            pivot);
  }
  newton_up_range<masked>(tree, active, 0, tree.trunk, at, factors, pivot);
}

inline void newton_clear(NewtonPivot& pivot) {
  for (int l = 0; l < sweep_lanes; ++l) {
    pivot.det[l] = 1e300;
    pivot.bus[l] = 0.0;
  }
}

void newton_up(const SweepTree& tree, const double* active, const SweepMemory& memory,
               double* factors, NewtonPivot& result) {
  alignas(64) NewtonPivot pivot;
  newton_clear(pivot);
  if (active)
    newton_up_all<true>(tree, active, memory, factors, pivot);
  else
    newton_up_all<false>(tree, nullptr, memory, factors, pivot);
  for (int l = 0; l < sweep_lanes; ++l) {
    result.det[l] = pivot.det[l];
    result.bus[l] = pivot.bus[l];
  }
}

template <bool masked>
void newton_move(const SweepTree& tree, const double* active, const SweepMemory& memory,
                 double* factors, double* step_squared) {
  alignas(64) double step[sweep_lanes] = {};
  for (int32_t k = tree.roots; k < tree.size; ++k) {
    const double* __restrict at = memory.cells + k * sweep_cell;
    const double* above = memory.v + tree.parent[k] * sweep_pair;
    double* __restrict v = memory.v + k * sweep_pair;
    double* __restrict factor = factors + k * newton_cell;
    const double r = tree.r[k];
    const double x = tree.x[k];
#pragma omp simd
    for (int l = 0; l < sweep_lanes; ++l) {
      const double pr = above[l];
      const double pi = above[sweep_lanes + l];
      const double old_vr = v[l];
      const double old_vi = v[sweep_lanes + l];
      const double jr =
          at[sweep_jr * sweep_lanes + l] +
          (factor[newton_b11 * sweep_lanes + l] * pr + factor[newton_b12 * sweep_lanes + l] * pi);
      const double ji =
          at[sweep_ji * sweep_lanes + l] +
          (factor[newton_b21 * sweep_lanes + l] * pr + factor[newton_b22 * sweep_lanes + l] * pi);
      const bool keep = masked && active[l] == 0.0;
      const double new_vr = pr - (r * jr - x * ji);
      const double new_vi = pi - (r * ji + x * jr);
      const double vr = keep ? old_vr : new_vr;
      const double vi = keep ? old_vi : new_vi;
      const double dr = vr - old_vr;
      const double di = vi - old_vi;
      const double square = dr * dr + di * di;
      step[l] = square > step[l] ? square : step[l];
      factor[newton_b11 * sweep_lanes + l] = old_vr;
      factor[newton_b12 * sweep_lanes + l] = old_vi;
      v[l] = vr;
      v[sweep_lanes + l] = vi;
    }
  }
  for (int l = 0; l < sweep_lanes; ++l) step_squared[l] = step[l];
}

void newton_down(const SweepTree& tree, const double* active, const SweepMemory& memory,
                 double* factors, double* step_squared) {
  if (active)
    newton_move<true>(tree, active, memory, factors, step_squared);
  else
    newton_move<false>(tree, active, memory, factors, step_squared);
}

void newton_damp(const SweepTree& tree, const double* share, const SweepMemory& memory,
                 const double* factors) {
  for (int32_t k = tree.roots; k < tree.size; ++k) {
    double* __restrict v = memory.v + k * sweep_pair;
    const double* __restrict old = factors + k * newton_cell;
#pragma omp simd
    for (int l = 0; l < sweep_lanes; ++l) {
      const double vr = old[l] + share[l] * (v[l] - old[l]);
      const double vi =
          old[sweep_lanes + l] + share[l] * (v[sweep_lanes + l] - old[sweep_lanes + l]);
      v[l] = share[l] == 1.0 ? v[l] : vr;
      v[sweep_lanes + l] = share[l] == 1.0 ? v[sweep_lanes + l] : vi;
    }
  }
}

}  // namespace
}  // namespace gridswarm::inline GS_ABI::kernel
