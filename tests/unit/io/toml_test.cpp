// SPDX-License-Identifier: BSD-3-Clause
#include "gridswarm/io/toml.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <limits>

#include "gridswarm/base/error.hpp"

using namespace gridswarm;

namespace {

struct Kettle {
  double volume_l = 1.5;
  std::int64_t cups = 4;
  bool whistles = true;
  std::string colour = "red";
  double patience_s = std::numeric_limits<double>::infinity();
};

}  // namespace

namespace gridswarm::inline GS_ABI {
template <>
std::span<const Field<Kettle>> fields<Kettle>() {
  static const std::array<Field<Kettle>, 5> table = {{
      {"volume_l", "l", &Kettle::volume_l, 0.0, 10.0, "What it holds."},
      {"cups", "", &Kettle::cups, 1, 12, "How many it fills."},
      {"whistles", "", &Kettle::whistles, 0, 1, "Does it?"},
      {"colour", "", &Kettle::colour, 0, 0, "Its colour."},
      {"patience_s", "s", &Kettle::patience_s, 0.0, no_limit, "How long one waits."},
  }};
  return table;
}
}  // namespace gridswarm::inline GS_ABI

namespace {

/// What the reader says about a [kettle] with this line in it, "" if it is content.
std::string complaint(const std::string& line) {
  try {
    const io::TomlTable file = io::parse_toml("[kettle]\n" + line + "\n", "home.toml");
    Kettle kettle;
    io::read_fields(*file.table("kettle"), kettle);
    file.refuse_unknown();
  } catch (const InputError& error) {
    CHECK(error.exit_code == ExitCode::file);
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("keys in the file replace the members, all others keep their defaults") {
  const auto file = io::parse_toml("volume_l = 2\ncolour = 'blue'\nwhistles = false\n", "k.toml");
  Kettle kettle;
  io::read_fields(file, kettle);
  CHECK(kettle.volume_l == 2.0);
  CHECK(kettle.colour == "blue");
  CHECK_FALSE(kettle.whistles);
  CHECK(kettle.cups == 4);
  CHECK(std::isinf(kettle.patience_s));
  CHECK_NOTHROW(file.refuse_unknown());
}

TEST_CASE("an unknown key is named with line and column, and the nearest known key is proposed") {
  CHECK(complaint("volume_1 = 2") ==
        "home.toml:2: column 1: unknown key kettle.volume_1; did you mean volume_l?");
  CHECK(complaint("  x = 1") ==
        "home.toml:2: column 3: unknown key kettle.x; known here: colour, cups, patience_s, "
        "volume_l, whistles");
}

TEST_CASE("the first unknown key in the order of the file is the one named") {
  const auto file = io::parse_toml("[b]\nz = 1\na = 2\n[a]\nq = 1\n", "f.toml");
  CHECK(file.table("b").has_value());
  CHECK(file.table("a").has_value());
  CHECK_THROWS_WITH(file.refuse_unknown(),
                    "f.toml:2: column 1: unknown key b.z; nothing is known here");
}

TEST_CASE("a table that nobody asked for is unknown as a whole") {
  const auto file = io::parse_toml("a = 1\n[kettel]\ncups = 3\n", "f.toml");
  std::int64_t a = 0;
  CHECK(file.read("a", a));
  CHECK_FALSE(file.table("kettle"));
  CHECK_THROWS_WITH(file.refuse_unknown(),
                    "f.toml:2: column 2: unknown key kettel; did you mean kettle?");
}

TEST_CASE("a value out of range is shown with the range and its unit") {
  CHECK(complaint("volume_l = 11") == "home.toml:2: kettle.volume_l = 11 must be in 0 .. 10 l");
  CHECK(complaint("patience_s = -1.5") ==
        "home.toml:2: kettle.patience_s = -1.5 must be at least 0 s");
  CHECK(complaint("cups = 0") == "home.toml:2: kettle.cups = 0 must be in 1 .. 12");
}

TEST_CASE("NaN is refused, and infinity unless the default is infinite") {
  CHECK(complaint("volume_l = nan") == "home.toml:2: kettle.volume_l = nan must be a number");
  CHECK(complaint("volume_l = inf") == "home.toml:2: kettle.volume_l = inf must be in 0 .. 10 l");
  CHECK(complaint("patience_s = inf").empty());
  double power_kw = 1.0;
  const auto file = io::parse_toml("power_kw = inf", "f.toml");
  CHECK_THROWS_WITH(file.read("power_kw", power_kw), "f.toml:1: power_kw = inf must be finite");
  CHECK(power_kw == 1.0);
}

TEST_CASE("a value of the wrong type is refused, a whole number for a real one is not") {
  CHECK(complaint("cups = 2.5") == "home.toml:2: kettle.cups must be a whole number, not 2.5");
  CHECK(complaint("cups = '2'") == "home.toml:2: kettle.cups must be a whole number, not \"2\"");
  CHECK(complaint("volume_l = true") == "home.toml:2: kettle.volume_l must be a number, not true");
  CHECK(complaint("whistles = 1") == "home.toml:2: kettle.whistles must be true or false, not 1");
  CHECK(complaint("colour = 7") == "home.toml:2: kettle.colour must be a text in quotes, not 7");
  CHECK(complaint("colour = ['a']") ==
        "home.toml:2: kettle.colour must be a text in quotes, not an array");
  CHECK(complaint("volume_l = 3").empty());
}

TEST_CASE("dates may stand without quotes where a text is wanted") {
  std::string day, moment, local;
  const auto file = io::parse_toml(
      "day = 2016-03-27\nmoment = 2016-03-27T01:30:00+01:00\nlocal = 2016-03-27T01:30:00",
      "d.toml");
  CHECK(file.read("day", day));
  CHECK(file.read("moment", moment));
  CHECK(file.read("local", local));
  CHECK(day == "2016-03-27");
  CHECK(moment == "2016-03-27T01:30:00+01:00");
  CHECK(local == "2016-03-27T01:30:00");
}

TEST_CASE("arrays of tables are read in file order, with messages that count from 0") {
  const auto file = io::parse_toml("[[feeder]]\nname = 'a'\n[[feeder]]\nname = 3\n", "t.toml");
  const auto feeders = file.tables("feeder");
  REQUIRE(feeders.size() == 2);
  std::string name;
  CHECK(feeders[0].read("name", name));
  CHECK(name == "a");
  CHECK_THROWS_WITH(feeders[1].read("name", name),
                    "t.toml:4: feeder[1].name must be a text in quotes, not 3");
  CHECK(file.tables("absent").empty());
}

TEST_CASE("arrays of numbers are checked element by element") {
  std::vector<double> values;
  const auto file = io::parse_toml("good = [1, 2.5]\nbad = [1,\n  20]\nworse = [1, 'x']", "a.toml");
  CHECK(file.read("good", values, {0, 10, "kW"}));
  CHECK(values == std::vector<double>{1.0, 2.5});
  CHECK_THROWS_WITH(file.read("bad", values, {0, 10, "kW"}),
                    "a.toml:3: bad[1] = 20 must be in 0 .. 10 kW");
  CHECK_THROWS_WITH(file.read("worse", values), "a.toml:4: worse[1] must be a number, not \"x\"");
  CHECK(values.size() == 2);
}

TEST_CASE("what is not TOML is refused with its place") {
  CHECK_THROWS_AS(io::parse_toml("", "e.toml"), InputError);
  CHECK_THROWS_WITH(io::parse_toml("# only words\n", "e.toml"), "e.toml: holds no settings");
  for (const std::string text : {"a = 1\nb = \n", "a = 1\n[b", "a = 1\na = 2", "a = 1\n\x01\xff"}) {
    CAPTURE(text);
    try {
      io::parse_toml(text, "cut.toml");
      FAIL("accepted");
    } catch (const InputError& error) {
      CHECK(std::string(error.what()).rfind("cut.toml:2: column ", 0) == 0);
    }
  }
  std::string zeros(300, '\0');
  CHECK_THROWS_AS(io::parse_toml(zeros, "zeros.toml"), InputError);
  CHECK_THROWS_AS(io::parse_toml("a = " + std::string(5000, '['), "deep.toml"), InputError);
}

TEST_CASE("a missing file and a folder are file errors that name the path") {
  CHECK_THROWS_AS(io::read_toml("/nowhere/town.toml"), FileError);
  CHECK_THROWS_AS(io::read_toml("/"), FileError);
}

TEST_CASE("a check over several keys can point at the line of one of them") {
  const auto file = io::parse_toml("start = 5\nend = 3\n", "r.toml");
  CHECK_THROWS_WITH(file.refuse("end", "must come after start"),
                    "r.toml:2: end must come after start");
}

TEST_CASE("a table whose keys are names is listed in file order and then is known") {
  const auto file = io::parse_toml("zebra = 1\napple = 2\n", "n.toml");
  CHECK(file.keys() == std::vector<std::string>{"zebra", "apple"});
  CHECK_NOTHROW(file.refuse_unknown());
}
