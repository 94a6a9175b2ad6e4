// SPDX-License-Identifier: BSD-3-Clause
#include "gridswarm/feeder/rotation.hpp"

#include <doctest/doctest.h>

#include <cmath>

using namespace gridswarm;
using feeder::rotation;

TEST_CASE("quarter turns are exact, and thirds of them hold sqrt(3)/2") {
  CHECK(rotation(0.0).re == 1.0);
  CHECK(rotation(0.0).im == 0.0);
  CHECK(rotation(90.0).re == 0.0);
  CHECK(rotation(90.0).im == 1.0);
  CHECK(rotation(-90.0).im == -1.0);
  CHECK(rotation(540.0).re == -1.0);
  CHECK(rotation(150.0).re == -std::sqrt(3.0) / 2);
  CHECK(rotation(150.0).im == 0.5);
  CHECK(rotation(-30.0).re == std::sqrt(3.0) / 2);
  CHECK(rotation(-30.0).im == -0.5);
}

TEST_CASE("any other angle agrees with the library's cosine and sine to the last digits") {
  for (double deg = -725.3; deg < 725.0; deg += 0.7) {
    CAPTURE(deg);
    const auto turn = rotation(deg);
    CHECK(std::abs(turn.re - std::cos(deg * rad_per_deg)) < 4e-15);
    CHECK(std::abs(turn.im - std::sin(deg * rad_per_deg)) < 4e-15);
    CHECK(std::abs(turn.re * turn.re + turn.im * turn.im - 1.0) < 1e-15);
  }
}
