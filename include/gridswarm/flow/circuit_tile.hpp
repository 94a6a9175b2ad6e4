// SPDX-License-Identifier: BSD-3-Clause
// Eight scenarios of a circuit side by side: their buffers, and how they are solved to the end.
//
// A tile belongs to one thread. It is filled from a batch, solved, perhaps given other taps and
// steps and solved again (flow/circuit_controls.hpp), and stored. A lane that has converged stays
// as it is while its neighbours go on.
#pragma once

#include <array>
#include <memory>

#include "gridswarm/base/column.hpp"
#include "gridswarm/flow/circuit_rules.hpp"
#include "gridswarm/flow/circuit_solver.hpp"
#include "gridswarm/kernel/circuit_views.hpp"

namespace gridswarm::inline GS_ABI::flow {

/// What a solve says of one lane.
struct CircuitLane {
  FlowStatus status = FlowStatus::diverged;
  std::int32_t iterations = 0;  ///< of all solves since the tile was filled
  double step_pu = 0.0;
  double mismatch_va = 0.0;
  Index slot = none;  ///< where
  std::int32_t control_iterations = 0;
  std::int8_t hunting = 0;
};

struct CircuitTile {
  Column<double> v;               ///< (slot, re/im, lane), V
  Column<double> j;               ///< (slot, re/im, lane), A: what the node draws
  Column<double> before;          ///< J that made the voltages under check
  Column<double> source_j;        ///< (source slot, re/im, lane)
  Column<double> source_a;        ///< (source slot, re/im, lane): into the circuit without any J
  Column<double> coefficients;    ///< (number, lane) of steps whose taps differ by lane
  Column<double> power;           ///< (law, p/q, lane), W and var
  Column<double> drawn;           ///< (law, p/q, lane) at the voltages as stored, W and var
  Column<double> tap_pu;          ///< (row of regulators, lane)
  Column<double> tap_of_factors;  ///< (row of regulators, lane): coefficients are for
  std::shared_ptr<const CircuitPlan> plan;  ///< whose coefficients they are
  Column<double> steps_in;                  ///< (row of shunts, lane)
  Column<double> switched;  ///< (row of shunts, lane): share of its admittance beyond the stated
  CircuitRuleLanes rules;   ///< what inverters believe
  std::array<CircuitLane, kernel::sweep_lanes> lane;
  Index used = 0;          ///< lanes that carry a scenario; the others repeat the first
  bool has_start = false;  ///< the batch gave voltages to start from
  bool is_drawn = false;   ///< j is what the voltages draw
};

/// The buffers as kernels see them.
kernel::CircuitMemory memory_of(CircuitTile& tile);

/// Powers, taps, steps and start voltages of scenarios `first` .. first + used - 1.
void fill_tile(const CircuitSolver& solver, const CircuitInjections& injections, Index first,
               Index used, CircuitTile& tile);

/// Iterate the lanes whose bits are set until each has converged or is lost; others stay.
void solve_tile(const CircuitSolver& solver, const FlowOptions& options, unsigned lanes_mask,
                CircuitTile& tile);

/// Gains of the devices that follow the voltage, from what their currents do to an idle circuit.
void probe_rules(const CircuitSolver& solver, CircuitRules& rules);

/// As solve_tile(), but only until voltages move by at most tol_step_pu: near enough to look at.
void approach_tile(const CircuitSolver& solver, const FlowOptions& options, double tol_step_pu,
                   unsigned lanes_mask, CircuitTile& tile);

/// Volts of a node row; ground: 0, not supplied: 0.
feeder::Phasor voltage(const CircuitSolver& solver, const CircuitTile& tile, Index node, int lane);

/// The regulator's tap, and that of all who move the same winding; the next solve sees it.
void set_tap(const CircuitSolver& solver, CircuitTile& tile, Index regulator, int lane,
             double tap_pu);

void set_steps_in(const CircuitSolver& solver, CircuitTile& tile, Index shunt, int lane,
                  std::int32_t steps);

/// Results of the lanes whose bits are set, the first ones; scenario `first` is lane 0.
void store_tile(const CircuitSolver& solver, const FlowOptions& options, Index first,
                unsigned lanes_mask, CircuitTile& tile, CircuitResult& result);

}  // namespace gridswarm::inline GS_ABI::flow

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/flow/circuit_tile.ipp"
#endif
