// SPDX-License-Identifier: BSD-3-Clause
#include "gridswarm/io/profile_file.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <string>

using namespace gridswarm;
using fleet::ProfileUnit;

namespace {

fleet::ProfileSet read(const std::string& text, const io::ProfileFileOptions& options = {}) {
  return io::profiles_from_table(io::parse_csv(text, "p.csv"), options);
}

std::string refusal(const std::string& text, const io::ProfileFileOptions& options = {}) {
  try {
    read(text, options);
  } catch (const InputError& error) {
    return error.what();
  }
  return {};
}

}  // namespace

TEST_CASE("a column's name tells its unit, and a price per kWh is no energy") {
  const auto is = [](const char* name, ProfileUnit unit, double factor) {
    CAPTURE(name);
    const auto named = io::unit_in_name(name);
    REQUIRE(named);
    CHECK(named->unit == unit);
    CHECK(named->factor == factor);
  };
  is("load_kw", ProfileUnit::kw, 1);
  is("load_area1_mw", ProfileUnit::kw, 1000);
  is("pump_w", ProfileUnit::kw, 1e-3);
  is("load1_kwh", ProfileUnit::kwh_per_step, 1);
  is("pv1_w_per_kw", ProfileUnit::per_unit, 1e-3);
  is("PU", ProfileUnit::per_unit, 1);
  is("H0_A_pload", ProfileUnit::per_unit, 1);
  for (const char* name :
       {"price_usd_per_kwh", "carbon_kg_per_kwh", "PV1", "value", "p1", "hour"}) {
    CAPTURE(name);
    CHECK_FALSE(io::unit_in_name(name));
  }
}

TEST_CASE("energy per step becomes power, watts per kW become per unit") {
  const auto set =
      read("time,a_kwh,b_w_per_kw,c_mw\n2020-01-01T00:00,1,500,2\n2020-01-01T00:15,2,250,3\n");
  REQUIRE(set.size() == 3);
  CHECK(set.profiles[0].unit == ProfileUnit::kw);
  CHECK(set.profiles[0].value == Column<double>{4, 8});  // kWh in a quarter of an hour
  CHECK(set.profiles[1].unit == ProfileUnit::per_unit);
  CHECK(set.profiles[1].value == Column<double>{0.5, 0.25});
  CHECK(set.profiles[2].value == Column<double>{2000, 3000});
}

TEST_CASE("minute m covers [m-1, m), and a whole day without date repeats") {
  std::string text = "minute,p1\n";
  for (int m = 1; m <= 1440; ++m) text += std::to_string(m) + "," + std::to_string(m) + "\n";
  const auto set = read(text, {.unit = ProfileUnit::kw});
  const auto& profile = set.profiles[0];
  CHECK(fleet::value_at(profile, 0.0) == 1);
  CHECK(fleet::value_at(profile, 59.999) == 1);
  CHECK(fleet::value_at(profile, 60.0) == 2);
  CHECK(fleet::value_at(profile, 86400.0) == 1);
  CHECK(profile.repeat);
}

TEST_CASE("every documented time axis is read with its step") {
  CHECK(read("second,a_pu\n0,1\n10,2\n20,3\n").profiles[0].step_s == 10);
  CHECK(read("hour,a_pu\n0,1\n1,2\n").profiles[0].step_s == 3600);
  CHECK(read("sample_5s,a_pu\n0,1\n1,2\n").profiles[0].step_s == 5);
  CHECK(read("time,a_pu\n00:00,1\n12:00,2\n").profiles[0].step_s == 43200);
  CHECK(read("time,a_pu\n2020-01-01 00:00:00,1\n2020-01-01 00:00:01,2\n").profiles[0].step_s == 1);
}

TEST_CASE("when clocks change, local stamps jump and real time goes on by one step") {
  const auto set = read(
      "time,a_pu\n"
      "2016-03-27T01:30,0\n2016-03-27T01:45,1\n2016-03-27T03:00,2\n2016-03-27T03:15,3\n");
  const auto& spring = set.profiles[0];
  CHECK(fleet::value_at(spring, 1800.0) == 2);
  CHECK(fleet::profile_offset_s(spring, "2016-03-27T03:00") == 1800.0);
  CHECK(fleet::profile_offset_s(spring, "2016-03-27T03:20") == 3000.0);
  CHECK(fleet::profile_offset_s(spring, "2016-03-27T02:30") == 1800.0);  // a time that was skipped

  const auto autumn = read(
                          "time,a_pu\n2016-10-30T02:30,0\n2016-10-30T02:45,1\n"
                          "2016-10-30T02:00,2\n2016-10-30T02:15,3\n2016-10-30T02:30,4\n")
                          .profiles[0];
  CHECK(fleet::value_at(autumn, 4 * 900.0) == 4);
  CHECK(fleet::profile_offset_s(autumn, "2016-10-30T02:30") == 0.0);  // the first of the two
  CHECK(fleet::profile_offset_s(autumn, "2016-10-30T02:15") == 2700.0);

  CHECK_THROWS_AS(fleet::profile_offset_s(autumn, "2016-10-30T01:59"), UsageError);
  CHECK_THROWS_AS(fleet::profile_offset_s(autumn, "2016-10-30T03:00"), UsageError);

  const auto hourly = read(
      "time,a_pu\n2016-10-30T01:00,0\n2016-10-30T02:00,1\n"
      "2016-10-30T02:00,2\n2016-10-30T03:00,3\n");
  CHECK(fleet::profile_offset_s(hourly.profiles[0], "2016-10-30T03:00") == 3 * 3600.0);
}

TEST_CASE("the reactive partner of a column comes along") {
  const auto set =
      read("time,H_qload,H_pload,X_pload\n00:00,0.1,0.5,1\n12:00,0.2,0.6,1\n", {.columns = {"H"}});
  REQUIRE(set.size() == 2);
  CHECK(fleet::find_profile(set, "H") == 1);
  CHECK(set.profiles[1].reactive == 0);
  CHECK(set.profiles[0].reactive == none);
}

TEST_CASE("a filter reads no other column, so their units don't matter") {
  const std::string text = "hour,month,price_usd_per_kwh,load_kwh\n0,7,0.2,1.5\n1,7,0.2,x\n";
  CHECK(refusal(text).find("p.csv:1: column 'month' tells no unit") == 0);
  CHECK(refusal(text, {.columns = {"load_kwh"}}) == "p.csv:3: load_kwh 'x' is not a number");
  CHECK(read("hour,month,load_kwh\n0,7,1\n1,7,2\n", {.columns = {"load_kwh"}}).size() == 1);
  CHECK(read("hour,month,load_kwh\n0,7,1\n1,7,2\n", {.columns = {"other"}}).size() == 0);
}

TEST_CASE("what is no profile is refused in a sentence that says what to do") {
  CHECK(refusal("session_id,start,stop\n1,2021-03-16T17:20,2021-03-16T17:50\n")
            .find("p.csv:1: is a list of sessions with start and stop") == 0);
  CHECK(refusal("date,a_pu\n1,2\n2,3\n").find("p.csv:1: the first column 'date' is no time axis") ==
        0);
  CHECK(refusal("sample_0s,a_pu\n0,2\n1,3\n").find("is no time axis") != std::string::npos);
  CHECK(refusal("time,a_pu\n00:00,1\n").find("fewer than two") != std::string::npos);
  CHECK(refusal("time,a_pu\n00:00,1\n00:15,1\n").find("must cover one whole day") !=
        std::string::npos);
  CHECK(refusal("second,a_pu\n0,1\n0,1\n").find("p.csv:3: second '0' does not come after") == 0);
  CHECK(refusal("second,a_pu\n0,1\n1,1\n3,1\n").find("p.csv:4: second '3' does not follow") == 0);
  CHECK(refusal("time,a_pu\n2020-01-01T00:00,1\n2020-01-01T00:15,1\n2020-01-01T00:45,1\n")
            .find("p.csv:4:") == 0);
  CHECK(refusal("time,a_pu\n2020-01-01T00:00,1\nsoon,1\n")
            .find("p.csv:3: time 'soon' is no local time") == 0);
  CHECK(refusal("time,a_pu\n00:00,1\n24:00,1\n").find("p.csv:3: time '24:00' is no time of day") ==
        0);
  CHECK(refusal("hour,a_pu\n0,1\n1.5,1\n").find("is not a whole number") != std::string::npos);
}

TEST_CASE("two forward jumps without one back are missing lines, not clocks") {
  CHECK(refusal("time,a_pu\n2020-01-01T00:00,1\n2020-01-01T00:15,1\n2020-01-01T01:30,1\n"
                "2020-01-01T02:45,1\n")
            .find("p.csv:5: time '2020-01-01T02:45' does not follow") == 0);
}

TEST_CASE("units are declared by six words") {
  CHECK(io::parse_profile_unit("kw") == ProfileUnit::kw);
  CHECK(io::parse_profile_unit("kwh_per_step") == ProfileUnit::kwh_per_step);
  CHECK(io::parse_profile_unit("per_unit") == ProfileUnit::per_unit);
  CHECK(io::parse_profile_unit("w_per_m2") == ProfileUnit::w_per_m2);
  CHECK(io::parse_profile_unit("m_per_s") == ProfileUnit::m_per_s);
  CHECK(io::parse_profile_unit("celsius") == ProfileUnit::celsius);
  CHECK_FALSE(io::parse_profile_unit(""));
  CHECK_THROWS_AS(io::parse_profile_unit("MW"), UsageError);
}

TEST_CASE("sun finds the air and wind of its stem, wind its air, whichever is asked for") {
  const std::string text =
      "hour,roof_w_per_m2,roof_celsius,roof_m_per_s,hill_m_per_s,yard_celsius\n"
      "0,100,10,1,5,3\n1,200,11,2,6,4\n";
  const auto set = read(text);
  REQUIRE(set.size() == 5);
  CHECK(set.profiles[0].unit == ProfileUnit::w_per_m2);
  CHECK(set.profiles[0].air == 1);
  CHECK(set.profiles[0].wind == 2);
  CHECK(set.profiles[2].air == 1);
  CHECK(set.profiles[3].air == none);
  const auto some = read(text, {.columns = {"roof_w_per_m2"}});
  REQUIRE(some.size() == 3);
  fleet::ProfileValues values;
  fleet::values_at(some, {0}, 3600, values);
  CHECK(values.value[0] == 200);
  CHECK(values.air_celsius[0] == 11);
  CHECK(values.wind_m_per_s[0] == 2);
  fleet::values_at(set, {3}, 0, values);
  CHECK(values.air_celsius[0] == 15);  // nothing said
}

TEST_CASE("cells that are empty, no number or not finite are gaps, refused with line and value") {
  const std::string head = "second,a_pu\n0,1\n";
  CHECK(refusal(head + "1,\n").find("p.csv:3: a_pu '' is not") == 0);
  CHECK(refusal(head + "1,x\n").find("p.csv:3: a_pu 'x' is not") == 0);
  CHECK(refusal(head + "1,nan\n").find("p.csv:3: a_pu 'nan' is not a finite number") == 0);
  CHECK(refusal(head + "1,inf\n").find("p.csv:3: a_pu 'inf' is not a finite number") == 0);
}
