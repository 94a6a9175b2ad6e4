// SPDX-License-Identifier: BSD-3-Clause
#include "gridswarm/io/csv.hpp"

#include <doctest/doctest.h>

#include <array>
#include <filesystem>
#include <string>

using namespace gridswarm;

namespace {

/// What the error says; empty where nothing is thrown.
template <class Call>
std::string message_of(Call&& call) {
  try {
    call();
  } catch (const Error& error) {
    CHECK(error.exit_code == ExitCode::file);
    return error.what();
  }
  return {};
}

std::string refusal(std::string_view text) {
  return message_of([&] { io::parse_csv(text, "t.csv"); });
}

}  // namespace

TEST_CASE("a table keeps its cells, its lines and quoted commas, quotes and line ends") {
  const auto table = io::parse_csv(
      "\xEF\xBB\xBFname,x\r\n\"a, \"\"b\"\"\",1\r\n\r\n  plain\t, 2 "
      "\r\n\"two\nlines\",-3.5e-1\n+4,+5",
      "t.csv");
  REQUIRE(table.rows() == 4);
  CHECK(table.names[0] == "name");
  CHECK(table.cell(0, 0) == "a, \"b\"");
  CHECK(table.cell(1, 0) == "plain");
  CHECK(table.cell(2, 0) == "two\nlines");
  CHECK(io::number(table, 1, 1) == 2.0);
  CHECK(io::number(table, 2, 1) == -0.35);
  CHECK(io::number(table, 3, 1) == 5.0);
  CHECK(table.line[0] == 2);
  CHECK(table.line[1] == 4);
  CHECK(table.line[2] == 5);
  CHECK(table.line[3] == 7);  // the quoted cell took two lines
}

TEST_CASE("a moved table still owns what its cells point into") {
  auto table = io::parse_csv("a\n7\n", "t.csv");
  const io::CsvTable moved = std::move(table);
  CHECK(io::integer(moved, 0, 0) == 7);
}

TEST_CASE("an odd file is refused with its line") {
  CHECK(refusal("").find("is empty") != std::string::npos);
  CHECK(refusal("\n\r\n").find("is empty") != std::string::npos);
  CHECK(refusal(std::string_view("a,b\n1,2\n\0,3\n", 12)) ==
        "t.csv:3: holds a NUL byte, so it is no text table; give a comma separated file");
  CHECK(refusal("a,b\n1,2\n3\n").find("t.csv:3: has 1 cells where the header names 2") == 0);
  CHECK(refusal("a,b\n1,2,3\n").find("t.csv:2: has 3 cells") == 0);
  CHECK(refusal("a,a\n1,2\n").find("t.csv:1: column 'a' stands twice") == 0);
  CHECK(refusal("a,,b\n1,2,3\n").find("has no name") != std::string::npos);
  CHECK(refusal("a,b\n1,2\n\"open,2\n").find("t.csv:3: a quote opens here") == 0);
  CHECK(refusal("a,b\n\"x\"y,2\n").find("t.csv:2: after a closing quote") == 0);
}

TEST_CASE("a cell that is no finite number is refused with line, column and cell") {
  const auto table =
      io::parse_csv("id,x\n1,abc\n2,nan\n3,inf\n4,\n5,1e999\n6,1 2\n7.5,+-1\n", "t.csv");
  const auto number = [&](Index row) { return message_of([&] { io::number(table, row, 1); }); };
  CHECK(number(0) == "t.csv:2: x 'abc' is not a number");
  CHECK(number(1) == "t.csv:3: x 'nan' is not a finite number");
  CHECK(number(2) == "t.csv:4: x 'inf' is not a finite number");
  CHECK(number(3) == "t.csv:5: x '' is not a number");
  CHECK(number(4).find("t.csv:6: x '1e999' is not a") == 0);
  CHECK(number(5) == "t.csv:7: x '1 2' is not a number");
  CHECK(number(6) == "t.csv:8: x '+-1' is not a number");
  CHECK(message_of([&] { io::integer(table, 6, 0); }) == "t.csv:8: id '7.5' is not a whole number");
}

TEST_CASE("a missing or unknown column is named beside what is there or known") {
  const auto table = io::parse_csv("id,x\n1,2\n", "t.csv");
  CHECK(io::find_column(table, "x") == 1);
  CHECK(io::find_column(table, "X") == none);
  CHECK(message_of([&] { io::require_column(table, "y"); }) ==
        "t.csv:1: has no column 'y'; it has id, x");
  const std::array<std::string_view, 2> known = {"id", "z"};
  CHECK(message_of([&] { io::require_known_columns(table, known); }) ==
        "t.csv:1: unknown column 'x'; known are id, z");
}

TEST_CASE("a missing file and a folder are file errors") {
  CHECK(message_of([] { io::read_csv("no/such/file.csv"); }).find("no/such/file.csv") == 0);
  const std::string folder = std::filesystem::temp_directory_path().string();
  CHECK(message_of([&] { io::read_csv(folder); }).find(folder) == 0);
}
