// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <charconv>

#include "gridswarm/base/error.hpp"
#include "gridswarm/io/mfile_tokens.hpp"

namespace gridswarm::inline GS_ABI::io {
namespace detail {

/// Where the lexer stands.
struct Scanner {
  std::string_view text;
  const std::string& file;
  std::vector<Token>& tokens;
  std::size_t at = 0;
  std::int64_t line = 1;
  bool space = false;

  bool done() const { return at >= text.size(); }
  char peek(std::size_t ahead = 0) const {
    return at + ahead < text.size() ? text[at + ahead] : '\0';
  }
};

inline bool is_digit(char c) { return c >= '0' && c <= '9'; }
inline bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

inline void push(Scanner& s, TokenKind kind, std::size_t length, double number = 0.0) {
  s.tokens.push_back({kind, s.space, s.line, s.text.substr(s.at, length), number});
  s.at += length;
  s.space = false;
}

inline void skip_line(Scanner& s) {
  while (!s.done() && s.peek() != '\n') ++s.at;
}

/// The rest of this line without blanks, to tell a lone %{ from a comment.
inline std::string_view trimmed_line(const Scanner& s, std::size_t from) {
  const std::size_t end = std::min(s.text.find('\n', from), s.text.size());
  std::string_view rest = s.text.substr(from, end - from);
  while (!rest.empty() && (rest.back() == ' ' || rest.back() == '\t' || rest.back() == '\r'))
    rest.remove_suffix(1);
  while (!rest.empty() && (rest.front() == ' ' || rest.front() == '\t')) rest.remove_prefix(1);
  return rest;
}

inline void skip_comment(Scanner& s) {
  const bool first = s.tokens.empty() || s.tokens.back().kind == TokenKind::line_end;
  const std::string_view opening = trimmed_line(s, s.at);
  if (!first || (opening != "%{" && opening != "#{")) return skip_line(s);
  const std::int64_t opened = s.line;
  for (int depth = 1; depth > 0;) {
    skip_line(s);
    if (s.done()) throw InputError(s.file, opened, "a block comment begins here and never ends");
    ++s.at;
    ++s.line;
    const std::string_view now = trimmed_line(s, s.at);
    if (now == "%{" || now == "#{") ++depth;
    if (now == "%}" || now == "#}") --depth;
  }
  skip_line(s);
}

/// In MATLAB a quote after a value transposes; elsewhere it begins a string.
inline bool begins_string(const Scanner& s) {
  if (s.peek() == '"') return true;
  if (s.peek() != '\'') return false;
  if (s.tokens.empty() || s.space) return true;
  const Token& last = s.tokens.back();
  return !(last.kind == TokenKind::name || last.kind == TokenKind::number || last.text == ")" ||
           last.text == "]");
}

inline void scan_string(Scanner& s) {
  const char quote = s.peek();
  std::size_t end = s.at + 1;
  while (end < s.text.size() && s.text[end] != '\n') {
    if (s.text[end] == quote) {
      if (end + 1 >= s.text.size() || s.text[end + 1] != quote) break;
      ++end;
    }
    ++end;
  }
  if (end >= s.text.size() || s.text[end] != quote)
    throw InputError(s.file, s.line, "a quoted text begins here and never ends");
  ++s.at;
  push(s, TokenKind::string, end - s.at);
  ++s.at;
}

inline void scan_number(Scanner& s) {
  double value = 0.0;
  const char* begin = s.text.data() + s.at;
  const auto [end, error] = std::from_chars(begin, s.text.data() + s.text.size(), value);
  if (error == std::errc::result_out_of_range)
    throw InputError(s.file, s.line, "the number " + std::string(begin, end) + " is too large");
  push(s, TokenKind::number, static_cast<std::size_t>(end - begin), value);
}

inline void scan_name(Scanner& s) {
  std::size_t length = 1;
  const auto is_part = [](char c) { return is_letter(c) || is_digit(c); };
  while (is_part(s.peek(length)) || (s.peek(length) == '.' && is_letter(s.peek(length + 1))))
    ++length;
  push(s, TokenKind::name, length);
}

inline void scan_symbol(Scanner& s) {
  const char c = s.peek();
  const char next = s.peek(1);
  if (c == '.' && (next == '*' || next == '/' || next == '^')) return push(s, TokenKind::symbol, 2);
  if ((c == '=' || c == '~' || c == '<' || c == '>') && next == '=')
    return push(s, TokenKind::symbol, 2);
  if (c > ' ' && c < 127) return push(s, TokenKind::symbol, 1);
  throw InputError(s.file, s.line,
                   "a byte of value " + std::to_string(static_cast<unsigned char>(c)) +
                       " stands outside comments; this is not a MATPOWER case file");
}

inline void scan_one(Scanner& s) {
  const char c = s.peek();
  if (c == ' ' || c == '\t' || c == '\r') {
    s.space = true;
    ++s.at;
  } else if (c == '\n') {
    push(s, TokenKind::line_end, 1);
    ++s.line;
  } else if (c == '%' || c == '#') {
    skip_comment(s);
  } else if (s.text.substr(s.at, 3) == "...") {
    skip_line(s);
    if (!s.done()) ++s.at, ++s.line;
    s.space = true;
  } else if (is_digit(c) || (c == '.' && is_digit(s.peek(1)))) {
    scan_number(s);
  } else if (is_letter(c)) {
    scan_name(s);
  } else if (begins_string(s)) {
    scan_string(s);
  } else {
    scan_symbol(s);
  }
}

}  // namespace detail

GS_INLINE std::vector<Token> tokens_of(std::string_view text, const std::string& file) {
  if (text.find('\0') != std::string_view::npos)
    throw InputError(file, 0, "holds binary data; a MATPOWER case file is text");
  std::vector<Token> tokens;
  tokens.reserve(text.size() / 4 + 16);
  detail::Scanner scanner{text, file, tokens};
  while (!scanner.done()) detail::scan_one(scanner);
  detail::push(scanner, TokenKind::file_end, 0);
  return tokens;
}

}  // namespace gridswarm::inline GS_ABI::io
