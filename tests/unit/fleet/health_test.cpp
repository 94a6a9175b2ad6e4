// SPDX-License-Identifier: BSD-3-Clause
#include "gridswarm/fleet/health.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "gridswarm/base/fields.hpp"
#include "small_fleet.hpp"

using namespace gridswarm;
using fleet::Kind;
using test::Device;
using test::make_fleet;
using test::values;

namespace {
const fleet::Tick minute{.hour_of_day = 12, .dt_s = 60};
}

TEST_CASE("half health gives half the sun and half of a battery's limits, none gives nothing") {
  auto fleet = make_fleet({Device{.kind = Kind::pv, .rating_kw = 4},
                           Device{.kind = Kind::battery, .rating_kw = 6, .e_kwh = 12, .soc = 0.5},
                           Device{.kind = Kind::meter, .rating_kw = 3, .power_factor = 0.8}});
  fleet.state.health = {0.5, 0.5, 1.0};
  fleet::sense(fleet, values({}), minute);
  CHECK(fleet.state.p_max_kw == Column<double>{2, 3, -3});
  CHECK(fleet.state.p_min_kw == Column<double>{0, -3, -3});
  fleet.state.health = {0, 0, 0};
  fleet::sense(fleet, values({}), minute);
  CHECK(fleet.state.p_max_kw == Column<double>{0, 0, 0});
  CHECK(fleet.state.p_min_kw == Column<double>{0, 0, 0});
  CHECK(fleet.state.p_kw == Column<double>{0, 0, 0});
  CHECK(fleet.state.q_kvar == Column<double>{0, 0, 0});
  Column<double> p = {1, 2, 3}, q = {1, 2, 3};
  fleet::silence_lost(fleet, p, q);
  CHECK(p == Column<double>{0, 0, 0});
  CHECK(q == Column<double>{0, 0, 0});
}

TEST_CASE("an event on the plate holds from its hour to its end") {
  auto fleet = make_fleet({Device{.kind = Kind::pv}, Device{.kind = Kind::pv}});
  fleet.plate.lost_from_h = {1.0, no_limit};
  fleet.plate.lost_to_h = {2.0, no_limit};
  fleet.plate.lost_health = {0.25, 0.0};
  const auto health_at = [&](double h) {
    fleet::update_health(fleet, 1, static_cast<std::int64_t>(h * 60), h * 3600, 60);
    return fleet.state.health[0];
  };
  CHECK(health_at(0.99) == 1.0);
  CHECK(health_at(1.0) == 0.25);
  CHECK(health_at(1.99) == 0.25);
  CHECK(health_at(2.0) == 1.0);
  CHECK(fleet.state.health[1] == 1.0);
}

TEST_CASE("devices fail and are repaired so that mtbf / (mtbf + repair) of them work") {
  const std::vector<Device> many(4000, Device{.kind = Kind::pv});
  auto fleet = make_fleet(many);
  fleet.plate.mtbf_h.assign(4000, 30.0);
  fleet.plate.repair_h.assign(4000, 10.0);
  fleet::reset_state(fleet);
  double up = 0.0;
  const int ticks = 600;
  for (int k = 0; k < ticks; ++k) {
    const std::int64_t lost = fleet::update_health(fleet, 7, k, k * 900.0, 900);
    if (k >= 300) up += 1.0 - static_cast<double>(lost) / 4000;
  }
  // Standard deviation of the mean of 4000 independent devices over 75 h: below 0.004.
  CHECK(up / 300 == doctest::Approx(0.75).epsilon(0.02));
}

TEST_CASE("who fails when depends on seed, agent and tick alone") {
  auto one = make_fleet(std::vector<Device>(50, Device{.kind = Kind::pv}));
  one.plate.mtbf_h.assign(50, 5.0);
  fleet::reset_state(one);
  auto other = one;
  for (int k = 0; k < 100; ++k) fleet::update_health(one, 3, k, k * 60.0, 60);
  for (int k = 0; k < 100; ++k) fleet::update_health(other, 3, k, k * 60.0, 60);
  CHECK(one.state.health == other.state.health);
  auto third = make_fleet(std::vector<Device>(50, Device{.kind = Kind::pv}));
  third.plate.mtbf_h.assign(50, 5.0);
  fleet::reset_state(third);
  for (int k = 0; k < 100; ++k) fleet::update_health(third, 4, k, k * 60.0, 60);
  CHECK(one.state.health != third.state.health);
}

TEST_CASE("a fleet without causes stays as healthy as somebody set it") {
  auto fleet = make_fleet({Device{.kind = Kind::pv}, Device{.kind = Kind::pv}});
  fleet.state.health = {0.0, 0.5};
  CHECK(fleet::update_health(fleet, 1, 0, 0.0, 60) == 1);
  CHECK(fleet.state.health == Column<double>{0.0, 0.5});
  std::vector<std::uint8_t> apart;
  fleet::find_lost(fleet, apart);
  CHECK(apart == std::vector<std::uint8_t>{1, 0});
}
