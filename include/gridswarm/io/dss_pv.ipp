// SPDX-License-Identifier: BSD-3-Clause
// OpenDSS's PVSystem: panel kW = irradiance * Pmpp * f(temperature), cut off below %cutout of the
// inverter's kVA, times its efficiency, at most %Pmpp. Defaults are those of OpenDSS's manual.
#pragma once

#include <algorithm>
#include <array>

#include "gridswarm/io/dss_der.hpp"
#include "gridswarm/io/dss_fields.hpp"
#include "gridswarm/io/dss_inverter.hpp"

namespace gridswarm::inline GS_ABI::io {

namespace {

struct DssPv {
  DssInverter inverter;
  double irradiance = 1.0, pmpp = 500.0, pmpp_percent = 100.0, temperature = 25.0;
  DssCurve by_temperature;
};

constexpr std::array<DssNumber<DssPv>, 4> pv_numbers{{{"irradiance", &DssPv::irradiance},
                                                      {"pmpp", &DssPv::pmpp},
                                                      {"%pmpp", &DssPv::pmpp_percent},
                                                      {"temperature", &DssPv::temperature}}};

/// Of time, dynamics and harmonics.
constexpr std::array<std::string_view, 23> pv_silent{
    {"%r",           "%x",         "tyearly",   "tdaily",  "tduty",       "class",
     "userdata",     "debugtrace", "dutystart", "kvdc",    "kp",          "pitol",
     "safevoltage",  "safemode",   "dynamiceq", "dynout",  "controlmode", "amplimit",
     "amplimitgain", "spectrum",   "basefreq",  "enabled", "like"}};

inline DssPower power_of(const DssPv& pv) {
  const DssInverter& inverter = pv.inverter;
  const double warm =
      pv.by_temperature.x.empty() ? 1.0 : curve_value(pv.by_temperature, pv.temperature);
  const double panel_kw = pv.irradiance * pv.pmpp * warm;
  const bool runs = panel_kw >= inverter.cut_out_percent * inverter.kva / 100.0;
  double kw = runs ? panel_kw * curve_value(inverter.efficiency, panel_kw / inverter.kva) : 0.0;
  kw = std::min(kw, pv.pmpp * pv.pmpp_percent / 100.0);
  DssPower power = limited(inverter, kw, pv.pmpp);
  if (!runs && inverter.vars_follow) power.kvar = 0.0;
  return power;
}

inline void replay_pv(DssBuild& build, const DssObject& object, DssPv& state,
                      const DssProperty& property) {
  if (replay_inverter(build, state.inverter, property) ||
      read_number<DssPv>(state, pv_numbers, property))
    return;
  if (property.name == "p-tcurve")
    state.by_temperature =
        word_of(property.value) == "none" ? DssCurve{} : curve_of(build, property.value);
  else if (!is_among(pv_silent, property.name))
    pass_over(build, object, property);
}

}  // namespace

GS_INLINE void add_pv_systems(DssBuild& build) {
  for (const Index row : objects_of(build.text, "pvsystem")) {
    const DssObject& object = build.text.objects[row];
    DssPv state;
    DssInverter& inverter = state.inverter;
    inverter.kva = inverter.kvar_max = inverter.kvar_max_absorbed = 500.0;
    inverter.cut_in_percent = inverter.cut_out_percent = 20.0;
    for (const DssProperty& property : object.properties) replay_pv(build, object, state, property);
    require_positive(object, "kva", inverter.kva);
    if (inverter.device.model != 1)
      fail(object, "has model=" + std::to_string(inverter.device.model) +
                       "; of OpenDSS's PV models 1 (constant power) is solved");
    const DssPower power = power_of(state);
    append_device(build, object, inverter.device, feeder::DerKind::pv, inverter.kva, power.kw,
                  power.kvar);
  }
}

}  // namespace gridswarm::inline GS_ABI::io
