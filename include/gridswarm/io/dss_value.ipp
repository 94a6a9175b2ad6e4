// SPDX-License-Identifier: BSD-3-Clause
// What the values of OpenDSS properties say.
#pragma once

#include <array>
#include <charconv>
#include <cmath>
#include <cstring>
#include <numbers>
#include <string>
#include <string_view>
#include <vector>

#include "gridswarm/io/dss_object.hpp"
#include "gridswarm/io/dss_path.hpp"
#include "gridswarm/io/dss_token.hpp"

namespace gridswarm::inline GS_ABI::io {
namespace detail {

/// Values of a property or a file; more than any circuit needs.
inline constexpr std::size_t most_dss_values = std::size_t{1} << 24;

inline std::string shown(std::string_view text) {
  return "\"" + std::string(text.substr(0, 80)) + (text.size() > 80 ? "...\"" : "\"");
}

/// All of `text` as a finite number.
inline bool read_dss_number(std::string_view text, double& number) {
  if (!text.empty() && text[0] == '+') text.remove_prefix(1);
  if (text.empty() || text[0] == '+' || text.find_first_of("nNiI") != text.npos) return false;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size() && std::isfinite(number);
}

/// OpenDSS's calculator: ten registers in a ring, the newest first.
struct DssCalculator {
  std::array<double, 10> register_{};

  double& x() { return register_[0]; }
  void enter(double number) {
    for (std::size_t i = register_.size() - 1; i > 0; --i) register_[i] = register_[i - 1];
    x() = number;
  }
  void roll_down() {
    for (std::size_t i = 0; i + 1 < register_.size(); ++i) register_[i] = register_[i + 1];
  }
  /// The result of two numbers takes their place.
  void replace_two(double result) {
    roll_down();
    x() = result;
  }
};

inline bool calculate_with_two(DssCalculator& calculator, std::string_view word) {
  const double y = calculator.register_[1], x = calculator.register_[0];
  if (word == "+") return calculator.replace_two(y + x), true;
  if (word == "-") return calculator.replace_two(y - x), true;
  if (word == "*") return calculator.replace_two(y * x), true;
  if (word == "/") return calculator.replace_two(y / x), true;
  if (word == "^") return calculator.replace_two(std::pow(y, x)), true;
  if (word == "atan2")
    return calculator.replace_two(std::atan2(y, x) * 180.0 / std::numbers::pi), true;
  if (word == "swap") return std::swap(calculator.register_[0], calculator.register_[1]), true;
  if (word == "rollup") return calculator.enter(x), true;
  if (word == "rolldn") return calculator.roll_down(), true;
  return false;
}

inline bool calculate(DssCalculator& calculator, std::string_view word) {
  constexpr double degree = std::numbers::pi / 180.0;
  double& x = calculator.x();
  if (word == "sqrt") return x = std::sqrt(x), true;
  if (word == "sqr") return x = x * x, true;
  if (word == "inv") return x = 1.0 / x, true;
  if (word == "sin") return x = std::sin(x * degree), true;
  if (word == "cos") return x = std::cos(x * degree), true;
  if (word == "tan") return x = std::tan(x * degree), true;
  if (word == "asin") return x = std::asin(x) / degree, true;
  if (word == "acos") return x = std::acos(x) / degree, true;
  if (word == "atan") return x = std::atan(x) / degree, true;
  if (word == "ln") return x = std::log(x), true;
  if (word == "log10") return x = std::log10(x), true;
  if (word == "exp") return x = std::exp(x), true;
  if (word == "pi") return calculator.enter(std::numbers::pi), true;
  return calculate_with_two(calculator, word);
}

/// 8 1000 / and the like.
inline double calculated(const DssValue& value, std::string_view text) {
  DssCalculator calculator;
  DssWords words{text};
  DssWord word;
  bool any = false;
  while (next_word(words, word)) {
    double number = 0.0;
    if (read_dss_number(word.text, number))
      calculator.enter(number);
    else if (!calculate(calculator, lower_case(word.text)))
      fail(value,
           shown(word.text) + " in " + shown(text) + " is neither a number nor an operation");
    any = true;
  }
  if (!any) fail(value, "a number is missing");
  if (!std::isfinite(calculator.x())) fail(value, shown(text) + " has no finite value");
  return calculator.x();
}

inline double number_of_word(const DssValue& value, std::string_view text, bool quoted) {
  double number = 0.0;
  if (read_dss_number(text, number)) return number;
  if (quoted) return calculated(value, text);
  if (text.empty()) fail(value, "a number is missing");
  fail(value, shown(text) + " is not a finite number");
}

/// Which numbers of a file are meant.
struct DssFileChoice {
  std::string_view kind, name;
  std::int64_t column = 1;
  bool header = false;
};

/// file=.. [column=..] [header=..]; kind stays empty where a list begins otherwise.
inline DssFileChoice file_choice(const DssValue& value) {
  DssFileChoice choice;
  DssWords words{value.text};
  DssParameter parameter = next_parameter(words);
  if (!parameter.is_there || parameter.name.empty()) return choice;
  for (const std::string_view kind : {"file", "csvfile", "dblfile", "sngfile"})
    if (lower_case(parameter.name) == kind) choice.kind = kind;
  if (choice.kind.empty())
    fail(value, shown(parameter.name) + " cannot begin a list; file=, dblfile= and sngfile= can");
  choice.name = parameter.value.text;
  while ((parameter = next_parameter(words)).is_there) {
    DssValue inner{std::string(parameter.value.text), value.file, value.line, false};
    const std::string name = lower_case(parameter.name);
    if (name.empty() || !(name == std::string_view("column").substr(0, name.size()) ||
                          name == std::string_view("header").substr(0, name.size())))
      fail(value, shown(parameter.name) + " is not known after " + std::string(choice.kind) + "=");
    if (name[0] == 'c')
      choice.column = integer_of(inner);
    else
      choice.header = boolean_of(inner);
  }
  if (choice.column < 1 || choice.column > 10000)
    fail(value, "column=" + std::to_string(choice.column) + " is not a column of a file");
  return choice;
}

inline std::string place_of(const DssValue& value) {
  return (value.file ? value.file->path : "text") + ":" + std::to_string(value.line);
}

template <class Number>
std::vector<double> binary_numbers(const DssValue& value, const std::string& bytes) {
  std::vector<double> numbers(std::min(bytes.size() / sizeof(Number), most_dss_values));
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    Number number;
    std::memcpy(&number, bytes.data() + i * sizeof(Number), sizeof(Number));
    if (!std::isfinite(number)) fail(value, "the file holds a value that is not a finite number");
    numbers[i] = number;
  }
  return numbers;
}

inline std::vector<double> text_numbers(const DssValue& value, const DssFileChoice& choice,
                                        std::string_view bytes) {
  std::vector<double> numbers;
  DssFile place = *value.file;
  place.path += " names " + std::string(choice.name);
  DssValue here{{}, &place, 0, false};
  for (bool skip = choice.header; !bytes.empty(); skip = false) {
    const std::size_t end = std::min(bytes.find('\n'), bytes.size());
    DssWords words{bytes.substr(0, end)};
    bytes.remove_prefix(std::min(end + 1, bytes.size()));
    ++here.line;
    if (skip || trimmed(words.text).empty()) continue;
    DssWord word;
    for (std::int64_t column = 0; column < choice.column; ++column)
      if (!next_word(words, word))
        fail(here, "column " + std::to_string(choice.column) + " is missing");
    numbers.push_back(number_of_word(here, word.text, word.quoted));
    if (numbers.size() > most_dss_values) fail(here, "more numbers than any circuit needs");
  }
  return numbers;
}

inline std::vector<double> file_numbers(const DssValue& value, const DssFileChoice& choice) {
  if (!value.file) fail(value, "a value without a file cannot name one");
  const std::string bytes = read_named_file(*value.file, choice.name, place_of(value));
  if (choice.kind == "dblfile") return binary_numbers<double>(value, bytes);
  if (choice.kind == "sngfile") return binary_numbers<float>(value, bytes);
  return text_numbers(value, choice, bytes);
}

}  // namespace detail

GS_INLINE double number_of(const DssValue& value) {
  return detail::number_of_word(value, trimmed(value.text), value.quoted);
}

GS_INLINE std::int64_t integer_of(const DssValue& value) {
  const double number = std::nearbyint(number_of(value));
  if (std::fabs(number) > 2147483647.0)
    fail(value, detail::shown(value.text) + " is too large for a whole number");
  return static_cast<std::int64_t>(number);
}

GS_INLINE bool boolean_of(const DssValue& value) {
  const std::string word = word_of(value);  // OpenDSS looks at the first letter
  switch (word.empty() ? ' ' : word[0]) {
    case 'y':
    case 't':
    case '1': return true;
    case 'n':
    case 'f':
    case '0': return false;
    default: fail(value, detail::shown(value.text) + " is neither yes nor no");
  }
}

GS_INLINE std::string word_of(const DssValue& value) { return lower_case(trimmed(value.text)); }

GS_INLINE std::vector<std::string> words_of(const DssValue& value) {
  std::vector<std::string> list;
  DssWords words{value.text, true};
  DssWord word;
  while (next_word(words, word)) list.emplace_back(trimmed(word.text));
  return list;
}

GS_INLINE std::vector<double> numbers_of(const DssValue& value) {
  const detail::DssFileChoice choice = detail::file_choice(value);
  if (!choice.kind.empty()) return detail::file_numbers(value, choice);
  std::vector<double> numbers;
  DssWords words{value.text, true};
  DssWord word;
  while (next_word(words, word)) {
    numbers.push_back(detail::number_of_word(value, word.text, word.quoted));
    if (numbers.size() > detail::most_dss_values)
      fail(value, "more numbers than any circuit needs");
  }
  return numbers;
}

GS_INLINE std::vector<double> matrix_of(const DssValue& value, std::int64_t n) {
  if (n < 1 || n > 100) fail(value, "a matrix of " + std::to_string(n) + " rows is not meant");
  std::vector<double> matrix(static_cast<std::size_t>(n * n));
  DssWords words{value.text, true};
  std::int64_t row = 0, column = 0;
  const auto end_row = [&] {
    if (column != row + 1 && column != n)
      fail(value, "row " + std::to_string(row + 1) + " of a matrix has " + std::to_string(column) +
                      " numbers; " + std::to_string(n) + " of the whole matrix or " +
                      std::to_string(row + 1) + " of its lower triangle are needed");
    ++row;
    column = 0;
  };
  for (DssWord word; next_word(words, word);) {
    if (row >= n || column >= n)
      fail(value, "a matrix has more than " + std::to_string(n) + " rows or columns");
    // Symmetric: what stands lower wins.
    matrix[row * n + column] = matrix[column * n + row] =
        detail::number_of_word(value, word.text, word.quoted);
    ++column;
    if (word.end == '|') end_row();
  }
  if (column > 0) end_row();
  if (row != n)
    fail(value,
         "a matrix has " + std::to_string(row) + " rows; " + std::to_string(n) + " are needed");
  return matrix;
}

GS_INLINE DssBus bus_of(const DssValue& value) { return bus_of(value, value.text); }

GS_INLINE DssBus bus_of(const DssValue& value, std::string_view text) {
  text = trimmed(text);
  const std::size_t dot = text.find('.');
  DssBus bus{std::string(trimmed(text.substr(0, dot))), {}};
  if (bus.name.empty()) fail(value, "a bus needs a name");
  std::string_view rest = dot == text.npos ? std::string_view{} : text.substr(dot + 1);
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('.'), rest.size());
    double number = 0.0;
    const std::string_view word = trimmed(rest.substr(0, end));
    if (!detail::read_dss_number(word, number) || number != std::floor(number) || number < 0.0 ||
        number > 999.0)
      fail(value, detail::shown(text) + " names node " + detail::shown(word) +
                      "; nodes are whole numbers, 0 is ground");
    bus.nodes.push_back(static_cast<std::int32_t>(number));
    if (bus.nodes.size() > 100) fail(value, detail::shown(text) + " names too many nodes");
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return bus;
}

}  // namespace gridswarm::inline GS_ABI::io
