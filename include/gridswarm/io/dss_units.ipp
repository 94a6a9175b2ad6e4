// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "gridswarm/io/dss_units.hpp"

namespace gridswarm::inline GS_ABI::io {

GS_INLINE DssUnit unit_of(const DssValue& value) {
  static constexpr std::pair<std::string_view, DssUnit> units[] = {
      {"no", DssUnit::none}, {"mi", DssUnit::mi}, {"kf", DssUnit::kft}, {"km", DssUnit::km},
      {"m", DssUnit::m},     {"me", DssUnit::m},  {"ft", DssUnit::ft},  {"fo", DssUnit::ft},
      {"fe", DssUnit::ft},   {"in", DssUnit::in}, {"cm", DssUnit::cm},  {"mm", DssUnit::mm}};
  const std::string word = word_of(value).substr(0, 2);  // OpenDSS looks at two letters
  for (const auto& [name, unit] : units)
    if (word == name) return unit;
  fail(value, "\"" + value.text + "\" is no unit of length: none, mi, kft, km, m, ft, in, cm, mm");
}

GS_INLINE double metres(DssUnit unit) {
  switch (unit) {
    case DssUnit::mi: return 1609.344;
    case DssUnit::kft: return 304.8;
    case DssUnit::km: return 1000.0;
    case DssUnit::ft: return 0.3048;
    case DssUnit::in: return 0.0254;
    case DssUnit::cm: return 0.01;
    case DssUnit::mm: return 0.001;
    case DssUnit::none:
    case DssUnit::m: break;
  }
  return 1.0;
}

GS_INLINE double converted(DssUnit from, DssUnit to) {
  if (from == DssUnit::none || to == DssUnit::none) return 1.0;
  return metres(from) / metres(to);
}

}  // namespace gridswarm::inline GS_ABI::io
