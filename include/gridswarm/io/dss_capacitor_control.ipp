// SPDX-License-Identifier: BSD-3-Clause
// OpenDSS's CapControl. Defaults are those of its manual.
#pragma once

#include <array>
#include <cmath>
#include <string>

#include "gridswarm/io/dss_control.hpp"
#include "gridswarm/io/dss_fields.hpp"

namespace gridswarm::inline GS_ABI::io {

namespace {

struct DssCapacitorControl {
  const DssValue* capacitor = nullptr;
  const DssValue* element = nullptr;
  std::int64_t terminal = 1;
  feeder::CapacitorRule rule = feeder::CapacitorRule::current;
  double on = 300.0, off = 200.0, pt_ratio = 60.0, ct_ratio = 60.0;
  double v_min = 115.0, v_max = 126.0;
  bool v_override = false;
  double delay = 15.0, delay_off = 15.0, dead_time = 300.0;
  std::int32_t pt_phase = 0, ct_phase = 0;
};

constexpr std::array<DssNumber<DssCapacitorControl>, 7> capacitor_control_numbers{
    {{"ptratio", &DssCapacitorControl::pt_ratio},
     {"ctratio", &DssCapacitorControl::ct_ratio},
     {"vmin", &DssCapacitorControl::v_min},
     {"vmax", &DssCapacitorControl::v_max},
     {"delay", &DssCapacitorControl::delay},
     {"delayoff", &DssCapacitorControl::delay_off},
     {"deadtime", &DssCapacitorControl::dead_time}}};

constexpr std::array<std::string_view, 7> capacitor_control_silent{
    {"eventlog", "userdata", "pctminkvar", "reset", "basefreq", "enabled", "like"}};

inline feeder::CapacitorRule rule_of(const DssValue& value) {
  const std::string word = word_of(value);
  if (word.starts_with('c')) return feeder::CapacitorRule::current;
  if (word.starts_with('v')) return feeder::CapacitorRule::voltage;
  if (word.starts_with('k')) return feeder::CapacitorRule::kvar;
  if (word.starts_with('p')) return feeder::CapacitorRule::power_factor;
  if (word.starts_with('t')) return feeder::CapacitorRule::time;
  fail(value, "type=" + value.text + "; write current, voltage, kvar, pf or time");
}

/// A leading power factor -f is written 2 - f, so that on < off as lagging, 1, leading.
inline double setting_of(const DssCapacitorControl& state, const DssValue& value) {
  const double setting = number_of(value);
  if (state.rule != feeder::CapacitorRule::power_factor) return setting;
  if (!(std::abs(setting) <= 1.0))
    fail(value, value.text + " is not a power factor between -1 and 1");
  return setting < 0.0 ? 2.0 + setting : setting;
}

inline void replay_capacitor_control(DssBuild& build, const DssObject& object,
                                     DssCapacitorControl& state, const DssProperty& property) {
  const std::string_view name = property.name;
  const DssValue& value = property.value;
  if (read_number<DssCapacitorControl>(state, capacitor_control_numbers, property)) return;
  if (name == "capacitor") {
    state.capacitor = &value;
  } else if (name == "element") {
    state.element = &value;
  } else if (name == "terminal") {
    state.terminal = integer_of(value);
  } else if (name == "type") {
    state.rule = rule_of(value);
    if (state.rule == feeder::CapacitorRule::power_factor) {
      state.on = 0.95;
      state.off = 1.05;
    }
  } else if (name == "onsetting") {
    state.on = setting_of(state, value);
  } else if (name == "offsetting") {
    state.off = setting_of(state, value);
  } else if (name == "voltoverride") {
    state.v_override = boolean_of(value);
  } else if (name == "ptphase") {
    state.pt_phase = sensed_phase(value);
  } else if (name == "ctphase") {
    state.ct_phase = sensed_phase(value);
  } else if (name == "vbus") {
    fail(value, "vbus=" + value.text + ": override by another bus's voltage is not modelled");
  } else if (!is_among(capacitor_control_silent, name)) {
    pass_over(build, object, property);
  }
}

struct SensedElement {
  Index line = none, transformer = none;
  std::int64_t terminals = 2;
};

inline SensedElement sensed_element(const DssBuild& build, const DssValue& value) {
  const std::string word = word_of(value);
  const std::size_t dot = word.find('.');
  const std::string kind = word.substr(0, dot == std::string::npos ? 0 : dot);
  const std::string name = word.substr(dot == std::string::npos ? 0 : dot + 1);
  const bool is_line = kind == "line" || kind == "reactor";
  if (!is_line && kind != "transformer")
    fail(value, "element=" + value.text + "; a capacitor's control senses a line or a transformer");
  const Index row = row_of(build, kind, name);
  if (row == none) fail(value, word + " is not there; name an element that the file defines");
  SensedElement element;
  (is_line ? element.line : element.transformer) = row;
  if (!is_line)
    element.terminals =
        static_cast<std::int64_t>(build.circuit.transformers.windings.row(row).size());
  return element;
}

inline void require_possible(const DssObject& object, const DssCapacitorControl& state) {
  if (state.capacitor == nullptr) fail(object, "names no capacitor");
  if (state.element == nullptr) fail(object, "names no element to sense");
  require_positive(object, "ptratio", state.pt_ratio);
  require_positive(object, "ctratio", state.ct_ratio);
  for (const double number : {state.on, state.off, state.v_min, state.v_max})
    if (!std::isfinite(number)) fail(object, "has a setting that is not a finite number");
  for (const double number : {state.delay, state.delay_off, state.dead_time})
    if (!(number >= 0.0) || !std::isfinite(number)) fail(object, "has a delay below 0");
}

inline void append_capacitor_control(DssBuild& build, const DssObject& object,
                                     const DssCapacitorControl& state) {
  require_possible(object, state);
  const std::string capacitor = word_of(*state.capacitor);
  const std::size_t dot = capacitor.starts_with("capacitor.") ? 10 : 0;
  const Index shunt = row_of(build, "capacitor", std::string_view(capacitor).substr(dot));
  if (shunt == none)
    fail(*state.capacitor,
         "capacitor " + state.capacitor->text + " is not there; name a bank that the file defines");
  const SensedElement element = sensed_element(build, *state.element);
  if (state.terminal < 1 || state.terminal > element.terminals)
    fail(object, "senses terminal " + std::to_string(state.terminal) + " of " +
                     state.element->text + ", which has " + std::to_string(element.terminals));
  feeder::CapacitorControls& rows = build.circuit.capacitor_controls;
  rows.shunt.push_back(shunt);
  rows.rule.push_back(state.rule);
  rows.line.push_back(element.line);
  rows.transformer.push_back(element.transformer);
  rows.terminal.push_back(static_cast<std::int32_t>(state.terminal - 1));
  rows.on.push_back(state.on);
  rows.off.push_back(state.off);
  rows.pt_ratio.push_back(state.pt_ratio);
  rows.ct_ratio.push_back(state.ct_ratio);
  rows.pt_phase.push_back(state.pt_phase);
  rows.ct_phase.push_back(state.ct_phase);
  rows.v_min_v.push_back(state.v_min);
  rows.v_max_v.push_back(state.v_max);
  rows.v_override.push_back(state.v_override ? 1 : 0);
  rows.delay_s.push_back(state.delay);
  rows.delay_off_s.push_back(state.delay_off);
  rows.dead_time_s.push_back(state.dead_time);
  rows.in_service.push_back(is_enabled(object) ? 1 : 0);
  remember(build, object, rows.size());
  rows.name.push_back(full_name(object));
}

}  // namespace

GS_INLINE void add_capacitor_controls(DssBuild& build) {
  for (const Index row : objects_of(build.text, "capcontrol")) {
    const DssObject& object = build.text.objects[row];
    DssCapacitorControl state;
    for (const DssProperty& property : object.properties)
      replay_capacitor_control(build, object, state, property);
    append_capacitor_control(build, object, state);
  }
}

}  // namespace gridswarm::inline GS_ABI::io
