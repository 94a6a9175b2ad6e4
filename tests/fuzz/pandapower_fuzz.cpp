// SPDX-License-Identifier: BSD-3-Clause
// A pandapower network is refused, or its rows are where they should be, and it survives being
// written in MATPOWER's words (unless it holds what MATPOWER can't say).
#include "fuzz.hpp"
#include "gridswarm/base/error.hpp"
#include "gridswarm/io/matpower.hpp"
#include "gridswarm/io/pandapower_file.hpp"

void gridswarm::fuzz::body(std::string_view text) {
  io::PandapowerNet net;
  try {
    net = io::parse_pandapower(text, "fuzz.json");
  } catch (const InputError&) {
    return;
  }
  const feeder::Case& grid = net.grid;
  claim(net.branch.size() == grid.branches.from.size(), "an origin per branch");
  claim(net.generator.size() == grid.generators.bus.size(), "an origin per generator");
  claim(net.load.size() == grid.loads.bus.size(), "an origin per load");
  for (Index e = 0; e < grid.branches.size(); ++e)
    claim(grid.branches.from[e] >= 0 && grid.branches.from[e] < grid.buses.size() &&
              grid.branches.to[e] >= 0 && grid.branches.to[e] < grid.buses.size(),
          "ends of branches");
  feeder::Case plain;
  try {
    plain = io::as_matpower(grid);
    claim_same_case(plain, io::parse_matpower(io::format_matpower(plain), "again.m"));
  } catch (const UsageError&) {
    return;
  } catch (const InputError& error) {
    claim(false, error.what());
  }
}
