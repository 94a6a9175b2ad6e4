// SPDX-License-Identifier: BSD-3-Clause
// Volt-var by IEEE 1547-2018, solved inside the tick.
//
// A control tick of a minute is longer than the standard's open-loop response times (5 s, 10 s), so
// within a tick devices reach the equilibrium, and we compute it:
//   q = f(v),   v = v_now + R (p - p_now) + X (q - q_now)      (LinDistFlow around the measured
//   state)
// Iteration with the certified step k = 2 / (2 + b), b >= rho(X A) from loop_gain_bound:
//   q <- (1 - k) q + k f(v)
// X is symmetric and f falls with slopes D <= A, so in the norm of X its Jacobian
// (1 - k) I - k X^1/2 D X^1/2 has eigenvalues in [1 - k - k b, 1 - k] = [-b/(2+b), b/(2+b)]: it
// contracts by b / (2 + b) < 1 for every slope, also where the plain local loop would swing.
// Whether that plain loop would hold is what the gate says (gate.hpp).
//
// Curve in p.u. of nameplate kVA, injection positive (table 8 of the standard; category B is
// default):
//   category   V1    V2    V3    V4     Q1     Q2  Q3  Q4
//   A          0.90  1.00  1.00  1.10   0.25   0   0  -0.25
//   B          0.92  0.98  1.02  1.08   0.44   0   0  -0.44
// Below 5 % of rated active power a device owes no reactive power, from there to 20 % it owes P /
// 20 % of the curve. Reactive power comes first by default: |q| by the curve, then p <= sqrt(s^2 -
// q^2).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "gridswarm/balance/gate.hpp"
#include "gridswarm/base/curve.hpp"
#include "gridswarm/fleet/fleet.hpp"

namespace gridswarm::inline GS_ABI::balance {

struct VoltVarOptions {
  std::string category = "B";  ///< "A", "B", or "own" for the eight numbers below
  double v1_pu = 0.92, v2_pu = 0.98, v3_pu = 1.02, v4_pu = 1.08;
  double q1_pu = 0.44, q2_pu = 0.0, q3_pu = 0.0, q4_pu = -0.44;
  bool reactive_priority = true;  ///< false: q gives way to p
  bool prorate = true;            ///< owe less reactive power below 20 % of rated power
  double tolerance_pu = 1e-9;     ///< voltage error left
  std::int64_t max_iterations = 500;
};

/// The curve the options ask for.
/// @throws UsageError: unknown category, voltages not ascending, q rising with v, |q| > 1
Curve volt_var_curve(const VoltVarOptions& options);

/// What does not change between ticks. Devices with volt-var are PV, wind and batteries; they are
/// listed by forest position.
struct VoltVarPlan {
  Curve curve;
  double slope = 0.0;           ///< steepest |dq/dv| of the curve, per kVA
  double kw_to_pu = 0.0;        ///< one kW (kvar) of an agent in the case's p.u.
  std::vector<Index> position;  ///< positions with devices, ascending
  std::vector<Index> first;     ///< position.size() + 1 offsets into agent
  std::vector<Index> agent;     ///< agent rows, by position; an index into it is a slot
  Column<double> s_kva;         ///< per slot
  Column<double> rating_kw;     ///< per slot
  std::vector<Index> at;        ///< agent row -> position; none without supply
  Column<double> k_abs;         ///< |K| per position of the forest
  Column<double> slope_pu;      ///< per position of the forest, |dq/dv| at full power
  double bound = 0.0;           ///< certified, of the LinDistFlow model (no margin)
  Gate gate;                    ///< of the plain local loop, with margin
};

/// @param kw_to_pu  fleet::agent_kw_to_case_pu(grid)
/// @throws UsageError as volt_var_curve and check_gate
void make_volt_var_plan(const feeder::Forest& forest, const fleet::Fleet& fleet, double kw_to_pu,
                        const VoltVarOptions& options, const GateOptions& gate_options,
                        VoltVarPlan& plan);

/// What a device with volt-var may be asked for at p_kw whatever its voltage: the most that the
/// curve asks of it, within its rating; less at low power for sun and wind, as they owe it, but not
/// for a battery, whose inverter runs at any power; 0 for devices without volt-var.
double reactive_limit_kvar(const fleet::Fleet& fleet, Index i, double p_kw, const VoltVarPlan& plan,
                           const VoltVarOptions& options);

/// Buffers; owned by the caller, one per thread.
struct VoltVarWork {
  Column<double> share_kva, limit_kvar;       ///< per slot of VoltVarPlan::agent
  Column<double> sum_kva, q_pu;               ///< per entry of VoltVarPlan::position
  Column<double> v_pu, start_pu, up_p, up_q;  ///< per position of the forest
};

struct VoltVarResult {
  bool volt_var_converged = true;
  std::int64_t volt_var_iterations = 0;
  double volt_var_step_pu = 0.0;       ///< largest voltage change of the last iteration
  double volt_var_curtailed_kw = 0.0;  ///< active power that gave way to reactive power
};

/// Set-points of reactive power. Allocates nothing once sizes have settled.
/// @param v_now_pu  per position: |V| when injections were fleet.state.p_kw and q_kvar: measured,
/// or
///                  moved on by flow::lin_voltage where loads have changed since the measurement
/// @param p_kw      per agent row, in: set-points; out: lowered where reactive power comes first
/// @param q_kvar    per agent row, out; agents without volt-var keep fleet.state.q_kvar
/// work.v_pu holds the voltages expected at each position afterwards (before that curtailment).
void volt_var(const feeder::Forest& forest, const fleet::Fleet& fleet, const VoltVarPlan& plan,
              std::span<const double> v_now_pu, const VoltVarOptions& options, VoltVarWork& work,
              VoltVarResult& result, std::span<double> p_kw, std::span<double> q_kvar);

}  // namespace gridswarm::inline GS_ABI::balance

namespace gridswarm::inline GS_ABI {
template <>
std::span<const Field<balance::VoltVarOptions>> fields();
template <>
std::span<const Field<balance::VoltVarResult>> fields();
}  // namespace gridswarm::inline GS_ABI

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/balance/volt_var.ipp"
#endif
