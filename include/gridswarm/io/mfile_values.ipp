// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cmath>
#include <limits>

#include "gridswarm/base/error.hpp"
#include "gridswarm/io/mfile_values.hpp"

namespace gridswarm::inline GS_ABI::io {
namespace detail {

inline constexpr int deepest_nesting = 64;

[[noreturn]] inline void refuse(const Reading& reading, const std::string& sentence) {
  throw InputError(reading.file, reading.now().line, sentence);
}

inline Matrix number(double value) { return {1, 1, {value}, {}}; }

inline void expect(Reading& reading, std::string_view symbol) {
  if (reading.now().kind == TokenKind::file_end)
    refuse(reading, "the file is cut off: \"" + std::string(symbol) + "\" is missing at its end");
  if (!reading.is(symbol))
    refuse(reading, "\"" + std::string(symbol) + "\" is expected before \"" +
                        std::string(reading.now().text) + "\"");
  ++reading.at;
}

/// Elementwise, a number with every element; a matrix product is no unit conversion.
inline Matrix combine(const Reading& reading, char operation, const Matrix& a, const Matrix& b,
                      bool elementwise) {
  if (!a.is_number() && !b.is_number() && (!elementwise || a.rows != b.rows || a.cols != b.cols))
    refuse(reading,
           "a product of matrices or sizes that do not fit; only a number times a matrix "
           "and elementwise operations of equal sizes are understood");
  Matrix result = a.is_number() ? b : a;
  for (std::size_t k = 0; k < result.values.size(); ++k) {
    const double x = a.is_number() ? a.values[0] : a.values[k];
    const double y = b.is_number() ? b.values[0] : b.values[k];
    double& z = result.values[k];
    switch (operation) {
      case '+': z = x + y; break;
      case '-': z = x - y; break;
      case '*': z = x * y; break;
      case '/': z = x / y; break;
      default: z = y == 2.0 ? x * x : std::pow(x, y); break;
    }
  }
  return result;
}

inline bool apply_function(std::string_view name, double& x) {
  if (name == "sqrt")
    x = std::sqrt(x);
  else if (name == "abs")
    x = std::abs(x);
  else if (name == "sin")
    x = std::sin(x);
  else if (name == "cos")
    x = std::cos(x);
  else if (name == "tan")
    x = std::tan(x);
  else if (name == "acos")
    x = std::acos(x);
  else if (name == "asin")
    x = std::asin(x);
  else if (name == "atan")
    x = std::atan(x);
  else
    return false;
  return true;
}

/// ":" alone, an index, a list of indices or a range, turned into positions from 0.
inline std::vector<Index> positions(Reading& reading, Index size, std::string_view name) {
  std::vector<Index> list;
  if (reading.is(":")) {
    ++reading.at;
    for (Index k = 0; k < size; ++k) list.push_back(k);
    return list;
  }
  Matrix wanted = expression(reading);
  if (reading.is(":") && wanted.is_number()) {
    ++reading.at;
    const Matrix last = expression(reading);
    const double first = wanted.values[0];
    if (!last.is_number() || !(last.values[0] <= size) || !(first >= 1.0))
      refuse(reading, "a range that does not fit into " + std::string(name));
    wanted.values.clear();
    for (double k = first; k <= last.values[0]; ++k) wanted.values.push_back(k);
  }
  for (const double k : wanted.values) {
    if (!(k >= 1.0 && k <= size) || k != std::floor(k))
      refuse(reading, "no row or column " + std::to_string(k) + " in " + std::string(name) +
                          ", which has " + std::to_string(size));
    list.push_back(static_cast<Index>(k) - 1);
  }
  return list;
}

inline Matrix variable(Reading& reading, std::string_view name) {
  const auto found = reading.variables.find(name);
  if (found == reading.variables.end())
    refuse(reading, "\"" + std::string(name) + "\" is not understood here; write plain numbers");
  const Matrix& whole = found->second;
  if (!reading.is("(")) return whole;
  const Selection chosen = selection(reading, whole, name);
  Matrix part{
      static_cast<Index>(chosen.rows.size()), static_cast<Index>(chosen.cols.size()), {}, {}};
  for (const Index row : chosen.rows)
    for (const Index col : chosen.cols) part.values.push_back(whole.at(row, col));
  return part;
}

inline Matrix name_value(Reading& reading) {
  const std::string_view name = reading.now().text;
  ++reading.at;
  if (reading.variables.find(name) == reading.variables.end()) {
    if (name == "Inf" || name == "inf") return number(std::numeric_limits<double>::infinity());
    if (name == "NaN" || name == "nan") return number(std::numeric_limits<double>::quiet_NaN());
    if (name == "pi") return number(3.14159265358979323846);
    double probe = 1.0;
    if (reading.is("(") && apply_function(name, probe)) {
      ++reading.at;
      Matrix argument = expression(reading);
      expect(reading, ")");
      for (double& x : argument.values) apply_function(name, x);
      return argument;
    }
  }
  return variable(reading, name);
}

inline Matrix bracket_value(Reading& reading) {
  ++reading.at;  // "["
  Matrix matrix;
  std::vector<double> row;
  std::int64_t line = reading.now().line;
  const auto finish_row = [&] {
    if (row.empty()) return;
    if (matrix.rows == 0) matrix.cols = static_cast<Index>(row.size());
    if (matrix.cols != static_cast<Index>(row.size()))
      throw InputError(reading.file, line,
                       "this row has " + std::to_string(row.size()) +
                           " columns, the rows above it have " + std::to_string(matrix.cols));
    matrix.values.insert(matrix.values.end(), row.begin(), row.end());
    matrix.row_line.push_back(line);
    ++matrix.rows;
    row.clear();
  };
  while (!reading.is("]")) {
    const Token& token = reading.now();
    if (token.kind == TokenKind::file_end)
      refuse(reading, "the file is cut off: \"]\" is missing at its end");
    if (token.kind == TokenKind::line_end || reading.is(";")) {
      finish_row();
      ++reading.at;
    } else if (reading.is(",")) {
      ++reading.at;
    } else {
      if (row.empty()) line = token.line;
      const Matrix cell = expression(reading, true);
      row.insert(row.end(), cell.values.begin(), cell.values.end());
    }
  }
  finish_row();
  ++reading.at;
  return matrix;
}

inline Matrix primary(Reading& reading) {
  const Token& token = reading.now();
  switch (token.kind) {
    case TokenKind::number: ++reading.at; return number(token.number);
    case TokenKind::name: return name_value(reading);
    case TokenKind::symbol: break;
    case TokenKind::file_end: refuse(reading, "the file is cut off in the middle of a statement");
    default: refuse(reading, "a number is expected here");
  }
  if (token.text != "(" && token.text != "[")
    refuse(reading, "a number is expected before \"" + std::string(token.text) + "\"");
  if (token.text == "[") return bracket_value(reading);
  ++reading.at;
  Matrix value = expression(reading);
  expect(reading, ")");
  return value;
}

inline Matrix power(Reading& reading) {
  Matrix base = primary(reading);
  while (reading.is("^") || reading.is(".^")) {
    const bool elementwise = reading.now().text.size() == 2;
    ++reading.at;
    // 2^-1: a sign may follow; the exponent itself binds tighter than the next ^.
    double sign = 1.0;
    for (; reading.is("-") || reading.is("+"); ++reading.at)
      if (reading.is("-")) sign = -sign;
    Matrix exponent = primary(reading);
    for (double& x : exponent.values) x *= sign;
    base = combine(reading, '^', base, exponent, elementwise || base.is_number());
  }
  return base;
}

inline Matrix signed_value(Reading& reading) {
  double sign = 1.0;
  for (; reading.is("-") || reading.is("+"); ++reading.at)
    if (reading.is("-")) sign = -sign;
  Matrix value = power(reading);
  if (sign < 0.0)
    for (double& x : value.values) x = -x;
  return value;
}

inline Matrix product(Reading& reading) {
  Matrix left = signed_value(reading);
  while (reading.is("*") || reading.is("/") || reading.is(".*") || reading.is("./")) {
    const std::string_view symbol = reading.now().text;
    ++reading.at;
    const Matrix right = signed_value(reading);
    if (symbol == "/" && !right.is_number()) refuse(reading, "division by a matrix");
    left = combine(reading, symbol.back(), left, right, symbol.size() == 2);
  }
  return left;
}

/// Inside brackets "1 -2" is two cells, "1 - 2" and "1-2" are one.
inline bool is_new_cell(const Reading& reading) {
  return reading.now().space_before && !reading.next().space_before;
}

}  // namespace detail

GS_INLINE Matrix expression(Reading& reading, bool in_matrix) {
  if (++reading.depth > detail::deepest_nesting)
    detail::refuse(reading, "brackets are nested too deeply");
  Matrix left = detail::product(reading);
  while ((reading.is("+") || reading.is("-")) && !(in_matrix && detail::is_new_cell(reading))) {
    const char symbol = reading.now().text[0];
    ++reading.at;
    const Matrix right = detail::product(reading);
    left = detail::combine(reading, symbol, left, right, true);
  }
  --reading.depth;
  return left;
}

GS_INLINE Selection selection(Reading& reading, const Matrix& of, std::string_view name) {
  detail::expect(reading, "(");
  Selection chosen;
  chosen.rows = detail::positions(reading, of.rows, name);
  detail::expect(reading, ",");
  chosen.cols = detail::positions(reading, of.cols, name);
  detail::expect(reading, ")");
  return chosen;
}

}  // namespace gridswarm::inline GS_ABI::io
