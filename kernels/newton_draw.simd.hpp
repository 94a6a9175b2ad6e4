// SPDX-License-Identifier: BSD-3-Clause
// What a bus with laws draws, and a + B V of it, eight scenarios in lanes. Reference:
// kernel/reference_newton_laws.hpp; the derivation stands in newton_laws.simd.hpp.
#pragma once

#include "law.simd.hpp"
#include "newton.simd.hpp"

namespace gridswarm::inline GS_ABI::kernel {
namespace {

/// Where column c of a bus's i-th law stands: p, q by law, then the voltages before the last step.
[[gnu::always_inline]] inline size_t newton_law(const NewtonTree& tree, int32_t i, int c) {
  const auto row = static_cast<size_t>(tree.law_item[i]);
  const auto count = static_cast<size_t>(tree.law_count);
  return (c < 2 ? 2 * row + static_cast<size_t>(c) : 2 * count + row) * sweep_lanes;
}

/// What a bus consumes at its voltage, with slopes, as law_rows x lanes; u beside it. `off` is the
/// part of q that a held voltage asks for while it is off its set point: the current it draws
/// counts, its curvature does not, which would swamp the tree's.
struct NewtonDraw {
  alignas(64) double u[sweep_lanes];
  alignas(64) double power[law_rows * sweep_lanes];
  alignas(64) double off[sweep_lanes];
};

/// Strictly within its limits a generator holds its voltage; at a limit it gives that.
[[gnu::always_inline]] inline bool newton_holds(const Law& law, double q) {
  return (q > law.q_min) & (q < law.q_max);
}

void newton_add_held(const Law& law, const double* __restrict q, NewtonDraw& draw) {
#pragma omp simd
  for (int l = 0; l < sweep_lanes; ++l) {
    const bool holds = newton_holds(law, q[l]);
    const double steepness = holds ? law.steepness : 0.0;
    draw.power[law_q * sweep_lanes + l] -= q[l];
    draw.power[law_dq * sweep_lanes + l] += steepness;
    draw.off[l] -= steepness * (law.v_set - draw.u[l]);
  }
}

/// An inverter with curves. A step that ends on a flat part after it crossed a steep one would be
/// answered by one that crosses it back; so the slope is that of the chord over the last step where
/// the chord is steeper. On one straight segment both are the same.
void newton_add_chord(const Law& law, const double* __restrict own, const double* __restrict before,
                      NewtonDraw& draw) {
  alignas(64) double now[law_rows * sweep_lanes] = {};
  alignas(64) double then[law_rows * sweep_lanes] = {};
  law_add_inverter(law, draw.u, own, own + sweep_lanes, now);
  law_add_inverter(law, before, own, own + sweep_lanes, then);
#pragma omp simd
  for (int l = 0; l < sweep_lanes; ++l) {
    const double du = draw.u[l] - before[l];
    const double size = du < 0.0 ? -du : du;
    const bool is_chord = before[l] > 0.0 && size > newton_least_chord;
    const double per_u = 1.0 / (is_chord ? du : 1.0);
    const double chord_p = (now[law_p * sweep_lanes + l] - then[law_p * sweep_lanes + l]) * per_u;
    const double chord_q = (now[law_q * sweep_lanes + l] - then[law_q * sweep_lanes + l]) * per_u;
    draw.power[law_p * sweep_lanes + l] += now[law_p * sweep_lanes + l];
    draw.power[law_q * sweep_lanes + l] += now[law_q * sweep_lanes + l];
    const double dp = now[law_dp * sweep_lanes + l];
    const double dq = now[law_dq * sweep_lanes + l];
    draw.power[law_dp * sweep_lanes + l] += is_chord && chord_p > dp ? chord_p : dp;
    draw.power[law_dq * sweep_lanes + l] += is_chord && chord_q > dq ? chord_q : dq;
  }
}

void newton_draw(const NewtonTree& tree, int32_t k, const double* law_lanes,
                 const double* __restrict v, const double* __restrict at, NewtonDraw& draw) {
  const double k_abs = tree.k_abs[k];
#pragma omp simd
  for (int l = 0; l < sweep_lanes; ++l) {
    const double vr = v[l];
    const double vi = v[sweep_lanes + l];
    draw.u[l] = k_abs * __builtin_sqrt(vr * vr + vi * vi);
    draw.power[law_p * sweep_lanes + l] = at[sweep_p * sweep_lanes + l];
    draw.power[law_q * sweep_lanes + l] = at[sweep_q * sweep_lanes + l];
    draw.power[law_dp * sweep_lanes + l] = 0.0;
    draw.power[law_dq * sweep_lanes + l] = 0.0;
    draw.off[l] = 0.0;
  }
  for (int32_t i = tree.law_first[k]; i < tree.law_first[k + 1]; ++i) {
    const Law& law = tree.laws[tree.law_item[i]];
    const double* own = law_lanes + newton_law(tree, i, 0);
    if (law.kind == law_held)
      newton_add_held(law, own + sweep_lanes, draw);
    else if (law.volt_var.segments + law.volt_watt.segments > 0)
      newton_add_chord(law, own, law_lanes + newton_law(tree, i, 2), draw);
    else
      law_add(law, draw.u, own, own + sweep_lanes, draw.power);
  }
}

/// a and B of bus k alone.
void newton_linearise(const NewtonTree& tree, int32_t k, const NewtonDraw& draw,
                      const double* __restrict v, NewtonSum& own) {
  const double largest = tree.tree.largest_inverse;
  const double g = tree.tree.g[k];
  const double b = tree.tree.b[k];
#pragma omp simd
  for (int l = 0; l < sweep_lanes; ++l) {
    const double vr = v[l];
    const double vi = v[sweep_lanes + l];
    const double half = 0.5 * draw.u[l];
    const double ep = half * draw.power[law_dp * sweep_lanes + l];
    const double eq = half * draw.power[law_dq * sweep_lanes + l];
    const double p = draw.power[law_p * sweep_lanes + l] - ep;
    const double q = draw.power[law_q * sweep_lanes + l] - eq;
    const double full = 1.0 / (vr * vr + vi * vi);
    const double inverse = full < largest ? full : largest;
    const double wr = vr * inverse;
    const double wi = vi * inverse;
    const double jr = p * wr + q * wi;
    const double ji = p * wi - q * wr;
    const double cr = jr * wr - ji * wi;
    const double ci = jr * wi + ji * wr;
    const double yr = ep * inverse + g;
    const double yi = b - eq * inverse;
    own.a[l] = jr + jr + draw.off[l] * wi;
    own.a[sweep_lanes + l] = ji + ji - draw.off[l] * wr;
    own.b[newton_b11 * sweep_lanes + l] = yr - cr;
    own.b[newton_b12 * sweep_lanes + l] = -yi - ci;
    own.b[newton_b21 * sweep_lanes + l] = yi - ci;
    own.b[newton_b22 * sweep_lanes + l] = yr + cr;
  }
}

}  // namespace
}  // namespace gridswarm::inline GS_ABI::kernel
