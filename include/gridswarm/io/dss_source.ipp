// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cmath>
#include <numbers>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gridswarm/io/dss_source.hpp"
#include "gridswarm/io/sequence_matrix.hpp"

namespace gridswarm::inline GS_ABI::io {
namespace detail {

/// The larger root of a x^2 + b x + c.
inline double larger_root(double a, double b, double c) {
  return (-b + std::sqrt(b * b - 4.0 * a * c)) / (2.0 * a);
}

/// Z1 and Z0 from what a short circuit draws.
inline void from_short_circuit(DssSource& source) {
  const double root3 = std::numbers::sqrt3;
  const double factor = source.phases == 1 ? 1.0 : root3;
  const double kv = source.base_kv;
  if (source.given == DssSource::Given::power) {
    source.i_sc3 = source.mva_sc3 * 1000.0 / (root3 * kv);
    source.i_sc1 = source.mva_sc1 * 1000.0 / (factor * kv);
  } else {
    source.mva_sc3 = root3 * kv * source.i_sc3 / 1000.0;
    source.mva_sc1 = factor * kv * source.i_sc1 / 1000.0;
  }
  const double x1 = kv * kv / source.mva_sc3 / std::sqrt(1.0 + 1.0 / (source.x1_r1 * source.x1_r1));
  const double r1 = x1 / source.x1_r1;
  const double whole = 3.0 * kv * 1000.0 / factor / source.i_sc1;  // |2 Z1 + Z0|
  const double ratio = source.x0_r0;
  const double r0 = larger_root(1.0 + ratio * ratio, 4.0 * (r1 + x1 * ratio),
                                4.0 * (r1 * r1 + x1 * x1) - whole * whole);
  source.z1 = source.z2 = {r1, x1};
  source.z0 = {r0, r0 * ratio};
}

/// What a command's end brings up to date.
inline void end_source_edit(DssSource& source) {
  const double scale = source.z_base_ohm;
  if (source.given != DssSource::Given::impedance) {
    from_short_circuit(source);
  } else {
    if (source.z1_pu_given) {
      source.z1 = scale * source.z1_pu;
      source.z2 = scale * source.z2_pu;
      source.z0 = scale * source.z0_pu;
    }
    if (source.phases == 1) source.z0 = source.z2 = source.z1;
  }
  if (source.z1_pu_given || source.z2_pu_given || source.z0_pu_given || !(scale > 0.0)) return;
  source.z1_pu = (1.0 / scale) * source.z1;
  source.z2_pu = (1.0 / scale) * source.z2;
  source.z0_pu = (1.0 / scale) * source.z0;
}

/// Short-circuit quantities. @returns false if the property is another
inline bool replay_short_circuit(DssSource& source, const DssProperty& property) {
  const auto& [name, value] = property;
  const std::pair<std::string_view, double*> table[] = {
      {"mvasc3", &source.mva_sc3}, {"mvasc1", &source.mva_sc1}, {"isc3", &source.i_sc3},
      {"isc1", &source.i_sc1},     {"x1r1", &source.x1_r1},     {"x0r0", &source.x0_r0}};
  for (const auto& [word, member] : table) {
    if (name != word) continue;
    *member = number_of(value);
    if (!(*member > 0.0)) fail(value, std::string(name) + " must be above 0");
    if (name[0] == 'm') source.given = DssSource::Given::power;
    if (name[0] == 'i') source.given = DssSource::Given::current;
    return true;
  }
  return false;
}

/// Impedances in ohms or per unit. @returns false if the property is another
inline bool replay_impedance(DssSource& source, const DssProperty& property) {
  const auto& [name, value] = property;
  if (name == "r1") {
    source.z1.re = source.z2.re = number_of(value);
  } else if (name == "x1") {
    source.z1.im = source.z2.im = number_of(value);
  } else if (name == "r0") {
    source.z0.re = number_of(value);
  } else if (name == "x0") {
    source.z0.im = number_of(value);
  } else if (name == "z1") {
    source.z1 = impedance_of(value);
    if (!source.z2_given) source.z2 = source.z1;
    if (!source.z0_given) source.z0 = source.z1;
  } else if (name == "z2") {
    source.z2 = impedance_of(value);
    source.z2_given = true;
  } else if (name == "z0") {
    source.z0 = impedance_of(value);
    source.z0_given = true;
  } else if (name == "puz1") {
    source.z1_pu = impedance_of(value);
    source.z1_pu_given = true;
    if (!source.z2_pu_given) source.z2_pu = source.z1_pu;
    if (!source.z0_pu_given) source.z0_pu = source.z1_pu;
  } else if (name == "puz2") {
    source.z2_pu = impedance_of(value);
    source.z2_pu_given = true;
  } else if (name == "puz0") {
    source.z0_pu = impedance_of(value);
    source.z0_pu_given = true;
  } else {
    return false;
  }
  source.given = DssSource::Given::impedance;
  return true;
}

inline std::int64_t sequence_of(const DssValue& value) {
  const std::string word = word_of(value);
  if (word.starts_with("p")) return 1;
  if (word.starts_with("z")) return 0;
  if (word.starts_with("n")) return -1;
  fail(value, "\"" + value.text + "\" is no sequence: pos, zero, neg");
}

inline void replay_source(DssBuild& build, DssSource& source, const DssProperty& property) {
  const auto& [name, value] = property;
  if (replay_short_circuit(source, property) || replay_impedance(source, property)) return;
  if (name == "bus1") {
    source.from = bus_of(value);
  } else if (name == "bus2") {
    source.to = bus_of(value);
  } else if (name == "basekv" || name == "basemva") {
    (name == "basekv" ? source.base_kv : source.base_mva) = number_of(value);
    if (!(source.base_kv > 0.0) || !(source.base_mva > 0.0))
      fail(value, std::string(name) + " must be above 0");
    source.z_base_ohm = source.base_kv * source.base_kv / source.base_mva;
  } else if (name == "pu") {
    source.pu = number_of(value);
  } else if (name == "angle") {
    source.angle_deg = number_of(value);
  } else if (name == "frequency") {
    source.frequency_hz = number_of(value);
  } else if (name == "basefreq") {
    source.base_frequency_hz = number_of(value);
    if (!(source.base_frequency_hz > 0.0)) fail(value, "basefreq must be above 0");
  } else if (name == "phases") {
    source.phases = integer_of(value);
    if (source.phases < 1 || source.phases > 100)
      fail(value, "phases=" + value.text + "; 1 to 100 are read");
  } else if (name == "sequence") {
    source.sequence = sequence_of(value);
  } else if (name == "model") {
    source.is_ideal = word_of(value).starts_with("i");
  } else if (name == "puzideal") {
    source.ideal_pu = impedance_of(value);
  } else if (name == "yearly" || name == "daily" || name == "duty") {
    warn(build, value, "a load shape for a source's voltage is passed over");
  }
}

inline std::vector<feeder::Phasor> source_matrix(const DssBuild& build, const DssSource& source) {
  const auto n = static_cast<std::size_t>(source.phases);
  const double frequency = build.circuit.frequency_hz / source.base_frequency_hz;
  std::vector<feeder::Phasor> matrix;
  if (source.is_ideal) {
    matrix.resize(n * n);
    for (std::size_t i = 0; i < n; ++i) matrix[i * (n + 1)] = source.z_base_ohm * source.ideal_pu;
    return matrix;
  }
  matrix = sequence_matrix(source.z1, source.z2, source.z0, source.phases);
  for (feeder::Phasor& z : matrix) z.im *= frequency;
  return matrix;
}

inline void append_source(DssBuild& build, const DssObject& object, const DssSource& source) {
  if (source.from.name.empty()) fail(object, "needs bus1=");
  for (std::int64_t i = 0; i < source.phases && !source.to.name.empty(); ++i) {
    const bool is_stated = i < static_cast<std::int64_t>(source.to.nodes.size());
    if (!is_stated || source.to.nodes[i] != 0)
      fail(object, "lies between two buses; sources from ground to bus1 are read");
  }
  feeder::Sources& sources = build.circuit.sources;
  remember(build, object, sources.size());
  const auto n = static_cast<double>(source.phases);
  double volts = source.base_kv * source.pu * 1000.0;
  if (source.phases > 1) volts /= 2.0 * std::sin(std::numbers::pi / n);
  if (source.frequency_hz > 0.0 &&
      std::fabs(source.frequency_hz - build.circuit.frequency_hz) > 1e-3) {
    warn(build, object, "has another frequency than the circuit: its voltage is 0");
    volts = 0.0;
  }
  sources.name.push_back(full_name(object));
  sources.nodes.append(nodes_of(build, object, source.from, source.phases, source.phases));
  sources.z_ohm.append(source_matrix(build, source));
  for (std::int64_t i = 0; i < source.phases; ++i) {
    const double turn = static_cast<double>(source.sequence * i) * 360.0 / n;
    const double angle = (360.0 + source.angle_deg - turn) * std::numbers::pi / 180.0;
    sources.emf_v.push_back({volts * std::cos(angle), volts * std::sin(angle)});
  }
  sources.in_service.push_back(1);
}

}  // namespace detail

GS_INLINE feeder::Phasor impedance_of(const DssValue& value) {
  const std::vector<double> parts = numbers_of(value);
  if (parts.size() != 2) fail(value, "an impedance is two numbers, [R, X]");
  return {parts[0], parts[1]};
}

GS_INLINE void add_sources(DssBuild& build) {
  for (const Index row : objects_of(build.text, "vsource")) {
    const DssObject& object = build.text.objects[row];
    if (!is_enabled(object)) continue;
    DssSource source;
    source.base_frequency_hz = build.circuit.frequency_hz;
    if (lower_case(object.name) == "source") source.from.name = "sourcebus";
    detail::end_source_edit(source);
    std::size_t done = 0;
    for (const Index end : object.edits) {
      for (; done < static_cast<std::size_t>(end); ++done)
        detail::replay_source(build, source, object.properties[done]);
      detail::end_source_edit(source);
    }
    detail::append_source(build, object, source);
  }
}

}  // namespace gridswarm::inline GS_ABI::io
