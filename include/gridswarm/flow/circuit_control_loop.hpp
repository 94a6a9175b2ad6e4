// SPDX-License-Identifier: BSD-3-Clause
// Eight scenarios between solving and control actions, until their controls have settled.
//
// What controls look at on their way need not be exact: a band is some 2 %. So solves between
// actions stop at tol_control_step_pu, OpenDSS's at 1e-4, and controls have settled when none waits
// at the solution of full accuracy.
#pragma once

#include <array>

#include "gridswarm/flow/circuit_controls.hpp"
#include "gridswarm/flow/circuit_tile.hpp"

namespace gridswarm::inline GS_ABI::flow {

/// Voltage step at which controls look between their actions.
inline constexpr double tol_control_step_pu = 1e-6;

/// Queues of a tile's scenarios; reused between calls.
struct ControlState {
  std::array<ScenarioControls, kernel::sweep_lanes> lane;
};

/// Solve the lanes whose bits are set, let their controls act (flow/circuit_controls.hpp), solve
/// those again whose controls did, at most Circuit::max_control_iterations times. A lane whose
/// controls still wait then keeps its last state and is called hunting; one that does not converge
/// stops acting. With options.fixed_taps, or where the circuit says so, controls stay at rest.
void control_tile(const CircuitSolver& solver, const FlowOptions& options, unsigned lanes_mask,
                  CircuitTile& tile, ControlState& state);

}  // namespace gridswarm::inline GS_ABI::flow

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/flow/circuit_control_loop.ipp"
#endif
