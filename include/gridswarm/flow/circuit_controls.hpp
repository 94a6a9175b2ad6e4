// SPDX-License-Identifier: BSD-3-Clause
// Tap changers and capacitor switches, acting as in OpenDSS's static control mode.
//
// A scenario is solved, every control looks at it, and those that want to act queue with their
// delay. Of the queue, all actions of the least delay are carried out; time stands still. Then the
// scenario is solved again, until the queue is empty. Who waits looks again after every solve: it
// leaves the queue when its voltage is back in band, and acts by what it saw last. Several tap
// positions lie within a band of two volts, so it is this order that tells which one is the end.
//
// A regulator (B. Kersting, "Distribution System Modeling and Analysis", ch. 7) holds
//   |V / pt_ratio + (r + j x) I / ct_primary_a|  within v_band_v / 2 of v_set_v
// with I into its winding, and goes 70 % of the way that is missing, in whole steps, at least one
// and at most max_steps. A capacitor control closes a step beyond `on` and opens one beyond `off`.
// A bank that was opened stays open for dead_time_s: its next closing waits that much longer.
// Rules by time of day never act.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "gridswarm/base/column.hpp"
#include "gridswarm/feeder/circuit.hpp"
#include "gridswarm/flow/circuit_sense.hpp"

namespace gridswarm::inline GS_ABI::flow {

/// A regulator in service, as the control loop needs it.
struct RegulatorSense {
  Index row = none;        ///< of Regulators
  TerminalSense terminal;  ///< the winding it looks at
  Index remote = none;     ///< place of the node it holds instead; none
  double volts = 0.0;      ///< of that winding
  double increment_pu = 0.0;
  double tap_min_pu = 0.0, tap_max_pu = 0.0;
  double direction = 1.0;  ///< -1: the tap of another winding moves
};

struct CapacitorSense {
  Index row = none;    ///< of CapacitorControls
  Index shunt = none;  ///< row of Shunts
  TerminalSense terminal;
  TerminalSense current;    ///< where a single phase's current is measured: terminal 0
  std::int32_t phases = 0;  ///< of the bank
  bool is_delta = false;
};

/// What all scenarios of a circuit share.
struct ControlPlan {
  SensedNodes sensed;
  std::vector<RegulatorSense> regulators;
  std::vector<CapacitorSense> capacitors;
  bool is_empty() const { return regulators.empty() && capacitors.empty(); }
};

/// One scenario between two solves.
struct ScenarioControls {
  std::vector<feeder::Phasor> v;             ///< by place: the solution that is looked at
  std::vector<double> tap_pu;                ///< by row of regulators
  std::vector<std::int32_t> steps_in;        ///< by row of shunts
  std::vector<double> regulator_due_s;       ///< by entry of the plan; infinite: not in the queue
  std::vector<double> regulator_pending_pu;  ///< change of tap that it wants
  std::vector<double> capacitor_due_s;
  std::vector<std::int8_t> capacitor_pending;  ///< 1 close, -1 open, 0 nothing
  std::vector<double> opened_s;                ///< when the bank was opened last
  std::vector<Index> moved_regulators;         ///< rows whose tap the last action changed
  std::vector<Index> moved_shunts;
};

/// @throws InputError for a regulator without a winding to move or turns to count, and a capacitor
///         control that looks at a line without impedance
ControlPlan make_control_plan(const feeder::Circuit& circuit);

/// Empty the queue. Taps and steps are the caller's to set: where the scenario starts.
void reset_controls(const feeder::Circuit& circuit, const ControlPlan& plan,
                    ScenarioControls& state);

/// Every control looks at state.v. Returns whether any waits to act.
bool sample_controls(const feeder::Circuit& circuit, const ControlPlan& plan,
                     ScenarioControls& state);

/// Carry out what waits with the least delay: state.tap_pu, state.steps_in and the lists of moved.
void act_nearest(const feeder::Circuit& circuit, const ControlPlan& plan, ScenarioControls& state);

}  // namespace gridswarm::inline GS_ABI::flow

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/flow/circuit_controls.ipp"
#endif
