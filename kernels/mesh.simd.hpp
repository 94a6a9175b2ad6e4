// SPDX-License-Identifier: BSD-3-Clause
// Newton's method on the nodal equations, eight scenarios in lanes: mismatch, Jacobian and step.
// Reference: kernel/reference_mesh.hpp.
//
// Unknowns are the angle and the relative magnitude of V. With T_ij = V_i conj(Y_ij V_j),
//   dP_i/da_j = Im T_ij,   dP_i/dm_j = Re T_ij,   dQ_i/da_j = -Re T_ij,   dQ_i/dm_j = Im T_ij,
// and on the diagonal -Q_i, P_i, P_i, Q_i besides. Currents come from differences of voltages.
#pragma once

#include "gridswarm/kernel/mesh_views.hpp"
#include "pack.simd.hpp"

namespace gridswarm::inline GS_ABI::kernel {
namespace {

constexpr int mesh_pair = 2 * sweep_lanes;  // re and im, or p and q

/// I_i = ground V_i + sum of y (V_j - V_i), and what taps of this lane add.
[[gnu::always_inline]] inline void mesh_current(const MeshView& mesh, const MeshState& state,
                                                int32_t i, Packs& ir, Packs& ii) {
  const Packs vr = packs(state.v + static_cast<size_t>(i) * mesh_pair);
  const Packs vi = packs(state.v + static_cast<size_t>(i) * mesh_pair + sweep_lanes);
  const double g = mesh.ground_re[i];
  const double b = mesh.ground_im[i];
  ir = {g * vr.a - b * vi.a, g * vr.b - b * vi.b};
  ii = {g * vi.a + b * vr.a, g * vi.b + b * vr.b};
  for (int32_t e = mesh.first[i]; e < mesh.first[i + 1]; ++e) {
    const double* w = state.v + static_cast<size_t>(mesh.column[e]) * mesh_pair;
    const double yr = mesh.y_re[e];
    const double yi = mesh.y_im[e];
    const Packs dr = {packs(w).a - vr.a, packs(w).b - vr.b};
    const Packs di = {packs(w + sweep_lanes).a - vi.a, packs(w + sweep_lanes).b - vi.b};
    ir.a += yr * dr.a - yi * di.a;
    ir.b += yr * dr.b - yi * di.b;
    ii.a += yr * di.a + yi * dr.a;
    ii.b += yr * di.b + yi * dr.b;
  }
  if (!state.ends.first) return;
  for (int32_t k = state.ends.first[i]; k < state.ends.first[i + 1]; ++k) {
    const Packs* end =
        &packs(state.ends.lanes + static_cast<size_t>(k) * mesh_end_rows * sweep_lanes);
    const Packs* w =
        &packs(state.v + static_cast<size_t>(mesh.column[state.ends.entry[k]]) * mesh_pair);
    const Packs& sr = end[end_self_re];
    const Packs& si = end[end_self_im];
    const Packs& mr = end[end_mutual_re];
    const Packs& mi = end[end_mutual_im];
    ir.a += (sr.a * vr.a - si.a * vi.a) + (mr.a * w[0].a - mi.a * w[1].a);
    ir.b += (sr.b * vr.b - si.b * vi.b) + (mr.b * w[0].b - mi.b * w[1].b);
    ii.a += (sr.a * vi.a + si.a * vr.a) + (mr.a * w[1].a + mi.a * w[0].a);
    ii.b += (sr.b * vi.b + si.b * vr.b) + (mr.b * w[1].b + mi.b * w[0].b);
  }
}

/// The check of four lanes as it grows over the nodes.
struct MeshWorst {
  Pack squared;
  Pack node;
  Pack excess;
};

/// One node's mismatch; `floor`: |dS|^2 allowed whatever the power.
[[gnu::always_inline]] inline void mesh_check(const Pack& p, const Pack& q, const Pack& dp,
                                              const Pack& dq, double rel_squared, double floor,
                                              double node, MeshWorst& worst) {
  const Pack zero = {};
  const Pack squared = dp * dp + dq * dq;
  const Pack allowed = rel_squared * (p * p + q * q);
  const Pack over = squared - (allowed > floor ? allowed : zero + floor);
  worst.node = squared > worst.squared ? zero + node : worst.node;
  worst.squared = squared > worst.squared ? squared : worst.squared;
  worst.excess = over <= worst.excess ? worst.excess : over;
}

void mesh_mismatch(const MeshView& mesh, const MeshState& state, MeshCheck& check) {
  const double zeros[law_rows * sweep_lanes] = {};
  const Pack zero = {};
  MeshWorst worst[2] = {{zero, zero, zero - 1.0}, {zero, zero, zero - 1.0}};
  for (int32_t i = 0; i < mesh.nodes; ++i) {
    Packs current[2];
    mesh_current(mesh, state, i, current[0], current[1]);
    const Packs* v = &packs(state.v + static_cast<size_t>(i) * mesh_pair);
    Packs* power = &packs(state.power + static_cast<size_t>(i) * mesh_pair);
    const Packs p_now = {v[0].a * current[0].a + v[1].a * current[1].a,
                         v[0].b * current[0].b + v[1].b * current[1].b};
    const Packs q_now = {v[1].a * current[0].a - v[0].a * current[1].a,
                         v[1].b * current[0].b - v[0].b * current[1].b};
    power[0] = p_now;
    power[1] = q_now;
    if (mesh.p_row[i] < 0) continue;
    const Packs* s = &packs(state.s + static_cast<size_t>(i) * mesh_pair);
    const int32_t law = state.draws.of_node ? state.draws.of_node[i] : -1;
    const Packs* draw = &packs(
        law < 0 ? zeros : state.draws.lanes + static_cast<size_t>(law) * law_rows * sweep_lanes);
    const Packs p = {s[0].a - draw[law_p].a, s[0].b - draw[law_p].b};
    const Packs q = {s[1].a - draw[law_q].a, s[1].b - draw[law_q].b};
    const Packs dp = {p.a - p_now.a, p.b - p_now.b};
    Packs dq = {};
    packs(state.rhs + static_cast<size_t>(mesh.p_row[i]) * sweep_lanes) = dp;
    if (mesh.q_row[i] >= 0) {
      dq = {q.a - q_now.a, q.b - q_now.b};
      if (state.free) {
        const Packs& moves = packs(state.free + static_cast<size_t>(i) * sweep_lanes);
        dq = {moves.a != zero ? dq.a : zero, moves.b != zero ? dq.b : zero};
      }
      packs(state.rhs + static_cast<size_t>(mesh.q_row[i]) * sweep_lanes) = dq;
    }
    const double floor = mesh.floor[i] > check.abs_squared ? mesh.floor[i] : check.abs_squared;
    mesh_check(p.a, q.a, dp.a, dq.a, check.rel_squared, floor, i, worst[0]);
    mesh_check(p.b, q.b, dp.b, dq.b, check.rel_squared, floor, i, worst[1]);
  }
  packs(check.mismatch_squared) = {worst[0].squared, worst[1].squared};
  packs(check.node) = {worst[0].node, worst[1].node};
  packs(check.excess) = {worst[0].excess, worst[1].excess};
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

/// Turn V by da and stretch it by 1 + dm, in lanes that go; (1 + j da/2) / (1 - j da/2) turns
/// without stretching. A voltage that would be lost stays.
[[gnu::always_inline]] inline void mesh_move(Pack& v_re, Pack& v_im, const Pack& turn,
                                             const Pack& stretch, const Pack& active,
                                             Pack& largest) {
  constexpr double most = 0.5;   // relative change of a magnitude
  constexpr double lost = 1e12;  // |V|^2
  const Pack zero = {};
  const Pack h = 0.5 * turn;
  const Pack low = stretch > -most ? stretch : zero - most;
  const Pack grow = 1.0 + (low < most ? low : zero + most);
  const Pack inverse = grow / (1.0 + h * h);
  const Pack cosine = (1.0 - h * h) * inverse;
  const Pack sine = 2.0 * h * inverse;
  const Pack vr = v_re * cosine - v_im * sine;
  const Pack vi = v_re * sine + v_im * cosine;
  const Pack dr = vr - v_re;
  const Pack di = vi - v_im;
  const auto is_sound = vr * vr + vi * vi < lost;
  const auto goes = active != zero;
  const Pack moved = is_sound ? dr * dr + di * di : zero + lost;
  v_re = (goes & is_sound) ? vr : v_re;
  v_im = (goes & is_sound) ? vi : v_im;
  const Pack step = goes ? moved : zero;
  largest = step > largest ? step : largest;
}

/// Chord steps shrink by a factor that hardly changes; Broyden's update of rank one, with the last
/// step s alone, is a stretch: z / (1 - s.z / s.s) (C. G. Broyden, Mathematics of Computation 19,
/// 1965; C. T. Kelley, Iterative Methods, SIAM 1995, section 7.3).
void mesh_extrapolate(const MeshView& mesh, double* step, double* last, double* last_squared) {
  const Pack zero = {};
  Packs even;
  Packs odd;
  for (int32_t k = 0; k < mesh.unknowns; ++k) {
    Packs& sum = k % 2 == 0 ? even : odd;
    const Packs& z = packs(step + static_cast<size_t>(k) * sweep_lanes);
    const Packs& s = packs(last + static_cast<size_t>(k) * sweep_lanes);
    sum.a += z.a * s.a;
    sum.b += z.b * s.b;
  }
  const auto stretch_of = [&](const Pack& common, const Pack& squared, Pack& stretch) {
    const Pack share = squared > zero ? common / squared : zero;
    const auto is_sound = (share < mesh_most_share) & (share > -1.0);
    stretch = is_sound ? 1.0 / (1.0 - share) : zero + 1.0;
  };
  Packs stretch;
  stretch_of(even.a + odd.a, packs(last_squared).a, stretch.a);
  stretch_of(even.b + odd.b, packs(last_squared).b, stretch.b);
  even = odd = Packs();
  for (int32_t k = 0; k < mesh.unknowns; ++k) {
    Packs& sum = k % 2 == 0 ? even : odd;
    Packs& z = packs(step + static_cast<size_t>(k) * sweep_lanes);
    z.a *= stretch.a;
    z.b *= stretch.b;
    packs(last + static_cast<size_t>(k) * sweep_lanes) = z;
    sum.a += z.a * z.a;
    sum.b += z.b * z.b;
  }
  packs(last_squared) = {even.a + odd.a, even.b + odd.b};
}

void mesh_step(const MeshView& mesh, const MeshState& state, const double* active,
               double* step_squared) {
  const double zero[sweep_lanes] = {};
  const Packs goes = packs(active);
  Packs largest = {};
  for (int32_t i = 0; i < mesh.nodes; ++i) {
    if (mesh.p_row[i] < 0) continue;
    Packs* v = &packs(state.v + static_cast<size_t>(i) * mesh_pair);
    const Packs& turn = packs(state.rhs + static_cast<size_t>(mesh.angle[i]) * sweep_lanes);
    const Packs& stretch = packs(
        mesh.magnitude[i] < 0 ? zero
                              : state.rhs + static_cast<size_t>(mesh.magnitude[i]) * sweep_lanes);
    mesh_move(v[0].a, v[1].a, turn.a, stretch.a, goes.a, largest.a);
    mesh_move(v[0].b, v[1].b, turn.b, stretch.b, goes.b, largest.b);
  }
  packs(step_squared) = largest;
}

}  // namespace
}  // namespace gridswarm::inline GS_ABI::kernel
