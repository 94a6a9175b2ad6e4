// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cmath>
#include <map>
#include <string>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include "gridswarm/io/dss_line.hpp"

namespace gridswarm::inline GS_ABI::io {
namespace detail {

/// What many lines share is made once.
struct LineParts {
  std::unordered_map<std::string, DssLineCode> code;      ///< by name in lower case
  std::unordered_map<std::string, DssGeometry> geometry;  ///< by name in lower case
  std::map<std::tuple<std::string, double, int>, LineConstants> constants;  ///< rho, earth model
};

inline void forget_geometry(DssLine& line) { line.geometry = line.spacing = line.wires = nullptr; }

/// Impedances that are stated directly are per unit of the line's own length.
inline void own_impedances(DssLine& line) {
  line.has_code = false;
  forget_geometry(line);
  line.units_convert = 1.0;
  line.unit = DssUnit::none;
}

inline void set_earth_factor(DssLine& line) {
  line.x_earth_factor = line.x_earth / std::log(658.5 * std::sqrt(line.rho / line.frequency_hz));
}

inline void make_matrices(DssLine& line) {
  if (line.phases == 1) {  // no other sequence: the conductor is all there is
    line.symmetric.r0 = line.symmetric.r1;
    line.symmetric.x0 = line.symmetric.x1;
    line.symmetric.c0 = line.symmetric.c1;
  }
  line.matrices = symmetric_matrices(line.symmetric, line.phases, line.frequency_hz);
  line.symmetric_changed = false;
}

inline void take_code(const DssBuild& build, LineParts& parts, DssLine& line,
                      const DssValue& value) {
  const std::string key = word_of(value);
  auto found = parts.code.find(key);
  if (found == parts.code.end()) {
    DssLineCode code = line_code_of(build.text, value, build.circuit.frequency_hz);
    found = parts.code.emplace(key, std::move(code)).first;
  }
  const DssLineCode& code = found->second;
  line.frequency_hz = code.frequency_hz;
  line.is_symmetric = code.is_symmetric;
  line.r_earth = code.r_earth;
  line.x_earth = code.x_earth;
  line.rho = code.rho;
  set_earth_factor(line);
  line.has_code = true;
  line.code_unit = code.unit;
  line.units_convert = converted(code.unit, line.unit);
  line.rating_a = code.rating_a;
  line.phases = code.phases;
  forget_geometry(line);
  if (code.is_symmetric) {
    line.symmetric = code.symmetric;
    make_matrices(line);
  } else {
    line.matrices = code.matrices;
  }
}

inline void become_switch(DssLine& line) {
  own_impedances(line);
  line.symmetric = {1.0, 1.0, 1.0, 1.0, 1.1e-9, 1.0e-9};
  line.symmetric_changed = true;
  line.length = 0.001;
}

inline void set_phases(DssBuild& build, DssLine& line, const DssValue& value) {
  const std::int64_t phases = integer_of(value);
  if (phases < 1 || phases > 100) fail(value, "phases=" + value.text + "; 1 to 100 are read");
  if (phases == line.phases) return;
  if (line.geometry || !line.is_symmetric)
    return warn(build, value,
                "phases=" + value.text + " is passed over: the line's matrices have " +
                    std::to_string(line.phases));
  line.phases = phases;
  make_matrices(line);
}

inline const DssGeometry& geometry_part(const DssBuild& build, LineParts& parts,
                                        const DssValue& value) {
  const std::string key = word_of(value);
  const auto found = parts.geometry.find(key);
  if (found != parts.geometry.end()) return found->second;
  return parts.geometry.emplace(key, geometry_of(build.text, value)).first->second;
}

inline void take_geometry(const DssBuild& build, LineParts& parts, DssLine& line,
                          const DssValue& value) {
  const DssGeometry& geometry = geometry_part(build, parts, value);
  line.has_code = false;
  line.spacing = line.wires = nullptr;
  line.geometry = &value;
  line.is_symmetric = line.symmetric_changed = false;
  line.rating_a = geometry.rating_a;
  line.phases =
      geometry.reduce ? geometry.phases : static_cast<std::int64_t>(geometry.conductors.size());
}

inline void take_spacing(const DssBuild& build, DssLine& line, const DssProperty& property) {
  line.geometry = nullptr;
  line.has_code = false;
  if (property.name == "spacing") {
    line.spacing = &property.value;
    line.phases = spacing_of(build.text, property.value).phases;
  } else if (property.name == "wires") {
    if (!line.spacing) fail(property.value, "spacing= comes before wires=");
    line.wires = &property.value;
  } else {
    fail(property.value, "cables (CNData, TSData) are not read; state the line by its matrices");
  }
  if (!line.spacing || !line.wires) return;
  line.is_symmetric = line.symmetric_changed = line.rating_after_wires = false;
}

/// What says where the line lies and how long it is. @returns false if the property is another
inline bool replay_place(DssBuild& build, DssLine& line, const DssProperty& property) {
  const auto& [name, value] = property;
  if (name == "bus1") return line.from = bus_of(value), true;
  if (name == "bus2") return line.to = bus_of(value), true;
  if (name == "phases") return set_phases(build, line, value), true;
  if (name == "length") return line.length = number_of(value), true;
  if (name != "units") return false;
  const DssUnit unit = unit_of(value);
  line.units_convert = line.has_code ? converted(line.code_unit, unit)
                                     : line.units_convert * converted(line.unit, unit);
  line.unit = unit;
  return true;
}

/// The earth's part and the rating. @returns false if the property is another
inline bool replay_rest(DssLine& line, const DssProperty& property) {
  const auto& [name, value] = property;
  if (name == "rg") return line.r_earth = number_of(value), true;
  if (name == "xg" || name == "rho") {
    (name == "xg" ? line.x_earth : line.rho) = number_of(value);
    line.rho_given = line.rho_given || name == "rho";
    if (!(line.rho > 0.0)) fail(value, "rho must be above 0");
    return set_earth_factor(line), true;
  }
  if (name == "earthmodel") return line.earth = earth_model_of(value), true;
  if (name == "basefreq") {
    line.frequency_hz = number_of(value);
    if (!(line.frequency_hz > 0.0)) fail(value, "basefreq must be above 0");
    return true;
  }
  if (name != "normamps") return false;
  line.rating_a = number_of(value);
  line.rating_after_wires = true;
  return true;
}

inline void replay_line(DssBuild& build, LineParts& parts, DssLine& line,
                        const DssProperty& property) {
  const auto& [name, value] = property;
  if (replay_place(build, line, property)) return;
  if (name == "linecode") return take_code(build, parts, line, value);
  if (replay_symmetric(line.symmetric, property, line.frequency_hz)) {
    own_impedances(line);
    line.is_symmetric = line.symmetric_changed = true;
    line.charging_given = line.charging_given || name[0] == 'c' || name[0] == 'b';
  } else if (name.ends_with("matrix")) {
    if (line.matrices.z.size() != static_cast<std::size_t>(line.phases * line.phases))
      make_matrices(line);
    replay_matrices(line.matrices, property, line.phases, line.frequency_hz);
    own_impedances(line);
    line.is_symmetric = false;
    line.charging_given = line.charging_given || name[0] == 'c';
  } else if (name == "switch") {
    line.is_switch = boolean_of(value);
    if (line.is_switch) become_switch(line);
  } else if (name == "geometry") {
    take_geometry(build, parts, line, value);
  } else if (name == "spacing" || name == "wires" || name == "cncables" || name == "tscables") {
    take_spacing(build, line, property);
  } else {
    replay_rest(line, property);
  }
}

/// Matrices of conductors in their places, for the whole length.
inline LineMatrices from_constants(const DssLine& line, const LineConstants& constants) {
  const double length_m = line.length * metres(line.unit);
  LineMatrices matrices{constants.z_ohm_per_m, constants.y_s_per_m};
  for (feeder::Phasor& z : matrices.z) z = length_m * z;
  for (feeder::Phasor& y : matrices.y) y = length_m * y;
  return matrices;
}

inline LineConstants constants_of(const DssLine& line, const DssGeometry& geometry,
                                  double frequency_hz) {
  LineConstants constants = line_constants(geometry.conductors, frequency_hz,
                                           line.rho_given ? line.rho : 100.0, line.earth);
  if (geometry.reduce) reduce_conductors(constants, static_cast<std::size_t>(geometry.phases));
  return constants;
}

inline LineMatrices geometry_matrices(DssBuild& build, LineParts& parts, DssLine& line) {
  const double frequency_hz = build.circuit.frequency_hz;
  if (!line.geometry) {
    const DssSpacing spacing = spacing_of(build.text, *line.spacing);
    const DssGeometry geometry = place_wires(build.text, spacing, *line.wires);
    if (!line.rating_after_wires) line.rating_a = geometry.rating_a;
    return from_constants(line, constants_of(line, geometry, frequency_hz));
  }
  const std::tuple key(word_of(*line.geometry), line.rho_given ? line.rho : 100.0,
                       static_cast<int>(line.earth));
  auto found = parts.constants.find(key);
  if (found == parts.constants.end()) {
    const DssGeometry& geometry = geometry_part(build, parts, *line.geometry);
    found = parts.constants.emplace(key, constants_of(line, geometry, frequency_hz)).first;
  }
  return from_constants(line, found->second);
}

/// Matrices of the whole length at the circuit's frequency.
inline LineMatrices total_matrices(DssBuild& build, LineParts& parts, DssLine& line) {
  if (line.symmetric_changed && !line.charging_given) {
    // What is not stated was meant per 1000 ft.
    line.symmetric.c1 /= converted(DssUnit::kft, line.unit);
    line.symmetric.c0 /= converted(DssUnit::kft, line.unit);
  }
  if (line.symmetric_changed) make_matrices(line);
  if (line.geometry || (line.spacing && line.wires)) return geometry_matrices(build, parts, line);
  const double length = line.length / line.units_convert;
  const double frequency = build.circuit.frequency_hz / line.frequency_hz;
  const double x_earth =
      line.x_earth == 0.0 ? 0.0 : 0.5 * line.x_earth_factor * std::log(frequency);
  LineMatrices matrices = line.matrices;
  for (feeder::Phasor& z : matrices.z)
    z = {(z.re + line.r_earth * (frequency - 1.0)) * length, (z.im - x_earth) * length * frequency};
  for (feeder::Phasor& y : matrices.y) y = {0.0, y.im * length * frequency};
  return matrices;
}

/// The whole of a terminal is open.
inline bool is_open(const DssObject& object, std::int64_t phases, std::int32_t terminal) {
  std::int64_t conductors = 0;
  for (const DssOpening& opening : object.openings) {
    if (opening.terminal != terminal) continue;
    if (opening.conductor == 0) return true;
    if (opening.conductor <= phases) ++conductors;
  }
  return conductors == phases;
}

inline void append_line(DssBuild& build, const DssObject& object, const DssLine& line,
                        const LineMatrices& matrices) {
  if (line.from.name.empty() || line.to.name.empty()) fail(object, "needs bus1= and bus2=");
  feeder::Lines& lines = build.circuit.lines;
  const bool open = is_open(object, line.phases, 1) || is_open(object, line.phases, 2);
  if (!object.openings.empty() && !open)
    fail(object, "is open in some conductors only; that is not read");
  remember(build, object, lines.size());
  lines.name.push_back(full_name(object));
  lines.from.append(nodes_of(build, object, line.from, line.phases, line.phases));
  lines.to.append(nodes_of(build, object, line.to, line.phases, line.phases));
  lines.z_ohm.append(matrices.z);
  lines.y_s.append(matrices.y);
  lines.rating_a.push_back(line.rating_a);
  lines.length.push_back(line.length);
  lines.is_switch.push_back(line.is_switch);
  lines.in_service.push_back(!open);
}

}  // namespace detail

GS_INLINE void add_lines(DssBuild& build) {
  detail::LineParts parts;
  for (const Index row : objects_of(build.text, "line")) {
    const DssObject& object = build.text.objects[row];
    if (!is_enabled(object)) continue;
    DssLine line;
    line.frequency_hz = build.circuit.frequency_hz;
    detail::set_earth_factor(line);
    detail::make_matrices(line);
    for (const DssProperty& property : object.properties)
      detail::replay_line(build, parts, line, property);
    const LineMatrices matrices = detail::total_matrices(build, parts, line);
    detail::append_line(build, object, line, matrices);
  }
}

}  // namespace gridswarm::inline GS_ABI::io
