// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "gridswarm/io/dss_shape.hpp"

namespace gridswarm::inline GS_ABI::io {
namespace detail {

/// A LoadShape while its properties are replayed.
struct DssShape {
  std::int64_t points = -1;  ///< not stated
  double interval_h = 1.0;
  std::vector<double> p, q, hour;
  double base_p = 0.0, base_q = 0.0;
  bool is_actual = false;
};

/// OpenDSS's built-in shape "default", a day by hours.
inline DssShape default_shape() {
  DssShape shape;
  shape.p = {.677, .6256, .6087, .5833, .58028, .6025, .657, .7477, .832, .88,  .94,  .989,
             .985, .98,   .9898, .999,  1.0,    .958,  .936, .913,  .876, .876, .828, .756};
  return shape;
}

inline std::vector<double> points_of(const DssShape& shape, const DssValue& value) {
  std::vector<double> numbers = numbers_of(value);
  if (shape.points >= 0 && static_cast<std::int64_t>(numbers.size()) > shape.points)
    numbers.resize(shape.points);
  return numbers;
}

/// The same with a file's name where a property takes nothing else.
inline std::vector<double> points_of_file(const DssShape& shape, const DssValue& value,
                                          const char* kind, int column) {
  DssValue list = value;
  list.text = std::string(kind) + "=\"" + value.text + "\"";
  if (column > 1) list.text += " column=" + std::to_string(column);
  return points_of(shape, list);
}

inline double largest(const std::vector<double>& values) {
  double most = 0.0;
  for (const double value : values) most = std::max(most, std::fabs(value));
  return most;
}

inline void scale(std::vector<double>& values, double base) {
  if (base == 0.0) base = largest(values);
  if (base == 0.0) return;
  for (double& value : values) value /= base;
}

inline void read_shape_file(DssShape& shape, const DssProperty& property) {
  const auto& [name, value] = property;
  if (name == "pqcsvfile") {
    shape.p = points_of_file(shape, value, "file", 1);
    shape.q = points_of_file(shape, value, "file", 2);
    return;
  }
  if (shape.interval_h == 0.0) {
    if (name != "csvfile") fail(value, "hours from a binary file are not read");
    shape.hour = points_of_file(shape, value, "file", 1);
    shape.p = points_of_file(shape, value, "file", 2);
    return;
  }
  const char* kind = name == "sngfile" ? "sngfile" : name == "dblfile" ? "dblfile" : "file";
  shape.p = points_of_file(shape, value, kind, 1);
}

inline void replay_shape(DssShape& shape, const DssProperty& property) {
  const auto& [name, value] = property;
  if (name == "npts") {
    shape.points = integer_of(value);
    if (shape.points < 0) fail(value, "npts is negative");
  } else if (name == "interval") {
    shape.interval_h = number_of(value);
  } else if (name == "sinterval") {
    shape.interval_h = number_of(value) / 3600.0;
  } else if (name == "minterval") {
    shape.interval_h = number_of(value) / 60.0;
  } else if (name == "mult" || name == "pmult") {
    shape.p = points_of(shape, value);
  } else if (name == "qmult") {
    shape.q = points_of(shape, value);
  } else if (name == "hour") {
    shape.hour = points_of(shape, value);
    shape.interval_h = 0.0;
  } else if (name == "csvfile" || name == "sngfile" || name == "dblfile" || name == "pqcsvfile") {
    read_shape_file(shape, property);
  } else if (name == "useactual") {
    shape.is_actual = boolean_of(value);
  } else if (name == "pbase") {
    shape.base_p = number_of(value);
  } else if (name == "qbase") {
    shape.base_q = number_of(value);
  } else if (name == "action" && word_of(value)[0] == 'n') {
    scale(shape.p, shape.base_p);
    scale(shape.q, shape.base_q);
    shape.is_actual = false;
  }
}

/// Hours of the step; 0: they are not evenly spaced.
inline double even_interval(const DssShape& shape) {
  if (shape.interval_h > 0.0) return shape.interval_h;
  if (shape.hour.size() < 2 || shape.hour.size() != shape.p.size()) return 0.0;
  const double step = shape.hour[1] - shape.hour[0];
  for (std::size_t i = 1; i < shape.hour.size(); ++i)
    if (std::fabs(shape.hour[i] - shape.hour[i - 1] - step) > 1e-9) return 0.0;
  return std::max(step, 0.0);
}

inline Index append_shape(DssBuild& build, const std::string& name, DssShape shape) {
  feeder::Profiles& profiles = build.circuit.profiles;
  const Index row = profiles.size();
  profiles.name.push_back(name);
  profiles.step_s.push_back(even_interval(shape) * 3600.0);
  if (!shape.q.empty()) shape.q.resize(shape.p.size(), 0.0);
  profiles.p.push_back(std::move(shape.p));
  profiles.q.push_back(std::move(shape.q));
  profiles.is_actual.push_back(shape.is_actual);
  return row;
}

inline bool names_default_shape(const DssText& text) {
  for (const DssObject& object : text.objects)
    for (const auto& [name, value] : object.properties)
      if ((name == "daily" || name == "yearly" || name == "duty") && word_of(value) == "default")
        return true;
  return false;
}

}  // namespace detail

GS_INLINE void add_shapes(DssBuild& build) {
  for (const Index i : objects_of(build.text, "loadshape")) {
    const DssObject& object = build.text.objects[i];
    detail::DssShape shape;
    for (const DssProperty& property : object.properties) detail::replay_shape(shape, property);
    Index row = none;
    if (shape.p.empty())
      warn(build, object, "has no values: what names it has no profile");
    else if (detail::even_interval(shape) <= 0.0)
      warn(build, object, "has hours that are not evenly spaced: what names it has no profile");
    else
      row = detail::append_shape(build, object.name, std::move(shape));
    build.profile.emplace(lower_case(object.name), row);
  }
  if (!build.profile.contains("default") && detail::names_default_shape(build.text))
    build.profile.emplace("default",
                          detail::append_shape(build, "default", detail::default_shape()));
}

}  // namespace gridswarm::inline GS_ABI::io
