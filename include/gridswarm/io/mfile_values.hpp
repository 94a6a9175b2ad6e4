// SPDX-License-Identifier: BSD-3-Clause
// The values of a MATPOWER case file: matrices, and the arithmetic that converts units in them.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "gridswarm/base/ids.hpp"
#include "gridswarm/io/mfile_tokens.hpp"

namespace gridswarm::inline GS_ABI::io {

/// Row-major; a number is 1 x 1.
struct Matrix {
  Index rows = 0;
  Index cols = 0;
  std::vector<double> values;
  std::vector<std::int64_t> row_line;  ///< where each row of a literal stands, else empty

  double& at(Index row, Index col) { return values[static_cast<std::size_t>(row) * cols + col]; }
  double at(Index row, Index col) const {
    return values[static_cast<std::size_t>(row) * cols + col];
  }
  bool is_number() const { return rows == 1 && cols == 1; }
};

/// Reads tokens one after another and knows the variables assigned so far.
struct Reading {
  const std::string& file;
  const std::vector<Token>& tokens;
  std::size_t at = 0;
  int depth = 0;  ///< of nested brackets
  std::map<std::string, Matrix, std::less<>> variables;

  const Token& now() const { return tokens[at]; }
  const Token& next() const { return tokens[at + (at + 1 < tokens.size())]; }
  bool is(std::string_view symbol) const {
    return now().kind == TokenKind::symbol && now().text == symbol;
  }
};

/// One expression from the current token on.
/// @param in_matrix  white space separates cells
/// @throws InputError for anything but + - * / ^, brackets, indexing, sqrt and the like
Matrix expression(Reading& reading, bool in_matrix = false);

/// Rows and columns, counted from 0, that "(rows, cols)" after a variable of this size selects.
struct Selection {
  std::vector<Index> rows;
  std::vector<Index> cols;
};
Selection selection(Reading& reading, const Matrix& of, std::string_view name);

}  // namespace gridswarm::inline GS_ABI::io

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/io/mfile_values.ipp"
#endif
