// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cmath>

#include "gridswarm/balance/tree_response.hpp"
#include "gridswarm/balance/volt_var.hpp"
#include "gridswarm/base/csr.hpp"
#include "gridswarm/base/error.hpp"

namespace gridswarm::inline GS_ABI::balance {

GS_INLINE Curve volt_var_curve(const VoltVarOptions& options) {
  if (options.category == "A") return {4, {0.90, 1.00, 1.00, 1.10}, {0.25, 0.0, 0.0, -0.25}};
  if (options.category == "B") return {4, {0.92, 0.98, 1.02, 1.08}, {0.44, 0.0, 0.0, -0.44}};
  if (options.category != "own")
    throw UsageError("volt-var category " + options.category + " is unknown; choose A, B or own");
  const Curve curve{4,
                    {options.v1_pu, options.v2_pu, options.v3_pu, options.v4_pu},
                    {options.q1_pu, options.q2_pu, options.q3_pu, options.q4_pu}};
  for (int k = 0; k < 4; ++k) {
    if (!std::isfinite(curve.x[k]) || !(std::fabs(curve.y[k]) <= 1.0))
      throw UsageError("volt-var curve: point " + std::to_string(k + 1) +
                       " needs a finite voltage and a share of nameplate kVA within -1..1");
    if (k > 0 && !(curve.x[k] > curve.x[k - 1] ||
                   (curve.x[k] == curve.x[k - 1] && curve.y[k] == curve.y[k - 1])))
      throw UsageError("volt-var curve: voltages v1_pu..v4_pu must ascend");
    if (k > 0 && curve.y[k] > curve.y[k - 1])
      throw UsageError("volt-var curve: reactive power must not rise with voltage (q" +
                       std::to_string(k) + "_pu < q" + std::to_string(k + 1) + "_pu)");
  }
  return curve;
}

namespace detail {

/// Largest |slope|; points that coincide are one corner.
GS_INLINE double steepest(const Curve& curve) {
  Curve corners;
  for (int k = 0; k < curve.count; ++k)
    if (k == 0 || curve.x[k] > curve.x[k - 1]) {
      corners.x[corners.count] = curve.x[k];
      corners.y[corners.count++] = curve.y[k];
    }
  return steepest_slope(corners);
}

GS_INLINE bool has_volt_var(const fleet::Fleet& fleet, Index i) {
  const fleet::Kind kind = fleet.plate.kind[i];
  return fleet.plate.s_kva[i] > 0.0 &&
         (kind == fleet::Kind::pv || kind == fleet::Kind::wind || kind == fleet::Kind::battery);
}

/// List the devices by position.
GS_INLINE void list_devices(const feeder::Forest& forest, const fleet::Fleet& fleet,
                            VoltVarPlan& plan) {
  plan.at.resize(fleet.size());
  for (Index i = 0; i < fleet.size(); ++i) plan.at[i] = forest.position[fleet.plate.bus[i]];
  std::vector<Index> device_at = plan.at;
  for (Index i = 0; i < fleet.size(); ++i)
    if (!has_volt_var(fleet, i)) device_at[i] = none;
  Csr devices = group_by(device_at, forest.size());
  plan.position.clear();
  plan.first.assign(1, 0);
  for (Index pos = 0; pos < forest.size(); ++pos)
    if (!devices.row(pos).empty()) {
      plan.position.push_back(pos);
      plan.first.push_back(devices.first[pos + 1]);
    }
  plan.agent = std::move(devices.items);
  plan.s_kva.clear();
  plan.rating_kw.clear();
  for (Index i : plan.agent) {
    plan.s_kva.push_back(fleet.plate.s_kva[i]);
    plan.rating_kw.push_back(fleet.plate.rating_kw[i]);
  }
}

}  // namespace detail

GS_INLINE void make_volt_var_plan(const feeder::Forest& forest, const fleet::Fleet& fleet,
                                  double kw_to_pu, const VoltVarOptions& options,
                                  const GateOptions& gate_options, VoltVarPlan& plan) {
  plan.curve = volt_var_curve(options);
  plan.kw_to_pu = kw_to_pu;
  detail::list_devices(forest, fleet, plan);
  plan.k_abs.resize(forest.size());
  for (Index pos = 0; pos < forest.size(); ++pos)
    plan.k_abs[pos] =
        std::sqrt(forest.k_re[pos] * forest.k_re[pos] + forest.k_im[pos] * forest.k_im[pos]);
  plan.slope_pu.assign(forest.size(), 0.0);
  const double slope = plan.slope = detail::steepest(plan.curve);
  for (std::size_t entry = 0; entry < plan.position.size(); ++entry) {
    const Index pos = plan.position[entry];
    for (Index slot = plan.first[entry]; slot < plan.first[entry + 1]; ++slot)
      plan.slope_pu[pos] += slope * plan.s_kva[slot] * kw_to_pu * plan.k_abs[pos];
  }
  GateWork work;
  plan.gate = check_gate(forest, plan.slope_pu, gate_options, work);
  std::int64_t steps = 0;
  plan.bound = loop_gain_bound(forest, forest.x_pu, plan.slope_pu, gate_options, work, steps);
}

namespace detail {

/// Part of its curve that a device owes at active power p.
GS_INLINE double owed_part(double p_kw, double rating_kw) {
  constexpr double none_below = 0.05, full_from = 0.20;
  const double size_kw = std::fabs(p_kw);
  const double part = std::min(1.0, size_kw / (full_from * rating_kw));  // 0 / 0: all of it
  return size_kw < none_below * rating_kw ? 0.0 : part;
}

}  // namespace detail

GS_INLINE double reactive_limit_kvar(const fleet::Fleet& fleet, Index i, double p_kw,
                                     const VoltVarPlan& plan, const VoltVarOptions& options) {
  if (!detail::has_volt_var(fleet, i)) return 0.0;
  double most = 0.0;
  for (int k = 0; k < plan.curve.count; ++k) most = std::max(most, std::fabs(plan.curve.y[k]));
  const double s = fleet.plate.s_kva[i];
  const bool prorate = options.prorate && fleet.plate.kind[i] != fleet::Kind::battery;
  const double owed = prorate ? detail::owed_part(p_kw, fleet.plate.rating_kw[i]) : 1.0;
  return std::min(most * s * owed, std::sqrt(std::max(0.0, s * s - p_kw * p_kw)));
}

namespace detail {

GS_INLINE void reserve(const feeder::Forest& forest, const VoltVarPlan& plan, VoltVarWork& work) {
  for (Column<double>* column : {&work.share_kva, &work.limit_kvar})
    column->resize(plan.agent.size());
  for (Column<double>* column : {&work.sum_kva, &work.q_pu}) column->resize(plan.position.size());
  for (Column<double>* column : {&work.v_pu, &work.start_pu, &work.up_p, &work.up_q})
    column->resize(forest.size());
}

/// What each device would give per unit of curve, how much its rating leaves it where active power
/// comes first, and what is given now.
GS_INLINE void limit_devices(const fleet::Fleet& fleet, const VoltVarPlan& plan,
                             const VoltVarOptions& options, std::span<const double> p_kw,
                             VoltVarWork& work) {
  for (std::size_t entry = 0; entry < plan.position.size(); ++entry) {
    double sum_kva = 0.0, now_kvar = 0.0;
    for (Index slot = plan.first[entry]; slot < plan.first[entry + 1]; ++slot) {
      const Index i = plan.agent[slot];
      const double s = plan.s_kva[slot], p = p_kw[i];
      work.share_kva[slot] = options.prorate ? s * owed_part(p, plan.rating_kw[slot]) : s;
      const double left = s * s - p * p;
      if (!options.reactive_priority) work.limit_kvar[slot] = left > 0.0 ? std::sqrt(left) : 0.0;
      sum_kva += work.share_kva[slot];
      now_kvar += fleet.state.q_kvar[i];
    }
    work.sum_kva[entry] = sum_kva;
    work.q_pu[entry] = now_kvar * plan.kw_to_pu;
  }
}

GS_INLINE double limited_kvar(const VoltVarWork& work, std::size_t slot, double share) {
  const double wish = work.share_kva[slot] * share, limit = work.limit_kvar[slot];
  return std::min(std::max(wish, -limit), limit);
}

/// start = v_now + R (p - p_now) - X q_now, and q = q_now: v is then start + X q.
GS_INLINE void start_from_measured(const feeder::Forest& forest, const fleet::Fleet& fleet,
                                   const VoltVarPlan& plan, std::span<const double> v_now_pu,
                                   std::span<const double> p_kw, VoltVarWork& work) {
  std::fill(work.up_p.begin(), work.up_p.end(), 0.0);
  std::fill(work.up_q.begin(), work.up_q.end(), 0.0);
  for (std::size_t i = 0; i < plan.at.size(); ++i)
    if (const Index pos = plan.at[i]; pos != none)
      work.up_p[pos] += (p_kw[i] - fleet.state.p_kw[i]) * plan.kw_to_pu;
  for (std::size_t entry = 0; entry < plan.position.size(); ++entry)
    work.up_q[plan.position[entry]] = work.q_pu[entry];
  tree_response(forest, forest.r_pu, work.up_p, work.up_p);
  tree_response(forest, forest.x_pu, work.up_q, work.up_q);
  for (Index pos = 0; pos < forest.size(); ++pos) {
    work.start_pu[pos] = v_now_pu[pos] + plan.k_abs[pos] * (work.up_p[pos] - work.up_q[pos]);
    work.v_pu[pos] = v_now_pu[pos];
  }
}

/// v = start + X q; returns the largest change.
GS_INLINE double update_voltages(const feeder::Forest& forest, const VoltVarPlan& plan,
                                 VoltVarWork& work) {
  std::fill(work.up_q.begin(), work.up_q.end(), 0.0);
  for (std::size_t entry = 0; entry < plan.position.size(); ++entry)
    work.up_q[plan.position[entry]] = work.q_pu[entry];
  tree_response(forest, forest.x_pu, work.up_q, work.up_q);
  double step_pu = 0.0;
  for (Index pos = 0; pos < forest.size(); ++pos) {
    const double v = work.start_pu[pos] + plan.k_abs[pos] * work.up_q[pos];
    step_pu = std::max(step_pu, std::fabs(v - work.v_pu[pos]));
    work.v_pu[pos] = v;
  }
  return step_pu;
}

/// q <- (1 - k) q + k f(v). Where reactive power comes first no rating limits it (|curve| <= 1), so
/// the devices of a bus act as one.
GS_INLINE void update_reactive(const VoltVarPlan& plan, const VoltVarOptions& options, double k,
                               VoltVarWork& work) {
  for (std::size_t entry = 0; entry < plan.position.size(); ++entry) {
    const double share = value_at(plan.curve, work.v_pu[plan.position[entry]]);
    double f_kvar = work.sum_kva[entry] * share;
    if (!options.reactive_priority) {
      f_kvar = 0.0;
      for (Index slot = plan.first[entry]; slot < plan.first[entry + 1]; ++slot)
        f_kvar += limited_kvar(work, slot, share);
    }
    work.q_pu[entry] += k * (f_kvar * plan.kw_to_pu - work.q_pu[entry]);
  }
}

/// Write set-points of devices at the voltages found; active power gives way where it must.
GS_INLINE void write_set_points(const fleet::Fleet& fleet, const VoltVarPlan& plan,
                                const VoltVarOptions& options, const VoltVarWork& work,
                                VoltVarResult& result, std::span<double> p_kw,
                                std::span<double> q_kvar) {
  std::copy(fleet.state.q_kvar.begin(), fleet.state.q_kvar.end(), q_kvar.begin());
  for (std::size_t entry = 0; entry < plan.position.size(); ++entry) {
    const double share = value_at(plan.curve, work.v_pu[plan.position[entry]]);
    for (Index slot = plan.first[entry]; slot < plan.first[entry + 1]; ++slot) {
      const Index i = plan.agent[slot];
      if (!options.reactive_priority) {
        q_kvar[i] = limited_kvar(work, slot, share);
        continue;
      }
      const double q = work.share_kva[slot] * share, s = plan.s_kva[slot];
      q_kvar[i] = q;
      if (p_kw[i] * p_kw[i] + q * q <= s * s) continue;
      const double left = std::sqrt(s * s - q * q);
      result.volt_var_curtailed_kw += std::fabs(p_kw[i]) - left;
      p_kw[i] = p_kw[i] > 0.0 ? left : -left;
    }
  }
}

}  // namespace detail

GS_INLINE void volt_var(const feeder::Forest& forest, const fleet::Fleet& fleet,
                        const VoltVarPlan& plan, std::span<const double> v_now_pu,
                        const VoltVarOptions& options, VoltVarWork& work, VoltVarResult& result,
                        std::span<double> p_kw, std::span<double> q_kvar) {
  detail::reserve(forest, plan, work);
  detail::limit_devices(fleet, plan, options, p_kw, work);
  detail::start_from_measured(forest, fleet, plan, v_now_pu, p_kw, work);
  const double k = 2.0 / (2.0 + plan.bound);
  // Steps shrink by rate = b / (2 + b): after a step s at most s rate / (1 - rate) = s b / 2 is
  // left.
  const double left_per_step = std::max(1.0, plan.bound / 2.0);
  result = {};
  result.volt_var_converged = false;
  detail::update_voltages(forest, plan, work);
  while (!result.volt_var_converged && result.volt_var_iterations < options.max_iterations) {
    detail::update_reactive(plan, options, k, work);
    result.volt_var_step_pu = detail::update_voltages(forest, plan, work);
    ++result.volt_var_iterations;
    result.volt_var_converged = result.volt_var_step_pu * left_per_step <= options.tolerance_pu;
  }
  detail::write_set_points(fleet, plan, options, work, result, p_kw, q_kvar);
}

}  // namespace gridswarm::inline GS_ABI::balance

namespace gridswarm::inline GS_ABI {

template <>
GS_INLINE std::span<const Field<balance::VoltVarOptions>> fields() {
  using T = balance::VoltVarOptions;
  static const Field<T> table[] = {
      {"category", "", &T::category, 0, 0, "IEEE 1547-2018 default curve A or B, or own"},
      {"v1_pu", "p.u.", &T::v1_pu, 0.5, 1.5, "own curve: first voltage"},
      {"v2_pu", "p.u.", &T::v2_pu, 0.5, 1.5, "own curve: second voltage"},
      {"v3_pu", "p.u.", &T::v3_pu, 0.5, 1.5, "own curve: third voltage"},
      {"v4_pu", "p.u.", &T::v4_pu, 0.5, 1.5, "own curve: fourth voltage"},
      {"q1_pu", "p.u.", &T::q1_pu, -1, 1, "own curve: share of nameplate kVA at v1, injection > 0"},
      {"q2_pu", "p.u.", &T::q2_pu, -1, 1, "own curve: share at v2"},
      {"q3_pu", "p.u.", &T::q3_pu, -1, 1, "own curve: share at v3"},
      {"q4_pu", "p.u.", &T::q4_pu, -1, 1, "own curve: share at v4"},
      {"reactive_priority", "", &T::reactive_priority, 0, 1,
       "active power gives way where the inverter's rating is reached"},
      {"prorate", "", &T::prorate, 0, 1, "owe less reactive power below 20 % of rated power"},
      {"tolerance_pu", "p.u.", &T::tolerance_pu, 1e-14, 1e-3, "voltage error left"},
      {"max_iterations", "", &T::max_iterations, 1, 1000000, "iterations at most"},
  };
  return table;
}

template <>
GS_INLINE std::span<const Field<balance::VoltVarResult>> fields() {
  using T = balance::VoltVarResult;
  static constexpr double inf = no_limit;
  static const Field<T> table[] = {
      {"volt_var_converged", "", &T::volt_var_converged, 0, 1, "the equilibrium was reached"},
      {"volt_var_iterations", "", &T::volt_var_iterations, 0, inf, "iterations it took"},
      {"volt_var_step_pu", "p.u.", &T::volt_var_step_pu, 0, inf, "last voltage change"},
      {"volt_var_curtailed_kw", "kW", &T::volt_var_curtailed_kw, 0, inf,
       "active power that gave way to reactive power"},
  };
  return table;
}

}  // namespace gridswarm::inline GS_ABI
