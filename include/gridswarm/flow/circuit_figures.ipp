// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "gridswarm/flow/circuit_figures.hpp"
#include "gridswarm/flow/circuit_state.hpp"
#include "gridswarm/flow/circuit_voltages.hpp"
#include "gridswarm/flow/figures.hpp"

namespace gridswarm::inline GS_ABI {

template <>
GS_INLINE std::span<const Field<flow::CircuitHeader>> fields<flow::CircuitHeader>() {
  using S = flow::CircuitHeader;
  static const Field<S> table[] = {
      {"case", "", &S::case_name, 0, 0, "name in the circuit's file"},
      {"buses", "", &S::buses, 0, no_limit, "buses in the circuit"},
      {"nodes", "", &S::nodes, 0, no_limit, "their conductors: phases and neutrals"},
      {"lines", "", &S::lines, 0, no_limit, "lines, switches, fuses and series reactors"},
      {"transformers", "", &S::transformers, 0, no_limit, "transformers"},
      {"loads", "", &S::loads, 0, no_limit, "loads"},
      {"ders", "", &S::ders, 0, no_limit, "generators, PV systems and storage"},
      {"seconds", "s", &S::seconds, 0, no_limit, "time of the solution, reading not included"},
  };
  return table;
}

template <>
GS_INLINE std::span<const Field<flow::CircuitFigures>> fields<flow::CircuitFigures>() {
  using S = flow::CircuitFigures;
  static const Field<S> table[] = {
      {"status", "", &S::status, 0, 0, "converged, diverged, unsupplied or infeasible"},
      {"iterations", "", &S::iterations, 0, no_limit, "of all solves between control actions"},
      {"control_iterations", "", &S::control_iterations, 0, no_limit,
       "rounds of actions of regulators and capacitor controls"},
      {"hunting", "", &S::hunting, 0, 1, "controls had not settled when their rounds ran out"},
      {"max_mismatch_va", "VA", &S::max_mismatch_va, 0, no_limit,
       "largest power that currents leave unexplained at a node"},
      {"worst_node", "", &S::worst_node, 0, 0, "node of that mismatch"},
      {"max_step_pu", "p.u.", &S::max_step_pu, 0, no_limit, "last change of a voltage"},
      {"losses_kw", "kW", &S::losses_kw, -no_limit, no_limit, "of lines and transformers"},
      {"losses_kvar", "kvar", &S::losses_kvar, -no_limit, no_limit,
       "of lines and transformers, line charging counted as generation"},
      {"source_kw", "kW", &S::source_kw, -no_limit, no_limit, "power the sources give"},
      {"source_kvar", "kvar", &S::source_kvar, -no_limit, no_limit,
       "reactive power the sources give"},
      {"loads_kw", "kW", &S::loads_kw, -no_limit, no_limit, "what loads consume at this voltage"},
      {"ders_kw", "kW", &S::ders_kw, -no_limit, no_limit,
       "what generators, PV systems and storage inject"},
      {"vm_min_pu", "p.u.", &S::vm_min_pu, 0, no_limit, "lowest voltage of phases 1 to 3"},
      {"vm_min_node", "", &S::vm_min_node, 0, 0, "its node"},
      {"vm_max_pu", "p.u.", &S::vm_max_pu, 0, no_limit, "highest voltage of phases 1 to 3"},
      {"vm_max_node", "", &S::vm_max_node, 0, 0, "its node"},
      {"vm_min_1_pu", "p.u.", &S::vm_min_1_pu, 0, no_limit, "lowest voltage of phase 1"},
      {"vm_max_1_pu", "p.u.", &S::vm_max_1_pu, 0, no_limit, "highest voltage of phase 1"},
      {"vm_min_2_pu", "p.u.", &S::vm_min_2_pu, 0, no_limit, "lowest voltage of phase 2"},
      {"vm_max_2_pu", "p.u.", &S::vm_max_2_pu, 0, no_limit, "highest voltage of phase 2"},
      {"vm_min_3_pu", "p.u.", &S::vm_min_3_pu, 0, no_limit, "lowest voltage of phase 3"},
      {"vm_max_3_pu", "p.u.", &S::vm_max_3_pu, 0, no_limit, "highest voltage of phase 3"},
      {"unbalance_percent", "percent", &S::unbalance_percent, 0, no_limit,
       "largest negative over positive sequence voltage of a bus"},
      {"unbalance_bus", "", &S::unbalance_bus, 0, 0, "its bus"},
      {"taps_moved", "", &S::taps_moved, 0, no_limit, "regulators whose tap is not where it began"},
      {"shunts_switched", "", &S::shunts_switched, 0, no_limit,
       "capacitor banks whose steps are not what they were"},
      {"unsupplied", "", &S::unsupplied, 0, no_limit, "nodes without a path to a source"},
  };
  return table;
}

template <>
GS_INLINE std::span<const Field<flow::CircuitSummary>> fields<flow::CircuitSummary>() {
  using S = flow::CircuitSummary;
  static const Field<S> table[] = {
      {"scenarios", "", &S::scenarios, 0, no_limit, "power flows"},
      {"converged", "", &S::converged, 0, no_limit, "step and mismatch are within tolerance"},
      {"hunting", "", &S::hunting, 0, no_limit, "their controls had not settled at the end"},
      {"iterations_max", "", &S::iterations_max, 0, no_limit, "largest over scenarios"},
      {"control_iterations_max", "", &S::control_iterations_max, 0, no_limit,
       "largest over scenarios"},
      {"max_mismatch_va", "VA", &S::max_mismatch_va, 0, no_limit,
       "largest over converged scenarios"},
      {"losses_kw_mean", "kW", &S::losses_kw_mean, -no_limit, no_limit,
       "mean over converged scenarios"},
      {"losses_kw_max", "kW", &S::losses_kw_max, -no_limit, no_limit,
       "largest over converged scenarios"},
      {"vm_min_pu", "p.u.", &S::vm_min_pu, 0, no_limit, "lowest voltage of converged scenarios"},
      {"vm_min_node", "", &S::vm_min_node, 0, 0, "its node"},
      {"vm_min_scenario", "", &S::vm_min_scenario, 0, no_limit, "its scenario, counted from 0"},
      {"vm_max_pu", "p.u.", &S::vm_max_pu, 0, no_limit, "highest voltage of converged scenarios"},
      {"vm_max_node", "", &S::vm_max_node, 0, 0, "its node"},
      {"vm_max_scenario", "", &S::vm_max_scenario, 0, no_limit, "its scenario, counted from 0"},
      {"unbalance_percent_max", "percent", &S::unbalance_percent_max, 0, no_limit,
       "largest negative over positive sequence voltage of a bus"},
      {"unbalance_bus", "", &S::unbalance_bus, 0, 0, "its bus"},
  };
  return table;
}

namespace flow {
namespace detail {

inline void add_extremes(const NodeVoltages& v, CircuitFigures& it) {
  const feeder::Circuit& circuit = v.circuit;
  struct Extremes {
    double min = no_limit, max = -no_limit;
    Index min_node = none, max_node = none;
  } all, phase[3];
  for (Index node = 0; node < circuit.nodes.size(); ++node) {
    const std::int32_t number = circuit.nodes.number[node];
    const double v_pu = magnitude_at(v, node);
    if (std::isnan(volts_at(v, node).re)) ++it.unsupplied;
    if (number > 3 || std::isnan(v_pu)) continue;
    for (Extremes* one : {&all, &phase[number - 1]}) {
      if (v_pu < one->min) one->min = v_pu, one->min_node = node;
      if (v_pu > one->max) one->max = v_pu, one->max_node = node;
    }
  }
  const auto or_nan = [](double x) {
    return std::isfinite(x) ? x : std::numeric_limits<double>::quiet_NaN();
  };
  it.vm_min_pu = or_nan(all.min);
  it.vm_max_pu = or_nan(all.max);
  if (all.min_node != none) it.vm_min_node = name_of_node(circuit, all.min_node);
  if (all.max_node != none) it.vm_max_node = name_of_node(circuit, all.max_node);
  it.vm_min_1_pu = or_nan(phase[0].min), it.vm_max_1_pu = or_nan(phase[0].max);
  it.vm_min_2_pu = or_nan(phase[1].min), it.vm_max_2_pu = or_nan(phase[1].max);
  it.vm_min_3_pu = or_nan(phase[2].min), it.vm_max_3_pu = or_nan(phase[2].max);
}

inline void add_unbalance(const NodeVoltages& v, CircuitFigures& it) {
  const feeder::Circuit& circuit = v.circuit;
  const std::vector<std::array<Index, 3>> nodes = phases_of_buses(circuit);
  for (Index bus = 0; bus < circuit.buses.size(); ++bus) {
    const auto& [one, two, three] = nodes[bus];
    if (one == none || two == none || three == none) continue;
    const double percent =
        unbalance_percent(volts_at(v, one), volts_at(v, two), volts_at(v, three));
    if (!(percent > it.unbalance_percent)) continue;
    it.unbalance_percent = percent;
    it.unbalance_bus = circuit.buses.name[bus];
  }
}

/// Power that shunts take, V^T conj(Y V), in kW and kvar.
inline feeder::Phasor shunt_power(const NodeVoltages& v, const CircuitResult& result,
                                  Index scenario) {
  const feeder::Shunts& shunts = v.circuit.shunts;
  feeder::Phasor sum;
  for (Index row = 0; row < shunts.size(); ++row) {
    if (!shunts.in_service[row] || shunts.steps[row] == 0) continue;
    const auto nodes = shunts.nodes.row(row);
    const auto y_s = shunts.y_s.row(row);
    const double share =
        static_cast<double>(
            result.steps_in[static_cast<std::size_t>(scenario) * shunts.name.size() + row]) /
        shunts.steps[row];
    for (std::size_t i = 0; i < nodes.size(); ++i)
      for (std::size_t k = 0; k < nodes.size(); ++k) {
        const feeder::Phasor power =
            volts_at(v, nodes[i]) * conj(y_s[nodes.size() * i + k] * volts_at(v, nodes[k]));
        if (!std::isnan(power.re)) sum = sum + 1e-3 * share * power;
      }
  }
  return sum;
}

/// Sum of a scenario's row of (scenario, device).
inline double sum_of(const Column<double>& column, Index scenario, Index width) {
  const double* row = column.data() + static_cast<std::size_t>(scenario) * width;
  double sum = 0.0;
  for (Index k = 0; k < width; ++k)
    if (!std::isnan(row[k])) sum += row[k];
  return sum;
}

/// How many entries of a scenario's row are not what it began with.
template <class T, class Begin>
std::int64_t count_moved(std::span<const T> row, std::span<const T> begin, Begin&& own) {
  std::int64_t count = 0;
  for (std::size_t k = 0; k < row.size(); ++k)
    count += std::abs(static_cast<double>(
                 row[k] - (begin.empty() ? own(static_cast<Index>(k)) : begin[k]))) > 1e-9;
  return count;
}

inline void add_states(const CircuitSolver& solver, const CircuitInjections& injections,
                       const CircuitResult& result, Index scenario, CircuitFigures& it) {
  const feeder::Circuit& circuit = solver.circuit;
  const auto row_of = [scenario](auto all, Index width) {
    return all.empty() ? all
                       : all.subspan(static_cast<std::size_t>(scenario) * width,
                                     static_cast<std::size_t>(width));
  };
  const Index regulators = circuit.regulators.size(), shunts = circuit.shunts.size();
  it.taps_moved = count_moved(row_of(std::span<const double>(result.tap_pu), regulators),
                              row_of(injections.tap_pu, regulators), [&](Index k) {
                                return circuit.windings.tap_pu[tap_winding_of(circuit, k)];
                              });
  it.shunts_switched = count_moved(row_of(std::span<const std::int32_t>(result.steps_in), shunts),
                                   row_of(injections.steps_in, shunts),
                                   [&](Index k) { return circuit.shunts.steps_in[k]; });
}

}  // namespace detail

GS_INLINE CircuitHeader header_of(const feeder::Circuit& circuit) {
  return {circuit.name,
          circuit.buses.size(),
          circuit.nodes.size(),
          circuit.lines.size(),
          circuit.transformers.size(),
          circuit.loads.size(),
          circuit.ders.size(),
          0.0};
}

GS_INLINE CircuitFigures figures_of(const CircuitSolver& solver,
                                    const CircuitInjections& injections,
                                    const CircuitResult& result, Index scenario) {
  const feeder::Circuit& circuit = solver.circuit;
  CircuitFigures it;
  it.status = name_of(result.status[scenario]);
  it.iterations = result.iterations[scenario];
  it.control_iterations = result.control_iterations[scenario];
  it.hunting = result.hunting[scenario] != 0;
  it.max_mismatch_va = result.max_mismatch_va[scenario];
  it.max_step_pu = result.max_step_pu[scenario];
  const Index worst = result.worst_node[scenario];
  if (worst != none) it.worst_node = name_of_node(circuit, worst);
  const NodeVoltages v = voltages_of(circuit, result, scenario);
  const feeder::Phasor shunts = detail::shunt_power(v, result, scenario);
  it.source_kw = result.source_kw[scenario];
  it.source_kvar = result.source_kvar[scenario];
  it.loads_kw = detail::sum_of(result.load_kw, scenario, circuit.loads.size());
  it.ders_kw = detail::sum_of(result.der_kw, scenario, circuit.ders.size());
  it.losses_kw = it.source_kw + it.ders_kw - it.loads_kw - shunts.re;
  it.losses_kvar = it.source_kvar + detail::sum_of(result.der_kvar, scenario, circuit.ders.size()) -
                   detail::sum_of(result.load_kvar, scenario, circuit.loads.size()) - shunts.im;
  detail::add_extremes(v, it);
  detail::add_unbalance(v, it);
  detail::add_states(solver, injections, result, scenario, it);
  return it;
}

GS_INLINE void add_figures(CircuitSummary& summary, const CircuitFigures& it) {
  const std::int64_t scenario = summary.scenarios++;
  summary.hunting += it.hunting;
  summary.iterations_max = std::max(summary.iterations_max, it.iterations);
  summary.control_iterations_max = std::max(summary.control_iterations_max, it.control_iterations);
  if (it.status != name_of(FlowStatus::converged)) return;
  ++summary.converged;
  summary.max_mismatch_va = std::max(summary.max_mismatch_va, it.max_mismatch_va);
  summary.losses_kw_mean +=
      (it.losses_kw - summary.losses_kw_mean) / static_cast<double>(summary.converged);
  summary.losses_kw_max =
      summary.converged == 1 ? it.losses_kw : std::max(summary.losses_kw_max, it.losses_kw);
  if (it.vm_min_pu < summary.vm_min_pu) {
    summary.vm_min_pu = it.vm_min_pu;
    summary.vm_min_node = it.vm_min_node;
    summary.vm_min_scenario = scenario;
  }
  if (it.vm_max_pu > summary.vm_max_pu) {
    summary.vm_max_pu = it.vm_max_pu;
    summary.vm_max_node = it.vm_max_node;
    summary.vm_max_scenario = scenario;
  }
  if (!(it.unbalance_percent > summary.unbalance_percent_max)) return;
  summary.unbalance_percent_max = it.unbalance_percent;
  summary.unbalance_bus = it.unbalance_bus;
}

GS_INLINE bool all_settled(const CircuitSummary& summary) {
  return summary.converged == summary.scenarios && summary.hunting == 0;
}

}  // namespace flow
}  // namespace gridswarm::inline GS_ABI
