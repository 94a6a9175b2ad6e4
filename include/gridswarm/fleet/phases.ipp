// SPDX-License-Identifier: BSD-3-Clause
// Bodies of phases.hpp.
#pragma once

#include <algorithm>
#include <vector>

#include "gridswarm/base/csr.hpp"
#include "gridswarm/base/random.hpp"
#include "gridswarm/fleet/phases.hpp"

namespace gridswarm::inline GS_ABI::fleet {

GS_INLINE std::optional<std::int8_t> phases_of_word(std::string_view word) {
  std::int8_t phases = 0;
  for (const char letter : word) {
    if (letter < 'a' || letter > 'c') return std::nullopt;
    const auto bit = static_cast<std::int8_t>(1 << (letter - 'a'));
    if (phases & bit) return std::nullopt;
    phases = static_cast<std::int8_t>(phases | bit);
  }
  return phases;
}

GS_INLINE std::string word_of_phases(std::int8_t phases) {
  std::string word;
  for (int k = 0; k < 3; ++k)
    if (phases & (1 << k)) word += static_cast<char>('a' + k);
  return word;
}

GS_INLINE std::int8_t phases_of(const Nameplate& plate, Index i) {
  return plate.phases.empty() ? std::int8_t{0} : plate.phases[i];
}

namespace phases_detail {

/// Bits of the phases among these nodes.
inline std::int8_t phases_of_nodes(const feeder::Circuit& circuit, std::span<const Index> nodes) {
  int phases = 0;
  for (const Index node : nodes)
    if (node != feeder::ground && circuit.nodes.number[node] <= 3)
      phases |= 1 << (circuit.nodes.number[node] - 1);
  return static_cast<std::int8_t>(phases);
}

}  // namespace phases_detail

GS_INLINE void join_phases_of_loads(const feeder::Circuit& circuit, std::uint64_t seed,
                                    Fleet& fleet) {
  constexpr std::uint32_t use = 64;  // beside those of fleet/synthetic.ipp
  const feeder::CircuitLoads& loads = circuit.loads;
  std::vector<Index> bus_of(static_cast<std::size_t>(loads.size()), none);
  for (Index k = 0; k < loads.size(); ++k)
    for (const Index node : loads.nodes.row(k))
      if (loads.in_service[k] && loads.kw[k] > 0.0 && node != feeder::ground && bus_of[k] == none)
        bus_of[k] = circuit.nodes.bus[node];
  const Csr at = group_by(bus_of, circuit.buses.size());
  fleet.plate.phases.assign(static_cast<std::size_t>(fleet.size()), 0);
  for (Index i = 0; i < fleet.size(); ++i) {
    const Index bus = fleet.plate.bus[i];
    if (bus >= circuit.buses.size()) continue;
    double total_kw = 0.0;
    for (const Index k : at.row(bus)) total_kw += loads.kw[k];
    double left_kw = total_kw * draw_uniform(seed, Stream::fleet,
                                             static_cast<std::uint64_t>(fleet.plate.id[i]), use);
    for (const Index k : at.row(bus)) {
      fleet.plate.phases[i] = phases_detail::phases_of_nodes(circuit, loads.nodes.row(k));
      left_kw -= loads.kw[k];
      if (left_kw < 0.0) break;
    }
  }
}

}  // namespace gridswarm::inline GS_ABI::fleet
