// SPDX-License-Identifier: BSD-3-Clause
#include "gridswarm/io/length_file.hpp"

#include <doctest/doctest.h>

namespace {

using namespace gridswarm;

/// Buses 10, 20, 30; two wires 10-20 and one 30-20.
feeder::Case three_wires() {
  feeder::Case grid;
  grid.buses.id = {10, 20, 30};
  grid.branches.from = {0, 2, 1};
  grid.branches.to = {1, 1, 0};
  return grid;
}

std::vector<double> lengths(const char* text, const feeder::Case& grid = three_wires()) {
  return io::branch_lengths_from_table(io::parse_csv(text, "l.csv"), grid);
}

std::string refusal(const char* text) {
  try {
    (void)lengths(text);
  } catch (const InputError& error) {
    return error.what();
  }
  return {};
}

TEST_CASE("lengths find their branches by their ends, wires side by side in their order") {
  CHECK(lengths("fbus,tbus,length\n20,30,7\n10,20,1.5\n20,10,2.5\n") ==
        std::vector<double>{1.5, 7.0, 2.5});
  feeder::Case named = three_wires();
  named.by_name = true;
  named.buses.name = {"a", "b", "c"};
  CHECK(lengths("length,fbus,tbus\n0,c,b\n1,a,b\n2,a,b\n", named) ==
        std::vector<double>{1.0, 0.0, 2.0});
}

TEST_CASE("lengths that can't be given to every branch once are refused with their line") {
  CHECK(refusal("fbus,tbus,length\n10,30,1\n").find("l.csv:2") == 0);
  CHECK(refusal("fbus,tbus,length\n10,30,1\n").find("ends no branch") != std::string::npos);
  CHECK(refusal("fbus,tbus,length\n20,30,1\n30,20,1\n").find("l.csv:3") == 0);
  CHECK(refusal("fbus,tbus,length\n20,30,1\n10,20,1\n").find("10-20") != std::string::npos);
  CHECK(refusal("fbus,tbus,length\n20,30,-1\n").find("negative") != std::string::npos);
  CHECK(refusal("fbus,tbus,length\n20,30,nan\n").find("l.csv:2") == 0);
  CHECK(refusal("fbus,tbus\n20,30\n").find("length") != std::string::npos);
}

}  // namespace
