// SPDX-License-Identifier: BSD-3-Clause
#include "app/open_case.hpp"

#include <cstdio>

#include "gridswarm/io/case_file.hpp"

namespace gridswarm::app {

feeder::Case open_case(const std::string& path, bool tells) {
  feeder::Case grid = io::read_case(path);
  for (const std::string& warning : grid.warnings)
    if (tells) std::fprintf(stderr, "gridswarm: %s\n", warning.c_str());
  return grid;
}

}  // namespace gridswarm::app
