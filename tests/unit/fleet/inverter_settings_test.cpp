// SPDX-License-Identifier: BSD-3-Clause
// Settings outside the standard are refused with one sentence each.
#include <doctest/doctest.h>

#include <cmath>
#include <string>

#include "gridswarm/base/error.hpp"
#include "inverter_bank.hpp"

using namespace gridswarm;

namespace {

template <class Change>
std::string refusal(Change&& change, double dt_s = 0.1) {
  fleet::InverterSettings settings = fleet::default_inverter_settings("B", "III");
  change(settings);
  try {
    fleet::make_rule(settings, dt_s);
  } catch (const UsageError& error) {
    return error.what();
  }
  return "";
}

bool says(const std::string& text, const char* part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("the defaults of all categories are within the standard's ranges") {
  for (const char* normal : {"A", "B"})
    for (const char* abnormal : {"I", "II", "III"})
      CHECK_NOTHROW(fleet::require_by_standard(fleet::default_inverter_settings(normal, abnormal)));
  CHECK_THROWS_AS(fleet::default_inverter_settings("C", "I"), UsageError);
  CHECK_THROWS_AS(fleet::default_inverter_settings("A", "IV"), UsageError);
}

TEST_CASE("a tick longer than a trip window is refused with both named") {
  const std::string text = refusal([](auto&) {}, 60.0);
  CHECK(says(text, "60 s"));
  CHECK(says(text, "OV2 of 0.16 s"));
  CHECK(refusal([](auto& s) { s.trip.enabled = false; }, 60.0).empty());
  CHECK(refusal([](auto&) {}, 0.16).empty());
}

TEST_CASE("settings outside the range of adjustability are refused by name") {
  CHECK(says(refusal([](auto& s) { s.volt_var.v1_pu = 0.5; }), "volt-var: v1_pu = 0.5"));
  CHECK(says(refusal([](auto& s) { s.volt_var.open_loop_s = 0.5; }), "open_loop_s = 0.5"));
  CHECK(says(refusal([](auto& s) { s.droop.over_droop = 0.1; }), "0.02 to 0.05"));
  CHECK(says(refusal([](auto& s) { s.trip.ov1_s = 14.0; }), "ov1_s = 14"));
  CHECK(says(refusal([](auto& s) { s.enter.v_low_pu = 0.8; }), "enter service"));
  CHECK(says(refusal([](auto& s) { s.volt_watt.p1_pu = std::nan(""); }), "p1_pu"));
}

TEST_CASE("curves must be monotone and keep the standard's distances") {
  CHECK(says(refusal([](auto& s) { s.volt_var.v1_pu = 0.965; }), "ascend"));
  CHECK(says(refusal([](auto& s) { s.volt_var.q2_pu = -0.1; }), "must not rise"));
  CHECK(says(refusal([](auto& s) { s.watt_var.p1_pu = 0.45; }), "ascend"));
  CHECK(says(refusal([](auto& s) { s.volt_watt.v1_pu = 1.085, s.volt_watt.v2_pu = 1.09; }),
             "ascend"));
  CHECK(says(refusal([](auto& s) { s.trip.uv2_pu = 0.5, s.trip.uv1_pu = 0.4; }), "ascend"));
}

TEST_CASE("category B must absorb 44 %, category A 25 %") {
  CHECK(says(refusal([](auto& s) { s.absorb_pu = 0.25; }), "category B"));
  fleet::InverterSettings a = fleet::default_inverter_settings("A", "I");
  CHECK(a.absorb_pu == 0.25);
  CHECK_NOTHROW(fleet::make_rule(a, 0.1));
}

TEST_CASE("limits that exclude every set point name the device") {
  make::Inverters them = make::inverters(fleet::default_inverter_settings("B", "III"), 0.1, 3);
  them.low[2] = 0.6;
  them.high[2] = 0.4;
  try {
    them.tick();
    FAIL("no error");
  } catch (const UsageError& error) {
    CHECK(std::string(error.what()) ==
          "inverter 2 of the bank: its limits 0.6 to 0.4 of P_max exclude every set point");
  }
}

TEST_CASE("a plate without power is refused") {
  CHECK_THROWS_AS(make::inverters(fleet::default_inverter_settings("B", "III"), 0.1, 1, true, 11.0),
                  UsageError);
}

TEST_CASE("volt-var is solved inside ticks longer than its response") {
  const fleet::InverterSettings settings = fleet::default_inverter_settings("B", "III");
  CHECK(fleet::solve_inside(settings, 60.0));
  CHECK_FALSE(fleet::solve_inside(settings, 1.0));
}
