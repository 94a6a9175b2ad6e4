// SPDX-License-Identifier: BSD-3-Clause
// One line of an OpenDSS text, word by word.
//
// Words are divided by blanks, tabs, commas and =; ( ) [ ] { } " " and ' ' hold a word together up
// to the first closing mark of their kind; ! and // begin a comment.
#pragma once

#include <string_view>

#include "gridswarm/kernel/abi.hpp"

namespace gridswarm::inline GS_ABI::io {

/// What is left of a line.
struct DssWords {
  std::string_view text;
  bool bars = false;  ///< | divides too: rows of matrices
};

/// A word and what stood around it.
struct DssWord {
  std::string_view text;  ///< without its quotes
  bool quoted = false;
  char end = ' ';  ///< the mark after it: , = | or a blank
};

/// [name =] value
struct DssParameter {
  std::string_view name;  ///< empty: a value by position
  DssWord value;
  bool is_there = false;  ///< false: the line has ended
};

/// Take the next word; false at the end of the line or at a comment.
bool next_word(DssWords& words, DssWord& word);

/// Take the next value with its name.
DssParameter next_parameter(DssWords& words);

/// `text` without blanks, tabs and line ends around it.
std::string_view trimmed(std::string_view text);

}  // namespace gridswarm::inline GS_ABI::io

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/io/dss_token.ipp"
#endif
