// SPDX-License-Identifier: BSD-3-Clause
// Files as others publish them, read unchanged. Values are the files' own cells, converted by hand.
#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "gridswarm/io/profile_file.hpp"

using namespace gridswarm;
using fleet::ProfileUnit;

namespace {

/// The folder of shared profiles; empty, with a message, where there is none.
std::string shared_folder() {
  const char* given = std::getenv("GRIDSWARM_SHARED_DATA");
  if (given && std::filesystem::exists(std::string(given) + "/profiles"))
    return std::string(given) + "/profiles/";
  MESSAGE("no GRIDSWARM_SHARED_DATA here; skipped");
  return {};
}

struct Expected {
  const char* file;
  const char* column;
  ProfileUnit declared, unit;
  std::size_t rows;
  double step_s, first, last;
};

}  // namespace

TEST_CASE("every shared series is read unchanged, in the right unit") {
  const std::string folder = shared_folder();
  if (folder.empty()) return;
  const auto kw = ProfileUnit::kw, pu = ProfileUnit::per_unit;
  for (const Expected& e : {
           Expected{"simbench_load_15min_2016.csv", "H0_A_pload", kw, pu, 35136, 900, 0.276685,
                    0.110955},
           Expected{"simbench_pv_15min_2016.csv", "PV1", pu, pu, 35136, 900, 0, 0},
           Expected{"european_lv_load_1min_100.csv", "p1", kw, kw, 1440, 60, 0.036, 0.036},
           Expected{"rts_gmlc_hourly_2020.csv", "load_area1_mw", pu, kw, 8784, 3600, 985020,
                    1080910},
           Expected{"rts_gmlc_wind_5min_2020_q1.csv", "wind_309_wind_1_mw", pu, kw, 26208, 300,
                    146000, 600},
           Expected{"rts_gmlc_regulation_requirement_5min_2020_q1.csv", "reg_up_mw", pu, kw, 26208,
                    300, 49000, 36000},
           Expected{"citylearn2022_homes_hourly.csv", "load1_kwh", pu, kw, 8760, 3600, 2.2758,
                    2.2149},
           Expected{"ev_load_houston_10min.csv", "zip77479_kw", pu, kw, 144, 600, 6006.38, 5697.92},
           Expected{"pv_5s_ieee123.csv", "value", kw, kw, 4320, 5, 50.35, 8.88},
           Expected{"pv_clear_cloudy_day_10s.csv", "cloudy", pu, pu, 8640, 10, 0, 0},
           Expected{"pv_ramp_1s_2900.csv", "pu", kw, pu, 2913, 1, 0.763235294, 0.883823529},
       }) {
    CAPTURE(e.file);
    const auto set =
        io::read_profiles(folder + e.file, {.unit = e.declared, .columns = {e.column}});
    const Index row = fleet::find_profile(set, e.column);
    REQUIRE(row != none);
    const fleet::Profile& profile = set.profiles[row];
    CHECK(profile.unit == e.unit);
    CHECK(profile.step_s == e.step_s);
    CHECK(profile.value.size() == e.rows);
    CHECK(profile.value.front() == doctest::Approx(e.first).epsilon(1e-15));
    CHECK(profile.value.back() == doctest::Approx(e.last).epsilon(1e-15));
  }
}

TEST_CASE("a shared year with clock changes keeps real time: 366 days of 24 hours") {
  const std::string folder = shared_folder();
  if (folder.empty()) return;
  const auto set = io::read_profiles(folder + "simbench_load_15min_2016.csv");
  const fleet::Profile& profile = set.profiles[fleet::find_profile(set, "H0_A")];
  REQUIRE(profile.clock_changes.size() == 2);
  CHECK(profile.clock_changes[0].second == 3600.0);
  CHECK(profile.clock_changes[1].second == -3600.0);
  const double day_s = 86400.0;
  CHECK(fleet::profile_offset_s(profile, "2016-03-27") == 86 * day_s);
  CHECK(fleet::profile_offset_s(profile, "2016-03-28") == 87 * day_s - 3600.0);  // a day of 23 h
  CHECK(fleet::profile_offset_s(profile, "2016-10-31") == 304 * day_s);
  CHECK(profile.reactive != none);
}

TEST_CASE("a shared list of charging sessions is refused") {
  const std::string folder = shared_folder();
  if (folder.empty()) return;
  CHECK_THROWS_WITH_AS(io::read_profiles(folder + "ev_sessions_texas.csv"),
                       doctest::Contains("is a list of sessions with start and stop"), InputError);
}
