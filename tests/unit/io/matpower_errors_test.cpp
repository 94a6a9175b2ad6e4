// SPDX-License-Identifier: BSD-3-Clause
// What is wrong with a case file is said with its line, id and value.
#include <doctest/doctest.h>

#include <string>

#include "gridswarm/base/error.hpp"
#include "gridswarm/io/matpower.hpp"

using namespace gridswarm;

namespace {

const std::string good =
    "function mpc = two_bus\n"                   // 1
    "mpc.version = '2';\n"                       // 2
    "mpc.baseMVA = 10;\n"                        // 3
    "mpc.bus = [\n"                              // 4
    "  1 3 0 0 0 0 1 1 0 20 1 1.1 0.9;\n"        // 5
    "  2 1 0.5 0.1 0 0 1 1 0 20 1 1.1 0.9;\n"    // 6
    "];\n"                                       // 7
    "mpc.gen = [ 1 0 0 9 -9 1 100 1 9 0 ];\n"    // 8
    "mpc.branch = [\n"                           // 9
    "  1 2 0.01 0.02 0 5 0 0 0 0 1 -360 360;\n"  // 10
    "];\n";

std::string changed(const std::string& from, const std::string& to) {
  std::string text = good;
  REQUIRE(text.find(from) != std::string::npos);
  return text.replace(text.find(from), from.size(), to);
}

/// The message for a text that must be refused.
std::string refusal(const std::string& text) {
  try {
    io::parse_matpower(text, "x.m");
  } catch (const InputError& error) {
    return error.what();
  }
  return "accepted";
}

bool has(const std::string& message, const std::string& part) {
  CAPTURE(message);
  CHECK(message.find(part) != std::string::npos);
  return message.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("the unchanged file is accepted") { CHECK(refusal(good) == "accepted"); }

TEST_CASE("empty, blank and binary files are refused") {
  has(refusal(""), "x.m: is empty");
  has(refusal(" \n\n"), "empty");
  has(refusal("% only a comment\n"), "empty");
  has(refusal(std::string("\x7f"
                          "ELF\0\1",
                          6)),
      "binary");
  has(refusal("\x89PNG\r\n"), "not a MATPOWER case file");
  has(refusal("bus,type\n1,3\n"), "x.m:1: a MATPOWER case file (version 2) begins with");
}

TEST_CASE("a file cut off anywhere is refused, never read in part") {
  // Behind the last bracket nothing is missing any more.
  const std::size_t complete = good.rfind("]") + 1;
  for (std::size_t length = 0; length < complete; ++length) {
    CAPTURE(length);
    CHECK(refusal(good.substr(0, length)) != "accepted");
  }
  has(refusal(good.substr(0, good.find("  2 1"))), "cut off");
  has(refusal(good.substr(0, good.find("mpc.branch"))), "mpc.branch is missing");
}

TEST_CASE("wrong column counts name the row") {
  has(refusal(changed("0.5 0.1 0 0", "0.5 0 0")), "x.m:6: this row has 12 columns");
  has(refusal(changed("1 0 0 9 -9 1 100 1 9 0", "1 0 0 9")), "x.m:8: mpc.gen has 4 columns");
}

TEST_CASE("duplicate and unknown bus ids are named") {
  has(refusal(changed("  2 1 0.5", "  1 1 0.5")), "x.m:6: bus 1 stands already in line 5");
  has(refusal(changed("  1 2 0.01", "  1 7 0.01")), "x.m:10: mpc.branch names bus 7");
  has(refusal(changed("[ 1 0 0 9", "[ 8 0 0 9")), "x.m:8: mpc.gen names bus 8");
  has(refusal(changed("  2 1 0.5", "  2.5 1 0.5")), "bus number 2.5");
}

TEST_CASE("values that can't be used are named") {
  has(refusal(changed("0 5 0 0 0 0 1", "0 -5 0 0 0 0 1")),
      "x.m:10: the rating of branch 1-2 is -5");
  has(refusal(changed("0 5 0 0 0 0 1", "0 NaN 0 0 0 0 1")), "is NaN MVA");
  has(refusal(changed("0.01", "NaN")), "r of branch 1-2 is NaN");
  has(refusal(changed("0.5 0.1", "Inf 0.1")), "Pd at bus 2 is inf");
  has(refusal(changed("0.01", "1/0")), "r of branch 1-2 is inf");
  has(refusal(changed("  2 1 0.5", "  2 5 0.5")), "type 5");
  has(refusal(changed("baseMVA = 10", "baseMVA = 0")), "x.m:3: mpc.baseMVA must be one positive");
  has(refusal(changed("1 2 0.01 0.02 0 5 0 0 0 0", "1 2 0.01 0.02 0 5 0 0 -1 0")), "ratio");
  has(refusal(changed("1 3 0 0 0 0 1 1 0", "1 1 0 0 0 0 1 1 0")), "x.m:4: mpc.bus has no source");
}

TEST_CASE("code that is not understood is refused with its line, never ignored") {
  has(refusal(good + "mpc = scale_load(2, mpc);\n"), "x.m:12: ");
  has(refusal(good + "for k = 1:3, mpc.bus(k, 3) = 0; end\n"), "x.m:12: the statement \"for k");
  has(refusal(good + "mpc.bus(:, 3) = mpc.bus(:, 3) / Sbase;\n"), "x.m:12: \"Sbase\"");
  has(refusal(good + "mpc.bus(:, 30) = 1;\n"), "x.m:12: no row or column");
  has(refusal(good + "if mpc.baseMVA > 5\n"), "x.m:12: ");
  has(refusal(good + "mpc.bus(:, 3) = mpc.bus(:, 3)';\n"), "x.m:12");
  has(refusal(good + "x = " + std::string(5000, '(') + "1"), "too deeply");
  has(refusal(changed("'2'", "'1'")), "version 1");
}

TEST_CASE("a missing file is a file error with its name") {
  CHECK_THROWS_WITH_AS(io::read_matpower("/nonexistent/case.m"),
                       "/nonexistent/case.m: cannot be opened: No such file or directory",
                       FileError);
  CHECK_THROWS_AS(io::read_matpower("/"), FileError);
}

TEST_CASE("direct current lines in service and user functions are refused with their line") {
  has(refusal(good + "mpc.dcline = [\n1 2 0 10;\n2 1 1 10 ];\n"),
      "x.m:14: the direct current line 2-1 is in service");
  CHECK(refusal(good + "mpc.dcline = [1 2 0 10];\n") == "accepted");
  has(refusal(good + "mpc.userfcn.formulation = 1;\n"), "x.m:12: mpc.userfcn.formulation");
  has(refusal(good + "mpc = add_userfcn(mpc, 'formulation', @f);\n"), "x.m:12");
}

TEST_CASE("names for another number of buses are told and passed over") {
  const feeder::Case grid = io::parse_matpower(good + "mpc.bus_name = {'a'};\n", "x.m");
  CHECK(grid.buses.name.empty());
  REQUIRE(grid.warnings.size() == 1);
  has(grid.warnings[0], "1 names for 2 buses");
}
