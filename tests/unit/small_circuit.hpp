// SPDX-License-Identifier: BSD-3-Clause
// Circuits of a few elements, made call by call; every bus 2.4 kV line to neutral unless said.
#pragma once

#include <cmath>
#include <initializer_list>
#include <string>
#include <vector>

#include "circuit_rows.hpp"
#include "gridswarm/base/units.hpp"
#include "gridswarm/feeder/circuit.hpp"

namespace gridswarm::test {

struct SmallCircuit {
  feeder::Circuit circuit;
  feeder::CircuitIndex index;

  std::vector<Index> nodes(const std::string& bus, std::initializer_list<int> numbers,
                           double kv_ln = 2.4) {
    const Index row = add_bus(circuit, index, bus);
    if (circuit.buses.base_kv_ln[row] == 0.0) circuit.buses.base_kv_ln[row] = kv_ln;
    std::vector<Index> rows;
    for (const int number : numbers) rows.push_back(add_node(circuit, index, row, number));
    return rows;
  }

  /// Three balanced volts at a bus, 1 p.u. turned by angle_deg, behind z in every phase.
  void source(const std::string& bus, double kv_ln = 2.4, feeder::Phasor z = {},
              double scale = 1.0) {
    std::vector<feeder::Phasor> emf_v;
    for (const double degrees : {0.0, -120.0, 120.0}) {
      const double angle = degrees * rad_per_deg;
      emf_v.push_back(
          {scale * 1000.0 * kv_ln * std::cos(angle), scale * 1000.0 * kv_ln * std::sin(angle)});
    }
    circuit_rows::append_source(circuit, bus, nodes(bus, {1, 2, 3}, kv_ln), emf_v, z);
  }

  static std::vector<feeder::Phasor> diagonal(std::size_t n, feeder::Phasor self,
                                              feeder::Phasor mutual) {
    return circuit_rows::square(n, self, mutual);
  }

  void line(const std::vector<Index>& from, const std::vector<Index>& to,
            const std::vector<feeder::Phasor>& z_ohm, double y_s = 0.0) {
    circuit_rows::append_line(circuit, std::to_string(circuit.lines.size()), from, to, z_ohm,
                              {0.0, y_s}, 100.0);
  }

  struct Winding {
    std::vector<Index> nodes;
    double kv;
    feeder::Connection connection = feeder::Connection::wye;
    double tap_pu = 1.0;
  };
  /// 300 kVA, 1 % resistance in all, 4 % reactance between any two windings.
  void transformer(int phases, const std::vector<Winding>& windings, double ppm = 0.0) {
    for (const Winding& winding : windings)
      circuit_rows::append_winding(circuit, winding.nodes, winding.connection, winding.kv, 300.0,
                                   0.5, winding.tap_pu);
    circuit_rows::append_transformer(circuit, std::to_string(circuit.transformers.size()), phases,
                                     4.0, ppm, 300.0);
  }

  void load(const std::vector<Index>& nodes, int phases, double kv, double kw, double kvar,
            feeder::Connection connection = feeder::Connection::wye) {
    auto& table = circuit.loads;
    circuit_rows::append_load(circuit, std::to_string(table.size()), nodes, phases, kv, kw, kvar,
                              connection);
    table.v_min_pu.back() = 0.5;
    table.v_max_pu.back() = 1.5;
    table.v_low_pu.back() = 0.4;
    table.exponent_p.back() = 1.0;
    table.exponent_q.back() = 2.0;
  }
};

}  // namespace gridswarm::test
