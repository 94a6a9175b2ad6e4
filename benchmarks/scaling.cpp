// SPDX-License-Identifier: BSD-3-Clause
// How a run scales over ranks: strong (one town) and weak (a town per rank), with what ranks say.
//
// First one rank alone and eight pretended ones in one process (their bytes, rounds and imbalance
// of load count, their time says nothing); then, under mpirun -n N, N ranks. `./dev bench scaling`
// uses two. Load is feeders per rank: largest over mean.
#include <chrono>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gridswarm/base/collectives.hpp"
#include "gridswarm/feeder/synthetic.hpp"
#include "gridswarm/mpi/exchange_mpi.hpp"
#include "gridswarm/swarm/run.hpp"
#include "rows.hpp"

namespace {

using namespace gridswarm;

/// `feeders` made feeders of 70 buses and 500 agents, one hour of one-minute ticks.
swarm::RunInput make_town(Index feeders) {
  swarm::RunInput input;
  input.scenario.file = "bench";
  input.scenario.run.duration_h = 1.0;
  input.scenario.feeders.resize(static_cast<std::size_t>(feeders));
  input.scenario.passive.mode = "constant";
  input.scenario.flow.threads = 1;
  input.profiles = fleet::make_synthetic_profiles(1);
  fleet::set_start(input.profiles, input.scenario.run.start);
  input.load = [](Index k) {
    swarm::FeederInput feeder;
    feeder.name = "feeder";
    feeder.grid = feeder::make_synthetic(70, 1 + k);
    feeder.fleet = fleet::make_synthetic_fleet(feeder.grid, 500, 1 + k);
    for (AgentId& id : feeder.fleet.plate.id) id += static_cast<AgentId>(k) * 1000;
    return feeder;
  };
  input.threads = 1;
  return input;
}

struct Measured {
  double seconds = 0;
  double bytes = 0;
  double rounds = 0;
  double imbalance = 1;  ///< feeders of the fullest rank over the mean
};

Measured measure(Exchange& exchange, Index feeders) {
  const Traffic before = exchange.traffic();
  const auto began = std::chrono::steady_clock::now();
  swarm::run(make_town(feeders), exchange, [] { return swarm::Outlets(); }, {});
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - began;
  const int ranks = exchange.ranks();
  Measured out;
  out.seconds = taken.count();
  out.bytes = static_cast<double>(all_sum(exchange, exchange.traffic().bytes - before.bytes));
  out.rounds = static_cast<double>(exchange.traffic().rounds - before.rounds);
  const double fullest = (feeders + ranks - 1) / ranks;
  out.imbalance = fullest * ranks / feeders;
  return out;
}

void add(std::vector<bench::Row>& rows, const std::string& name, const Measured& measured,
         const std::string& command, bool has_time) {
  if (has_time) rows.push_back({name + "_s", measured.seconds, "s", "", 0.0, 1, command});
  rows.push_back({name + "_bytes", measured.bytes, "B", "", 0.0, 1, command});
  rows.push_back({name + "_rounds", measured.rounds, "", "", 0.0, 1, command});
  rows.push_back({name + "_load_imbalance", measured.imbalance, "", "", 0.0, 1, command});
}

/// Strong: 16 feeders however many ranks. Weak: 8 per rank.
void measure_ranks(Exchange& exchange, const std::string& suffix, bool has_time,
                   const std::string& command, std::vector<bench::Row>& rows) {
  add(rows, "strong_" + suffix, measure(exchange, 16), command, has_time);
  add(rows, "weak_" + suffix, measure(exchange, 8 * exchange.ranks()), command, has_time);
}

}  // namespace

int main(int argc, char** argv) {
  const std::string command = "./dev bench scaling";
  const bool is_mpi = mpi::launched_by_mpi([](const char* name) { return std::getenv(name); });
  std::optional<mpi::Session> session;
  std::unique_ptr<Exchange> exchange;
  if (is_mpi) exchange = (session.emplace(), mpi::make_exchange());
  const bool is_root = !is_mpi || hosts_root(*exchange);
  std::vector<bench::Row> rows;
  if (is_root) {  // the other ranks wait for the first round below
    LocalExchange one(1), eight(8);
    measure_ranks(one, "1_rank", true, command, rows);
    measure_ranks(eight, "8_pretended", false, command, rows);
  }
  if (is_mpi) {
    broadcast(*exchange, {});
    measure_ranks(*exchange, std::to_string(exchange->ranks()) + "_ranks", true, command, rows);
  }
  if (is_root) bench::print_rows(rows, bench::wants_json(argc, argv));
  exchange.reset();
  return 0;
}
