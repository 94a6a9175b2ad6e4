// SPDX-License-Identifier: BSD-3-Clause
// Banks of IEEE 1547-2018 inverters in a run: a sag in which the category decides who trips.
#include <doctest/doctest.h>

#include <cstring>

#include "gridswarm/swarm/control_tick.hpp"
#include "gridswarm/swarm/ledger_tick.hpp"
#include "scene.hpp"

using namespace gridswarm;
using doctest::Approx;

namespace {

constexpr Index ticks = 200;  // of 0.1 s

/// Two PV plants of 20 kW, agents 1 and 2, at bus 1, under [[inverter]] tables of their own.
swarm::RunInput scene(std::vector<swarm::InverterSource> inverters) {
  test::Device plant{fleet::Kind::pv, 20.0};
  plant.bus = 1;
  swarm::RunInput input = test::run_of(test::three_buses(), test::make_fleet({plant, plant}));
  input.scenario.run.dt_s = 0.1;
  input.scenario.run.ledger_dt_s = 20.0;
  input.scenario.run.duration_h = 20.0 / 3600.0;
  input.scenario.inverters = std::move(inverters);
  return input;
}

swarm::InverterSource table(const char* abnormal, AgentId agent) {
  swarm::InverterSource source;
  source.devices = "pv";
  source.first_agent = source.last_agent = agent;
  source.settings = fleet::default_inverter_settings("B", abnormal);
  return source;
}

struct Run {
  swarm::RunInput input;
  std::unique_ptr<swarm::FeederRun> feeder;
  swarm::TickWork work;

  explicit Run(swarm::RunInput given) : input(std::move(given)) {
    feeder = swarm::make_feeder_run(input.scenario, input.profiles, 0, input.load(0));
    swarm::begin_interval(0, *feeder);
  }
  /// One tick with the source held at source_pu.
  void tick(Index k, double source_pu) {
    feeder->forest.source_re[0] = source_pu;
    swarm::control_tick(input.scenario, input.profiles, k, k % ticks, work, *feeder);
  }
  double p_kw(int variant, Index agent) const { return feeder->variants[variant].p_kw[agent]; }
};

}  // namespace

TEST_CASE("in a sag the category decides who trips and who rides through, with and without swarm") {
  Run run(scene({table("I", 1), table("III", 2)}));
  Index k = 0;
  for (; k < 5; ++k) run.tick(k, 1.0);
  for (int variant : {0, 1})
    for (Index agent : {0, 1}) CHECK(run.p_kw(variant, agent) > 19.9);
  for (; k < 30; ++k) run.tick(k, 0.60);  // 2.5 s: category I trips after 2 s below 0.70
  CHECK(run.feeder->variants[0].fleet.state.v_pu[0] < 0.62);
  for (int variant : {0, 1}) {
    const std::vector<swarm::BankOfRun>& banks = run.feeder->variants[variant].banks;
    REQUIRE(banks.size() == 2);
    CHECK(run.p_kw(variant, 0) == 0.0);
    CHECK(std::string(fleet::tripped_by(banks[0].bank, 0)) == "UV1");
    CHECK(run.p_kw(variant, 1) > 5.0);
    CHECK(std::string(fleet::tripped_by(banks[1].bank, 0)) == "");
  }
  for (; k < 100; ++k) run.tick(k, 1.0);  // back, but enter service takes 300 s
  for (int variant : {0, 1}) {
    CHECK(run.p_kw(variant, 0) == 0.0);
    CHECK(run.p_kw(variant, 1) > 19.5);
  }
}

TEST_CASE("reactive power follows its response time, not the tick") {
  Run run(scene({table("III", 1), table("III", 2)}));
  run.tick(0, 1.0);
  const double before = run.feeder->variants[0].q_kvar[0];
  CHECK(std::abs(before) < 0.1);
  run.tick(1, 0.93);
  run.tick(2, 0.93);
  const double after = run.feeder->variants[0].q_kvar[0];
  const double v = run.feeder->variants[0].fleet.state.v_pu[0];
  const double wanted = 20.0 * 0.44 * (0.98 - v) / 0.06;
  CHECK(after == Approx(wanted * (1.0 - std::exp(-2.303 * 0.1 / 5.0))).epsilon(0.02));
}

TEST_CASE("a device that no table names, and a response within the tick, are refused") {
  CHECK_THROWS_WITH_AS(
      Run(scene({table("III", 1)})),
      "agent 2 is named by no [[inverter]]: add one with devices = \"all\" at the end", UsageError);
  swarm::RunInput slow = scene({table("III", 1), table("III", 2)});
  for (swarm::InverterSource& source : slow.scenario.inverters)
    source.settings.trip.enabled = false;
  slow.scenario.run.dt_s = slow.scenario.run.ledger_dt_s = 10.0;
  CHECK_THROWS_AS(Run(std::move(slow)), UsageError);
  swarm::RunInput blind = scene({table("III", 1), table("III", 2)});
  blind.scenario.run.dt_s = 1.0;
  CHECK_THROWS_AS(Run(std::move(blind)), UsageError);
}
