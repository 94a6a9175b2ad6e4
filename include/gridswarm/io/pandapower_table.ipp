// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cmath>

#include "gridswarm/base/error.hpp"
#include "gridswarm/io/pandapower_table.hpp"

namespace gridswarm::inline GS_ABI::io {
namespace detail {

inline std::int64_t whole_of(const PandaTable& table, const JsonValue& value, const char* what) {
  const double x = value.number;
  if (value.kind != JsonKind::number || !(std::abs(x) < 9e15) || x != std::floor(x))
    throw InputError(table.file, table.line,
                     table.name + ": " + what + " " + quoted(value) + " is no whole number");
  return static_cast<std::int64_t>(x);
}

/// The frame's rows and their names.
inline void read_frame(PandaTable& table) {
  const std::string what = "the table " + table.name;
  const JsonValue& columns = member(table.frame, "columns", JsonKind::array, table.file, what);
  const JsonValue& index = member(table.frame, "index", JsonKind::array, table.file, what);
  const JsonValue& data = member(table.frame, "data", JsonKind::array, table.file, what);
  for (std::size_t k = 0; k < columns.items.size(); ++k)
    table.column.emplace(columns.items[k].text, k);
  if (index.items.size() != data.items.size())
    throw InputError(table.file, table.line,
                     table.name + ": " + std::to_string(index.items.size()) + " indices for " +
                         std::to_string(data.items.size()) + " rows; is the file cut off?");
  for (std::size_t k = 0; k < data.items.size(); ++k) {
    const std::int64_t name = whole_of(table, index.items[k], "index");
    if (!table.row_of.emplace(name, static_cast<Index>(k)).second)
      throw InputError(table.file, table.line,
                       table.name + ": index " + std::to_string(name) + " stands twice");
    table.index.push_back(name);
    table.row.push_back(&data.items[k]);
    if (data.items[k].kind != JsonKind::array || data.items[k].items.size() != columns.items.size())
      refuse(table, static_cast<Index>(k),
             "the row is no array of " + std::to_string(columns.items.size()) + " cells");
  }
}

[[noreturn]] inline void refuse_cell(const PandaTable& table, Index row, std::string_view column,
                                     const std::string& value, const char* needed) {
  refuse(table, row, std::string(column) + " is " + value + "; " + needed + " is needed");
}

}  // namespace detail

GS_INLINE PandaTable panda_table(const JsonValue& net, const std::string& file,
                                 const std::string& name) {
  PandaTable table;
  table.file = file;
  table.name = name;
  const JsonValue* entry = find(net, name);
  if (entry == nullptr) return table;
  const std::string what = "the table " + name;
  table.line = entry->line;
  const JsonValue* rows = find(*entry, "_object");
  if (rows == nullptr || (rows->kind != JsonKind::text && rows->kind != JsonKind::object))
    throw InputError(file, entry->line,
                     what +
                         " has no \"_object\" with its rows; write the network with "
                         "pandapower.to_json");
  const JsonValue* orient = find(*entry, "orient");
  const JsonValue* multi = find(*entry, "is_multiindex");
  if ((orient != nullptr && orient->text != "split") || (multi != nullptr && multi->number != 0.0))
    throw InputError(file, entry->line,
                     what + " is not written row by row under one index (orient \"split\")");
  table.line = rows->line;
  table.frame = rows->kind == JsonKind::text ? parse_json(rows->text, file, rows->line) : *rows;
  detail::read_frame(table);
  return table;
}

[[noreturn]] GS_INLINE void refuse(const PandaTable& table, Index row,
                                   const std::string& sentence) {
  throw InputError(table.file, table.line,
                   table.name + " " + std::to_string(table.index[row]) + ": " + sentence);
}

GS_INLINE const JsonValue* cell(const PandaTable& table, Index row, std::string_view column) {
  const auto found = table.column.find(std::string(column));
  if (found == table.column.end()) return nullptr;
  const JsonValue& value = table.row[row]->items[found->second];
  const bool empty =
      value.kind == JsonKind::null || (value.kind == JsonKind::number && std::isnan(value.number));
  return empty ? nullptr : &value;
}

GS_INLINE double number_or(const PandaTable& table, Index row, std::string_view column,
                           double otherwise) {
  const JsonValue* value = cell(table, row, column);
  if (value == nullptr) return otherwise;
  if (value->kind != JsonKind::number)
    detail::refuse_cell(table, row, column, quoted(*value), "a number");
  return value->number;
}

GS_INLINE double number(const PandaTable& table, Index row, std::string_view column) {
  if (cell(table, row, column) == nullptr)
    detail::refuse_cell(table, row, column, "missing", "a number");
  const double value = number_or(table, row, column, 0.0);
  if (!std::isfinite(value)) detail::refuse_cell(table, row, column, "infinite", "a finite number");
  return value;
}

GS_INLINE bool flag_or(const PandaTable& table, Index row, std::string_view column,
                       bool otherwise) {
  const JsonValue* value = cell(table, row, column);
  if (value == nullptr) return otherwise;
  const bool known = value->kind == JsonKind::boolean || value->kind == JsonKind::number;
  if (!known || (value->number != 0.0 && value->number != 1.0))
    detail::refuse_cell(table, row, column, quoted(*value), "true or false");
  return value->number != 0.0;
}

GS_INLINE std::int64_t whole(const PandaTable& table, Index row, std::string_view column) {
  const double value = number(table, row, column);
  if (!(std::abs(value) < 9e15) || value != std::floor(value))
    detail::refuse_cell(table, row, column, quoted(*cell(table, row, column)), "a whole number");
  return static_cast<std::int64_t>(value);
}

GS_INLINE std::string text_of(const PandaTable& table, Index row, std::string_view column) {
  const JsonValue* value = cell(table, row, column);
  return value == nullptr ? std::string() : value->text;
}

GS_INLINE std::string word_of(const PandaTable& table, Index row, std::string_view column) {
  std::string word = text_of(table, row, column);
  if (word == "nan" || word == "None" || word == "<NA>") word.clear();
  return word;
}

}  // namespace gridswarm::inline GS_ABI::io
