// SPDX-License-Identifier: BSD-3-Clause
// Reference of a sweep's way in and out; the contract of kernels/sweep_rows.simd.hpp.
#pragma once

#include "gridswarm/kernel/reference_sweep.hpp"

namespace gridswarm::inline GS_ABI::kernel::reference {

/// Sources, the absent child, and where rows without supply go; voltages of probes.
GS_INLINE void sweep_set_out_lane(const SweepTree& tree, const SweepMemory& memory, int lane) {
  for (int32_t k = 0; k < tree.roots; ++k) {
    sweep_cell(memory, k, lane)[sweep_p] = 0.0;
    sweep_cell(memory, k, lane)[sweep_q] = 0.0;
    sweep_pair(memory.v, k, lane)[0] = tree.sources[k].vr;
    sweep_pair(memory.v, k, lane)[1] = tree.sources[k].vi;
  }
  for (int32_t b = 0; b < tree.blocks; ++b) {
    const SweepSource& source = tree.sources[tree.root[tree.block_probe[b]]];
    sweep_pair(memory.probes, b, lane)[0] = source.vr;
    sweep_pair(memory.probes, b, lane)[1] = source.vi;
  }
  for (int column = 0; column < sweep_columns; ++column)
    sweep_cell(memory, tree.size, lane)[column] = 0.0;
  for (int part = 0; part < 2; ++part)
    sweep_pair(memory.v, tree.size + 1, lane)[part] = __builtin_nan("");
}

GS_INLINE void sweep_load(const SweepTree& tree, const SweepRows& rows, const double* p,
                          const double* q, const SweepMemory& memory) {
  for (int lane = 0; lane < sweep_lanes; ++lane) {
    const int64_t first = (lane < rows.used ? lane : 0) * rows.stride;
    for (int32_t row = 0; row < rows.count; ++row) {
      const SweepLane cell = sweep_cell(memory, rows.cell[row], lane);
      cell[sweep_p] = -rows.scale * p[first + row];
      cell[sweep_q] = -rows.scale * q[first + row];
    }
    sweep_set_out_lane(tree, memory, lane);
    const auto up = [&](int32_t begin, int32_t end) {
      for (int32_t k = end - 1; k >= begin; --k) {
        const SweepSource& source = tree.sources[tree.root[k]];
        const SweepLane cell = sweep_cell(memory, k, lane);
        double jr = cell[sweep_p] * source.ur + cell[sweep_q] * source.ui;
        double ji = cell[sweep_p] * source.ui - cell[sweep_q] * source.ur;
        if (tree.has_shunts) {
          jr += tree.g[k] * source.vr - tree.b[k] * source.vi;
          ji += tree.g[k] * source.vi + tree.b[k] * source.vr;
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
    };
    up(tree.trunk, tree.size);
    up(0, tree.trunk);
  }
}

GS_INLINE void sweep_start(const SweepTree& tree, const SweepRows& rows, const double* k_re,
                           const double* k_im, const double* start_re, const double* start_im,
                           const SweepMemory& memory) {
  for (int lane = 0; lane < sweep_lanes; ++lane) {
    const int64_t first = (lane < rows.used ? lane : 0) * rows.stride;
    for (int32_t row = 0; row < rows.count; ++row) {
      const int32_t k = rows.cell[row];
      if (k < tree.roots || k >= tree.size) continue;
      const double vr = start_re[first + row];
      const double vi = start_im[first + row];
      const double square = k_re[k] * k_re[k] + k_im[k] * k_im[k];
      sweep_pair(memory.v, k, lane)[0] = (vr * k_re[k] + vi * k_im[k]) / square;
      sweep_pair(memory.v, k, lane)[1] = (vi * k_re[k] - vr * k_im[k]) / square;
    }
    sweep_probe_lane(tree, memory, lane);
  }
}

GS_INLINE void sweep_store(const SweepRows& rows, const double* k_re, const double* k_im,
                           const double* v, bool polar, double* a, double* b) {
  for (int lane = 0; lane < rows.used; ++lane)
    for (int32_t row = 0; row < rows.count; ++row) {
      const int32_t k = rows.cell[row];
      const double vr = v[(2 * static_cast<size_t>(k) + 0) * sweep_lanes + lane];
      const double vi = v[(2 * static_cast<size_t>(k) + 1) * sweep_lanes + lane];
      const double re = k_re[k] * vr - k_im[k] * vi;
      const double im = k_re[k] * vi + k_im[k] * vr;
      a[lane * rows.stride + row] = polar ? magnitude_of(re, im) : re;
      b[lane * rows.stride + row] = polar ? angle_of(re, im) : im;
    }
}

GS_INLINE void polar(size_t count, const double* re, const double* im, double* vm, double* va) {
  for (size_t i = 0; i < count; ++i) {
    vm[i] = magnitude_of(re[i], im[i]);
    va[i] = angle_of(re[i], im[i]);
  }
}

}  // namespace gridswarm::inline GS_ABI::kernel::reference
