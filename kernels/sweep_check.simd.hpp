// SPDX-License-Identifier: BSD-3-Clause
// The last way down of a sweep, and the check that its voltages obey the loads.
//
// J stays as it was, so that voltages are checked against the very currents that made them: what a
// bus takes from its branches, its sum less those of its children, is held against what it wants.
#pragma once

#include "gridswarm/kernel/views.hpp"
#include "sweep.simd.hpp"

namespace gridswarm::inline GS_ABI::kernel {
namespace {

/// Running worst of the lanes while they are checked.
struct SweepWorst {
  alignas(64) double step[sweep_lanes];
  alignas(64) double squared[sweep_lanes];
  alignas(64) double bus[sweep_lanes];
  alignas(64) double excess[sweep_lanes];
};

/// V_k over the one before it, and the step between them.
[[gnu::always_inline]] inline void sweep_move_on(const SweepTree& tree, int32_t k,
                                                 const double* __restrict j,
                                                 const double* __restrict above,
                                                 double* __restrict v, double* __restrict step) {
  const double r = tree.r[k];
  const double x = tree.x[k];
#pragma omp simd
  for (int l = 0; l < sweep_lanes; ++l) {
    const double jr = j[l];
    const double ji = j[sweep_lanes + l];
    const double vr = above[l] - (r * jr - x * ji);
    const double vi = above[sweep_lanes + l] - (r * ji + x * jr);
    const double dr = vr - v[l];
    const double di = vi - v[sweep_lanes + l];
    const double square = dr * dr + di * di;
    step[l] = square > step[l] ? square : step[l];
    v[l] = vr;
    v[sweep_lanes + l] = vi;
  }
}

/// Compare bus k with what it takes from its branches: its sum less those of its children.
template <bool has_children, bool has_shunts>
[[gnu::always_inline]] inline void sweep_check(const SweepTree& tree, const SweepCheck& check,
                                               int32_t k, const double* __restrict sum,
                                               const double* __restrict one,
                                               const double* __restrict two,
                                               const double* __restrict at,
                                               const double* __restrict v, SweepWorst& worst) {
  const double rel_squared = check.rel_squared;
  const double abs_squared = check.abs_squared;
  const double g = has_shunts ? tree.g[k] : 0.0;
  const double b = has_shunts ? tree.b[k] : 0.0;
  const double position = k;
#pragma omp simd
  for (int l = 0; l < sweep_lanes; ++l) {
    const double vr = v[l];
    const double vi = v[sweep_lanes + l];
    double jr = sum[l];
    double ji = sum[sweep_lanes + l];
    if (has_children) {
      jr = (jr - one[l]) - two[l];
      ji = (ji - one[sweep_lanes + l]) - two[sweep_lanes + l];
    }
    if (has_shunts) {
      jr -= g * vr - b * vi;
      ji -= g * vi + b * vr;
    }
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

/// Check cells first .. last - 1, all of which may have children.
template <bool has_shunts>
[[gnu::always_inline]] inline void sweep_check_range(const SweepTree& tree, const SweepCheck& check,
                                                     int32_t first, int32_t last,
                                                     const SweepMemory& memory, SweepWorst& worst) {
  for (int32_t k = first; k < last; ++k) {
    const double* at = memory.cells + k * sweep_cell;
    const double* sum = at;
    alignas(64) double rest[2 * sweep_lanes];
    for (int32_t c = tree.more_first[k]; c < tree.more_first[k + 1]; ++c) {
      const double* more = memory.cells + tree.more[c] * sweep_cell;
#pragma omp simd
      for (int l = 0; l < 2 * sweep_lanes; ++l) rest[l] = sum[l] - more[l];
      sum = rest;
    }
    sweep_check<true, has_shunts>(
        tree, check, k, sum, memory.cells + tree.child_one[k] * sweep_cell,
        memory.cells + tree.child_two[k] * sweep_cell, at, memory.v + k * sweep_pair, worst);
  }
}

template <bool has_shunts>
void sweep_last_all(const SweepTree& tree, const SweepMemory& at, SweepCheck& check) {
  SweepWorst worst;
  for (int l = 0; l < sweep_lanes; ++l) {
    worst.step[l] = worst.squared[l] = worst.bus[l] = 0.0;
    worst.excess[l] = -1.0;
  }
  const auto down = [&](int32_t first, int32_t last) __attribute__((always_inline)) {
    for (int32_t k = first; k < last; ++k)
      sweep_move_on(tree, k, at.cells + k * sweep_cell, at.v + tree.parent[k] * sweep_pair,
                    at.v + k * sweep_pair, worst.step);
  };
  down(tree.roots, tree.trunk);
  sweep_check_range<has_shunts>(tree, check, tree.roots, tree.trunk, at, worst);
  alignas(64) double ignored[sweep_lanes];
  for (int32_t b = 0; b < tree.blocks; ++b) {
    down(tree.block_first[b], tree.block_first[b + 1]);
    sweep_probe(at.v + tree.block_probe[b] * sweep_pair, at.probes + b * sweep_pair, ignored);
    sweep_check_range<has_shunts>(tree, check, tree.block_first[b], tree.block_leaf[b], at, worst);
    for (int32_t k = tree.block_leaf[b]; k < tree.block_first[b + 1]; ++k) {
      const double* cell = at.cells + k * sweep_cell;
      sweep_check<false, has_shunts>(tree, check, k, cell, nullptr, nullptr, cell,
                                     at.v + k * sweep_pair, worst);
    }
  }
  for (int l = 0; l < sweep_lanes; ++l) {
    check.step_squared[l] = worst.step[l];
    check.mismatch_squared[l] = worst.squared[l];
    check.bus[l] = worst.bus[l];
    check.excess[l] = worst.excess[l];
  }
}

void sweep_last(const SweepTree& tree, const SweepMemory& at, SweepCheck& check) {
  if (tree.has_shunts) return sweep_last_all<true>(tree, at, check);
  sweep_last_all<false>(tree, at, check);
}

/// One edge of LinDistFlow: squared voltage and direction from those above.
[[gnu::always_inline]] inline void sweep_fall(const SweepTree& tree, int32_t k,
                                              const SweepSource& source, const double* __restrict j,
                                              const double* __restrict above, double* __restrict v,
                                              double* __restrict lowest) {
  const double r = tree.r[k];
  const double x = tree.x[k];
  const double per_square = 1.0 / (source.vr * source.vr + source.vi * source.vi);
#pragma omp simd
  for (int l = 0; l < sweep_lanes; ++l) {
    const double p = source.vr * j[l] + source.vi * j[sweep_lanes + l];
    const double q = source.vi * j[l] - source.vr * j[sweep_lanes + l];
    const double turn = (x * p - r * q) * per_square;
    const double ar = above[l];
    const double ai = above[sweep_lanes + l];
    const double square = (ar * ar + ai * ai) - 2.0 * (r * p + x * q);
    lowest[l] = !(square >= lowest[l]) ? square : lowest[l];
    const double br = ar + ai * turn;
    const double bi = ai - ar * turn;
    const double kept = square > 0.0 ? square : 0.0;
    const double scale = __builtin_sqrt(kept / (br * br + bi * bi));
    v[l] = br * scale;
    v[sweep_lanes + l] = bi * scale;
  }
}

void sweep_linear(const SweepTree& tree, const SweepMemory& at, double* lowest) {
  for (int l = 0; l < sweep_lanes; ++l) lowest[l] = 1e300;
  for (int32_t k = tree.roots; k < tree.size; ++k)
    sweep_fall(tree, k, tree.sources[tree.root[k]], at.cells + k * sweep_cell,
               at.v + tree.parent[k] * sweep_pair, at.v + k * sweep_pair, lowest);
}

}  // namespace
}  // namespace gridswarm::inline GS_ABI::kernel
