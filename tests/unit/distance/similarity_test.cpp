// SPDX-License-Identifier: BSD-3-Clause
#include "gridswarm/distance/similarity.hpp"

#include <doctest/doctest.h>

#include <limits>

#include "sample.hpp"

namespace {

using namespace gridswarm;

TEST_CASE("fixed point rounds half away from zero, and NaN is nothing") {
  CHECK(distance::to_fixed(0.0000015, 1e6) == 2);
  CHECK(distance::to_fixed(-0.0000015, 1e6) == -2);
  CHECK(distance::to_fixed(std::numeric_limits<double>::quiet_NaN(), 1e6) == 0);
  CHECK(distance::to_fixed(1e300, 1e6) == 9'000'000'000'000'000'000);
}

TEST_CASE("the spread of 1, 2, 6 is 14") {  // mean 3: 4 + 1 + 9
  CHECK(distance::spread(3, 9, 41) == 14.0);
  CHECK(distance::spread(0, 0, 0) == 0.0);
}

TEST_CASE("SOC counts for storage only, output is power over rating") {
  fleet::Fleet fleet = sample::fleet_at(2, 1, [](Index) { return 0; });
  fleet.plate.e_kwh = {10.0, 0.0};
  fleet.state.soc = {0.5, 0.7};
  fleet.plate.rating_kw = {5.0, 5.0};
  fleet.state.p_want_kw = {2.5, -10.0};
  const auto traits = distance::traits_of(fleet, 0.0);
  CHECK(traits[0].storage == 1);
  CHECK(traits[0].soc == 500'000);
  CHECK(traits[1].storage == 0);
  CHECK(traits[1].soc == 0);
  CHECK(traits[0].output == 500'000);
  CHECK(traits[1].output == -1'000'000);
  CHECK(traits[0].p_milliwatt == 2'500'000);
}

TEST_CASE("the residual is what the counted share of the band can't bring to zero") {
  fleet::Fleet fleet = sample::fleet_at(1, 1, [](Index) { return 0; });
  fleet.state.p_want_kw = {4.0};
  fleet.state.p_min_kw = {-2.0};
  fleet.state.p_max_kw = {5.0};
  CHECK(distance::residual_milliwatt(distance::traits_of(fleet, 0.0)[0]) == 4'000'000);
  CHECK(distance::residual_milliwatt(distance::traits_of(fleet, 0.5)[0]) == 1'000'000);
  CHECK(distance::residual_milliwatt(distance::traits_of(fleet, 1.0)[0]) == 0);
}

TEST_CASE("columns that are empty count as nothing known") {
  fleet::Fleet fleet = sample::fleet_at(1, 1, [](Index) { return 0; });
  fleet.state = {};
  const auto traits = distance::traits_of(fleet, 1.0);
  CHECK(traits[0].p_milliwatt == 0);
  CHECK(traits[0].p_low_milliwatt == 0);
}

}  // namespace
