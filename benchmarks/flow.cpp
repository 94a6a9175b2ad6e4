// SPDX-License-Identifier: BSD-3-Clause
// How fast the batched power flow is: a whole solve, from injections to voltages.
//
// 1,000 buses, 1,024 random scenarios: per bus and scenario 0.2 to 1.65 times the nominal load, a
// fifth of the buses with generation up to 1.5 times it. The unit is time over
// buses x (sum of the iterations that the scenarios report): lanes that wait for their neighbours
// count as loss, and so do copying in and out and the check. One thread is timed by the core's
// clock, the speedup by the wall's.
#include <numeric>
#include <vector>

#include "gridswarm/base/random.hpp"
#include "gridswarm/feeder/synthetic.hpp"
#include "gridswarm/flow/power_flow.hpp"
#include "gridswarm/kernel/isa.hpp"
#include "rows.hpp"

using namespace gridswarm;

namespace {

constexpr Index buses = 1000;
constexpr Index scenarios = 1024;
constexpr int repeats = 15;

struct Setting {
  feeder::Case grid = feeder::make_synthetic(buses, 1);
  feeder::Forest forest = feeder::make_forest(grid);
  Column<double> p_pu;
  Column<double> q_pu;
  flow::FlowWork work;
  flow::FlowResult result;
};

void fill(Setting& setting) {
  for (Index s = 0; s < scenarios; ++s)
    for (Index k = 0; k < buses; ++k) {
      const auto agent = static_cast<std::uint64_t>(s) * buses + k;
      const double load = 0.2 + 1.45 * draw_uniform(1, Stream::test, agent, 0);
      const double sun = k % 5 == 0 ? 1.5 * draw_uniform(1, Stream::test, agent, 1) : 0.0;
      const auto& b = setting.grid.buses;
      setting.p_pu.push_back((sun - load) * b.pd_mw[k] / setting.grid.base_mva);
      setting.q_pu.push_back(-load * b.qd_mvar[k] / setting.grid.base_mva);
    }
}

/// Best wall time, or time of the cores where `cores`.
double solve_seconds(Setting& setting, int threads, bool cores) {
  const flow::Injections injections = {scenarios, setting.p_pu, setting.q_pu};
  flow::FlowOptions options;
  options.threads = threads;
  const auto body = [&] {
    flow::solve(setting.grid, setting.forest, injections, options, setting.work, setting.result);
  };
  return cores ? bench::best_cpu_seconds(repeats, body) : bench::best_seconds(repeats, body);
}

}  // namespace

int main(int argc, char** argv) {
  Setting setting;
  fill(setting);
  const double core_s = solve_seconds(setting, 1, true);
  const auto& iterations = setting.result.iterations;
  const double sweeps = std::accumulate(iterations.begin(), iterations.end(), 0.0);
  const double one_s = solve_seconds(setting, 1, false);
  const double two_s = solve_seconds(setting, 2, false);
  const std::string command = "bench_flow --json";
  const std::vector<bench::Row> rows = {
      {"sweep_ns_per_bus_scenario_iteration", core_s * 1e9 / (buses * sweeps), "ns", "<=", 1.3,
       repeats, command},
      {"two_threads_speedup", one_s / two_s, "", ">=", 1.8, repeats, command},
      {"solve_ms", core_s * 1e3, "ms", "", 0.0, repeats, command},
      {"iterations_per_scenario", sweeps / scenarios, "", "", 0.0, 1, command},
  };
  bench::print_rows(rows, bench::wants_json(argc, argv));
}
