// SPDX-License-Identifier: BSD-3-Clause
// Newton's method on the nodal equations, eight scenarios in lanes: mismatch, Jacobian and step.
// Reference: kernel/reference_mesh.hpp.
//
// Unknowns are the angle and the relative magnitude of V. With T_ij = V_i conj(Y_ij V_j),
//   dP_i/da_j = Im T_ij,   dP_i/dm_j = Re T_ij,   dQ_i/da_j = -Re T_ij,   dQ_i/dm_j = Im T_ij,
// and on the diagonal -Q_i, P_i, P_i, Q_i besides. Currents come from differences of voltages.
#pragma once

#include "gridswarm/kernel/mesh_views.hpp"

namespace gridswarm::inline GS_ABI::kernel {
namespace {

constexpr int mesh_pair = 2 * sweep_lanes;  // re and im, or p and q

/// I_i = ground V_i + sum of y (V_j - V_i), and what taps of this lane add.
[[gnu::always_inline]] inline void mesh_current(const MeshView& mesh, const MeshState& state,
                                                int32_t i, double* __restrict current) {
  const double* __restrict v = state.v + static_cast<size_t>(i) * mesh_pair;
  double ir[sweep_lanes];
  double ii[sweep_lanes];
  const double g = mesh.ground_re[i];
  const double b = mesh.ground_im[i];
#pragma omp simd
  for (int l = 0; l < sweep_lanes; ++l) {
    ir[l] = g * v[l] - b * v[sweep_lanes + l];
    ii[l] = g * v[sweep_lanes + l] + b * v[l];
  }
  for (int32_t e = mesh.first[i]; e < mesh.first[i + 1]; ++e) {
    const double* __restrict w = state.v + static_cast<size_t>(mesh.column[e]) * mesh_pair;
    const double yr = mesh.y_re[e];
    const double yi = mesh.y_im[e];
#pragma omp simd
    for (int l = 0; l < sweep_lanes; ++l) {
      const double dr = w[l] - v[l];
      const double di = w[sweep_lanes + l] - v[sweep_lanes + l];
      ir[l] += yr * dr - yi * di;
      ii[l] += yr * di + yi * dr;
    }
  }
  if (state.ends.first)
    for (int32_t k = state.ends.first[i]; k < state.ends.first[i + 1]; ++k) {
      const double* __restrict end =
          state.ends.lanes + static_cast<size_t>(k) * mesh_end_rows * sweep_lanes;
      const double* __restrict w =
          state.v + static_cast<size_t>(mesh.column[state.ends.entry[k]]) * mesh_pair;
#pragma omp simd
      for (int l = 0; l < sweep_lanes; ++l) {
        const double sr = end[end_self_re * sweep_lanes + l];
        const double si = end[end_self_im * sweep_lanes + l];
        const double mr = end[end_mutual_re * sweep_lanes + l];
        const double mi = end[end_mutual_im * sweep_lanes + l];
        const double vr = v[l];
        const double vi = v[sweep_lanes + l];
        ir[l] += (sr * vr - si * vi) + (mr * w[l] - mi * w[sweep_lanes + l]);
        ii[l] += (sr * vi + si * vr) + (mr * w[sweep_lanes + l] + mi * w[l]);
      }
    }
#pragma omp simd
  for (int l = 0; l < sweep_lanes; ++l) {
    current[l] = ir[l];
    current[sweep_lanes + l] = ii[l];
  }
}

void mesh_mismatch(const MeshView& mesh, const MeshState& state, MeshCheck& check) {
  double largest[sweep_lanes] = {};
  double node[sweep_lanes] = {};
  double excess[sweep_lanes];
  for (int l = 0; l < sweep_lanes; ++l) excess[l] = -1.0;
  const double zero[law_rows * sweep_lanes] = {};
  double none_held[sweep_lanes];
  for (int l = 0; l < sweep_lanes; ++l) none_held[l] = 1.0;
  for (int32_t i = 0; i < mesh.nodes; ++i) {
    double current[mesh_pair];
    mesh_current(mesh, state, i, current);
    const double* __restrict v = state.v + static_cast<size_t>(i) * mesh_pair;
    double* __restrict power = state.power + static_cast<size_t>(i) * mesh_pair;
#pragma omp simd
    for (int l = 0; l < sweep_lanes; ++l) {
      power[l] = v[l] * current[l] + v[sweep_lanes + l] * current[sweep_lanes + l];
      power[sweep_lanes + l] = v[sweep_lanes + l] * current[l] - v[l] * current[sweep_lanes + l];
    }
    if (mesh.p_row[i] < 0) continue;
    const double* __restrict s = state.s + static_cast<size_t>(i) * mesh_pair;
    const int32_t law = state.draws.of_node ? state.draws.of_node[i] : -1;
    const double* __restrict draw =
        law < 0 ? zero : state.draws.lanes + static_cast<size_t>(law) * law_rows * sweep_lanes;
    const bool has_q = mesh.q_row[i] >= 0;
    const double* __restrict moves =
        state.free ? state.free + static_cast<size_t>(i) * sweep_lanes : none_held;
    double q_none[sweep_lanes];
    double* __restrict to_p = state.rhs + static_cast<size_t>(mesh.p_row[i]) * sweep_lanes;
    double* __restrict to_q =
        has_q ? state.rhs + static_cast<size_t>(mesh.q_row[i]) * sweep_lanes : q_none;
    const double has = has_q ? 1.0 : 0.0;
    const double floor = mesh.floor[i] > check.abs_squared ? mesh.floor[i] : check.abs_squared;
    const double rel_squared = check.rel_squared;
    const double number = i;
#pragma omp simd
    for (int l = 0; l < sweep_lanes; ++l) {
      const double p = s[l] - draw[law_p * sweep_lanes + l];
      const double q = s[sweep_lanes + l] - draw[law_q * sweep_lanes + l];
      const double dp = p - power[l];
      const double dq = has * moves[l] != 0.0 ? q - power[sweep_lanes + l] : 0.0;
      to_p[l] = dp;
      to_q[l] = dq;
      const double squared = dp * dp + dq * dq;
      const double allowed = rel_squared * (p * p + q * q);
      const double over = squared - (allowed > floor ? allowed : floor);
      node[l] = squared > largest[l] ? number : node[l];
      largest[l] = squared > largest[l] ? squared : largest[l];
      excess[l] = !(over <= excess[l]) ? over : excess[l];
    }
  }
  for (int l = 0; l < sweep_lanes; ++l) {
    check.mismatch_squared[l] = largest[l];
    check.node[l] = node[l];
    check.excess[l] = excess[l];
  }
}

/// Add the four derivatives of one entry to where they stand among the factors.
[[gnu::always_inline]] inline void mesh_place(const int32_t* slot, const double* __restrict a,
                                              const double* __restrict b,
                                              const double* __restrict c,
                                              const double* __restrict d,
                                              const double* __restrict moves, double* factors) {
  const double* value[4] = {a, b, c, d};
  for (int k = 0; k < 4; ++k) {
    if (slot[k] < 0) continue;
    double* __restrict to = factors + static_cast<size_t>(slot[k]) * sweep_lanes;
    const double* __restrict from = value[k];
    const bool is_q = k >= 2;
#pragma omp simd
    for (int l = 0; l < sweep_lanes; ++l) to[l] += is_q ? from[l] * moves[l] : from[l];
  }
}

/// The same number in all lanes.
[[gnu::always_inline]] inline void mesh_spread(double re, double im, double* __restrict to) {
#pragma omp simd
  for (int l = 0; l < sweep_lanes; ++l) {
    to[l] = re;
    to[sweep_lanes + l] = im;
  }
}

void mesh_jacobian(const MeshView& mesh, const MeshState& state, double* factors) {
  const size_t count = static_cast<size_t>(mesh.lu_first[mesh.unknowns]) * sweep_lanes;
  for (size_t k = 0; k < count; ++k) factors[k] = 0.0;
  const double zero[law_rows * sweep_lanes] = {};
  double none_held[sweep_lanes];
  for (int l = 0; l < sweep_lanes; ++l) none_held[l] = 1.0;
  const int32_t entries = mesh.first[mesh.nodes];
  double a[sweep_lanes];
  double b[sweep_lanes];
  double c[sweep_lanes];
  double d[sweep_lanes];
  for (int32_t i = 0; i < mesh.nodes; ++i) {
    if (mesh.p_row[i] < 0) continue;
    const double* __restrict v = state.v + static_cast<size_t>(i) * mesh_pair;
    const double* __restrict moves =
        state.free ? state.free + static_cast<size_t>(i) * sweep_lanes : none_held;
    const auto place = [&](int32_t j, const double* y, const int32_t* slot) {
      const double* __restrict w = state.v + static_cast<size_t>(j) * mesh_pair;
#pragma omp simd
      for (int l = 0; l < sweep_lanes; ++l) {
        const double yr = y[l];
        const double yi = y[sweep_lanes + l];
        const double ir = yr * w[l] - yi * w[sweep_lanes + l];
        const double ii = yr * w[sweep_lanes + l] + yi * w[l];
        b[l] = v[l] * ir + v[sweep_lanes + l] * ii;
        a[l] = v[sweep_lanes + l] * ir - v[l] * ii;
        c[l] = -b[l];
        d[l] = a[l];
      }
      mesh_place(slot, a, b, c, d, moves, factors);
    };
    double y[mesh_pair];
    for (int32_t e = mesh.first[i]; e < mesh.first[i + 1]; ++e) {
      mesh_spread(mesh.y_re[e], mesh.y_im[e], y);
      place(mesh.column[e], y, mesh.slot + 4 * static_cast<size_t>(e));
    }
    const int32_t* slot = mesh.slot + 4 * (static_cast<size_t>(entries) + i);
    mesh_spread(mesh.self_re[i], mesh.self_im[i], y);
    place(i, y, slot);
    if (state.ends.first)
      for (int32_t k = state.ends.first[i]; k < state.ends.first[i + 1]; ++k) {
        const double* end = state.ends.lanes + static_cast<size_t>(k) * mesh_end_rows * sweep_lanes;
        const int32_t e = state.ends.entry[k];
        place(i, end + end_self_re * sweep_lanes, slot);
        place(mesh.column[e], end + end_mutual_re * sweep_lanes,
              mesh.slot + 4 * static_cast<size_t>(e));
      }
    const double* __restrict power = state.power + static_cast<size_t>(i) * mesh_pair;
    const int32_t law = state.draws.of_node ? state.draws.of_node[i] : -1;
    const double* __restrict draw =
        law < 0 ? zero : state.draws.lanes + static_cast<size_t>(law) * law_rows * sweep_lanes;
#pragma omp simd
    for (int l = 0; l < sweep_lanes; ++l) {
      a[l] = -power[sweep_lanes + l];
      b[l] = power[l] + draw[law_dp * sweep_lanes + l];
      c[l] = power[l];
      d[l] = power[sweep_lanes + l] + draw[law_dq * sweep_lanes + l];
    }
    mesh_place(slot, a, b, c, d, moves, factors);
    if (slot[3] < 0) continue;
    double* __restrict to = factors + static_cast<size_t>(slot[3]) * sweep_lanes;
#pragma omp simd
    for (int l = 0; l < sweep_lanes; ++l) to[l] += 1.0 - moves[l];
  }
}

/// Turn V_i by da and stretch it by 1 + dm, in lanes that are active; (1 + j da/2) / (1 - j da/2)
/// turns without stretching. A voltage that would be lost stays.
void mesh_step(const MeshView& mesh, const MeshState& state, const double* active,
               double* step_squared) {
  constexpr double most = 0.5;   // relative change of a magnitude
  constexpr double lost = 1e12;  // |V|^2
  double largest[sweep_lanes] = {};
  const double zero[sweep_lanes] = {};
  for (int32_t i = 0; i < mesh.nodes; ++i) {
    if (mesh.p_row[i] < 0) continue;
    double* __restrict v = state.v + static_cast<size_t>(i) * mesh_pair;
    const double* __restrict turn = state.rhs + static_cast<size_t>(mesh.angle[i]) * sweep_lanes;
    const double* __restrict stretch =
        mesh.magnitude[i] < 0 ? zero
                              : state.rhs + static_cast<size_t>(mesh.magnitude[i]) * sweep_lanes;
#pragma omp simd
    for (int l = 0; l < sweep_lanes; ++l) {
      const double h = 0.5 * turn[l];
      const double low = stretch[l] > -most ? stretch[l] : -most;
      const double grow = 1.0 + (low < most ? low : most);
      const double inverse = grow / (1.0 + h * h);
      const double cosine = (1.0 - h * h) * inverse;
      const double sine = 2.0 * h * inverse;
      const double vr = v[l] * cosine - v[sweep_lanes + l] * sine;
      const double vi = v[l] * sine + v[sweep_lanes + l] * cosine;
      const double dr = vr - v[l];
      const double di = vi - v[sweep_lanes + l];
      const bool is_sound = vr * vr + vi * vi < lost;
      const double moved = is_sound ? dr * dr + di * di : lost;
      const bool goes = is_sound && active[l] != 0.0;
      v[l] = goes ? vr : v[l];
      v[sweep_lanes + l] = goes ? vi : v[sweep_lanes + l];
      const double step = active[l] != 0.0 ? moved : 0.0;
      largest[l] = step > largest[l] ? step : largest[l];
    }
  }
  for (int l = 0; l < sweep_lanes; ++l) step_squared[l] = largest[l];
}

}  // namespace
}  // namespace gridswarm::inline GS_ABI::kernel
