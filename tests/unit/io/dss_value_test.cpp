// SPDX-License-Identifier: BSD-3-Clause
// What a value says: numbers, calculations, lists, matrices, buses.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "gridswarm/base/error.hpp"
#include "gridswarm/io/dss_object.hpp"
#include "gridswarm/io/dss_units.hpp"

using namespace gridswarm;
using io::DssValue;

namespace {

DssValue plain(const char* text) { return {text, nullptr, 7, false}; }
DssValue quoted(const char* text) { return {text, nullptr, 7, true}; }

}  // namespace

TEST_CASE("a number is all of its text and finite") {
  CHECK(io::number_of(plain("1e3")) == 1000.0);
  CHECK(io::number_of(plain("+.5")) == 0.5);
  CHECK(io::number_of(plain("-5.")) == -5.0);
  CHECK_THROWS_WITH(io::number_of(plain("5x")), "text:7: \"5x\" is not a finite number");
  CHECK_THROWS_WITH(io::number_of(plain("")), "text:7: a number is missing");
  for (const char* bad : {"nan", "inf", "1e999", "0x10", "++1", "1 2"})
    CHECK_THROWS_AS(io::number_of(plain(bad)), InputError);
}

TEST_CASE("an expression in quotes is calculated, operations after numbers") {
  CHECK(io::number_of(quoted("8 1000 /")) == 0.008);
  CHECK(io::number_of(quoted("0.4 3 sqrt /")) ==
        doctest::Approx(0.23094010767585033).epsilon(1e-15));
  CHECK(io::number_of(quoted("2 3 ^ 1 -")) == 7.0);
  CHECK(io::number_of(quoted("7 2 swap -")) == -5.0);
  CHECK(io::number_of(quoted("3 sqr inv 9 *")) == 1.0);
  CHECK(io::number_of(quoted("30 sin")) == doctest::Approx(0.5).epsilon(1e-15));
  CHECK(io::number_of(quoted("1 1 atan2")) == doctest::Approx(45.0).epsilon(1e-15));
  CHECK(io::number_of(quoted("100 log10 2 rolldn")) == 2.0);
  CHECK_THROWS_WITH(io::number_of(quoted("1 plus")),
                    "text:7: \"plus\" in \"1 plus\" is neither a number nor an operation");
  CHECK_THROWS_WITH(io::number_of(quoted("1 0 /")), "text:7: \"1 0 /\" has no finite value");
}

TEST_CASE("whole numbers round, yes and no are told by their first letter") {
  CHECK(io::integer_of(plain("2.6")) == 3);
  CHECK_THROWS_AS(io::integer_of(plain("1e10")), InputError);
  for (const char* yes : {"y", "Yes", "TRUE", "t", "1"}) CHECK(io::boolean_of(plain(yes)));
  for (const char* no : {"n", "No", "false", "F", "0"}) CHECK_FALSE(io::boolean_of(plain(no)));
  CHECK_THROWS_WITH(io::boolean_of(plain("maybe")), "text:7: \"maybe\" is neither yes nor no");
}

TEST_CASE("lists are divided by blanks or commas and may hold calculations") {
  CHECK(io::numbers_of(quoted("1, 2  (3 4 +) 5")) == std::vector<double>{1, 2, 7, 5});
  CHECK(io::words_of(quoted("a.1.2, 'b c' d")) == std::vector<std::string>{"a.1.2", "b c", "d"});
  CHECK(io::numbers_of(quoted("")).empty());
  CHECK_THROWS_AS(io::numbers_of(quoted("1 x")), InputError);
  CHECK_THROWS_AS(io::numbers_of(quoted("warp=9")), InputError);
}

TEST_CASE("a matrix is its rows or its lower triangle") {
  const std::vector<double> wanted{1, 2, 4, 2, 3, 5, 4, 5, 6};
  CHECK(io::matrix_of(quoted("1 | 2 3 | 4 5 6"), 3) == wanted);
  CHECK(io::matrix_of(quoted("1 2 4 | 2 3 5 | 4 5 6 |"), 3) == wanted);
  CHECK(io::matrix_of(quoted("(7 1 -)"), 1) == std::vector<double>{6});
  CHECK_THROWS_WITH(io::matrix_of(quoted("1 | 2"), 2),
                    "text:7: row 2 of a matrix has 1 numbers; 2 of the whole matrix or 2 of its "
                    "lower triangle are needed");
  CHECK_THROWS_WITH(io::matrix_of(quoted("1"), 2), "text:7: a matrix has 1 rows; 2 are needed");
  CHECK_THROWS_AS(io::matrix_of(quoted("1 | 2 3 | 4 5 6"), 2), InputError);
  CHECK_THROWS_AS(io::matrix_of(quoted(""), 2), InputError);
  CHECK_THROWS_AS(io::matrix_of(quoted("1"), 100000), InputError);
}

TEST_CASE("a bus is a name with its nodes") {
  const io::DssBus bus = io::bus_of(plain("N_1(a).1.2.0"));
  CHECK(bus.name == "N_1(a)");
  CHECK(bus.nodes == std::vector<std::int32_t>{1, 2, 0});
  CHECK(io::bus_of(plain("650")).nodes.empty());
  for (const char* bad : {"", ".1", "a.x", "a.-1", "a.1.5e", "a.1000", "a.1..2"})
    CHECK_THROWS_AS(io::bus_of(plain(bad)), InputError);
}

TEST_CASE("units of length are told by two letters, and none converts to anything") {
  CHECK(io::metres(io::unit_of(plain("Miles"))) == 1609.344);
  CHECK(io::metres(io::unit_of(plain("kft"))) == 304.8);
  CHECK(io::unit_of(plain("m")) == io::DssUnit::m);
  CHECK(io::converted(io::DssUnit::km, io::DssUnit::m) == 1000.0);
  CHECK(io::converted(io::DssUnit::none, io::DssUnit::ft) == 1.0);
  CHECK_THROWS_AS(io::unit_of(plain("parsec")), InputError);
}
