// SPDX-License-Identifier: BSD-3-Clause
#include <doctest/doctest.h>

#include "gridswarm/fleet/on_feeder.hpp"
#include "small_fleet.hpp"

using namespace gridswarm;
using fleet::Kind;
using test::Device;
using test::make_fleet;
using test::values;

TEST_CASE(
    "batteries take their bus's surplus and cover its deficit in proportion, and no other bus's") {
  const auto battery = [](Index bus, double rating_kw) {
    return Device{
        .kind = Kind::battery, .rating_kw = rating_kw, .e_kwh = 100, .soc = 0.5, .bus = bus};
  };
  auto fleet = make_fleet({Device{.kind = Kind::pv, .rating_kw = 6, .bus = 0},
                           Device{.kind = Kind::meter, .rating_kw = 3, .bus = 0}, battery(0, 1),
                           battery(0, 5), Device{.kind = Kind::meter, .rating_kw = 4, .bus = 1},
                           battery(1, 3), battery(2, 2)});
  fleet::sense(fleet, values({}), {.hour_of_day = 12, .dt_s = 3600});
  fleet::LocalWork work;
  fleet::local_rules(fleet, 3, work);
  const auto& p = fleet.state.p_kw;
  CHECK(p[0] == 6);
  CHECK(p[1] == -3);
  CHECK(p[2] == doctest::Approx(-0.5));  // surplus 3 over limits 1 and 5
  CHECK(p[3] == doctest::Approx(-2.5));
  CHECK(p[5] == 3);  // a deficit of 4 is more than it has
  CHECK(p[6] == 0);  // nobody at its bus
}

TEST_CASE("vehicles charge on arrival, DER stay at unity power factor, meters keep theirs") {
  auto fleet = make_fleet({Device{.kind = Kind::ev, .rating_kw = 7, .e_kwh = 40, .soc = 0.3},
                           Device{.kind = Kind::pv, .rating_kw = 2},
                           Device{.kind = Kind::meter, .rating_kw = 4, .power_factor = 0.8}});
  fleet.state.q_kvar = {1, 1, 1};
  fleet::sense(fleet, values({}), {.hour_of_day = 18, .dt_s = 60});
  fleet::LocalWork work;
  fleet::local_rules(fleet, 1, work);
  CHECK(fleet.state.p_kw == Column<double>{-7, 2, -4});
  CHECK(fleet.state.q_kvar[0] == 0);
  CHECK(fleet.state.q_kvar[1] == 0);
  CHECK(fleet.state.q_kvar[2] == doctest::Approx(-3.0).epsilon(1e-14));
}

TEST_CASE("a device adds a third of its power to a case that states one phase") {
  feeder::Case grid;
  grid.base_mva = 50.0;
  CHECK(fleet::agent_kw_to_case_pu(grid) == 1.0 / 50000.0);
  CHECK(fleet::case_mw_to_agent_kw(grid) == 1000.0);
  grid.base_mva = 50.0 / 3.0;
  grid.per_phase = true;
  CHECK(fleet::agent_kw_to_case_pu(grid) == doctest::Approx(1.0 / 50000.0).epsilon(1e-15));
  CHECK(fleet::case_mw_to_agent_kw(grid) == 3000.0);
}
