// SPDX-License-Identifier: BSD-3-Clause
// Feeders of three buses for runs that can be followed by hand, and outlets that keep everything.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "../fleet/small_fleet.hpp"
#include "../flow/grids.hpp"
#include "gridswarm/swarm/run.hpp"

namespace gridswarm::test {

/// Source - bus 1 - bus 2 on 1 MVA, 0.01 + 0.02j p.u. each, 100 kW of load at both.
inline feeder::Case three_buses() {
  feeder::Case grid = two_buses(0.01, 0.02);
  add_bus(grid, feeder::BusType::pq);
  add_branch(grid, 1, 2, 0.01, 0.02);
  grid.buses.pd_mw = {0.0, 0.1, 0.1};
  return grid;
}

/// One feeder, a quarter of an hour of five-minute ticks from noon, loads as they stand.
inline swarm::RunInput run_of(feeder::Case grid, fleet::Fleet fleet) {
  swarm::RunInput input;
  input.scenario.file = "scene";
  input.scenario.run.start = "2026-06-21T12:00";
  input.scenario.run.duration_h = 0.25;
  input.scenario.run.dt_s = 300.0;
  input.scenario.feeders.resize(1);
  input.scenario.passive.mode = "constant";
  input.scenario.results.agents_every_tick = true;
  fleet::set_start(input.profiles, input.scenario.run.start);
  input.load = [grid = std::move(grid), fleet = std::move(fleet)](Index k) {
    swarm::FeederInput feeder{"feeder " + std::to_string(k), grid, fleet};
    for (AgentId& id : feeder.fleet.plate.id) id += 1000 * k;
    return feeder;
  };
  input.threads = 1;
  return input;
}

/// A profile in per unit, a value an hour from run.start on, and again.
inline void add_profile(swarm::RunInput& input, const std::string& name,
                        std::initializer_list<double> values) {
  fleet::Profile profile;
  profile.name = name;
  profile.value.assign(values);
  profile.step_s = 3600.0;
  profile.repeat = true;
  input.profiles.profiles.push_back(std::move(profile));
}

/// Keeps everything it is given, as rows and as bytes, without the clocks.
struct Keeper final : swarm::Sink {
  std::vector<swarm::FeederLayout> layouts;
  std::vector<Bytes> rows;
  std::vector<swarm::FeederInterval> intervals;
  bool ended = false;
  void begin(const swarm::Scenario&, const std::vector<swarm::FeederLayout>& feeders) override {
    layouts = feeders;
  }
  void interval(const swarm::FeederInterval& given) override {
    intervals.push_back(given);
    intervals.back().flow_s = intervals.back().tick_s = 0.0;
    rows.push_back(swarm::pack(intervals.back()));
  }
  void end() override { ended = true; }
};

/// Keeps the journals in the order in which they come.
struct Notary final : swarm::LedgerPlane {
  std::vector<swarm::JournalBatch> batches;
  void submit(swarm::JournalBatch batch) override { batches.push_back(std::move(batch)); }
  swarm::LedgerResult finish() override { return {}; }
};

inline std::function<swarm::Outlets()> to(swarm::Sink* sink, swarm::LedgerPlane* ledger = nullptr) {
  return [=] { return swarm::Outlets{sink, ledger}; };
}

/// Run it in this process and keep what comes.
inline Keeper kept(const swarm::RunInput& input) {
  LocalExchange exchange;
  Keeper keeper;
  swarm::run(input, exchange, to(&keeper), {});
  return keeper;
}

}  // namespace gridswarm::test
