// SPDX-License-Identifier: BSD-3-Clause
// Oracle: libm, whose sine and cosine are within one unit in the last place.
#include "gridswarm/base/angle.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

using namespace gridswarm;

TEST_CASE("sine and cosine are libm's within 4e-16 over many turns") {
  double worst = 0.0;
  for (int k = -200000; k <= 200000; ++k) {
    const double x = k * 0.01237;
    const SineCosine both = sine_cosine(x);
    worst =
        std::max({worst, std::fabs(both.sine - std::sin(x)), std::fabs(both.cosine - std::cos(x))});
  }
  CHECK(worst < 4e-16);
  CHECK(std::fabs(sine_cosine(99999.5).sine - std::sin(99999.5)) < 4e-16);
}

TEST_CASE("whole quarters of a turn are exact, however many turns went before") {
  CHECK(sine_cosine(0.0).sine == 0.0);
  CHECK(sine_cosine(0.0).cosine == 1.0);
  for (const double turns : {0.0, 360.0, -720.0, 3.6e11}) {
    CAPTURE(turns);
    CHECK(sine_cosine_of_deg(turns + 90.0).sine == 1.0);
    CHECK(std::fabs(sine_cosine_of_deg(turns + 90.0).cosine) < 1e-15);
    CHECK(sine_cosine_of_deg(turns + 180.0).cosine == -1.0);
    CHECK(sine_cosine_of_deg(turns + 30.0).sine == doctest::Approx(0.5).epsilon(1e-15));
  }
}
