// SPDX-License-Identifier: BSD-3-Clause
// OpenDSS's Storage in a snapshot: idling it draws its losses, discharging it delivers %Discharge
// of kWrated if it holds more than its reserve, charging it draws %Charge if it is not full.
// Defaults are those of OpenDSS's manual.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>

#include "gridswarm/io/dss_der.hpp"
#include "gridswarm/io/dss_fields.hpp"
#include "gridswarm/io/dss_inverter.hpp"

namespace gridswarm::inline GS_ABI::io {

namespace {

enum class StorageState : std::int8_t { charging, idling, discharging };

struct DssStorage {
  DssInverter inverter;
  double kw_rated = 25.0, kwh_rated = 50.0, kwh_stored = 50.0, reserve_percent = 20.0;
  double charge_percent = 100.0, discharge_percent = 100.0, idling_percent = 1.0;
  double limit_percent = 100.0;  ///< %kWrated: of kWrated, either way
  bool kva_given = false, follows_shape = false;
  StorageState state = StorageState::idling;
};

constexpr std::array<DssNumber<DssStorage>, 6> storage_numbers{
    {{"kwhstored", &DssStorage::kwh_stored},
     {"%reserve", &DssStorage::reserve_percent},
     {"%charge", &DssStorage::charge_percent},
     {"%discharge", &DssStorage::discharge_percent},
     {"%idlingkw", &DssStorage::idling_percent},
     {"%kwrated", &DssStorage::limit_percent}}};

/// Of time, dynamics and harmonics.
constexpr std::array<std::string_view, 25> storage_silent{
    {"%effcharge",     "%effdischarge", "%r",           "%x",
     "timechargetrig", "class",         "dynadata",     "userdata",
     "debugtrace",     "kvdc",          "kp",           "pitol",
     "safevoltage",    "safemode",      "dynamiceq",    "dynout",
     "controlmode",    "amplimit",      "amplimitgain", "spectrum",
     "basefreq",       "enabled",       "like",         "dischargetrigger",
     "chargetrigger"}};

inline StorageState state_of(const DssValue& value) {
  const std::string word = word_of(value);
  if (word.starts_with('c')) return StorageState::charging;
  if (word.starts_with('d')) return StorageState::discharging;
  if (word.starts_with('i')) return StorageState::idling;
  fail(value, "state=" + value.text + "; write charging, idling or discharging");
}

/// kW= orders a state and a rate.
inline void order_kw(DssStorage& storage, double kw) {
  storage.state = kw > 0.0   ? StorageState::discharging
                  : kw < 0.0 ? StorageState::charging
                             : StorageState::idling;
  if (kw > 0.0) storage.discharge_percent = kw / storage.kw_rated * 100.0;
  if (kw < 0.0) storage.charge_percent = -kw / storage.kw_rated * 100.0;
}

inline void set_kw_rated(DssStorage& storage, const DssValue& value) {
  storage.kw_rated = number_of(value);
  if (!(storage.kw_rated > 0.0)) fail(value, "kwrated=" + value.text + " must be above 0");
  DssInverter& inverter = storage.inverter;
  if (storage.kva_given) return;
  inverter.kva = storage.kw_rated;
  if (!inverter.kvar_max_given) inverter.kvar_max = inverter.kva;
  if (!inverter.kvar_max_given && !inverter.absorbed_given)
    inverter.kvar_max_absorbed = inverter.kva;
}

inline DssPower power_of(const DssStorage& storage) {
  const DssInverter& inverter = storage.inverter;
  const double losses_kw = storage.idling_percent * storage.kw_rated / 100.0;
  const double idling_kw = -losses_kw / curve_value(inverter.efficiency, losses_kw / inverter.kva);
  StorageState state = storage.state;
  const double reserve = storage.kwh_rated * storage.reserve_percent / 100.0;
  if (state == StorageState::charging && !(storage.kwh_stored < storage.kwh_rated))
    state = StorageState::idling;
  if (state == StorageState::discharging && !(storage.kwh_stored > reserve))
    state = StorageState::idling;
  double kw = idling_kw;
  if (state == StorageState::charging) kw = -storage.kw_rated * storage.charge_percent / 100.0;
  if (state == StorageState::discharging) kw = storage.kw_rated * storage.discharge_percent / 100.0;
  if (storage.follows_shape && state != StorageState::idling) kw = storage.kw_rated;
  const double limit = storage.kw_rated * storage.limit_percent / 100.0;
  const bool runs = std::abs(kw) >= inverter.cut_out_percent * inverter.kva / 100.0;
  if (!runs)
    kw = idling_kw;
  else if (state == StorageState::discharging)
    kw = std::min(kw, limit);
  else
    kw = std::max(kw, -limit);
  DssPower power = limited(inverter, kw, storage.kw_rated);
  if (!runs && inverter.vars_follow) power.kvar = 0.0;
  return power;
}

inline void replay_storage(DssBuild& build, const DssObject& object, DssStorage& state,
                           const DssProperty& property) {
  const std::string_view name = property.name;
  const DssValue& value = property.value;
  if (name == "kva") state.kva_given = true;
  if (replay_inverter(build, state.inverter, property) ||
      read_number<DssStorage>(state, storage_numbers, property))
    return;
  if (name == "kw") {
    order_kw(state, number_of(value));
  } else if (name == "kwrated") {
    set_kw_rated(state, value);
  } else if (name == "kwhrated") {
    state.kwh_rated = state.kwh_stored = number_of(value);
  } else if (name == "%stored") {
    state.kwh_stored = number_of(value) / 100.0 * state.kwh_rated;
  } else if (name == "state") {
    state.state = state_of(value);
  } else if (name == "dispmode") {
    state.follows_shape = word_of(value).starts_with('f');
  } else if (!is_among(storage_silent, name)) {
    pass_over(build, object, property);
  }
}

}  // namespace

GS_INLINE void add_storages(DssBuild& build) {
  for (const Index row : objects_of(build.text, "storage")) {
    const DssObject& object = build.text.objects[row];
    DssStorage state;
    DssInverter& inverter = state.inverter;
    inverter.kva = inverter.kvar_max = inverter.kvar_max_absorbed = 25.0;
    for (const DssProperty& property : object.properties)
      replay_storage(build, object, state, property);
    require_positive(object, "kva", inverter.kva);
    if (inverter.device.model != 1)
      fail(object, "has model=" + std::to_string(inverter.device.model) +
                       "; of OpenDSS's storage models 1 (constant power) is solved");
    const DssPower power = power_of(state);
    append_device(build, object, inverter.device, feeder::DerKind::storage, inverter.kva, power.kw,
                  power.kvar);
  }
}

}  // namespace gridswarm::inline GS_ABI::io
