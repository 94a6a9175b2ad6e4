// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string_view>
#include <utility>
#include <vector>

#include "gridswarm/io/dss_pattern.hpp"

namespace gridswarm::inline GS_ABI::io {
namespace detail {

inline void add_letters(std::bitset<256>& letters, unsigned char first, unsigned char last) {
  for (int letter = first; letter <= last; ++letter) {
    letters.set(letter);
    if (letter >= 'a' && letter <= 'z') letters.set(letter - 'a' + 'A');
    if (letter >= 'A' && letter <= 'Z') letters.set(letter - 'A' + 'a');
  }
}

/// [..] from after its [; what is left of the text begins after its ].
inline bool take_set(std::string_view& text, std::bitset<256>& letters) {
  const std::size_t end = text.find(']');
  if (end == text.npos || end == 0) return false;
  std::string_view set = text.substr(0, end);
  text.remove_prefix(end + 1);
  const bool others = set[0] == '^';
  if (others) set.remove_prefix(1);
  for (std::size_t i = 0; i < set.size(); ++i) {
    const bool is_range = i + 2 < set.size() && set[i + 1] == '-';
    const unsigned char first = set[i], last = is_range ? set[i + 2] : set[i];
    add_letters(letters, first, last);
    if (is_range) i += 2;
  }
  if (others) letters.flip();
  return true;
}

/// One letter, any letter or a set.
inline bool take_letters(std::string_view& text, std::bitset<256>& letters) {
  const char mark = text[0];
  text.remove_prefix(1);
  if (mark == '[') return take_set(text, letters);
  if (mark == '.') return letters.set(), true;
  if (std::string_view("(){}|*+?^$").find(mark) != std::string_view::npos) return false;
  char letter = mark;
  if (mark == '\\') {
    if (text.empty()) return false;
    letter = text[0];
    text.remove_prefix(1);
    if (letter == 'd') return add_letters(letters, '0', '9'), true;
    const bool is_letter = (letter | 32) >= 'a' && (letter | 32) <= 'z';
    if (is_letter || (letter >= '0' && letter <= '9')) return false;
  }
  add_letters(letters, letter, letter);
  return true;
}

}  // namespace detail

GS_INLINE DssPattern dss_pattern(std::string_view text) {
  DssPattern pattern;
  if (!text.empty() && text[0] == '^') {
    pattern.from_start = true;
    text.remove_prefix(1);
  }
  while (!text.empty()) {
    if (text == "$") {
      pattern.to_end = true;
      break;
    }
    DssPattern::Step step;
    if (!detail::take_letters(text, step.letters)) {
      pattern.is_good = false;
      break;
    }
    if (!text.empty() && (text[0] == '*' || text[0] == '+' || text[0] == '?')) {
      step.may_miss = text[0] != '+';
      step.may_repeat = text[0] != '?';
      text.remove_prefix(1);
    }
    pattern.steps.push_back(step);
  }
  return pattern;
}

GS_INLINE bool fits(const DssPattern& pattern, std::string_view name) {
  const std::size_t n = pattern.steps.size();
  std::vector<char> at(n + 1), next(n + 1);  // before which steps we may stand
  const auto miss = [&](std::vector<char>& set) {
    for (std::size_t i = 0; i < n; ++i)
      if (set[i] && pattern.steps[i].may_miss) set[i + 1] = 1;
  };
  at[0] = 1;
  miss(at);
  for (const char letter : name) {
    if (at[n] && !pattern.to_end) return true;
    std::fill(next.begin(), next.end(), char{0});
    if (!pattern.from_start) next[0] = 1;
    for (std::size_t i = 0; i < n; ++i) {
      if (!at[i] || !pattern.steps[i].letters[static_cast<unsigned char>(letter)]) continue;
      next[i + 1] = 1;
      if (pattern.steps[i].may_repeat) next[i] = 1;
    }
    miss(next);
    std::swap(at, next);
  }
  return at[n] != 0;
}

}  // namespace gridswarm::inline GS_ABI::io
