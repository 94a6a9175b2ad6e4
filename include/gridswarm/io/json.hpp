// SPDX-License-Identifier: BSD-3-Clause
// JSON as a plain tree in which every value knows its line, so that a message about a value deep
// inside a case file can name where it stands.
//
// RFC 8259, and what Python's json module writes beside it: NaN, Infinity and -Infinity are
// numbers. Refused: a key twice in one object, text that is not UTF-8, numbers beyond double,
// nesting deeper than `json_depth_limit`, anything after the value.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "gridswarm/kernel/abi.hpp"

namespace gridswarm::inline GS_ABI::io {

enum class JsonKind : std::int8_t { null, boolean, number, text, array, object };

/// How deep arrays and objects may stand inside each other; case files need less than ten.
inline constexpr int json_depth_limit = 100;

struct JsonValue {
  JsonKind kind = JsonKind::null;
  std::int64_t line = 0;         ///< 1-based, where the value begins
  double number = 0.0;           ///< a number's value; 1 for true
  std::string key;               ///< its name inside an object, else empty
  std::string text;              ///< a text's contents (UTF-8); a number as the file writes it
  std::vector<JsonValue> items;  ///< of an array or object, in the file's order
};

/// Read one JSON value.
/// @param file  named in messages; @param first_line  of the text inside that file, for JSON that
/// stands inside a JSON text (as pandapower writes its tables)
/// @throws InputError naming file and line
JsonValue parse_json(std::string_view text, const std::string& file, std::int64_t first_line = 1);

/// The word for a kind, with its article: "a number".
const char* name_of(JsonKind kind);

/// The member of an object; null if it has none of that name or is no object.
const JsonValue* find(const JsonValue& object, std::string_view key);

/// The member of an object. `what` names the object in messages ("line 7", "the file").
/// @throws InputError if it is missing or of another kind
const JsonValue& member(const JsonValue& object, std::string_view key, JsonKind kind,
                        const std::string& file, std::string_view what);

/// A value as messages quote it: a number as written, a text in quotes and cut after 40 bytes, else
/// the word for its kind.
std::string quoted(const JsonValue& value);

/// A text as JSON writes it, quotes included.
std::string json_text(std::string_view text);

}  // namespace gridswarm::inline GS_ABI::io

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/io/json.ipp"
#endif
