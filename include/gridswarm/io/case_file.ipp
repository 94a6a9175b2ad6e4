// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "gridswarm/base/error.hpp"
#include "gridswarm/io/case_file.hpp"
#include "gridswarm/io/case_hdf5.hpp"
#include "gridswarm/io/file.hpp"
#include "gridswarm/io/matpower.hpp"
#include "gridswarm/io/pandapower_file.hpp"
#include "gridswarm/io/pgm_case.hpp"
#include "gridswarm/io/pgm_file.hpp"

namespace gridswarm::inline GS_ABI::io {

GS_INLINE feeder::Case read_case(const std::string& path) {
  const std::string text = read_file(path);
  if (text.starts_with("\x89HDF\r\n\x1A\n")) {
#ifdef GRIDSWARM_COMPILED
    return read_case_hdf5(path);
#else
    throw UsageError(path + " is HDF5, which only a linked gridswarm reads");
#endif
  }
  if (looks_like_pgm(text)) return parse_pgm_case(text, path);
  const std::size_t first = text.find_first_not_of(" \t\r\n\xEF\xBB\xBF");
  const bool is_json = first != std::string::npos && (text[first] == '{' || text[first] == '[');
  if (is_json) return parse_pandapower(text, path).grid;
  return parse_matpower(text, path);
}

}  // namespace gridswarm::inline GS_ABI::io
