// SPDX-License-Identifier: BSD-3-Clause
#include "gridswarm/fleet/profile.hpp"

#include <doctest/doctest.h>

#include "gridswarm/base/error.hpp"
#include "small_fleet.hpp"

using namespace gridswarm;
using fleet::Profile;
using fleet::ProfileUnit;

namespace {

Profile make(const char* name, double step_s, Column<double> value) {
  Profile profile;
  profile.name = name;
  profile.step_s = step_s;
  profile.value = std::move(value);
  return profile;
}

}  // namespace

TEST_CASE("a stamp is local seconds since 1970, checked against the calendar") {
  CHECK(fleet::parse_stamp("1970-01-01") == 0);
  CHECK(fleet::parse_stamp("2000-03-01T00:00") == 951868800);  // date -u -d 2000-03-01 +%s
  CHECK(fleet::parse_stamp("2016-02-29 23:59:59") == 1456790399);
  CHECK(fleet::parse_stamp("1969-12-31T23:00") == -3600);
  for (const char* bad :
       {"", "2016", "2015-02-29", "2016-13-01", "2016-00-10", "2016-04-31", "2016-01-01T24:00",
        "2016-01-01T10:60", "2016-01-01T10", "2016-01-01T10:00Z", "2016-01-01T10:00+01:00",
        "2016-1-1", "2016-01-01T10:00:61", "-016-01-01"}) {
    CAPTURE(bad);
    CHECK_THROWS_AS(fleet::parse_stamp(bad), UsageError);
  }
}

TEST_CASE("a value holds from its stamp to the next, counted from the start of the run") {
  Profile profile = make("a", 900, {1, 2, 3, 4});
  profile.offset_s = 900;
  CHECK(fleet::value_at(profile, 0) == 2);
  CHECK(fleet::value_at(profile, 899.9) == 2);
  CHECK(fleet::value_at(profile, 900) == 3);
  CHECK(fleet::value_at(profile, 2 * 900 + 899) == 4);
}

TEST_CASE("a run that leaves a profile is an error unless the profile repeats") {
  Profile profile = make("sun", 900, {1, 2, 3, 4});
  CHECK_THROWS_WITH_AS(
      fleet::value_at(profile, 3600),
      "profile 'sun' has no value 3600 s after the start of the run, it lasts 3600 s "
      "from there; shorten the run or let the profile repeat",
      UsageError);
  profile.repeat = true;
  CHECK(fleet::value_at(profile, 3600) == 1);
  CHECK(fleet::value_at(profile, 10 * 3600 + 950) == 2);
}

TEST_CASE("a run can ask beforehand whether its profiles last") {
  fleet::ProfileSet set;
  set.profiles = {make("long", 900, {1, 2, 3, 4}), make("short", 900, {1, 2})};
  CHECK_NOTHROW(fleet::require_duration(set, {0}, 3600));
  CHECK_NOTHROW(fleet::require_duration(set, {0, 1}, 1800));
  CHECK_THROWS_WITH_AS(fleet::require_duration(set, {0, 1}, 1860), doctest::Contains("'short'"),
                       UsageError);
  CHECK_THROWS_AS(fleet::require_duration(set, {0}, 3602), UsageError);
}

TEST_CASE("a dated profile must cover the start; without date only the time of day counts") {
  Profile dated = make("a", 3600, {0, 1, 2, 3});
  dated.start = fleet::parse_stamp("2020-06-01T10:00");
  CHECK(fleet::profile_offset_s(dated, "2020-06-01T12:30") == 9000);
  CHECK_THROWS_AS(fleet::profile_offset_s(dated, "2020-06-01T09:59"), UsageError);
  CHECK_THROWS_AS(fleet::profile_offset_s(dated, "2020-06-01T14:00"), UsageError);
  dated.repeat = true;
  CHECK(fleet::profile_offset_s(dated, "2020-06-01T15:00") == 3600);
  CHECK(fleet::profile_offset_s(dated, "2020-06-01T09:00") == 3 * 3600);

  Profile day = make("b", 3600, Column<double>(24, 0.0));
  CHECK(fleet::profile_offset_s(day, "2020-06-01T15:00") == 15 * 3600);
  CHECK(fleet::profile_offset_s(day, "1969-06-01T15:00") == 15 * 3600);
  Profile ramp = make("c", 1, {0, 1, 2});
  CHECK(fleet::profile_offset_s(ramp, "2020-06-01T15:00") == 0);
}

TEST_CASE("names are bound to rows, with SimBench's ending added where needed") {
  fleet::ProfileSet set;
  set.profiles = {make("H0_A_pload", 900, {1}), make("sun", 900, {1})};
  CHECK(fleet::bind_profiles(set, {"sun", "H0_A", "H0_A_pload"}) == std::vector<Index>{1, 0, 0});
  CHECK_THROWS_WITH_AS(fleet::bind_profiles(set, {"moon"}),
                       "no profile is called 'moon'; there are H0_A_pload, sun", UsageError);
}

TEST_CASE("sets from two files join, partners keep pointing right, equal names are refused") {
  fleet::ProfileSet first, second;
  first.profiles = {make("a", 900, {1})};
  second.profiles = {make("b_qload", 900, {5}), make("b_pload", 900, {7})};
  second.profiles[1].reactive = 0;
  fleet::append(first, second);
  REQUIRE(first.size() == 3);
  fleet::ProfileValues values;
  fleet::values_at(first, {2, 0}, 0.0, values);
  CHECK(values.value == Column<double>{7, 1});
  CHECK(values.reactive == Column<double>{5, 0});
  CHECK(values.has_reactive == Column<std::int8_t>{1, 0});
  CHECK_THROWS_AS(fleet::append(first, second), UsageError);
}

TEST_CASE("a plant's curve in kW becomes a shape of its largest value") {
  Profile plant = make("wind_mw", 900, {200, 50});
  plant.unit = ProfileUnit::kw;
  fleet::make_per_unit(plant);
  CHECK(plant.value == Column<double>{1, 0.25});
  CHECK(plant.unit == ProfileUnit::per_unit);
  Profile dead = make("off", 900, {0, 0});
  dead.unit = ProfileUnit::kw;
  CHECK_THROWS_AS(fleet::make_per_unit(dead), UsageError);
}

TEST_CASE("who follows a quantity that its kind can't use is refused by file, agent and profile") {
  fleet::ProfileSet set;
  set.profiles = {make("sun_w_per_m2", 900, {1, 2}), make("hill_m_per_s", 900, {1, 2}),
                  make("air_celsius", 900, {1, 2}), make("home_pu", 900, {1, 2})};
  set.profiles[0].unit = ProfileUnit::w_per_m2;
  set.profiles[1].unit = ProfileUnit::m_per_s;
  set.profiles[2].unit = ProfileUnit::celsius;
  const auto check = [&](fleet::Kind kind, Index row) {
    auto fleet = test::make_fleet({test::Device{.kind = kind, .profile = 0}}, 1);
    fleet::require_fitting(set, {row}, fleet, 60, "s.toml");
  };
  CHECK_NOTHROW(check(fleet::Kind::pv, 0));
  CHECK_NOTHROW(check(fleet::Kind::wind, 1));
  CHECK_NOTHROW(check(fleet::Kind::meter, 3));
  CHECK_THROWS_WITH_AS(check(fleet::Kind::meter, 0),
                       doctest::Contains("s.toml: agent 1 follows profile 'sun_w_per_m2', which is "
                                         "in w_per_m2; w_per_m2 is for pv"),
                       InputError);
  CHECK_THROWS_AS(check(fleet::Kind::pv, 1), InputError);
  CHECK_THROWS_AS(check(fleet::Kind::wind, 0), InputError);
  CHECK_THROWS_AS(check(fleet::Kind::pv, 2), InputError);
  CHECK_THROWS_AS(fleet::require_power(set.profiles[1]), UsageError);
  CHECK_NOTHROW(fleet::require_power(set.profiles[3]));
}

TEST_CASE("of a profile's step and the control tick one must be a multiple of the other") {
  fleet::ProfileSet set;
  set.profiles = {make("a", 90, {1, 2})};
  const auto fleet = test::make_fleet({});
  CHECK_NOTHROW(fleet::require_fitting(set, {0}, fleet, 30, "s.toml"));
  CHECK_NOTHROW(fleet::require_fitting(set, {0}, fleet, 90, "s.toml"));
  CHECK_NOTHROW(fleet::require_fitting(set, {0}, fleet, 180, "s.toml"));
  CHECK_THROWS_WITH_AS(fleet::require_fitting(set, {0}, fleet, 60, "s.toml"),
                       doctest::Contains("s.toml: profile 'a' has a step of 90 s"), InputError);
  CHECK_THROWS_AS(fleet::require_fitting(set, {0}, fleet, 120, "s.toml"), InputError);
}
