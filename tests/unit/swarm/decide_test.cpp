// SPDX-License-Identifier: BSD-3-Clause
#include "gridswarm/swarm/decide.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "gridswarm/swarm/control_tick.hpp"
#include "gridswarm/swarm/ledger_tick.hpp"
#include "scene.hpp"

using namespace gridswarm;
using fleet::Kind;

namespace {

/// A feeder that is ready for the first tick of its first interval.
std::unique_ptr<swarm::FeederRun> opened(const swarm::RunInput& input) {
  auto run = swarm::make_feeder_run(input.scenario, input.profiles, 0, input.load(0));
  swarm::open_interval(input.scenario, input.profiles, 0, *run);
  swarm::begin_interval(0, *run);
  return run;
}

}  // namespace

TEST_CASE("the even rate of a vehicle fills it exactly by its departure") {
  // 18:00 to 06:00 at most 11 kW; 60 kWh from 20 % to 80 % at 90 %: 36 kWh stored, 40 kWh drawn.
  fleet::Fleet fleet = test::make_fleet({{.kind = Kind::ev,
                                          .rating_kw = 11.0,
                                          .e_kwh = 60.0,
                                          .soc = 0.2,
                                          .efficiency = 0.9,
                                          .arrive_h = 18.0,
                                          .depart_h = 6.0}});
  double missing_kwh = 0.0;
  for (int k = 0; k < 48; ++k) {
    const fleet::Tick tick{std::fmod(18.0 + 0.25 * k, 24.0), 900.0};
    fleet::sense(fleet, {}, tick);
    const double rate = swarm::even_rate_kw(fleet.plate, fleet.state, tick, 0);
    CHECK(rate == doctest::Approx(-40.0 / 12.0).epsilon(1e-9));
    fleet.state.p_kw[0] = rate;
    fleet::integrate(fleet, tick.dt_s);
    if (k == 47) CHECK(fleet.state.soc[0] == doctest::Approx(0.8).epsilon(1e-12));
    missing_kwh += fleet::settle_departures(fleet, tick);
  }
  CHECK(missing_kwh == doctest::Approx(0.0).epsilon(1e-9));
}

TEST_CASE("a vehicle that is away or full wants nothing") {
  fleet::Fleet fleet = test::make_fleet(
      {{.kind = Kind::ev, .rating_kw = 11.0, .e_kwh = 60.0, .soc = 0.2},
       {.kind = Kind::ev, .rating_kw = 11.0, .e_kwh = 60.0, .soc = 0.8, .arrive_h = 9.0}});
  const fleet::Tick noon{12.0, 900.0};
  fleet::sense(fleet, {}, noon);
  CHECK(swarm::even_rate_kw(fleet.plate, fleet.state, noon, 0) == 0.0);
  CHECK(swarm::even_rate_kw(fleet.plate, fleet.state, noon, 1) == 0.0);
}

TEST_CASE("sun and wind have no slack in a cluster's balance") {
  fleet::Fleet fleet = test::make_fleet({{.kind = Kind::pv, .rating_kw = 5.0},
                                         {.kind = Kind::wind, .rating_kw = 7.0},
                                         {.kind = Kind::battery, .rating_kw = 3.0, .e_kwh = 9.0}});
  const fleet::Tick noon{12.0, 900.0};
  fleet::sense(fleet, {}, noon);
  swarm::adapt_wants(noon, fleet);
  CHECK(fleet.state.p_min_kw[0] == 5.0);
  CHECK(fleet.state.p_max_kw[0] == 5.0);
  CHECK(fleet.state.p_min_kw[1] == 7.0);
  CHECK(fleet.state.p_min_kw[2] == -3.0);  // storage keeps its own
}

TEST_CASE("each agent hears its neighbours once a tick, and 24 bytes from each") {
  std::vector<test::Device> devices;
  for (int i = 0; i < 5; ++i) devices.push_back({.kind = Kind::meter, .bus = 1 + i % 2});
  swarm::RunInput input = test::run_of(test::three_buses(), test::make_fleet(devices));
  input.scenario.run.neighbours = 3;
  const auto run = opened(input);
  swarm::Variant& variant = run->variants[0];
  const fleet::Tick noon{12.0, 300.0};
  fleet::sense(variant.fleet, {}, noon);
  swarm::TickWork work;
  swarm::decide_with_swarm(*run, input.scenario, noon, 200.0, work, variant);
  CHECK(variant.messages == 15 + variant.dispatched.totals.messages);
  CHECK(variant.bytes == 15 * 24 + variant.dispatched.totals.bytes);
  for (const std::int64_t bytes : variant.fleet.state.bytes) CHECK(bytes == 3 * 24);
}

TEST_CASE("neighbours that pair first leave the leader less to match, and move no set-point") {
  std::vector<test::Device> devices;
  for (int i = 0; i < 6; ++i)
    devices.push_back(
        {.kind = i % 2 ? Kind::meter : Kind::pv, .rating_kw = 1.0 + i, .bus = 1 + i / 3});
  swarm::RunInput alone = test::run_of(test::three_buses(), test::make_fleet(devices));
  swarm::RunInput pairing = alone;
  pairing.scenario.local.rounds = 2;
  const auto without = opened(alone), with = opened(pairing);
  const fleet::Tick noon{12.0, 300.0};
  swarm::TickWork work_without, work_with;
  for (auto* each : {&without, &with}) {
    swarm::Variant& variant = (*each)->variants[0];
    const swarm::Scenario& scenario = each == &with ? pairing.scenario : alone.scenario;
    fleet::sense(variant.fleet, {}, noon);
    swarm::decide_with_swarm(**each, scenario, noon, 200.0,
                             each == &with ? work_with : work_without, variant);
  }
  const swarm::Variant &a = without->variants[0], &b = with->variants[0];
  const balance::NeighbourPairs& pairs = work_with.pairs;
  CHECK(a.p_kw == b.p_kw);
  CHECK(pairs.totals.paired_kw > 0.0);
  CHECK(work_with.transfers.totals.shared_kw + pairs.totals.paired_kw ==
        doctest::Approx(work_without.transfers.totals.shared_kw).epsilon(1e-6));
  CHECK(b.messages == a.messages + pairs.totals.messages);
  CHECK(b.bytes == a.bytes + pairs.totals.bytes);
}

TEST_CASE("without a leader a battery takes its neighbour's surplus, and nobody dispatches") {
  swarm::RunInput input = test::run_of(
      test::three_buses(),
      test::make_fleet(
          {{.kind = Kind::pv, .rating_kw = 5.0, .bus = 1},
           {.kind = Kind::battery, .rating_kw = 3.0, .e_kwh = 9.0, .soc = 0.5, .bus = 1}}));
  input.scenario.local.leader = false;
  const auto run = opened(input);
  swarm::Variant& variant = run->variants[0];
  const fleet::Tick noon{12.0, 300.0};
  fleet::sense(variant.fleet, {}, noon);
  swarm::TickWork work;
  swarm::decide_with_swarm(*run, input.scenario, noon, 0.0, work, variant);
  CHECK(variant.p_kw[0] == 5.0);
  CHECK(variant.p_kw[1] == -3.0);
  CHECK(variant.dispatched.totals.messages == 0);
}

TEST_CASE("what clusters share is the smaller of surplus and deficit, what is left the rest") {
  swarm::Variant variant;
  variant.fleet = test::make_fleet(std::vector<test::Device>(5, {.kind = Kind::meter}));
  variant.p_kw = {5.0, -2.0, -4.0, 1.0, -8.0};
  variant.clusters.of = {0, 0, 1, 1, none};
  variant.clusters.members = group_by(variant.clusters.of, 2);
  variant.clusters.id = {1, 3};
  variant.clusters.leader = {0, 2};
  swarm::TickTotals totals;
  swarm::measure_sharing(variant, totals);
  CHECK(totals.power_kw == 20.0);
  CHECK(totals.floor_kw == 8.0);
  CHECK(totals.shared_kw == 2.0 + 1.0);
  CHECK(totals.imbalance_kw == 3.0 + 3.0 + 8.0);  // an agent without cluster shares nothing
}

TEST_CASE("with local rules nobody has a cluster, and all power is imbalance") {
  swarm::Variant variant;
  variant.fleet = test::make_fleet(std::vector<test::Device>(2, {.kind = Kind::meter}));
  variant.p_kw = {5.0, -2.0};
  swarm::TickTotals totals;
  swarm::measure_sharing(variant, totals);
  CHECK(totals.imbalance_kw == 7.0);
  CHECK(totals.shared_kw == 0.0);
}

TEST_CASE("agents without supply are silent: no power, no voltage, no message, no energy") {
  feeder::Case grid = test::three_buses();
  grid.branches.in_service[1] = 0;  // bus 2 is dead
  const fleet::Fleet fleet = test::make_fleet(
      {{.kind = Kind::pv, .rating_kw = 5.0, .bus = 1},
       {.kind = Kind::pv, .rating_kw = 50.0, .bus = 2},
       {.kind = Kind::meter, .rating_kw = 7.0, .bus = 2, .power_factor = 0.9},
       {.kind = Kind::battery, .rating_kw = 9.0, .e_kwh = 9.0, .soc = 0.5, .bus = 2}});
  const swarm::RunInput input = test::run_of(grid, fleet);
  const auto run = opened(input);
  swarm::TickWork work;
  for (Index tick = 0; tick < 3; ++tick)
    swarm::control_tick(input.scenario, input.profiles, tick, tick, work, *run);
  for (const swarm::Variant& variant : run->variants)
    for (const Index i : {1, 2, 3}) {
      CHECK(variant.p_kw[i] == 0.0);
      CHECK(variant.q_kvar[i] == 0.0);
      CHECK(variant.fleet.state.v_pu[i] == 0.0);
      CHECK(variant.v_min_pu[i] == 0.0);  // how a reading says "not supplied"
      CHECK(variant.v_max_pu[i] == 0.0);
      CHECK(variant.fleet.state.bytes[i] == 0);
    }
  CHECK(run->variants[0].fleet.state.soc[3] == 0.5);
  for (std::size_t lane = 0; lane < 2; ++lane) {
    CHECK(run->rows.e_out_kwh[lane * 4 + 0] == doctest::Approx(1.25));
    CHECK(run->rows.e_out_kwh[lane * 4 + 1] == 0.0);
    CHECK(run->rows.e_in_kwh[lane * 4 + 2] == 0.0);
    for (Index t = 0; t < 3; ++t) {
      const std::size_t dead = static_cast<std::size_t>((t * 2 + lane) * 3 + 2);
      CHECK(run->rows.p_kw[dead] == 0.0);  // its load isn't served
      CHECK(run->rows.q_kvar[dead] == 0.0);
      CHECK(std::isnan(run->rows.v_re_pu[dead]));
      const swarm::TickTotals& totals = run->rows.totals[static_cast<std::size_t>(t * 2 + lane)];
      CHECK(totals.load_kw == doctest::Approx(100.0));
      CHECK(totals.generation_kw == doctest::Approx(5.0));
      CHECK(totals.curtailed_kw == 0.0);
      CHECK(totals.v_min_pu > 0.9);
    }
  }
}
