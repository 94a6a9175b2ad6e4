// SPDX-License-Identifier: BSD-3-Clause
// gridswarm convert IN OUT: a case in another format, with a list of what that format can't say.
#include <cstdio>
#include <memory>

#include "app/commands.hpp"
#include "app/open_case.hpp"
#include "app/report.hpp"
#include "gridswarm/io/case_hdf5.hpp"
#include "gridswarm/io/matpower.hpp"

namespace gridswarm::app {
namespace {

struct Settings {
  std::string from;
  std::string to;
};

ExitCode run(const Settings& settings, const Common& common) {
  const std::string to = !common.out.empty() ? common.out : settings.to;
  const bool hdf5 = to.ends_with(".h5") || to.ends_with(".hdf5");
  if (!hdf5 && !to.ends_with(".m"))
    throw UsageError("\"" + to + "\" names no known format; end it with .m or .h5");
  feeder::Case grid = open_case(settings.from);
  if (hdf5) {
    io::write_case_hdf5(grid, to);
  } else {
    const std::size_t told = grid.warnings.size();
    grid = io::as_matpower(grid);
    for (std::size_t k = told; k < grid.warnings.size(); ++k)
      std::fprintf(stderr, "gridswarm: %s: %s\n", to.c_str(), grid.warnings[k].c_str());
    io::write_matpower(grid, to);
  }
  print({{"buses", std::int64_t{grid.buses.size()}, ""},
         {"branches", std::int64_t{grid.branches.size()}, ""},
         {"generators", std::int64_t{grid.generators.size()}, ""},
         {"warnings", grid.warnings, ""},
         {"file", to, ""}},
        common.json);
  return ExitCode::ok;
}

}  // namespace

Command convert_command() {
  const auto settings = std::make_shared<Settings>();
  return {"convert",
          "Write a case in another format: .m (MATPOWER) or .h5 (everything gridswarm knows)",
          {{"IN", &settings->from, "case file of any format that is read", true},
           {"OUT", &settings->to, "file to write", true}},
          [settings](const Common& common) { return run(*settings, common); }};
}

}  // namespace gridswarm::app
