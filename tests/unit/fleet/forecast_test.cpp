// SPDX-License-Identifier: BSD-3-Clause
#include "gridswarm/fleet/forecast.hpp"

#include <doctest/doctest.h>

#include <cmath>

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

TEST_CASE("under a clear sky the share of it persists, for PV alone and while the sun is high") {
  auto fleet = test::make_fleet(
      {Device{.kind = Kind::pv, .rating_kw = 10}, Device{.kind = Kind::meter, .rating_kw = 2}});
  fleet::Forecast forecast;
  fleet::reset_forecast(fleet, forecast);
  const auto close = [&](double pv_kw, double ended, double next) {
    fleet.state.p_kw = {pv_kw, -2};
    fleet::observe(fleet, 900, forecast);
    fleet::close_forecast(fleet, forecast);
    fleet::foresee_clear_sky(fleet, ended, next, forecast);
  };
  close(1, 10, 200);  // the sun is too low to tell a share
  CHECK(fleet.state.forecast_kw == Column<double>{1, -2});
  close(2, 200, 400);
  CHECK(fleet.state.forecast_kw[0] == doctest::Approx(4));
  CHECK(fleet.state.forecast_kw[1] == -2);
  close(4, 400, 5000);
  CHECK(fleet.state.forecast_kw[0] == 10);  // never above the plate
  close(0, 0, 100);
  CHECK(fleet.state.forecast_kw[0] == 0);  // the night tells nothing
  const fleet::ForecastError error = fleet::error_of(forecast);
  CHECK(error.steps == 3);
  // errors of the PV: 1 - 2, 4 - 4, 10 - 0; of persistence: 1 - 2, 2 - 4, 4 - 0
  CHECK(error.rmse == doctest::Approx(std::sqrt(101.0 / 6)));
  CHECK(error.bias == doctest::Approx(9.0 / 6));
  CHECK(error.mae == doctest::Approx(11.0 / 6));
  CHECK(error.skill == doctest::Approx(1 - std::sqrt(101.0 / 21)));
}

TEST_CASE("a given profile goes through the device's own model, who has none keeps persistence") {
  auto fleet = test::make_fleet({Device{.kind = Kind::pv, .rating_kw = 10, .profile = 0},
                                 Device{.kind = Kind::meter, .rating_kw = 4, .profile = 1},
                                 Device{.kind = Kind::meter, .rating_kw = 4, .profile = 0}},
                                2);
  fleet.state.forecast_kw = {1, 2, 3};
  fleet::foresee_given(fleet, test::values({0.25, 0.75}), {1, 0});
  CHECK(fleet.state.forecast_kw == Column<double>{2.5, 2, -1});
}
