// SPDX-License-Identifier: BSD-3-Clause
// Bodies of circuit_branch.hpp.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>

#include "gridswarm/base/units.hpp"
#include "gridswarm/flow/circuit_branch.hpp"
#include "gridswarm/flow/circuit_voltages.hpp"

namespace gridswarm::inline GS_ABI::flow {
namespace circuit_branch_detail {

using feeder::Phasor;
using feeder::Primitive;

inline constexpr double not_known = std::numeric_limits<double>::quiet_NaN();

inline double size_of(Phasor a) { return __builtin_sqrt(norm(a)); }

/// Nodes of a line whose impedance has no inverse.
inline Primitive conductors_only(const feeder::Lines& lines, Index line) {
  Primitive made;
  const auto from = lines.from.row(line), to = lines.to.row(line);
  made.node.assign(from.begin(), from.end());
  made.node.insert(made.node.end(), to.begin(), to.end());
  return made;
}

inline bool has_inverse(std::span<const Phasor> matrix) {
  std::vector<Phasor> inverse(matrix.size());
  return feeder::invert(matrix, inverse) > 0.0;
}

/// Row of an element in a table of flows: what its conductors carry.
inline void add_element(const Primitive& element, bool in_service, std::span<const Phasor> v,
                        TerminalFlows& flows) {
  const std::size_t n = element.node.size();
  const auto at = [&](Index node) { return node == feeder::ground ? Phasor{} : v[node]; };
  Phasor loss;
  for (std::size_t i = 0; i < n; ++i) {
    Phasor current = in_service && element.y_s.empty() ? Phasor{not_known, not_known} : Phasor{};
    for (std::size_t j = 0; in_service && !element.y_s.empty() && j < n; ++j)
      current = current + element.y_s[i * n + j] * at(element.node[j]);
    const Phasor power = 1e-3 * (at(element.node[i]) * conj(current));
    flows.node.push_back(element.node[i]);
    flows.p_kw.push_back(power.re);
    flows.q_kvar.push_back(power.im);
    flows.i_re_a.push_back(current.re);
    flows.i_im_a.push_back(current.im);
    loss = loss + power;
  }
  flows.first.push_back(static_cast<Index>(flows.node.size()));
  flows.loss_kw.push_back(loss.re);
  flows.loss_kvar.push_back(loss.im);
}

inline Phasor current_at(const TerminalFlows& flows, Index conductor) {
  return {flows.i_re_a[conductor], flows.i_im_a[conductor]};
}

/// Largest |I| of `count` conductors, of an element's first.
inline double largest_a(const TerminalFlows& flows, Index row, Index count) {
  double largest = 0.0;
  for (Index k = flows.first[row]; k < flows.first[row] + count; ++k)
    largest = std::max(largest, size_of(current_at(flows, k)));
  return largest;
}

inline void clear(TerminalFlows& flows) {
  flows.first.assign(1, 0);
  for (Column<double>* column : {&flows.p_kw, &flows.q_kvar, &flows.i_re_a, &flows.i_im_a,
                                 &flows.loss_kw, &flows.loss_kvar, &flows.loading_percent})
    column->clear();
  flows.node.clear();
}

inline void add_line(const feeder::Circuit& circuit, const BranchPlan& plan,
                     std::span<const Phasor> v, Index line, CircuitFlows& flows) {
  add_element(plan.lines[line], circuit.lines.in_service[line] != 0, v, flows.lines);
  const auto n = static_cast<Index>(circuit.lines.from.row(line).size());
  const double rating_a = circuit.lines.rating_a[line];
  flows.lines.loading_percent.push_back(
      rating_a > 0.0 ? 100.0 * largest_a(flows.lines, line, 2 * n) / rating_a : not_known);
  Phasor residual;
  for (Index k = flows.lines.first[line]; k < flows.lines.first[line] + n; ++k) {
    const Index node = flows.lines.node[k];
    if (node != feeder::ground && circuit.nodes.number[node] <= 3)
      residual = residual + current_at(flows.lines, k);
  }
  flows.residual_a.push_back(size_of(residual));
}

/// Rated current of a conductor of winding 1; 0: none stated.
inline double rated_a(const feeder::Circuit& circuit, Index transformer) {
  const feeder::CircuitTransformers& table = circuit.transformers;
  const Index winding = table.windings.row(transformer)[0];
  const std::int32_t phases = table.phases[transformer];
  const bool is_delta = circuit.windings.connection[winding] == feeder::Connection::delta;
  const double volts =
      feeder::winding_v(circuit, transformer, 0) / (is_delta && phases > 1 ? sqrt3 : 1.0);
  return volts > 0.0 ? 1e3 * table.rating_kva[transformer] / (phases * volts) : 0.0;
}

inline void add_transformer(const feeder::Circuit& circuit, const BranchPlan& plan,
                            std::span<const Phasor> v, std::span<const double> tap_pu, Index row,
                            CircuitFlows& flows) {
  const auto windings = circuit.transformers.windings.row(row);
  const bool in_service = circuit.transformers.in_service[row] != 0;
  if (plan.regulators[row].empty() || tap_pu.empty()) {
    add_element(plan.transformers[row], in_service, v, flows.transformers);
  } else {
    std::vector<double> taps;
    for (const Index w : windings) taps.push_back(circuit.windings.tap_pu[w]);
    for (const Index r : plan.regulators[row]) taps[circuit.regulators.tap_winding[r]] = tap_pu[r];
    add_element(feeder::transformer_conductors(circuit, row, taps), in_service, v,
                flows.transformers);
  }
  const double rating_a = rated_a(circuit, row);
  const auto n = static_cast<Index>(circuit.windings.nodes.row(windings[0]).size());
  const Index phases = std::min<Index>(n, circuit.transformers.phases[row]);
  flows.transformers.loading_percent.push_back(
      rating_a > 0.0 ? 100.0 * largest_a(flows.transformers, row, phases) / rating_a : not_known);
}

inline void add_unbalance(const std::array<Index, 3>& nodes, std::span<const Phasor> v,
                          CircuitFlows& flows) {
  if (std::count(nodes.begin(), nodes.end(), none) > 0) {
    flows.unbalance_percent.push_back(not_known);
    flows.nema_percent.push_back(not_known);
    return;
  }
  flows.unbalance_percent.push_back(unbalance_percent(v[nodes[0]], v[nodes[1]], v[nodes[2]]));
  std::array<double, 3> line{};
  for (std::size_t p = 0; p < 3; ++p) line[p] = size_of(v[nodes[p]] - v[nodes[(p + 1) % 3]]);
  const double mean = (line[0] + line[1] + line[2]) / 3.0;
  double largest = 0.0;
  for (const double volts : line) largest = std::max(largest, std::fabs(volts - mean));
  flows.nema_percent.push_back(100.0 * largest / mean);
}

}  // namespace circuit_branch_detail

GS_INLINE BranchPlan make_branch_plan(const feeder::Circuit& circuit) {
  BranchPlan plan;
  for (Index i = 0; i < circuit.lines.size(); ++i)
    plan.lines.push_back(circuit_branch_detail::has_inverse(circuit.lines.z_ohm.row(i))
                             ? feeder::line_conductors(circuit, i)
                             : circuit_branch_detail::conductors_only(circuit.lines, i));
  for (Index i = 0; i < circuit.transformers.size(); ++i)
    plan.transformers.push_back(feeder::transformer_conductors(circuit, i, {}));
  plan.regulators.resize(plan.transformers.size());
  for (Index r = 0; r < circuit.regulators.size(); ++r)
    if (circuit.regulators.in_service[r])
      plan.regulators[circuit.regulators.transformer[r]].push_back(r);
  plan.phases = phases_of_buses(circuit);
  return plan;
}

GS_INLINE void circuit_flows(const feeder::Circuit& circuit, const BranchPlan& plan,
                             std::span<const feeder::Phasor> v, std::span<const double> tap_pu,
                             CircuitFlows& flows) {
  namespace detail = circuit_branch_detail;
  std::vector<feeder::Phasor> finite(v.begin(), v.end());
  for (feeder::Phasor& volts : finite)
    if (!std::isfinite(volts.re) || !std::isfinite(volts.im)) volts = {};
  detail::clear(flows.lines);
  detail::clear(flows.transformers);
  flows.residual_a.clear();
  flows.unbalance_percent.clear();
  flows.nema_percent.clear();
  flows.loss_kw = flows.loss_kvar = 0.0;
  for (Index i = 0; i < circuit.lines.size(); ++i)
    detail::add_line(circuit, plan, finite, i, flows);
  for (Index i = 0; i < circuit.transformers.size(); ++i)
    detail::add_transformer(circuit, plan, finite, tap_pu, i, flows);
  for (const TerminalFlows* table : {&flows.lines, &flows.transformers})
    for (std::size_t i = 0; i < table->loss_kw.size(); ++i) {
      flows.loss_kw += table->loss_kw[i];
      flows.loss_kvar += table->loss_kvar[i];
    }
  for (const auto& nodes : plan.phases) detail::add_unbalance(nodes, finite, flows);
}

GS_INLINE void circuit_flows(const feeder::Circuit& circuit, const BranchPlan& plan,
                             const CircuitResult& result, Index scenario, CircuitFlows& flows) {
  const std::vector<feeder::Phasor> v = scenario_voltages(circuit, result, scenario);
  const auto rows = static_cast<std::size_t>(circuit.regulators.size());
  const std::span<const double> taps{result.tap_pu};
  circuit_flows(circuit, plan, v,
                taps.empty() ? taps : taps.subspan(static_cast<std::size_t>(scenario) * rows, rows),
                flows);
}

}  // namespace gridswarm::inline GS_ABI::flow
