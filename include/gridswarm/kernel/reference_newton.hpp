// SPDX-License-Identifier: BSD-3-Clause
// Reference of the tree Newton kernels: one lane after another, one number at a time.
//
// The order of operations is the contract: kernels/newton.simd.hpp and newton_laws.simd.hpp must
// give the same bytes.
#pragma once

#include "gridswarm/kernel/reference_law.hpp"
#include "gridswarm/kernel/reference_sweep.hpp"

namespace gridswarm::inline GS_ABI::kernel::reference {

/// J(V) = a + B V of one lane.
struct NewtonLine {
  double ar = 0.0, ai = 0.0, b11 = 0.0, b12 = 0.0, b21 = 0.0, b22 = 0.0;
};

/// One lane of one cell: J and powers, V, and B.
struct NewtonCell {
  SweepLane at;
  SweepLane v;
  SweepLane factor;
};

GS_INLINE NewtonCell newton_cell(const SweepMemory& memory, double* factors, int32_t k, int lane) {
  return {sweep_cell(memory, k, lane),
          sweep_pair(memory.v, k, lane),
          {factors + static_cast<size_t>(k) * newton_columns * sweep_lanes + lane}};
}

GS_INLINE NewtonLine newton_read(const NewtonCell& cell) {
  return {cell.at[sweep_jr],       cell.at[sweep_ji],       cell.factor[newton_b11],
          cell.factor[newton_b12], cell.factor[newton_b21], cell.factor[newton_b22]};
}

GS_INLINE void newton_write(const NewtonLine& line, bool active, const NewtonCell& cell) {
  if (active) {
    cell.at[sweep_jr] = line.ar;
    cell.at[sweep_ji] = line.ai;
  }
  cell.factor[newton_b11] = line.b11;
  cell.factor[newton_b12] = line.b12;
  cell.factor[newton_b21] = line.b21;
  cell.factor[newton_b22] = line.b22;
}

GS_INLINE NewtonLine newton_sum(const NewtonLine& one, const NewtonLine& other) {
  return {one.ar + other.ar,   one.ai + other.ai,   one.b11 + other.b11,
          one.b12 + other.b12, one.b21 + other.b21, one.b22 + other.b22};
}

/// All children of cell k, the first one first.
GS_INLINE NewtonLine newton_children(const SweepTree& tree, const SweepMemory& memory,
                                     double* factors, int32_t k, int lane) {
  const auto child = [&](int32_t c) { return newton_read(newton_cell(memory, factors, c, lane)); };
  NewtonLine sum = newton_sum(child(tree.child_one[k]), child(tree.child_two[k]));
  for (int32_t c = tree.more_first[k]; c < tree.more_first[k + 1]; ++c)
    sum = newton_sum(sum, child(tree.more[c]));
  return sum;
}

/// What a bus consumes, at one lane.
struct NewtonPower {
  double u, p, q, dp, dq, off;
};

/// A bus linearised: e holds what follows the voltage.
GS_INLINE NewtonLine newton_linearise(const SweepTree& tree, int32_t k, const SweepLane& v,
                                      const NewtonPower& power) {
  const double vr = v[0];
  const double vi = v[1];
  const double half = 0.5 * power.u;
  const double ep = half * power.dp;
  const double eq = half * power.dq;
  const double p = power.p - ep;
  const double q = power.q - eq;
  const double full = 1.0 / (vr * vr + vi * vi);
  const double inverse = full < tree.largest_inverse ? full : tree.largest_inverse;
  const double wr = vr * inverse;
  const double wi = vi * inverse;
  const double jr = p * wr + q * wi;
  const double ji = p * wi - q * wr;
  const double cr = jr * wr - ji * wi;
  const double ci = jr * wi + ji * wr;
  const double yr = ep * inverse + tree.g[k];
  const double yi = tree.b[k] - eq * inverse;
  const double ar = jr + jr + power.off * wi;
  const double ai = ji + ji - power.off * wr;
  return {ar, ai, yr - cr, -yi - ci, yi - ci, yr + cr};
}

/// Through the line above bus k; its pivot counts.
GS_INLINE NewtonLine newton_edge(const SweepTree& tree, int32_t k, int lane, const NewtonLine& line,
                                 NewtonPivot& pivot) {
  const double r = tree.r[k];
  const double x = tree.x[k];
  const double square = r * r + x * x;
  const double minor = line.b11 * line.b22 - line.b12 * line.b21;
  const double exact =
      1.0 + ((line.b11 + line.b22) * r + (line.b12 - line.b21) * x) + minor * square;
  const double det = exact > -1e300 ? exact : -1e300;
  const double inv = 1.0 / (det > newton_least_pivot ? det : 1.0);
  const double hr = line.b22 * line.ar - line.b12 * line.ai;
  const double hi = line.b11 * line.ai - line.b21 * line.ar;
  if (det < pivot.det[lane]) {
    pivot.det[lane] = det;
    pivot.bus[lane] = k;
  }
  return {(line.ar + (r * hr + x * hi)) * inv, (line.ai + (r * hi - x * hr)) * inv,
          (line.b11 + minor * r) * inv,        (line.b12 + minor * x) * inv,
          (line.b21 - minor * x) * inv,        (line.b22 + minor * r) * inv};
}

/// One lane of one cell.
GS_INLINE void newton_reduce(const SweepTree& tree, int32_t k, int lane, bool active,
                             const SweepMemory& memory, double* factors, NewtonPivot& pivot) {
  const NewtonCell cell = newton_cell(memory, factors, k, lane);
  const NewtonPower power = {0.0, cell.at[sweep_p], cell.at[sweep_q], 0.0, 0.0, 0.0};
  const auto child = [&](int32_t c) { return newton_read(newton_cell(memory, factors, c, lane)); };
  NewtonLine line = newton_linearise(tree, k, cell.v, power);
  if (tree.more_first[k] < tree.more_first[k + 1]) {
    line = newton_sum(line, newton_children(tree, memory, factors, k, lane));
  } else {
    line = newton_sum(line, child(tree.child_one[k]));
    line = newton_sum(line, child(tree.child_two[k]));
  }
  newton_write(newton_edge(tree, k, lane, line, pivot), active, cell);
}

/// Cells without children come first in every block, the trunk last.
GS_INLINE void newton_up(const SweepTree& tree, const double* active, const SweepMemory& memory,
                         double* factors, NewtonPivot& pivot) {
  for (int lane = 0; lane < sweep_lanes; ++lane) {
    pivot.det[lane] = 1e300;
    pivot.bus[lane] = 0.0;
    const auto reduce = [&](int32_t k) {
      newton_reduce(tree, k, lane, !active || active[lane] != 0.0, memory, factors, pivot);
    };
    for (int32_t b = 0; b < tree.blocks; ++b) {
      for (int32_t k = tree.block_leaf[b]; k < tree.block_first[b + 1]; ++k) reduce(k);
      for (int32_t k = tree.block_leaf[b] - 1; k >= tree.block_first[b]; --k) reduce(k);
    }
    for (int32_t k = tree.trunk - 1; k >= 0; --k) reduce(k);
  }
}

GS_INLINE void newton_down(const SweepTree& tree, const double* active, const SweepMemory& memory,
                           double* factors, double* step_squared) {
  for (int lane = 0; lane < sweep_lanes; ++lane) {
    double largest = 0.0;
    for (int32_t k = tree.roots; k < tree.size; ++k) {
      const NewtonCell cell = newton_cell(memory, factors, k, lane);
      const SweepLane above = sweep_pair(memory.v, tree.parent[k], lane);
      const NewtonLine line = newton_read(cell);
      const double old_vr = cell.v[0];
      const double old_vi = cell.v[1];
      const double jr = line.ar + (line.b11 * above[0] + line.b12 * above[1]);
      const double ji = line.ai + (line.b21 * above[0] + line.b22 * above[1]);
      if (!active || active[lane] != 0.0) {
        cell.v[0] = above[0] - (tree.r[k] * jr - tree.x[k] * ji);
        cell.v[1] = above[1] - (tree.r[k] * ji + tree.x[k] * jr);
      }
      cell.factor[newton_b11] = old_vr;
      cell.factor[newton_b12] = old_vi;
      const double dr = cell.v[0] - old_vr;
      const double di = cell.v[1] - old_vi;
      const double square = dr * dr + di * di;
      if (square > largest) largest = square;
    }
    step_squared[lane] = largest;
  }
}

GS_INLINE void newton_damp(const SweepTree& tree, const double* share, const SweepMemory& memory,
                           const double* factors) {
  for (int lane = 0; lane < sweep_lanes; ++lane) {
    if (share[lane] == 1.0) continue;
    for (int32_t k = tree.roots; k < tree.size; ++k) {
      const SweepLane v = sweep_pair(memory.v, k, lane);
      const double* old = factors + static_cast<size_t>(k) * newton_columns * sweep_lanes + lane;
      v[0] = old[0] + share[lane] * (v[0] - old[0]);
      v[1] = old[sweep_lanes] + share[lane] * (v[1] - old[sweep_lanes]);
    }
  }
}

}  // namespace gridswarm::inline GS_ABI::kernel::reference
