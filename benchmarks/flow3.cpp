// SPDX-License-Identifier: BSD-3-Clause
// How fast the batched power flow of unbalanced circuits is: a whole solve, from loads to |V| and
// angle of every node.
//
// The synthetic feeder of 1,000 buses with every line of three conductors (full matrices: the
// neighbours' coupling is 40 % of the self impedance) and a load of constant power, wye, at every
// bus, shared unevenly by the phases; lowest voltage near 0.93. 500 scenarios, every load and
// scenario on its own at 0.5 to 1.5 times its nominal power. The unit is time over nodes x (sum of
// the iterations that the scenarios report), one thread by the core's clock: filling, the last
// check and polar results count in.
#include <numeric>
#include <string>
#include <vector>

#include "fma_peak.hpp"
#include "gridswarm/base/random.hpp"
#include "gridswarm/feeder/synthetic.hpp"
#include "gridswarm/flow/circuit_flow.hpp"
#include "gridswarm/flow/circuit_plan.hpp"
#include "gridswarm/flow/circuit_tile.hpp"
#include "gridswarm/kernel/kernels.hpp"
#include "rows.hpp"

using namespace gridswarm;
using feeder::Phasor;

namespace {

constexpr Index buses = 1000;
constexpr Index scenarios = 500;
constexpr int repeats = 15;

std::vector<Index> three_nodes(feeder::Circuit& circuit, feeder::CircuitIndex& index, Index bus) {
  const Index row = add_bus(circuit, index, "b" + std::to_string(bus));
  return {add_node(circuit, index, row, 1), add_node(circuit, index, row, 2),
          add_node(circuit, index, row, 3)};
}

void add_line(feeder::Circuit& circuit, feeder::CircuitIndex& index, Index from, Index to,
              Phasor z_self) {
  feeder::Lines& lines = circuit.lines;
  lines.name.push_back("line." + std::to_string(to));
  lines.from.append(three_nodes(circuit, index, from));
  lines.to.append(three_nodes(circuit, index, to));
  std::vector<Phasor> z(9, 0.4 * z_self);
  for (int i = 0; i < 3; ++i) z[static_cast<std::size_t>(4 * i)] = z_self;
  lines.z_ohm.append(z);
  lines.y_s.append(std::vector<Phasor>(9));
  lines.rating_a.push_back(0.0);
  lines.length.push_back(0.0);
  lines.is_switch.push_back(0);
  lines.in_service.push_back(1);
}

/// One phase of a bus's load.
void add_load(feeder::Circuit& circuit, Index node, double kv, double kw, double kvar) {
  feeder::CircuitLoads& loads = circuit.loads;
  loads.name.push_back("load." + std::to_string(node));
  loads.nodes.append(std::vector<Index>{node, feeder::ground});
  loads.connection.push_back(feeder::Connection::wye);
  loads.phases.push_back(1);
  loads.law.push_back(feeder::LoadLaw::constant_power);
  loads.kv.push_back(kv);
  loads.kw.push_back(kw);
  loads.kvar.push_back(kvar);
  loads.v_min_pu.push_back(0.0);
  loads.v_max_pu.push_back(10.0);
  loads.v_low_pu.push_back(0.0);
  loads.exponent_p.push_back(0.0);
  loads.exponent_q.push_back(0.0);
  loads.zip.push_back({});
  loads.profile.push_back(none);
  loads.in_service.push_back(1);
}

/// The balanced synthetic feeder, conductor by conductor.
feeder::Circuit make_circuit() {
  const feeder::Case grid = feeder::make_synthetic(buses, 1);
  feeder::Circuit circuit;
  feeder::CircuitIndex index;
  const double kv = grid.buses.base_kv[0] / 1.7320508075688772;
  const double z_base = grid.buses.base_kv[0] * grid.buses.base_kv[0] / grid.base_mva;
  for (Index bus = 0; bus < buses; ++bus) {
    three_nodes(circuit, index, bus);
    circuit.buses.base_kv_ln[static_cast<std::size_t>(bus)] = kv;
  }
  circuit.sources.name.push_back("source");
  circuit.sources.nodes.append(three_nodes(circuit, index, 0));
  circuit.sources.emf_v = {{1e3 * kv, 0.0},
                           {-500.0 * kv, -866.0254037844386 * kv},
                           {-500.0 * kv, 866.0254037844386 * kv}};
  circuit.sources.z_ohm.append(std::vector<Phasor>(9));
  circuit.sources.in_service.push_back(1);
  for (Index e = 0; e < grid.branches.size(); ++e)
    // z1 = z_self - z_mutual is the balanced feeder's
    add_line(circuit, index, grid.branches.from[e], grid.branches.to[e],
             (z_base / 0.6) * Phasor{grid.branches.r_pu[e], grid.branches.x_pu[e]});
  for (Index bus = 1; bus < buses; ++bus)
    for (Index phase = 0; phase < 3; ++phase) {
      const double share = 1e3 / 3.0 * (0.95 + 0.05 * phase);
      add_load(circuit, 3 * bus + phase, kv, share * grid.buses.pd_mw[bus],
               share * grid.buses.qd_mvar[bus]);
    }
  return circuit;
}

struct Setting {
  feeder::Circuit circuit = make_circuit();
  Column<double> kw, kvar;
  flow::CircuitWork work;
  flow::CircuitResult result;
};

void fill(Setting& setting) {
  const feeder::CircuitLoads& loads = setting.circuit.loads;
  for (Index s = 0; s < scenarios; ++s)
    for (Index i = 0; i < loads.size(); ++i) {
      const auto agent = static_cast<std::uint64_t>(s) * loads.size() + i;
      const double factor = 0.5 + draw_uniform(1, Stream::test, agent, 0);
      setting.kw.push_back(factor * loads.kw[i]);
      setting.kvar.push_back(factor * loads.kvar[i]);
    }
}

double solve_seconds(Setting& setting, double tol_step_pu) {
  flow::FlowOptions options;
  options.threads = 1;
  options.tol_step_pu = tol_step_pu;
  options.polar = true;
  const flow::CircuitSolver solver = flow::prepare(setting.circuit, options);
  flow::CircuitInjections given = {scenarios};
  given.load_kw = setting.kw;
  given.load_kvar = setting.kvar;
  return bench::best_cpu_seconds(
      repeats, [&] { flow::solve(solver, given, options, setting.work, setting.result); });
}

/// Seconds per node and lane of one iteration, tile in cache, by the wall: short enough for luck.
double steady_seconds(Setting& setting) {
  const flow::CircuitSolver solver = flow::prepare(setting.circuit, {});
  flow::CircuitTile tile;
  flow::CircuitInjections given = {scenarios};
  given.load_kw = setting.kw;
  given.load_kvar = setting.kvar;
  flow::fill_tile(solver, given, 0, kernel::sweep_lanes, tile);
  const kernel::CircuitTree tree = flow::circuit_tree(*solver.plan);
  const kernel::CircuitMemory memory = flow::memory_of(tile);
  kernel::kernels().circuit_up(tree, memory);
  double step_squared[kernel::sweep_lanes];
  constexpr int iterations = 10;
  const double seconds = bench::best_seconds(300, [&] {
    for (int k = 0; k < iterations; ++k)
      kernel::kernels().circuit_sweep(tree, nullptr, memory, step_squared);
  });
  return seconds / (iterations * 3.0 * buses * kernel::sweep_lanes);
}

}  // namespace

int main(int argc, char** argv) {
  Setting setting;
  fill(setting);
  const double core_s = solve_seconds(setting, 1e-10);
  const auto& iterations = setting.result.iterations;
  const double sum = std::accumulate(iterations.begin(), iterations.end(), 0.0);
  const double loose_s = solve_seconds(setting, 1e-6);
  const double nodes = 3.0 * buses;
  const double steady_s = steady_seconds(setting);
  const std::string command = "bench_flow3 --json";
  std::vector<bench::Row> rows = {
      {"sweep3_ns_per_node_scenario_iteration", core_s * 1e9 / (nodes * sum), "ns", "<=", 2.2,
       repeats, command},
      {"sweep3_steady_ns", steady_s * 1e9, "ns", "", 0.0, 300, command},
      {"sweep3_ns_per_node_scenario", core_s * 1e9 / (nodes * scenarios), "ns", "", 0.0, repeats,
       command},
      {"sweep3_ns_per_node_scenario_at_1e-6", loose_s * 1e9 / (nodes * scenarios), "ns", "", 0.0,
       repeats, command},
      {"fma_peak_gflops", bench::fma_peak_flops() * 1e-9, "GF/s", "", 0.0, 60, command},
      {"iterations_per_scenario", sum / scenarios, "", "", 0.0, 1, command},
  };
  bench::print_rows(rows, bench::wants_json(argc, argv));
}
