// SPDX-License-Identifier: BSD-3-Clause
// Bodies of dss_fields.hpp.
#pragma once

#include <cmath>

#include "gridswarm/io/dss_fields.hpp"

namespace gridswarm::inline GS_ABI::io {

GS_INLINE feeder::Connection connection_of(const DssValue& value) {
  const std::string word = word_of(value);
  if (word.starts_with('y') || word.starts_with('w') || word == "ln")
    return feeder::Connection::wye;
  if (word.starts_with('d') || word == "ll") return feeder::Connection::delta;
  fail(value, "conn=" + value.text + " is no connection; write wye, ln, delta or ll");
}

GS_INLINE std::int32_t phases_of(const DssValue& value) {
  const std::int64_t phases = integer_of(value);
  if (phases < 1 || phases > 60)
    fail(value, "phases=" + value.text + " is not a number of phases from 1 to 60");
  return static_cast<std::int32_t>(phases);
}

GS_INLINE void require_positive(const DssObject& object, std::string_view name, double number) {
  if (number > 0.0 && std::isfinite(number)) return;
  fail(object, "has " + std::string(name) + "=" + std::to_string(number) + "; it must be above 0");
}

GS_INLINE void pass_over(DssBuild& build, const DssObject& object, const DssProperty& property) {
  const std::string word = word_of(property.value);
  if (word.empty() || word.starts_with('n') || word.starts_with('f') || word == "0") return;
  warn(build, property.value,
       full_name(object) + ": " + std::string(property.name) + "=" + property.value.text +
           " is passed over");
}

GS_INLINE bool is_in_service(const DssObject& object) {
  for (const DssOpening& opening : object.openings)
    if (opening.conductor != 0)
      fail(object, "has conductor " + std::to_string(opening.conductor) +
                       " open; open whole terminals only, or leave the conductor's node away");
  return object.openings.empty() && is_enabled(object);
}

}  // namespace gridswarm::inline GS_ABI::io
