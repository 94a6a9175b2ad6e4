// SPDX-License-Identifier: BSD-3-Clause
// Circuits small enough to follow by hand, built element by element.
#pragma once

#include <array>
#include <initializer_list>
#include <string>
#include <vector>

#include "../circuit_rows.hpp"
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

/// Voltages of `emf_v` held at a bus.
inline void add_source(Made& made, const std::string& bus, std::initializer_list<int> numbers,
                       std::initializer_list<Phasor> emf_v, Phasor z_ohm = {}) {
  circuit_rows::append_source(made.circuit, bus, nodes(made, bus, numbers), emf_v, z_ohm);
}

inline void add_line(Made& made, const std::string& from, const std::string& to,
                     std::initializer_list<int> numbers, Phasor z_ohm, Phasor y_s = {}) {
  const std::vector<Index> begin = nodes(made, from, numbers);
  circuit_rows::append_line(made.circuit, from + to, begin, nodes(made, to, numbers),
                            circuit_rows::square(numbers.size(), z_ohm), y_s);
}

inline void add_winding(Made& made, const std::string& bus, std::initializer_list<int> numbers,
                        Connection connection, double kv, double kva, double r_percent = 0.0) {
  circuit_rows::append_winding(made.circuit, nodes(made, bus, numbers), connection, kv, kva,
                               r_percent);
}

/// A transformer of the windings added since the last one.
inline void close_transformer(Made& made, const std::string& name, std::int32_t phases,
                              double x_percent) {
  circuit_rows::append_transformer(made.circuit, name, phases, x_percent, 1.0, 0.0);
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
  table.y_s.append(circuit_rows::square(numbers.size(), {0.0, share_s}));
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
  circuit_rows::append_load(made.circuit, bus + std::to_string(made.circuit.loads.size()),
                            nodes(made, bus, numbers), phases, kv, kw, kvar, connection);
}

}  // namespace small_circuit
