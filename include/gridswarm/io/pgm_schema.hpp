// SPDX-License-Identifier: BSD-3-Clause
// What power-grid-model files may hold: component types and their attributes, as one table.
//
// Schema version 1.0 of power-grid-model 1.13 (its manual: components, serialization), as far as a
// power flow reads it. Sensors and faults are known and passed over with a warning. Attributes that
// only asymmetric or short circuit calculations use are known and kept.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "gridswarm/base/ids.hpp"

namespace gridswarm::inline GS_ABI::io {

enum class PgmType : std::int8_t {
  node,
  line,
  asym_line,
  link,
  generic_branch,
  transformer,
  three_winding_transformer,
  sym_load,
  sym_gen,
  asym_load,
  asym_gen,
  shunt,
  source,
  transformer_tap_regulator,
  voltage_regulator
};
inline constexpr int pgm_type_count = 15;

/// How an attribute is written.
enum class PgmKind : std::int8_t {
  id,       ///< integer, a component's own name or that of another
  status,   ///< 0 or 1
  integer,  ///< -127 to 127
  real,
  phases  ///< three reals, one per phase
};

/// Which values make sense.
enum class PgmRule : std::int8_t {
  any,
  positive,
  positive_or_infinite,
  not_negative,
  may_be_infinite
};

struct PgmAttribute {
  const char* name;
  PgmKind kind;
  PgmRule rule;
  bool required;
  bool update;  ///< a batch may change it
};

struct PgmComponent {
  const char* name;
  std::span<const PgmAttribute> attributes;  ///< the first one is the id
};

/// The table's entry for a type.
const PgmComponent& component_of(PgmType type);

/// The type of that name, -1 if there is none, -2 if it is known but no part of a power flow
/// (sensors, faults).
int pgm_type_of(std::string_view name);

/// Columns that an attribute takes.
inline Index pgm_columns(PgmKind kind) { return kind == PgmKind::phases ? 3 : 1; }

/// Columns of a type's table: one per attribute, three where it is written per phase.
Index pgm_width(PgmType type);

/// The (first) column of an attribute; none if the type has no such attribute.
Index pgm_column(PgmType type, std::string_view attribute);

}  // namespace gridswarm::inline GS_ABI::io

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/io/pgm_schema.ipp"
#endif
