// SPDX-License-Identifier: BSD-3-Clause
#include "gridswarm/fleet/wind_turbine.hpp"

#include <doctest/doctest.h>

#include "gridswarm/base/error.hpp"

using namespace gridswarm;
using fleet::parse_power_curve;
using fleet::PowerCurve;

namespace {
double share(const PowerCurve& curve, double v) {
  bool is_stopped = false;
  return fleet::wind_share(curve, v, is_stopped);
}
}  // namespace

TEST_CASE("between its points a curve is linear, outside there is nothing") {
  const PowerCurve curve = parse_power_curve("3:0 5:0.2 12:1 25:1");
  CHECK(share(curve, 2.9) == 0.0);
  CHECK(share(curve, 3) == 0.0);
  CHECK(share(curve, 4) == doctest::Approx(0.1));
  CHECK(share(curve, 5) == doctest::Approx(0.2));
  CHECK(share(curve, 8.5) == doctest::Approx(0.6));
  CHECK(share(curve, 12) == 1.0);
  CHECK(share(curve, 25) == 1.0);
  CHECK(share(curve, 25.01) == 0.0);
}

TEST_CASE("a storm stops the turbine until the wind is below its restart") {
  const PowerCurve curve = parse_power_curve("3:0 12:1 25:1 restart:20");
  bool is_stopped = false;
  CHECK(fleet::wind_share(curve, 24, is_stopped) == 1.0);
  CHECK(fleet::wind_share(curve, 26, is_stopped) == 0.0);
  CHECK(fleet::wind_share(curve, 24, is_stopped) == 0.0);
  CHECK(fleet::wind_share(curve, 20.5, is_stopped) == 0.0);
  CHECK(fleet::wind_share(curve, 20, is_stopped) == 1.0);
  CHECK(fleet::wind_share(curve, 24, is_stopped) == 1.0);
}

TEST_CASE("thin air counts as less wind, by the cube root of its density") {
  // 100 * 1013.25 / (287.05 * 288.15) = 1.22501
  CHECK(fleet::air_kg_per_m3(15) == doctest::Approx(1.225).epsilon(1e-4));
  CHECK(fleet::normal_wind_m_per_s(10, 1.225) == doctest::Approx(10).epsilon(1e-15));
  CHECK(fleet::normal_wind_m_per_s(10, 1.225 * 0.729) == doctest::Approx(9).epsilon(1e-14));
  CHECK(fleet::normal_wind_m_per_s(10, 1.225 * 1.331) == doctest::Approx(11).epsilon(1e-14));
}

TEST_CASE("the usual curve is the cube between cut-in and rated wind") {
  const PowerCurve curve = fleet::usual_power_curve();
  CHECK(share(curve, 3) == 0.0);
  CHECK(share(curve, 8) == doctest::Approx((512.0 - 27) / (1728 - 27)));
  CHECK(share(curve, 12) == doctest::Approx(1.0));
  CHECK(share(curve, 24.9) == 1.0);
  CHECK(share(curve, 25.1) == 0.0);
}

TEST_CASE("a curve that can't be right is refused with its word") {
  for (const char* bad : {"", "3:0", "3 12:1", "3:0 3:1", "12:1 3:0", "3:0 12:1.2", "3:0 12:-1",
                          "a:0 12:1", "3:0 12:", "3:0 12:1 restart:13", "3:0 12:nan"}) {
    CAPTURE(bad);
    CHECK_THROWS_AS(parse_power_curve(bad), UsageError);
  }
  CHECK_THROWS_WITH_AS(parse_power_curve("3:0 12:1 9:1"),
                       doctest::Contains("'9:1' does not come after the speed before"), UsageError);
}
