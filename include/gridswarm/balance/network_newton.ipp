// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string>

#include "gridswarm/balance/network_newton.hpp"
#include "gridswarm/base/error.hpp"

namespace gridswarm::inline GS_ABI::balance {

namespace network_detail {

/// z + dz = f + h dc of a limit from above whose quantity moves by dc; `off` = t - room - give z.
GS_INLINE void push_of(const Limit& at, double off, double mu, double& f, double& h) {
  const double whole = at.t + at.give * at.z;
  h = at.z / whole;
  f = at.z + (mu - at.z * at.t + at.z * off) / whole;
}

GS_INLINE void check(const Wires& wires, std::size_t x, std::size_t v, std::size_t flow) {
  const NetworkProblem& it = wires.problem;
  const auto rows = it.members.want_kw.size(), size = static_cast<std::size_t>(wires.forest.size());
  const auto is_per_position = [&](std::span<const double> column) {
    return column.empty() || column.size() == size;
  };
  if (it.members.min_kw.size() != rows || it.members.max_kw.size() != rows ||
      it.members.inverse_cost.size() != rows || it.position.size() != rows || x != rows ||
      (!it.reactive.empty() && it.reactive.size() != rows) || v != size || flow != size ||
      !is_per_position(it.base_kw) || !is_per_position(it.base_kvar) ||
      !is_per_position(it.v_min_pu) || !is_per_position(it.v_max_pu) ||
      !is_per_position(it.flow_max_kw))
    throw UsageError("dispatch under limits: columns of different lengths");
  for (std::size_t i = 0; i < rows; ++i) {
    const std::string row = "row " + std::to_string(i);
    const double low = it.members.min_kw[i], high = it.members.max_kw[i];
    if (it.position[i] < 0 || static_cast<std::size_t>(it.position[i]) >= size)
      throw UsageError(row + " stands at no bus with supply");
    if (!(low <= high) || !std::isfinite(low) || !std::isfinite(high))
      throw UsageError(row + ": limits exclude every set-point: " + std::to_string(low) + " to " +
                       std::to_string(high));
    if (!std::isfinite(it.members.want_kw[i]) || !(it.members.inverse_cost[i] > 0.0) ||
        !std::isfinite(it.members.inverse_cost[i]))
      throw UsageError(row + ": what is wanted and its cost must be finite, the cost above 0");
  }
}

/// Flows and voltages of set-points: one sweep up, one down.
GS_INLINE void spread(const Wires& wires, std::span<const double> x, State& at) {
  const feeder::Forest& forest = wires.forest;
  const NetworkProblem& it = wires.problem;
  for (Index n = 0; n < forest.size(); ++n) {
    at.p[n] = it.base_kw.empty() ? 0.0 : it.base_kw[n];
    at.q[n] = it.base_kvar.empty() ? 0.0 : it.base_kvar[n];
  }
  for (std::size_t i = 0; i < x.size(); ++i)
    (wires.is_reactive(i) ? at.q : at.p)[it.position[i]] += x[i];
  for (Index n = forest.size(); n-- > forest.roots;) {
    at.p[forest.parent[n]] += at.p[n];
    at.q[forest.parent[n]] += at.q[n];
  }
  for (Index n = 0; n < forest.size(); ++n)
    at.v[n] = n < forest.roots
                  ? std::sqrt(forest.source_re[n] * forest.source_re[n] +
                              forest.source_im[n] * forest.source_im[n])
                  : at.v[forest.parent[n]] + wires.r(n) * at.p[n] + wires.x(n) * at.q[n];
}

/// How far the two sides of a limit are from it: > 0 within.
GS_INLINE std::array<double, 4> room_of(const Wires& wires, const State& at, Index n) {
  constexpr double none_there = std::numeric_limits<double>::infinity();
  const NetworkProblem& it = wires.problem;
  std::array<double, 4> room{none_there, none_there, none_there, none_there};
  if (n < wires.forest.roots) return room;
  if (!it.v_max_pu.empty()) room[0] = it.v_max_pu[n] - at.v[n];
  if (!it.v_min_pu.empty()) room[1] = at.v[n] - it.v_min_pu[n];
  if (!it.flow_max_kw.empty()) room[2] = it.flow_max_kw[n] - at.p[n];
  if (!it.flow_max_kw.empty()) room[3] = it.flow_max_kw[n] + at.p[n];
  return room;
}

GS_INLINE Scale scale_of(const Wires& wires) {
  const BoxedQuadratic& members = wires.problem.members;
  Scale scale;
  double rows = 0.0;
  for (std::size_t i = 0; i < members.want_kw.size(); ++i) {
    if (!wires.is_free(i)) continue;
    const double far = std::max(std::fabs(members.max_kw[i] - members.want_kw[i]),
                                std::fabs(members.min_kw[i] - members.want_kw[i]));
    scale.price = std::max(scale.price, far / members.inverse_cost[i]);
    scale.kw += members.max_kw[i] - members.min_kw[i];
    rows += 1.0;
  }
  scale.kw /= std::max(rows, 1.0);
  Column<double> path(static_cast<std::size_t>(wires.forest.size()), 0.0);
  for (Index n = wires.forest.roots; n < wires.forest.size(); ++n) {
    path[n] = path[wires.forest.parent[n]] + std::fabs(wires.r(n)) + std::fabs(wires.x(n));
    scale.path_pu = std::max(scale.path_pu, path[n]);
  }
  return scale;
}

/// Prices per position from those of the limits: M up, la and lq down.
GS_INLINE void spread_prices(const Wires& wires, State& at) {
  const feeder::Forest& forest = wires.forest;
  for (Index n = 0; n < forest.size(); ++n) {
    const Limit* limit = &at.limits[4 * static_cast<std::size_t>(n)];
    at.dv[n] = limit[0].z - limit[1].z;
  }
  for (Index n = forest.size(); n-- > forest.roots;) at.dv[forest.parent[n]] += at.dv[n];
  for (Index n = 0; n < forest.size(); ++n) {
    const Limit* limit = &at.limits[4 * static_cast<std::size_t>(n)];
    const bool is_root = n < forest.roots;
    const Index parent = forest.parent[n];
    at.la[n] = is_root ? at.y : at.la[parent] - (limit[2].z - limit[3].z) - wires.r(n) * at.dv[n];
    at.lq[n] = is_root ? 0.0 : at.lq[parent] - wires.x(n) * at.dv[n];
  }
}

GS_INLINE void start(const Wires& wires, const Scale& scale, double excess_pu, std::span<double> x,
                     State& at) {
  const BoxedQuadratic& members = wires.problem.members;
  const auto size = static_cast<std::size_t>(wires.forest.size());
  for (Column<double>* column :
       {&at.p, &at.q, &at.v, &at.la, &at.lq, &at.la_new, &at.lq_new, &at.dp, &at.dq, &at.dv})
    column->assign(size, 0.0);
  for (Column<double>* column : {&at.z_low, &at.z_high, &at.dx, &at.to_low, &at.to_high})
    column->assign(x.size(), 0.0);
  at.mu = 0.1 * scale.price * scale.kw;
  at.y = 0.0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double low = members.min_kw[i], high = members.max_kw[i], wide = high - low;
    x[i] = std::clamp(members.want_kw[i], low + 0.1 * wide, high - 0.1 * wide);
    if (!wires.is_free(i)) x[i] = low;
    at.to_low[i] = x[i] - low;
    at.to_high[i] = high - x[i];
    at.z_low[i] = wires.is_free(i) ? at.mu / at.to_low[i] : 0.0;
    at.z_high[i] = wires.is_free(i) ? at.mu / at.to_high[i] : 0.0;
  }
  spread(wires, x, at);
  at.limits.assign(4 * size, {});
  at.below.assign(size, {});
  constexpr double least = 0.05;  // of the size of a limit's quantity
  const double total_kw = scale.kw * static_cast<double>(x.size());
  for (Index n = wires.forest.roots; n < wires.forest.size(); ++n) {
    const auto room = room_of(wires, at, n);
    for (std::size_t k = 0; k < 4; ++k) {
      if (!std::isfinite(room[k])) continue;
      Limit& limit = at.limits[4 * static_cast<std::size_t>(n) + k];
      const double size = k < 2 ? 0.1 : 0.1 * total_kw;
      limit.t = std::max(room[k], least * size);
      limit.z = at.mu / limit.t;
      limit.give = 1e-3 * excess_pu * (k < 2 ? scale.path_pu : 1.0) / scale.price;
    }
  }
  spread_prices(wires, at);
}

/// A member's answer to a new price: dx = (price - gradient) / stiffness.
GS_INLINE void stiffness_of(const Wires& wires, const State& at, std::span<const double> x,
                            std::size_t i, double& gradient, double& stiffness) {
  const BoxedQuadratic& members = wires.problem.members;
  const double below = at.to_low[i], above = at.to_high[i];
  const double cost = 1.0 / members.inverse_cost[i];
  gradient = cost * (x[i] - members.want_kw[i]) - at.mu / below + at.mu / above;
  stiffness = cost + at.z_low[i] / below + at.z_high[i] / above;
}

/// Both sides of a limit as one push: f + h dc.
GS_INLINE void pair_of(const Limit* limit, const double* room, double mu, double& f, double& h) {
  f = h = 0.0;
  for (int side = 0; side < 2; ++side) {
    if (!limit[side].is_there()) continue;
    const double off = limit[side].t - room[side] - limit[side].give * limit[side].z;
    double push = 0.0, rise = 0.0;
    push_of(limit[side], off, mu, push, rise);
    f += side == 0 ? push : -push;
    h += rise;
  }
}

/// (I + A E)^-1 applied to the four columns A, A c + b, by elimination with pivots.
GS_INLINE Answer through_edge(const Answer& at, double r, double x, double f, double h) {
  const std::array<Three, 3> e{{{h, 0.0, r}, {0.0, 0.0, x}, {-r, -x, 0.0}}};
  std::array<std::array<double, 7>, 3> m{};
  for (std::size_t k = 0; k < 3; ++k) {
    for (std::size_t l = 0; l < 3; ++l) {
      m[k][l] = k == l ? 1.0 : 0.0;
      for (std::size_t j = 0; j < 3; ++j) m[k][l] += at.a[k][j] * e[j][l];
      m[k][3 + l] = at.a[k][l];
    }
    m[k][6] = at.b[k] - at.a[k][0] * f;
  }
  for (std::size_t c = 0; c < 3; ++c) {
    std::size_t best = c;
    for (std::size_t k = c + 1; k < 3; ++k)
      if (std::fabs(m[k][c]) > std::fabs(m[best][c])) best = k;
    std::swap(m[c], m[best]);
    for (std::size_t k = 0; k < 3; ++k) {
      if (k == c) continue;
      const double factor = m[k][c] / m[c][c];
      for (std::size_t l = c; l < 7; ++l) m[k][l] -= factor * m[c][l];
    }
  }
  Answer out;
  for (std::size_t k = 0; k < 3; ++k) {
    for (std::size_t l = 0; l < 3; ++l) out.a[k][l] = m[k][3 + l] / m[k][k];
    out.b[k] = m[k][6] / m[k][k];
  }
  return out;
}

/// Sweep up: answers of all subtrees. `below` keeps them at the edge's upper end.
GS_INLINE Answer sweep_up(const Wires& wires, std::span<const double> x, State& at) {
  const feeder::Forest& forest = wires.forest;
  std::fill(at.below.begin(), at.below.end(), Answer{});
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (!wires.is_free(i)) continue;
    double gradient = 0.0, stiffness = 0.0;
    stiffness_of(wires, at, x, i, gradient, stiffness);
    const std::size_t k = wires.is_reactive(i) ? 1 : 0;
    Answer& own = at.below[static_cast<std::size_t>(wires.problem.position[i])];
    own.a[k][k] += 1.0 / stiffness;
    own.b[k] -= gradient / stiffness;
  }
  Answer all;
  for (Index n = forest.size(); n-- > 0;) {
    Answer& own = at.below[static_cast<std::size_t>(n)];
    if (n < forest.roots) {
      all.add(own);
      continue;
    }
    const Limit* limit = &at.limits[4 * static_cast<std::size_t>(n)];
    double f = 0.0, h = 0.0, push = 0.0, rise = 0.0;
    const auto room = room_of(wires, at, n);
    pair_of(limit, room.data(), at.mu, f, h);
    pair_of(limit + 2, room.data() + 2, at.mu, push, rise);
    own.a[2][2] += h;
    own.b[2] += f;
    own = through_edge(own, wires.r(n), wires.x(n), push, rise);
    at.below[static_cast<std::size_t>(forest.parent[n])].add(own);
  }
  return all;
}

/// Sweep down: prices and changes everywhere, then every member its own.
GS_INLINE void sweep_down(const Wires& wires, std::span<const double> x, double y_new, State& at) {
  const feeder::Forest& forest = wires.forest;
  for (Index n = 0; n < forest.size(); ++n) {
    if (n < forest.roots) {
      at.la_new[n] = y_new;
      at.lq_new[n] = at.dv[n] = 0.0;
      continue;
    }
    const Index parent = forest.parent[n];
    const Three u{at.la_new[parent], at.lq_new[parent], at.dv[parent]};
    const Three o = at.below[static_cast<std::size_t>(n)].at(u);
    double push = 0.0, rise = 0.0;
    const auto room = room_of(wires, at, n);
    pair_of(&at.limits[4 * static_cast<std::size_t>(n) + 2], room.data() + 2, at.mu, push, rise);
    at.dp[n] = o[0];
    at.dq[n] = o[1];
    at.la_new[n] = u[0] - push - rise * o[0] - wires.r(n) * o[2];
    at.lq_new[n] = u[1] - wires.x(n) * o[2];
    at.dv[n] = u[2] + wires.r(n) * o[0] + wires.x(n) * o[1];
  }
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (!wires.is_free(i)) continue;
    double gradient = 0.0, stiffness = 0.0;
    stiffness_of(wires, at, x, i, gradient, stiffness);
    const Index n = wires.problem.position[i];
    at.dx[i] = ((wires.is_reactive(i) ? at.lq_new : at.la_new)[n] - gradient) / stiffness;
  }
}

/// Shorten a step so that it uses at most 0.995 of what is left of a positive value.
GS_INLINE void keep_positive(double value, double change, double& part) {
  constexpr double most = 0.995;
  if (part * -change > most * value) part = most * value / -change;
}

/// Changes of a member's two prices.
GS_INLINE std::array<double, 2> box_step(const State& at, std::size_t i) {
  const double below = at.to_low[i], above = at.to_high[i];
  return {at.mu / below - at.z_low[i] - at.z_low[i] / below * at.dx[i],
          at.mu / above - at.z_high[i] + at.z_high[i] / above * at.dx[i]};
}

/// Changes (dz, dt) of the four limits at a position.
GS_INLINE std::array<std::array<double, 2>, 4> limit_steps(const Wires& wires, const State& at,
                                                           Index n) {
  std::array<std::array<double, 2>, 4> steps{};
  const auto room = room_of(wires, at, n);
  for (std::size_t k = 0; k < 4; ++k) {
    const Limit& limit = at.limits[4 * static_cast<std::size_t>(n) + k];
    if (!limit.is_there()) continue;
    const double moved = k < 2 ? at.dv[n] : at.dp[n], dc = k % 2 == 0 ? moved : -moved;
    const double off = limit.t - room[k] - limit.give * limit.z;
    double f = 0.0, h = 0.0;
    push_of(limit, off, at.mu, f, h);
    const double dz = f + h * dc - limit.z;
    steps[k] = {dz, limit.give * dz - dc - off};
  }
  return steps;
}

/// How much of the step keeps everything positive.
GS_INLINE double longest_part(const Wires& wires, std::span<const double> x, const State& at) {
  double part = 1.0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (!wires.is_free(i)) continue;
    const auto dz = box_step(at, i);
    keep_positive(at.to_low[i], at.dx[i], part);
    keep_positive(at.to_high[i], -at.dx[i], part);
    keep_positive(at.z_low[i], dz[0], part);
    keep_positive(at.z_high[i], dz[1], part);
  }
  for (Index n = wires.forest.roots; n < wires.forest.size(); ++n) {
    const auto steps = limit_steps(wires, at, n);
    for (std::size_t k = 0; k < 4; ++k) {
      const Limit& limit = at.limits[4 * static_cast<std::size_t>(n) + k];
      if (!limit.is_there()) continue;
      keep_positive(limit.z, steps[k][0], part);
      keep_positive(limit.t, steps[k][1], part);
    }
  }
  return part;
}

GS_INLINE double advance(const Wires& wires, double y_new, std::span<double> x, State& at,
                         double& part) {
  const BoxedQuadratic& members = wires.problem.members;
  part = longest_part(wires, x, at);
  double sum = 0.0, count = 0.0;
  for (Index n = wires.forest.roots; n < wires.forest.size(); ++n) {
    const auto steps = limit_steps(wires, at, n);
    for (std::size_t k = 0; k < 4; ++k) {
      Limit& limit = at.limits[4 * static_cast<std::size_t>(n) + k];
      if (!limit.is_there()) continue;
      limit.z += part * steps[k][0];
      limit.t += part * steps[k][1];
      sum += limit.z * limit.t;
      count += 1.0;
    }
    at.v[n] += part * at.dv[n];
    at.p[n] += part * at.dp[n];
  }
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (!wires.is_free(i)) continue;
    const auto dz = box_step(at, i);
    at.to_low[i] += part * at.dx[i];
    at.to_high[i] -= part * at.dx[i];
    x[i] = at.to_low[i] < at.to_high[i] ? members.min_kw[i] + at.to_low[i]
                                        : members.max_kw[i] - at.to_high[i];
    at.z_low[i] += part * dz[0];
    at.z_high[i] += part * dz[1];
    sum += at.z_low[i] * at.to_low[i] + at.z_high[i] * at.to_high[i];
    count += 2.0;
  }
  at.y += part * (y_new - at.y);
  return count > 0.0 ? sum / count : 0.0;
}

}  // namespace network_detail
}  // namespace gridswarm::inline GS_ABI::balance
