// SPDX-License-Identifier: BSD-3-Clause
// Circuits small enough to follow by hand, built element by element.
#pragma once

#include <array>
#include <initializer_list>
#include <string>
#include <vector>

#include "gridswarm/feeder/circuit.hpp"

namespace small_circuit {

namespace gs = gridswarm;
using gs::Index;
using gs::feeder::Connection;
using gs::feeder::Phasor;

struct Made {
  gs::feeder::Circuit circuit;
  gs::feeder::CircuitIndex index;
};

inline std::vector<Index> nodes(Made& made, const std::string& bus,
                                std::initializer_list<int> numbers) {
  const Index row = add_bus(made.circuit, made.index, bus);
  std::vector<Index> list;
  for (const int number : numbers) list.push_back(add_node(made.circuit, made.index, row, number));
  return list;
}

/// Diagonal matrix of n equal entries.
inline std::vector<Phasor> diagonal(std::size_t n, Phasor entry) {
  std::vector<Phasor> matrix(n * n);
  for (std::size_t i = 0; i < n; ++i) matrix[i * n + i] = entry;
  return matrix;
}

/// Voltages of `emf_v` held at a bus.
inline void add_source(Made& made, const std::string& bus, std::initializer_list<int> numbers,
                       std::initializer_list<Phasor> emf_v, Phasor z_ohm = {}) {
  auto& table = made.circuit.sources;
  table.name.push_back("vsource." + bus);
  table.nodes.append(nodes(made, bus, numbers));
  table.emf_v.insert(table.emf_v.end(), emf_v.begin(), emf_v.end());
  table.z_ohm.append(diagonal(emf_v.size(), z_ohm));
  table.in_service.push_back(1);
}

inline void add_line(Made& made, const std::string& from, const std::string& to,
                     std::initializer_list<int> numbers, Phasor z_ohm, Phasor y_s = {}) {
  auto& table = made.circuit.lines;
  table.name.push_back("line." + from + to);
  table.from.append(nodes(made, from, numbers));
  table.to.append(nodes(made, to, numbers));
  table.z_ohm.append(diagonal(numbers.size(), z_ohm));
  table.y_s.append(diagonal(numbers.size(), y_s));
  table.rating_a.push_back(0.0);
  table.length.push_back(0.0);
  table.is_switch.push_back(0);
  table.in_service.push_back(1);
}

inline void add_winding(Made& made, const std::string& bus, std::initializer_list<int> numbers,
                        Connection connection, double kv, double kva, double r_percent = 0.0) {
  auto& table = made.circuit.windings;
  table.nodes.append(nodes(made, bus, numbers));
  table.connection.push_back(connection);
  table.kv.push_back(kv);
  table.kva.push_back(kva);
  table.r_percent.push_back(r_percent);
  table.tap_pu.push_back(1.0);
  table.tap_min_pu.push_back(0.9);
  table.tap_max_pu.push_back(1.1);
  table.taps.push_back(32);
  table.r_neutral_ohm.push_back(-1.0);
  table.x_neutral_ohm.push_back(0.0);
  made.circuit.transformers.windings.items.push_back(table.size() - 1);
}

/// A transformer of the windings added since the last one.
inline void close_transformer(Made& made, const std::string& name, std::int32_t phases,
                              double x_percent) {
  auto& table = made.circuit.transformers;
  const Index n = made.circuit.windings.size() - table.windings.first.back();
  table.name.push_back("transformer." + name);
  table.phases.push_back(phases);
  table.windings.first.push_back(made.circuit.windings.size());
  for (Index pair = 0; pair < n * (n - 1) / 2; ++pair) {
    table.reactances.items.push_back(static_cast<Index>(table.x_percent.size()));
    table.x_percent.push_back(x_percent);
  }
  table.reactances.first.push_back(static_cast<Index>(table.reactances.items.size()));
  table.no_load_loss_percent.push_back(0.0);
  table.magnetizing_percent.push_back(0.0);
  table.ppm_antifloat.push_back(1.0);
  table.delta_leads.push_back(0);
  table.rating_kva.push_back(0.0);
  table.in_service.push_back(1);
}

/// Holds 120 V within 2 V at winding 2 of the last transformer; 15 s, 16 steps at once.
inline void add_regulator(Made& made, const std::string& name, double pt_ratio) {
  auto& table = made.circuit.regulators;
  table.name.push_back("regcontrol." + name);
  table.transformer.push_back(made.circuit.transformers.size() - 1);
  table.winding.push_back(1);
  table.tap_winding.push_back(1);
  table.v_set_v.push_back(120.0);
  table.v_band_v.push_back(2.0);
  table.pt_ratio.push_back(pt_ratio);
  table.ct_primary_a.push_back(300.0);
  table.r_v.push_back(0.0);
  table.x_v.push_back(0.0);
  table.pt_phase.push_back(0);
  table.node.push_back(gs::none);
  table.delay_s.push_back(15.0);
  table.tap_delay_s.push_back(2.0);
  table.max_steps.push_back(16);
  table.v_limit_v.push_back(0.0);
  table.in_service.push_back(1);
}

/// A grounded bank of `steps` steps, `kvar` per phase and step at `volts`.
inline void add_bank(Made& made, const std::string& bus, std::initializer_list<int> numbers,
                     double kvar, double volts, std::int32_t steps, std::int32_t steps_in) {
  auto& table = made.circuit.shunts;
  const double share_s = 1e3 * kvar * steps / (volts * volts);
  table.name.push_back("capacitor." + bus);
  table.nodes.append(nodes(made, bus, numbers));
  table.y_s.append(diagonal(numbers.size(), {0.0, share_s}));
  table.kvar.push_back(kvar * steps * static_cast<double>(numbers.size()));
  table.steps.push_back(steps);
  table.steps_in.push_back(steps_in);
  table.is_capacitor.push_back(1);
  table.in_service.push_back(1);
}

/// Of the last bank, looking at the first line's from end; 15 s either way, 300 s dead.
inline void add_bank_control(Made& made, gs::feeder::CapacitorRule rule, double on, double off,
                             double pt_ratio = 1.0, double ct_ratio = 1.0) {
  auto& table = made.circuit.capacitor_controls;
  table.name.push_back("capcontrol.c" + std::to_string(table.size()));
  table.shunt.push_back(made.circuit.shunts.size() - 1);
  table.rule.push_back(rule);
  table.line.push_back(0);
  table.transformer.push_back(gs::none);
  table.terminal.push_back(0);
  table.on.push_back(on);
  table.off.push_back(off);
  table.pt_ratio.push_back(pt_ratio);
  table.ct_ratio.push_back(ct_ratio);
  table.pt_phase.push_back(0);
  table.ct_phase.push_back(0);
  table.v_min_v.push_back(115.0);
  table.v_max_v.push_back(126.0);
  table.v_override.push_back(0);
  table.delay_s.push_back(15.0);
  table.delay_off_s.push_back(15.0);
  table.dead_time_s.push_back(300.0);
  table.in_service.push_back(1);
}

/// Element q lies between numbers[q] and the last; all phases together draw kw and kvar.
inline void add_load(Made& made, const std::string& bus, std::initializer_list<int> numbers,
                     std::int32_t phases, double kv, double kw, double kvar,
                     Connection connection = Connection::wye) {
  auto& table = made.circuit.loads;
  table.name.push_back("load." + bus + std::to_string(table.size()));
  table.nodes.append(nodes(made, bus, numbers));
  table.connection.push_back(connection);
  table.phases.push_back(phases);
  table.law.push_back(gs::feeder::LoadLaw::constant_power);
  table.kv.push_back(kv);
  table.kw.push_back(kw);
  table.kvar.push_back(kvar);
  table.v_min_pu.push_back(0.0);
  table.v_max_pu.push_back(10.0);
  table.v_low_pu.push_back(0.0);
  table.exponent_p.push_back(0.0);
  table.exponent_q.push_back(0.0);
  table.zip.push_back({});
  table.profile.push_back(gs::none);
  table.in_service.push_back(1);
}

}  // namespace small_circuit
