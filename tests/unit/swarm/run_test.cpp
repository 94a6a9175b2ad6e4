// SPDX-License-Identifier: BSD-3-Clause
#include "gridswarm/swarm/run.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "gridswarm/feeder/synthetic.hpp"
#include "gridswarm/swarm/wires.hpp"
#include "scene.hpp"

using namespace gridswarm;
using test::Keeper, test::Notary, test::to;

namespace {

/// Two made feeders of 20 buses with 30 agents each, one hour of five-minute ticks around noon.
swarm::RunInput small_run() {
  swarm::RunInput input;
  input.scenario.file = "small";
  input.scenario.run.start = "2026-06-21T11:00";
  input.scenario.run.duration_h = 1.0;
  input.scenario.run.dt_s = 300.0;
  input.scenario.feeders.resize(2);
  input.scenario.passive.mode = "constant";
  input.scenario.results.agents_every_tick = true;
  input.profiles = fleet::make_synthetic_profiles(1);
  fleet::set_start(input.profiles, input.scenario.run.start);
  input.load = [](Index k) {
    swarm::FeederInput feeder;
    feeder.name = "feeder " + std::to_string(k);
    feeder.grid = feeder::make_synthetic(20, 5 + k);
    feeder.fleet = fleet::make_synthetic_fleet(feeder.grid, 30, 9 + k);
    for (AgentId& id : feeder.fleet.plate.id) id += 1000 * k;
    return feeder;
  };
  input.threads = 1;
  return input;
}

}  // namespace

TEST_CASE("what flows in and what is lost add up at every tick of every lane") {
  LocalExchange exchange;
  Keeper keeper;
  const auto result = swarm::run(small_run(), exchange, to(&keeper), {});
  CHECK(keeper.ended);
  CHECK(result.summary.not_converged == 0);
  REQUIRE(keeper.intervals.size() == 8);  // two feeders, four quarters of an hour
  for (const auto& rows : keeper.intervals)
    for (const auto& tick : rows.totals) {
      const double used =
          tick.load_kw + tick.charge_kw - tick.generation_kw - tick.discharge_kw + tick.losses_kw;
      CHECK(std::abs(tick.source_kw - used) < 1e-9 * (tick.load_kw + tick.power_kw));
      CHECK(tick.losses_kw > 0.0);
    }
}

TEST_CASE("reactive power lies on its curve where the swarm runs") {
  LocalExchange exchange;
  Keeper keeper;
  const auto result = swarm::run(small_run(), exchange, to(&keeper), {});
  CHECK(result.summary.volt_var_gap <= swarm::volt_var_gap_max);
  double most_kvar = 0.0;
  for (const auto& rows : keeper.intervals)
    for (const double q : rows.q_kvar) most_kvar = std::max(most_kvar, q);
  CHECK(most_kvar > 0.0);  // somebody injects
}

TEST_CASE("SOC follows from power, tick by tick") {
  LocalExchange exchange;
  Keeper keeper;
  swarm::run(small_run(), exchange, to(&keeper), {});
  const auto& layout = keeper.layouts[0];
  const std::size_t agents = layout.agent.size();
  std::int64_t checked = 0;
  for (const auto& rows : keeper.intervals) {
    if (rows.feeder != 0) continue;
    for (Index t = 1; t < rows.ticks; ++t)
      for (std::size_t i = 0; i < agents; ++i) {
        if (layout.agent_kind[i] != static_cast<std::int64_t>(fleet::Kind::battery)) continue;
        const std::size_t now = static_cast<std::size_t>(t) * 2 * agents + i;
        const double p_kw = rows.agent_p_kw[now], n = layout.efficiency[i];
        const double step = (p_kw < 0.0 ? -p_kw * n : -p_kw / n) * 300.0 / 3600.0 / layout.e_kwh[i];
        CHECK(rows.agent_soc[now] ==
              doctest::Approx(rows.agent_soc[now - 2 * agents] + step).epsilon(1e-12));
        ++checked;
      }
  }
  CHECK(checked > 0);
}

TEST_CASE("threads and pretended ranks change no byte of results and journals") {
  LocalExchange one(1), three(3);
  Keeper a, b;
  Notary x, y;
  swarm::RunInput input = small_run();
  const auto plain = swarm::run(input, one, to(&a, &x), {});
  input.threads = 2;
  const auto split = swarm::run(input, three, to(&b, &y), {});
  CHECK(a.rows == b.rows);
  REQUIRE(x.batches.size() == 4);
  REQUIRE(y.batches.size() == 4);
  for (std::size_t k = 0; k < 4; ++k) CHECK(x.batches[k].packed == y.batches[k].packed);
  CHECK(plain.summary.exchange_bytes == 0);
  CHECK(split.summary.exchange_bytes > 0);
}

TEST_CASE("a run that is stopped has delivered whole intervals and says so") {
  LocalExchange exchange;
  Keeper keeper;
  swarm::RunHooks hooks;
  hooks.stop = [] { return true; };
  const auto result = swarm::run(small_run(), exchange, to(&keeper), hooks);
  CHECK(result.interrupted);
  CHECK(result.summary.ticks == 3);
  CHECK(keeper.intervals.size() == 2);
  CHECK(keeper.ended);
}

TEST_CASE("a run that leaves its profiles is refused with a sentence, not ended") {
  LocalExchange exchange;
  swarm::RunInput input = small_run();
  for (auto& profile : input.profiles.profiles) {
    profile.repeat = false;
    profile.offset_s = profile.step_s * static_cast<double>(profile.value.size()) - 600.0;
  }
  CHECK_THROWS_AS(swarm::run(input, exchange, to(nullptr), {}), UsageError);
}

TEST_CASE("an agent on two feeders is refused by its id before anything is opened") {
  LocalExchange exchange;
  swarm::RunInput input = small_run();
  const auto load = input.load;
  input.load = [load](Index k) {
    swarm::FeederInput feeder = load(k);
    for (AgentId& id : feeder.fleet.plate.id) id %= 1000;
    return feeder;
  };
  bool is_open = false;
  const auto open = [&] {
    is_open = true;
    return swarm::Outlets();
  };
  CHECK_THROWS_WITH_AS(swarm::run(input, exchange, open, {}),
                       doctest::Contains("agent 1 is on two"), InputError);
  CHECK_FALSE(is_open);
}
