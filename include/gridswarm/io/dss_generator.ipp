// SPDX-License-Identifier: BSD-3-Clause
// OpenDSS's Generator. Defaults are those of its manual.
#pragma once

#include <array>
#include <cmath>

#include "gridswarm/io/dss_der.hpp"
#include "gridswarm/io/dss_device.hpp"
#include "gridswarm/io/dss_fields.hpp"

namespace gridswarm::inline GS_ABI::io {

namespace {

struct DssGenerator {
  DssDevice device;
  double kw = 1000.0, kvar = 60.0, pf = 0.88;
  double kva = 0.0;  ///< 0: not given
  bool is_fixed = false;
};

/// Of no consequence for a snapshot in which everything runs.
constexpr std::array<std::string_view, 32> generator_silent{
    {"class",      "vpu",       "maxkvar",    "minkvar",  "pvfactor",  "forceon",  "xd",
     "xdp",        "xdpp",      "h",          "d",        "shaftdata", "userdata", "dutystart",
     "debugtrace", "xrdp",      "usefuel",    "fuelkwh",  "%fuel",     "%reserve", "refuel",
     "dynamiceq",  "dynout",    "spectrum",   "basefreq", "enabled",   "like",     "balanced",
     "dispmode",   "usermodel", "shaftmodel", "rneut"}};

/// kvar of a power factor, negative where the signs differ.
inline double generated_kvar(double kw, double pf) {
  const double kvar = kw * std::sqrt(1.0 / (pf * pf) - 1.0);
  return pf < 0.0 ? -kvar : kvar;
}

inline void replay_generator(DssBuild& build, const DssObject& object, DssGenerator& state,
                             const DssProperty& property) {
  const std::string_view name = property.name;
  const DssValue& value = property.value;
  if (replay_device(build, state.device, property)) return;
  if (name == "kw") {
    state.kw = number_of(value);
    state.kvar = generated_kvar(state.kw, state.pf);
  } else if (name == "pf") {
    state.pf = number_of(value);
    if (state.pf == 0.0 || !(std::abs(state.pf) <= 1.0))
      fail(value, "pf=" + value.text + " is not a power factor between -1 and 1 other than 0");
    state.kvar = generated_kvar(state.kw, state.pf);
  } else if (name == "kvar") {
    state.kvar = number_of(value);
    const double kva = std::sqrt(state.kw * state.kw + state.kvar * state.kvar);
    state.pf = kva > 0.0 && state.kw != 0.0 ? std::abs(state.kw) / kva : 1.0;
    if (state.kw * state.kvar < 0.0) state.pf = -state.pf;
  } else if (name == "kva" || name == "mva") {
    state.kva = number_of(value) * (name == "mva" ? 1000.0 : 1.0);
  } else if (name == "status") {
    state.is_fixed = word_of(value).starts_with('f');
  } else if (!is_among(generator_silent, name)) {
    pass_over(build, object, property);
  }
}

}  // namespace

GS_INLINE void add_generators(DssBuild& build) {
  const DssValue* option = find_option(build.text, "genmult");
  const double multiplier = option == nullptr ? 1.0 : number_of(*option);
  for (const Index row : objects_of(build.text, "generator")) {
    const DssObject& object = build.text.objects[row];
    DssGenerator state;
    for (const DssProperty& property : object.properties)
      replay_generator(build, object, state, property);
    if (state.device.model != 1 && state.device.model != 4)
      fail(object, "has model=" + std::to_string(state.device.model) +
                       "; of OpenDSS's generator models 1 and 4 (constant power) are solved");
    const double share = state.is_fixed ? 1.0 : multiplier;
    append_device(build, object, state.device, feeder::DerKind::generator, 0.0, state.kw * share,
                  state.kvar * share);
  }
}

GS_INLINE void add_ders(DssBuild& build) {
  add_generators(build);
  add_pv_systems(build);
  add_storages(build);
}

}  // namespace gridswarm::inline GS_ABI::io
