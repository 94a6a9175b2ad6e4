// SPDX-License-Identifier: BSD-3-Clause
// What the converters of OpenDSS objects share while they fill a feeder::Circuit.
//
// Objects are converted in order of creation: load shapes first, then whatever carries current,
// then controls, which name what they control.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "gridswarm/feeder/circuit.hpp"
#include "gridswarm/io/dss_object.hpp"

namespace gridswarm::inline GS_ABI::io {

struct DssBuild {
  const DssText& text;
  feeder::Circuit& circuit;
  feeder::CircuitIndex index{};
  std::unordered_map<std::string, Index>
      element{};  ///< "class.name" in lower case: its table's row
  std::unordered_map<std::string, Index> profile{};  ///< load shape in lower case: row of Profiles
};

/// An object's name as tables and messages have it: class.name, the class in lower case.
std::string full_name(const DssObject& object);

/// Say which row an object became. @throws InputError if there is one of that name
void remember(DssBuild& build, const DssObject& object, Index row);

/// Row of an element by its class and name in any case; none: not there.
Index row_of(const DssBuild& build, std::string_view kind, std::string_view name);

/// Row of Profiles of the load shape that a value names. @throws InputError if there is none
Index profile_of(const DssBuild& build, const DssValue& value);

/// Node rows of a terminal with `conductors` conductors of which the first `phases` are 1, 2, ..
/// and the others ground unless the bus says otherwise, as OpenDSS fills them in.
/// More nodes than conductors are passed over with a warning. @throws InputError for absurd counts
std::vector<Index> nodes_of(DssBuild& build, const DssObject& object, const DssBus& bus,
                            std::int64_t phases, std::int64_t conductors);

/// List something passed over, with file and line.
void warn(DssBuild& build, const DssValue& value, const std::string& sentence);
void warn(DssBuild& build, const DssObject& object, const std::string& sentence);

/// An xycurve's or tshape's points.
struct DssCurve {
  std::vector<double> x, y;
};

/// Points of the xycurve that a value names, in the order of the file.
/// @throws InputError if there is none
DssCurve curve_of(const DssBuild& build, const DssValue& value);

/// As many of the first eight points as there are. @throws InputError for more, or x that descends
Curve short_curve(const DssValue& value, const DssCurve& curve);

/// A state of an object's properties: enabled unless the last `enabled` says no.
bool is_enabled(const DssObject& object);

}  // namespace gridswarm::inline GS_ABI::io

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/io/dss_build.ipp"
#endif
