// SPDX-License-Identifier: BSD-3-Clause
// Reference of the sweep kernels: one lane after another, one number at a time.
//
// The order of operations is the contract: kernels/sweep.simd.hpp must give the same bytes.
#pragma once

#include "gridswarm/kernel/views.hpp"

namespace gridswarm::inline GS_ABI::kernel::reference {

/// One lane of one bus.
struct SweepCell {
  double* at;
  double& operator[](SweepColumn column) const { return at[column * sweep_lanes]; }
};

GS_INLINE SweepCell sweep_cell(double* state, int32_t bus, int lane) {
  return {state + static_cast<size_t>(bus) * sweep_columns * sweep_lanes + lane};
}

/// Current drawn by one bus alone: conj(S / V) + y V.
GS_INLINE void sweep_draw_at(const SweepTree& tree, double* state, int32_t k, int lane) {
  const SweepCell cell = sweep_cell(state, k, lane);
  const double vr = cell[sweep_vr];
  const double vi = cell[sweep_vi];
  const double full = 1.0 / (vr * vr + vi * vi);
  const double inverse = full < tree.largest_inverse ? full : tree.largest_inverse;
  cell[sweep_jr] = (cell[sweep_p] * vr + cell[sweep_q] * vi) * inverse;
  cell[sweep_ji] = (cell[sweep_p] * vi - cell[sweep_q] * vr) * inverse;
  if (tree.g[k] != 0.0 || tree.b[k] != 0.0) {
    cell[sweep_jr] += tree.g[k] * vr - tree.b[k] * vi;
    cell[sweep_ji] += tree.g[k] * vi + tree.b[k] * vr;
  }
}

/// What every bus draws, and its children's sums, the last child first.
GS_INLINE void sweep_up(const SweepTree& tree, double* state) {
  for (int lane = 0; lane < sweep_lanes; ++lane)
    for (int32_t k = tree.size - 1; k >= 0; --k) {
      sweep_draw_at(tree, state, k, lane);
      const SweepCell cell = sweep_cell(state, k, lane);
      for (int32_t c = tree.child_first[k + 1] - 1; c >= tree.child_first[k]; --c) {
        cell[sweep_jr] += sweep_cell(state, c, lane)[sweep_jr];
        cell[sweep_ji] += sweep_cell(state, c, lane)[sweep_ji];
      }
    }
}

GS_INLINE void sweep_load(const SweepTree& tree, const SweepRows& rows, const double* p,
                          const double* q, const double* source_re, const double* source_im,
                          double* state) {
  for (int lane = 0; lane < sweep_lanes; ++lane)
    for (int32_t k = 0; k < tree.size; ++k) {
      const SweepCell cell = sweep_cell(state, k, lane);
      const bool is_root = k < tree.roots;
      const SweepCell above = sweep_cell(state, is_root ? k : tree.parent[k], lane);
      const bool is_loaded = !is_root && lane < rows.used;
      const int64_t from = lane * rows.stride + rows.bus[k];
      cell[sweep_vr] = is_root ? source_re[k] : above[sweep_vr];
      cell[sweep_vi] = is_root ? source_im[k] : above[sweep_vi];
      cell[sweep_p] = is_loaded ? -rows.scale * p[from] : 0.0;
      cell[sweep_q] = is_loaded ? -rows.scale * q[from] : 0.0;
    }
  sweep_up(tree, state);
}

/// V_c = V_p - Z J_c; |dV|^2. A lane that is not active keeps its voltage.
GS_INLINE double sweep_move_at(const SweepTree& tree, bool active, double* state, int32_t k,
                               int lane) {
  if (!active) return 0.0;
  const SweepCell cell = sweep_cell(state, k, lane);
  const SweepCell above = sweep_cell(state, tree.parent[k], lane);
  const double jr = cell[sweep_jr];
  const double ji = cell[sweep_ji];
  const double vr = above[sweep_vr] - (tree.r[k] * jr - tree.x[k] * ji);
  const double vi = above[sweep_vi] - (tree.r[k] * ji + tree.x[k] * jr);
  const double dr = vr - cell[sweep_vr];
  const double di = vi - cell[sweep_vi];
  cell[sweep_vr] = vr;
  cell[sweep_vi] = vi;
  return dr * dr + di * di;
}

GS_INLINE void sweep(const SweepTree& tree, const double* active, double* state,
                     double* step_squared) {
  for (int lane = 0; lane < sweep_lanes; ++lane) {
    double largest = 0.0;
    for (int32_t k = tree.roots; k < tree.size; ++k) {
      const double step = sweep_move_at(tree, !active || active[lane] != 0.0, state, k, lane);
      if (step > largest) largest = step;
    }
    step_squared[lane] = largest;
  }
  sweep_up(tree, state);
}

/// One bus of sweep_last, after it moved: |mismatch|^2, and by how much that is too much.
struct SweepMismatch {
  double squared;
  double excess;
};

GS_INLINE SweepMismatch sweep_mismatch_at(const SweepTree& tree, const SweepCheck& check,
                                          double* state, int32_t k, int lane) {
  const SweepCell cell = sweep_cell(state, k, lane);
  double own_r = cell[sweep_jr];
  double own_i = cell[sweep_ji];
  for (int32_t c = tree.child_first[k]; c < tree.child_first[k + 1]; ++c) {
    own_r -= sweep_cell(state, c, lane)[sweep_jr];
    own_i -= sweep_cell(state, c, lane)[sweep_ji];
  }
  const double vr = cell[sweep_vr];
  const double vi = cell[sweep_vi];
  const double p = cell[sweep_p];
  const double q = cell[sweep_q];
  const double jr = own_r - (tree.g[k] * vr - tree.b[k] * vi);
  const double ji = own_i - (tree.g[k] * vi + tree.b[k] * vr);
  const double dp = (vr * jr + vi * ji) - p;
  const double dq = (vi * jr - vr * ji) - q;
  const double squared = dp * dp + dq * dq;
  const double allowed = check.rel_squared * (p * p + q * q);
  return {squared, squared - (allowed > check.abs_squared ? allowed : check.abs_squared)};
}

GS_INLINE void sweep_last(const SweepTree& tree, const double* active, double* state,
                          SweepCheck& check) {
  for (int lane = 0; lane < sweep_lanes; ++lane) {
    check.step_squared[lane] = 0.0;
    check.mismatch_squared[lane] = 0.0;
    check.bus[lane] = 0.0;
    check.excess[lane] = -1.0;
    for (int32_t k = tree.roots; k < tree.size; ++k) {
      const double step = sweep_move_at(tree, active[lane] != 0.0, state, k, lane);
      if (step > check.step_squared[lane]) check.step_squared[lane] = step;
      const SweepMismatch mismatch = sweep_mismatch_at(tree, check, state, k, lane);
      if (mismatch.squared > check.mismatch_squared[lane]) {
        check.mismatch_squared[lane] = mismatch.squared;
        check.bus[lane] = k;
      }
      if (!(mismatch.excess <= check.excess[lane])) check.excess[lane] = mismatch.excess;
    }
  }
}

GS_INLINE void sweep_store(const SweepTree& tree, const SweepRows& rows, const double* k_re,
                           const double* k_im, const double* state, double* v_re, double* v_im) {
  double* cells = const_cast<double*>(state);
  for (int lane = 0; lane < rows.used; ++lane)
    for (int32_t k = 0; k < tree.size; ++k) {
      const SweepCell cell = sweep_cell(cells, k, lane);
      const int64_t to = lane * rows.stride + rows.bus[k];
      v_re[to] = k_re[k] * cell[sweep_vr] - k_im[k] * cell[sweep_vi];
      v_im[to] = k_re[k] * cell[sweep_vi] + k_im[k] * cell[sweep_vr];
    }
}

}  // namespace gridswarm::inline GS_ABI::kernel::reference
