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

}  // namespace

GS_INLINE void control_tile(const CircuitSolver& solver, const FlowOptions& options,
                            unsigned lanes_mask, CircuitTile& tile, ControlState& state) {
  const bool at_rest =
      options.fixed_taps || !solver.circuit.controls || solver.controls->is_empty();
  for (int lane = 0; lane < kernel::sweep_lanes; ++lane)
    if (!at_rest && (lanes_mask >> lane & 1U))
      reset_controls(solver.circuit, *solver.controls, state.lane[static_cast<std::size_t>(lane)]);
  unsigned active = lanes_mask;
  for (std::int64_t iteration = 1; active != 0; ++iteration) {
    solve_tile(solver, options, active, tile);
    const bool is_last = at_rest || iteration >= solver.circuit.max_control_iterations;
    for (int lane = 0; lane < kernel::sweep_lanes; ++lane) {
      if (!(active >> lane & 1U)) continue;
      CircuitLane& told = tile.lane[static_cast<std::size_t>(lane)];
      ScenarioControls& controls = state.lane[static_cast<std::size_t>(lane)];
      ++told.control_iterations;
      bool waits = false;
      if (!at_rest && told.status == FlowStatus::converged) {
        look_at_lane(solver, tile, lane, controls);
        waits = sample_controls(solver.circuit, *solver.controls, controls);
      }
      if (waits && is_last) told.hunting = 1;
      if (waits && !is_last) act_on_lane(solver, tile, lane, controls);
      if (!waits || is_last) active &= ~(1U << lane);
    }
  }
}

}  // namespace gridswarm::inline GS_ABI::flow
