// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string_view>

#include "gridswarm/io/dss_token.hpp"

namespace gridswarm::inline GS_ABI::io {
namespace detail {

/// A zero byte stands at the end of lines that some programs wrote.
inline bool is_dss_blank(char letter) {
  return letter == ' ' || letter == '\t' || letter == '\r' || letter == '\n' || letter == '\0';
}

inline bool is_dss_divider(char letter, bool bars) {
  return letter == ',' || letter == '=' || (bars && letter == '|');
}

inline bool is_dss_comment(std::string_view text, std::size_t at) {
  return text[at] == '!' || (text[at] == '/' && at + 1 < text.size() && text[at + 1] == '/');
}

inline void skip_dss_blanks(std::string_view& text) {
  std::size_t at = 0;
  while (at < text.size() && is_dss_blank(text[at])) ++at;
  text.remove_prefix(at);
}

/// The mark that closes a quote; 0: `letter` opens none.
inline char closing_of(char letter) {
  switch (letter) {
    case '(': return ')';
    case '[': return ']';
    case '{': return '}';
    case '"': return '"';
    case '\'': return '\'';
    default: return 0;
  }
}

}  // namespace detail

GS_INLINE bool next_word(DssWords& words, DssWord& word) {
  using namespace detail;
  std::string_view& text = words.text;
  skip_dss_blanks(text);
  word = {};
  if (text.empty() || is_dss_comment(text, 0)) {
    text = {};
    return false;
  }
  if (const char closing = closing_of(text[0])) {
    const std::size_t end = text.find(closing, 1);
    word.text = text.substr(1, (end == text.npos ? text.size() : end) - 1);
    word.quoted = true;
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
  } else {
    std::size_t at = 0;
    while (at < text.size() && !is_dss_blank(text[at]) && !is_dss_divider(text[at], words.bars) &&
           !is_dss_comment(text, at))
      ++at;
    word.text = text.substr(0, at);
    text.remove_prefix(at);
  }
  skip_dss_blanks(text);
  if (!text.empty() && is_dss_divider(text[0], words.bars)) {
    word.end = text[0];
    text.remove_prefix(1);
    skip_dss_blanks(text);
  }
  return true;
}

GS_INLINE DssParameter next_parameter(DssWords& words) {
  DssParameter parameter;
  DssWord word;
  if (!next_word(words, word)) return parameter;
  parameter.is_there = true;
  if (word.end != '=') {
    parameter.value = word;
    return parameter;
  }
  parameter.name = word.text;
  if (!next_word(words, parameter.value)) parameter.value = {};
  return parameter;
}

GS_INLINE std::string_view trimmed(std::string_view text) {
  detail::skip_dss_blanks(text);
  while (!text.empty() && detail::is_dss_blank(text.back())) text.remove_suffix(1);
  return text;
}

}  // namespace gridswarm::inline GS_ABI::io
