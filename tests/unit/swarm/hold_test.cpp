// SPDX-License-Identifier: BSD-3-Clause
#include "gridswarm/swarm/hold.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "scene.hpp"

using namespace gridswarm;
using fleet::Kind;

namespace {

constexpr double within = 2 * swarm::hold_margin_pu;  // of a limit, p.u.

/// Six devices of one kind at the far end of three_buses.
fleet::Fleet far_devices(test::Device device) {
  device.bus = 2;
  return test::make_fleet(std::vector<test::Device>(6, device));
}

swarm::RunInput limited(feeder::Case grid, fleet::Fleet fleet, double v_min_pu, double v_max_pu,
                        bool hold) {
  swarm::RunInput input = test::run_of(std::move(grid), std::move(fleet));
  input.scenario.limits = {v_min_pu, v_max_pu, hold};
  return input;
}

/// The lane with the swarm in the first tick.
const swarm::TickTotals& first_tick(const test::Keeper& keeper) {
  return keeper.intervals[0].totals[0];
}

}  // namespace

TEST_CASE("a leader lifts a low bus to its limit with reactive power that curves would not give") {
  feeder::Case grid = test::three_buses();
  grid.buses.pd_mw = {0.0, 0.6, 0.6};  // the far bus: 1 - 0.01 (1.2 + 0.6) = about 0.98
  const fleet::Fleet fleet = far_devices(
      {.kind = Kind::battery, .rating_kw = 100.0, .e_kwh = 1e4, .soc = 0.5, .s_kva = 200.0});
  for (const bool hold : {false, true}) {
    swarm::RunInput input = limited(grid, fleet, 0.985, 1.05, hold);
    input.scenario.volt_var.prorate = false;  // reactive power from idle batteries too
    const test::Keeper keeper = test::kept(input);
    const swarm::TickTotals& tick = first_tick(keeper);
    const auto& rows = keeper.intervals[0];
    const double far_pu = std::hypot(rows.v_re_pu[2], rows.v_im_pu[2]);  // by the AC power flow
    CHECK(tick.v_min_pu == doctest::Approx(far_pu).epsilon(1e-12));
    if (!hold) {
      CHECK(far_pu < 0.984);
      CHECK(tick.support_kvar == 0.0);
      continue;
    }
    CHECK(far_pu == doctest::Approx(0.985).epsilon(within));
    CHECK(tick.buses_outside == 0.0);
    CHECK(tick.support_kvar > 0.0);
    CHECK(tick.support_kw == 0.0);  // reactive power suffices
    CHECK(rows.q_kvar[2] <= 6 * 0.44 * 200.0 + 1e-9);
  }
}

TEST_CASE("where reactive power is used up the sun gives way, and no further than it must") {
  feeder::Case grid = test::three_buses();
  grid.buses.pd_mw = {0.0, 0.0, 0.0};
  const fleet::Fleet fleet = far_devices({.kind = Kind::pv, .rating_kw = 200.0, .s_kva = 205.0});
  const test::Keeper free = test::kept(limited(grid, fleet, 0.9, 1.002, false));
  const test::Keeper held = test::kept(limited(grid, fleet, 0.9, 1.002, true));
  const swarm::TickTotals &before = first_tick(free), &after = first_tick(held);
  CHECK(before.v_max_pu > 1.01);
  CHECK(after.v_max_pu == doctest::Approx(1.002).epsilon(1e-4));
  CHECK(after.buses_outside == 0.0);
  CHECK(after.support_kw > 0.0);
  CHECK(after.curtailed_kw > before.curtailed_kw + 1.0);
  CHECK(after.curtailed_kw == doctest::Approx(after.support_kw).epsilon(1e-6));
  const auto& rows = held.intervals[0];
  const double p_kw = rows.p_kw[2], q_kvar = rows.q_kvar[2];  // six alike
  CHECK(p_kw * p_kw + q_kvar * q_kvar <= std::pow(6 * 205.0, 2) * (1.0 + 1e-12));
}

TEST_CASE("reserves that do not suffice are used up, and the tick still ends on its power flow") {
  feeder::Case grid = test::three_buses();
  grid.buses.pd_mw = {0.0, 2.0, 2.0};
  const fleet::Fleet fleet = far_devices(
      {.kind = Kind::battery, .rating_kw = 10.0, .e_kwh = 1e3, .soc = 0.5, .s_kva = 10.0});
  const test::Keeper keeper = test::kept(limited(grid, fleet, 0.95, 1.05, true));
  const swarm::TickTotals& tick = first_tick(keeper);
  CHECK(tick.v_min_pu < 0.95);
  CHECK(tick.buses_outside == 1.0);
  CHECK(tick.volt_var_gap <= swarm::volt_var_gap_max);
  CHECK(tick.discharge_kw > 50.0);
  CHECK(tick.discharge_kw <= 60.0 + 1e-9);
}

TEST_CASE("voltages that are in order are left alone: the same bytes with and without hold") {
  const fleet::Fleet fleet = far_devices({.kind = Kind::pv, .rating_kw = 20.0});
  const test::Keeper without = test::kept(limited(test::three_buses(), fleet, 0.9, 1.1, false));
  const test::Keeper with = test::kept(limited(test::three_buses(), fleet, 0.9, 1.1, true));
  CHECK(without.rows == with.rows);
}

TEST_CASE("hold refuses what it does not fit to") {
  const fleet::Fleet fleet = far_devices({.kind = Kind::pv, .rating_kw = 20.0});
  swarm::RunInput input = limited(test::three_buses(), fleet, 0.9, 1.1, true);
  input.scenario.local.leader = false;
  CHECK_THROWS_WITH_AS(swarm::check(input.scenario),
                       doctest::Contains("hold in [limits] needs leaders"), InputError);
  input.scenario.local.leader = true;
  input.scenario.inverters.resize(1);
  CHECK_THROWS_WITH_AS(swarm::check(input.scenario), doctest::Contains("leave out [[inverter]]"),
                       InputError);
}
