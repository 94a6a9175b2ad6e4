// SPDX-License-Identifier: BSD-3-Clause
// Newton's method on a tree whose buses follow laws and whose branches have taps, eight scenarios
// in lanes. Reference: kernel/reference_newton.hpp.
//
// With S(u) = P + jQ, u = |K| |V|, slopes P', Q' and e = u (P' - jQ') / 2, t = conj(S) - e:
//   J ~ a + B V,  a = 2 t V / |V|^2,  B: v -> (e / |V|^2 + y) v - t V^2 / |V|^4 conj(v)
// (e = 0 is constant power, t = 0 constant impedance). A tap is an ideal ratio beside its line:
// V_i = kappa V_p carries J_p = kappa J_i, so a -> kappa a, B -> kappa^2 B.
#pragma once

#include "newton_draw.simd.hpp"

namespace gridswarm::inline GS_ABI::kernel {
namespace {

/// See a, B through an ideal ratio.
void newton_scale(const double* __restrict kappa, NewtonSum& sum) {
#pragma omp simd
  for (int l = 0; l < sweep_lanes; ++l) {
    const double square = kappa[l] * kappa[l];
    sum.a[l] *= kappa[l];
    sum.a[sweep_lanes + l] *= kappa[l];
    sum.b[newton_b11 * sweep_lanes + l] *= square;
    sum.b[newton_b12 * sweep_lanes + l] *= square;
    sum.b[newton_b21 * sweep_lanes + l] *= square;
    sum.b[newton_b22 * sweep_lanes + l] *= square;
  }
}

/// Charging beside an ideal ratio.
void newton_shunt(double g, double b, NewtonSum& sum) {
#pragma omp simd
  for (int l = 0; l < sweep_lanes; ++l) {
    sum.b[newton_b11 * sweep_lanes + l] += g;
    sum.b[newton_b12 * sweep_lanes + l] -= b;
    sum.b[newton_b21 * sweep_lanes + l] += b;
    sum.b[newton_b22 * sweep_lanes + l] += g;
  }
}

/// See a, B through the line above bus k.
void newton_line(const SweepTree& tree, int32_t k, NewtonSum& sum, NewtonPivot& pivot) {
  const double r = tree.r[k];
  const double x = tree.x[k];
  const double square = r * r + x * x;
  const double position = k;
#pragma omp simd
  for (int l = 0; l < sweep_lanes; ++l) {
    const double ar = sum.a[l];
    const double ai = sum.a[sweep_lanes + l];
    const double b11 = sum.b[newton_b11 * sweep_lanes + l];
    const double b12 = sum.b[newton_b12 * sweep_lanes + l];
    const double b21 = sum.b[newton_b21 * sweep_lanes + l];
    const double b22 = sum.b[newton_b22 * sweep_lanes + l];
    const double minor = b11 * b22 - b12 * b21;
    const double exact = 1.0 + ((b11 + b22) * r + (b12 - b21) * x) + minor * square;
    const double det = exact > -1e300 ? exact : -1e300;
    const double inv = 1.0 / (det > newton_least_pivot ? det : 1.0);
    const double hr = b22 * ar - b12 * ai;
    const double hi = b11 * ai - b21 * ar;
    const double bus = pivot.bus[l];
    pivot.bus[l] = bus + (det < pivot.det[l] ? position - bus : 0.0);
    pivot.det[l] = det < pivot.det[l] ? det : pivot.det[l];
    sum.a[l] = (ar + (r * hr + x * hi)) * inv;
    sum.a[sweep_lanes + l] = (ai + (r * hi - x * hr)) * inv;
    sum.b[newton_b11 * sweep_lanes + l] = (b11 + minor * r) * inv;
    sum.b[newton_b12 * sweep_lanes + l] = (b12 + minor * x) * inv;
    sum.b[newton_b21 * sweep_lanes + l] = (b21 - minor * x) * inv;
    sum.b[newton_b22 * sweep_lanes + l] = (b22 + minor * r) * inv;
  }
}

void newton_up_laws(const NewtonTree& tree, double* law_lanes, const double* tap_lanes,
                    const SweepMemory& memory, double* factors, NewtonPivot& pivot) {
  newton_clear(pivot);
  NewtonDraw draw;
  NewtonSum sum;
  NewtonSum children;
  for (int32_t k = tree.tree.size - 1; k >= 0; --k) {
    const double* v = memory.v + k * sweep_pair;
    newton_draw(tree, k, law_lanes, v, memory.cells + k * sweep_cell, draw);
    newton_linearise(tree, k, draw, v, sum);
    for (int32_t i = tree.law_first[k]; i < tree.law_first[k + 1]; ++i)
      for (int l = 0; l < sweep_lanes; ++l) law_lanes[newton_law(tree, i, 2) + l] = draw.u[l];
    newton_sum(tree.tree, k, memory.cells, factors, children);
    newton_add(children.a, children.b, sum);
    const int32_t row = tree.tap[k];
    const bool is_below = row >= 0 && tree.taps[row].reversed;
    const double* kappa = tap_lanes + static_cast<size_t>(row < 0 ? 0 : row) * sweep_lanes;
    if (is_below) newton_scale(kappa, sum);
    if (is_below) newton_shunt(tree.taps[row].g, tree.taps[row].b, sum);
    newton_line(tree.tree, k, sum, pivot);
    if (row >= 0 && !is_below) newton_shunt(tree.taps[row].g, tree.taps[row].b, sum);
    if (row >= 0 && !is_below) newton_scale(kappa, sum);
    double* __restrict a = memory.cells + k * sweep_cell;
    double* __restrict b = factors + k * newton_cell;
#pragma omp simd
    for (int l = 0; l < 2 * sweep_lanes; ++l) a[l] = sum.a[l];
#pragma omp simd
    for (size_t l = 0; l < newton_cell; ++l) b[l] = sum.b[l];
  }
}

/// J of the edge above position c, of its parent's side, taken off `own`; then V and J of c.
void newton_move_edge(const NewtonTree& tree, int32_t c, const double* active,
                      const double* tap_lanes, const double* __restrict above,
                      double* __restrict own, double* __restrict v, double* __restrict at,
                      double* __restrict factor, double* __restrict step) {
  const double r = tree.tree.r[c];
  const double x = tree.tree.x[c];
  const int32_t row = tree.tap[c];
  const bool is_tap = row >= 0;
  const bool is_below = is_tap && tree.taps[row].reversed;
  const double g = is_tap ? tree.taps[row].g : 0.0;
  const double b = is_tap ? tree.taps[row].b : 0.0;
  const double* __restrict kappa = tap_lanes + static_cast<size_t>(is_tap ? row : 0) * sweep_lanes;
#pragma omp simd
  for (int l = 0; l < sweep_lanes; ++l) {
    const double pr = above[l];
    const double pi = above[sweep_lanes + l];
    const double old_vr = v[l];
    const double old_vi = v[sweep_lanes + l];
    const double jr = at[sweep_jr * sweep_lanes + l] + (factor[newton_b11 * sweep_lanes + l] * pr +
                                                        factor[newton_b12 * sweep_lanes + l] * pi);
    const double ji = at[sweep_ji * sweep_lanes + l] + (factor[newton_b21 * sweep_lanes + l] * pr +
                                                        factor[newton_b22 * sweep_lanes + l] * pi);
    own[l] -= jr;
    own[sweep_lanes + l] -= ji;
    double vr = pr;
    double vi = pi;
    double cr = jr;
    double ci = ji;
    if (is_tap && !is_below) {
      vr = kappa[l] * pr;
      vi = kappa[l] * pi;
      cr = jr / kappa[l] - (g * vr - b * vi);
      ci = ji / kappa[l] - (g * vi + b * vr);
    }
    const double line_vr = vr - (r * cr - x * ci);
    const double line_vi = vi - (r * ci + x * cr);
    vr = line_vr;
    vi = line_vi;
    if (is_below) {
      cr = (cr - (g * line_vr - b * line_vi)) / kappa[l];
      ci = (ci - (g * line_vi + b * line_vr)) / kappa[l];
      vr = kappa[l] * line_vr;
      vi = kappa[l] * line_vi;
    }
    const bool keep = active[l] == 0.0;
    vr = keep ? old_vr : vr;
    vi = keep ? old_vi : vi;
    const double dr = vr - old_vr;
    const double di = vi - old_vi;
    const double square = dr * dr + di * di;
    step[l] = square > step[l] ? square : step[l];
    factor[newton_b11 * sweep_lanes + l] = old_vr;
    factor[newton_b12 * sweep_lanes + l] = old_vi;
    v[l] = vr;
    v[sweep_lanes + l] = vi;
    at[sweep_jr * sweep_lanes + l] = cr;
    at[sweep_ji * sweep_lanes + l] = ci;
  }
}

/// After a step: q of a held voltage becomes what its bus took from the branches. Where that is
/// beyond a limit, it stays at the limit from now on; at a limit whose voltage is past the set
/// point it takes hold again. Lanes that changed sides, and those off their set point, are not
/// done.
void newton_hold(const Law& law, const double* active, const double* __restrict u,
                 const double* __restrict off, double* __restrict q, double* __restrict step) {
  const double inside = newton_inside * (law.q_max - law.q_min);
#pragma omp simd
  for (int l = 0; l < sweep_lanes; ++l) {
    const bool holds = newton_holds(law, q[l]);
    const double error = law.v_set - u[l];
    const double taken = q[l] - off[l];
    const double above = taken < law.q_max ? taken : law.q_max;
    const double held = above > law.q_min ? above : law.q_min;
    const bool is_high = q[l] >= law.q_max;
    const double lower = error < 0.0 ? law.q_max - inside : q[l];
    const double higher = error > 0.0 ? law.q_min + inside : q[l];
    const double freed = is_high ? lower : higher;
    const double next = holds ? held : freed;
    const bool changed = newton_holds(law, next) != holds;
    const double wait = changed ? 1.0 : holds ? error * error : 0.0;
    const double square = active[l] != 0.0 ? wait : 0.0;
    step[l] = square > step[l] ? square : step[l];
    q[l] = active[l] != 0.0 ? next : q[l];
  }
}

/// Compare what bus k consumes at its voltage with what its branches bring, own.
void newton_check_bus(const SweepTree& tree, const SweepCheck& check, int32_t k,
                      const NewtonDraw& draw, const double* __restrict is_free,
                      const double* __restrict own, const double* __restrict v,
                      double* __restrict off_q, SweepWorst& worst) {
  const double rel_squared = check.rel_squared;
  const double abs_squared = check.abs_squared;
  const double g = tree.g[k];
  const double b = tree.b[k];
  const double position = k;
#pragma omp simd
  for (int l = 0; l < sweep_lanes; ++l) {
    const double vr = v[l];
    const double vi = v[sweep_lanes + l];
    const double jr = own[l] - (g * vr - b * vi);
    const double ji = own[sweep_lanes + l] - (g * vi + b * vr);
    const double p = draw.power[law_p * sweep_lanes + l];
    const double q = draw.power[law_q * sweep_lanes + l];
    const double dp = (vr * jr + vi * ji) - p;
    const double off = (vi * jr - vr * ji) - q;
    const double dq = is_free[l] != 0.0 ? 0.0 : off;
    off_q[l] = off;
    const double squared = dp * dp + dq * dq;
    const double allowed = rel_squared * (p * p + q * q);
    const double over = squared - (allowed > abs_squared ? allowed : abs_squared);
    const double bus = worst.bus[l];
    worst.bus[l] = bus + (squared > worst.squared[l] ? position - bus : 0.0);
    worst.squared[l] = squared > worst.squared[l] ? squared : worst.squared[l];
    worst.excess[l] = !(over <= worst.excess[l]) ? over : worst.excess[l];
  }
}

/// J of everything a root feeds: a + B V at its own voltage.
void newton_root(const double* __restrict v, const double* __restrict factor,
                 double* __restrict at) {
#pragma omp simd
  for (int l = 0; l < sweep_lanes; ++l) {
    const double vr = v[l];
    const double vi = v[sweep_lanes + l];
    at[sweep_jr * sweep_lanes + l] +=
        factor[newton_b11 * sweep_lanes + l] * vr + factor[newton_b12 * sweep_lanes + l] * vi;
    at[sweep_ji * sweep_lanes + l] +=
        factor[newton_b21 * sweep_lanes + l] * vr + factor[newton_b22 * sweep_lanes + l] * vi;
  }
}

/// Which of a bus's laws holds its voltage; at most one does.
[[gnu::always_inline]] inline int32_t newton_held_at(const NewtonTree& tree, int32_t k) {
  for (int32_t i = tree.law_first[k]; i < tree.law_first[k + 1]; ++i)
    if (tree.laws[tree.law_item[i]].kind == law_held) return i;
  return -1;
}

void newton_down_laws(const NewtonTree& tree, const double* active, double* law_lanes,
                      const double* tap_lanes, const SweepMemory& memory, double* factors,
                      SweepCheck& check) {
  alignas(64) double step[sweep_lanes] = {};
  alignas(64) double own[2 * sweep_lanes];
  SweepWorst worst;
  NewtonDraw draw;
  for (int l = 0; l < sweep_lanes; ++l) {
    worst.squared[l] = worst.bus[l] = 0.0;
    worst.excess[l] = -1.0;
  }
  const auto move = [&](const double* v, int32_t c) {
    newton_move_edge(tree, c, active, tap_lanes, v, own, memory.v + c * sweep_pair,
                     memory.cells + c * sweep_cell, factors + c * newton_cell, step);
  };
  for (int32_t k = 0; k < tree.tree.size; ++k) {
    double* at = memory.cells + k * sweep_cell;
    const double* v = memory.v + k * sweep_pair;
    if (k < tree.tree.roots) newton_root(v, factors + k * newton_cell, at);
    for (int l = 0; l < 2 * sweep_lanes; ++l) own[l] = at[sweep_jr * sweep_lanes + l];
    if (tree.tree.child_one[k] < tree.tree.size) move(v, tree.tree.child_one[k]);
    if (tree.tree.child_two[k] < tree.tree.size) move(v, tree.tree.child_two[k]);
    for (int32_t c = tree.tree.more_first[k]; c < tree.tree.more_first[k + 1]; ++c)
      move(v, tree.tree.more[c]);
    if (k < tree.tree.roots) continue;
    newton_draw(tree, k, law_lanes, v, at, draw);
    const int32_t held = newton_held_at(tree, k);
    alignas(64) double is_free[sweep_lanes] = {};
    if (held >= 0)
      for (int l = 0; l < sweep_lanes; ++l)
        is_free[l] =
            newton_holds(tree.laws[tree.law_item[held]], law_lanes[newton_law(tree, held, 1) + l])
                ? 1.0
                : 0.0;
    alignas(64) double off[sweep_lanes];
    newton_check_bus(tree.tree, check, k, draw, is_free, own, v, off, worst);
    if (held >= 0)
      newton_hold(tree.laws[tree.law_item[held]], active, draw.u, off,
                  law_lanes + newton_law(tree, held, 1), step);
  }
  for (int l = 0; l < sweep_lanes; ++l) {
    check.step_squared[l] = step[l];
    check.mismatch_squared[l] = worst.squared[l];
    check.bus[l] = worst.bus[l];
    check.excess[l] = worst.excess[l];
  }
}

}  // namespace
}  // namespace gridswarm::inline GS_ABI::kernel
