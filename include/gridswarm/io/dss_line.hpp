// SPDX-License-Identifier: BSD-3-Clause
// OpenDSS's Line into Lines: by symmetrical components, matrices, a line code, a geometry, or wires
// in a spacing, whichever was said last.
//
// Impedances are per length in the unit of what states them, and hold at its base frequency. At
// another frequency f, OpenDSS takes X to X f / f0, and what the earth returns, Rg and Xg, with it:
//   R + Rg (f / f0 - 1),   (X - Xg ln(f / f0) / (2 ln(658.5 sqrt(rho / f0)))) f / f0.
#pragma once

#include "gridswarm/io/dss_build.hpp"
#include "gridswarm/io/dss_line_code.hpp"
#include "gridswarm/io/dss_wires.hpp"

namespace gridswarm::inline GS_ABI::io {

/// A Line while its properties are replayed.
struct DssLine {
  DssBus from, to;
  std::int64_t phases = 3;
  double length = 1.0;
  DssUnit unit = DssUnit::none, code_unit = DssUnit::none;
  double units_convert = 1.0;  ///< line units in one of the impedances' unit
  bool has_code = false;
  double frequency_hz = 60.0;  ///< at which the impedances hold
  SymmetricLine symmetric;
  bool is_symmetric = true;
  bool symmetric_changed = false;  ///< since the matrices were made
  bool charging_given = false;
  LineMatrices matrices;  ///< per length
  double r_earth = 0.01805, x_earth = 0.155081, rho = 100.0;
  double x_earth_factor = 0.0;  ///< x_earth / ln(658.5 sqrt(rho / f0))
  bool rho_given = false;
  const DssValue* geometry = nullptr;  ///< named last
  const DssValue* spacing = nullptr;
  const DssValue* wires = nullptr;
  EarthModel earth = EarthModel::deri;
  double rating_a = 400.0;
  bool rating_after_wires = false;
  bool is_switch = false;
};

/// All lines that are enabled.
void add_lines(DssBuild& build);

}  // namespace gridswarm::inline GS_ABI::io

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/io/dss_line.ipp"
#endif
