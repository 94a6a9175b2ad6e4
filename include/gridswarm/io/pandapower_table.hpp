// SPDX-License-Identifier: BSD-3-Clause
// One table of a pandapower file: a DataFrame as JSON inside a JSON text, rows under named columns.
//
// Cells are read by need: a missing column or an empty cell (null, NaN) is an error where a value
// is required and a default elsewhere. A whole table stands in one line of the file, so messages
// name table and index beside the line.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "gridswarm/base/ids.hpp"
#include "gridswarm/io/json.hpp"

namespace gridswarm::inline GS_ABI::io {

struct PandaTable {
  std::string file;
  std::string name;
  std::int64_t line = 0;                                ///< where its rows stand
  JsonValue frame;                                      ///< "columns", "index", "data"
  std::unordered_map<std::string, std::size_t> column;  ///< name -> position in a row
  std::vector<std::int64_t> index;                      ///< of each row
  std::vector<const JsonValue*> row;                    ///< arrays of cells
  std::unordered_map<std::int64_t, Index> row_of;       ///< index -> row
  PandaTable() = default;
  PandaTable(PandaTable&&) = default;  // `row` points into `frame`: never copied
  Index size() const { return static_cast<Index>(row.size()); }
};

/// A table of the network; an empty one if the file has none of that name.
/// @throws InputError for rows of another length than the columns, indices that are no whole
///         numbers or stand twice, multi-indices
PandaTable panda_table(const JsonValue& net, const std::string& file, const std::string& name);

/// Throw an InputError about one row.
[[noreturn]] void refuse(const PandaTable& table, Index row, const std::string& sentence);

/// The cell, null where the column is missing or the cell empty.
const JsonValue* cell(const PandaTable& table, Index row, std::string_view column);

/// A finite number. @throws InputError where missing or something else
double number(const PandaTable& table, Index row, std::string_view column);

/// The same with a default for what is missing; infinities pass.
double number_or(const PandaTable& table, Index row, std::string_view column, double otherwise);

/// true, false, 1 or 0. @throws InputError for something else
bool flag_or(const PandaTable& table, Index row, std::string_view column, bool otherwise);

/// A whole number. @throws InputError where missing or something else
std::int64_t whole(const PandaTable& table, Index row, std::string_view column);

/// A text, a number as written, or nothing.
std::string text_of(const PandaTable& table, Index row, std::string_view column);

/// A word, or nothing where the cell is empty or says so in pandas' words (nan, None, <NA>).
std::string word_of(const PandaTable& table, Index row, std::string_view column);

}  // namespace gridswarm::inline GS_ABI::io

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/io/pandapower_table.ipp"
#endif
