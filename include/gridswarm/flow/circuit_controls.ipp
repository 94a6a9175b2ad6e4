// SPDX-License-Identifier: BSD-3-Clause
// Bodies of circuit_controls.hpp: what every control sees and wants, and what is carried out.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "gridswarm/base/error.hpp"
#include "gridswarm/feeder/primitive.hpp"
#include "gridswarm/flow/circuit_controls.hpp"

namespace gridswarm::inline GS_ABI::flow {

namespace {

using feeder::CapacitorRule;
using feeder::Phasor;

inline constexpr double not_queued_s = std::numeric_limits<double>::infinity();

inline double size_of(Phasor a) { return __builtin_sqrt(norm(a)); }

[[noreturn]] inline void refuse_control(const feeder::Circuit& circuit, const std::string& name,
                                        const std::string& sentence) {
  throw InputError(circuit.file.empty() ? "circuit" : circuit.file, 0, name + " " + sentence);
}

inline RegulatorSense sense_regulator(const feeder::Circuit& circuit, Index row,
                                      SensedNodes& sensed) {
  const feeder::Regulators& table = circuit.regulators;
  const auto rows = circuit.transformers.windings.row(table.transformer[row]);
  const auto windings = static_cast<Index>(rows.size());
  if (table.winding[row] < 0 || table.winding[row] >= windings || table.tap_winding[row] < 0 ||
      table.tap_winding[row] >= windings)
    refuse_control(circuit, table.name[row], "names a winding that its transformer does not have");
  RegulatorSense made;
  made.row = row;
  made.terminal = sense_winding(circuit, table.transformer[row], table.winding[row], sensed);
  made.remote = place_of(sensed, table.node[row]);
  made.volts = made.terminal.volts[static_cast<std::size_t>(table.winding[row])];
  const Index moved = rows[table.tap_winding[row]];
  made.tap_min_pu = circuit.windings.tap_min_pu[moved];
  made.tap_max_pu = circuit.windings.tap_max_pu[moved];
  if (circuit.windings.taps[moved] <= 0 || !(made.tap_max_pu > made.tap_min_pu))
    refuse_control(circuit, table.name[row],
                   "moves a tap that has no steps; give its winding numtaps, mintap and maxtap");
  made.increment_pu = (made.tap_max_pu - made.tap_min_pu) / circuit.windings.taps[moved];
  made.direction = table.tap_winding[row] == table.winding[row] ? 1.0 : -1.0;
  return made;
}

inline TerminalSense sense_terminal(const feeder::Circuit& circuit, Index row,
                                    std::int32_t terminal, SensedNodes& sensed) {
  const feeder::CapacitorControls& table = circuit.capacitor_controls;
  return table.line[row] != none ? sense_line(circuit, table.line[row], terminal, sensed)
                                 : sense_winding(circuit, table.transformer[row], terminal, sensed);
}

inline CapacitorSense sense_capacitor(const feeder::Circuit& circuit, Index row,
                                      SensedNodes& sensed) {
  const feeder::CapacitorControls& table = circuit.capacitor_controls;
  CapacitorSense made;
  made.row = row;
  made.shunt = table.shunt[row];
  made.terminal = sense_terminal(circuit, row, table.terminal[row], sensed);
  made.current = sense_terminal(circuit, row, 0, sensed);
  const auto n = static_cast<std::int32_t>(circuit.shunts.nodes.row(made.shunt).size());
  const auto y = circuit.shunts.y_s.row(made.shunt);
  made.is_delta = n > 1 && norm(y[1]) > 0.0;
  made.phases = made.is_delta && n == 2 ? 1 : n;
  return made;
}

/// Position of the largest (sign 1) or smallest (sign -1) of `count` sizes.
template <class Size>
Index extreme(Index count, double sign, const Size& size) {
  Index best = 0;
  for (Index i = 1; i < count; ++i)
    if (sign * size(i) > sign * size(best)) best = i;
  return best;
}

/// Across the winding's phase.
inline Phasor winding_voltage(const RegulatorSense& sense, const ScenarioControls& state,
                              Index phase) {
  const auto at = static_cast<std::size_t>(sense.terminal.winding * sense.terminal.phases + phase);
  const auto [a, b] = sense.terminal.across[at];
  return sensed_voltage(state.v, a) - sensed_voltage(state.v, b);
}

inline Index regulated_phase(const feeder::Regulators& table, const RegulatorSense& sense,
                             const ScenarioControls& state) {
  const std::int32_t chosen = table.pt_phase[sense.row];
  if (chosen >= 0) return chosen < sense.terminal.phases ? chosen : 0;
  return extreme(sense.terminal.phases, chosen == -1 ? 1.0 : -1.0,
                 [&](Index p) { return size_of(winding_voltage(sense, state, p)); });
}

/// What the regulator sees: volts it holds, and volts that its limit is held against.
struct RegulatorView {
  double held_v;
  double local_v;
};

inline RegulatorView look(const feeder::Regulators& table, const RegulatorSense& sense,
                          const ScenarioControls& state) {
  const double per_volt = 1.0 / table.pt_ratio[sense.row];
  if (sense.remote != none)
    return {size_of(state.v[sense.remote]) * per_volt,
            size_of(winding_voltage(sense, state, 0)) * per_volt};
  const Index phase = regulated_phase(table, sense, state);
  Phasor held = per_volt * winding_voltage(sense, state, phase);
  const double local_v = size_of(held);
  const Phasor drop{table.r_v[sense.row], table.x_v[sense.row]};
  if (norm(drop) > 0.0)
    held = held + drop * ((1.0 / table.ct_primary_a[sense.row]) *
                          sensed_current(sense.terminal, state.v, state.tap_pu, phase));
  return {size_of(held), local_v};
}

inline void sample_regulator(const feeder::Regulators& table, const RegulatorSense& sense,
                             ScenarioControls& state, std::size_t i) {
  const Index row = sense.row;
  if (table.max_steps[row] <= 0) return;
  const RegulatorView seen = look(table, sense, state);
  const double limit_v = table.v_limit_v[row];
  const bool too_high = limit_v > 0.0 && seen.local_v > limit_v;
  double& due_s = state.regulator_due_s[i];
  double& pending = state.regulator_pending_pu[i];
  if (!too_high && !(std::fabs(table.v_set_v[row] - seen.held_v) > table.v_band_v[row] / 2.0)) {
    pending = 0.0;
    due_s = not_queued_s;
    return;
  }
  const double boost_v = too_high ? limit_v - seen.local_v : table.v_set_v[row] - seen.held_v;
  const double boost_pu = boost_v * table.pt_ratio[row] / sense.volts;
  pending = sense.direction * (std::nearbyint(boost_pu / sense.increment_pu) * sense.increment_pu);
  const double tap_pu = state.tap_pu[row];
  const bool can_move = pending > 0.0 ? tap_pu < sense.tap_max_pu : tap_pu > sense.tap_min_pu;
  if (pending != 0.0 && can_move && due_s == not_queued_s) due_s = table.delay_s[row];
}

inline void act(const feeder::Regulators& table, const RegulatorSense& sense,
                ScenarioControls& state, std::size_t i) {
  state.regulator_due_s[i] = not_queued_s;
  const double pending = state.regulator_pending_pu[i];
  if (pending == 0.0) return;
  state.regulator_pending_pu[i] = 0.0;
  const double steps = std::clamp(std::trunc(0.7 * std::fabs(pending) / sense.increment_pu), 1.0,
                                  static_cast<double>(table.max_steps[sense.row]));
  const double change = pending > 0.0 ? steps * sense.increment_pu : -steps * sense.increment_pu;
  double& tap_pu = state.tap_pu[sense.row];
  const double moved = std::clamp(tap_pu + change, sense.tap_min_pu, sense.tap_max_pu);
  if (moved != tap_pu) state.moved_regulators.push_back(sense.row);
  tap_pu = moved;
}

/// One phase of `phases`, by the rule of CapacitorControls::pt_phase.
template <class Size>
double pick_phase(std::int32_t chosen, Index phases, const Size& size) {
  if (chosen >= 0) return size(chosen < phases ? chosen : 0);
  if (chosen > -3) return size(extreme(phases, chosen == -1 ? 1.0 : -1.0, size));
  double sum = 0.0;
  for (Index p = 0; p < phases; ++p) sum += size(p);
  return sum / phases;
}

inline double control_voltage(const feeder::CapacitorControls& table, const CapacitorSense& sense,
                              const ScenarioControls& state) {
  const std::int32_t chosen = table.pt_phase[sense.row];
  const auto at = [&](Index p) { return sensed_voltage(state.v, sense.terminal.conductors[p]); };
  const auto next = [&](Index p) { return p + 1 < sense.terminal.phases ? p + 1 : 0; };
  const bool across = chosen >= 0 && sense.is_delta;
  return pick_phase(chosen, sense.terminal.phases,
                    [&](Index p) { return size_of(across ? at(p) - at(next(p)) : at(p)); }) /
         table.pt_ratio[sense.row];
}

inline double control_current(const feeder::CapacitorControls& table, const CapacitorSense& sense,
                              const ScenarioControls& state) {
  const std::int32_t chosen = table.ct_phase[sense.row];
  const TerminalSense& terminal = chosen >= 0 ? sense.current : sense.terminal;
  const Index phases = chosen >= 0 ? terminal.phases : std::min(terminal.phases, sense.phases);
  return pick_phase(
             chosen, phases,
             [&](Index p) { return size_of(sensed_current(terminal, state.v, state.tap_pu, p)); }) /
         table.ct_ratio[sense.row];
}

/// Power factor from 0 to 1 if power lags, and 2 minus that if it leads.
inline double power_factor(Phasor power_va) {
  const double apparent_va = size_of(power_va);
  const double factor = apparent_va > 0.0 ? std::fabs(power_va.re) / apparent_va : 1.0;
  return power_va.im < 0.0 ? 2.0 - factor : factor;
}

/// A leading power factor as files state it, negative, on the same scale.
inline double as_lagging(double factor) { return factor < 0.0 ? 2.0 + factor : factor; }

/// What the rule asks for: whether a further step should close or one should open.
struct Wish {
  bool close = false;
  bool open = false;
};

inline Wish wish(const feeder::Circuit& circuit, const CapacitorSense& sense,
                 const ScenarioControls& state) {
  const feeder::CapacitorControls& table = circuit.capacitor_controls;
  const double on = table.on[sense.row], off = table.off[sense.row];
  switch (table.rule[sense.row]) {
    case CapacitorRule::voltage: {
      const double v = control_voltage(table, sense, state);
      return {v<on, v> off};
    }
    case CapacitorRule::current: {
      const double a = control_current(table, sense, state);
      return {a > on, a < off};
    }
    case CapacitorRule::kvar: {
      const double kvar = 1e-3 * sensed_power(sense.terminal, state.v, state.tap_pu).im;
      return {kvar > on, kvar < off};
    }
    case CapacitorRule::power_factor: {
      const Phasor power = sensed_power(sense.terminal, state.v, state.tap_pu);
      const double factor = power_factor(power);
      const double step_kvar =
          circuit.shunts.kvar[sense.shunt] /
          (state.steps_in[sense.shunt] > 0 ? circuit.shunts.steps[sense.shunt] : 1);
      return {factor < as_lagging(on) && 1e-3 * power.im > 0.5 * step_kvar,
              factor > as_lagging(off)};
    }
    case CapacitorRule::time: break;
  }
  return {};
}

/// 1 close a step, -1 open one, 0 nothing. What was wanted before stays wanted, but is not queued
/// anew, where a further step could close and the rule asks for nothing.
struct Wanted {
  std::int8_t change = 0;
  bool is_new = true;
};

inline Wanted wanted(const feeder::Circuit& circuit, const CapacitorSense& sense,
                     const ScenarioControls& state, std::int8_t before) {
  const feeder::CapacitorControls& table = circuit.capacitor_controls;
  const CapacitorRule rule = table.rule[sense.row];
  const std::int32_t steps_in = state.steps_in[sense.shunt];
  if (table.v_override[sense.row] && rule != CapacitorRule::voltage) {
    const double v = control_voltage(table, sense, state);
    if (steps_in == 0 && v < table.v_min_v[sense.row]) return {1};
    if (steps_in > 0 && v > table.v_max_v[sense.row]) return {-1};
  }
  const Wish asked = wish(circuit, sense, state);
  if (steps_in > 0 && asked.open) return {-1};
  const bool can_close = steps_in < std::max(circuit.shunts.steps[sense.shunt], 1);
  if (can_close && asked.close) return {1};
  const bool keeps = steps_in > 0 && can_close && rule != CapacitorRule::voltage;
  return keeps ? Wanted{before, false} : Wanted{};
}

inline void sample_capacitor(const feeder::Circuit& circuit, const CapacitorSense& sense,
                             ScenarioControls& state, std::size_t i) {
  const feeder::CapacitorControls& table = circuit.capacitor_controls;
  const Wanted now = wanted(circuit, sense, state, state.capacitor_pending[i]);
  state.capacitor_pending[i] = now.change;
  double& due_s = state.capacitor_due_s[i];
  if (now.change == 0) due_s = not_queued_s;
  if (now.change == 0 || !now.is_new || due_s != not_queued_s) return;
  due_s = now.change < 0 ? table.delay_off_s[sense.row] : table.delay_s[sense.row];
  if (now.change > 0) due_s += std::max(0.0, table.dead_time_s[sense.row] + state.opened_s[i]);
}

inline void act(const feeder::Circuit& circuit, const CapacitorSense& sense,
                ScenarioControls& state, std::size_t i) {
  state.capacitor_due_s[i] = not_queued_s;
  std::int32_t& steps_in = state.steps_in[sense.shunt];
  const std::int32_t steps = circuit.shunts.steps[sense.shunt];
  const std::int32_t moved =
      std::clamp(steps_in + state.capacitor_pending[i], 0, std::max(steps, 1));
  if (moved == steps_in) return;
  if (moved < steps_in && steps == 1) state.opened_s[i] = 0.0;
  steps_in = moved;
  state.moved_shunts.push_back(sense.shunt);
}

}  // namespace

GS_INLINE ControlPlan make_control_plan(const feeder::Circuit& circuit) {
  ControlPlan plan;
  const feeder::Regulators& regulators = circuit.regulators;
  for (Index r = 0; r < regulators.size(); ++r)
    if (regulators.in_service[r] && circuit.transformers.in_service[regulators.transformer[r]])
      plan.regulators.push_back(sense_regulator(circuit, r, plan.sensed));
  const feeder::CapacitorControls& capacitors = circuit.capacitor_controls;
  for (Index r = 0; r < capacitors.size(); ++r)
    if (capacitors.in_service[r] && circuit.shunts.in_service[capacitors.shunt[r]])
      plan.capacitors.push_back(sense_capacitor(circuit, r, plan.sensed));
  return plan;
}

GS_INLINE void reset_controls(const feeder::Circuit& circuit, const ControlPlan& plan,
                              ScenarioControls& state) {
  state.v.assign(plan.sensed.nodes.size(), {});
  state.regulator_due_s.assign(plan.regulators.size(), not_queued_s);
  state.regulator_pending_pu.assign(plan.regulators.size(), 0.0);
  state.capacitor_due_s.assign(plan.capacitors.size(), not_queued_s);
  state.capacitor_pending.assign(plan.capacitors.size(), 0);
  state.opened_s.clear();
  for (const CapacitorSense& sense : plan.capacitors)
    state.opened_s.push_back(-circuit.capacitor_controls.dead_time_s[sense.row]);
}

GS_INLINE bool sample_controls(const feeder::Circuit& circuit, const ControlPlan& plan,
                               ScenarioControls& state) {
  for (std::size_t i = 0; i < plan.regulators.size(); ++i)
    sample_regulator(circuit.regulators, plan.regulators[i], state, i);
  for (std::size_t i = 0; i < plan.capacitors.size(); ++i)
    sample_capacitor(circuit, plan.capacitors[i], state, i);
  const auto is_queued = [](double due_s) { return due_s != not_queued_s; };
  return std::any_of(state.regulator_due_s.begin(), state.regulator_due_s.end(), is_queued) ||
         std::any_of(state.capacitor_due_s.begin(), state.capacitor_due_s.end(), is_queued);
}

GS_INLINE void act_nearest(const feeder::Circuit& circuit, const ControlPlan& plan,
                           ScenarioControls& state) {
  state.moved_regulators.clear();
  state.moved_shunts.clear();
  double nearest_s = not_queued_s;
  for (const double due_s : state.regulator_due_s) nearest_s = std::min(nearest_s, due_s);
  for (const double due_s : state.capacitor_due_s) nearest_s = std::min(nearest_s, due_s);
  if (nearest_s == not_queued_s) return;
  for (std::size_t i = 0; i < plan.capacitors.size(); ++i)
    if (state.capacitor_due_s[i] == nearest_s) act(circuit, plan.capacitors[i], state, i);
  for (std::size_t i = 0; i < plan.regulators.size(); ++i)
    if (state.regulator_due_s[i] == nearest_s)
      act(circuit.regulators, plan.regulators[i], state, i);
}

}  // namespace gridswarm::inline GS_ABI::flow
