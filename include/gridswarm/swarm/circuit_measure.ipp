// SPDX-License-Identifier: BSD-3-Clause
// What people read of a circuit's wires after a tick: voltages, loadings, losses, unbalance.
#pragma once

#include <algorithm>
#include <cmath>
#include <span>

#include "gridswarm/swarm/circuit_elements.ipp"
#include "gridswarm/swarm/circuit_step.ipp"

namespace gridswarm::inline GS_ABI::swarm {
namespace circuit_measure_detail {

using circuit_wires_detail::square_root_of;
using circuit_wires_detail::volts;

inline double finite(double value) { return value == value ? value : 0.0; }

inline void measure_voltages(const Scenario& scenario, const CircuitWires& wires, Index lane,
                             TickTotals& totals) {
  totals.v_min_pu = no_limit;
  for (Index node = 0; node < wires.solver.circuit.nodes.size(); ++node) {
    if (wires.per_base_v[node] == 0.0) continue;
    const double v = square_root_of(volts(wires, lane, node)) * wires.per_base_v[node];
    if (!(v == v)) continue;
    totals.v_min_pu = std::min(totals.v_min_pu, v);
    totals.v_max_pu = std::max(totals.v_max_pu, v);
    totals.buses_outside += v < scenario.limits.v_min_pu || v > scenario.limits.v_max_pu;
  }
}

inline double largest(std::span<const double> values) {
  double most = 0.0;
  for (const double value : values)
    if (value == value) most = std::max(most, value);
  return most;
}

/// Loadings of lines (by conductor) and transformers, and unbalance of three-phase buses.
inline void measure_branches(Index lane, CircuitWires& wires, TickTotals& totals) {
  const feeder::Circuit& circuit = wires.solver.circuit;
  for (Index node = 0; node < circuit.nodes.size(); ++node)
    wires.v[node] = volts(wires, lane, node);
  const auto regulators = static_cast<std::size_t>(circuit.regulators.size());
  const auto taps = std::span(wires.result.tap_pu).subspan(lane * regulators, regulators);
  flow::circuit_flows(circuit, wires.branches, wires.v, taps, wires.flows);
  totals.loading_max_percent = std::max(largest(wires.flows.lines.loading_percent),
                                        largest(wires.flows.transformers.loading_percent));
  totals.unbalance_max_percent = largest(wires.flows.unbalance_percent);
}

}  // namespace circuit_measure_detail

GS_INLINE void measure_circuit_wires(const Scenario& scenario, Index lane, FeederRun& run,
                                     TickTotals& totals) {
  using namespace circuit_measure_detail;
  const CircuitWires& wires = *run.circuit;
  const flow::CircuitResult& result = wires.result;
  const Index loads = wires.solver.circuit.loads.size(), ders = wires.solver.circuit.ders.size();
  double load_kw = 0.0, der_kw = 0.0, own_kw = 0.0;
  for (Index k = 0; k < loads; ++k)
    load_kw += finite(result.load_kw[static_cast<std::size_t>(lane) * loads + k]);
  for (Index k = 0; k < ders; ++k) {
    const double p_kw = finite(result.der_kw[static_cast<std::size_t>(lane) * ders + k]);
    (k < wires.own_ders() ? own_kw : der_kw) += p_kw;
  }
  totals.source_kw = result.source_kw[lane];
  totals.losses_kw = totals.source_kw + own_kw + der_kw - load_kw;
  totals.load_kw = load_kw - own_kw;
  totals.flow_iterations = result.iterations[lane];
  totals.volt_var_gap = run.variants[lane].volt_var_gap;
  measure_voltages(scenario, wires, lane, totals);
  measure_branches(lane, *run.circuit, totals);
}

GS_INLINE void circuit_rows(const FeederRun& run, Index lane, std::span<double> p_kw,
                            std::span<double> q_kvar, std::span<double> v_re_pu,
                            std::span<double> v_im_pu) {
  using namespace circuit_measure_detail;
  const CircuitWires& wires = *run.circuit;
  const feeder::Circuit& circuit = wires.solver.circuit;
  std::fill(p_kw.begin(), p_kw.end(), 0.0);
  std::fill(q_kvar.begin(), q_kvar.end(), 0.0);
  const auto add = [&](const feeder::NodeLists& nodes, const Column<double>& p,
                       const Column<double>& q, double sign) {
    const Index rows = nodes.rows();
    for (Index k = 0; k < rows; ++k) {
      const Index bus = circuit_elements_detail::bus_of(circuit, nodes.row(k));
      if (bus == none) continue;
      p_kw[bus] += sign * finite(p[static_cast<std::size_t>(lane) * rows + k]);
      q_kvar[bus] += sign * finite(q[static_cast<std::size_t>(lane) * rows + k]);
    }
  };
  add(circuit.loads.nodes, wires.result.load_kw, wires.result.load_kvar, -1.0);
  add(circuit.ders.nodes, wires.result.der_kw, wires.result.der_kvar, 1.0);
  for (Index node = 0; node < circuit.nodes.size(); ++node) {
    const double base_v = kw_per_mw * circuit.buses.base_kv_ln[circuit.nodes.bus[node]];
    const feeder::Phasor v = (1.0 / base_v) * volts(wires, lane, node);
    v_re_pu[node] = v.re;
    v_im_pu[node] = v.im;
  }
}

}  // namespace gridswarm::inline GS_ABI::swarm
