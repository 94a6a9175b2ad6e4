// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cmath>
#include <limits>

#include "gridswarm/base/parallel.hpp"
#include "gridswarm/flow/circuit_voltages.hpp"

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
  run_pieces(result.scenarios, threads, [&](Index s, int) {
    const NodeVoltages v = voltages_of(circuit, result, s);
    for (Index node = 0; node < circuit.nodes.size(); ++node) {
      const std::size_t at = v.first + static_cast<std::size_t>(node);
      const double base_v = base_at(circuit, node);
      const double volts = std::hypot(result.v_re[at], result.v_im[at]);
      result.vm_pu[at] = base_v > 0.0 ? volts / base_v : std::numeric_limits<double>::quiet_NaN();
      result.va_rad[at] = std::atan2(result.v_im[at], result.v_re[at]);
    }
  });
}

}  // namespace gridswarm::inline GS_ABI::flow
