// SPDX-License-Identifier: BSD-3-Clause
// How fast the batched power flow is: a whole solve, from injections to |V| and angle of every bus.
//
// A synthetic feeder of 1,000 buses, lowest voltage 0.93 at nominal load; 1,024 scenarios, every
// bus and scenario on its own at 0.5 to 1.5 times its nominal load. The sweep's unit is time over
// buses x (sum of the iterations that the scenarios report): reading, the last check and polar
// results count in. One thread is timed by the core's clock, the speedup by the wall's. Steady
// state is sweep after sweep of one block of eight scenarios; per bus and lane that is
//   Z J 6, V 2, |V|^2 3, 1/|V|^2 1, conj(S) V 6, times 1/|V|^2 2, sum over children 2 = 22 flop.
#include <sys/resource.h>

#include <numeric>
#include <vector>

#include "fma_peak.hpp"
#include "gridswarm/base/random.hpp"
#include "gridswarm/feeder/synthetic.hpp"
#include "gridswarm/flow/solver.hpp"
#include "gridswarm/flow/stream.hpp"
#include "gridswarm/kernel/isa.hpp"
#include "gridswarm/kernel/kernels.hpp"
#include "rows.hpp"

using namespace gridswarm;

namespace {

constexpr Index buses = 1000;
constexpr Index scenarios = 1024;
constexpr Index stream_scenarios = 40000;
constexpr int repeats = 15;
constexpr double sweep_flop = 22.0;

struct Setting {
  feeder::Case grid = feeder::make_synthetic(buses, 1);
  Column<double> p_pu;
  Column<double> q_pu;
  flow::FlowWork work;
  flow::FlowResult result;
};

void fill(Setting& setting) {
  for (Index s = 0; s < scenarios; ++s)
    for (Index k = 0; k < buses; ++k) {
      const auto agent = static_cast<std::uint64_t>(s) * buses + k;
      const double load = 0.5 + draw_uniform(1, Stream::test, agent, 0);
      const auto& b = setting.grid.buses;
      setting.p_pu.push_back(-load * b.pd_mw[k] / setting.grid.base_mva);
      setting.q_pu.push_back(-load * b.qd_mvar[k] / setting.grid.base_mva);
    }
}

/// Best wall time, or time of the core where `core`.
double solve_seconds(Setting& setting, const char* method, int threads, double tol_step_pu,
                     bool core) {
  flow::FlowOptions options;
  options.method = method;
  options.threads = threads;
  options.tol_step_pu = tol_step_pu;
  options.polar = true;
  const flow::Solver solver = flow::prepare(setting.grid, options);
  const flow::Injections injections = {scenarios, setting.p_pu, setting.q_pu};
  const auto body = [&] { flow::solve(solver, injections, options, setting.work, setting.result); };
  return core ? bench::best_cpu_seconds(repeats, body) : bench::best_seconds(repeats, body);
}

/// Seconds per bus and lane of one sweep, block in cache, by the wall: short enough for luck.
double steady_seconds(Setting& setting) {
  const feeder::Forest forest = feeder::make_forest(setting.grid);
  flow::make_sweep_plan(forest, buses, setting.work.plan);
  const kernel::SweepTree tree = flow::sweep_tree(setting.work.plan);
  Column<double> cells((buses + 2) * kernel::sweep_columns * kernel::sweep_lanes + 64);
  Column<double> pairs((buses + 2) * 2 * kernel::sweep_lanes + 64);
  Column<double> probes(pairs.size());
  const kernel::SweepMemory memory = {cells.data(), pairs.data(), probes.data()};
  const kernel::SweepRows rows = {kernel::sweep_lanes, buses, buses, setting.work.plan.cell.data(),
                                  1.0};
  const auto& kernels = kernel::kernels();
  kernels.sweep_load(tree, rows, setting.p_pu.data(), setting.q_pu.data(), memory);
  double step_squared[kernel::sweep_lanes];
  constexpr int sweeps = 10;
  const double seconds = bench::best_seconds(1000, [&] {
    for (int k = 0; k < sweeps; ++k) kernels.sweep(tree, nullptr, false, memory, step_squared);
  });
  return seconds / (sweeps * buses * kernel::sweep_lanes);
}

double peak_mib() {
  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024.0;
}

/// How far a long stream raises the memory of the process; its inputs are a factor per scenario,
/// its outputs one number. To be called before anything else takes memory.
double stream_extra_mib(const feeder::Case& grid) {
  Column<double> factor(stream_scenarios), lowest(stream_scenarios);
  for (Index s = 0; s < stream_scenarios; ++s)
    factor[s] = 0.5 + draw_uniform(2, Stream::test, static_cast<std::uint64_t>(s), 0);
  std::vector<Index> row(buses), profile(buses, 0);
  std::iota(row.begin(), row.end(), 0);
  Column<double> p_pu, q_pu;
  for (Index k = 0; k < buses; ++k) {
    p_pu.push_back(-grid.buses.pd_mw[k] / grid.base_mva);
    q_pu.push_back(-grid.buses.qd_mvar[k] / grid.base_mva);
  }
  flow::Batch batch;
  batch.injections.rows = stream_scenarios;
  batch.injections.profiles = 1;
  batch.injections.factor = factor;
  batch.injections.buses.row = row;
  batch.injections.buses.p_profile = profile;
  batch.injections.buses.q_profile = profile;
  batch.injections.buses.p = p_pu;
  batch.injections.buses.q = q_pu;
  const double before = peak_mib();
  flow::solve_stream(grid, batch, {}, {}, [&](const flow::BatchBlock& block) {
    for (Index s = 0; s < block.result.scenarios; ++s)
      lowest[static_cast<std::size_t>(block.first) + s] = block.result.max_mismatch_va[s];
    return true;
  });
  return peak_mib() - before;
}

}  // namespace

int main(int argc, char** argv) {
  Setting setting;
  const double extra_mib = stream_extra_mib(setting.grid);
  fill(setting);
  const double core_s = solve_seconds(setting, "sweep", 1, 1e-10, true);
  const auto iterations = setting.result.iterations;
  const double sweeps = std::accumulate(iterations.begin(), iterations.end(), 0.0);
  const double one_s = solve_seconds(setting, "sweep", 1, 1e-10, false);
  const double two_s = solve_seconds(setting, "sweep", 2, 1e-10, false);
  const double newton_s = solve_seconds(setting, "tree_newton", 1, 1e-8, true);
  const double linear_s = solve_seconds(setting, "lindistflow", 1, 1e-10, true);
  const double all = static_cast<double>(buses) * scenarios;
  const double steady_s = steady_seconds(setting);
  const double peak = bench::fma_peak_flops();
  const std::string command = "bench_flow --json";
  std::vector<bench::Row> rows = {
      {"sweep_ns_per_bus_scenario_iteration", core_s * 1e9 / (buses * sweeps), "ns", "<=", 1.15,
       repeats, command},
      {"newton_ns_per_bus_scenario", newton_s * 1e9 / all, "ns", "<=", 17.0, repeats, command},
      {"sweep_steady_fraction_of_fma_peak", sweep_flop / steady_s / peak, "", ">=", 0.5, 1000,
       command},
      {"two_threads_speedup", one_s / two_s, "", ">=", 1.8, repeats, command},
      {"stream_extra_mib", extra_mib, "MiB", "<=", 64.0, 1, command},
      {"sweep_ns_per_bus_scenario", core_s * 1e9 / all, "ns", "", 0.0, repeats, command},
      {"sweep_steady_ns", steady_s * 1e9, "ns", "", 0.0, 1000, command},
      {"sweep_steady_flop_per_bus", sweep_flop, "", "", 0.0, 1, command},
      {"fma_peak_gflops", peak * 1e-9, "GF/s", "", 0.0, 60, command},
      {"lindistflow_ns_per_bus_scenario", linear_s * 1e9 / all, "ns", "", 0.0, repeats, command},
      {"solve_ms", core_s * 1e3, "ms", "", 0.0, repeats, command},
      {"iterations_per_scenario", sweeps / scenarios, "", "", 0.0, 1, command},
  };
  bench::print_rows(rows, bench::wants_json(argc, argv));
}
