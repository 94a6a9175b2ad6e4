// SPDX-License-Identifier: BSD-3-Clause
// Reference of the sweep kernels: one lane after another, one number at a time.
//
// The order of operations is the contract: kernels/sweep*.simd.hpp must give the same bytes.
#pragma once

#include "gridswarm/kernel/angle.hpp"
#include "gridswarm/kernel/views.hpp"

namespace gridswarm::inline GS_ABI::kernel::reference {

/// One lane of one cell, or of one pair of voltages.
struct SweepLane {
  double* at;
  double& operator[](int column) const { return at[column * sweep_lanes]; }
};

GS_INLINE SweepLane sweep_cell(const SweepMemory& memory, int32_t k, int lane) {
  return {memory.cells + static_cast<size_t>(k) * sweep_columns * sweep_lanes + lane};
}

GS_INLINE SweepLane sweep_pair(double* pairs, int32_t k, int lane) {
  return {pairs + static_cast<size_t>(k) * 2 * sweep_lanes + lane};
}

/// J of cells first .. last - 1, the last first: what each draws, conj(S / V) + y V, and its
/// children's sums, the first child first.
GS_INLINE void sweep_up_lane(const SweepTree& tree, const SweepMemory& memory, int32_t first,
                             int32_t last, int lane) {
  for (int32_t k = last - 1; k >= first; --k) {
    const SweepLane cell = sweep_cell(memory, k, lane);
    const SweepLane v = sweep_pair(memory.v, k, lane);
    const double full = 1.0 / (v[0] * v[0] + v[1] * v[1]);
    const double inverse = full < tree.largest_inverse ? full : tree.largest_inverse;
    double jr = (cell[sweep_p] * v[0] + cell[sweep_q] * v[1]) * inverse;
    double ji = (cell[sweep_p] * v[1] - cell[sweep_q] * v[0]) * inverse;
    if (tree.has_shunts) {
      jr += tree.g[k] * v[0] - tree.b[k] * v[1];
      ji += tree.g[k] * v[1] + tree.b[k] * v[0];
    }
    const auto add = [&](int32_t c) {
      jr += sweep_cell(memory, c, lane)[sweep_jr];
      ji += sweep_cell(memory, c, lane)[sweep_ji];
    };
    add(tree.child_one[k]);
    add(tree.child_two[k]);
    for (int32_t c = tree.more_first[k]; c < tree.more_first[k + 1]; ++c) add(tree.more[c]);
    cell[sweep_jr] = jr;
    cell[sweep_ji] = ji;
  }
}

GS_INLINE void sweep_up(const SweepTree& tree, const double* active, const SweepMemory& memory) {
  for (int lane = 0; lane < sweep_lanes; ++lane) {
    if (active && active[lane] == 0.0) continue;
    sweep_up_lane(tree, memory, tree.trunk, tree.size, lane);
    sweep_up_lane(tree, memory, 0, tree.trunk, lane);
  }
}

/// V_c = V_p - Z J_c of one cell; |dV|^2 against what stood there.
GS_INLINE double sweep_move_lane(const SweepTree& tree, const SweepMemory& memory, int32_t k,
                                 int lane) {
  const SweepLane cell = sweep_cell(memory, k, lane);
  const SweepLane above = sweep_pair(memory.v, tree.parent[k], lane);
  const SweepLane v = sweep_pair(memory.v, k, lane);
  const double vr = above[0] - (tree.r[k] * cell[sweep_jr] - tree.x[k] * cell[sweep_ji]);
  const double vi = above[1] - (tree.r[k] * cell[sweep_ji] + tree.x[k] * cell[sweep_jr]);
  const double dr = vr - v[0];
  const double di = vi - v[1];
  v[0] = vr;
  v[1] = vi;
  return dr * dr + di * di;
}

/// Largest |dV|^2 of the probes of all blocks, which then stand where they are.
GS_INLINE double sweep_probe_lane(const SweepTree& tree, const SweepMemory& memory, int lane) {
  double largest = 0.0;
  for (int32_t b = 0; b < tree.blocks; ++b) {
    const SweepLane v = sweep_pair(memory.v, tree.block_probe[b], lane);
    const SweepLane before = sweep_pair(memory.probes, b, lane);
    const double dr = v[0] - before[0];
    const double di = v[1] - before[1];
    const double square = dr * dr + di * di;
    if (square > largest) largest = square;
    before[0] = v[0];
    before[1] = v[1];
  }
  return largest;
}

GS_INLINE void sweep(const SweepTree& tree, const double* active, bool, const SweepMemory& memory,
                     double* step_squared) {
  for (int lane = 0; lane < sweep_lanes; ++lane) {
    for (int32_t k = tree.roots; k < tree.size; ++k) sweep_move_lane(tree, memory, k, lane);
    step_squared[lane] = sweep_probe_lane(tree, memory, lane);
  }
  sweep_up(tree, active, memory);
}

/// One bus of sweep_last, after it moved: |mismatch|^2, and by how much that is too much.
struct SweepMismatch {
  double squared;
  double excess;
};

GS_INLINE SweepMismatch sweep_mismatch_at(const SweepTree& tree, const SweepCheck& check,
                                          const SweepMemory& memory, int32_t k, int lane) {
  const SweepLane cell = sweep_cell(memory, k, lane);
  const SweepLane v = sweep_pair(memory.v, k, lane);
  double jr = cell[sweep_jr];
  double ji = cell[sweep_ji];
  const auto take = [&](int32_t c) {
    jr -= sweep_cell(memory, c, lane)[sweep_jr];
    ji -= sweep_cell(memory, c, lane)[sweep_ji];
  };
  for (int32_t c = tree.more_first[k]; c < tree.more_first[k + 1]; ++c) take(tree.more[c]);
  take(tree.child_one[k]);
  take(tree.child_two[k]);
  if (tree.has_shunts) {
    jr -= tree.g[k] * v[0] - tree.b[k] * v[1];
    ji -= tree.g[k] * v[1] + tree.b[k] * v[0];
  }
  const double p = cell[sweep_p];
  const double q = cell[sweep_q];
  const double dp = (v[0] * jr + v[1] * ji) - p;
  const double dq = (v[1] * jr - v[0] * ji) - q;
  const double squared = dp * dp + dq * dq;
  const double allowed = check.rel_squared * (p * p + q * q);
  return {squared, squared - (allowed > check.abs_squared ? allowed : check.abs_squared)};
}

/// The first of the worst cells in the order of the fast kernel: block by block, the trunk first.
GS_INLINE void sweep_last(const SweepTree& tree, const SweepMemory& memory, SweepCheck& check) {
  for (int lane = 0; lane < sweep_lanes; ++lane) {
    check.step_squared[lane] = 0.0;
    check.mismatch_squared[lane] = 0.0;
    check.bus[lane] = 0.0;
    check.excess[lane] = -1.0;
    for (int32_t k = tree.roots; k < tree.size; ++k) {
      const double step = sweep_move_lane(tree, memory, k, lane);
      if (step > check.step_squared[lane]) check.step_squared[lane] = step;
      const SweepMismatch mismatch = sweep_mismatch_at(tree, check, memory, k, lane);
      if (mismatch.squared > check.mismatch_squared[lane]) {
        check.mismatch_squared[lane] = mismatch.squared;
        check.bus[lane] = k;
      }
      if (!(mismatch.excess <= check.excess[lane])) check.excess[lane] = mismatch.excess;
    }
    sweep_probe_lane(tree, memory, lane);
  }
}

/// LinDistFlow's way down: w_c = w_p - 2 (r P + x Q), the angle falls by atan((x P - r Q) / w_0).
GS_INLINE void sweep_linear(const SweepTree& tree, const SweepMemory& memory, double* lowest) {
  for (int lane = 0; lane < sweep_lanes; ++lane) {
    lowest[lane] = 1e300;
    for (int32_t k = tree.roots; k < tree.size; ++k) {
      const SweepSource& source = tree.sources[tree.root[k]];
      const SweepLane cell = sweep_cell(memory, k, lane);
      const SweepLane above = sweep_pair(memory.v, tree.parent[k], lane);
      const SweepLane v = sweep_pair(memory.v, k, lane);
      const double per_square = 1.0 / (source.vr * source.vr + source.vi * source.vi);
      const double p = source.vr * cell[sweep_jr] + source.vi * cell[sweep_ji];
      const double q = source.vi * cell[sweep_jr] - source.vr * cell[sweep_ji];
      const double turn = (tree.x[k] * p - tree.r[k] * q) * per_square;
      const double square =
          (above[0] * above[0] + above[1] * above[1]) - 2.0 * (tree.r[k] * p + tree.x[k] * q);
      if (!(square >= lowest[lane])) lowest[lane] = square;
      const double br = above[0] + above[1] * turn;
      const double bi = above[1] - above[0] * turn;
      const double scale = __builtin_sqrt((square > 0.0 ? square : 0.0) / (br * br + bi * bi));
      v[0] = br * scale;
      v[1] = bi * scale;
    }
  }
}

}  // namespace gridswarm::inline GS_ABI::kernel::reference
