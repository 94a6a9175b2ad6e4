// SPDX-License-Identifier: BSD-3-Clause
#include "gridswarm/fleet/forecast.hpp"

#include <doctest/doctest.h>

#include "small_fleet.hpp"

using namespace gridswarm;
using fleet::Kind;
using test::Device;

namespace {

void ledger_tick(fleet::Fleet& fleet, fleet::Forecast& forecast, double first_kw,
                 double second_kw) {
  fleet.state.p_kw[0] = first_kw;
  fleet::observe(fleet, 60, forecast);
  fleet.state.p_kw[0] = second_kw;
  fleet::observe(fleet, 180, forecast);
  fleet::close_forecast(fleet, forecast);
}

}  // namespace

TEST_CASE("persistence expects the mean of the tick that ended") {
  auto fleet = test::make_fleet({Device{.kind = Kind::pv}});
  fleet::Forecast forecast;
  fleet::reset_forecast(fleet, forecast);
  ledger_tick(fleet, forecast, 4, 8);
  CHECK(fleet.state.forecast_kw[0] == 7);  // (60 * 4 + 180 * 8) / 240
  CHECK(fleet::mean_abs_error_kw(forecast) == 0);
  ledger_tick(fleet, forecast, 1, 1);
  CHECK(fleet.state.forecast_kw[0] == 1);
  CHECK(fleet::mean_abs_error_kw(forecast) == 6);
  ledger_tick(fleet, forecast, 5, 5);
  CHECK(fleet::mean_abs_error_kw(forecast) == 5);  // (6 + 4) / 2
}

TEST_CASE("an exponential mean moves a part of the way") {
  auto fleet = test::make_fleet({Device{.kind = Kind::pv}});
  fleet::Forecast forecast;
  forecast.weight = 0.25;
  fleet::reset_forecast(fleet, forecast);
  ledger_tick(fleet, forecast, 8, 8);
  CHECK(fleet.state.forecast_kw[0] == 8);
  ledger_tick(fleet, forecast, 0, 0);
  CHECK(fleet.state.forecast_kw[0] == 6);
}

TEST_CASE("a ledger tick without observation leaves the forecast alone") {
  auto fleet = test::make_fleet({Device{.kind = Kind::pv}});
  fleet::Forecast forecast;
  fleet::reset_forecast(fleet, forecast);
  ledger_tick(fleet, forecast, 2, 2);
  fleet::close_forecast(fleet, forecast);
  CHECK(fleet.state.forecast_kw[0] == 2);
}
