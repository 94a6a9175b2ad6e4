// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gridswarm/flow/circuit_bases.hpp"
#include "gridswarm/io/dss_build.hpp"
#include "gridswarm/io/dss_capacitor.hpp"
#include "gridswarm/io/dss_classes.hpp"
#include "gridswarm/io/dss_control.hpp"
#include "gridswarm/io/dss_der.hpp"
#include "gridswarm/io/dss_file.hpp"
#include "gridswarm/io/dss_line.hpp"
#include "gridswarm/io/dss_load.hpp"
#include "gridswarm/io/dss_object.hpp"
#include "gridswarm/io/dss_reactor.hpp"
#include "gridswarm/io/dss_shape.hpp"
#include "gridswarm/io/dss_source.hpp"
#include "gridswarm/io/dss_transformer.hpp"

namespace gridswarm::inline GS_ABI::io {
namespace detail {

/// Frequency, and how controls are asked.
inline void take_options(DssBuild& build) {
  feeder::Circuit& circuit = build.circuit;
  for (const auto& [name, value] : build.text.options) {
    // Given late, the default's side effect is on what stands, too: there is one base frequency.
    if (name == "basefrequency" || name == "defaultbasefrequency" || name == "frequency") {
      circuit.frequency_hz = number_of(value);
      if (!(circuit.frequency_hz > 0.0)) fail(value, "the frequency must be above 0");
    } else if (name == "maxcontroliter") {
      circuit.max_control_iterations = integer_of(value);
      if (circuit.max_control_iterations < 1) fail(value, "maxcontroliter must be above 0");
    } else if (name == "controlmode") {
      const std::string word = word_of(value);
      circuit.controls = !word.starts_with("o");
      if (circuit.controls && !word.starts_with("s"))
        warn(build, value, "controlmode " + value.text + " is taken as static");
    } else if (name == "cktmodel" && word_of(value).starts_with("p")) {
      fail(value, "a positive-sequence model is not read; state the phases");
    } else if (name == "longlinecorrection" && boolean_of(value)) {
      warn(build, value, "longlinecorrection is passed over");
    } else if (name == "loadmodel" && word_of(value).starts_with("a")) {
      warn(build, value, "loadmodel=admittance is passed over: loads follow their own models");
    }
  }
}

/// One sentence for each class that might matter, an error for what carries current.
inline void judge_classes(DssBuild& build) {
  for (const DssClass& dss_class : dss_classes) {
    const std::span<const Index> rows = objects_of(build.text, dss_class.name);
    const std::string_view kind = dss_class.name;
    if (dss_class.use != DssUse::warned && dss_class.use != DssUse::refused) continue;
    Index count = 0;
    const DssObject* first = nullptr;
    for (const Index row : rows) {
      if (!is_enabled(build.text.objects[row])) continue;
      if (count++ == 0) first = &build.text.objects[row];
    }
    if (count == 0) continue;
    if (dss_class.use == DssUse::refused)
      fail(*first, "is of a class that is not read; disable it (enabled=no) to go on without");
    warn(build, *first,
         "is passed over, as every " + std::string(kind) + " (" + std::to_string(count) +
             "): what it would open, close or set stays as the file has it");
  }
}

/// What p.u. refers to at every bus, by calcvoltagebases and the list of bases; a file with neither
/// states none.
inline void take_bases(DssBuild& build) {
  const DssValue* value = find_option(build.text, "voltagebases");
  if (!build.text.calc_voltage_bases && !value) return;
  std::vector<double> bases{0.208, 0.480, 12.47, 24.9, 34.5, 115.0, 230.0};
  if (value) {
    bases = numbers_of(*value);
    for (const double kv : bases)
      if (!(kv > 0.0)) fail(*value, "voltage bases must be above 0");
  }
  flow::assign_bases(build.circuit, bases);
}

inline void take_coordinates(DssBuild& build) {
  feeder::CircuitBuses& buses = build.circuit.buses;
  for (const DssCoordinate& coordinate : build.text.coordinates) {
    const auto found = build.index.bus.find(lower_case(coordinate.bus));
    if (found == build.index.bus.end()) continue;
    buses.x[found->second] = coordinate.x;
    buses.y[found->second] = coordinate.y;
  }
}

}  // namespace detail

GS_INLINE feeder::Circuit circuit_of(const DssText& text, const std::string& file) {
  feeder::Circuit circuit;
  circuit.name = text.circuit;
  circuit.file = file;
  circuit.warnings = text.warnings;
  if (text.circuit.empty()) throw InputError(file, 0, "makes no circuit: new circuit.name");
  DssBuild build{text, circuit};
  detail::take_options(build);
  detail::judge_classes(build);
  add_shapes(build);
  add_sources(build);
  add_lines(build);
  add_reactors(build);
  add_transformers(build);
  add_capacitors(build);
  add_loads(build);
  add_ders(build);
  add_controls(build);
  detail::take_coordinates(build);
  feeder::check(circuit);
  detail::take_bases(build);
  return circuit;
}

GS_INLINE feeder::Circuit read_dss(const std::string& path, const std::string& root) {
  return circuit_of(read_dss_text(path, root), path);
}

}  // namespace gridswarm::inline GS_ABI::io
