// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cmath>
#include <limits>

#include "gridswarm/base/parallel.hpp"
#include "gridswarm/base/units.hpp"
#include "gridswarm/flow/circuit_voltages.hpp"
#include "gridswarm/kernel/kernels.hpp"

namespace gridswarm::inline GS_ABI::flow {

GS_INLINE NodeVoltages voltages_of(const feeder::Circuit& circuit, const CircuitResult& result,
                                   Index scenario) {
  return {result, circuit,
          static_cast<std::size_t>(scenario) * static_cast<std::size_t>(circuit.nodes.size())};
}

GS_INLINE double base_at(const feeder::Circuit& circuit, Index node) {
  return 1e3 * circuit.buses.base_kv_ln[circuit.nodes.bus[node]];
}

GS_INLINE feeder::Phasor volts_at(const NodeVoltages& v, Index node) {
  if (node == feeder::ground) return {};
  const std::size_t at = v.first + static_cast<std::size_t>(node);
  if (!v.result.v_re.empty()) return {v.result.v_re[at], v.result.v_im[at]};
  const double volts = v.result.vm_pu[at] * base_at(v.circuit, node);
  return {volts * std::cos(v.result.va_rad[at]), volts * std::sin(v.result.va_rad[at])};
}

GS_INLINE std::vector<feeder::Phasor> scenario_voltages(const feeder::Circuit& circuit,
                                                        const CircuitResult& result,
                                                        Index scenario) {
  const NodeVoltages at = voltages_of(circuit, result, scenario);
  std::vector<feeder::Phasor> v;
  for (Index node = 0; node < circuit.nodes.size(); ++node) v.push_back(volts_at(at, node));
  return v;
}

GS_INLINE std::vector<std::array<Index, 3>> phases_of_buses(const feeder::Circuit& circuit) {
  std::vector<std::array<Index, 3>> phases(static_cast<std::size_t>(circuit.buses.size()),
                                           {none, none, none});
  for (Index node = 0; node < circuit.nodes.size(); ++node)
    if (circuit.nodes.number[node] >= 1 && circuit.nodes.number[node] <= 3)
      phases[circuit.nodes.bus[node]][circuit.nodes.number[node] - 1] = node;
  return phases;
}

GS_INLINE double unbalance_percent(feeder::Phasor v1, feeder::Phasor v2, feeder::Phasor v3) {
  const feeder::Phasor a = {-0.5, 0.5 * sqrt3}, a2 = conj(a);  // 120 degrees ahead
  return 100.0 * std::sqrt(norm(v1 + a2 * v2 + a * v3) / norm(v1 + a * v2 + a2 * v3));
}

GS_INLINE double magnitude_at(const NodeVoltages& v, Index node) {
  const std::size_t at = v.first + static_cast<std::size_t>(node);
  if (v.result.v_re.empty()) return v.result.vm_pu[at];
  const double base_v = base_at(v.circuit, node);
  return base_v > 0.0 ? std::hypot(v.result.v_re[at], v.result.v_im[at]) / base_v
                      : std::numeric_limits<double>::quiet_NaN();
}

GS_INLINE void add_polar(const feeder::Circuit& circuit, int threads, CircuitResult& result) {
  if (!result.vm_pu.empty()) return;
  result.vm_pu.resize(result.v_re.size());
  result.va_rad.resize(result.v_re.size());
  const auto nodes = static_cast<std::size_t>(circuit.nodes.size());
  Column<double> per_base(nodes);
  for (std::size_t node = 0; node < nodes; ++node) {
    const double base_v = base_at(circuit, static_cast<Index>(node));
    per_base[node] = base_v > 0.0 ? 1.0 / base_v : std::numeric_limits<double>::quiet_NaN();
  }
  run_pieces(result.scenarios, threads, [&](Index s, int) {
    const std::size_t first = static_cast<std::size_t>(s) * nodes;
    double* vm = result.vm_pu.data() + first;
    kernel::kernels().polar(nodes, result.v_re.data() + first, result.v_im.data() + first, vm,
                            result.va_rad.data() + first);
    for (std::size_t node = 0; node < nodes; ++node) vm[node] *= per_base[node];
  });
}

}  // namespace gridswarm::inline GS_ABI::flow
