// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cmath>
#include <string>

#include "gridswarm/balance/tree_response.hpp"
#include "gridswarm/balance/voltage_support.hpp"
#include "gridswarm/base/error.hpp"

namespace gridswarm::inline GS_ABI::balance {

namespace support_detail {

GS_INLINE void check(const SupportMembers& members, const VoltageSupportOptions& options) {
  if (!(options.v_min_pu < options.v_max_pu))
    throw UsageError("voltage support: v_min_pu " + std::to_string(options.v_min_pu) +
                     " must be below v_max_pu " + std::to_string(options.v_max_pu));
  const auto pair = [&](const Column<double>& low, const Column<double>& high, const char* what) {
    for (std::size_t i = 0; i < low.size(); ++i)
      if (!(low[i] <= 0.0 && high[i] >= 0.0) || !std::isfinite(low[i]) || !std::isfinite(high[i]))
        throw UsageError("voltage support: member " + std::to_string(i) + " tells " + what + " " +
                         std::to_string(low[i]) + " to " + std::to_string(high[i]) +
                         "; reserves are finite, low <= 0 <= high");
  };
  pair(members.q_low_pu, members.q_high_pu, "a reactive reserve of");
  pair(members.p_low_pu, members.p_high_pu, "an active reserve of");
}

/// How far v is outside the band: > 0 too low, < 0 too high, 0 inside.
inline double outside(double v_pu, const VoltageSupportOptions& options) {
  if (v_pu < options.v_min_pu) return options.v_min_pu - v_pu;
  return v_pu > options.v_max_pu ? options.v_max_pu - v_pu : 0.0;
}

/// One kind of power: its reserves, its sensitivities, what is asked of it so far.
struct Kind {
  const feeder::Forest& forest;
  std::span<const double> edge_pu;  ///< x for reactive, r for active power
  const SupportMembers& members;
  const Column<double>& low;
  const Column<double>& high;
  Column<double>& given;
};

inline double weight(const Kind& kind, std::size_t i) {
  return std::max(-kind.low[i], kind.high[i]);
}

/// v = start + |K| W given, at all positions.
GS_INLINE void expect_voltages(const Kind& kind, VoltageSupportWork& work, Column<double>& v_pu) {
  std::fill(work.injection.begin(), work.injection.end(), 0.0);
  for (std::size_t i = 0; i < kind.given.size(); ++i)
    work.injection[kind.members.position[i]] += kind.given[i];
  tree_response(kind.forest, kind.edge_pu, work.injection, work.injection);
  for (std::size_t at = 0; at < v_pu.size(); ++at)
    v_pu[at] = work.start_pu[at] + work.weight_abs[at] * work.injection[at];
}

/// Column j of |K_j| W in `column`.
GS_INLINE void sensitivity_of(const Kind& kind, Index bus, VoltageSupportWork& work) {
  std::fill(work.column.begin(), work.column.end(), 0.0);
  work.column[bus] = work.weight_abs[bus];
  tree_response(kind.forest, kind.edge_pu, work.column, work.column);
}

/// Voltage of the bus of `column` and its slope when its multiplier rises by t.
struct Answer {
  double change_pu, slope;
};
inline double answered(const Kind& kind, const VoltageSupportWork& work, std::size_t i, double t) {
  const Index at = kind.members.position[i];
  const double wish = weight(kind, i) * (work.sums[at] + t * work.column[at]);
  return std::min(std::max(wish, kind.low[i]), kind.high[i]);
}
GS_INLINE Answer answer_at(const Kind& kind, const VoltageSupportWork& work, double t) {
  Answer out{0.0, 0.0};
  for (std::size_t i = 0; i < kind.given.size(); ++i) {
    const double x = work.column[kind.members.position[i]];
    const double given = answered(kind, work, i, t);
    out.change_pu += x * (given - kind.given[i]);
    if (given > kind.low[i] && given < kind.high[i]) out.slope += x * x * weight(kind, i);
  }
  return out;
}

/// The t at which the bus moves by `wanted_pu`, or the last t that still moves it: Newton within a
/// bracket that doubles until it holds the answer or nobody has reserve left.
GS_INLINE double step_for(const Kind& kind, const VoltageSupportWork& work, double wanted_pu,
                          bool& reached) {
  const double sign = wanted_pu > 0.0 ? 1.0 : -1.0;
  const double gap = std::fabs(wanted_pu);
  double full = 0.0;  // slope with everyone free
  for (std::size_t i = 0; i < kind.given.size(); ++i) {
    const double x = work.column[kind.members.position[i]];
    full += x * x * weight(kind, i);
  }
  reached = full > 0.0;
  if (!reached) return 0.0;
  double low = 0.0, high = gap / full, before = -1.0;
  for (int k = 0; k < 200; ++k) {
    const double moved = sign * answer_at(kind, work, sign * high).change_pu;
    if (moved >= gap) break;
    reached = k < 199 && !(k > 60 && moved <= before);
    if (!reached) return sign * high;
    low = high;
    high *= 2.0;
    before = moved;
  }
  double t = high;
  for (int k = 0; k < 100 && high - low > 1e-15 * high; ++k) {
    const Answer at = answer_at(kind, work, sign * t);
    const double error = sign * at.change_pu - gap;
    (error > 0.0 ? high : low) = t;
    if (error == 0.0) break;
    const double newton = at.slope > 0.0 ? t - error / at.slope : low;
    t = newton > low && newton < high ? newton : low + 0.5 * (high - low);
  }
  return sign * t;
}

/// What the multiplier of a bus still has to move it by: outside its band, or held by a multiplier
/// that it no longer needs.
inline double residual(double v_pu, double multiplier, const VoltageSupportOptions& options) {
  if (multiplier > 0.0) return options.v_min_pu - v_pu;
  if (multiplier < 0.0) return options.v_max_pu - v_pu;
  return outside(v_pu, options);
}

/// Dual ascent for one kind of power.
GS_INLINE void ascend(const Kind& kind, std::span<const Index> buses,
                      const VoltageSupportOptions& options, VoltageSupportWork& work,
                      VoltageSupport& result) {
  std::fill(work.multiplier.begin(), work.multiplier.end(), 0.0);
  std::fill(work.sums.begin(), work.sums.end(), 0.0);
  std::fill(work.exhausted.begin(), work.exhausted.end(), std::uint8_t{0});
  for (; result.steps < options.max_steps; ++result.steps) {
    Index worst = none;
    double most = options.tolerance_pu;
    for (const Index bus : buses) {
      const double size = std::fabs(residual(result.v_pu[bus], work.multiplier[bus], options));
      if (work.exhausted[bus] || !(size > most)) continue;
      most = size;
      worst = bus;
    }
    if (worst == none) return;
    sensitivity_of(kind, worst, work);
    bool reached = false;
    double& s = work.multiplier[worst];
    double t = step_for(kind, work, residual(result.v_pu[worst], s, options), reached);
    const bool crosses = s != 0.0 && (s + t) * s < 0.0;
    if (crosses) t = -s;  // a multiplier gives way to 0, not beyond
    if (!reached && !crosses) work.exhausted[worst] = 1;
    for (std::size_t i = 0; i < kind.given.size(); ++i) kind.given[i] = answered(kind, work, i, t);
    s = s + t;
    for (std::size_t at = 0; at < work.sums.size(); ++at) work.sums[at] += t * work.column[at];
    expect_voltages(kind, work, result.v_pu);
  }
}

GS_INLINE double largest_outside(std::span<const Index> buses, const Column<double>& v_pu,
                                 const VoltageSupportOptions& options, Index& worst) {
  double most = 0.0;
  worst = none;
  for (const Index bus : buses) {
    const double size = std::fabs(outside(v_pu[bus], options));
    if (!(size > most)) continue;
    most = size;
    worst = bus;
  }
  return most;
}

GS_INLINE void prepare(const feeder::Forest& forest, std::span<const Index> buses,
                       const SupportMembers& members, std::span<const double> v_now_pu,
                       const VoltageSupportOptions& options, VoltageSupportWork& work,
                       VoltageSupport& result) {
  check(members, options);
  const auto count = static_cast<std::size_t>(forest.size());
  for (Column<double>* column : {&work.weight_abs, &work.column, &work.sums, &work.multiplier,
                                 &work.injection, &work.start_pu})
    column->resize(count);
  work.exhausted.resize(count);
  for (Index at = 0; at < forest.size(); ++at)
    work.weight_abs[at] =
        std::sqrt(forest.k_re[at] * forest.k_re[at] + forest.k_im[at] * forest.k_im[at]);
  std::copy(v_now_pu.begin(), v_now_pu.end(), work.start_pu.begin());
  result = {};
  result.v_pu.assign(v_now_pu.begin(), v_now_pu.end());
  result.dq_pu.assign(members.position.size(), 0.0);
  result.dp_pu.assign(members.position.size(), 0.0);
  result.outside_before_pu = largest_outside(buses, result.v_pu, options, result.worst);
}

GS_INLINE void conclude(std::span<const Index> buses, const VoltageSupportOptions& options,
                        VoltageSupport& result) {
  result.outside_left_pu = largest_outside(buses, result.v_pu, options, result.worst);
  result.held = result.outside_left_pu <= options.tolerance_pu * 1.01;
  for (const double dq : result.dq_pu) result.effort_q_pu += std::fabs(dq);
  for (const double dp : result.dp_pu) result.effort_p_pu += std::fabs(dp);
}

/// Everyone learns the worst value by telling its neighbours the worst it knows; rounds until
/// nobody learns more.
GS_INLINE void count_flooding(const Csr& links, Index from, VoltageSupport& result) {
  std::vector<Index> reached(links.first.size() - 1, none), edge{from};
  reached[from] = 0;
  for (std::size_t k = 0; k < edge.size(); ++k)
    for (const Index other : links.row(edge[k]))
      if (reached[other] == none) {
        reached[other] = reached[edge[k]] + 1;
        edge.push_back(other);
      }
  const std::int64_t rounds = edge.empty() ? 0 : reached[edge.back()];
  result.rounds += rounds;
  result.messages += rounds * static_cast<std::int64_t>(links.items.size());
}

}  // namespace support_detail

GS_INLINE void support_voltage(const feeder::Forest& forest, std::span<const Index> buses,
                               const SupportMembers& members, std::span<const double> v_now_pu,
                               const VoltageSupportOptions& options, VoltageSupportWork& work,
                               VoltageSupport& result) {
  using namespace support_detail;
  prepare(forest, buses, members, v_now_pu, options, work, result);
  ascend({forest, forest.x_pu, members, members.q_low_pu, members.q_high_pu, result.dq_pu}, buses,
         options, work, result);
  Index worst = none;
  const bool is_left = largest_outside(buses, result.v_pu, options, worst) > options.tolerance_pu;
  if (is_left && !members.p_low_pu.empty()) {
    work.start_pu = result.v_pu;
    ascend({forest, forest.r_pu, members, members.p_low_pu, members.p_high_pu, result.dp_pu}, buses,
           options, work, result);
  }
  conclude(buses, options, result);
}

GS_INLINE void agree_on_voltage(const feeder::Forest& forest, std::span<const Index> buses,
                                const SupportMembers& members, const Csr& links,
                                std::span<const double> v_now_pu,
                                const VoltageSupportOptions& options,
                                const AveragingOptions& averaging, VoltageSupportWork& work,
                                VoltageSupport& result) {
  using namespace support_detail;
  check_graph(links);
  prepare(forest, buses, members, v_now_pu, options, work, result);
  const Kind kind{forest, forest.x_pu, members, members.q_low_pu, members.q_high_pu, result.dq_pu};
  const std::size_t count = members.position.size();
  std::vector<double> mean(count), share(count, 0.0);
  double first = 0.0;
  for (; result.steps < options.max_steps && count > 0; ++result.steps) {
    Index worst = none;
    if (!(largest_outside(buses, result.v_pu, options, worst) > options.tolerance_pu)) break;
    const double gap = outside(result.v_pu[worst], options);
    if (gap * first < 0.0) break;  // one share cannot lift and lower
    first = gap;
    sensitivity_of(kind, worst, work);
    for (std::size_t i = 0; i < count; ++i)
      mean[i] = work.column[members.position[i]] * (gap > 0.0 ? kind.high[i] : -kind.low[i]);
    count_flooding(links, 0, result);
    const ConsensusTotals totals = average_by_chebyshev(links, averaging, mean);
    result.rounds += totals.rounds;
    result.messages += totals.messages;
    double moved = 0.0;
    for (std::size_t i = 0; i < count; ++i) {
      const double sum = mean[i] * static_cast<double>(count);
      const double before = share[i];
      if (sum > 0.0) share[i] = std::min(std::max(before + gap / sum, -1.0), 1.0);
      moved = std::max(moved, std::fabs(share[i] - before));
      result.dq_pu[i] = share[i] > 0.0 ? share[i] * kind.high[i] : -share[i] * kind.low[i];
    }
    expect_voltages(kind, work, result.v_pu);
    if (!(moved > 0.0)) break;  // all use all they have
  }
  conclude(buses, options, result);
}

}  // namespace gridswarm::inline GS_ABI::balance
