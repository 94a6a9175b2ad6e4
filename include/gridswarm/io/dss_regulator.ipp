// SPDX-License-Identifier: BSD-3-Clause
// OpenDSS's RegControl. Defaults are those of its manual.
#pragma once

#include <array>
#include <cmath>
#include <string>

#include "gridswarm/io/dss_control.hpp"
#include "gridswarm/io/dss_fields.hpp"

namespace gridswarm::inline GS_ABI::io {

namespace {

struct DssRegulator {
  const DssValue* transformer = nullptr;
  std::int64_t winding = 1, tap_winding = 1, max_steps = 16, tap_number = 0;
  bool tap_number_given = false;
  double v_set = 120.0, band = 3.0, pt_ratio = 60.0, remote_ratio = 60.0, ct_primary = 300.0;
  double r = 0.0, x = 0.0, delay = 15.0, tap_delay = 2.0, v_limit = 0.0;
  std::int32_t pt_phase = 0;
  const DssValue* bus = nullptr;
};

constexpr std::array<DssNumber<DssRegulator>, 9> regulator_numbers{
    {{"vreg", &DssRegulator::v_set},
     {"band", &DssRegulator::band},
     {"ctprim", &DssRegulator::ct_primary},
     {"r", &DssRegulator::r},
     {"x", &DssRegulator::x},
     {"delay", &DssRegulator::delay},
     {"tapdelay", &DssRegulator::tap_delay},
     {"vlimit", &DssRegulator::v_limit},
     {"remoteptratio", &DssRegulator::remote_ratio}}};

/// Of time, or of a reversal that `reversible` has to allow first.
constexpr std::array<std::string_view, 13> regulator_silent{
    {"revvreg", "revband", "revr", "revx", "debugtrace", "revthreshold", "revdelay", "eventlog",
     "reset", "rev_z", "basefreq", "enabled", "like"}};

inline void replay_regulator(DssBuild& build, const DssObject& object, DssRegulator& state,
                             const DssProperty& property) {
  const std::string_view name = property.name;
  const DssValue& value = property.value;
  if (read_number<DssRegulator>(state, regulator_numbers, property)) return;
  if (name == "transformer") {
    state.transformer = &value;
  } else if (name == "winding") {
    state.winding = state.tap_winding = integer_of(value);
  } else if (name == "tapwinding") {
    state.tap_winding = integer_of(value);
  } else if (name == "ptratio") {
    state.pt_ratio = state.remote_ratio = number_of(value);
  } else if (name == "maxtapchange") {
    state.max_steps = std::clamp<std::int64_t>(integer_of(value), 0, 10000);
  } else if (name == "ptphase") {
    state.pt_phase = sensed_phase(value);
  } else if (name == "bus") {
    state.bus = &value;
  } else if (name == "tapnum") {
    state.tap_number = integer_of(value);
    state.tap_number_given = true;
  } else if (name == "ldc_z") {
    if (number_of(value) != 0.0)
      fail(value, "ldc_z=" + value.text + " is not modelled; write r and x");
  } else if (!is_among(regulator_silent, name)) {
    pass_over(build, object, property);
  }
}

/// Row of the element that a value names, with its class or without. @throws InputError
inline Index named_element(const DssBuild& build, const DssValue& value, std::string_view kind) {
  std::string name = word_of(value);
  const std::string prefix = std::string(kind) + ".";
  if (name.starts_with(prefix)) name.erase(0, prefix.size());
  const Index row = row_of(build, kind, name);
  if (row == none) fail(value, prefix + name + " is not there; name one that the file defines");
  return row;
}

/// The node of a remote bus that a regulator holds: the first that the bus names, else 1.
inline Index remote_node(const DssBuild& build, const DssValue& value) {
  const DssBus bus = bus_of(value);
  const auto found = build.index.bus.find(lower_case(bus.name));
  if (found == build.index.bus.end())
    fail(value, "bus " + bus.name + " is not there; name one that an element is connected to");
  const std::int32_t number = bus.nodes.empty() ? 1 : bus.nodes[0];
  for (const Index node : build.index.nodes[found->second])
    if (build.circuit.nodes.number[node] == number) return node;
  fail(value, "bus " + bus.name + " has no node " + std::to_string(number));
}

/// tapnum=k: k steps from the middle of the range.
inline void set_tap_number(DssBuild& build, const DssRegulator& state, Index winding) {
  feeder::Windings& windings = build.circuit.windings;
  const double low = windings.tap_min_pu[winding], high = windings.tap_max_pu[winding];
  const double step = (high - low) / windings.taps[winding];
  windings.tap_pu[winding] =
      std::clamp((low + high) / 2.0 + step * static_cast<double>(state.tap_number), low, high);
}

inline void require_possible(const DssObject& object, const DssRegulator& state) {
  require_positive(object, "ptratio", state.pt_ratio);
  require_positive(object, "remoteptratio", state.remote_ratio);
  require_positive(object, "ctprim", state.ct_primary);
  require_positive(object, "vreg", state.v_set);
  for (const double number : {state.band, state.delay, state.tap_delay, state.v_limit})
    if (!(number >= 0.0) || !std::isfinite(number))
      fail(object, "has a band, delay or vlimit below 0");
  if (!std::isfinite(state.r) || !std::isfinite(state.x))
    fail(object, "has line drop settings that are not finite numbers");
}

inline void append_regulator(DssBuild& build, const DssObject& object, const DssRegulator& state) {
  require_possible(object, state);
  if (state.transformer == nullptr) fail(object, "names no transformer");
  const Index transformer = named_element(build, *state.transformer, "transformer");
  const auto windings = build.circuit.transformers.windings.row(transformer);
  const auto count = static_cast<std::int64_t>(windings.size());
  for (const std::int64_t winding : {state.winding, state.tap_winding})
    if (winding < 1 || winding > count)
      fail(object, "is at winding " + std::to_string(winding) + " of " +
                       build.circuit.transformers.name[transformer] + ", which has " +
                       std::to_string(count));
  const Index tapped = windings[static_cast<std::size_t>(state.tap_winding - 1)];
  if (build.circuit.windings.taps[tapped] < 1)
    fail(object, "moves a winding without taps (numtaps=0)");
  if (state.tap_number_given) set_tap_number(build, state, tapped);
  feeder::Regulators& rows = build.circuit.regulators;
  const bool is_beyond = state.pt_phase >= build.circuit.transformers.phases[transformer];
  rows.transformer.push_back(transformer);
  rows.winding.push_back(static_cast<Index>(state.winding - 1));
  rows.tap_winding.push_back(static_cast<Index>(state.tap_winding - 1));
  rows.v_set_v.push_back(state.v_set);
  rows.v_band_v.push_back(state.band);
  rows.pt_ratio.push_back(state.bus == nullptr ? state.pt_ratio : state.remote_ratio);
  rows.ct_primary_a.push_back(state.ct_primary);
  rows.r_v.push_back(state.r);
  rows.x_v.push_back(state.x);
  rows.pt_phase.push_back(is_beyond ? 0 : state.pt_phase);
  rows.node.push_back(state.bus == nullptr ? none : remote_node(build, *state.bus));
  rows.delay_s.push_back(state.delay);
  rows.tap_delay_s.push_back(state.tap_delay);
  rows.max_steps.push_back(static_cast<std::int32_t>(state.max_steps));
  rows.v_limit_v.push_back(state.v_limit);
  rows.in_service.push_back(is_enabled(object) ? 1 : 0);
  remember(build, object, rows.size());
  rows.name.push_back(full_name(object));
}

}  // namespace

GS_INLINE std::int32_t sensed_phase(const DssValue& value) {
  const std::string word = word_of(value);
  if (word == "max") return -1;
  if (word == "min") return -2;
  if (word == "avg") return -3;
  const std::int64_t phase = integer_of(value);
  if (phase < 1 || phase > 60) fail(value, value.text + " is no phase; write 1, 2, 3, max or min");
  return static_cast<std::int32_t>(phase - 1);
}

GS_INLINE void add_regulators(DssBuild& build) {
  for (const Index row : objects_of(build.text, "regcontrol")) {
    const DssObject& object = build.text.objects[row];
    DssRegulator state;
    for (const DssProperty& property : object.properties)
      replay_regulator(build, object, state, property);
    append_regulator(build, object, state);
  }
}

GS_INLINE void add_controls(DssBuild& build) {
  add_regulators(build);
  add_capacitor_controls(build);
  add_inverter_controls(build);
}

}  // namespace gridswarm::inline GS_ABI::io
