// SPDX-License-Identifier: BSD-3-Clause
// A reduction's voltages against the circuit's own: the same where phases are alike.
#include <doctest/doctest.h>

#include <cmath>
#include <cstdlib>
#include <string>
#include <vector>

#include "../small_circuit.hpp"
#include "gridswarm/feeder/reduction.hpp"
#include "gridswarm/flow/circuit_flow.hpp"
#include "gridswarm/flow/power_flow.hpp"
#include "gridswarm/io/dss_file.hpp"

using namespace gridswarm;
using feeder::Connection;
using feeder::Phasor;
using test::SmallCircuit;

namespace {

void load_all(SmallCircuit& made, const std::vector<Index>& nodes, double kv, double kw) {
  for (const Index node : nodes) made.load({node, feeder::ground}, 1, kv, kw / 3.0, 0.1 * kw);
}

/// Source behind impedance - line with charging - delta-wye transformer - three one-phase laterals
/// side by side - an auto-like wye-wye with a tap - delta load, every phase alike.
feeder::Circuit alike() {
  SmallCircuit made;
  made.source("s", 7.2, {0.1, 0.4}, 1.03);
  const auto s = made.nodes("s", {1, 2, 3}, 7.2), t = made.nodes("t", {1, 2, 3}, 7.2);
  made.line(s, t, SmallCircuit::diagonal(3, {1.0, 2.0}, {0.3, 0.9}), 1e-5);
  load_all(made, t, 7.2, 600.0);
  const auto low = made.nodes("low", {1, 2, 3, 0}, 0.24);
  made.transformer(
      3, {{t, 7.2 * sqrt3, Connection::delta}, {low, 0.24 * sqrt3, Connection::wye, 1.025}}, 1.0);
  const auto end = made.nodes("end", {1, 2, 3}, 0.24);
  for (std::size_t k = 0; k < 3; ++k) made.line({low[k]}, {end[k]}, {{0.01, 0.008}});
  load_all(made, end, 0.24, 60.0);
  const auto far = made.nodes("far", {1, 2, 3}, 0.48);
  made.transformer(3, {{{end[0], end[1], end[2], feeder::ground}, 0.24 * sqrt3, Connection::wye},
                       {{far[0], far[1], far[2], feeder::ground}, 0.48 * sqrt3, Connection::wye}});
  made.load({far[0], far[1], far[2]}, 3, 0.48 * sqrt3, 30.0, 12.0, Connection::delta);
  return made.circuit;
}

/// The balanced flow of a reduction with the circuit's own loads and generators.
flow::FlowResult balanced_flow(const feeder::Case& grid, const flow::FlowOptions& options) {
  const feeder::Forest forest = feeder::make_forest(grid);
  Column<double> p_pu(grid.buses.size()), q_pu(grid.buses.size());
  for (Index bus = 0; bus < grid.buses.size(); ++bus) {
    p_pu[bus] = -grid.buses.pd_mw[bus];
    q_pu[bus] = -grid.buses.qd_mvar[bus];
  }
  const feeder::Generators& own = grid.generators;
  for (Index g = 0; g < own.size(); ++g) {
    p_pu[own.bus[g]] += own.in_service[g] ? own.pg_mw[g] : 0.0;
    q_pu[own.bus[g]] += own.in_service[g] ? own.qg_mvar[g] : 0.0;
  }
  flow::FlowWork work;
  flow::FlowResult result;
  flow::solve(grid, forest, {1, p_pu, q_pu}, options, work, result);
  REQUIRE(result.status[0] == flow::FlowStatus::converged);
  return result;
}

flow::CircuitResult circuit_flow(const feeder::Circuit& circuit, const flow::FlowOptions& options) {
  const flow::CircuitSolver solver = flow::prepare(circuit, options);
  flow::CircuitWork work;
  flow::CircuitResult result;
  flow::CircuitInjections injections;
  injections.scenarios = 1;
  flow::solve(solver, injections, options, work, result);
  REQUIRE(result.status[0] == flow::FlowStatus::converged);
  return result;
}

/// Taps and steps as the controls left them.
void freeze(const flow::CircuitResult& result, feeder::Circuit& circuit) {
  const feeder::Regulators& regulators = circuit.regulators;
  for (Index k = 0; k < regulators.size(); ++k) {
    const auto windings = circuit.transformers.windings.row(regulators.transformer[k]);
    circuit.windings.tap_pu[windings[regulators.tap_winding[k]]] = result.tap_pu[k];
  }
  for (Index k = 0; k < circuit.shunts.size(); ++k) circuit.shunts.steps_in[k] = result.steps_in[k];
}

/// Largest distance of a bus's mean |V| over its phases from the reduction's.
double largest_error(const feeder::Circuit& circuit, const flow::CircuitResult& real,
                     const flow::FlowResult& balanced) {
  std::vector<double> sum(circuit.buses.size()), count(circuit.buses.size());
  for (Index node = 0; node < circuit.nodes.size(); ++node) {
    const Index bus = circuit.nodes.bus[node];
    const double v = std::hypot(real.v_re[node], real.v_im[node]);
    if (circuit.nodes.number[node] > 3 || !std::isfinite(v)) continue;
    sum[bus] += v / (1000.0 * circuit.buses.base_kv_ln[bus]);
    count[bus] += 1.0;
  }
  double largest = 0.0;
  for (Index bus = 0; bus < circuit.buses.size(); ++bus)
    if (const double v = std::hypot(balanced.v_re[bus], balanced.v_im[bus]);
        count[bus] > 0.0 && std::isfinite(v))
      largest = std::max(largest, std::abs(v - sum[bus] / count[bus]));
  return largest;
}

}  // namespace

TEST_CASE("where phases are alike the balanced flow of the reduction gives every phase's voltage") {
  const feeder::Circuit circuit = alike();
  const feeder::Case grid = feeder::reduce(circuit);
  flow::FlowOptions options;
  options.tol_step_pu = 1e-13;
  const flow::FlowResult balanced = balanced_flow(grid, options);
  const flow::CircuitResult real = circuit_flow(circuit, options);
  constexpr Phasor turns[3] = {
      {1.0, 0.0}, {-0.5, -0.86602540378443864676}, {-0.5, 0.86602540378443864676}};
  for (Index node = 0; node < circuit.nodes.size(); ++node) {
    const Index bus = circuit.nodes.bus[node];
    const double base_v = 1000.0 * circuit.buses.base_kv_ln[bus];
    const Phasor expected =
        turns[circuit.nodes.number[node] - 1] * Phasor{balanced.v_re[bus], balanced.v_im[bus]};
    CAPTURE(name_of_node(circuit, node));
    CHECK(std::abs(real.v_re[node] / base_v - expected.re) < 1e-9);
    CHECK(std::abs(real.v_im[node] / base_v - expected.im) < 1e-9);
  }
}

TEST_CASE("on real feeders the reduction stays as near to the phases' mean as its page says") {
  const char* shared = std::getenv("GRIDSWARM_SHARED_DATA");
  if (!shared) {
    MESSAGE("no GRIDSWARM_SHARED_DATA here; skipped");
    return;
  }
  struct Stated {
    const char* file;
    double error_pu;
  };
  const Stated stated[] = {
      {"ieee4_yy/dss/4Bus-YY-Bal.DSS", 0.001},  {"ieee4_dy/dss/4Bus-DY-Bal.DSS", 0.001},
      {"ieee13/dss/IEEE13Nodeckt.dss", 0.0295}, {"ieee34_mod1/dss/ieee34Mod1.dss", 0.0105},
      {"ieee37/dss/ieee37.dss", 0.0035},        {"ieee123/dss/IEEE123Master.dss", 0.0195},
      {"european_lv/dss/Master.dss", 0.0015},   {"epri_ckt5/dss/Master_ckt5.dss", 0.0145},
      {"smartds_p9u/dss/Master.dss", 0.0275},   {"ieee8500/dss/Master.dss", 0.0515},
  };
  for (const Stated& one : stated) {
    CAPTURE(one.file);
    feeder::Circuit circuit = io::read_dss(std::string(shared) + "/threephase/" + one.file);
    const flow::CircuitResult real = circuit_flow(circuit, {});
    freeze(real, circuit);
    CHECK(largest_error(circuit, real, balanced_flow(feeder::reduce(circuit), {})) < one.error_pu);
  }
}
