// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <charconv>
#include <cmath>

#include "gridswarm/io/csv.hpp"
#include "gridswarm/io/file.hpp"

namespace gridswarm::inline GS_ABI::io {

namespace csv_detail {

/// Reads cells one after the other; unquoted cells are views, quoted ones are unescaped in place.
struct Scanner {
  char* at;
  char* end;
  std::int64_t line = 1;
  const std::string& file;

  bool at_line_end() const {
    return at == end || *at == '\n' || (*at == '\r' && at + 1 < end && at[1] == '\n');
  }

  void skip_line_end() {
    if (at < end && *at == '\r') ++at;
    if (at < end) ++at;
    ++line;
  }

  std::string_view quoted() {
    const std::int64_t opened = line;
    char* const begin = ++at;
    char* out = begin;
    for (;; ++at) {
      if (at == end) throw InputError(file, opened, "a quote opens here and never closes");
      if (*at == '\n') ++line;
      if (*at == '"' && (at + 1 == end || at[1] != '"')) break;
      if (*at == '"') ++at;
      *out++ = *at;
    }
    ++at;
    if (!at_line_end() && *at != ',')
      throw InputError(file, line, "after a closing quote comes a comma or the end of the line");
    return {begin, static_cast<std::size_t>(out - begin)};
  }

  std::string_view cell() {
    if (at < end && *at == '"') return quoted();
    char* const begin = at;
    while (!at_line_end() && *at != ',') ++at;
    std::string_view text(begin, static_cast<std::size_t>(at - begin));
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
  }

  /// Appends the cells of one line to `out`.
  void row(std::vector<std::string_view>& out) {
    out.push_back(cell());
    while (at < end && *at == ',') {
      ++at;
      out.push_back(cell());
    }
    skip_line_end();
  }
};

GS_INLINE std::string printable(std::string_view text) {
  std::string shown(text.substr(0, 40));
  for (char& c : shown)
    if (static_cast<unsigned char>(c) < 0x20) c = '?';
  return shown + (text.size() > 40 ? "..." : "");
}

GS_INLINE void require_names(const CsvTable& table, std::int64_t line) {
  std::vector<std::string_view> sorted = table.names;
  std::sort(sorted.begin(), sorted.end());
  if (sorted.front().empty())
    throw InputError(table.file, line,
                     "a column has no name; the first line must name each column");
  const auto twice = std::adjacent_find(sorted.begin(), sorted.end());
  if (twice != sorted.end())
    throw InputError(table.file, line,
                     "column '" + printable(*twice) + "' stands twice in the header; rename one");
}

}  // namespace csv_detail

GS_INLINE CsvTable parse_csv(std::string_view text, const std::string& file) {
  if (text.substr(0, 3) == "\xEF\xBB\xBF") text.remove_prefix(3);
  if (const std::size_t nul = text.find('\0'); nul != std::string_view::npos)
    throw InputError(file,
                     1 + std::count(text.begin(), text.begin() + static_cast<long>(nul), '\n'),
                     "holds a NUL byte, so it is no text table; give a comma separated file");
  CsvTable table;
  table.file = file;
  table.text.assign(text.begin(), text.end());
  csv_detail::Scanner scan{table.text.data(), table.text.data() + table.text.size(), 1, table.file};
  while (scan.at < scan.end && scan.at_line_end()) scan.skip_line_end();
  if (scan.at == scan.end)
    throw InputError(file, 0, "is empty; the first line must name the columns");
  const std::int64_t header_line = scan.line;
  scan.row(table.names);
  csv_detail::require_names(table, header_line);
  while (scan.at < scan.end) {
    if (scan.at_line_end()) {
      scan.skip_line_end();
      continue;
    }
    const std::size_t before = table.cells.size();
    const std::int64_t line = scan.line;
    scan.row(table.cells);
    const std::size_t found = table.cells.size() - before;
    if (found != table.names.size())
      throw InputError(file, line,
                       "has " + std::to_string(found) + " cells where the header names " +
                           std::to_string(table.names.size()) + "; the line may be cut off");
    table.line.push_back(line);
  }
  return table;
}

GS_INLINE CsvTable read_csv(const std::string& path) { return parse_csv(read_file(path), path); }

GS_INLINE Index find_column(const CsvTable& table, std::string_view name) {
  const auto at = std::find(table.names.begin(), table.names.end(), name);
  return at == table.names.end() ? none : static_cast<Index>(at - table.names.begin());
}

GS_INLINE Index require_column(const CsvTable& table, std::string_view name) {
  const Index at = find_column(table, name);
  if (at != none) return at;
  std::string there;
  for (std::size_t i = 0; i < table.names.size() && i < 20; ++i)
    there += (i ? ", " : "") + csv_detail::printable(table.names[i]);
  if (table.names.size() > 20) there += ", ...";
  throw InputError(table.file, 1, "has no column '" + std::string(name) + "'; it has " + there);
}

GS_INLINE void require_known_columns(const CsvTable& table,
                                     std::span<const std::string_view> known) {
  for (const std::string_view name : table.names) {
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    std::string list;
    for (const std::string_view each : known)
      list += (list.empty() ? "" : ", ") + std::string(each);
    throw InputError(table.file, 1,
                     "unknown column '" + csv_detail::printable(name) + "'; known are " + list);
  }
}

GS_INLINE InputError cell_error(const CsvTable& table, Index row, Index column,
                                const std::string& advice) {
  return InputError(table.file, table.line[static_cast<std::size_t>(row)],
                    std::string(table.names[static_cast<std::size_t>(column)]) + " '" +
                        csv_detail::printable(table.cell(row, column)) + "' " + advice);
}

GS_INLINE double number(const CsvTable& table, Index row, Index column) {
  std::string_view text = table.cell(row, column);
  if (text.size() > 1 && text.front() == '+' && text[1] != '-') text.remove_prefix(1);
  double value = 0.0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size())
    throw cell_error(table, row, column, "is not a number");
  if (!std::isfinite(value)) throw cell_error(table, row, column, "is not a finite number");
  return value;
}

GS_INLINE std::int64_t integer(const CsvTable& table, Index row, Index column) {
  const std::string_view text = table.cell(row, column);
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size())
    throw cell_error(table, row, column, "is not a whole number");
  return value;
}

}  // namespace gridswarm::inline GS_ABI::io
