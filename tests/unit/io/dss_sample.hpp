// SPDX-License-Identifier: BSD-3-Clause
// Small OpenDSS texts, read from memory and converted.
#pragma once

#include <doctest/doctest.h>

#include <string>

#include "gridswarm/base/error.hpp"
#include "gridswarm/io/dss_capacitor.hpp"
#include "gridswarm/io/dss_control.hpp"
#include "gridswarm/io/dss_der.hpp"
#include "gridswarm/io/dss_load.hpp"
#include "gridswarm/io/dss_transformer.hpp"

namespace gridswarm::test {

/// The circuit of a text without lines: what stands after `new circuit`.
inline feeder::Circuit converted(const std::string& text) {
  const io::DssText read = io::read_dss_text_from("new circuit.small\n" + text, "");
  feeder::Circuit circuit;
  io::DssBuild build{read, circuit};
  io::add_transformers(build);
  io::add_capacitors(build);
  io::add_loads(build);
  io::add_ders(build);
  io::add_controls(build);
  return circuit;
}

/// What the converters say of a text that they refuse; empty if they don't.
inline std::string refusal(const std::string& text) {
  try {
    converted(text);
  } catch (const InputError& error) {
    CHECK(error.exit_code == ExitCode::file);
    return error.what();
  }
  return {};
}

/// A node as people write it, 0 for ground, so that lists read like the text: 2.0.
inline std::string nodes(const feeder::Circuit& circuit, std::span<const Index> rows) {
  std::string list;
  for (const Index row : rows) {
    if (!list.empty()) list += ' ';
    list += row == feeder::ground ? "0" : feeder::name_of_node(circuit, row);
  }
  return list;
}

}  // namespace gridswarm::test
