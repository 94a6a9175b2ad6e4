// SPDX-License-Identifier: BSD-3-Clause
// Reference of the tree Newton kernels with laws and taps: one lane after another.
//
// The order of operations is the contract: kernels/newton_laws.simd.hpp must give the same bytes.
#pragma once

#include "gridswarm/kernel/reference_newton.hpp"

namespace gridswarm::inline GS_ABI::kernel::reference {

/// Where column c of a bus's i-th law stands: p, q by law, then the voltages before the last step.
GS_INLINE size_t newton_law(const NewtonTree& tree, int32_t i, int c) {
  const auto row = static_cast<size_t>(tree.law_item[i]);
  const auto count = static_cast<size_t>(tree.law_count);
  return (c < 2 ? 2 * row + static_cast<size_t>(c) : 2 * count + row) * sweep_lanes;
}

/// Strictly within its limits a generator holds its voltage; at a limit it gives that.
GS_INLINE bool newton_holds(const Law& law, double q) { return q > law.q_min && q < law.q_max; }

GS_INLINE void newton_add_held(const Law& law, double u, double q, double* draw, double& off) {
  const double steepness = newton_holds(law, q) ? law.steepness : 0.0;
  draw[law_q * sweep_lanes] -= q;
  draw[law_dq * sweep_lanes] += steepness;
  off -= steepness * (law.v_set - u);
}

/// Slopes, or those of the chord between two voltages where that draws more with rising u.
GS_INLINE void newton_add_chord(const Law& law, double u, double before, double p, double q,
                                double* draw) {
  double now[law_rows * sweep_lanes] = {};
  double then[law_rows * sweep_lanes] = {};
  law_inverter_at(law, u, p, q, now);
  law_inverter_at(law, before, p, q, then);
  const double du = u - before;
  if (before > 0.0 && (du < 0.0 ? -du : du) > newton_least_chord) {
    const double per_u = 1.0 / du;
    const double dp = (now[law_p * sweep_lanes] - then[law_p * sweep_lanes]) * per_u;
    const double dq = (now[law_q * sweep_lanes] - then[law_q * sweep_lanes]) * per_u;
    if (dp > now[law_dp * sweep_lanes]) now[law_dp * sweep_lanes] = dp;
    if (dq > now[law_dq * sweep_lanes]) now[law_dq * sweep_lanes] = dq;
  }
  for (int row = 0; row < law_rows; ++row) draw[row * sweep_lanes] += now[row * sweep_lanes];
}

/// What bus k consumes at its voltage in one lane.
GS_INLINE NewtonPower newton_power(const NewtonTree& tree, const double* law_lanes, int32_t k,
                                   const NewtonCell& cell, int lane) {
  const double vr = cell.v[0];
  const double vi = cell.v[1];
  const double u = tree.k_abs[k] * __builtin_sqrt(vr * vr + vi * vi);
  double draw[law_rows * sweep_lanes] = {};
  double off = 0.0;
  draw[law_p * sweep_lanes] = cell.at[sweep_p];
  draw[law_q * sweep_lanes] = cell.at[sweep_q];
  for (int32_t i = tree.law_first[k]; i < tree.law_first[k + 1]; ++i) {
    const Law& law = tree.laws[tree.law_item[i]];
    const double p = law_lanes[newton_law(tree, i, 0) + lane];
    const double q = law_lanes[newton_law(tree, i, 1) + lane];
    const double before = law_lanes[newton_law(tree, i, 2) + lane];
    const bool has_curves = law.volt_var.segments + law.volt_watt.segments > 0;
    if (law.kind == law_load) law_load_at(law, u, p, q, draw);
    if (law.kind == law_inverter && !has_curves) law_inverter_at(law, u, p, q, draw);
    if (law.kind == law_inverter && has_curves) newton_add_chord(law, u, before, p, q, draw);
    if (law.kind == law_held) newton_add_held(law, u, q, draw, off);
  }
  return {u,
          draw[law_p * sweep_lanes],
          draw[law_q * sweep_lanes],
          draw[law_dp * sweep_lanes],
          draw[law_dq * sweep_lanes],
          off};
}

GS_INLINE NewtonLine newton_scale(double kappa, const NewtonLine& line) {
  const double square = kappa * kappa;
  return {line.ar * kappa,   line.ai * kappa,   line.b11 * square,
          line.b12 * square, line.b21 * square, line.b22 * square};
}

GS_INLINE NewtonLine newton_shunt(const NewtonTap& tap, const NewtonLine& line) {
  return {line.ar, line.ai, line.b11 + tap.g, line.b12 - tap.b, line.b21 + tap.b, line.b22 + tap.g};
}

GS_INLINE void newton_up_laws(const NewtonTree& tree, double* law_lanes, const double* tap_lanes,
                              const SweepMemory& memory, double* factors, NewtonPivot& pivot) {
  const SweepTree& lines = tree.tree;
  for (int lane = 0; lane < sweep_lanes; ++lane) {
    pivot.det[lane] = 1e300;
    pivot.bus[lane] = 0.0;
    for (int32_t k = lines.size - 1; k >= 0; --k) {
      const NewtonCell cell = newton_cell(memory, factors, k, lane);
      const NewtonPower power = newton_power(tree, law_lanes, k, cell, lane);
      NewtonLine line = newton_linearise(lines, k, cell.v, power);
      for (int32_t i = tree.law_first[k]; i < tree.law_first[k + 1]; ++i)
        law_lanes[newton_law(tree, i, 2) + lane] = power.u;
      line = newton_sum(line, newton_children(lines, memory, factors, k, lane));
      const int32_t row = tree.tap[k];
      const bool is_below = row >= 0 && tree.taps[row].reversed;
      const double kappa = row < 0 ? 1.0 : tap_lanes[row * sweep_lanes + lane];
      if (is_below) line = newton_shunt(tree.taps[row], newton_scale(kappa, line));
      line = newton_edge(lines, k, lane, line, pivot);
      if (row >= 0 && !is_below) line = newton_scale(kappa, newton_shunt(tree.taps[row], line));
      newton_write(line, true, cell);
    }
  }
}

/// A complex number of one lane.
struct NewtonPair {
  double re, im;
};

GS_INLINE NewtonPair newton_line_drop(const SweepTree& tree, int32_t k, const NewtonPair& v,
                                      const NewtonPair& j) {
  return {v.re - (tree.r[k] * j.re - tree.x[k] * j.im),
          v.im - (tree.r[k] * j.im + tree.x[k] * j.re)};
}

GS_INLINE NewtonPair newton_charging(const NewtonTap& tap, const NewtonPair& v) {
  return {tap.g * v.re - tap.b * v.im, tap.g * v.im + tap.b * v.re};
}

/// Position c from its parent's voltage: J of the parent's side is returned; V and J of c are
/// written; |dV|^2 into square.
GS_INLINE NewtonPair newton_move_edge(const NewtonTree& tree, bool active, const double* tap_lanes,
                                      int32_t c, int lane, const SweepLane& above,
                                      const NewtonCell& cell, double& square) {
  const NewtonPair old = {cell.v[0], cell.v[1]};
  NewtonPair v = {above[0], above[1]};
  const NewtonPair top = {
      cell.at[sweep_jr] + (cell.factor[newton_b11] * v.re + cell.factor[newton_b12] * v.im),
      cell.at[sweep_ji] + (cell.factor[newton_b21] * v.re + cell.factor[newton_b22] * v.im)};
  NewtonPair j = top;
  const int32_t row = tree.tap[c];
  const bool is_below = row >= 0 && tree.taps[row].reversed;
  const double kappa = row < 0 ? 1.0 : tap_lanes[row * sweep_lanes + lane];
  if (row >= 0 && !is_below) {
    v = {kappa * v.re, kappa * v.im};
    const NewtonPair y = newton_charging(tree.taps[row], v);
    j = {top.re / kappa - y.re, top.im / kappa - y.im};
  }
  v = newton_line_drop(tree.tree, c, v, j);
  if (is_below) {
    const NewtonPair y = newton_charging(tree.taps[row], v);
    j = {(j.re - y.re) / kappa, (j.im - y.im) / kappa};
    v = {kappa * v.re, kappa * v.im};
  }
  if (!active) v = old;
  const double dr = v.re - old.re;
  const double di = v.im - old.im;
  square = dr * dr + di * di;
  cell.factor[newton_b11] = old.re;
  cell.factor[newton_b12] = old.im;
  cell.v[0] = v.re;
  cell.v[1] = v.im;
  cell.at[sweep_jr] = j.re;
  cell.at[sweep_ji] = j.im;
  return top;
}

/// q of a held voltage after a step; returns the |step|^2 that it asks for.
GS_INLINE double newton_hold(const Law& law, double u, double off, double& q) {
  const double inside = newton_inside * (law.q_max - law.q_min);
  const bool holds = newton_holds(law, q);
  const double error = law.v_set - u;
  double next = q;
  if (holds) {
    next = q - off;
    next = next < law.q_max ? next : law.q_max;
    next = next > law.q_min ? next : law.q_min;
  } else if (q >= law.q_max) {
    if (error < 0.0) next = law.q_max - inside;
  } else if (error > 0.0) {
    next = law.q_min + inside;
  }
  q = next;
  return newton_holds(law, next) != holds ? 1.0 : holds ? error * error : 0.0;
}

/// One lane of one bus after it moved.
GS_INLINE void newton_check(const NewtonTree& tree, const NewtonPair& own, int32_t k, int lane,
                            bool active, double* law_lanes, const NewtonCell& cell, double& largest,
                            SweepCheck& check) {
  const NewtonPower power = newton_power(tree, law_lanes, k, cell, lane);
  const Law* law = nullptr;
  double* q = nullptr;
  for (int32_t i = tree.law_first[k]; i < tree.law_first[k + 1]; ++i) {
    if (tree.laws[tree.law_item[i]].kind != law_held) continue;
    law = &tree.laws[tree.law_item[i]];
    q = law_lanes + newton_law(tree, i, 1) + lane;
  }
  const double vr = cell.v[0];
  const double vi = cell.v[1];
  const double jr = own.re - (tree.tree.g[k] * vr - tree.tree.b[k] * vi);
  const double ji = own.im - (tree.tree.g[k] * vi + tree.tree.b[k] * vr);
  const double dp = (vr * jr + vi * ji) - power.p;
  const double off = (vi * jr - vr * ji) - power.q;
  const double dq = law && newton_holds(*law, *q) ? 0.0 : off;
  const double squared = dp * dp + dq * dq;
  const double allowed = check.rel_squared * (power.p * power.p + power.q * power.q);
  const double over = squared - (allowed > check.abs_squared ? allowed : check.abs_squared);
  if (squared > check.mismatch_squared[lane]) {
    check.mismatch_squared[lane] = squared;
    check.bus[lane] = k;
  }
  if (!(over <= check.excess[lane])) check.excess[lane] = over;
  if (!law || !active) return;
  const double square = newton_hold(*law, power.u, off, *q);
  if (square > largest) largest = square;
}

GS_INLINE void newton_down_laws(const NewtonTree& tree, const double* active, double* law_lanes,
                                const double* tap_lanes, const SweepMemory& memory, double* factors,
                                SweepCheck& check) {
  const SweepTree& lines = tree.tree;
  for (int lane = 0; lane < sweep_lanes; ++lane) {
    const bool is_active = active[lane] != 0.0;
    double largest = 0.0;
    check.mismatch_squared[lane] = 0.0;
    check.bus[lane] = 0.0;
    check.excess[lane] = -1.0;
    for (int32_t k = 0; k < lines.size; ++k) {
      const NewtonCell cell = newton_cell(memory, factors, k, lane);
      if (k < lines.roots) {
        const NewtonLine line = newton_read(cell);
        cell.at[sweep_jr] += line.b11 * cell.v[0] + line.b12 * cell.v[1];
        cell.at[sweep_ji] += line.b21 * cell.v[0] + line.b22 * cell.v[1];
      }
      NewtonPair own = {cell.at[sweep_jr], cell.at[sweep_ji]};
      const auto move = [&](int32_t c) {
        double square = 0.0;
        const NewtonPair top = newton_move_edge(tree, is_active, tap_lanes, c, lane, cell.v,
                                                newton_cell(memory, factors, c, lane), square);
        own = {own.re - top.re, own.im - top.im};
        if (square > largest) largest = square;
      };
      if (lines.child_one[k] < lines.size) move(lines.child_one[k]);
      if (lines.child_two[k] < lines.size) move(lines.child_two[k]);
      for (int32_t c = lines.more_first[k]; c < lines.more_first[k + 1]; ++c) move(lines.more[c]);
      if (k >= lines.roots)
        newton_check(tree, own, k, lane, is_active, law_lanes, cell, largest, check);
    }
    check.step_squared[lane] = largest;
  }
}

}  // namespace gridswarm::inline GS_ABI::kernel::reference
