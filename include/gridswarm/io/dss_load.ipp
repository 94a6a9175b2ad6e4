// SPDX-License-Identifier: BSD-3-Clause
// Bodies of dss_load.hpp. Defaults are those of OpenDSS's manual.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <vector>

#include "gridswarm/io/dss_fields.hpp"
#include "gridswarm/io/dss_load.hpp"

namespace gridswarm::inline GS_ABI::io {

namespace {

/// Which properties say how much.
enum class LoadSize : std::int8_t { kw_pf, kw_kvar, kva_pf, connected_kva, energy };

/// A Load while its properties are replayed.
struct DssLoad {
  std::int32_t phases = 3;
  feeder::Connection connection = feeder::Connection::wye;
  DssBus bus;
  LoadSize size = LoadSize::kw_pf;
  double kv = 12.47, kw = 10.0, kvar = 5.0, pf = 0.88, kva = 10.0 / 0.88;
  bool pf_changed = false;  ///< since the command began
  bool pf_given = false;    ///< and no kvar since
  double connected_kva = 0.0, allocation = 0.5;
  double kwh = 0.0, kwh_days = 30.0, c_factor = 4.0;
  std::int64_t model = 1;
  double v_min = 0.95, v_max = 1.05, v_low = 0.5, cvr_watts = 1.0, cvr_vars = 2.0;
  double r_neutral = -1.0, x_neutral = 0.0;
  std::vector<double> zip;
  bool is_variable = true;
  Index daily = none, yearly = none, duty = none;
};

constexpr std::array<DssNumber<DssLoad>, 8> load_numbers{{{"kv", &DssLoad::kv},
                                                          {"vminpu", &DssLoad::v_min},
                                                          {"vmaxpu", &DssLoad::v_max},
                                                          {"vlowpu", &DssLoad::v_low},
                                                          {"cvrwatts", &DssLoad::cvr_watts},
                                                          {"cvrvars", &DssLoad::cvr_vars},
                                                          {"rneut", &DssLoad::r_neutral},
                                                          {"xneut", &DssLoad::x_neutral}}};

/// Of no consequence for one snapshot at the file's frequency.
constexpr std::array<std::string_view, 15> load_silent{
    {"class", "growth", "vminnorm", "vminemerg", "%mean", "%stddev", "numcust", "%seriesrl",
     "relweight", "puxharm", "xrharm", "spectrum", "basefreq", "enabled", "like"}};

/// kvar of a power factor; a negative one says that kW and kvar have opposite signs.
inline double kvar_of(double kw, double pf) {
  const double kvar = kw * std::sqrt(1.0 / (pf * pf) - 1.0);
  return pf < 0.0 ? -kvar : kvar;
}

/// kW of a transformer's rating or of billed energy.
inline void allocate(DssLoad& load) {
  if (load.size == LoadSize::connected_kva) {
    if (load.connected_kva <= 0.0) return;
    load.kw = load.connected_kva * load.allocation * std::abs(load.pf);
  } else {
    load.kw = load.kwh / (load.kwh_days * 24.0) * load.c_factor;
  }
  load.kvar = kvar_of(load.kw, load.pf);
}

/// A load that follows a shape in kW takes the shape's largest power with its name.
inline void take_shape(const DssBuild& build, DssLoad& load, Index profile) {
  const feeder::Profiles& profiles = build.circuit.profiles;
  if (profile == none || profiles.is_actual[profile] == 0 || profiles.p[profile].empty()) return;
  const std::vector<double>& p = profiles.p[profile];
  const std::vector<double>& q = profiles.q[profile];
  const auto peak = std::max_element(p.begin(), p.end(),
                                     [](double a, double b) { return std::abs(a) < std::abs(b); });
  load.kw = *peak;
  load.kvar = q.empty() ? 0.0 : q[static_cast<std::size_t>(peak - p.begin())];
  load.size = load.pf_given ? LoadSize::kw_pf : LoadSize::kw_kvar;
}

/// What depends on several properties, once a command has set them all.
inline void end_command(DssLoad& load) {
  switch (load.size) {
    case LoadSize::kw_pf:
      load.kvar = kvar_of(load.kw, load.pf);
      load.kva = std::sqrt(load.kw * load.kw + load.kvar * load.kvar);
      break;
    case LoadSize::kw_kvar:
      load.kva = std::sqrt(load.kw * load.kw + load.kvar * load.kvar);
      if (load.kva > 0.0) {
        load.pf = load.kw / load.kva;
        if (load.kw * load.kvar < 0.0) load.pf = -load.pf;
      }
      break;
    case LoadSize::kva_pf:
      load.kw = load.kva * std::abs(load.pf);
      load.kvar = kvar_of(load.kw, load.pf);
      break;
    case LoadSize::connected_kva:
    case LoadSize::energy:
      if (load.pf_changed) load.kvar = kvar_of(load.kw, load.pf);
      break;
  }
  load.pf_changed = false;
}

/// How much. Returns false for other properties.
inline bool replay_size(DssLoad& load, const DssProperty& property) {
  const std::string_view name = property.name;
  const DssValue& value = property.value;
  if (name == "kw") {
    load.kw = number_of(value);
    load.size = LoadSize::kw_pf;
  } else if (name == "kvar") {
    load.kvar = number_of(value);
    load.size = LoadSize::kw_kvar;
    load.pf_given = false;
  } else if (name == "pf") {
    load.pf = number_of(value);
    if (load.pf == 0.0 || !(std::abs(load.pf) <= 1.0))
      fail(value, "pf=" + value.text + " is not a power factor between -1 and 1 other than 0");
    load.pf_changed = load.pf_given = true;
  } else if (name == "kva") {
    load.kva = number_of(value);
    load.size = LoadSize::kva_pf;
  } else if (name == "xfkva" || name == "allocationfactor") {
    (name == "xfkva" ? load.connected_kva : load.allocation) = number_of(value);
    load.size = LoadSize::connected_kva;
    allocate(load);
  } else if (name == "kwh" || name == "kwhdays" || name == "cfactor") {
    (name == "kwh"       ? load.kwh
     : name == "kwhdays" ? load.kwh_days
                         : load.c_factor) = number_of(value);
    load.size = LoadSize::energy;
    if (load.kwh_days == 0.0) fail(value, "kwhdays=0 is no billing period");
    allocate(load);
  } else {
    return false;
  }
  return true;
}

/// Over time. Returns false for other properties.
inline bool replay_shape(const DssBuild& build, DssLoad& load, const DssProperty& property) {
  Index* shape = nullptr;
  if (property.name == "daily") shape = &load.daily;
  if (property.name == "yearly") shape = &load.yearly;
  if (property.name == "duty") shape = &load.duty;
  if (shape == nullptr) return false;
  *shape = word_of(property.value) == "none" ? none : profile_of(build, property.value);
  take_shape(build, load, *shape);
  return true;
}

inline void set_model(DssLoad& load, const DssValue& value) {
  load.model = integer_of(value);
  const bool is_solved =
      load.model == 1 || load.model == 2 || load.model == 4 || load.model == 5 || load.model == 8;
  if (!is_solved)
    fail(value,
         "model=" + value.text + " is not solved; of OpenDSS's load models 1, 2, 4, 5 and 8 are");
}

inline void set_zip(DssLoad& load, const DssValue& value) {
  load.zip = numbers_of(value);
  if (load.zip.size() != 7)
    fail(value, "zipv lists " + std::to_string(load.zip.size()) +
                    " coefficients; write seven: z, i, p of kW, z, i, p of kvar, cut-off voltage");
}

/// Only fixed and exempt loads keep away from multipliers.
inline bool is_variable(const DssValue& value) {
  const std::string word = word_of(value);
  return !word.starts_with('f') && !word.starts_with('e');
}

inline void replay_load(DssBuild& build, const DssObject& object, DssLoad& load,
                        const DssProperty& property) {
  const std::string_view name = property.name;
  const DssValue& value = property.value;
  if (read_number<DssLoad>(load, load_numbers, property) || replay_size(load, property) ||
      replay_shape(build, load, property))
    return;
  if (name == "phases")
    load.phases = phases_of(value);
  else if (name == "bus1")
    load.bus = bus_of(value);
  else if (name == "conn")
    load.connection = connection_of(value);
  else if (name == "model")
    set_model(load, value);
  else if (name == "zipv")
    set_zip(load, value);
  else if (name == "status")
    load.is_variable = is_variable(value);
  else if (!is_among(load_silent, name))
    pass_over(build, object, property);
}

inline void require_possible(const DssObject& object, const DssLoad& load) {
  require_positive(object, "kv", load.kv);
  if (load.bus.name.empty()) fail(object, "has no bus1");
  if (!std::isfinite(load.kw) || !std::isfinite(load.kvar))
    fail(object, "has a power that is not a finite number");
  for (const double limit : {load.v_min, load.v_max, load.v_low})
    if (!(limit >= 0.0) || !std::isfinite(limit))
      fail(object, "has a voltage limit of " + std::to_string(limit));
  if (load.model == 8 && load.zip.empty()) fail(object, "has model=8 and no zipv=(..)");
}

/// An impedance from the load's neutral to ground, where the file states one.
inline void append_neutral(DssBuild& build, const DssObject& object, const DssLoad& load,
                           Index neutral) {
  if (load.connection != feeder::Connection::wye || load.r_neutral < 0.0 ||
      neutral == feeder::ground)
    return;
  const bool is_solid = load.r_neutral == 0.0 && load.x_neutral == 0.0;
  feeder::Admittances& rows = build.circuit.admittances;
  rows.name.push_back(full_name(object) + " neutral");
  rows.nodes.append(std::array<Index, 1>{neutral});
  rows.y_s.append(std::array<feeder::Phasor, 1>{
      is_solid ? feeder::Phasor{1e6, 0.0}
               : feeder::inverse(feeder::Phasor{load.r_neutral, load.x_neutral})});
  rows.in_service.push_back(is_in_service(object) ? 1 : 0);
}

inline void append_load(DssBuild& build, const DssObject& object, const DssLoad& load,
                        double multiplier) {
  require_possible(object, load);
  feeder::CircuitLoads& rows = build.circuit.loads;
  const std::vector<Index> nodes =
      nodes_of(build, object, load.bus, load.phases, conductors_of(load.connection, load.phases));
  append_neutral(build, object, load, nodes.back());
  rows.nodes.append(nodes);
  rows.connection.push_back(load.connection);
  rows.phases.push_back(load.phases);
  rows.law.push_back(static_cast<feeder::LoadLaw>(load.model));
  rows.kv.push_back(load.kv);
  rows.kw.push_back(load.is_variable ? load.kw * multiplier : load.kw);
  rows.kvar.push_back(load.is_variable ? load.kvar * multiplier : load.kvar);
  rows.v_min_pu.push_back(load.v_min);
  rows.v_max_pu.push_back(load.v_max);
  rows.v_low_pu.push_back(load.v_low);
  rows.exponent_p.push_back(load.cvr_watts);
  rows.exponent_q.push_back(load.cvr_vars);
  std::array<double, 7> zip{};
  std::copy(load.zip.begin(), load.zip.end(), zip.begin());
  rows.zip.push_back(zip);
  rows.profile.push_back(load.daily != none    ? load.daily
                         : load.yearly != none ? load.yearly
                                               : load.duty);
  rows.in_service.push_back(is_in_service(object) ? 1 : 0);
  remember(build, object, rows.size());
  rows.name.push_back(full_name(object));
}

}  // namespace

GS_INLINE void add_loads(DssBuild& build) {
  const DssValue* option = find_option(build.text, "loadmult");
  const double multiplier = option == nullptr ? 1.0 : number_of(*option);
  for (const Index row : objects_of(build.text, "load")) {
    const DssObject& object = build.text.objects[row];
    DssLoad load;
    for (std::size_t i = 0; i < object.properties.size(); ++i) {
      replay_load(build, object, load, object.properties[i]);
      if (ends_command(object, i)) end_command(load);
    }
    end_command(load);
    append_load(build, object, load, multiplier);
  }
}

}  // namespace gridswarm::inline GS_ABI::io
