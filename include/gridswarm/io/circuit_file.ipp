// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <array>

#include "gridswarm/base/error.hpp"
#include "gridswarm/io/circuit_file.hpp"
#include "gridswarm/io/dss_file.hpp"
#include "gridswarm/io/file.hpp"
#include "gridswarm/io/pgm_circuit.hpp"

namespace gridswarm::inline GS_ABI::io {
namespace detail {

inline std::string lower_case(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

/// The first word of a text with OpenDSS's comments, in lower case.
inline std::string first_dss_word(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  for (;;) {
    const std::size_t begin = text.find_first_not_of(" \t\r\n");
    if (begin == std::string_view::npos) return "";
    text.remove_prefix(begin);
    if (!text.starts_with("!") && !text.starts_with("//")) break;
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) return "";
    text.remove_prefix(end);
  }
  return lower_case(text.substr(0, text.find_first_of(" \t\r\n=.")));
}

}  // namespace detail

GS_INLINE bool looks_like_dss(std::string_view text, std::string_view path) {
  if (detail::lower_case(path).ends_with(".dss")) return true;
  static constexpr std::array<std::string_view, 7> commands = {"clear",    "clearall", "new", "set",
                                                               "redirect", "compile",  "edit"};
  const std::string word = detail::first_dss_word(text);
  return std::find(commands.begin(), commands.end(), word) != commands.end();
}

GS_INLINE bool holds_circuit(const std::string& path) {
  return looks_like_dss(read_file(path), path);
}

GS_INLINE feeder::Circuit read_circuit(const std::string& path, const std::string& root) {
  const std::string text = read_file(path);
  if (looks_like_pgm(text)) return parse_pgm_circuit(text, path);
  if (!looks_like_dss(text, path))
    throw UsageError(path +
                     " holds no unbalanced network: an OpenDSS file begins with a command such as "
                     "clear, new or redirect");
  return read_dss(path, root);
}

}  // namespace gridswarm::inline GS_ABI::io
