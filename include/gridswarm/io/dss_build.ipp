// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "gridswarm/io/dss_build.hpp"

namespace gridswarm::inline GS_ABI::io {

GS_INLINE std::string full_name(const DssObject& object) {
  return std::string(object.kind) + "." + object.name;
}

GS_INLINE void remember(DssBuild& build, const DssObject& object, Index row) {
  if (!build.element.emplace(lower_case(full_name(object)), row).second)
    fail(object, "is there twice");
}

GS_INLINE Index row_of(const DssBuild& build, std::string_view kind, std::string_view name) {
  const auto found = build.element.find(lower_case(std::string(kind) + "." + std::string(name)));
  return found == build.element.end() ? none : found->second;
}

GS_INLINE Index profile_of(const DssBuild& build, const DssValue& value) {
  const std::string name = word_of(value);
  if (name.empty() || name == "none") return none;
  const auto found = build.profile.find(name);
  if (found == build.profile.end()) fail(value, "there is no loadshape " + value.text);
  return found->second;
}

GS_INLINE std::vector<Index> nodes_of(DssBuild& build, const DssObject& object, const DssBus& bus,
                                      std::int64_t phases, std::int64_t conductors) {
  if (conductors < 1 || conductors > 100)
    fail(object, "has " + std::to_string(conductors) + " conductors; 1 to 100 are read");
  if (static_cast<std::int64_t>(bus.nodes.size()) > conductors)
    warn(build, object,
         "names more nodes of bus " + bus.name + " than it has conductors (" +
             std::to_string(conductors) + "); the last are passed over");
  const Index row = feeder::add_bus(build.circuit, build.index, bus.name);
  std::vector<Index> nodes;
  for (std::int64_t i = 0; i < conductors; ++i) {
    std::int32_t number = i < phases ? static_cast<std::int32_t>(i + 1) : 0;
    if (i < static_cast<std::int64_t>(bus.nodes.size())) number = bus.nodes[i];
    nodes.push_back(feeder::add_node(build.circuit, build.index, row, number));
  }
  return nodes;
}

GS_INLINE void warn(DssBuild& build, const DssValue& value, const std::string& sentence) {
  build.circuit.warnings.push_back((value.file ? value.file->path : "text") + ":" +
                                   std::to_string(value.line) + ": " + sentence);
}

GS_INLINE void warn(DssBuild& build, const DssObject& object, const std::string& sentence) {
  build.circuit.warnings.push_back((object.file ? object.file->path : "text") + ":" +
                                   std::to_string(object.line) + ": " + full_name(object) + " " +
                                   sentence);
}

GS_INLINE DssCurve curve_of(const DssBuild& build, const DssValue& value) {
  const DssObject* object = find_object(build.text, "xycurve", value.text);
  if (!object) fail(value, "there is no xycurve " + value.text);
  DssCurve curve;
  double x_scale = 1.0, y_scale = 1.0, x_shift = 0.0, y_shift = 0.0;
  std::int64_t count = -1;
  for (const auto& [name, given] : object->properties) {
    if (name == "npts") {
      count = integer_of(given);
    } else if (name == "xarray") {
      curve.x = numbers_of(given);
    } else if (name == "yarray") {
      curve.y = numbers_of(given);
    } else if (name == "points") {
      const std::vector<double> pairs = numbers_of(given);
      curve = {};
      for (std::size_t i = 0; i + 1 < pairs.size(); i += 2) {
        curve.x.push_back(pairs[i]);
        curve.y.push_back(pairs[i + 1]);
      }
    } else if (name == "xscale") {
      x_scale = number_of(given);
    } else if (name == "yscale") {
      y_scale = number_of(given);
    } else if (name == "xshift") {
      x_shift = number_of(given);
    } else if (name == "yshift") {
      y_shift = number_of(given);
    } else if (name == "csvfile" || name == "sngfile" || name == "dblfile") {
      fail(given, "points of an xycurve from a file are not read; write xarray=(file=..)");
    }
  }
  if (curve.x.size() != curve.y.size() || curve.x.empty())
    fail(*object, "has " + std::to_string(curve.x.size()) + " x and " +
                      std::to_string(curve.y.size()) + " y");
  if (count >= 0 && count < static_cast<std::int64_t>(curve.x.size())) {
    curve.x.resize(count);
    curve.y.resize(count);
  }
  for (double& x : curve.x) x = x * x_scale + x_shift;
  for (double& y : curve.y) y = y * y_scale + y_shift;
  return curve;
}

GS_INLINE Curve short_curve(const DssValue& value, const DssCurve& points) {
  Curve curve;
  if (points.x.size() > curve.x.size())
    fail(value, "curve " + value.text + " has " + std::to_string(points.x.size()) +
                    " points; up to 8 are read");
  for (std::size_t i = 0; i < points.x.size(); ++i) {
    if (i > 0 && points.x[i] < points.x[i - 1])
      fail(value, "curve " + value.text + " has an x that descends");
    curve.x[i] = points.x[i];
    curve.y[i] = points.y[i];
  }
  curve.count = static_cast<int>(points.x.size());
  return curve;
}

GS_INLINE bool is_enabled(const DssObject& object) {
  const DssValue* value = find_value(object, "enabled");
  return !value || boolean_of(*value);
}

}  // namespace gridswarm::inline GS_ABI::io
