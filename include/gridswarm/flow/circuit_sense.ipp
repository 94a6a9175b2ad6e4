// SPDX-License-Identifier: BSD-3-Clause
// Bodies of circuit_sense.hpp.
#pragma once

#include <algorithm>

#include "gridswarm/feeder/primitive.hpp"
#include "gridswarm/flow/circuit_sense.hpp"

namespace gridswarm::inline GS_ABI::flow {

GS_INLINE Index place_of(SensedNodes& sensed, Index node) {
  if (node == feeder::ground) return none;
  const auto found = std::find(sensed.nodes.begin(), sensed.nodes.end(), node);
  const auto place = static_cast<Index>(found - sensed.nodes.begin());
  if (found == sensed.nodes.end()) sensed.nodes.push_back(node);
  return place;
}

GS_INLINE TerminalSense sense_line(const feeder::Circuit& circuit, Index line,
                                   std::int32_t terminal, SensedNodes& sensed) {
  const feeder::Primitive whole = feeder::line_conductors(circuit, line);
  const std::size_t n = whole.node.size() / 2, first = terminal == 0 ? 0 : n;
  TerminalSense made;
  made.phases = static_cast<std::int32_t>(n);
  for (const Index node : whole.node) made.places.push_back(place_of(sensed, node));
  for (std::size_t c = first; c < first + n; ++c) {
    made.conductors.push_back(made.places[c]);
    for (std::size_t k = 0; k < 2 * n; ++k) made.y_s.push_back(whole.y_s[c * 2 * n + k]);
  }
  return made;
}

GS_INLINE TerminalSense sense_winding(const feeder::Circuit& circuit, Index transformer,
                                      Index winding, SensedNodes& sensed) {
  const auto rows = circuit.transformers.windings.row(transformer);
  const auto windings = static_cast<Index>(rows.size());
  const std::vector<feeder::Phasor> y = feeder::transformer_one_volt(circuit, transformer);
  TerminalSense made;
  made.phases = circuit.transformers.phases[transformer];
  made.winding = winding;
  made.regulator.assign(rows.size(), none);
  for (const Index node : circuit.windings.nodes.row(rows[winding]))
    made.conductors.push_back(place_of(sensed, node));
  for (Index w = 0; w < windings; ++w) {
    const auto nodes = circuit.windings.nodes.row(rows[w]);
    made.y_1_s.push_back(y[static_cast<std::size_t>(winding * windings + w)]);
    made.volts.push_back(feeder::winding_v(circuit, transformer, w));
    made.tap_pu.push_back(circuit.windings.tap_pu[rows[w]]);
    for (Index p = 0; p < made.phases; ++p) {
      const auto ends = feeder::winding_ends(circuit, transformer, w, p);
      made.across.push_back({place_of(sensed, nodes[ends[0]]), place_of(sensed, nodes[ends[1]])});
      if (w == winding) made.ends.push_back(ends);
    }
  }
  const feeder::Regulators& regulators = circuit.regulators;
  for (Index r = 0; r < regulators.size(); ++r)
    if (regulators.in_service[r] && regulators.transformer[r] == transformer)
      made.regulator[regulators.tap_winding[r]] = r;
  return made;
}

GS_INLINE feeder::Phasor sensed_voltage(std::span<const feeder::Phasor> v, Index place) {
  return place == none ? feeder::Phasor{} : v[place];
}

namespace {

/// Current through the coil of `phase` of the winding that is sensed.
inline feeder::Phasor coil_current(const TerminalSense& terminal, std::span<const feeder::Phasor> v,
                                   std::span<const double> tap_pu, Index phase) {
  const auto per_volt = [&](std::size_t w) {
    const Index r = terminal.regulator[w];
    return 1.0 / (terminal.volts[w] * (r == none ? terminal.tap_pu[w] : tap_pu[r]));
  };
  feeder::Phasor sum;
  for (std::size_t w = 0; w < terminal.volts.size(); ++w) {
    const auto [a, b] = terminal.across[w * static_cast<std::size_t>(terminal.phases) + phase];
    sum = sum + terminal.y_1_s[w] * (per_volt(w) * (sensed_voltage(v, a) - sensed_voltage(v, b)));
  }
  return per_volt(static_cast<std::size_t>(terminal.winding)) * sum;
}

}  // namespace

GS_INLINE feeder::Phasor sensed_current(const TerminalSense& terminal,
                                        std::span<const feeder::Phasor> v,
                                        std::span<const double> tap_pu, Index conductor) {
  feeder::Phasor sum;
  const std::size_t n = terminal.places.size();
  for (std::size_t k = 0; k < n; ++k)
    sum = sum + terminal.y_s[static_cast<std::size_t>(conductor) * n + k] *
                    sensed_voltage(v, terminal.places[k]);
  for (Index p = 0; p < static_cast<Index>(terminal.ends.size()); ++p) {
    if (terminal.ends[p][0] == conductor) sum = sum + coil_current(terminal, v, tap_pu, p);
    if (terminal.ends[p][1] == conductor) sum = sum - coil_current(terminal, v, tap_pu, p);
  }
  return sum;
}

GS_INLINE feeder::Phasor sensed_power(const TerminalSense& terminal,
                                      std::span<const feeder::Phasor> v,
                                      std::span<const double> tap_pu) {
  feeder::Phasor sum;
  for (Index c = 0; c < static_cast<Index>(terminal.conductors.size()); ++c)
    sum = sum +
          sensed_voltage(v, terminal.conductors[c]) * conj(sensed_current(terminal, v, tap_pu, c));
  return sum;
}

}  // namespace gridswarm::inline GS_ABI::flow
