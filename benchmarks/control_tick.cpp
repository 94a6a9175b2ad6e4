// SPDX-License-Identifier: BSD-3-Clause
// A control tick (sense, exchange, match, balance, volt-var, one sweep of the wires) of 10,000 and
// of one million agents, and what a warm tick with its power flow allocates.
//
// Feeders of 70 buses with 500 agents each, noon of a made day; all cores of this process. Between
// ticks the sweep's voltages become what agents measure, so every tick has other numbers.
#include "control_tick.hpp"

#include <atomic>
#include <cstdlib>
#include <memory>
#include <new>
#include <vector>

#include "gridswarm/base/parallel.hpp"
#include "gridswarm/feeder/synthetic.hpp"
#include "gridswarm/swarm/control_tick.hpp"
#include "gridswarm/swarm/ledger_tick.hpp"
#include "gridswarm/swarm/wires.hpp"

namespace {
std::atomic<long long> allocations{0};
}

void* operator new(std::size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size ? size : 1)) return memory;
  throw std::bad_alloc();
}
void* operator new(std::size_t size, std::align_val_t border) {
  ++allocations;
  const auto step = static_cast<std::size_t>(border);
  if (void* memory = std::aligned_alloc(step, (size + step - 1) / step * step)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }

namespace {

using namespace gridswarm;

constexpr Index agents_per_feeder = 500;
constexpr Index noon = 720;

struct Town {
  swarm::Scenario scenario;
  fleet::ProfileSet profiles;
  std::vector<std::unique_ptr<swarm::FeederRun>> feeders;
  std::vector<swarm::TickWork> work = std::vector<swarm::TickWork>(threads_for(0));
};

/// Feeders at noon of their first interval, warm.
Town make_town(Index agents) {
  Town town;
  town.scenario.file = "bench";
  town.scenario.feeders.resize(1);
  town.scenario.passive.mode = "constant";
  town.scenario.flow.threads = 1;
  town.scenario.results.buses = false;
  town.profiles = fleet::make_synthetic_profiles(1);
  fleet::set_start(town.profiles, town.scenario.run.start);
  town.feeders.resize(static_cast<std::size_t>(agents / agents_per_feeder));
  run_pieces(static_cast<Index>(town.feeders.size()), 0, [&](Index k, int thread) {
    swarm::FeederInput input;
    input.grid = feeder::make_synthetic(70, 1 + k % 16);
    input.fleet = fleet::make_synthetic_fleet(input.grid, agents_per_feeder, 1 + k);
    for (AgentId& id : input.fleet.plate.id) id += static_cast<AgentId>(k) * 1000;
    town.feeders[k] = swarm::make_feeder_run(town.scenario, town.profiles, k, std::move(input));
    swarm::FeederRun& run = *town.feeders[k];
    swarm::open_interval(town.scenario, town.profiles, 0, run);
    swarm::begin_interval(0, run);
    run.variants.resize(1);  // only the one with the swarm
    run.p_pu.resize(run.input.grid.buses.size());
    run.q_pu.resize(run.input.grid.buses.size());
    for (Index t = 0; t < 3; ++t)
      swarm::control_tick(town.scenario, town.profiles, noon + t, 0, town.work[thread], run);
  });
  return town;
}

/// Sense to one sweep of every feeder.
void tick_all(Town& town, Index tick) {
  const fleet::Tick now{swarm::hour_of_day(town.scenario, tick), town.scenario.run.dt_s};
  run_pieces(static_cast<Index>(town.feeders.size()), 0, [&](Index k, int thread) {
    swarm::FeederRun& run = *town.feeders[k];
    swarm::sense_and_decide(town.scenario, town.profiles, now, tick * now.dt_s, 1.0,
                            town.work[thread], run);
    swarm::sweep_wires(town.scenario, 1.0, town.work[thread], run);
  });
}

double tick_ms(Index agents, int repeats) {
  Town town = make_town(agents);
  Index tick = noon;
  return 1e3 * bench::best_seconds(repeats, [&] { tick_all(town, ++tick); });
}

/// Of one warm control tick of one feeder, power flow included.
double allocations_per_tick() {
  Town town = make_town(agents_per_feeder);
  swarm::FeederRun& run = *town.feeders[0];
  const long long before = allocations;
  constexpr int ticks = 10;
  for (Index t = 0; t < ticks; ++t)
    swarm::control_tick(town.scenario, town.profiles, noon + 3 + t, t % run.rows.ticks,
                        town.work[0], run);
  return static_cast<double>(allocations - before) / ticks;
}

}  // namespace

namespace gridswarm::bench {

std::vector<Row> tick_rows() {
  const std::string command = "./dev bench control";
  return {
      {"tick_10k_ms", tick_ms(10000, 200), "ms", "<=", 0.4, 200, command},
      {"tick_1m_ms", tick_ms(1000000, 8), "ms", "<=", 50.0, 8, command},
      {"allocations_per_tick", allocations_per_tick(), "", "<=", 0.0, 10, command},
  };
}

}  // namespace gridswarm::bench
