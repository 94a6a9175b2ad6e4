// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "gridswarm/io/dss_object.hpp"

namespace gridswarm::inline GS_ABI::io {

GS_INLINE std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& letter : lower)
    if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
  return lower;
}

GS_INLINE std::span<const Index> objects_of(const DssText& text, std::string_view kind) {
  const auto found = text.rows_of_kind.find(kind);
  if (found == text.rows_of_kind.end()) return {};
  return found->second;
}

GS_INLINE const DssObject* find_object(const DssText& text, std::string_view kind,
                                       std::string_view name) {
  std::string key(kind);
  key += '.';
  key += lower_case(name);
  const auto found = text.row.find(key);
  return found == text.row.end() ? nullptr : &text.objects[found->second];
}

GS_INLINE const DssValue* find_value(const DssObject& object, std::string_view property) {
  for (auto at = object.properties.rbegin(); at != object.properties.rend(); ++at)
    if (at->name == property) return &at->value;
  return nullptr;
}

GS_INLINE const DssValue* find_option(const DssText& text, std::string_view option) {
  for (auto at = text.options.rbegin(); at != text.options.rend(); ++at)
    if (at->name == option) return &at->value;
  return nullptr;
}

GS_INLINE void fail(const DssObject& object, const std::string& sentence) {
  throw InputError(object.file ? object.file->path : "text", object.line,
                   std::string(object.kind) + "." + object.name + " " + sentence);
}

GS_INLINE void fail(const DssValue& value, const std::string& sentence) {
  throw InputError(value.file ? value.file->path : "text", value.line, sentence);
}

}  // namespace gridswarm::inline GS_ABI::io
