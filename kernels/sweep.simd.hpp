// SPDX-License-Identifier: BSD-3-Clause
// Current-summation sweep over a forest, 16 scenarios in lanes. Reference:
// kernel/reference_sweep.hpp.
//
// Up, children before parents: J_k = y_k V_k + conj(S_k / V_k) + sum of J over k's children.
// Down, parents before children: V_c = V_p - Z_c J_c (Shirmohammadi et al., IEEE Trans. Power
// Systems 3(2), 1988). Gathering children, which lie side by side, writes each J once and leaves
// leaves alone.
#pragma once

#include "gridswarm/kernel/views.hpp"

namespace gridswarm::inline GS_ABI::kernel {
namespace {

constexpr size_t sweep_bus = static_cast<size_t>(sweep_columns) * lanes;

void sweep_load(const SweepTree& tree, const SweepRows& rows, const double* p, const double* q,
                const double* source_re, const double* source_im, double* state) {
  for (int32_t k = 0; k < tree.size; ++k) {
    double* __restrict at = state + k * sweep_bus;
    const bool is_root = k < tree.roots;
    const double* above = state + (is_root ? 0 : tree.parent[k]) * sweep_bus;
    for (int l = 0; l < lanes; ++l) {
      at[sweep_vr * lanes + l] = is_root ? source_re[k] : above[sweep_vr * lanes + l];
      at[sweep_vi * lanes + l] = is_root ? source_im[k] : above[sweep_vi * lanes + l];
    }
    for (int l = 0; l < 2 * lanes; ++l) at[sweep_jr * lanes + l] = 0.0;
    const int used = is_root ? 0 : rows.used;
    const double* from_p = p + rows.bus[k];
    const double* from_q = q + rows.bus[k];
    for (int l = 0; l < used; ++l) {
      at[sweep_p * lanes + l] = -from_p[l * rows.stride];
      at[sweep_q * lanes + l] = -from_q[l * rows.stride];
    }
    for (int l = used; l < lanes; ++l) {
      at[sweep_p * lanes + l] = 0.0;
      at[sweep_q * lanes + l] = 0.0;
    }
  }
}

template <bool masked>
void sweep_up(const SweepTree& tree, const double* active, double* state) {
  for (int32_t k = tree.size - 1; k >= 0; --k) {
    double* __restrict at = state + k * sweep_bus;
    double jr[lanes], ji[lanes];
#pragma omp simd
    for (int l = 0; l < lanes; ++l) {
      const double vr = at[sweep_vr * lanes + l];
      const double vi = at[sweep_vi * lanes + l];
      const double p = at[sweep_p * lanes + l];
      const double q = at[sweep_q * lanes + l];
      const double square = vr * vr + vi * vi;
      const double inverse = 1.0 / (square > tree.floor_squared ? square : tree.floor_squared);
      jr[l] = (p * vr + q * vi) * inverse;
      ji[l] = (p * vi - q * vr) * inverse;
    }
    const double g = tree.g[k];
    const double b = tree.b[k];
    if (g != 0.0 || b != 0.0) {
#pragma omp simd
      for (int l = 0; l < lanes; ++l) {
        jr[l] += g * at[sweep_vr * lanes + l] - b * at[sweep_vi * lanes + l];
        ji[l] += g * at[sweep_vi * lanes + l] + b * at[sweep_vr * lanes + l];
      }
    }
    for (int32_t c = tree.child_first[k]; c < tree.child_first[k + 1]; ++c) {
      const double* child = state + c * sweep_bus;
#pragma omp simd
      for (int l = 0; l < lanes; ++l) {
        jr[l] += child[sweep_jr * lanes + l];
        ji[l] += child[sweep_ji * lanes + l];
      }
    }
#pragma omp simd
    for (int l = 0; l < lanes; ++l) {
      const bool keep = masked && active[l] == 0.0;
      at[sweep_jr * lanes + l] = keep ? at[sweep_jr * lanes + l] : jr[l];
      at[sweep_ji * lanes + l] = keep ? at[sweep_ji * lanes + l] : ji[l];
    }
  }
}

template <bool masked>
void sweep_down(const SweepTree& tree, const double* active, double* state,
                double* __restrict step_squared) {
  double step[lanes] = {};
  for (int32_t k = tree.roots; k < tree.size; ++k) {
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
  for (int l = 0; l < lanes; ++l) step_squared[l] = step[l];
}

void sweep(const SweepTree& tree, const double* active, double* state, double* step_squared) {
  if (active) {
    sweep_up<true>(tree, active, state);
    sweep_down<true>(tree, active, state, step_squared);
  } else {
    sweep_up<false>(tree, active, state);
    sweep_down<false>(tree, active, state, step_squared);
  }
}

void sweep_check(const SweepTree& tree, const double* state, SweepCheck& check) {
  double largest[lanes] = {};
  double bus[lanes] = {};
  double excess[lanes];
  for (int l = 0; l < lanes; ++l) excess[l] = -1.0;
  for (int32_t k = tree.roots; k < tree.size; ++k) {
    const double* at = state + k * sweep_bus;
    double ir[lanes], ii[lanes];
#pragma omp simd
    for (int l = 0; l < lanes; ++l) {
      ir[l] = at[sweep_jr * lanes + l];
      ii[l] = at[sweep_ji * lanes + l];
    }
    for (int32_t c = tree.child_first[k]; c < tree.child_first[k + 1]; ++c) {
      const double* child = state + c * sweep_bus;
#pragma omp simd
      for (int l = 0; l < lanes; ++l) {
        ir[l] -= child[sweep_jr * lanes + l];
        ii[l] -= child[sweep_ji * lanes + l];
      }
    }
    const double g = tree.g[k];
    const double b = tree.b[k];
#pragma omp simd
    for (int l = 0; l < lanes; ++l) {
      const double vr = at[sweep_vr * lanes + l];
      const double vi = at[sweep_vi * lanes + l];
      const double jr = ir[l] - (g * vr - b * vi);
      const double ji = ii[l] - (g * vi + b * vr);
      const double p = at[sweep_p * lanes + l];
      const double q = at[sweep_q * lanes + l];
      const double dp = (vr * jr + vi * ji) - p;
      const double dq = (vi * jr - vr * ji) - q;
      const double mismatch = dp * dp + dq * dq;
      const double allowed = check.rel_squared * (p * p + q * q);
      const double over = mismatch - (allowed > check.abs_squared ? allowed : check.abs_squared);
      bus[l] = mismatch > largest[l] ? k : bus[l];
      largest[l] = mismatch > largest[l] ? mismatch : largest[l];
      excess[l] = !(over <= excess[l]) ? over : excess[l];
    }
  }
  for (int l = 0; l < lanes; ++l) {
    check.mismatch_squared[l] = largest[l];
    check.bus[l] = bus[l];
    check.excess[l] = excess[l];
  }
}

void sweep_store(const SweepTree& tree, const SweepRows& rows, const double* k_re,
                 const double* k_im, const double* state, double* v_re, double* v_im) {
  for (int32_t k = 0; k < tree.size; ++k) {
    const double* at = state + k * sweep_bus;
    double re[lanes], im[lanes];
#pragma omp simd
    for (int l = 0; l < lanes; ++l) {
      re[l] = k_re[k] * at[sweep_vr * lanes + l] - k_im[k] * at[sweep_vi * lanes + l];
      im[l] = k_re[k] * at[sweep_vi * lanes + l] + k_im[k] * at[sweep_vr * lanes + l];
    }
    double* to_re = v_re + rows.bus[k];
    double* to_im = v_im + rows.bus[k];
    for (int l = 0; l < rows.used; ++l) {
      to_re[l * rows.stride] = re[l];
      to_im[l * rows.stride] = im[l];
    }
  }
}

}  // namespace
}  // namespace gridswarm::inline GS_ABI::kernel
