// SPDX-License-Identifier: BSD-3-Clause
// Batched power flow of circuits: unbalanced networks conductor by conductor, scenarios in lanes.
//
// Everything linear is eliminated once, bus by bus from the leaves to the sources; what follows the
// voltage (loads, generation, charging of grounded sections) is current that the iteration renews:
//   up    J_k = what bus k draws at its voltage + sum of T_c^T J_c over what hangs below it
//   down  V_k = sum of T_k,j V_j over the buses above it - Z_k J_k
// On a line of a tree T is 1 and Z the line's own impedance, so nothing is lost on switches of no
// impedance; a transformer's T is its turns; buses in loops have several above them, which makes
// the same two passes the substitutions of a block LU. A scenario has converged when its voltages
// moved by at most tol_step_pu of the bus's base voltage and the currents leave at most the
// mismatch of flow/power_flow.hpp unexplained. A scenario's bits depend neither on its neighbours,
// nor on threads, nor on the instruction set.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "gridswarm/base/column.hpp"
#include "gridswarm/feeder/circuit.hpp"
#include "gridswarm/flow/power_flow.hpp"

namespace gridswarm::inline GS_ABI::flow {

struct CircuitPlan;  // flow/circuit_plan.hpp

/// A circuit made ready to be solved. Built once, never changed by solving, so threads may share
/// it.
struct CircuitSolver {
  feeder::Circuit circuit;
  std::shared_ptr<const CircuitPlan> plan;
};

/// What a batch says of every scenario; empty arrays mean what the circuit states. Row-major.
struct CircuitInjections {
  Index scenarios = 0;
  std::span<const double> load_kw = {};  ///< (scenario, row of loads), consumption at rated voltage
  std::span<const double> load_kvar = {};
  std::span<const double> der_kw = {};  ///< (scenario, row of ders), injection, available
  std::span<const double> der_kvar = {};
  std::span<const double> tap_pu = {};          ///< (scenario, row of regulators): where they start
  std::span<const std::int32_t> steps_in = {};  ///< (scenario, row of shunts): where they start
  std::span<const double> start_re = {};  ///< (scenario, node row), V: warm start; empty: no load
  std::span<const double> start_im = {};
};

/// Results; reused between calls.
struct CircuitResult {
  Index scenarios = 0;
  Column<double> v_re;  ///< (scenario, node row), V; NaN where unsupplied; empty if polar
  Column<double> v_im;
  Column<double> vm_pu;  ///< (scenario, node row) if polar, else empty
  Column<double> va_rad;
  Column<FlowStatus> status;        ///< per scenario
  Column<std::int32_t> iterations;  ///< of all solves, those between control actions included
  Column<std::int32_t> control_iterations;
  Column<std::int8_t> hunting;  ///< 1: controls had not settled when their iterations ran out
  Column<double> max_step_pu;
  Column<double> max_mismatch_va;
  Column<Index> worst_node;
  Column<double> source_kw;  ///< sum over sources, into the circuit
  Column<double> source_kvar;
  Column<double> load_kw;  ///< (scenario, row of loads): consumption at the solution
  Column<double> load_kvar;
  Column<double> der_kw;  ///< (scenario, row of ders): injection at the solution
  Column<double> der_kvar;
  Column<double> tap_pu;          ///< (scenario, row of regulators)
  Column<std::int32_t> steps_in;  ///< (scenario, row of shunts)
};

struct CircuitTile;  // flow/circuit_tile.hpp

/// Buffers, one per caller; they keep their capacity.
struct CircuitWork {
  std::vector<std::shared_ptr<CircuitTile>> tiles;  ///< one per thread
};

/// @throws InputError for a part that nothing grounds (its nodes are named), or an element without
///         impedance where one is needed
CircuitSolver prepare(const feeder::Circuit& circuit, const FlowOptions& options);

/// Solve all scenarios. With options.fixed_taps taps and steps stay where they start; otherwise
/// controls act as in OpenDSS's static mode (flow/circuit_controls.hpp).
/// @throws UsageError for arrays of another size and numbers that are not finite, by scenario and
///         element
void solve(const CircuitSolver& solver, const CircuitInjections& injections,
           const FlowOptions& options, CircuitWork& work, CircuitResult& result);

}  // namespace gridswarm::inline GS_ABI::flow

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/flow/circuit_flow.ipp"
#endif
