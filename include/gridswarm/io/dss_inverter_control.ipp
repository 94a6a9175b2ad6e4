// SPDX-License-Identifier: BSD-3-Clause
// OpenDSS's InvControl: volt-var and volt-watt become rules of the devices it lists.
//
// OpenDSS moves its inverters towards their curves in control iterations and stops within its
// tolerances; here the curves hold inside the solution. The base of a curve's watts and vars is
// scaled to the inverter's kVA, which is what feeder::Ders refers to.
#pragma once

#include <array>
#include <cmath>
#include <string>
#include <vector>

#include "gridswarm/io/dss_control.hpp"
#include "gridswarm/io/dss_fields.hpp"

namespace gridswarm::inline GS_ABI::io {

namespace {

struct DssInverterControl {
  std::vector<std::string> devices;  ///< lower case, class.name; empty: all
  const DssValue* list = nullptr;
  const DssValue* mode = nullptr;
  const DssValue* combination = nullptr;
  const DssValue* volt_var = nullptr;
  const DssValue* volt_watt = nullptr;
  std::string watt_base = "pmpppu";
  bool vars_of_rating = false;  ///< RefReactivePower=VARMAX
};

/// Steps towards the curves, tolerances, and settings of modes that are refused.
constexpr std::array<std::string_view, 24> inverter_control_silent{{"avgwindowlen",
                                                                    "dbvmin",
                                                                    "dbvmax",
                                                                    "argralowv",
                                                                    "argrahiv",
                                                                    "dynreacavgwindowlen",
                                                                    "deltaq_factor",
                                                                    "voltagechangetolerance",
                                                                    "varchangetolerance",
                                                                    "lpftau",
                                                                    "risefalllimit",
                                                                    "deltap_factor",
                                                                    "eventlog",
                                                                    "activepchangetolerance",
                                                                    "monbusesvbase",
                                                                    "wattpf_curve",
                                                                    "wattvar_curve",
                                                                    "vsetpoint",
                                                                    "controlmodel",
                                                                    "basefreq",
                                                                    "enabled",
                                                                    "like",
                                                                    "voltwattch_curve",
                                                                    "vv_refreactivepower"}};

inline void set_devices(DssInverterControl& state, const DssProperty& property) {
  state.list = &property.value;
  state.devices.clear();
  for (const std::string& word : words_of(property.value)) {
    const std::string name = lower_case(word);
    const bool has_kind = name.find('.') != std::string::npos;
    state.devices.push_back(has_kind ? name : "pvsystem." + name);
  }
}

/// Refuse a setting whose other values are not modelled.
inline void require_word(const DssProperty& property, std::string_view needed) {
  if (word_of(property.value) != needed)
    fail(property.value, std::string(property.name) + "=" + property.value.text +
                             " is not modelled; only " + std::string(needed) + " is");
}

inline void replay_inverter_control(DssBuild& build, const DssObject& object,
                                    DssInverterControl& state, const DssProperty& property) {
  const std::string_view name = property.name;
  const DssValue& value = property.value;
  if (name == "derlist")
    set_devices(state, property);
  else if (name == "pvsystemlist")
    fail(value, "pvsystemlist is obsolete in OpenDSS; write derlist=[pvsystem.name ..]");
  else if (name == "mode")
    state.mode = &value;
  else if (name == "combimode")
    state.combination = &value;
  else if (name == "vvc_curve1")
    state.volt_var = &value;
  else if (name == "voltwatt_curve")
    state.volt_watt = &value;
  else if (name == "voltwattyaxis")
    state.watt_base = word_of(value);
  else if (name == "refreactivepower")
    state.vars_of_rating = word_of(value).starts_with("varmax");
  else if (name == "voltage_curvex_ref")
    require_word(property, "rated");
  else if (name == "monvoltagecalc")
    require_word(property, "avg");
  else if (name == "rateofchangemode")
    require_word(property, "inactive");
  else if (!is_among(inverter_control_silent, name))
    pass_over(build, object, property);
}

struct InverterModes {
  bool volt_var = false, volt_watt = false;
};

inline InverterModes modes_of(const DssObject& object, const DssInverterControl& state) {
  const DssValue* value = state.combination != nullptr ? state.combination : state.mode;
  if (value == nullptr) return {true, false};
  const std::string word = word_of(*value);
  if (word == "voltvar") return {true, false};
  if (word == "voltwatt") return {false, true};
  if (word == "vv_vw") return {true, true};
  fail(*value, full_name(object) + ": " + value->text +
                   " is not modelled; voltvar, voltwatt and combimode=vv_vw are");
}

inline Curve scaled(Curve curve, double factor) {
  for (int k = 0; k < curve.count; ++k) curve.y[k] *= factor;
  return curve;
}

/// kW that 1 on the volt-watt curve's axis means, as a share of the device's kVA.
inline double watt_share(const DssBuild& build, const DssInverterControl& state,
                         const DssObject& device, Index row) {
  const double kva = build.circuit.ders.kva[row];
  if (state.watt_base == "pavailablepu") return std::abs(build.circuit.ders.kw[row]) / kva;
  if (state.watt_base == "kvaratingpu") return 1.0;
  const bool is_pv = device.kind == "pvsystem";
  const DssValue* rated = find_value(device, is_pv ? "pmpp" : "kwrated");
  const double rated_kw = rated == nullptr ? (is_pv ? 500.0 : 25.0) : number_of(*rated);
  return rated_kw / kva;
}

inline void apply_control(DssBuild& build, const DssObject& object, const DssInverterControl& state,
                          const DssObject& device, Index row) {
  const InverterModes modes = modes_of(object, state);
  feeder::Ders& rows = build.circuit.ders;
  if (modes.volt_var) {
    if (state.volt_var == nullptr) fail(object, "has no vvc_curve1");
    const Curve curve = short_curve(*state.volt_var, curve_of(build, *state.volt_var));
    const DssValue* limit = find_value(device, "kvarmax");
    const double share = state.vars_of_rating && limit != nullptr
                             ? std::abs(number_of(*limit)) / rows.kva[row]
                             : 1.0;
    rows.rule[row] = feeder::VarRule::volt_var;
    rows.volt_var[row] = scaled(curve, share);
  }
  if (modes.volt_watt) {
    if (state.volt_watt == nullptr) fail(object, "has no voltwatt_curve");
    const Curve curve = short_curve(*state.volt_watt, curve_of(build, *state.volt_watt));
    rows.volt_watt[row] = scaled(curve, watt_share(build, state, device, row));
  }
}

inline void apply_to_devices(DssBuild& build, const DssObject& object,
                             const DssInverterControl& state) {
  std::vector<std::string> names = state.devices;
  if (names.empty())
    for (const std::string_view kind : {"pvsystem", "storage"})
      for (const Index row : objects_of(build.text, kind))
        names.push_back(std::string(kind) + "." + lower_case(build.text.objects[row].name));
  for (const std::string& name : names) {
    const std::size_t dot = name.find('.');
    const std::string kind = name.substr(0, dot), own = name.substr(dot + 1);
    const Index row = kind == "pvsystem" || kind == "storage" ? row_of(build, kind, own) : none;
    const DssObject* device = row == none ? nullptr : find_object(build.text, kind, own);
    if (device == nullptr)
      fail(*state.list, name + " is not there; derlist names pvsystem.x or storage.x");
    apply_control(build, object, state, *device, row);
  }
}

}  // namespace

GS_INLINE void add_inverter_controls(DssBuild& build) {
  for (const Index row : objects_of(build.text, "invcontrol")) {
    const DssObject& object = build.text.objects[row];
    if (!is_enabled(object)) continue;
    DssInverterControl state;
    for (const DssProperty& property : object.properties)
      replay_inverter_control(build, object, state, property);
    if (!state.vars_of_rating)
      warn(build, object, "vars are shares of the inverter's kVA (RefReactivePower=VARMAX)");
    apply_to_devices(build, object, state);
  }
}

}  // namespace gridswarm::inline GS_ABI::io
