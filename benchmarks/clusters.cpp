// SPDX-License-Identifier: BSD-3-Clause
// How fast clusters form: from nothing, refined, preparation (tree, traits, ids) included.
//
// Synthetic feeders of 1,000 buses under one case, one agent per bus, mixed as `gridswarm synth`
// mixes them. The wall's time on two threads; beside it the core's time on one. Bytes per agent are
// what the heap holds at most during form() beyond its inputs, its result included. Last, how far
// formation stays from the exhaustive optimum of small trees (tests/unit/cluster/oracle.hpp).
#include <atomic>
#include <cstdlib>
#include <new>
#include <vector>

#include "cluster_events.hpp"
#include "gridswarm/cluster/form.hpp"
#include "gridswarm/cluster/neighbours.hpp"
#include "gridswarm/cluster/quality.hpp"
#include "gridswarm/feeder/synthetic.hpp"
#include "gridswarm/fleet/synthetic.hpp"
#include "oracle.hpp"
#include "rows.hpp"

using namespace gridswarm;

namespace {

std::atomic<std::int64_t> held{0};
std::atomic<std::int64_t> peak{0};

/// Stands right before the memory handed out.
struct Note {
  std::size_t bytes;
  void* memory;
};

void* counted(std::size_t bytes, std::size_t alignment) {
  const std::size_t front = alignment > sizeof(Note) ? alignment : sizeof(Note);
  const std::size_t room = (front + bytes + front - 1) / front * front;
  void* memory = std::aligned_alloc(front, room);
  if (memory == nullptr) throw std::bad_alloc();
  char* given = static_cast<char*>(memory) + front;
  new (given - sizeof(Note)) Note{bytes, memory};
  const std::int64_t now = held += static_cast<std::int64_t>(bytes);
  std::int64_t most = peak;
  while (most < now && !peak.compare_exchange_weak(most, now)) {
  }
  return given;
}

void release(void* given) {
  if (given == nullptr) return;
  const Note note = *reinterpret_cast<const Note*>(static_cast<char*>(given) - sizeof(Note));
  held -= static_cast<std::int64_t>(note.bytes);
  std::free(note.memory);
}

constexpr Index feeder_buses = 1000;

struct Town {
  feeder::Case grid;
  feeder::Forest forest;
  fleet::Fleet fleet;
};

template <class T>
void append(Column<T>& all, const Column<T>& more, T shift = T()) {
  for (T x : more) all.push_back(static_cast<T>(x + shift));
}

/// `feeders` synthetic feeders side by side; agent k stands on bus k.
Town town_of(Index feeders) {
  Town town;
  feeder::Case& all = town.grid;
  for (Index f = 0; f < feeders; ++f) {
    const feeder::Case one =
        feeder::make_synthetic(feeder_buses, 1 + static_cast<std::uint64_t>(f % 100));
    const Index first = all.buses.size();
    all.base_mva = one.base_mva;
    append(all.buses.id, one.buses.id, static_cast<BusId>(first));
    all.buses.type.insert(all.buses.type.end(), one.buses.type.begin(), one.buses.type.end());
    for (auto column : {&feeder::Buses::pd_mw, &feeder::Buses::qd_mvar, &feeder::Buses::gs_mw,
                        &feeder::Buses::bs_mvar, &feeder::Buses::vm_pu, &feeder::Buses::va_deg,
                        &feeder::Buses::base_kv, &feeder::Buses::vmax_pu, &feeder::Buses::vmin_pu})
      append(all.buses.*column, one.buses.*column);
    append(all.branches.from, one.branches.from, first);
    append(all.branches.to, one.branches.to, first);
    append(all.branches.in_service, one.branches.in_service);
    using B = feeder::Branches;
    for (auto column : {&B::r_pu, &B::x_pu, &B::b_pu, &B::rate_mva, &B::ratio, &B::shift_deg})
      append(all.branches.*column, one.branches.*column);
    const fleet::Fleet devices =
        fleet::make_synthetic_fleet(one, feeder_buses, 1 + static_cast<std::uint64_t>(f % 100));
    fleet::Nameplate& plate = town.fleet.plate;
    append(plate.id, devices.plate.id, static_cast<AgentId>(first));
    for (Index k = 0; k < feeder_buses; ++k) plate.bus.push_back(first + k);
    plate.kind.insert(plate.kind.end(), devices.plate.kind.begin(), devices.plate.kind.end());
    using P = fleet::Nameplate;
    for (auto column :
         {&P::s_kva, &P::rating_kw, &P::e_kwh, &P::soc_start, &P::soc_min, &P::efficiency,
          &P::arrive_h, &P::depart_h, &P::soc_depart, &P::cost_per_kw2, &P::power_factor})
      append(plate.*column, devices.plate.*column);
    using S = fleet::State;
    for (auto column : {&S::p_kw, &S::p_want_kw, &S::p_min_kw, &S::p_max_kw, &S::soc})
      append(town.fleet.state.*column, devices.state.*column);
  }
  town.forest = feeder::make_forest(town.grid);
  return town;
}

double seconds_of(const Town& town, int threads, int repeats, bool core) {
  const auto body = [&] {
    (void)cluster::form(town.grid, town.forest, town.fleet, {}, nullptr, threads);
  };
  return core ? bench::best_cpu_seconds(repeats, body) : bench::best_seconds(repeats, body);
}

double bytes_per_agent(const Town& town) {
  const std::int64_t before = held;
  peak = before;
  const auto formed = cluster::form(town.grid, town.forest, town.fleet, {}, nullptr, 2);
  return static_cast<double>(peak - before) / town.fleet.size();
}

}  // namespace

void* operator new(std::size_t bytes) { return counted(bytes, 0); }
void* operator new(std::size_t bytes, std::align_val_t alignment) {
  return counted(bytes, static_cast<std::size_t>(alignment));
}
void operator delete(void* memory) noexcept { release(memory); }
void operator delete(void* memory, std::size_t) noexcept { release(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { release(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { release(memory); }

int main(int argc, char** argv) {
  const std::string command = "bench_clusters --json";
  std::vector<bench::Row> rows;
  {
    const Town town = town_of(10);
    constexpr int repeats = 50;
    rows.push_back({"form_10k_ms", 1e3 * seconds_of(town, 2, repeats, false), "ms", "<=", 5.0,
                    repeats, command});
    rows.push_back({"form_10k_core_ms", 1e3 * seconds_of(town, 1, repeats, true), "ms", "", 0.0,
                    repeats, command});
    const auto formed = cluster::form(town.grid, town.forest, town.fleet, {}, nullptr);
    const auto quality = cluster::measure(town.grid, town.forest, town.fleet, {}, formed.clusters);
    rows.push_back({"form_10k_objective_per_agent", formed.objective / town.fleet.size(), "", "",
                    0.0, 1, command});
    rows.push_back(
        {"form_10k_clusters", static_cast<double>(quality.clusters), "", "", 0.0, 1, command});
    rows.push_back(
        {"form_10k_undersized", static_cast<double>(quality.undersized), "", "", 0.0, 1, command});
    rows.push_back({"form_10k_residual_ratio", quality.residual_ratio, "", "", 0.0, 1, command});
  }
  const Town town = town_of(1000);
  constexpr int repeats = 5;
  rows.push_back(
      {"form_1m_s", seconds_of(town, 2, repeats, false), "s", "<=", 0.7, repeats, command});
  rows.push_back(
      {"form_1m_core_s", seconds_of(town, 1, repeats, true), "s", "", 0.0, repeats, command});
  rows.push_back({"bytes_per_agent", bytes_per_agent(town), "bytes", "<=", 150.0, 1, command});
  {
    const auto tree = distance::make_agent_tree(town.grid, town.forest, town.fleet,
                                                {distance::EdgeLength::magnitude});
    const auto knn = [&] { (void)cluster::nearest(tree, 8, 2); };
    const double agents = town.fleet.size();
    rows.push_back({"knn8_us_per_agent_1m", 1e6 * bench::best_seconds(repeats, knn) / agents, "us",
                    "<=", 0.45, repeats, command});
    const auto one = [&] { (void)cluster::nearest(tree, 8, 1); };
    rows.push_back({"knn8_core_us_per_agent_1m",
                    1e6 * bench::best_cpu_seconds(repeats, one) / agents, "us", "", 0.0, repeats,
                    command});
  }
  {
    const oracle::Gap gap = oracle::gap_of(200, 16, 16, 8);
    const oracle::Gap greedy = oracle::gap_of(200, 16, 1, 8);
    rows.push_back({"oracle_gap_mean_percent", 100.0 * gap.mean, "%", "<=", 1.5, 1, command});
    rows.push_back(
        {"oracle_optimal_percent", 100.0 * gap.optimal / gap.trees, "%", ">=", 80.0, 1, command});
    rows.push_back(
        {"oracle_one_label_gap_mean_percent", 100.0 * greedy.mean, "%", "", 0.0, 1, command});
    rows.push_back({"oracle_one_label_optimal_percent", 100.0 * greedy.optimal / greedy.trees, "%",
                    "", 0.0, 1, command});
  }
  bench::add_event_rows(command, rows);
  bench::print_rows(rows, bench::wants_json(argc, argv));
}
