// SPDX-License-Identifier: BSD-3-Clause
// A small strict reader of comma separated tables: what people's fleets and profiles come in.
//
// One header line, then rows of equally many cells; cells may stand in double quotes ("" is a quote
// inside them); lines end in LF or CRLF; a UTF-8 byte order mark is skipped; empty lines are
// skipped but counted. Everything else that is odd is an error with the file's line, never a guess.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gridswarm/base/error.hpp"
#include "gridswarm/base/ids.hpp"

namespace gridswarm::inline GS_ABI::io {

/// A table as it stands in the file. Cells point into `text`: move the table, don't copy it.
struct CsvTable {
  CsvTable() = default;
  CsvTable(CsvTable&&) = default;
  CsvTable& operator=(CsvTable&&) = default;

  std::string file;                     ///< for messages
  std::vector<std::string_view> names;  ///< the header's cells
  std::vector<std::string_view> cells;  ///< row after row, names.size() each
  std::vector<std::int64_t> line;       ///< 1-based line of the file where row i begins
  std::vector<char> text;               ///< what the views point into

  Index rows() const { return static_cast<Index>(line.size()); }
  std::string_view cell(Index row, Index column) const {
    return cells[static_cast<std::size_t>(row) * names.size() + static_cast<std::size_t>(column)];
  }
};

/// Split `text` into a table; `file` is only a name for messages.
/// @throws InputError: empty, binary (a NUL byte), ragged row, open quote, column named twice.
CsvTable parse_csv(std::string_view text, const std::string& file);

/// parse_csv of a file. @throws FileError, InputError
CsvTable read_csv(const std::string& path);

/// Position of a column; none where the header has no such name.
Index find_column(const CsvTable& table, std::string_view name);

/// Position of a column that must be there. @throws InputError that lists what there is.
Index require_column(const CsvTable& table, std::string_view name);

/// @throws InputError for the first column of the header that is not among `known`.
void require_known_columns(const CsvTable& table, std::span<const std::string_view> known);

/// A finite number. @throws InputError with line, column and cell.
double number(const CsvTable& table, Index row, Index column);

/// A whole number. @throws InputError with line, column and cell.
std::int64_t integer(const CsvTable& table, Index row, Index column);

/// The error for a cell that can't be used: file:line, column, the cell itself, then `advice`.
InputError cell_error(const CsvTable& table, Index row, Index column, const std::string& advice);

}  // namespace gridswarm::inline GS_ABI::io

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/io/csv.ipp"
#endif
