// SPDX-License-Identifier: BSD-3-Clause
// Bodies of circuit_control_loop.hpp.
#pragma once

#include "gridswarm/flow/circuit_control_loop.hpp"

namespace gridswarm::inline GS_ABI::flow {
namespace {

inline std::size_t control_slot(std::size_t row, int lane) {
  return row * static_cast<std::size_t>(kernel::sweep_lanes) + static_cast<std::size_t>(lane);
}

/// The lane's solution, taps and steps, as its controls look at them.
inline void look_at_lane(const CircuitSolver& solver, const CircuitTile& tile, int lane,
                         ScenarioControls& controls) {
  const SensedNodes& sensed = solver.controls->sensed;
  for (std::size_t i = 0; i < sensed.nodes.size(); ++i)
    controls.v[i] = voltage(solver, tile, sensed.nodes[i], lane);
  controls.tap_pu.resize(solver.circuit.regulators.tap_winding.size());
  for (std::size_t r = 0; r < controls.tap_pu.size(); ++r)
    controls.tap_pu[r] = tile.tap_pu[control_slot(r, lane)];
  controls.steps_in.resize(solver.circuit.shunts.steps.size());
  for (std::size_t i = 0; i < controls.steps_in.size(); ++i)
    controls.steps_in[i] = static_cast<std::int32_t>(tile.steps_in[control_slot(i, lane)]);
}

inline void act_on_lane(const CircuitSolver& solver, CircuitTile& tile, int lane,
                        ScenarioControls& controls) {
  act_nearest(solver.circuit, *solver.controls, controls);
  for (const Index r : controls.moved_regulators)
    set_tap(solver, tile, r, lane, controls.tap_pu[static_cast<std::size_t>(r)]);
  for (const Index i : controls.moved_shunts)
    set_steps_in(solver, tile, i, lane, controls.steps_in[static_cast<std::size_t>(i)]);
}

/// Whether the lane's controls wait to act, at its last voltages.
inline bool lane_waits(const CircuitSolver& solver, const CircuitTile& tile, int lane,
                       ScenarioControls& controls) {
  if (tile.lane[static_cast<std::size_t>(lane)].status != FlowStatus::converged) return false;
  look_at_lane(solver, tile, lane, controls);
  return sample_controls(solver.circuit, *solver.controls, controls);
}

/// Let the lanes whose bits are set act if they wait and may; the others' bits are cleared.
inline unsigned act_on_lanes(const CircuitSolver& solver, unsigned lanes_mask, bool is_end,
                             CircuitTile& tile, ControlState& state) {
  for (int lane = 0; lane < kernel::sweep_lanes; ++lane) {
    if (!(lanes_mask >> lane & 1U)) continue;
    CircuitLane& told = tile.lane[static_cast<std::size_t>(lane)];
    ScenarioControls& controls = state.lane[static_cast<std::size_t>(lane)];
    const bool waits = lane_waits(solver, tile, lane, controls);
    const bool is_last = told.control_iterations >= solver.circuit.max_control_iterations;
    if (waits && !is_last) {
      act_on_lane(solver, tile, lane, controls);
      ++told.control_iterations;
      continue;
    }
    if (waits && is_end) told.hunting = 1;
    lanes_mask &= ~(1U << lane);
  }
  return lanes_mask;
}

inline unsigned converged_lanes(unsigned lanes_mask, const CircuitTile& tile) {
  for (int lane = 0; lane < kernel::sweep_lanes; ++lane)
    if (tile.lane[static_cast<std::size_t>(lane)].status != FlowStatus::converged)
      lanes_mask &= ~(1U << lane);
  return lanes_mask;
}

}  // namespace

GS_INLINE void control_tile(const CircuitSolver& solver, const FlowOptions& options,
                            unsigned lanes_mask, CircuitTile& tile, ControlState& state) {
  for (int lane = 0; lane < kernel::sweep_lanes; ++lane)
    if (lanes_mask >> lane & 1U) tile.lane[static_cast<std::size_t>(lane)].control_iterations = 1;
  if (options.fixed_taps || !solver.circuit.controls || solver.controls->is_empty()) {
    solve_tile(solver, options, lanes_mask, tile);
    return;
  }
  for (int lane = 0; lane < kernel::sweep_lanes; ++lane)
    if (lanes_mask >> lane & 1U)
      reset_controls(solver.circuit, *solver.controls, state.lane[static_cast<std::size_t>(lane)]);
  for (unsigned acting = lanes_mask; acting != 0;) {
    unsigned settled = acting;
    while (acting != 0) {
      approach_tile(solver, options, tol_control_step_pu, acting, tile);
      acting = act_on_lanes(solver, acting, false, tile, state);
    }
    settled = converged_lanes(settled, tile);
    solve_tile(solver, options, settled, tile);
    acting = act_on_lanes(solver, settled, true, tile, state);
  }
}

}  // namespace gridswarm::inline GS_ABI::flow
