// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>

#include "gridswarm/flow/circuit_state.hpp"

namespace gridswarm::inline GS_ABI::flow {
namespace detail {

/// Limits that no voltage reaches.
inline constexpr double never_below_pu = 1e-6;
inline constexpr double never_above_pu = 1e6;

}  // namespace detail

GS_INLINE Index tap_winding_of(const feeder::Circuit& circuit, Index regulator) {
  const auto windings =
      circuit.transformers.windings.row(circuit.regulators.transformer[regulator]);
  return windings[static_cast<std::size_t>(circuit.regulators.tap_winding[regulator])];
}

GS_INLINE feeder::Circuit with_end_state(const feeder::Circuit& circuit,
                                         const CircuitResult& result, Index scenario) {
  feeder::Circuit it = circuit;
  const auto at = static_cast<std::size_t>(scenario);
  for (Index k = 0; k < it.regulators.size(); ++k)
    it.windings.tap_pu[tap_winding_of(it, k)] = result.tap_pu[at * it.regulators.name.size() + k];
  for (Index k = 0; k < it.shunts.size(); ++k)
    it.shunts.steps_in[k] = result.steps_in[at * it.shunts.name.size() + k];
  return it;
}

GS_INLINE feeder::Circuit at_constant_power(const feeder::Circuit& circuit,
                                            const CircuitResult& result, Index scenario) {
  feeder::Circuit it = with_end_state(circuit, result, scenario);
  const auto at = static_cast<std::size_t>(scenario);
  std::fill(it.regulators.in_service.begin(), it.regulators.in_service.end(), std::int8_t{0});
  std::fill(it.capacitor_controls.in_service.begin(), it.capacitor_controls.in_service.end(),
            std::int8_t{0});
  for (auto* column : {&it.loads.v_min_pu, &it.loads.v_low_pu, &it.ders.v_min_pu})
    std::fill(column->begin(), column->end(), detail::never_below_pu);
  for (auto* column : {&it.loads.v_max_pu, &it.ders.v_max_pu})
    std::fill(column->begin(), column->end(), detail::never_above_pu);
  std::fill(it.loads.law.begin(), it.loads.law.end(), feeder::LoadLaw::constant_power);
  for (Index k = 0; k < it.ders.size(); ++k) {
    const bool follows = it.ders.rule[k] != feeder::VarRule::given ||
                         it.ders.volt_var[k].count > 0 || it.ders.volt_watt[k].count > 0;
    if (!follows) continue;
    it.ders.kw[k] = result.der_kw[at * it.ders.name.size() + k];
    it.ders.kvar[k] = result.der_kvar[at * it.ders.name.size() + k];
    it.ders.rule[k] = feeder::VarRule::given;
    it.ders.volt_var[k] = {};
    it.ders.volt_watt[k] = {};
  }
  return it;
}

}  // namespace gridswarm::inline GS_ABI::flow
