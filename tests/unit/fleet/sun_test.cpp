// SPDX-License-Identifier: BSD-3-Clause
// Oracle for the position: the worked example of Reda and Andreas (NREL/TP-560-34302, 2008):
// Golden, 2003-10-17 12:30:30 local (UTC - 7), topocentric zenith 50.11162 degrees.
#include "gridswarm/fleet/sun.hpp"

#include <doctest/doctest.h>

#include <cmath>

using namespace gridswarm;
using fleet::Site;

namespace {
double zenith_deg(double utc_s, const Site& site) {
  return std::acos(fleet::cosine_of_zenith(utc_s, site)) * 180.0 / 3.14159265358979323846;
}
}  // namespace

TEST_CASE("the sun stands where the published example has it, within 0.02 degrees") {
  const Site golden{39.742476, -105.1786, -7};
  // date -u -d '2003-10-17T19:30:30' +%s
  CHECK(std::fabs(zenith_deg(1066419030, golden) - 50.11162) < 0.02);
}

TEST_CASE("at the March equinox the noon sun stands over the equator, six hours later it sets") {
  // 2024-03-20 03:06 UTC is the equinox; noon at 0 E is 12:07:24 UTC (equation of time -7.4 min).
  const Site equator{0, 0, 0};
  const double noon_s = 1710936444;  // date -u -d '2024-03-20T12:07:24' +%s
  CHECK(zenith_deg(noon_s, equator) < 0.2);
  CHECK(std::fabs(zenith_deg(noon_s + 6 * 3600, equator) - 90.0) < 0.1);
  CHECK(fleet::cosine_of_zenith(noon_s + 12 * 3600, equator) < -0.9999);
}

TEST_CASE("a clear sky follows Haurwitz and gives nothing at night") {
  CHECK(fleet::clear_sky_w_per_m2(1.0) == doctest::Approx(1098 * std::exp(-0.059)));
  CHECK(fleet::clear_sky_w_per_m2(0.5) == doctest::Approx(549 * std::exp(-0.118)));
  CHECK(fleet::clear_sky_w_per_m2(1e-9) == 0.0);
  CHECK(fleet::clear_sky_w_per_m2(-0.1) == 0.0);
}

TEST_CASE("a mean over a step lies where the local clock says, and is near the middle's value") {
  const Site site{48, 11, 1};
  const double noon_s = 1718971200;  // 2024-06-21 12:00 local
  const double mean = fleet::mean_clear_sky_w_per_m2(noon_s, 900, site);
  const double middle =
      fleet::clear_sky_w_per_m2(fleet::cosine_of_zenith(noon_s + 450 - 3600, site));
  CHECK(mean == doctest::Approx(middle).epsilon(1e-3));
  CHECK(fleet::mean_clear_sky_w_per_m2(noon_s + 12 * 3600, 900, site) == 0.0);
}
