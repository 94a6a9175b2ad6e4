// SPDX-License-Identifier: BSD-3-Clause
// Objects as they are made and edited.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "gridswarm/io/dss_classes.hpp"
#include "gridswarm/io/dss_pattern.hpp"
#include "gridswarm/io/dss_reader.hpp"

namespace gridswarm::inline GS_ABI::io {
namespace detail {

/// Beyond any circuit; a few lines could ask for as much memory as they like.
inline constexpr std::uint64_t most_dss_properties = 16'000'000;
inline constexpr std::uint64_t most_dss_copies = std::uint64_t{256} << 20;

inline void count_copy(DssReader& reader, std::size_t bytes) {
  reader.bytes_copied += bytes;
  if (reader.bytes_copied > most_dss_copies)
    fail_here(reader, "like= or batchedit copy more than 256 MB; such a circuit is not read");
}

inline void append_property(DssReader& reader, DssObject& object, std::string_view name,
                            DssValue value) {
  count_property(reader);
  object.properties.push_back({name, std::move(value)});
}

/// like=name: all that was said of another object of the class.
inline void copy_properties(DssReader& reader, Index row, const DssValue& like) {
  const DssObject& object = reader.text.objects[row];
  const DssObject* other = find_object(reader.text, object.kind, like.text);
  if (!other) fail(like, std::string(object.kind) + "." + like.text + " is not there for like=");
  if (other == &object) fail(like, object.name + " cannot be like itself");
  for (const DssProperty& property : other->properties) {
    count_copy(reader, sizeof(DssProperty) + property.value.text.size());
    append_property(reader, reader.text.objects[row], property.name, property.value);
  }
}

/// Where a parameter stands in its class's list.
inline int position_of(const DssReader& reader, const DssClass& dss_class, int last,
                       const DssParameter& parameter) {
  const int position = parameter.name.empty() ? last + 1 : find_property(dss_class, parameter.name);
  if (position < 0)
    fail_here(reader, std::string(dss_class.name) + " has no property \"" +
                          std::string(parameter.name.substr(0, 80)) + "\"");
  if (position >= static_cast<int>(dss_class.properties.size()))
    fail_here(reader, "\"" + std::string(parameter.value.text.substr(0, 80)) + "\" stands after " +
                          std::string(dss_class.name) + "'s last property");
  return position;
}

/// A class without a list: only whether it is enabled.
inline void edit_listless(DssReader& reader, Index row, const DssParameter& parameter) {
  if (parameter.name.size() < 2 || !begins_in_any_case("enabled", parameter.name)) return;
  append_property(reader, reader.text.objects[row], "enabled", value_here(reader, parameter.value));
}

inline void apply_parameter(DssReader& reader, Index row, const DssClass& dss_class, int& position,
                            const DssParameter& parameter) {
  if (!parameter.name.empty() && parameter.value.end == '=')
    fail_here(reader, std::string(parameter.name.substr(0, 80)) + "= has no value");
  if (dss_class.properties.empty()) return edit_listless(reader, row, parameter);
  position = position_of(reader, dss_class, position, parameter);
  if (parameter.value.text.empty()) return;
  DssValue value = value_here(reader, parameter.value);
  const std::string_view name = dss_class.properties[position];
  if (name == "like")
    copy_properties(reader, row, value);
  else
    append_property(reader, reader.text.objects[row], name, std::move(value));
}

}  // namespace detail

GS_INLINE void count_property(DssReader& reader) {
  if (++reader.properties_made > detail::most_dss_properties)
    fail_here(reader, "more than 16 million properties are given; such a circuit is not read");
}

GS_INLINE void edit_object(DssReader& reader, Index row, DssWords words,
                           const DssParameter& first) {
  const DssClass& dss_class = *find_class(reader.text.objects[row].kind);
  int position = -1;
  DssParameter parameter = first.is_there ? first : next_parameter(words);
  for (; parameter.is_there; parameter = next_parameter(words))
    detail::apply_parameter(reader, row, dss_class, position, parameter);
  DssObject& object = reader.text.objects[row];
  object.edits.push_back(static_cast<Index>(object.properties.size()));
}

GS_INLINE DssName take_name(DssReader& reader, DssWords& words) {
  const DssParameter parameter = next_parameter(words);
  if (!parameter.name.empty() && !begins_in_any_case("object", parameter.name))
    fail_here(reader, "object=class.name is needed, not " + std::string(parameter.name) + "=");
  const std::string full = value_here(reader, parameter.value).text;
  const std::size_t dot = full.find('.');
  DssName name{reader.last_class, dot == full.npos ? full : full.substr(dot + 1)};
  if (dot != full.npos) {
    name.dss_class = find_class(std::string_view(full).substr(0, dot));
    if (!name.dss_class && lower_case(full.substr(0, dot)) != "circuit")
      fail_here(reader, "there is no class \"" + full.substr(0, std::min<std::size_t>(dot, 80)) +
                            "\"; class.name is needed");
    if (name.dss_class) reader.last_class = name.dss_class;
  } else if (!name.dss_class) {
    fail_here(reader, "class.name is needed, not \"" + full.substr(0, 80) + "\"");
  }
  if (name.name.empty()) fail_here(reader, "an object needs a name: class.name");
  return name;
}

GS_INLINE Index require_object(const DssReader& reader, const DssName& name) {
  const std::string key = std::string(name.dss_class ? name.dss_class->name : "vsource") + "." +
                          (name.dss_class ? lower_case(name.name) : "source");
  const auto found = reader.text.row.find(key);
  if (found == reader.text.row.end()) fail_here(reader, key + " is not there");
  return found->second;
}

GS_INLINE Index make_object(DssReader& reader, const DssName& name) {
  DssText& text = reader.text;
  const std::string_view kind = name.dss_class->name;
  const auto [found, is_new] = text.row.emplace(std::string(kind) + "." + lower_case(name.name),
                                                static_cast<Index>(text.objects.size()));
  if (!is_new) {
    warn_here(reader, found->first + " is made again: taken as an edit of what stands");
    return found->second;
  }
  count_property(reader);
  DssObject object;
  object.kind = kind;
  object.name = name.name;
  object.file = reader.file;
  object.line = reader.line;
  text.rows_of_kind[kind].push_back(found->second);
  text.objects.push_back(std::move(object));
  return found->second;
}

GS_INLINE void do_new(DssReader& reader, DssWords words) {
  DssName name = take_name(reader, words);
  DssText& text = reader.text;
  if (!name.dss_class) {
    if (!text.circuit.empty())
      fail_here(reader, "a second circuit is made; one is read at a time, clear ends the first");
    text.circuit = name.name;
    name = {find_class("vsource"), "source"};
    if (const DssValue* value = find_option(text, "defaultbasefrequency"))
      text.options.push_back({"basefrequency", *value});
  } else if (text.circuit.empty()) {
    fail_here(reader, "new circuit.name comes before its elements");
  }
  const auto rows = text.objects.size();
  reader.active = make_object(reader, name);
  // A line remembers how its currents return through the earth when it is made.
  if (text.objects.size() > rows && name.dss_class->name == "line")
    if (const DssValue* value = find_option(text, "earthmodel"))
      detail::append_property(reader, text.objects[reader.active], "earthmodel", *value);
  edit_object(reader, reader.active, words);
}

GS_INLINE void do_batch_edit(DssReader& reader, DssWords words) {
  const DssName name = take_name(reader, words);
  if (!name.dss_class) return;
  if (name.name.size() > 200) fail_here(reader, "a pattern of more than 200 letters is not read");
  const DssPattern pattern = dss_pattern(name.name);
  if (!pattern.is_good)
    fail_here(reader, "pattern \"" + name.name + "\" is not read; letters, . [..] * + ? ^ $ are");
  const std::span<const Index> rows = objects_of(reader.text, name.dss_class->name);
  for (const Index row : rows) {
    if (!fits(pattern, reader.text.objects[row].name)) continue;
    detail::count_copy(reader, words.text.size());
    edit_object(reader, row, words);
    reader.active = row;
  }
}

GS_INLINE void do_enable(DssReader& reader, DssWords words, bool enabled) {
  const DssName name = take_name(reader, words);
  if (!name.dss_class) return;
  const DssWord word{enabled ? "yes" : "no", false, ' '};
  const auto apply = [&](Index row) {
    DssObject& object = reader.text.objects[row];
    detail::append_property(reader, object, "enabled", value_here(reader, word));
    object.edits.push_back(static_cast<Index>(object.properties.size()));
  };
  if (name.name != "*") return apply(require_object(reader, name));
  for (const Index row : objects_of(reader.text, name.dss_class->name)) apply(row);
}

GS_INLINE void do_open(DssReader& reader, DssWords words, bool is_open) {
  const Index row = require_object(reader, take_name(reader, words));
  DssOpening opening;
  int position = 0;
  for (DssParameter p = next_parameter(words); p.is_there; p = next_parameter(words), ++position) {
    const std::int64_t number = integer_of(value_here(reader, p.value));
    if (position > 1 || number < 0 || number > 100)
      fail_here(reader, "a terminal and a conductor follow the object's name");
    (position == 0 ? opening.terminal : opening.conductor) = static_cast<std::int32_t>(number);
  }
  std::vector<DssOpening>& openings = reader.text.objects[row].openings;
  std::erase_if(openings, [&](const DssOpening& old) {
    return old.terminal == opening.terminal &&
           (opening.conductor == 0 || old.conductor == opening.conductor);
  });
  if (!is_open) return;
  count_property(reader);
  openings.push_back(opening);
}

GS_INLINE void do_assignment(DssReader& reader, const DssParameter& first, DssWords words) {
  const std::string_view full = first.name;
  const std::size_t dot = full.rfind('.');
  DssParameter parameter = first;
  if (dot != full.npos) {
    DssWords object{full.substr(0, dot)};
    reader.active = require_object(reader, take_name(reader, object));
    parameter.name = full.substr(dot + 1);
  }
  if (reader.active == none) fail_here(reader, "there is no object to edit");
  edit_object(reader, reader.active, words, parameter);
}

}  // namespace gridswarm::inline GS_ABI::io
