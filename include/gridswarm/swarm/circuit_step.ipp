// SPDX-License-Identifier: BSD-3-Clause
// One power flow of a circuit with all variants side by side: what goes in, what is kept.
#pragma once

#include <algorithm>
#include <cmath>

#include "gridswarm/balance/volt_var_step.hpp"
#include "gridswarm/fleet/health.hpp"
#include "gridswarm/fleet/load.hpp"
#include "gridswarm/swarm/circuit_wires.hpp"
#include "gridswarm/swarm/feeder_run.hpp"

namespace gridswarm::inline GS_ABI::swarm {
namespace circuit_wires_detail {

inline double square_root_of(feeder::Phasor a) { return std::sqrt(feeder::norm(a)); }

/// Voltage of a node in one lane, V; ground is 0.
inline feeder::Phasor volts(const CircuitWires& wires, Index lane, Index node) {
  if (node == feeder::ground) return {};
  const std::size_t at = static_cast<std::size_t>(lane) * wires.solver.circuit.nodes.size() + node;
  return {wires.result.v_re[at], wires.result.v_im[at]};
}

/// Mean |V| / rated over an agent's own elements; 0 without supply.
inline double voltage_of_agent(const CircuitWires& wires, Index lane, Index i) {
  const auto elements = wires.elements.of_agent.row(i);
  double sum = 0.0;
  for (const Index e : elements)
    sum += square_root_of(volts(wires, lane, wires.elements.node[e]) -
                          volts(wires, lane, wires.elements.other[e])) *
           wires.elements.per_v[e];
  return elements.empty() ? 0.0 : sum / static_cast<double>(elements.size());
}

/// What one lane's agents put on their elements.
inline void inject_agents(const Variant& variant, Index lane, CircuitWires& wires) {
  const Index own = wires.own_ders();
  const std::size_t first = static_cast<std::size_t>(lane) * wires.solver.circuit.ders.size();
  double* p_kw = wires.der_kw.data() + first + own;
  double* q_kvar = wires.der_kvar.data() + first + own;
  std::fill_n(p_kw, wires.elements.size(), 0.0);
  std::fill_n(q_kvar, wires.elements.size(), 0.0);
  for (Index i = 0; i < variant.fleet.size(); ++i) {
    const auto elements = wires.elements.of_agent.row(i);
    if (elements.empty()) continue;
    const double part = 1.0 / static_cast<double>(elements.size());
    for (const Index e : elements) {
      p_kw[e] += part * variant.p_kw[i];
      q_kvar[e] += part * variant.q_kvar[i];
    }
  }
}

inline void inject_loads(Index lane, CircuitWires& wires) {
  const feeder::CircuitLoads& loads = wires.solver.circuit.loads;
  const std::size_t first = static_cast<std::size_t>(lane) * loads.size();
  for (Index k = 0; k < loads.size(); ++k) {
    wires.load_kw[first + k] = wires.load_factor[k] * loads.kw[k];
    wires.load_kvar[first + k] = wires.load_factor_q[k] * loads.kvar[k];
  }
}

inline void solve_lanes(Index lanes, bool controls_act, CircuitWires& wires) {
  flow::CircuitInjections injections;
  injections.scenarios = lanes;
  injections.load_kw = wires.load_kw;
  injections.load_kvar = wires.load_kvar;
  injections.der_kw = wires.der_kw;
  injections.der_kvar = wires.der_kvar;
  injections.tap_pu = wires.tap_pu;
  injections.steps_in = wires.steps_in;
  if (wires.is_warm) {
    injections.start_re = wires.start_re;
    injections.start_im = wires.start_im;
  }
  const bool fixed = wires.options.fixed_taps;
  wires.options.fixed_taps = fixed || !controls_act;
  flow::solve(wires.solver, injections, wires.options, wires.work, wires.result);
  wires.options.fixed_taps = fixed;
}

/// Taps, steps and voltages of lanes that converged are where the next flow begins.
inline void keep_state(Index lanes, CircuitWires& wires) {
  const feeder::Circuit& circuit = wires.solver.circuit;
  const auto copy = [](const auto& from, Index lane, Index n, auto& to) {
    std::copy_n(from.begin() + static_cast<std::ptrdiff_t>(lane) * n, n,
                to.begin() + static_cast<std::ptrdiff_t>(lane) * n);
  };
  bool all = true;
  const Index nodes = circuit.nodes.size();
  for (Index lane = 0; lane < lanes; ++lane) {
    if (wires.result.status[lane] != flow::FlowStatus::converged) {
      all = false;
      continue;
    }
    copy(wires.result.tap_pu, lane, circuit.regulators.size(), wires.tap_pu);
    copy(wires.result.steps_in, lane, circuit.shunts.size(), wires.steps_in);
    for (Index node = 0; node < nodes; ++node) {
      const std::size_t at = static_cast<std::size_t>(lane) * nodes + node;
      const bool supplied = wires.result.v_re[at] == wires.result.v_re[at];
      wires.start_re[at] = supplied ? wires.result.v_re[at] : 0.0;
      wires.start_im[at] = supplied ? wires.result.v_im[at] : 0.0;
    }
  }
  wires.is_warm = wires.is_warm || all;
}

/// One power flow of all lanes and every agent's own voltage after it.
inline void flow_once(bool controls_act, FeederRun& run) {
  CircuitWires& wires = *run.circuit;
  const Index lanes = static_cast<Index>(run.variants.size());
  for (Index lane = 0; lane < lanes; ++lane) {
    inject_loads(lane, wires);
    inject_agents(run.variants[lane], lane, wires);
  }
  solve_lanes(lanes, controls_act, wires);
  keep_state(lanes, wires);
  for (Index lane = 0; lane < lanes; ++lane) {
    Variant& variant = run.variants[lane];
    for (Index i = 0; i < variant.fleet.size(); ++i)
      variant.fleet.state.v_pu[i] = voltage_of_agent(wires, lane, i);
    variant.fleet.state.p_kw = variant.p_kw;
    variant.fleet.state.q_kvar = variant.q_kvar;
  }
}

/// A step of reactive power towards its curve, and of consumption to what its voltage asks for;
/// returns how far they were.
inline double step_reactive(const Scenario& scenario, const FeederRun& run, Variant& variant) {
  double gap = 0.0;
  if (variant.with_swarm && variant.banks.empty()) {
    gap = balance::volt_var_step(variant.fleet, run.volt_var, variant.fleet.state.v_pu,
                                 scenario.volt_var, 2.0 / (2.0 + run.circuit->gain), variant.p_kw,
                                 variant.q_kvar);
    if (variant.lost > 0) fleet::silence_lost(variant.fleet, variant.p_kw, variant.q_kvar);
  }
  return std::max(gap, fleet::follow_voltage(variant.fleet, variant.p_kw, variant.q_kvar));
}

}  // namespace circuit_wires_detail

GS_INLINE double set_loads(const Scenario& scenario, double time_s, double passive,
                           CircuitWires& wires) {
  const feeder::Circuit& circuit = wires.solver.circuit;
  const feeder::CircuitLoads& loads = circuit.loads;
  const feeder::Profiles& profiles = circuit.profiles;
  const bool by_case = scenario.passive.mode == "case";
  const double day_s = time_s + static_cast<double>(fleet::parse_stamp(scenario.run.start) % 86400);
  double drawn_kw = 0.0, rated_kw = 0.0;
  for (Index k = 0; k < loads.size(); ++k) {
    wires.load_factor[k] = wires.load_factor_q[k] = passive;
    const Index row = loads.profile[k];
    if (by_case && row != none && !profiles.p[row].empty()) {
      const std::vector<double>& p = profiles.p[row];
      const std::vector<double>& q = profiles.q[row].empty() ? p : profiles.q[row];
      const auto step = static_cast<std::size_t>(day_s / profiles.step_s[row] + 1e-9);
      const bool actual = profiles.is_actual[row] != 0;
      const double per_kw = actual && loads.kw[k] != 0.0 ? 1.0 / loads.kw[k] : 1.0;
      const double per_kvar = actual && loads.kvar[k] != 0.0 ? 1.0 / loads.kvar[k] : 1.0;
      wires.load_factor[k] = passive * per_kw * p[step % p.size()];
      wires.load_factor_q[k] = passive * per_kvar * q[step % q.size()];
    }
    if (!loads.in_service[k]) continue;
    rated_kw += loads.kw[k];
    drawn_kw += wires.load_factor[k] * loads.kw[k];
  }
  return rated_kw != 0.0 ? drawn_kw / rated_kw : 0.0;
}

}  // namespace gridswarm::inline GS_ABI::swarm
