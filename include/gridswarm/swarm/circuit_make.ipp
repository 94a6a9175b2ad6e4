// SPDX-License-Identifier: BSD-3-Clause
// The wires of a circuit made ready for a run, and how strongly voltage answers reactive power.
#pragma once

#include <algorithm>
#include <utility>
#include <vector>

#include "gridswarm/swarm/circuit_elements.ipp"
#include "gridswarm/swarm/circuit_step.ipp"

namespace gridswarm::inline GS_ABI::swarm {
namespace circuit_make_detail {

inline void size_columns(Index lanes, CircuitWires& wires) {
  const feeder::Circuit& circuit = wires.solver.circuit;
  const auto repeat = [lanes](const auto& row, auto& column) {
    column.clear();
    for (Index lane = 0; lane < lanes; ++lane) column.insert(column.end(), row.begin(), row.end());
  };
  repeat(circuit.loads.kw, wires.load_kw);
  repeat(circuit.loads.kvar, wires.load_kvar);
  repeat(circuit.ders.kw, wires.der_kw);
  repeat(circuit.ders.kvar, wires.der_kvar);
  repeat(circuit.shunts.steps_in, wires.steps_in);
  Column<double> taps;
  for (Index r = 0; r < circuit.regulators.size(); ++r)
    taps.push_back(circuit.windings.tap_pu[circuit.transformers.windings.row(
        circuit.regulators.transformer[r])[circuit.regulators.tap_winding[r]]]);
  repeat(taps, wires.tap_pu);
  wires.start_re.assign(static_cast<std::size_t>(lanes) * circuit.nodes.size(), 0.0);
  wires.start_im.assign(wires.start_re.size(), 0.0);
  wires.load_factor.assign(circuit.loads.size(), 1.0);
  wires.load_factor_q.assign(circuit.loads.size(), 1.0);
}

/// Nodes whose voltage is judged.
inline void choose_nodes(const FeederRun& run, CircuitWires& wires) {
  const feeder::Circuit& circuit = wires.solver.circuit;
  wires.per_base_v.assign(circuit.nodes.size(), 0.0);
  for (Index node = 0; node < circuit.nodes.size(); ++node) {
    const Index bus = circuit.nodes.bus[node];
    if (circuit.nodes.number[node] <= 3 && circuit.buses.base_kv_ln[bus] > 0.0 &&
        run.forest.position[bus] != none)
      wires.per_base_v[node] = 1.0 / (kw_per_mw * circuit.buses.base_kv_ln[bus]);
  }
}

inline void forget(FeederRun& run) {
  CircuitWires& wires = *run.circuit;
  wires.is_warm = false;
  for (Variant& variant : run.variants) {
    for (Column<double>* column :
         {&variant.p_kw, &variant.q_kvar, &variant.fleet.state.p_kw, &variant.fleet.state.q_kvar})
      std::fill(column->begin(), column->end(), 0.0);
    std::fill(variant.fleet.state.v_pu.begin(), variant.fleet.state.v_pu.end(), 1.0);
  }
}

}  // namespace circuit_make_detail

GS_INLINE std::shared_ptr<CircuitWires> make_circuit_wires(const Scenario& scenario,
                                                           const feeder::Circuit& circuit,
                                                           FeederRun& run) {
  using namespace circuit_make_detail;
  auto wires = std::make_shared<CircuitWires>();
  wires->options = scenario.flow;
  wires->options.threads = 1;
  wires->elements = place_agents(circuit, run.input.fleet, run.position);
  feeder::Circuit with_agents = circuit;
  circuit_elements_detail::append_ders(wires->elements, with_agents);
  wires->solver = flow::prepare(with_agents, wires->options);
  size_columns(static_cast<Index>(run.variants.size()), *wires);
  choose_nodes(run, *wires);
  wires->branches = flow::make_branch_plan(wires->solver.circuit);
  wires->v.resize(circuit.nodes.size());
  return wires;
}

GS_INLINE double measure_gain(const Scenario& scenario, FeederRun& run) {
  constexpr int steps = 12;
  CircuitWires& wires = *run.circuit;
  Variant& variant = run.variants[0];
  const std::size_t agents = variant.fleet.size();
  const auto& slots = run.volt_var;
  if (slots.agent.empty()) return 0.0;
  std::fill(variant.p_kw.begin(), variant.p_kw.end(), 0.0);
  std::fill(variant.q_kvar.begin(), variant.q_kvar.end(), 0.0);
  set_loads(scenario, 0.0, 0.0, wires);
  circuit_wires_detail::flow_once(false, run);
  const Column<double> base_pu = variant.fleet.state.v_pu;
  const double slope = slots.slope;
  Column<double> answer(agents, 1.0);  // dv by agent
  double gain = 0.0;
  for (int step = 0; step < steps; ++step) {
    double largest = 0.0;
    for (const Index i : slots.agent) largest = std::max(largest, std::fabs(answer[i]));
    if (largest == 0.0) break;
    const double size = 1e-4 / (slope * largest);  // reactive power of 1e-4 of the rating at most
    for (std::size_t slot = 0; slot < slots.agent.size(); ++slot)
      variant.q_kvar[slots.agent[slot]] =
          size * slope * slots.s_kva[slot] * answer[slots.agent[slot]];
    circuit_wires_detail::flow_once(false, run);
    gain = 0.0;
    Column<double> next(agents, 0.0);
    for (const Index i : slots.agent) {
      next[i] = (variant.fleet.state.v_pu[i] - base_pu[i]) / size;
      if (answer[i] > 1e-6 * largest) gain = std::max(gain, next[i] / answer[i]);
    }
    answer = next;
  }
  circuit_make_detail::forget(run);
  return gain;
}

}  // namespace gridswarm::inline GS_ABI::swarm
