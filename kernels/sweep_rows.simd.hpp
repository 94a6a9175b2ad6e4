// SPDX-License-Identifier: BSD-3-Clause
// A sweep's way in and out: rows of the caller's arrays, (scenario, bus row), to cells and back.
//
// Eight rows, one per lane, are read side by side in the file's order, as streams that the
// processor can foresee, and turned in registers; a cell is then written as whole cache lines,
// wherever it lies. On the way out the same the other way round.
#pragma once

#include "gridswarm/kernel/angle.hpp"
#include "gridswarm/kernel/views.hpp"
#include "sweep.simd.hpp"

namespace gridswarm::inline GS_ABI::kernel {
namespace {

#if defined(__AVX__)
constexpr int turn_width = 4;
#else
constexpr int turn_width = 2;
#endif
/// A register of doubles that may lie on any border of 8 bytes.
typedef double TurnRow __attribute__((vector_size(8 * turn_width), aligned(8), may_alias));

/// Turn a square of registers: to[j][i] = from[i][j].
[[gnu::always_inline]] inline void sweep_turn_square(const double* from, int64_t from_stride,
                                                     double* to, int64_t to_stride) {
  const auto in = [&](int i) __attribute__((always_inline))->const TurnRow& {
    return *reinterpret_cast<const TurnRow*>(from + i * from_stride);
  };
  const auto out = [&](int i) __attribute__((always_inline))->TurnRow& {
    return *reinterpret_cast<TurnRow*>(to + i * to_stride);
  };
#if defined(__AVX__)
  const TurnRow low_01 = __builtin_shufflevector(in(0), in(1), 0, 4, 2, 6);
  const TurnRow high_01 = __builtin_shufflevector(in(0), in(1), 1, 5, 3, 7);
  const TurnRow low_23 = __builtin_shufflevector(in(2), in(3), 0, 4, 2, 6);
  const TurnRow high_23 = __builtin_shufflevector(in(2), in(3), 1, 5, 3, 7);
  out(0) = __builtin_shufflevector(low_01, low_23, 0, 1, 4, 5);
  out(1) = __builtin_shufflevector(high_01, high_23, 0, 1, 4, 5);
  out(2) = __builtin_shufflevector(low_01, low_23, 2, 3, 6, 7);
  out(3) = __builtin_shufflevector(high_01, high_23, 2, 3, 6, 7);
#else
  const TurnRow low = __builtin_shufflevector(in(0), in(1), 0, 2);
  const TurnRow high = __builtin_shufflevector(in(0), in(1), 1, 3);
  out(0) = low;
  out(1) = high;
#endif
}

/// Turn 8 x 8 numbers: to[j][i] = from[i][j].
[[gnu::always_inline]] inline void sweep_turn(const double* from, int64_t from_stride, double* to,
                                              int64_t to_stride) {
  for (int i = 0; i < sweep_lanes; i += turn_width)
    for (int j = 0; j < sweep_lanes; j += turn_width)
      sweep_turn_square(from + i * from_stride + j, from_stride, to + j * to_stride + i, to_stride);
}

/// Eight rows of eight lanes, or of a caller's array.
struct SweepTile {
  alignas(64) double at[8 * sweep_lanes];
};

/// The next rows of every lane; lanes without a scenario repeat the first, rows past the end are 0.
[[gnu::always_inline]] inline void sweep_read(const SweepRows& rows, const double* from,
                                              int32_t row, SweepTile& tile) {
  if (rows.used == sweep_lanes && row + 8 <= rows.count)
    return sweep_turn(from + row, rows.stride, tile.at, sweep_lanes);
  for (int j = 0; j < 8; ++j)
    for (int l = 0; l < sweep_lanes; ++l)
      tile.at[j * sweep_lanes + l] =
          row + j < rows.count ? from[(l < rows.used ? l : 0) * rows.stride + row + j] : 0.0;
}

[[gnu::always_inline]] inline void sweep_write(const SweepRows& rows, const SweepTile& tile,
                                               int32_t row, double* to) {
  if (rows.used == sweep_lanes && row + 8 <= rows.count)
    return sweep_turn(tile.at, sweep_lanes, to + row, rows.stride);
  for (int l = 0; l < rows.used; ++l)
    for (int j = 0; j < 8 && row + j < rows.count; ++j)
      to[l * rows.stride + row + j] = tile.at[j * sweep_lanes + l];
}

/// Ask for what a later tile reads: one line of every lane and array.
[[gnu::always_inline]] inline void sweep_ask(const SweepRows& rows, const double* a,
                                             const double* b, int32_t row) {
  if (row >= rows.count) return;
  for (int l = 0; l < rows.used; ++l) {
    __builtin_prefetch(a + l * rows.stride + row);
    __builtin_prefetch(b + l * rows.stride + row);
  }
}
constexpr int32_t sweep_ahead = 64;

/// One cell from injections: consumption, and what the load draws at a flat start.
[[gnu::always_inline]] inline void sweep_fill(const SweepSource& source, double scale,
                                              const double* __restrict p_in,
                                              const double* __restrict q_in,
                                              double* __restrict at) {
  const double ur = source.ur, ui = source.ui;
#pragma omp simd
  for (int l = 0; l < sweep_lanes; ++l) {
    const double p = scale * p_in[l];
    const double q = scale * q_in[l];
    at[l] = p * ur + q * ui;
    at[sweep_lanes + l] = p * ui - q * ur;
    at[sweep_p * sweep_lanes + l] = p;
    at[sweep_q * sweep_lanes + l] = q;
  }
}

[[gnu::always_inline]] inline void sweep_put(double re, double im, double* __restrict v) {
#pragma omp simd
  for (int l = 0; l < sweep_lanes; ++l) {
    v[l] = re;
    v[sweep_lanes + l] = im;
  }
}

/// y V on top of what the loads draw, at a flat start.
void sweep_add_shunts(const SweepTree& tree, double* cells) {
  for (int32_t k = 0; k < tree.size; ++k) {
    const SweepSource& source = tree.sources[tree.root[k]];
    const double jr = tree.g[k] * source.vr - tree.b[k] * source.vi;
    const double ji = tree.g[k] * source.vi + tree.b[k] * source.vr;
    double* at = cells + k * sweep_cell;
    for (int l = 0; l < sweep_lanes; ++l) {
      at[l] += jr;
      at[sweep_lanes + l] += ji;
    }
  }
}

/// Add to cells last - 1 down to first what their children draw.
void sweep_add_children(const SweepTree& tree, int32_t first, int32_t last, double* cells) {
  for (int32_t k = last - 1; k >= first; --k) {
    double* __restrict sum = cells + k * sweep_cell;
    const double* __restrict one = cells + tree.child_one[k] * sweep_cell;
    const double* __restrict two = cells + tree.child_two[k] * sweep_cell;
#pragma omp simd
    for (int l = 0; l < 2 * sweep_lanes; ++l) sum[l] = (sum[l] + one[l]) + two[l];
    sweep_add_more<false>(tree, k, nullptr, cells);
  }
}

/// The cells that are no bus with a load: sources, the absent child, and where rows without supply
/// go; their voltages, and the probes'.
void sweep_set_out(const SweepTree& tree, const SweepMemory& at) {
  alignas(64) const double zero[sweep_lanes] = {};
  for (int32_t k = 0; k < tree.roots; ++k) {
    sweep_fill(tree.sources[k], 0.0, zero, zero, at.cells + k * sweep_cell);
    sweep_put(tree.sources[k].vr, tree.sources[k].vi, at.v + k * sweep_pair);
  }
  for (int32_t b = 0; b < tree.blocks; ++b) {
    const SweepSource& source = tree.sources[tree.root[tree.block_probe[b]]];
    sweep_put(source.vr, source.vi, at.probes + b * sweep_pair);
  }
  double* nothing = at.cells + tree.size * sweep_cell;
  for (size_t i = 0; i < sweep_cell; ++i) nothing[i] = 0.0;
  sweep_put(__builtin_nan(""), __builtin_nan(""), at.v + (tree.size + 1) * sweep_pair);
}

void sweep_load(const SweepTree& tree, const SweepRows& rows, const double* p, const double* q,
                const SweepMemory& at) {
  SweepTile tile_p, tile_q;
  for (int32_t row = 0; row < rows.count; row += 8) {
    sweep_ask(rows, p, q, row + sweep_ahead);
    sweep_read(rows, p, row, tile_p);
    sweep_read(rows, q, row, tile_q);
    const int32_t many = rows.count - row < 8 ? rows.count - row : 8;
    for (int32_t j = 0; j < many; ++j) {
      const int32_t cell = rows.cell[row + j];
      sweep_fill(tree.sources[tree.root[cell]], -rows.scale, tile_p.at + j * sweep_lanes,
                 tile_q.at + j * sweep_lanes, at.cells + cell * sweep_cell);
    }
  }
  sweep_set_out(tree, at);
  if (tree.has_shunts) sweep_add_shunts(tree, at.cells);
  for (int32_t b = 0; b < tree.blocks; ++b)
    sweep_add_children(tree, tree.block_first[b], tree.block_leaf[b], at.cells);
  sweep_add_children(tree, 0, tree.trunk, at.cells);
}

/// V = K V' of one cell, as two lines of a tile.
[[gnu::always_inline]] inline void sweep_show(double kr, double ki, const double* __restrict v,
                                              double* __restrict re, double* __restrict im) {
#pragma omp simd
  for (int l = 0; l < sweep_lanes; ++l) {
    const double vr = v[l];
    const double vi = v[sweep_lanes + l];
    re[l] = kr * vr - ki * vi;
    im[l] = kr * vi + ki * vr;
  }
}

/// True if all angles of a tile lie within pi/8, where folding comes to z = im / re.
[[gnu::always_inline]] inline bool is_narrow(const SweepTile& re, const SweepTile& im) {
  alignas(64) double outside[sweep_lanes] = {};
  for (int j = 0; j < 8; ++j) {
#pragma omp simd
    for (int l = 0; l < sweep_lanes; ++l) {
      const int i = j * sweep_lanes + l;
      const double room = tan_eighth * re.at[i] - __builtin_fabs(im.at[i]);
      outside[l] = room > 0.0 ? outside[l] : 1.0;
    }
  }
  double any = 0.0;
  for (int l = 0; l < sweep_lanes; ++l) any += outside[l];
  return any == 0.0;
}

/// A tile of re and im becomes one of |V| and angle. Two loops, for the processor sees no farther
/// than a hundred operations and each of them waits long for its division or root. Narrow tiles,
/// nearly all, save the choices; their bits are the same.
void sweep_polar(SweepTile& re, SweepTile& im) {
  SweepTile z, m;
  if (is_narrow(re, im)) {
#pragma omp simd
    for (int i = 0; i < 8 * sweep_lanes; ++i) z.at[i] = im.at[i] / re.at[i];
#pragma omp simd
    for (int i = 0; i < 8 * sweep_lanes; ++i) {
      re.at[i] = magnitude_of(re.at[i], im.at[i]);
      im.at[i] = unfold_angle(z.at[i], 0.0);
    }
    return;
  }
#pragma omp simd
  for (int i = 0; i < 8 * sweep_lanes; ++i) {
    const FoldedAngle folded = fold_angle(re.at[i], im.at[i]);
    z.at[i] = folded.z;
    m.at[i] = folded.m;
  }
#pragma omp simd
  for (int i = 0; i < 8 * sweep_lanes; ++i) {
    re.at[i] = magnitude_of(re.at[i], im.at[i]);
    im.at[i] = unfold_angle(z.at[i], m.at[i]);
  }
}

template <bool polar>
void sweep_store_as(const SweepRows& rows, const double* k_re, const double* k_im, const double* v,
                    double* a, double* b) {
  SweepTile tile_a = {}, tile_b = {};
  for (int32_t row = 0; row < rows.count; row += 8) {
    const int32_t many = rows.count - row < 8 ? rows.count - row : 8;
    for (int32_t j = 0; j < many; ++j) {
      const int32_t cell = rows.cell[row + j];
      sweep_show(k_re[cell], k_im[cell], v + cell * sweep_pair, tile_a.at + j * sweep_lanes,
                 tile_b.at + j * sweep_lanes);
    }
    if (polar) sweep_polar(tile_a, tile_b);
    sweep_write(rows, tile_a, row, a);
    sweep_write(rows, tile_b, row, b);
  }
}

void sweep_store(const SweepRows& rows, const double* k_re, const double* k_im, const double* v,
                 bool polar, double* a, double* b) {
  if (polar) return sweep_store_as<true>(rows, k_re, k_im, v, a, b);
  sweep_store_as<false>(rows, k_re, k_im, v, a, b);
}

/// V' = V / K of given voltages.
void sweep_start(const SweepTree& tree, const SweepRows& rows, const double* k_re,
                 const double* k_im, const double* start_re, const double* start_im,
                 const SweepMemory& at) {
  SweepTile re, im;
  for (int32_t row = 0; row < rows.count; row += 8) {
    sweep_read(rows, start_re, row, re);
    sweep_read(rows, start_im, row, im);
    const int32_t many = rows.count - row < 8 ? rows.count - row : 8;
    for (int32_t j = 0; j < many; ++j) {
      const int32_t cell = rows.cell[row + j];
      if (cell < tree.roots || cell >= tree.size) continue;
      const double kr = k_re[cell];
      const double ki = k_im[cell];
      const double square = kr * kr + ki * ki;
      double* v = at.v + cell * sweep_pair;
      for (int l = 0; l < sweep_lanes; ++l) {
        const double vr = re.at[j * sweep_lanes + l];
        const double vi = im.at[j * sweep_lanes + l];
        v[l] = (vr * kr + vi * ki) / square;
        v[sweep_lanes + l] = (vi * kr - vr * ki) / square;
      }
    }
  }
  for (int32_t b = 0; b < tree.blocks; ++b)
    for (size_t i = 0; i < sweep_pair; ++i)
      at.probes[b * sweep_pair + i] = at.v[tree.block_probe[b] * sweep_pair + i];
}

/// |V| and angle of any number of voltages.
void polar(size_t count, const double* re, const double* im, double* vm, double* va) {
  constexpr size_t tile = 8 * sweep_lanes;
  SweepTile a, b;
  for (size_t first = 0; first < count; first += tile) {
    const size_t many = count - first < tile ? count - first : tile;
    for (size_t i = 0; i < tile; ++i) {
      a.at[i] = i < many ? re[first + i] : 1.0;
      b.at[i] = i < many ? im[first + i] : 0.0;
    }
    sweep_polar(a, b);
    for (size_t i = 0; i < many; ++i) {
      vm[first + i] = a.at[i];
      va[first + i] = b.at[i];
    }
  }
}

}  // namespace
}  // namespace gridswarm::inline GS_ABI::kernel
