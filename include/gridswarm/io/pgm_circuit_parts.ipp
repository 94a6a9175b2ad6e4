// SPDX-License-Identifier: BSD-3-Clause
// What the parts of pgm_circuit.hpp share: names, nodes, and rows of admittances and loads.
#pragma once

#include <algorithm>
#include <cmath>

#include "gridswarm/feeder/circuit.hpp"
#include "gridswarm/io/pgm_parts.hpp"
#include "gridswarm/io/pgm_phases.hpp"

namespace gridswarm::inline GS_ABI::io::detail {

/// Beyond any voltage: a load's law holds up to here.
inline constexpr double pgm_no_v_max_pu = 1e9;

/// The node rows of buses, one after the other.
template <class... Bus>
std::array<Index, 3 * sizeof...(Bus)> nodes_of(Bus... bus) {
  std::array<Index, 3 * sizeof...(Bus)> nodes;
  std::size_t k = 0;
  for (const Index row : {bus...})
    for (Index phase = 0; phase < 3; ++phase) nodes[k++] = 3 * row + phase;
  return nodes;
}

inline feeder::Phasor phasor(const Complex& value) { return {value.real(), value.imag()}; }

inline std::array<feeder::Phasor, 9> phasors(const PgmMatrix& m) {
  std::array<feeder::Phasor, 9> out;
  std::transform(m.begin(), m.end(), out.begin(), phasor);
  return out;
}

/// One block at one bus.
inline void add_pgm_admittance(const std::string& name, Index bus, const PgmMatrix& y,
                               feeder::Admittances& admittances) {
  admittances.name.push_back(name);
  admittances.nodes.append(nodes_of(bus));
  admittances.y_s.append(phasors(y));
  admittances.in_service.push_back(1);
}

inline std::string pgm_name(const PgmTable& table, Index row) {
  return component_of(table.type).name + ("." + std::to_string(table.id(row)));
}

inline void add_pgm_phase_load(const std::string& name, std::span<const Index> nodes, double kv,
                               Complex kva, double type, bool on, feeder::CircuitLoads& loads) {
  constexpr feeder::LoadLaw laws[] = {feeder::LoadLaw::constant_power,
                                      feeder::LoadLaw::constant_impedance,
                                      feeder::LoadLaw::constant_current};
  loads.name.push_back(name);
  loads.nodes.append(nodes);
  loads.connection.push_back(feeder::Connection::wye);
  loads.phases.push_back(static_cast<std::int32_t>(nodes.size()) - 1);
  loads.law.push_back(laws[static_cast<int>(type)]);
  loads.kv.push_back(kv);
  loads.kw.push_back(kva.real());
  loads.kvar.push_back(kva.imag());
  loads.v_min_pu.push_back(0.0);
  loads.v_max_pu.push_back(pgm_no_v_max_pu);
  loads.v_low_pu.push_back(0.0);
  loads.exponent_p.push_back(0.0);
  loads.exponent_q.push_back(0.0);
  loads.zip.push_back({});
  loads.profile.push_back(none);
  loads.in_service.push_back(on);
}

}  // namespace gridswarm::inline GS_ABI::io::detail
