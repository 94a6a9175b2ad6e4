// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "gridswarm/io/dss_units.hpp"
#include "gridswarm/io/dss_wires.hpp"

namespace gridswarm::inline GS_ABI::io {
namespace detail {

/// A WireData while its properties are replayed, in the file's units; negative: not stated.
struct RawWire {
  double r_dc = -1.0, r_ac = -1.0, gmr = -1.0, radius = -1.0, cap_radius = -1.0;
  double rating = -1.0, emergency = -1.0;
  DssUnit r_unit = DssUnit::none, gmr_unit = DssUnit::none, radius_unit = DssUnit::none;
};

inline void set_wire_radius(RawWire& wire, double radius) {
  wire.radius = radius;
  if (wire.gmr < 0.0) wire.gmr = 0.7788 * radius;  // of a round solid conductor
  if (wire.cap_radius < 0.0) wire.cap_radius = radius;
}

inline void replay_wire(RawWire& wire, const DssProperty& property) {
  const auto& [name, value] = property;
  if (name == "rdc") {
    wire.r_dc = number_of(value);
    if (wire.r_ac < 0.0) wire.r_ac = 1.02 * wire.r_dc;
  } else if (name == "rac") {
    wire.r_ac = number_of(value);
    if (wire.r_dc < 0.0) wire.r_dc = wire.r_ac / 1.02;
  } else if (name == "runits") {
    wire.r_unit = unit_of(value);
  } else if (name == "gmrac") {
    wire.gmr = number_of(value);
    if (wire.radius < 0.0) wire.radius = wire.gmr / 0.7788;
  } else if (name == "gmrunits") {
    wire.gmr_unit = unit_of(value);
    if (wire.radius_unit == DssUnit::none) wire.radius_unit = wire.gmr_unit;
  } else if (name == "radius") {
    set_wire_radius(wire, number_of(value));
  } else if (name == "diam") {
    set_wire_radius(wire, number_of(value) / 2.0);
  } else if (name == "radunits") {
    wire.radius_unit = unit_of(value);
    if (wire.gmr_unit == DssUnit::none) wire.gmr_unit = wire.radius_unit;
  } else if (name == "capradius") {
    wire.cap_radius = number_of(value);
  } else if (name == "normamps") {
    wire.rating = number_of(value);
  } else if (name == "emergamps") {
    wire.emergency = number_of(value);
    if (wire.rating < 0.0) wire.rating = wire.emergency / 1.5;
  }
}

/// Heights above the earth, and no two conductors in one place.
inline void check_places(const DssObject& object, const std::vector<BareConductor>& conductors) {
  for (std::size_t i = 0; i < conductors.size(); ++i) {
    const BareConductor& a = conductors[i];
    if (!(a.height > 0.0))
      fail(object, "has conductor " + std::to_string(i + 1) + " at height " +
                       std::to_string(a.height) + " m; it must hang above the earth");
    for (std::size_t j = 0; j < i; ++j) {
      const BareConductor& b = conductors[j];
      if (std::hypot(a.x - b.x, a.height - b.height) < a.radius + b.radius)
        fail(object, "has conductors " + std::to_string(j + 1) + " and " + std::to_string(i + 1) +
                         " in the same place");
    }
  }
}

/// A conductor of a LineGeometry while its properties are replayed.
struct RawPlace {
  double x = 0.0, height = 0.0;
  DssUnit unit = DssUnit::none;
  bool unit_given = false;
  DssWire wire;
  bool has_wire = false;
};

/// A LineGeometry while its properties are replayed.
struct RawGeometry {
  std::vector<RawPlace> places;
  std::size_t active = 0;
  DssUnit last_unit = DssUnit::ft;
  DssGeometry geometry;

  RawPlace& place(const DssValue& value) {
    if (active >= places.size()) fail(value, "nconds comes before what is said of a conductor");
    return places[active];
  }
};

inline void select_conductor(RawGeometry& raw, const DssValue& value) {
  const std::int64_t number = integer_of(value);
  if (number < 1 || number > static_cast<std::int64_t>(raw.places.size()))
    fail(value, "cond=" + value.text + " of " + std::to_string(raw.places.size()));
  raw.active = static_cast<std::size_t>(number - 1);
  if (raw.places[raw.active].unit_given) return;
  raw.places[raw.active].unit = raw.last_unit;
  raw.places[raw.active].unit_given = true;
}

inline void hang_wire(RawGeometry& raw, std::size_t at, DssWire wire) {
  if (at == 0 && raw.geometry.rating_a == 0.0 && wire.rating_a > 0.0)
    raw.geometry.rating_a = wire.rating_a;
  raw.places[at].wire = std::move(wire);
  raw.places[at].has_wire = true;
}

inline void hang_wires(const DssText& text, RawGeometry& raw, const DssValue& value) {
  const std::vector<std::string> names = words_of(value);
  if (names.size() != raw.places.size())
    fail(value, "names " + std::to_string(names.size()) + " wires for " +
                    std::to_string(raw.places.size()) + " conductors");
  for (std::size_t i = 0; i < names.size(); ++i) hang_wire(raw, i, wire_of(text, value, names[i]));
}

inline void take_spacing(const DssText& text, RawGeometry& raw, const DssValue& value) {
  const DssSpacing spacing = spacing_of(text, value);
  if (spacing.x.size() != raw.places.size())
    fail(value, "spacing " + value.text + " has " + std::to_string(spacing.x.size()) +
                    " places for " + std::to_string(raw.places.size()) + " conductors");
  for (std::size_t i = 0; i < spacing.x.size(); ++i) {
    raw.places[i].x = spacing.x[i];
    raw.places[i].height = spacing.height[i];
    raw.places[i].unit = DssUnit::m;
    raw.places[i].unit_given = true;
  }
}

inline std::int64_t count_of(const DssValue& value) {
  const std::int64_t count = integer_of(value);
  if (count < 1 || count > 100) fail(value, value.text + " conductors; 1 to 100 are read");
  return count;
}

inline void replay_geometry(const DssText& text, RawGeometry& raw, const DssProperty& property) {
  const auto& [name, value] = property;
  if (name == "nconds") {
    raw.places.assign(count_of(value), {});
    raw.active = 0;
    raw.last_unit = DssUnit::ft;
  } else if (name == "nphases") {
    raw.geometry.phases = count_of(value);
  } else if (name == "cond") {
    select_conductor(raw, value);
  } else if (name == "wire") {
    raw.place(value);
    hang_wire(raw, raw.active, wire_of(text, value, value.text));
  } else if (name == "x") {
    raw.place(value).x = number_of(value);
  } else if (name == "h") {
    raw.place(value).height = number_of(value);
  } else if (name == "units") {
    raw.place(value).unit = raw.last_unit = unit_of(value);
    raw.place(value).unit_given = true;
  } else if (name == "normamps") {
    raw.geometry.rating_a = number_of(value);
  } else if (name == "reduce") {
    raw.geometry.reduce = boolean_of(value);
  } else if (name == "wires") {
    hang_wires(text, raw, value);
  } else if (name == "spacing") {
    take_spacing(text, raw, value);
  } else if (name.starts_with("cncable") || name.starts_with("tscable")) {
    fail(value, "cables (CNData, TSData) are not read; state the line by its matrices");
  }
}

}  // namespace detail

GS_INLINE DssWire wire_of(const DssText& text, const DssValue& value, const std::string& name) {
  std::string kind = "wiredata", rest = name;
  if (const std::size_t dot = name.find('.'); lower_case(name.substr(0, dot)) == kind)
    rest = name.substr(dot + 1);
  const DssObject* object = find_object(text, kind, rest);
  if (!object) {
    if (find_object(text, "cndata", name) || find_object(text, "tsdata", name))
      fail(value, "cables (CNData, TSData) are not read; state the line by its matrices");
    fail(value, "there is no wiredata " + name);
  }
  detail::RawWire raw;
  for (const DssProperty& property : object->properties) detail::replay_wire(raw, property);
  DssWire wire;
  wire.conductor.r_dc = raw.r_dc / metres(raw.r_unit);
  wire.conductor.r_ac = raw.r_ac / metres(raw.r_unit);
  wire.conductor.gmr = raw.gmr * metres(raw.gmr_unit);
  wire.conductor.radius = raw.radius * metres(raw.radius_unit);
  wire.conductor.cap_radius = raw.cap_radius * metres(raw.radius_unit);
  wire.rating_a = raw.rating;
  if (!(raw.r_dc > 0.0) || !(raw.r_ac >= 0.0)) fail(*object, "needs a resistance, rac= or rdc=");
  if (!(raw.gmr > 0.0) || !(raw.radius > 0.0))
    fail(*object, "needs a radius, gmrac= or radius= or diam=");
  return wire;
}

GS_INLINE DssGeometry geometry_of(const DssText& text, const DssValue& value) {
  const DssObject* object = find_object(text, "linegeometry", value.text);
  if (!object) fail(value, "there is no linegeometry " + value.text);
  detail::RawGeometry raw;
  for (const DssProperty& property : object->properties)
    detail::replay_geometry(text, raw, property);
  DssGeometry& geometry = raw.geometry;
  for (const detail::RawPlace& place : raw.places) {
    if (!place.has_wire) fail(*object, "has a conductor without a wire");
    BareConductor conductor = place.wire.conductor;
    conductor.x = place.x * metres(place.unit);
    conductor.height = place.height * metres(place.unit);
    geometry.conductors.push_back(conductor);
  }
  if (geometry.conductors.empty()) fail(*object, "has no conductors");
  if (geometry.reduce && (geometry.phases < 1 ||
                          geometry.phases > static_cast<std::int64_t>(geometry.conductors.size())))
    fail(*object, "is reduced to " + std::to_string(geometry.phases) + " of " +
                      std::to_string(geometry.conductors.size()) + " conductors");
  detail::check_places(*object, geometry.conductors);
  return geometry;
}

GS_INLINE DssSpacing spacing_of(const DssText& text, const DssValue& value) {
  const DssObject* object = find_object(text, "linespacing", value.text);
  if (!object) fail(value, "there is no linespacing " + value.text);
  DssSpacing spacing;
  std::size_t count = 3;
  DssUnit unit = DssUnit::ft;
  for (const auto& [name, given] : object->properties) {
    if (name == "nconds") {
      count = detail::count_of(given);
      unit = DssUnit::ft;
      spacing.x.clear();
      spacing.height.clear();
    } else if (name == "nphases") {
      spacing.phases = detail::count_of(given);
    } else if (name == "x") {
      spacing.x = numbers_of(given);
    } else if (name == "h") {
      spacing.height = numbers_of(given);
    } else if (name == "units") {
      unit = unit_of(given);
    }
  }
  spacing.x.resize(count);
  spacing.height.resize(count);
  for (double& x : spacing.x) x *= metres(unit);
  for (double& height : spacing.height) height *= metres(unit);
  if (spacing.phases > static_cast<std::int64_t>(count))
    fail(*object, "has more phases than conductors");
  return spacing;
}

GS_INLINE DssGeometry place_wires(const DssText& text, const DssSpacing& spacing,
                                  const DssValue& wires) {
  const std::vector<std::string> names = words_of(wires);
  if (names.size() != spacing.x.size())
    fail(wires, std::to_string(names.size()) + " wires for " + std::to_string(spacing.x.size()) +
                    " places of the spacing");
  DssGeometry geometry;
  geometry.phases = spacing.phases;
  geometry.reduce = true;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const DssWire wire = wire_of(text, wires, names[i]);
    if (i == 0) geometry.rating_a = std::max(wire.rating_a, 0.0);
    BareConductor conductor = wire.conductor;
    conductor.x = spacing.x[i];
    conductor.height = spacing.height[i];
    geometry.conductors.push_back(conductor);
  }
  DssObject place;
  place.kind = "linespacing";
  place.name = "of wires " + wires.text;
  place.file = wires.file;
  place.line = wires.line;
  detail::check_places(place, geometry.conductors);
  return geometry;
}

GS_INLINE EarthModel earth_model_of(const DssValue& value) {
  const std::string word = word_of(value);
  if (word.starts_with("c")) return EarthModel::carson;
  if (word.starts_with("f")) return EarthModel::full_carson;
  if (word.starts_with("d")) return EarthModel::deri;
  fail(value, "\"" + value.text + "\" is no earth model: carson, fullcarson, deri");
}

}  // namespace gridswarm::inline GS_ABI::io
