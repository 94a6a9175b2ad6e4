// SPDX-License-Identifier: BSD-3-Clause
#include "app/open_case.hpp"

#include <cstdio>

#include "gridswarm/io/case_file.hpp"

namespace gridswarm::app {

namespace {

feeder::Case tell_warnings(feeder::Case grid) {
  for (const std::string& warning : grid.warnings)
    std::fprintf(stderr, "gridswarm: %s\n", warning.c_str());
  return grid;
}

}  // namespace

feeder::Case open_case(const std::string& path, bool tells) {
  return tells ? tell_warnings(io::read_balanced_case(path)) : io::read_balanced_case(path);
}

feeder::Case open_plain_case(const std::string& path) {
  return tell_warnings(io::read_plain_case(path));
}

}  // namespace gridswarm::app
