// SPDX-License-Identifier: BSD-3-Clause
// Expected values are worked out by hand from the published formulas; pvlib says the same in
// tests/validation/test_resources.py.
#include "gridswarm/fleet/photovoltaic.hpp"

#include <doctest/doctest.h>

using namespace gridswarm;
using fleet::PvModule;
using fleet::PvWeather;

TEST_CASE("a cell is warmer than the air by G over U0 + U1 w") {
  CHECK(fleet::cell_celsius({1000, 20, 0}, {}) == doctest::Approx(60.0));  // 1000 / 25
  CHECK(fleet::cell_celsius({1000, 20, 1}, {}) == doctest::Approx(20 + 1000 / 31.84));
  CHECK(fleet::cell_celsius({0, -5, 3}, {}) == -5.0);
}

TEST_CASE("at 1000 W/m2 and a cell at 25 degrees modules give their rating, hot ones less") {
  CHECK(fleet::pv_dc_kw(5, {1000, 25.0 - 40.0, 0}, {}) == doctest::Approx(5.0));
  // cell at 60 degrees: 1 - 0.0035 * 35
  CHECK(fleet::pv_dc_kw(5, {1000, 20, 0}, {}) == doctest::Approx(5 * 0.8775));
  CHECK(fleet::pv_dc_kw(5, {500, 5, 0}, {}) == doctest::Approx(2.5));
}

TEST_CASE("an inverter reaches its nominal efficiency at full power and its rating limits it") {
  CHECK(fleet::inverter_ac_kw(5 / 0.96, 5, 0.96) == doctest::Approx(5.0));
  CHECK(fleet::inverter_ac_kw(8, 5, 0.96) == 5.0);
  // a tenth of P_dc0: 0.96 / 0.9637 (-0.00162 - 0.059 + 0.9858) = 0.921638...
  CHECK(fleet::inverter_ac_kw(0.5 / 0.96, 5, 0.96) ==
        doctest::Approx(0.5 / 0.9637 * (0.9858 - 0.00162 - 0.059)));
}

TEST_CASE("neither night nor the inverter's own need nor a plate of zero gives power") {
  CHECK(fleet::pv_power_kw(5, 5, {0, 20, 1}, {}) == 0.0);
  CHECK(fleet::inverter_ac_kw(0.02, 5, 0.96) == 0.0);  // 0.4 %: own losses are larger
  CHECK(fleet::inverter_ac_kw(1, 0, 0.96) == 0.0);
  CHECK(fleet::pv_dc_kw(5, {1000, 400, 0}, {}) == 0.0);
}
