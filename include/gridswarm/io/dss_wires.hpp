// SPDX-License-Identifier: BSD-3-Clause
// OpenDSS's WireData, LineSpacing and LineGeometry: which conductors hang where.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "gridswarm/io/dss_object.hpp"
#include "gridswarm/io/line_constants.hpp"

namespace gridswarm::inline GS_ABI::io {

/// A wire, in metres and ohms per metre; its place is not its own.
struct DssWire {
  BareConductor conductor;
  double rating_a = -1.0;  ///< negative: none stated
};

/// @throws InputError for a wire that is not there, is a cable (CNData, TSData), or lacks a
///         resistance or radius
DssWire wire_of(const DssText& text, const DssValue& value, const std::string& name);

/// Conductors in their places, the phases first.
struct DssGeometry {
  std::int64_t phases = 0;
  std::vector<BareConductor> conductors;
  bool reduce = false;    ///< the others are eliminated
  double rating_a = 0.0;  ///< 0: none stated
};

/// @throws InputError for a geometry that is not there, conductors without a wire, at or below the
///         earth, or in the same place
DssGeometry geometry_of(const DssText& text, const DssValue& value);

/// A LineSpacing's places, filled with wires by `place_wires`.
struct DssSpacing {
  std::int64_t phases = 3;
  std::vector<double> x, height;  ///< metres
};
DssSpacing spacing_of(const DssText& text, const DssValue& value);

/// A spacing with its wires is a geometry whose neutrals are eliminated.
DssGeometry place_wires(const DssText& text, const DssSpacing& spacing, const DssValue& wires);

/// Which words say it: carson, fullcarson, deri.
EarthModel earth_model_of(const DssValue& value);

}  // namespace gridswarm::inline GS_ABI::io

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/io/dss_wires.ipp"
#endif
