// SPDX-License-Identifier: BSD-3-Clause
// The only file that knows toml++.
#define TOML_ENABLE_FORMATTERS 0
#include "gridswarm/io/toml.hpp"

#include <toml++/toml.h>
#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <set>
#include <type_traits>

#include "gridswarm/base/error.hpp"
#include "gridswarm/io/file.hpp"

namespace gridswarm::inline GS_ABI::io {

using AskedKeys = std::set<std::string, std::less<>>;

struct TomlTable::Document {
  toml::table root;
  std::string file;
  std::map<const void*, AskedKeys> asked;  ///< by table: every key the program wanted to know
};

namespace {

const toml::table& as_table(const void* node) { return *static_cast<const toml::table*>(node); }
const toml::node& as_node(const void* node) { return *static_cast<const toml::node*>(node); }

std::string number_text(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.12g", value);
  return text;
}

template <class DateOrTime>
std::string iso_text(const DateOrTime& value) {
  char text[64];
  if constexpr (std::is_same_v<DateOrTime, toml::date>) {
    std::snprintf(text, sizeof text, "%04d-%02d-%02d", value.year, value.month, value.day);
    return text;
  } else if constexpr (std::is_same_v<DateOrTime, toml::time>) {
    std::snprintf(text, sizeof text, "%02d:%02d:%02d", value.hour, value.minute, value.second);
    return text;
  } else {
    std::string all = iso_text(value.date) + "T" + iso_text(value.time);
    if (!value.offset) return all;
    const int minutes = value.offset->minutes;
    if (minutes == 0) return all + "Z";
    std::snprintf(text, sizeof text, "%c%02d:%02d", minutes < 0 ? '-' : '+', std::abs(minutes) / 60,
                  std::abs(minutes) % 60);
    return all + text;
  }
}

/// A value as a message shows it.
std::string shown(const toml::node& node) {
  if (const auto* value = node.as_integer()) return std::to_string(value->get());
  if (const auto* value = node.as_floating_point()) return number_text(value->get());
  if (const auto* value = node.as_boolean()) return value->get() ? "true" : "false";
  if (const auto* value = node.as_string()) return "\"" + value->get() + "\"";
  if (const auto* value = node.as_date()) return iso_text(value->get());
  if (const auto* value = node.as_time()) return iso_text(value->get());
  if (const auto* value = node.as_date_time()) return iso_text(value->get());
  return node.is_table() ? "a table" : "an array";
}

/// What a message needs to say about where and what.
struct Place {
  const std::string& file;
  std::string key;  ///< with the tables before it
  const toml::node& node;

  [[noreturn]] void refuse(const std::string& sentence) const {
    throw InputError(file, node.source().begin.line, sentence);
  }
  [[noreturn]] void wrong_type(const char* wanted) const {
    refuse(key + " must be " + wanted + ", not " + shown(node));
  }
};

std::string range_text(const TomlRange& range) {
  const std::string unit = *range.unit ? std::string(" ") + range.unit : std::string();
  if (range.min == -no_limit) return "at most " + number_text(range.max) + unit;
  if (range.max == no_limit) return "at least " + number_text(range.min) + unit;
  return "in " + number_text(range.min) + " .. " + number_text(range.max) + unit;
}

void check_range(const Place& place, double value, const TomlRange& range) {
  if (value < range.min || value > range.max)
    place.refuse(place.key + " = " + shown(place.node) + " must be " + range_text(range));
}

void convert(const Place& place, double& target, const TomlRange& range) {
  const auto value = place.node.value<double>();
  if (!place.node.is_number() || !value) place.wrong_type("a number");
  if (std::isnan(*value)) place.refuse(place.key + " = nan must be a number");
  check_range(place, *value, range);
  if (std::isinf(*value) && !std::isinf(target))
    place.refuse(place.key + " = " + shown(place.node) + " must be finite");
  target = *value;
}

void convert(const Place& place, std::int64_t& target, const TomlRange& range) {
  const auto* value = place.node.as_integer();
  if (!value) place.wrong_type("a whole number");
  check_range(place, static_cast<double>(value->get()), range);
  target = value->get();
}

void convert(const Place& place, bool& target, const TomlRange&) {
  const auto* value = place.node.as_boolean();
  if (!value) place.wrong_type("true or false");
  target = value->get();
}

void convert(const Place& place, std::string& target, const TomlRange&) {
  if (const auto* value = place.node.as_string())
    target = value->get();
  else if (place.node.is_date() || place.node.is_time() || place.node.is_date_time())
    target = shown(place.node);
  else
    place.wrong_type("a text in quotes");
}

template <class T>
void convert(const Place& place, std::vector<T>& target, const TomlRange& range) {
  const toml::array* array = place.node.as_array();
  if (!array) place.wrong_type("an array, as in [1, 2]");
  std::vector<T> values;
  for (const toml::node& item : *array) {
    T value{};
    const std::string key = place.key + "[" + std::to_string(values.size()) + "]";
    convert(Place{place.file, key, item}, value, range);
    values.push_back(std::move(value));
  }
  target = std::move(values);
}

/// Edits (insert, drop, replace one letter) from a to b: Levenshtein's distance, row by row.
std::size_t edits(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0]++;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i] != b[j]);
      diagonal = row[j + 1];
      row[j + 1] = std::min({row[j] + 1, row[j + 1] + 1, replaced});
    }
  }
  return row.back();
}

/// "did you mean dt_s?" or the list of what is known.
std::string advice(std::string_view key, const AskedKeys& known) {
  if (known.empty()) return "nothing is known here";
  const auto nearest =
      std::min_element(known.begin(), known.end(),
                       [&](const auto& a, const auto& b) { return edits(key, a) < edits(key, b); });
  if (edits(key, *nearest) <= std::max<std::size_t>(2, key.size() / 3))
    return "did you mean " + *nearest + "?";
  std::string list;
  for (const std::string& name : known) list += (list.empty() ? "" : ", ") + name;
  return "known here: " + list;
}

/// The first key in file order that nobody asked for.
struct Unknown {
  std::string key;
  std::string path;
  toml::source_position position{};
  const void* table = nullptr;
};

void find_unknown(const toml::node& node, const std::string& path,
                  const std::map<const void*, AskedKeys>& asked, Unknown& first) {
  if (const toml::array* array = node.as_array()) {
    std::size_t number = 0;
    for (const toml::node& item : *array)
      find_unknown(item, path + "[" + std::to_string(number++) + "]", asked, first);
  }
  const toml::table* table = node.as_table();
  if (!table) return;
  const auto entry = asked.find(table);
  for (const auto& [key, value] : *table) {
    const std::string name(key.str());
    const std::string here = path.empty() ? name : path + "." + name;
    if (entry != asked.end() && entry->second.count(name)) {
      find_unknown(value, here, asked, first);
    } else if (const auto position = key.source().begin;
               !first.table || position < first.position) {
      first = {name, here, position, table};
    }
  }
}

[[noreturn]] void refuse_syntax(const toml::parse_error& error, const std::string& name) {
  const auto position = error.source().begin;
  throw InputError(name, position.line,
                   "column " + std::to_string(position.column) +
                       ": not TOML: " + std::string(error.description()));
}

}  // namespace

TomlTable::TomlTable(std::shared_ptr<Document> document, const void* node, std::string path)
    : document_(std::move(document)), node_(node), path_(std::move(path)) {
  document_->asked[node_];  // an opened table is known to be one, even if nothing is asked of it
}

const void* TomlTable::find(std::string_view key) const {
  document_->asked[node_].emplace(key);
  return as_table(node_).get(key);
}

bool TomlTable::has(std::string_view key) const { return find(key) != nullptr; }

template <class T>
bool TomlTable::read_as(std::string_view key, T& target, const TomlRange& range) const {
  const void* found = find(key);
  if (!found) return false;
  convert(Place{document_->file, path_ + std::string(key), as_node(found)}, target, range);
  return true;
}

bool TomlTable::read(std::string_view key, double& target, const TomlRange& range) const {
  return read_as(key, target, range);
}
bool TomlTable::read(std::string_view key, std::int64_t& target, const TomlRange& range) const {
  return read_as(key, target, range);
}
bool TomlTable::read(std::string_view key, bool& target, const TomlRange& range) const {
  return read_as(key, target, range);
}
bool TomlTable::read(std::string_view key, std::string& target, const TomlRange& range) const {
  return read_as(key, target, range);
}
bool TomlTable::read(std::string_view key, std::vector<double>& target,
                     const TomlRange& range) const {
  return read_as(key, target, range);
}
bool TomlTable::read(std::string_view key, std::vector<std::string>& target,
                     const TomlRange& range) const {
  return read_as(key, target, range);
}

std::optional<TomlTable> TomlTable::table(std::string_view key) const {
  const void* found = find(key);
  if (!found) return std::nullopt;
  const Place place{document_->file, path_ + std::string(key), as_node(found)};
  const toml::table* table = place.node.as_table();
  if (!table) place.wrong_type("a table");
  return TomlTable(document_, table, place.key + ".");
}

std::vector<TomlTable> TomlTable::tables(std::string_view key) const {
  const void* found = find(key);
  if (!found) return {};
  const Place place{document_->file, path_ + std::string(key), as_node(found)};
  const toml::array* array = place.node.as_array();
  if (!array) place.wrong_type("an array of tables, headed by [[...]]");
  std::vector<TomlTable> all;
  for (const toml::node& item : *array) {
    const std::string path = place.key + "[" + std::to_string(all.size()) + "]";
    if (!item.is_table()) Place{document_->file, path, item}.wrong_type("a table");
    all.push_back(TomlTable(document_, item.as_table(), path + "."));
  }
  return all;
}

std::vector<std::string> TomlTable::keys() const {
  std::vector<std::pair<toml::source_position, std::string>> found;
  for (const auto& [key, value] : as_table(node_)) {
    found.emplace_back(key.source().begin, std::string(key.str()));
    document_->asked[node_].emplace(key.str());
  }
  std::sort(found.begin(), found.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<std::string> names;
  for (auto& [position, name] : found) names.push_back(std::move(name));
  return names;
}

void TomlTable::refuse_unknown() const {
  Unknown unknown;
  std::string path = path_;
  if (!path.empty()) path.pop_back();
  find_unknown(as_table(node_), path, document_->asked, unknown);
  if (!unknown.table) return;
  static const AskedKeys nothing;
  const auto known = document_->asked.find(unknown.table);
  throw InputError(
      document_->file, unknown.position.line,
      "column " + std::to_string(unknown.position.column) + ": unknown key " + unknown.path + "; " +
          advice(unknown.key, known == document_->asked.end() ? nothing : known->second));
}

void TomlTable::refuse(std::string_view key, const std::string& sentence) const {
  const toml::node* node = as_table(node_).get(key);
  if (!node) node = &as_table(node_);
  throw InputError(document_->file, node->source().begin.line,
                   path_ + std::string(key) + " " + sentence);
}

const std::string& TomlTable::file() const { return document_->file; }

TomlTable parse_toml(std::string_view text, const std::string& name) {
  auto document = std::make_shared<TomlTable::Document>();
  document->file = name;
  try {
    document->root = toml::parse(text, name);
  } catch (const toml::parse_error& error) {
    refuse_syntax(error, name);
  }
  if (document->root.empty()) throw InputError(name, 0, "holds no settings");
  const toml::table* root = &document->root;
  return TomlTable(std::move(document), root, "");
}

TomlTable read_toml(const std::string& path) { return parse_toml(read_file(path), path); }

}  // namespace gridswarm::inline GS_ABI::io
