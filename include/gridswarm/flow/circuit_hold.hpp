// SPDX-License-Identifier: BSD-3-Clause
// Voltages that reactive power holds on a circuit, phase by phase and scenario by scenario.
//
// A held row h is a load of one phase and constant power whose kvar q_h are found such that |V_h|
// over the load's rated voltage is as wanted: off(q) = |V(q)| - wanted = 0, all rows of a scenario
// together. Slopes d off_h / d q_k come from solving the circuit as stated with a small step of
// every q_k; then each scenario goes its own way by
//   q -= B off,    B += (dq - B doff) (dq' B) / (dq' B doff)     (C. G. Broyden, 1965, "good")
// with B the inverse of the slopes at first. A round is a solve from the voltages of the round
// before; scenarios that are held, or lost, leave. The last solve starts as solve() does, so bits
// of a scenario depend on its own powers and on the circuit alone.
#pragma once

#include <vector>

#include "gridswarm/flow/circuit_flow.hpp"

namespace gridswarm::inline GS_ABI::flow {

/// Loads whose reactive power holds the voltage they stand at.
struct HeldVoltages {
  std::vector<Index> load;  ///< rows of loads in service: one phase, constant power
  Column<double> v_pu;      ///< |V| wanted, of the load's rated voltage
  Index size() const { return static_cast<Index>(load.size()); }
};

/// Rounds after which a scenario whose voltages are not held counts as diverged.
inline constexpr int held_rounds = 40;

/// How far a held voltage may be from what is wanted where tol_step_pu asks for no more, p.u.
inline constexpr double held_tol_pu = 1e-10;

/// As solve(); what injections say of the kvar of held rows is where they start, and load_kvar of
/// the result is what holds the voltages. Rows that nothing supplies stay as they start.
/// @throws InputError for a row whose reactive power does not move its voltage, as beside a source,
///         UsageError as solve()
void solve_held(const CircuitSolver& solver, const HeldVoltages& held,
                const CircuitInjections& injections, const FlowOptions& options, CircuitWork& work,
                CircuitResult& result);

}  // namespace gridswarm::inline GS_ABI::flow

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/flow/circuit_hold.ipp"
#endif
