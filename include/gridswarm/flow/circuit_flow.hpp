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
// mismatch of flow/power_flow.hpp unexplained, or the share tol_step_pu of a node's power where
// that is more. A scenario's bits depend neither on its neighbours, nor on threads, nor on the
// instruction set.
#pragma once

#include "gridswarm/flow/circuit_solver.hpp"

namespace gridswarm::inline GS_ABI::flow {

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
