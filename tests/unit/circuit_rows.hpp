// SPDX-License-Identifier: BSD-3-Clause
// Rows of circuits' tables for tests, every column of them, so that each stands here only. What a
// test wants otherwise it sets in the row's own columns.
#pragma once

#include <string>
#include <vector>

#include "gridswarm/feeder/circuit.hpp"

namespace circuit_rows {

using gridswarm::Index;
using gridswarm::none;
namespace feeder = gridswarm::feeder;

/// n x n, row-major.
inline std::vector<feeder::Phasor> square(std::size_t n, feeder::Phasor self,
                                          feeder::Phasor mutual = {}) {
  std::vector<feeder::Phasor> matrix(n * n, mutual);
  for (std::size_t i = 0; i < n; ++i) matrix[i * n + i] = self;
  return matrix;
}

inline void append_source(feeder::Circuit& circuit, const std::string& bus,
                          const std::vector<Index>& nodes, const std::vector<feeder::Phasor>& emf_v,
                          feeder::Phasor z_ohm) {
  auto& table = circuit.sources;
  table.name.push_back("vsource." + bus);
  table.nodes.append(nodes);
  table.emf_v.insert(table.emf_v.end(), emf_v.begin(), emf_v.end());
  table.z_ohm.append(square(nodes.size(), z_ohm));
  table.in_service.push_back(1);
}

inline void append_line(feeder::Circuit& circuit, const std::string& name,
                        const std::vector<Index>& from, const std::vector<Index>& to,
                        const std::vector<feeder::Phasor>& z_ohm, feeder::Phasor y_s,
                        double rating_a = 0.0) {
  auto& table = circuit.lines;
  table.name.push_back("line." + name);
  table.from.append(from);
  table.to.append(to);
  table.z_ohm.append(z_ohm);
  table.y_s.append(square(from.size(), y_s));
  table.rating_a.push_back(rating_a);
  table.length.push_back(0.0);
  table.is_switch.push_back(0);
  table.in_service.push_back(1);
}

/// Of the transformer that is closed next. 32 taps within 10 percent, no neutral of its own.
inline void append_winding(feeder::Circuit& circuit, const std::vector<Index>& nodes,
                           feeder::Connection connection, double kv, double kva, double r_percent,
                           double tap_pu = 1.0) {
  auto& table = circuit.windings;
  circuit.transformers.windings.items.push_back(table.size());
  table.nodes.append(nodes);
  table.connection.push_back(connection);
  table.kv.push_back(kv);
  table.kva.push_back(kva);
  table.r_percent.push_back(r_percent);
  table.tap_pu.push_back(tap_pu);
  table.tap_min_pu.push_back(0.9);
  table.tap_max_pu.push_back(1.1);
  table.taps.push_back(32);
  table.r_neutral_ohm.push_back(-1.0);
  table.x_neutral_ohm.push_back(0.0);
}

/// A transformer of the windings appended since the last one, x_percent between any two.
inline void append_transformer(feeder::Circuit& circuit, const std::string& name,
                               std::int32_t phases, double x_percent, double ppm,
                               double rating_kva) {
  auto& table = circuit.transformers;
  const auto end = static_cast<Index>(table.windings.items.size());
  const Index n = end - table.windings.first.back();
  table.name.push_back("transformer." + name);
  table.phases.push_back(phases);
  table.windings.first.push_back(end);
  for (Index pair = 0; pair < n * (n - 1) / 2; ++pair) {
    table.reactances.items.push_back(static_cast<Index>(table.x_percent.size()));
    table.x_percent.push_back(x_percent);
  }
  table.reactances.first.push_back(static_cast<Index>(table.reactances.items.size()));
  table.no_load_loss_percent.push_back(0.0);
  table.magnetizing_percent.push_back(0.0);
  table.ppm_antifloat.push_back(ppm);
  table.delta_leads.push_back(0);
  table.rating_kva.push_back(rating_kva);
  table.in_service.push_back(1);
}

/// Of constant power at any voltage.
inline void append_load(feeder::Circuit& circuit, const std::string& name,
                        const std::vector<Index>& nodes, std::int32_t phases, double kv, double kw,
                        double kvar, feeder::Connection connection) {
  auto& table = circuit.loads;
  table.name.push_back("load." + name);
  table.nodes.append(nodes);
  table.connection.push_back(connection);
  table.phases.push_back(phases);
  table.law.push_back(feeder::LoadLaw::constant_power);
  table.kv.push_back(kv);
  table.kw.push_back(kw);
  table.kvar.push_back(kvar);
  table.v_min_pu.push_back(0.0);
  table.v_max_pu.push_back(10.0);
  table.v_low_pu.push_back(0.0);
  table.exponent_p.push_back(0.0);
  table.exponent_q.push_back(0.0);
  table.zip.push_back({});
  table.profile.push_back(none);
  table.in_service.push_back(1);
}

}  // namespace circuit_rows
