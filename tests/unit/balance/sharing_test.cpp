// SPDX-License-Identifier: BSD-3-Clause
#include "gridswarm/balance/sharing.hpp"

#include <doctest/doctest.h>

#include <vector>

#include "make.hpp"

using namespace gridswarm;

namespace {

constexpr double hour_s = 3600.0;

}  // namespace

TEST_CASE("at the first tick each cluster is asked for what it wants anyway") {
  fleet::Fleet fleet = make::fleet({0, 0, 0});
  fleet.state.p_want_kw = {1.0, 2.0, -4.0};
  const cluster::Clusters two = make::clusters({0, 0, 1}, {0, 0});
  balance::SharingState state;
  std::vector<double> e_ref(2);
  balance::cluster_targets(fleet, two, 50.0, 60.0, {}, state, e_ref);
  CHECK(e_ref == std::vector<double>{3.0, -4.0});
}

TEST_CASE("the mean moves by dt / (T + dt) and the load's departure is split by flexibility") {
  fleet::Fleet fleet = make::fleet({0, 0, 0});
  fleet.state.p_min_kw = {-1.0, 0.0, -4.0};
  fleet.state.p_max_kw = {1.0, 0.0, 2.0};  // flexibility 2 and 6
  const cluster::Clusters two = make::clusters({0, 0, 1}, {0, 0});
  const balance::SharingOptions options{3.0, 0.5};
  balance::SharingState state;
  std::vector<double> e_ref(2);
  balance::cluster_targets(fleet, two, 100.0, hour_s, options, state, e_ref);
  fleet.state.p_want_kw = {8.0, 0.0, -4.0};
  balance::cluster_targets(fleet, two, 180.0, hour_s, options, state, e_ref);
  // w = 1 / 4: means 2 and -1; load mean 120, departure 60, half of it asked for: 30 as 2 to 6.
  CHECK(e_ref[0] == doctest::Approx(2.0 + 7.5));
  CHECK(e_ref[1] == doctest::Approx(-1.0 + 22.5));
}

TEST_CASE("re-formed clusters carry their members' means with them") {
  fleet::Fleet fleet = make::fleet({0, 0, 0});
  fleet.state.p_want_kw = {1.0, 2.0, -4.0};
  balance::SharingState state;
  std::vector<double> e_ref(2);
  balance::cluster_targets(fleet, make::clusters({0, 0, 1}, {0, 0}), 0.0, 60.0, {}, state, e_ref);
  balance::cluster_targets(fleet, make::clusters({0, 1, 1}, {0, 0}), 0.0, 60.0, {}, state, e_ref);
  CHECK(e_ref == std::vector<double>{1.0, -2.0});
}

TEST_CASE("clusters that can't move are asked for their mean alone") {
  fleet::Fleet fleet = make::fleet({0});
  fleet.state.p_min_kw = fleet.state.p_max_kw = {0.0};
  balance::SharingState state;
  std::vector<double> e_ref(1);
  for (double load : {10.0, 90.0})
    balance::cluster_targets(fleet, make::clusters({0}, {0}), load, 60.0, {}, state, e_ref);
  CHECK(e_ref[0] == 0.0);
}
