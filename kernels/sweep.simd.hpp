// SPDX-License-Identifier: BSD-3-Clause
// Current-summation sweep over a forest, eight scenarios in lanes. Reference:
// kernel/reference_sweep.hpp.
//
// Down, parents before children: V_c = V_p - Z_c J_c. Up, children before parents:
// J_k = conj(S_k / V_k) + y_k V_k + sum of J_c over children (Shirmohammadi et al., IEEE Trans.
// Power Systems 3(2), 1988). Only currents live on between sweeps; a block of the tree goes down
// and up while it is in the first-level cache, and the trunk above all blocks goes first and last.
// Down and up are loops of their own, because the processor sees no farther than a hundred
// operations and a draw waits long for its division. No branch depends on the tree but for cells of
// more than two children: an absent child is a cell that draws nothing.
#pragma once

#include "gridswarm/kernel/views.hpp"

namespace gridswarm::inline GS_ABI::kernel {
namespace {

constexpr size_t sweep_cell = static_cast<size_t>(sweep_columns) * sweep_lanes;
constexpr size_t sweep_pair = 2 * static_cast<size_t>(sweep_lanes);

/// V_k from the voltage above and the current of k's edge.
[[gnu::always_inline]] inline void sweep_move(const SweepTree& tree, int32_t k,
                                              const double* __restrict j,
                                              const double* __restrict above,
                                              double* __restrict v) {
  const double r = tree.r[k];
  const double x = tree.x[k];
#pragma omp simd
  for (int l = 0; l < sweep_lanes; ++l) {
    const double jr = j[l];
    const double ji = j[sweep_lanes + l];
    v[l] = above[l] - (r * jr - x * ji);
    v[sweep_lanes + l] = above[sweep_lanes + l] - (r * ji + x * jr);
  }
}

/// J_k = what bus k draws at its voltage, and the sums of its first two children; lanes that are
/// not active keep theirs.
template <bool masked, bool has_children, bool has_shunts>
[[gnu::always_inline]] inline void sweep_draw(const SweepTree& tree, int32_t k,
                                              const double* __restrict active,
                                              const double* __restrict one,
                                              const double* __restrict two,
                                              const double* __restrict v, double* __restrict at) {
  const double largest = tree.largest_inverse;
  const double g = has_shunts ? tree.g[k] : 0.0;
  const double b = has_shunts ? tree.b[k] : 0.0;
#pragma omp simd
  for (int l = 0; l < sweep_lanes; ++l) {
    const double vr = v[l];
    const double vi = v[sweep_lanes + l];
    const double p = at[sweep_p * sweep_lanes + l];
    const double q = at[sweep_q * sweep_lanes + l];
    const double full = 1.0 / (vr * vr + vi * vi);
    const double inverse = full < largest ? full : largest;
    double jr = (p * vr + q * vi) * inverse;
    double ji = (p * vi - q * vr) * inverse;
    if (has_shunts) {
      jr += g * vr - b * vi;
      ji += g * vi + b * vr;
    }
    if (has_children) {
      jr = (jr + one[l]) + two[l];
      ji = (ji + one[sweep_lanes + l]) + two[sweep_lanes + l];
    }
    if (masked) {
      jr = active[l] == 0.0 ? at[l] : jr;
      ji = active[l] == 0.0 ? at[sweep_lanes + l] : ji;
    }
    at[l] = jr;
    at[sweep_lanes + l] = ji;
  }
}

/// Add children three and on to the sum of cell k.
template <bool masked>
void sweep_add_more(const SweepTree& tree, int32_t k, const double* active, double* cells) {
  double* __restrict sum = cells + k * sweep_cell;
  for (int32_t c = tree.more_first[k]; c < tree.more_first[k + 1]; ++c) {
    const double* __restrict more = cells + tree.more[c] * sweep_cell;
#pragma omp simd
    for (int l = 0; l < sweep_lanes; ++l) {
      const double jr = sum[l] + more[l];
      const double ji = sum[sweep_lanes + l] + more[sweep_lanes + l];
      sum[l] = masked && active[l] == 0.0 ? sum[l] : jr;
      sum[sweep_lanes + l] = masked && active[l] == 0.0 ? sum[sweep_lanes + l] : ji;
    }
  }
}

/// J of cells last - 1 down to first, all of which may have children; cell k's voltage is pair k of
/// v.
template <bool masked, bool has_shunts>
[[gnu::always_inline]] inline void sweep_up_range(const SweepTree& tree, const double* active,
                                                  int32_t first, int32_t last, const double* v,
                                                  double* cells) {
  for (int32_t k = last - 1; k >= first; --k) {
    sweep_draw<masked, true, has_shunts>(tree, k, active, cells + tree.child_one[k] * sweep_cell,
                                         cells + tree.child_two[k] * sweep_cell, v + k * sweep_pair,
                                         cells + k * sweep_cell);
    if (tree.more_first[k] < tree.more_first[k + 1]) sweep_add_more<masked>(tree, k, active, cells);
  }
}

/// The same of a block, its cells without children first.
template <bool masked, bool has_shunts>
[[gnu::always_inline]] inline void sweep_up_block(const SweepTree& tree, const double* active,
                                                  int32_t b, const double* v, double* cells) {
  for (int32_t k = tree.block_leaf[b]; k < tree.block_first[b + 1]; ++k)
    sweep_draw<masked, false, has_shunts>(tree, k, active, nullptr, nullptr, v + k * sweep_pair,
                                          cells + k * sweep_cell);
  sweep_up_range<masked, has_shunts>(tree, active, tree.block_first[b], tree.block_leaf[b], v,
                                     cells);
}

/// Voltages of cells first .. last - 1 from those at `parent`.
[[gnu::always_inline]] inline void sweep_down(const SweepTree& tree, const int32_t* parent,
                                              int32_t first, int32_t last, const double* cells,
                                              const double* above, double* v) {
  for (int32_t k = first; k < last; ++k)
    sweep_move(tree, k, cells + k * sweep_cell, above + parent[k] * sweep_pair, v + k * sweep_pair);
}

/// Hold a block's probe against where it stood before.
[[gnu::always_inline]] inline void sweep_probe(const double* __restrict v,
                                               double* __restrict before, double* __restrict step) {
#pragma omp simd
  for (int l = 0; l < sweep_lanes; ++l) {
    const double dr = v[l] - before[l];
    const double di = v[sweep_lanes + l] - before[sweep_lanes + l];
    const double square = dr * dr + di * di;
    step[l] = square > step[l] ? square : step[l];
    before[l] = v[l];
    before[sweep_lanes + l] = v[sweep_lanes + l];
  }
}

/// A whole sweep. If `kept`, every cell's voltage stays in its own pair.
template <bool masked, bool has_shunts>
void sweep_all(const SweepTree& tree, const double* active, bool kept, const SweepMemory& at,
               double* step_squared) {
  alignas(64) double step[sweep_lanes] = {};
  const int32_t* parent = kept ? tree.parent : tree.parent_slot;
  sweep_down(tree, tree.parent, tree.roots, tree.trunk, at.cells, at.v, at.v);
  for (int32_t b = 0; b < tree.blocks; ++b) {
    const int32_t first = tree.block_first[b];
    double* v = kept ? at.v
                     : at.v + static_cast<ptrdiff_t>(tree.trunk - first) *
                                  static_cast<ptrdiff_t>(sweep_pair);
    sweep_down(tree, parent, first, tree.block_first[b + 1], at.cells, at.v, v);
    sweep_probe(v + tree.block_probe[b] * sweep_pair, at.probes + b * sweep_pair, step);
    sweep_up_block<masked, has_shunts>(tree, active, b, v, at.cells);
  }
  sweep_up_range<masked, has_shunts>(tree, active, 0, tree.trunk, at.v, at.cells);
  for (int l = 0; l < sweep_lanes; ++l) step_squared[l] = step[l];
}

void sweep(const SweepTree& tree, const double* active, bool kept, const SweepMemory& at,
           double* step_squared) {
  if (active && tree.has_shunts) return sweep_all<true, true>(tree, active, kept, at, step_squared);
  if (active) return sweep_all<true, false>(tree, active, kept, at, step_squared);
  if (tree.has_shunts) return sweep_all<false, true>(tree, active, kept, at, step_squared);
  sweep_all<false, false>(tree, active, kept, at, step_squared);
}

template <bool masked, bool has_shunts>
void sweep_up_all(const SweepTree& tree, const double* active, const SweepMemory& at) {
  for (int32_t b = 0; b < tree.blocks; ++b)
    sweep_up_block<masked, has_shunts>(tree, active, b, at.v, at.cells);
  sweep_up_range<masked, has_shunts>(tree, active, 0, tree.trunk, at.v, at.cells);
}

void sweep_up(const SweepTree& tree, const double* active, const SweepMemory& at) {
  if (active && tree.has_shunts) return sweep_up_all<true, true>(tree, active, at);
  if (active) return sweep_up_all<true, false>(tree, active, at);
  if (tree.has_shunts) return sweep_up_all<false, true>(tree, active, at);
  sweep_up_all<false, false>(tree, active, at);
}

}  // namespace
}  // namespace gridswarm::inline GS_ABI::kernel
