// SPDX-License-Identifier: BSD-3-Clause
// A path's content says whether it holds a circuit or a balanced case, and either door says so.
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include "gridswarm/base/error.hpp"
#include "gridswarm/io/case_file.hpp"
#include "gridswarm/io/circuit_file.hpp"

using namespace gridswarm;

namespace {

struct Scratch {
  std::filesystem::path folder =
      std::filesystem::temp_directory_path() / "gridswarm_circuit_file_test";
  Scratch() { std::filesystem::create_directories(folder); }
  ~Scratch() { std::filesystem::remove_all(folder); }
  std::string file(const std::string& name, const std::string& text) const {
    std::ofstream(folder / name) << text;
    return (folder / name).string();
  }
};

}  // namespace

TEST_CASE("OpenDSS commands are known by their first word, whatever the suffix") {
  CHECK(io::looks_like_dss("Clear\nNew Circuit.x\n", "feeder.txt"));
  CHECK(io::looks_like_dss("! a comment\r\n\r\n// another\r\n  NEW Circuit.x", "feeder"));
  CHECK(io::looks_like_dss("\xEF\xBB\xBFredirect lines.dss", "feeder"));
  CHECK(io::looks_like_dss("anything", "Master.DSS"));
  CHECK_FALSE(io::looks_like_dss("function mpc = case\nmpc.baseMVA = 1;", "case.m"));
  CHECK_FALSE(io::looks_like_dss("{\"version\": 1}", "net.json"));
  CHECK_FALSE(io::looks_like_dss("newton = 1", "x"));
  CHECK_FALSE(io::looks_like_dss("", "x"));
  CHECK_FALSE(io::looks_like_dss("! nothing but a comment", "x"));
}

TEST_CASE("either door names what the file is instead") {
  const Scratch scratch;
  const std::string circuit = scratch.file("c.dss", "New Circuit.c\n");
  const std::string grid = scratch.file("case.m", "function mpc = c\nmpc.baseMVA = 1;\n");
  CHECK(io::holds_circuit(circuit));
  CHECK_FALSE(io::holds_circuit(grid));
  CHECK_THROWS_WITH_AS(io::read_case(circuit), doctest::Contains("unbalanced"), UsageError);
  CHECK_THROWS_WITH_AS(io::read_circuit(grid), doctest::Contains("OpenDSS"), UsageError);
  CHECK_THROWS_AS(io::holds_circuit(circuit + ".none"), FileError);
  CHECK(io::read_circuit(circuit).name == "c");
}
