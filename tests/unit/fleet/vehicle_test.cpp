// SPDX-License-Identifier: BSD-3-Clause
#include <doctest/doctest.h>

#include <cmath>

#include "small_fleet.hpp"

using namespace gridswarm;
using fleet::Kind;
using fleet::Tick;
using test::Device;
using test::make_fleet;
using test::values;

namespace {

/// 7 kW, 40 kWh, from 18:00 to 07:00; needs (0.8 - 0.3) * 40 / 0.9 kWh from the grid.
const Device car{.kind = Kind::ev,
                 .rating_kw = 7,
                 .e_kwh = 40,
                 .soc = 0.3,
                 .efficiency = 0.9,
                 .arrive_h = 18,
                 .depart_h = 7,
                 .soc_depart = 0.8};

/// Run one vehicle for `hours` from `from_h`; choose(fleet) sets p_kw inside the band.
template <class Choose>
double run(fleet::Fleet& fleet, double from_h, double hours, double dt_s, Choose&& choose) {
  double unserved_kwh = 0.0;
  const int ticks = static_cast<int>(std::lround(hours * 3600 / dt_s));
  for (int k = 0; k < ticks; ++k) {
    const double hour = from_h + k * dt_s / 3600.0;
    const Tick tick{.hour_of_day = hour - 24.0 * std::floor(hour / 24.0), .dt_s = dt_s};
    fleet::sense(fleet, values({}), tick);
    choose(fleet);
    REQUIRE(fleet.state.p_kw[0] >= fleet.state.p_min_kw[0]);
    REQUIRE(fleet.state.p_kw[0] <= fleet.state.p_max_kw[0]);
    fleet::integrate(fleet, dt_s);
    unserved_kwh += fleet::settle_departures(fleet, tick);
  }
  return unserved_kwh;
}

const auto eager = [](fleet::Fleet& f) { f.state.p_kw = f.state.p_want_kw; };
const auto lazy = [](fleet::Fleet& f) { f.state.p_kw = f.state.p_max_kw; };

}  // namespace

TEST_CASE("a vehicle is plugged in for ticks that lie wholly inside its stay") {
  CHECK(fleet::is_plugged(18, 7, {.hour_of_day = 18, .dt_s = 60}));
  CHECK(fleet::is_plugged(18, 7, {.hour_of_day = 23.99, .dt_s = 60}));
  CHECK(fleet::is_plugged(18, 7, {.hour_of_day = 6, .dt_s = 3600}));
  CHECK_FALSE(fleet::is_plugged(18, 7, {.hour_of_day = 6.5, .dt_s = 3600}));
  CHECK_FALSE(fleet::is_plugged(18, 7, {.hour_of_day = 7, .dt_s = 60}));
  CHECK_FALSE(fleet::is_plugged(18, 7, {.hour_of_day = 17.5, .dt_s = 3600}));
  CHECK(fleet::is_plugged(8, 16, {.hour_of_day = 12, .dt_s = 60}));
  CHECK_FALSE(fleet::is_plugged(8, 16, {.hour_of_day = 20, .dt_s = 60}));
  CHECK(fleet::is_plugged(9, 9, {.hour_of_day = 3, .dt_s = 60}));
  // 17 h 59 min 60 s, as a sum of minutes may give it
  CHECK(fleet::is_plugged(18, 7, {.hour_of_day = 18 - 1e-10, .dt_s = 60}));
}

TEST_CASE("away from the plug there is neither wish nor band") {
  auto fleet = make_fleet({car});
  fleet::sense(fleet, values({}), {.hour_of_day = 12, .dt_s = 60});
  CHECK(fleet.state.p_want_kw[0] == 0);
  CHECK(fleet.state.p_min_kw[0] == 0);
  CHECK(fleet.state.p_max_kw[0] == 0);
}

TEST_CASE(
    "plugged in, it wants to charge at once, may charge to full, and must only near the deadline") {
  auto fleet = make_fleet({car});
  fleet::sense(fleet, values({}), {.hour_of_day = 18, .dt_s = 3600});
  CHECK(fleet.state.p_want_kw[0] == -7);
  CHECK(fleet.state.p_min_kw[0] == -7);
  CHECK(fleet.state.p_max_kw[0] == 0);
  // At 04:00 three ticks are left for 22.2 kWh: even 7 kW in all of them is 1.2 kWh short.
  fleet::sense(fleet, values({}), {.hour_of_day = 4, .dt_s = 3600});
  CHECK(fleet.state.p_max_kw[0] == -7);
  // At 03:00 there are four: the later three can give 21, so 1.2 kWh must flow now.
  fleet::sense(fleet, values({}), {.hour_of_day = 3, .dt_s = 3600});
  CHECK(fleet.state.p_max_kw[0] == doctest::Approx(-(20 / 0.9 - 21)).epsilon(1e-12));
}

TEST_CASE("a charged vehicle wants nothing but may still take a surplus") {
  Device charged = car;
  charged.soc = 0.9;
  auto fleet = make_fleet({charged});
  fleet::sense(fleet, values({}), {.hour_of_day = 18, .dt_s = 3600});
  CHECK(fleet.state.p_want_kw[0] == 0);
  CHECK(fleet.state.p_max_kw[0] == 0);
  CHECK(fleet.state.p_min_kw[0] == doctest::Approx(-4 / 0.9));  // 0.1 * 40 kWh in an hour
}

TEST_CASE("whether it charges early or as late as it may, it leaves with what it needs") {
  for (const double dt_s : {60.0, 300.0, 900.0, 3600.0}) {
    CAPTURE(dt_s);
    auto early = make_fleet({car}), late = early;
    CHECK(run(early, 18, 13, dt_s, eager) == doctest::Approx(0.0).epsilon(1e-9));
    CHECK(run(late, 18, 13, dt_s, lazy) < 1e-9);
    CHECK(early.state.soc[0] == doctest::Approx(0.8).epsilon(1e-12));
    CHECK(late.state.soc[0] == doctest::Approx(0.8).epsilon(1e-12));
  }
}

TEST_CASE("what even full charging can't give is counted once, when it leaves") {
  Device hasty = car;
  hasty.depart_h = 20;  // two hours: 14 kWh * 0.9 = 12.6 of 20 kWh
  auto fleet = make_fleet({hasty});
  CHECK(run(fleet, 18, 24, 60, eager) == doctest::Approx(20 - 12.6).epsilon(1e-9));
}

TEST_CASE("it comes back with the SOC it started with, every day") {
  auto fleet = make_fleet({car});
  run(fleet, 18, 23, 60, eager);  // 18:00 to 17:00
  CHECK(fleet.state.soc[0] == doctest::Approx(0.8).epsilon(1e-12));
  run(fleet, 17, 1, 60, eager);
  CHECK(fleet.state.soc[0] == 0.3);
  CHECK(run(fleet, 18, 24, 60, eager) < 1e-9);
}

TEST_CASE("departures between ticks and stays shorter than a tick are counted too") {
  Device odd = car;
  odd.arrive_h = 8.1;
  odd.depart_h = 8.4;
  auto fleet = make_fleet({odd});
  CHECK(run(fleet, 0, 24, 3600, eager) == doctest::Approx(20.0));
  Device half = car;
  half.depart_h = 6.5;  // hourly ticks: the last whole one ends at 06:00
  auto other = make_fleet({half});
  CHECK(run(other, 18, 13, 3600, lazy) < 1e-9);
}
