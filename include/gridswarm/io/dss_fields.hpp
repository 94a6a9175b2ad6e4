// SPDX-License-Identifier: BSD-3-Clause
// How a converter replays an OpenDSS object's properties onto a plain struct.
//
// OpenDSS keeps a state per object and changes it property by property; what depends on several of
// them is worked out when a command ends. A converter does the same: a table of the properties that
// are numbers and nothing else, a function for those with an effect on others, and
// `ends_command` to see where a command ended.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "gridswarm/feeder/circuit.hpp"
#include "gridswarm/io/dss_build.hpp"
#include "gridswarm/io/dss_object.hpp"

namespace gridswarm::inline GS_ABI::io {

/// A property that is a number and nothing else.
template <class State>
struct DssNumber {
  std::string_view name;
  double State::*member;
};

/// Set the number of that name. Returns false if the table has none.
template <class State>
bool read_number(State& state, std::span<const DssNumber<State>> table,
                 const DssProperty& property) {
  for (const DssNumber<State>& number : table)
    if (number.name == property.name) {
      state.*number.member = number_of(property.value);
      return true;
    }
  return false;
}

/// Whether a list of names has this one.
inline bool is_among(std::span<const std::string_view> names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// Whether a command ended with the property at this position: what depends on several of them is
/// worked out then.
inline bool ends_command(const DssObject& object, std::size_t position) {
  return std::binary_search(object.edits.begin(), object.edits.end(),
                            static_cast<Index>(position + 1));
}

/// wye, y, ln or delta, ll. @throws InputError for anything else
feeder::Connection connection_of(const DssValue& value);

/// As many conductors as OpenDSS gives a load or a device.
inline std::int64_t conductors_of(feeder::Connection connection, std::int64_t phases) {
  return connection == feeder::Connection::delta && phases > 2 ? phases : phases + 1;
}

/// A number of phases. @throws InputError below 1 and above 60
std::int32_t phases_of(const DssValue& value);

/// @throws InputError unless `number`, which `object` has as `name`, is above 0 and finite
void require_positive(const DssObject& object, std::string_view name, double number);

/// The property is known but not modelled: list it, unless its value is no, none, false or 0.
void pass_over(DssBuild& build, const DssObject& object, const DssProperty& property);

/// Whether an element carries current: enabled, and no terminal opened as a whole.
/// @throws InputError where a single conductor is open, which has no place in a circuit's tables
bool is_in_service(const DssObject& object);

}  // namespace gridswarm::inline GS_ABI::io

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/io/dss_fields.ipp"
#endif
