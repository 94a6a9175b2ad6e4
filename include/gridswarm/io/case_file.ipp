// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>

#include "gridswarm/base/error.hpp"
#include "gridswarm/feeder/reduction.hpp"
#include "gridswarm/io/case_file.hpp"
#include "gridswarm/io/case_hdf5.hpp"
#include "gridswarm/io/circuit_file.hpp"
#include "gridswarm/io/file.hpp"
#include "gridswarm/io/matpower.hpp"
#include "gridswarm/io/pandapower_file.hpp"
#include "gridswarm/io/pgm_case.hpp"
#include "gridswarm/io/pgm_file.hpp"

namespace gridswarm::inline GS_ABI::io {

GS_INLINE feeder::Case read_case(const std::string& path) {
  const std::string text = read_file(path);
  if (text.starts_with("\x89HDF\r\n\x1A\n")) {
#ifdef GRIDSWARM_COMPILED
    return read_case_hdf5(path);
#else
    throw UsageError(path + " is HDF5, which only a linked gridswarm reads");
#endif
  }
  if (looks_like_dss(text, path))
    throw UsageError(path +
                     " is an OpenDSS circuit, an unbalanced network; this needs a balanced case "
                     "(gridswarm flow solves circuits as they are)");
  if (looks_like_pgm(text)) return parse_pgm_case(text, path);
  const std::size_t first = text.find_first_not_of(" \t\r\n\xEF\xBB\xBF");
  const bool is_json = first != std::string::npos && (text[first] == '{' || text[first] == '[');
  if (is_json) return parse_pandapower(text, path).grid;
  return parse_matpower(text, path);
}

GS_INLINE feeder::Case read_balanced_case(const std::string& path) {
  if (!holds_circuit(path)) return read_case(path);
  const feeder::Circuit circuit = read_circuit(path);
  feeder::Case grid = feeder::reduce(circuit);
  grid.warnings = circuit.warnings;
  grid.warnings.push_back(path + " " + feeder::reduction_warning);
  return grid;
}

namespace detail {

/// Row of the first entry that is not 0; none.
inline Index first_in_service(const Column<std::int8_t>& flags) {
  for (std::size_t k = 0; k < flags.size(); ++k)
    if (flags[k]) return static_cast<Index>(k);
  return none;
}

}  // namespace detail

GS_INLINE feeder::Case read_plain_case(const std::string& path) {
  feeder::Case grid = read_balanced_case(path);
  const auto refuse = [&](const char* what, std::int64_t id) {
    throw InputError(path, 0,
                     std::string(what) + " " + std::to_string(id) +
                         ", which only gridswarm flow follows; take it out or fix it");
  };
  if (const Index k = detail::first_in_service(grid.loads.in_service); k != none)
    refuse("has a load whose power follows the voltage, id", grid.loads.id[k]);
  if (const Index k = detail::first_in_service(grid.inverters.in_service); k != none)
    refuse("has an inverter that follows the voltage, id", grid.inverters.id[k]);
  if (const Index k = detail::first_in_service(grid.tap_changers.automatic); k != none)
    refuse("has taps that move, id", grid.tap_changers.id[k]);
  return grid;
}

}  // namespace gridswarm::inline GS_ABI::io
