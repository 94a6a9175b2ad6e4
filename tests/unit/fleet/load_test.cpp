// SPDX-License-Identifier: BSD-3-Clause
#include "gridswarm/fleet/load.hpp"

#include <doctest/doctest.h>

#include "gridswarm/fleet/wear.hpp"
#include "small_fleet.hpp"

using namespace gridswarm;
using fleet::Kind;
using test::Device;
using test::make_fleet;
using test::values;

namespace {

const fleet::Tick hour{.hour_of_day = 12, .dt_s = 3600};

/// 10 kW of which half may wait, up to 8 kWh owed, on a connection of 20 kVA.
fleet::Fleet waiting(double e_kwh) {
  auto fleet = make_fleet(
      {Device{.kind = Kind::load, .rating_kw = 10, .e_kwh = e_kwh, .soc = 1, .s_kva = 20}});
  fleet.plate.flexible_share = {0.5};
  return fleet;
}

void step(fleet::Fleet& fleet, double p_kw) {
  REQUIRE(p_kw >= fleet.state.p_min_kw[0]);
  REQUIRE(p_kw <= fleet.state.p_max_kw[0]);
  fleet.state.p_kw[0] = p_kw;
  fleet::integrate(fleet, hour.dt_s);
  fleet::sense(fleet, values({}), hour);
}

}  // namespace

TEST_CASE("of a load that may be shed a share may be left out, and is lost") {
  auto fleet = waiting(0);
  fleet::sense(fleet, values({}), hour);
  CHECK(fleet.state.consumption_kw[0] == 10);
  CHECK(fleet.state.p_want_kw[0] == -10);
  CHECK(fleet.state.p_min_kw[0] == -10);
  CHECK(fleet.state.p_max_kw[0] == -5);
  fleet.state.p_kw[0] = -6;
  CHECK(fleet::shed_kw(fleet) == 4);
  step(fleet, -5);
  CHECK(fleet.state.p_want_kw[0] == -10);  // nothing is caught up
}

TEST_CASE("what a load that waits leaves out it draws later, and never owes more than e_kwh") {
  auto fleet = waiting(8);
  fleet::sense(fleet, values({}), hour);
  CHECK(fleet.state.p_min_kw[0] == -10);
  CHECK(fleet.state.p_max_kw[0] == -5);
  step(fleet, -5);  // 5 of 8 kWh owed
  CHECK(fleet.state.soc[0] == doctest::Approx(3.0 / 8));
  CHECK(fleet.state.p_max_kw[0] == doctest::Approx(-7));    // 3 kWh more may wait
  CHECK(fleet.state.p_want_kw[0] == doctest::Approx(-15));  // up to 5 kW more than now
  step(fleet, -7);
  CHECK(fleet.state.soc[0] == doctest::Approx(0.0));
  CHECK(fleet.state.p_max_kw[0] == doctest::Approx(-10));
  step(fleet, fleet.state.p_want_kw[0]);
  step(fleet, fleet.state.p_want_kw[0]);
  CHECK(fleet.state.soc[0] == doctest::Approx(1.0));
  CHECK(fleet.state.p_want_kw[0] == doctest::Approx(-10));
}

TEST_CASE("catching up stays within the connection") {
  auto fleet = waiting(8);
  fleet.plate.s_kva = {11};
  fleet.state.soc = {0.0};
  fleet::sense(fleet, values({}), hour);
  CHECK(fleet.state.p_want_kw[0] == -11);
}

TEST_CASE("impedance, current and power shares follow the voltage as v^2, v and 1") {
  auto fleet = make_fleet({Device{.kind = Kind::meter, .rating_kw = 10, .power_factor = 0.8},
                           Device{.kind = Kind::meter, .rating_kw = 10}});
  fleet.plate.z_share = {0.5, 0.0};
  fleet.plate.i_share = {0.3, 0.0};
  fleet::reset_state(fleet);
  fleet.state.v_pu = {0.9, 0.9};
  fleet::sense(fleet, values({}), hour);
  const double factor = 0.5 * 0.81 + 0.3 * 0.9 + 0.2;
  CHECK(fleet.state.p_kw[0] == doctest::Approx(-10 * factor));
  CHECK(fleet.state.q_kvar[0] == doctest::Approx(-7.5 * factor));
  CHECK(fleet.state.p_kw[1] == doctest::Approx(-10));
}

TEST_CASE("within a tick consumption follows the voltage just measured") {
  auto fleet = make_fleet({Device{.kind = Kind::meter, .rating_kw = 10, .power_factor = 0.8}});
  fleet.plate.z_share = {1.0};
  fleet::reset_state(fleet);
  fleet::sense(fleet, values({}), hour);
  Column<double> p = fleet.state.p_kw, q = fleet.state.q_kvar;
  fleet.state.v_pu = {0.95};
  CHECK(fleet::follow_voltage(fleet, p, q) == doctest::Approx(1 - 0.9025));
  CHECK(p[0] == doctest::Approx(-9.025));
  CHECK(q[0] == doctest::Approx(-7.5 * 0.9025));
  CHECK(fleet::follow_voltage(fleet, p, q) == 0.0);
  CHECK(p[0] == doctest::Approx(-9.025));
}

TEST_CASE("a fleet without ZIP never hears of it") {
  auto fleet = make_fleet({Device{.kind = Kind::meter, .rating_kw = 10}});
  fleet::sense(fleet, values({}), hour);
  Column<double> p = fleet.state.p_kw, q = fleet.state.q_kvar;
  fleet.state.v_pu = {0.5};
  CHECK(fleet::follow_voltage(fleet, p, q) == 0.0);
  CHECK(p[0] == -10);
}

TEST_CASE("reactive power of a moved load goes with its active power") {
  auto fleet = waiting(0);
  fleet.plate.power_factor = {0.8};
  fleet::sense(fleet, values({}), hour);
  Column<double> p = {-5}, q = {0};
  fleet::follow_reactive(fleet, p, q);
  CHECK(q[0] == doctest::Approx(-3.75));
}

TEST_CASE("a full cycle wears the same for every curvature, half a cycle down less for w = 1") {
  for (const double w : {0.0, 0.5, 1.0}) {
    auto fleet = make_fleet(
        {Device{.kind = Kind::battery, .rating_kw = 10, .e_kwh = 10, .soc = 1, .efficiency = 1}});
    fleet.plate.cost_per_kwh = {0.05};
    fleet.plate.wear_curvature = {w};
    double cost = 0.0, half = 0.0;
    for (int k = 0; k < 20; ++k) {
      fleet.state.p_kw = {k < 10 ? 1.0 : -1.0};
      cost += fleet::wear_cost(fleet, 3600);
      if (k == 4) half = cost;
      fleet::integrate(fleet, 3600);
    }
    CHECK(cost == doctest::Approx(2 * 0.05 * 10));
    CHECK(half == doctest::Approx(0.05 * 10 * ((1 - w) * 0.5 + w * 0.25)));
    CHECK(fleet::wear_per_kwh(fleet, 0) == doctest::Approx(0.05 * (1 - w)));  // full again
  }
}

TEST_CASE("a battery is not charged above soc_max") {
  auto fleet = make_fleet(
      {Device{.kind = Kind::battery, .rating_kw = 10, .e_kwh = 10, .soc = 0.7, .efficiency = 1}});
  fleet.plate.soc_max = {0.8};
  fleet::sense(fleet, values({}), hour);
  CHECK(fleet.state.p_min_kw[0] == doctest::Approx(-1.0));
  CHECK(fleet.state.p_max_kw[0] == doctest::Approx(7.0));
}
