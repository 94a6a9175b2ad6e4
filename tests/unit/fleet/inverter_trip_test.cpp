// SPDX-License-Identifier: BSD-3-Clause
// Trips and ride-through by the standard's time windows, counted in ticks of 10 ms.
#include <doctest/doctest.h>

#include "inverter_bank.hpp"

using namespace gridswarm;
using doctest::Approx;

namespace {

constexpr double tick_s = 0.01;

/// Seconds at v and f until the device trips; limit_s if it does not.
double trips_after(const char* abnormal, double v, double f_hz, double limit_s) {
  make::Inverters them = make::inverters(fleet::default_inverter_settings("B", abnormal), tick_s);
  them.tick();
  them.see(v, f_hz);
  for (int k = 1; k * tick_s < limit_s + 0.5 * tick_s; ++k) {
    them.tick();
    if (fleet::state_of(them.bank, 0, kernel::inverter_in_service) == 0.0) return k * tick_s;
  }
  return limit_s + tick_s;
}

}  // namespace

TEST_CASE("each voltage trips within its window and rides through until then") {
  struct Row {
    const char* category;
    double v, trips_s, rides_s;
  };
  // rides_s: what the category must ride through at that voltage
  const Row rows[] = {
      {"I", 1.21, 0.16, 0.0},    {"I", 1.15, 2.0, 1.0},     {"I", 0.69, 2.0, 0.16},
      {"I", 0.44, 0.16, 0.0},    {"II", 1.21, 0.16, 0.0},   {"II", 1.15, 2.0, 1.0},
      {"II", 0.69, 10.0, 3.348}, {"II", 0.44, 0.16, 0.0},   {"III", 1.21, 0.16, 0.0},
      {"III", 1.15, 13.0, 12.0}, {"III", 0.87, 21.0, 20.0}, {"III", 0.69, 21.0, 10.0},
      {"III", 0.49, 2.0, 1.0}};
  for (const Row& row : rows) {
    CAPTURE(row.category);
    CAPTURE(row.v);
    const double after_s = trips_after(row.category, row.v, 60.0, 25.0);
    CHECK(after_s == Approx(row.trips_s).epsilon(1e-9));
    CHECK(after_s > row.rides_s);
  }
}

TEST_CASE("a voltage at a limit is within it") {
  CHECK(trips_after("III", 1.10, 60.0, 14.0) > 14.0);
  CHECK(trips_after("III", 0.88, 60.0, 22.0) > 22.0);
  CHECK(trips_after("III", 1.20, 60.0, 12.0) > 12.0);  // not OV2
}

TEST_CASE("each frequency trips within its window") {
  CHECK(trips_after("II", 1.0, 62.1, 1.0) == Approx(0.16).epsilon(1e-9));
  CHECK(trips_after("II", 1.0, 56.4, 1.0) == Approx(0.16).epsilon(1e-9));
  CHECK(trips_after("II", 1.0, 61.3, 301.0) == Approx(300.0).epsilon(1e-9));
  CHECK(trips_after("II", 1.0, 58.4, 301.0) == Approx(300.0).epsilon(1e-9));
  CHECK(trips_after("II", 1.0, 61.2, 301.0) > 301.0);
}

TEST_CASE("the window of the last trip is known, and a dip shorter than it leaves no trace") {
  make::Inverters them = make::inverters(fleet::default_inverter_settings("B", "II"), tick_s);
  them.tick();
  for (int dip = 0; dip < 5; ++dip) {
    them.see(0.40, 60.0);
    for (int k = 0; k < 15; ++k) them.tick();
    them.see(1.0, 60.0);
    them.tick();
  }
  CHECK(std::string(fleet::tripped_by(them.bank, 0)) == "");
  them.see(0.40, 60.0);
  for (int k = 0; k < 16; ++k) them.tick();
  CHECK(std::string(fleet::tripped_by(them.bank, 0)) == "UV2");
  CHECK(them.p[0] == 0.0);
}

TEST_CASE("category III lets no current flow outside 0.5 to 1.1 and goes on afterwards") {
  make::Inverters them = make::inverters(fleet::default_inverter_settings("B", "III"), tick_s);
  them.tick();
  them.see(0.45, 60.0);
  them.tick();
  CHECK(them.p[0] == 0.0);
  CHECK(them.q[0] == 0.0);
  CHECK(fleet::state_of(them.bank, 0, kernel::inverter_in_service) == 1.0);
  them.see(1.0, 60.0);
  them.tick();
  CHECK(them.p[0] > 0.9);
}

TEST_CASE("category II ceases below 0.3 within 0.16 s") {
  fleet::InverterSettings settings = fleet::default_inverter_settings("B", "II");
  settings.trip.uv2_s = 1.0;
  make::Inverters them = make::inverters(settings, tick_s);
  them.tick();
  them.see(0.25, 60.0);
  for (int k = 0; k < 15; ++k) them.tick();
  CHECK(them.p[0] + them.q[0] > 0.0);
  them.tick();
  CHECK(them.p[0] == 0.0);
}

TEST_CASE("service begins after the delay and rises by the ramp") {
  fleet::InverterSettings settings = fleet::default_inverter_settings("B", "III");
  settings.trip.enabled = false;
  make::Inverters them = make::inverters(settings, 1.0, 1, false);
  for (int k = 0; k < 299; ++k) them.tick();
  CHECK(them.p[0] == 0.0);
  them.tick();
  CHECK(them.p[0] == Approx(1.0 / 300.0).epsilon(1e-9));
  for (int k = 0; k < 149; ++k) them.tick();
  CHECK(them.p[0] == Approx(0.5).epsilon(1e-9));
  for (int k = 0; k < 200; ++k) them.tick();
  CHECK(them.p[0] == Approx(1.0).epsilon(1e-9));
}

TEST_CASE("a voltage outside the window starts the delay anew") {
  fleet::InverterSettings settings = fleet::default_inverter_settings("B", "III");
  settings.trip.enabled = false;
  make::Inverters them = make::inverters(settings, 1.0, 1, false);
  for (int k = 0; k < 200; ++k) them.tick();
  them.see(1.06, 60.0);
  them.tick();
  them.see(1.05, 60.0);
  for (int k = 0; k < 299; ++k) them.tick();
  CHECK(them.p[0] == 0.0);
  them.tick();
  CHECK(them.p[0] > 0.0);
}

TEST_CASE("small devices without a ramp wait randomly, each its own time") {
  fleet::InverterSettings settings = fleet::default_inverter_settings("B", "III");
  settings.trip.enabled = false;
  settings.enter.wait_s = 0.0;
  settings.enter.ramp_s = 0.0;
  settings.enter.randomised_s = 300.0;
  make::Inverters them = make::inverters(settings, 1.0, 200, false);
  for (int k = 0; k < 150; ++k) them.tick();
  int begun = 0;
  for (double p : them.p) begun += p > 0.0;
  CHECK(begun > 70);  // of 200, half expected: six standard deviations away
  CHECK(begun < 130);
  for (int k = 0; k < 150; ++k) them.tick();
  for (double p : them.p) CHECK(p > 0.0);
}

TEST_CASE("a lost device gives nothing and may come back") {
  fleet::InverterSettings settings = fleet::default_inverter_settings("B", "III");
  settings.trip.enabled = false;
  settings.enter.wait_s = 0.0;
  settings.enter.ramp_s = 0.0;
  make::Inverters them = make::inverters(settings, 1.0, 2);
  them.health[1] = 0.0;
  them.tick();
  CHECK(them.p[0] == 1.0);
  CHECK(them.p[1] == 0.0);
  CHECK(std::string(fleet::tripped_by(them.bank, 1)) == "health");
  them.health[1] = 1.0;
  them.tick();
  CHECK(them.p[1] == 1.0);
}
