// SPDX-License-Identifier: BSD-3-Clause
// Reference of the kernels for networks with loops: one lane after another, one number at a time.
//
// The order of operations is the contract: kernels/mesh.simd.hpp and kernels/lu.simd.hpp must give
// the same bytes.
#pragma once

#include "gridswarm/kernel/mesh_views.hpp"

namespace gridswarm::inline GS_ABI::kernel::reference {

/// Number `column` of thing `i` in one lane, where a thing has `columns` of them.
GS_INLINE double& mesh_at(double* base, int64_t i, int columns, int column, int lane) {
  return base[(i * columns + column) * sweep_lanes + lane];
}
GS_INLINE double mesh_at(const double* base, int64_t i, int columns, int column, int lane) {
  return base[(i * columns + column) * sweep_lanes + lane];
}

struct MeshNumber {
  double re;
  double im;
};
GS_INLINE MeshNumber mesh_product(MeshNumber a, MeshNumber b) {
  return {a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re};
}
GS_INLINE MeshNumber mesh_voltage(const MeshState& state, int32_t i, int lane) {
  return {mesh_at(state.v, i, 2, 0, lane), mesh_at(state.v, i, 2, 1, lane)};
}

GS_INLINE MeshNumber mesh_current(const MeshView& mesh, const MeshState& state, int32_t i,
                                  int lane) {
  const MeshNumber v = mesh_voltage(state, i, lane);
  MeshNumber sum = mesh_product({mesh.ground_re[i], mesh.ground_im[i]}, v);
  for (int32_t e = mesh.first[i]; e < mesh.first[i + 1]; ++e) {
    const MeshNumber w = mesh_voltage(state, mesh.column[e], lane);
    const MeshNumber part = mesh_product({mesh.y_re[e], mesh.y_im[e]}, {w.re - v.re, w.im - v.im});
    sum.re += part.re;
    sum.im += part.im;
  }
  if (!state.ends.first) return sum;
  for (int32_t k = state.ends.first[i]; k < state.ends.first[i + 1]; ++k) {
    const auto row = [&](MeshEndRow r) {
      return mesh_at(state.ends.lanes, k, mesh_end_rows, r, lane);
    };
    const MeshNumber w = mesh_voltage(state, mesh.column[state.ends.entry[k]], lane);
    const MeshNumber own = mesh_product({row(end_self_re), row(end_self_im)}, v);
    const MeshNumber mutual = mesh_product({row(end_mutual_re), row(end_mutual_im)}, w);
    sum.re += own.re + mutual.re;
    sum.im += own.im + mutual.im;
  }
  return sum;
}

GS_INLINE double mesh_moves(const MeshState& state, int32_t i, int lane) {
  return state.free ? mesh_at(state.free, i, 1, 0, lane) : 1.0;
}

GS_INLINE double mesh_draw(const MeshState& state, int32_t i, LawRow row, int lane) {
  const int32_t law = state.draws.of_node ? state.draws.of_node[i] : -1;
  return law < 0 ? 0.0 : mesh_at(state.draws.lanes, law, law_rows, row, lane);
}

GS_INLINE void mesh_mismatch_at(const MeshView& mesh, const MeshState& state, int32_t i, int lane,
                                MeshCheck& check) {
  const MeshNumber v = mesh_voltage(state, i, lane);
  const MeshNumber current = mesh_current(mesh, state, i, lane);
  const double p_now = v.re * current.re + v.im * current.im;
  const double q_now = v.im * current.re - v.re * current.im;
  mesh_at(state.power, i, 2, 0, lane) = p_now;
  mesh_at(state.power, i, 2, 1, lane) = q_now;
  if (mesh.p_row[i] < 0) return;
  const double p = mesh_at(state.s, i, 2, 0, lane) - mesh_draw(state, i, law_p, lane);
  const double q = mesh_at(state.s, i, 2, 1, lane) - mesh_draw(state, i, law_q, lane);
  const bool has_q = mesh.q_row[i] >= 0 && mesh_moves(state, i, lane) != 0.0;
  const double dp = p - p_now;
  const double dq = has_q ? q - q_now : 0.0;
  mesh_at(state.rhs, mesh.p_row[i], 1, 0, lane) = dp;
  if (mesh.q_row[i] >= 0) mesh_at(state.rhs, mesh.q_row[i], 1, 0, lane) = dq;
  const double floor = mesh.floor[i] > check.abs_squared ? mesh.floor[i] : check.abs_squared;
  const double squared = dp * dp + dq * dq;
  const double allowed = check.rel_squared * (p * p + q * q);
  const double over = squared - (allowed > floor ? allowed : floor);
  if (squared > check.mismatch_squared[lane]) {
    check.mismatch_squared[lane] = squared;
    check.node[lane] = i;
  }
  if (!(over <= check.excess[lane])) check.excess[lane] = over;
}

GS_INLINE void mesh_mismatch(const MeshView& mesh, const MeshState& state, MeshCheck& check) {
  for (int lane = 0; lane < sweep_lanes; ++lane) {
    check.mismatch_squared[lane] = check.node[lane] = 0.0;
    check.excess[lane] = -1.0;
    for (int32_t i = 0; i < mesh.nodes; ++i) mesh_mismatch_at(mesh, state, i, lane, check);
  }
}

/// Add dP/da, dP/dm, dQ/da, dQ/dm where they stand.
GS_INLINE void mesh_place(const int32_t* slot, const double (&value)[4], double moves, int lane,
                          double* factors) {
  for (int k = 0; k < 4; ++k)
    if (slot[k] >= 0) mesh_at(factors, slot[k], 1, 0, lane) += k >= 2 ? value[k] * moves : value[k];
}

/// One y_ij of row i: T = V_i conj(y_ij V_j).
GS_INLINE void mesh_derive(const MeshState& state, int32_t i, int32_t j, MeshNumber y,
                           const int32_t* slot, int lane, double* factors) {
  const MeshNumber v = mesh_voltage(state, i, lane);
  const MeshNumber current = mesh_product(y, mesh_voltage(state, j, lane));
  const double re = v.re * current.re + v.im * current.im;
  const double im = v.im * current.re - v.re * current.im;
  mesh_place(slot, {im, re, -re, im}, mesh_moves(state, i, lane), lane, factors);
}

GS_INLINE void mesh_jacobian_at(const MeshView& mesh, const MeshState& state, int32_t i, int lane,
                                double* factors) {
  const int32_t entries = mesh.first[mesh.nodes];
  for (int32_t e = mesh.first[i]; e < mesh.first[i + 1]; ++e)
    mesh_derive(state, i, mesh.column[e], {mesh.y_re[e], mesh.y_im[e]}, mesh.slot + 4 * e, lane,
                factors);
  const int32_t* own = mesh.slot + 4 * (static_cast<int64_t>(entries) + i);
  mesh_derive(state, i, i, {mesh.self_re[i], mesh.self_im[i]}, own, lane, factors);
  if (state.ends.first)
    for (int32_t k = state.ends.first[i]; k < state.ends.first[i + 1]; ++k) {
      const auto row = [&](MeshEndRow r) {
        return mesh_at(state.ends.lanes, k, mesh_end_rows, r, lane);
      };
      const int32_t e = state.ends.entry[k];
      mesh_derive(state, i, i, {row(end_self_re), row(end_self_im)}, own, lane, factors);
      mesh_derive(state, i, mesh.column[e], {row(end_mutual_re), row(end_mutual_im)},
                  mesh.slot + 4 * e, lane, factors);
    }
  const double p = mesh_at(state.power, i, 2, 0, lane);
  const double q = mesh_at(state.power, i, 2, 1, lane);
  const double moves = mesh_moves(state, i, lane);
  mesh_place(own,
             {-q, p + mesh_draw(state, i, law_dp, lane), p, q + mesh_draw(state, i, law_dq, lane)},
             moves, lane, factors);
  if (own[3] >= 0) mesh_at(factors, own[3], 1, 0, lane) += 1.0 - moves;
}

GS_INLINE void mesh_jacobian(const MeshView& mesh, const MeshState& state, double* factors) {
  for (int lane = 0; lane < sweep_lanes; ++lane) {
    for (int32_t e = 0; e < mesh.lu_first[mesh.unknowns]; ++e)
      mesh_at(factors, e, 1, 0, lane) = 0.0;
    for (int32_t i = 0; i < mesh.nodes; ++i)
      if (mesh.p_row[i] >= 0) mesh_jacobian_at(mesh, state, i, lane, factors);
  }
}

/// Row k of L and U, once the rows above it are factored.
GS_INLINE void lu_factor_row(const MeshView& mesh, int32_t k, int lane, double* factors,
                             double* work, MeshPivots& pivots) {
  const auto factor = [&](int32_t e) -> double& { return mesh_at(factors, e, 1, 0, lane); };
  const auto w = [&](int32_t j) -> double& { return mesh_at(work, j, 1, 0, lane); };
  double size = 0.0;
  for (int32_t e = mesh.lu_first[k]; e < mesh.lu_first[k + 1]; ++e) {
    w(mesh.lu_column[e]) = factor(e);
    const double positive = factor(e) < 0.0 ? -factor(e) : factor(e);
    if (positive > size) size = positive;
  }
  for (int32_t e = mesh.lu_first[k]; e < mesh.lu_diagonal[k]; ++e) {
    const int32_t j = mesh.lu_column[e];
    factor(e) = w(j) * factor(mesh.lu_diagonal[j]);
    for (int32_t f = mesh.lu_diagonal[j] + 1; f < mesh.lu_first[j + 1]; ++f)
      w(mesh.lu_column[f]) -= factor(e) * factor(f);
  }
  const double positive = w(k) < 0.0 ? -w(k) : w(k);
  const double share = positive / size;
  factor(mesh.lu_diagonal[k]) = 1.0 / w(k);
  if (share < pivots.weakest[lane]) {
    pivots.weakest[lane] = share;
    pivots.row[lane] = k;
  }
  for (int32_t e = mesh.lu_diagonal[k] + 1; e < mesh.lu_first[k + 1]; ++e)
    factor(e) = w(mesh.lu_column[e]);
}

GS_INLINE void lu_factor(const MeshView& mesh, double* factors, double* work, MeshPivots& pivots) {
  for (int lane = 0; lane < sweep_lanes; ++lane) {
    pivots.weakest[lane] = 1e300;
    pivots.row[lane] = 0.0;
    for (int32_t k = 0; k < mesh.unknowns; ++k) lu_factor_row(mesh, k, lane, factors, work, pivots);
  }
}

/// x_k minus entries first .. end - 1 of its row times x; even and odd entries add apart.
GS_INLINE double lu_row(const MeshView& mesh, const double* factors, bool shared, int32_t k,
                        int32_t first, int32_t end, const double* x, int lane) {
  double sum[2] = {mesh_at(x, k, 1, 0, lane), 0.0};
  for (int32_t e = first; e < end; ++e)
    sum[(e - first) % 2] -= (shared ? factors[e] : mesh_at(factors, e, 1, 0, lane)) *
                            mesh_at(x, mesh.lu_column[e], 1, 0, lane);
  return sum[0] + sum[1];
}

GS_INLINE void lu_solve_any(const MeshView& mesh, const double* factors, bool shared, double* x) {
  for (int lane = 0; lane < sweep_lanes; ++lane) {
    for (int32_t k = 0; k < mesh.unknowns; ++k)
      mesh_at(x, k, 1, 0, lane) =
          lu_row(mesh, factors, shared, k, mesh.lu_first[k], mesh.lu_diagonal[k], x, lane);
    for (int32_t k = mesh.unknowns - 1; k >= 0; --k) {
      const int32_t diagonal = mesh.lu_diagonal[k];
      const double sum =
          lu_row(mesh, factors, shared, k, diagonal + 1, mesh.lu_first[k + 1], x, lane);
      mesh_at(x, k, 1, 0, lane) =
          sum * (shared ? factors[diagonal] : mesh_at(factors, diagonal, 1, 0, lane));
    }
  }
}

GS_INLINE void lu_solve(const MeshView& mesh, const double* factors, double* x) {
  lu_solve_any(mesh, factors, false, x);
}

GS_INLINE void lu_solve_shared(const MeshView& mesh, const double* factors, double* x) {
  lu_solve_any(mesh, factors, true, x);
}

GS_INLINE void mesh_extrapolate(const MeshView& mesh, double* step, double* last,
                                double* last_squared) {
  for (int lane = 0; lane < sweep_lanes; ++lane) {
    double common[2] = {0.0, 0.0};
    for (int32_t k = 0; k < mesh.unknowns; ++k)
      common[k % 2] += mesh_at(step, k, 1, 0, lane) * mesh_at(last, k, 1, 0, lane);
    const double squared = last_squared[lane];
    const double share = squared > 0.0 ? (common[0] + common[1]) / squared : 0.0;
    const double stretch = share < mesh_most_share && share > -1.0 ? 1.0 / (1.0 - share) : 1.0;
    double sum[2] = {0.0, 0.0};
    for (int32_t k = 0; k < mesh.unknowns; ++k) {
      const double stretched = mesh_at(step, k, 1, 0, lane) * stretch;
      mesh_at(step, k, 1, 0, lane) = mesh_at(last, k, 1, 0, lane) = stretched;
      sum[k % 2] += stretched * stretched;
    }
    last_squared[lane] = sum[0] + sum[1];
  }
}

/// |dV|^2 of node i; the voltage moves if the lane is active and the voltage isn't lost.
GS_INLINE double mesh_step_at(const MeshView& mesh, const MeshState& state, int32_t i, bool active,
                              int lane) {
  constexpr double most = 0.5;
  constexpr double lost = 1e12;
  const MeshNumber v = mesh_voltage(state, i, lane);
  const double h = 0.5 * mesh_at(state.rhs, mesh.angle[i], 1, 0, lane);
  const double stretch =
      mesh.magnitude[i] < 0 ? 0.0 : mesh_at(state.rhs, mesh.magnitude[i], 1, 0, lane);
  const double low = stretch > -most ? stretch : -most;
  const double grow = 1.0 + (low < most ? low : most);
  const double inverse = grow / (1.0 + h * h);
  const double cosine = (1.0 - h * h) * inverse;
  const double sine = 2.0 * h * inverse;
  const MeshNumber to = {v.re * cosine - v.im * sine, v.re * sine + v.im * cosine};
  const double dr = to.re - v.re;
  const double di = to.im - v.im;
  const bool is_sound = to.re * to.re + to.im * to.im < lost;
  if (!active) return 0.0;
  if (!is_sound) return lost;
  mesh_at(state.v, i, 2, 0, lane) = to.re;
  mesh_at(state.v, i, 2, 1, lane) = to.im;
  return dr * dr + di * di;
}

GS_INLINE void mesh_step(const MeshView& mesh, const MeshState& state, const double* active,
                         double* step_squared) {
  for (int lane = 0; lane < sweep_lanes; ++lane) {
    double largest = 0.0;
    for (int32_t i = 0; i < mesh.nodes; ++i) {
      if (mesh.p_row[i] < 0) continue;
      const double step = mesh_step_at(mesh, state, i, active[lane] != 0.0, lane);
      if (step > largest) largest = step;
    }
    step_squared[lane] = largest;
  }
}

}  // namespace gridswarm::inline GS_ABI::kernel::reference
