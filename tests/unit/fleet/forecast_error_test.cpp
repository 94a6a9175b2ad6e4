// SPDX-License-Identifier: BSD-3-Clause
#include "gridswarm/fleet/forecast_error.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "gridswarm/base/error.hpp"

using namespace gridswarm;
using fleet::ForecastRule;

TEST_CASE("persistence expects what is, its skill against itself is 0") {
  const Column<double> x = {1, 3, 2, 6};
  const Column<double> f = fleet::forecast_series(ForecastRule::persistence, x, {}, 1);
  CHECK(f == Column<double>{1, 1, 3, 2});
  const auto error = fleet::forecast_error(f, x, 1);
  CHECK(error.steps == 3);
  CHECK(error.mae == doctest::Approx((2 + 1 + 4) / 3.0));
  CHECK(error.bias == doctest::Approx((-2 + 1 - 4) / 3.0));
  CHECK(error.rmse == doctest::Approx(std::sqrt((4 + 1 + 16) / 3.0)));
  CHECK(error.skill == 0.0);
}

TEST_CASE("a constant share of a clear sky is forecast without error while the sun is high") {
  const Column<double> clear = {0, 1, 100, 300, 200, 0, 0, 150, 300};
  Column<double> x = clear;
  for (double& value : x) value *= 0.6;
  const Column<double> f = fleet::forecast_series(ForecastRule::clear_sky, x, clear, 1);
  // issued below 0.15 of the largest sun: persistence
  CHECK(f[1] == 0.0);
  CHECK(f[2] == doctest::Approx(0.6));
  CHECK(f[7] == 0.0);
  for (const std::size_t t : {3, 4, 5, 8}) CHECK(f[t] == doctest::Approx(x[t]));
  const Column<double> high = {0, 0, 0, 1, 1, 1, 0, 0, 1};
  const auto error = fleet::forecast_error(f, x, 1, high);
  CHECK(error.steps == 4);
  CHECK(error.rmse == doctest::Approx(0.0));
  CHECK(error.skill == doctest::Approx(1.0));
}

TEST_CASE("a given forecast is taken as issued") {
  const Column<double> x = {1, 2, 3}, issued = {1, 2.5, 2.5};
  const Column<double> f = fleet::forecast_series(ForecastRule::given, x, issued, 1);
  CHECK(f == issued);
  const auto error = fleet::forecast_error(f, x, 1);
  CHECK(error.rmse == doctest::Approx(0.5));
  CHECK(error.skill == doctest::Approx(0.5));
  CHECK(error.bias == doctest::Approx(0.0));
}

TEST_CASE(
    "rules that do not exist, lengths that differ and horizons beyond the series are refused") {
  CHECK(fleet::parse_forecast_rule("clear_sky") == ForecastRule::clear_sky);
  CHECK_THROWS_WITH_AS(fleet::parse_forecast_rule("crystal"),
                       doctest::Contains("'crystal' is unknown; write persistence"), UsageError);
  const Column<double> three = {1, 2, 3}, two = {1, 2};
  CHECK_THROWS_AS(fleet::forecast_series(ForecastRule::clear_sky, three, two, 1), UsageError);
  CHECK_THROWS_AS(fleet::forecast_series(ForecastRule::persistence, three, {}, 3), UsageError);
  CHECK_THROWS_AS(fleet::forecast_series(ForecastRule::persistence, three, {}, 0), UsageError);
  CHECK_THROWS_AS(fleet::forecast_error(two, three, 1), UsageError);
}
