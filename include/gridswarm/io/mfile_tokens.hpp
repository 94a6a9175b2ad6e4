// SPDX-License-Identifier: BSD-3-Clause
// The words of a MATPOWER case file: a small part of MATLAB's lexical rules.
//
// Comments run from % or # to the end of the line, or from %{ to %} when these stand alone; "..."
// continues a line. White space matters inside brackets ([1 -2] is two cells, [1 - 2] one), so each
// token remembers whether space stood before it. A field such as mpc.bus is one name.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "gridswarm/kernel/abi.hpp"

namespace gridswarm::inline GS_ABI::io {

enum class TokenKind : std::int8_t { number, name, string, symbol, line_end, file_end };

struct Token {
  TokenKind kind;
  bool space_before;
  std::int64_t line;      ///< 1-based
  std::string_view text;  ///< into the file's text; a string without its quotes
  double number;          ///< value of a number
};

/// Split a file into tokens; the last one is file_end. `text` must outlive them.
/// @throws InputError for binary contents, an unfinished string, a character no case file has
std::vector<Token> tokens_of(std::string_view text, const std::string& file);

}  // namespace gridswarm::inline GS_ABI::io

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/io/mfile_tokens.ipp"
#endif
