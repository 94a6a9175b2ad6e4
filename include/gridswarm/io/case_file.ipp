// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "gridswarm/base/error.hpp"
#include "gridswarm/io/case_file.hpp"
#include "gridswarm/io/file.hpp"
#include "gridswarm/io/matpower.hpp"
#include "gridswarm/io/pandapower_file.hpp"
#include "gridswarm/io/pgm_case.hpp"

namespace gridswarm::inline GS_ABI::io {

GS_INLINE feeder::Case read_case(const std::string& path) {
  const std::string text = read_file(path);
  if (looks_like_pgm(text)) return parse_pgm_case(text, path);
  const std::size_t first = text.find_first_not_of(" \t\r\n\xEF\xBB\xBF");
  if (first != std::string::npos && text[first] == '{') return parse_pandapower(text, path).grid;
  return parse_matpower(text, path);
}

}  // namespace gridswarm::inline GS_ABI::io
