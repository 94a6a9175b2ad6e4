// SPDX-License-Identifier: BSD-3-Clause
// What a lane that failed leaves unexplained at the voltages it keeps.
//
// Unlike in a sweep the voltages stay, so branch currents come from Ohm's law where there is an
// impedance; an edge without one hands its residual to its parent.
#pragma once

#include "gridswarm/flow/tree_newton_block.ipp"

namespace gridswarm::inline GS_ABI::flow::detail {

/// A complex number, without the library's own product and quotient.
struct Pair {
  double re = 0.0;
  double im = 0.0;
};
inline Pair sum_of(Pair a, Pair b) { return {a.re + b.re, a.im + b.im}; }
inline Pair times(Pair a, Pair b) { return {a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re}; }
inline Pair times(double k, Pair a) { return {k * a.re, k * a.im}; }

/// What bus k consumes at its voltage in lane l; whether a held voltage there explains any Q.
struct TreeDraw {
  double p;
  double q;
  bool is_free;
};
inline TreeDraw draw_of(const TreeJob& job, const TreeBlock& block, Index k, int l, Pair v) {
  constexpr int lanes = kernel::sweep_lanes;
  alignas(64) std::array<double, kernel::law_rows * lanes> draw{};
  alignas(64) LaneNumbers u;
  u.fill(job.prepared.k_abs[k] * std::sqrt(v.re * v.re + v.im * v.im));
  TreeDraw sum = {cell_of(block, k, l)[kernel::sweep_p * lanes],
                  cell_of(block, k, l)[kernel::sweep_q * lanes], false};
  for (Index j = job.tree.law_first[k]; j < job.tree.law_first[k + 1]; ++j) {
    const Index i = job.tree.law_item[j];
    const kernel::Law& law = job.tree.laws[i];
    const double* own = block.law_lanes.data() + static_cast<std::size_t>(i) * 2 * lanes;
    kernel::kernels().law_add(law, u.data(), own, own + lanes, draw.data());
    const double q = own[lanes + l];
    if (law.kind == kernel::law_held && q > law.q_min && q < law.q_max) sum.is_free = true;
  }
  sum.p += draw[kernel::law_p * lanes + l];
  sum.q += draw[kernel::law_q * lanes + l];
  return sum;
}

/// Current that the edge above k carries at the voltages of its ends, and what its parent feels of
/// it; `drawn` where it has no impedance.
struct EdgeCurrent {
  Pair own;
  Pair above;
};
inline EdgeCurrent edge_current(const TreeJob& job, const TreeBlock& block, Index k, int l, Pair v,
                                Pair above, Pair drawn) {
  const double r = job.tree.tree.r[k];
  const double x = job.tree.tree.x[k];
  const double square = r * r + x * x;
  const Index row = job.prepared.tap[k];
  const double kappa = row == none ? 1.0 : block.tap_lanes[row * kernel::sweep_lanes + l];
  const kernel::NewtonTap tap = row == none ? kernel::NewtonTap{} : job.prepared.taps[row];
  const Pair low = tap.reversed ? times(1.0 / kappa, v) : v;
  const Pair high = tap.reversed || row == none ? above : times(kappa, above);
  const Pair charging = times(Pair{tap.g, tap.b}, tap.reversed ? low : high);
  const Pair drop = {high.re - low.re, high.im - low.im};
  // I = dV / Z = dV conj(Z) / |Z|^2
  Pair line = times(1.0 / square, times(drop, Pair{r, -x}));
  if (square == 0.0) line = tap.reversed ? sum_of(times(kappa, drawn), charging) : drawn;
  if (tap.reversed) {
    const Pair rest = {line.re - charging.re, line.im - charging.im};
    return {times(1.0 / kappa, rest), line};
  }
  return {line, times(kappa, sum_of(line, charging))};
}

/// Mismatch of lane l at its voltages, into block.check; its J at the roots as well.
inline void explain_residual(const TreeJob& job, TreeBlock& block, int l) {
  constexpr int lanes = kernel::sweep_lanes;
  const auto voltage = [&](Index k) {
    return Pair{voltage_of(block, k, l)[0], voltage_of(block, k, l)[lanes]};
  };
  bool is_finite = true;
  for (Index k = 0; k < job.forest.size(); ++k)
    is_finite = is_finite && std::isfinite(voltage(k).re) && std::isfinite(voltage(k).im);
  if (!is_finite) flatten(job, block, l);
  const auto current = [&](Index k) { return cell_of(block, k, l) + kernel::sweep_jr * lanes; };
  for (Index k = 0; k < job.forest.size(); ++k) current(k)[0] = current(k)[lanes] = 0.0;
  block.check.mismatch_squared[l] = 0.0;
  block.check.bus[l] = 0.0;
  block.check.excess[l] = 0.0;
  for (Index k = job.forest.size() - 1; k >= 0; --k) {
    const Pair v = voltage(k);
    const TreeDraw draw = draw_of(job, block, k, l, v);
    const double inverse =
        std::min(1.0 / (v.re * v.re + v.im * v.im), job.tree.tree.largest_inverse);
    const Pair load = times(inverse, times(Pair{draw.p, -draw.q}, v));
    const Pair shunt = times(Pair{job.tree.tree.g[k], job.tree.tree.b[k]}, v);
    const Pair below = {current(k)[0], current(k)[lanes]};
    const Pair drawn = sum_of(sum_of(load, shunt), below);
    current(k)[0] = drawn.re;
    current(k)[lanes] = drawn.im;
    if (k < job.forest.roots) continue;
    const Index p = job.tree.tree.parent[k];
    const EdgeCurrent edge = edge_current(job, block, k, l, v, voltage(p), drawn);
    current(p)[0] += edge.above.re;
    current(p)[lanes] += edge.above.im;
    const Pair off = {edge.own.re - drawn.re, edge.own.im - drawn.im};
    const double dp = v.re * off.re + v.im * off.im;
    const double dq = draw.is_free ? 0.0 : v.im * off.re - v.re * off.im;
    const double squared = dp * dp + dq * dq;
    if (!(squared > block.check.mismatch_squared[l])) continue;
    block.check.mismatch_squared[l] = squared;
    block.check.bus[l] = k;
  }
}

}  // namespace gridswarm::inline GS_ABI::flow::detail
