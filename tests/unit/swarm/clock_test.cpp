// SPDX-License-Identifier: BSD-3-Clause
// The clock over midnight, over draws, and over feeders that are not what one expects.
#include <doctest/doctest.h>

#include <cmath>

#include "gridswarm/swarm/control_tick.hpp"
#include "scene.hpp"

using namespace gridswarm;
using fleet::Kind;

namespace {

fleet::Fleet one_pv() { return test::make_fleet({{.kind = Kind::pv, .rating_kw = 6.0, .bus = 1}}); }

}  // namespace

TEST_CASE("the hour of the day goes on at midnight from 0") {
  swarm::Scenario scenario;
  scenario.run.start = "2026-06-21T22:30";
  scenario.run.dt_s = 900.0;
  CHECK(swarm::hour_of_day(scenario, 0) == 22.5);
  CHECK(swarm::hour_of_day(scenario, 5) == 23.75);
  CHECK(swarm::hour_of_day(scenario, 6) == 0.0);
  CHECK(swarm::hour_of_day(scenario, 7) == 0.25);
  CHECK(swarm::hour_of_day(scenario, 6 + 96 * 400) == 0.0);
  scenario.run.dt_s = 1.0;
  scenario.run.start = "2026-06-21";
  for (const Index day : {1, 365, 3660})
    CHECK(swarm::hour_of_day(scenario, 86400 * day - 1) ==
          doctest::Approx(24.0 - 1.0 / 3600.0).epsilon(1e-14));
}

TEST_CASE("passive loads follow their mode") {
  swarm::RunInput input = test::run_of(test::three_buses(), one_pv());
  input.scenario.run.duration_h = 2.0;
  input.scenario.run.ledger_dt_s = 3600.0;
  input.scenario.passive.scale = 0.5;
  test::add_profile(input, "day", {0.2, 0.9});
  const auto loads = [&](const char* mode) {
    input.scenario.passive.mode = mode;
    input.scenario.passive.profile = "day";
    const test::Keeper keeper = test::kept(input);
    return std::pair(keeper.intervals[0].totals[22].load_kw, keeper.intervals[1].totals[0].load_kw);
  };
  CHECK(loads("constant").first == doctest::Approx(100.0));
  CHECK(loads("profile").first == doctest::Approx(20.0));   // the hour's last tick
  CHECK(loads("profile").second == doctest::Approx(90.0));  // the next hour's first
  CHECK(loads("none").first == 0.0);
}

TEST_CASE("draw 0 is the run without draws, and every other draw is another day") {
  std::vector<test::Device> devices;
  for (int i = 0; i < 6; ++i)
    devices.push_back({.kind = i % 2 ? Kind::meter : Kind::pv,
                       .rating_kw = 10.0,
                       .profile = i % 2,
                       .bus = 1 + i % 2,
                       .s_kva = 20.0});
  swarm::RunInput input = test::run_of(test::three_buses(), test::make_fleet(devices, 2));
  test::add_profile(input, "0", {0.5});
  test::add_profile(input, "1", {0.25});
  const test::Keeper one = test::kept(input);
  input.scenario.run.seeds = 3;
  const test::Keeper three = test::kept(input);
  const auto& alone = one.intervals[0];
  const auto& drawn = three.intervals[0];
  const std::size_t agents = devices.size();
  for (std::size_t k = 0; k < 2 * agents; ++k) {
    CHECK(drawn.e_out_kwh[k] == alone.e_out_kwh[k]);
    CHECK(drawn.e_in_kwh[k] == alone.e_in_kwh[k]);
    CHECK(drawn.cluster[k] == alone.cluster[k]);
  }
  CHECK(drawn.messages == alone.messages);
  const auto pv_kwh = [&](std::size_t draw) { return drawn.e_out_kwh[(2 * draw + 1) * agents]; };
  CHECK(pv_kwh(0) == doctest::Approx(5.0 * 0.25));
  CHECK(pv_kwh(1) != pv_kwh(0));
  CHECK(pv_kwh(2) != pv_kwh(1));
  for (const std::size_t draw : {1, 2}) {
    CHECK(pv_kwh(draw) > 0.9 * pv_kwh(0));
    CHECK(pv_kwh(draw) < 1.1 * pv_kwh(0));
    CHECK(drawn.e_out_kwh[2 * draw * agents] == pv_kwh(draw));  // both lanes see one sky
  }
}

TEST_CASE("a feeder with two sources runs both halves") {
  feeder::Case grid = test::three_buses();
  test::add_bus(grid, feeder::BusType::source);
  test::add_branch(grid, 2, 3, 0.01, 0.02);
  grid.branches.in_service[1] = 0;  // bus 1 hangs on one source, bus 2 on the other
  const fleet::Fleet fleet = test::make_fleet({{.kind = Kind::pv, .rating_kw = 30.0, .bus = 1},
                                               {.kind = Kind::meter, .rating_kw = 20.0, .bus = 2}});
  const test::Keeper keeper = test::kept(test::run_of(grid, fleet));
  const auto& rows = keeper.intervals[0];
  CHECK(rows.cluster[0] != rows.cluster[1]);  // no wire joins them
  for (const auto& tick : rows.totals) {
    CHECK(tick.load_kw == doctest::Approx(220.0));
    CHECK(tick.source_kw == doctest::Approx(190.0 + tick.losses_kw).epsilon(1e-10));
    CHECK(tick.shared_kw == 0.0);
  }
}

TEST_CASE("one agent is a fleet") {
  const test::Keeper keeper = test::kept(test::run_of(test::three_buses(), one_pv()));
  const auto& rows = keeper.intervals[0];
  CHECK(rows.clusters == 1);
  CHECK(rows.leader[0] == 1);
  CHECK(rows.messages == 0);
  CHECK(rows.e_out_kwh[0] == doctest::Approx(1.5));
}

TEST_CASE("a feeder without agents runs its wires") {
  LocalExchange exchange;
  test::Keeper keeper;
  test::Notary notary;
  const swarm::RunInput input = test::run_of(test::three_buses(), test::make_fleet({}));
  const auto result = swarm::run(input, exchange, test::to(&keeper, &notary), {});
  CHECK(result.summary.agents == 0);
  CHECK(result.summary.clusters == 0);
  CHECK(result.summary.churn_percent == 0.0);
  REQUIRE(keeper.intervals.size() == 1);
  CHECK(keeper.intervals[0].totals[0].load_kw == doctest::Approx(200.0));
  CHECK(notary.batches.size() == 1);
}

TEST_CASE("all agents of a feeder without supply: it runs, and nobody is in a cluster") {
  feeder::Case grid = test::three_buses();
  grid.branches.in_service[0] = 0;
  const test::Keeper keeper = test::kept(test::run_of(grid, one_pv()));
  CHECK(keeper.intervals[0].cluster[0] == -1);
  CHECK(keeper.intervals[0].leader[0] == -1);
  CHECK(keeper.intervals[0].totals[0].load_kw == 0.0);
}

TEST_CASE("a run that is asked to stop after its last interval is a whole run") {
  LocalExchange exchange;
  swarm::RunHooks hooks;
  hooks.stop = [] { return true; };
  const auto result =
      swarm::run(test::run_of(test::three_buses(), one_pv()), exchange, test::to(nullptr), hooks);
  CHECK_FALSE(result.interrupted);
  CHECK(result.summary.ticks == 3);
}

TEST_CASE("a profile that ends before the run is refused before anything is opened") {
  swarm::RunInput input = test::run_of(test::three_buses(), one_pv());
  input.scenario.run.duration_h = 3.0;
  input.scenario.passive.mode = "profile";
  input.scenario.passive.profile = "short";
  test::add_profile(input, "short", {1.0, 1.0});
  input.profiles.profiles[0].repeat = false;
  LocalExchange exchange;
  bool is_open = false;
  const auto open = [&] {
    is_open = true;
    return swarm::Outlets();
  };
  CHECK_THROWS_WITH_AS(swarm::run(input, exchange, open, {}), doctest::Contains("short"),
                       UsageError);
  CHECK_FALSE(is_open);
  input.scenario.run.duration_h = 2.0;  // its last value ends with the run
  CHECK_NOTHROW(swarm::run(input, exchange, open, {}));
}
