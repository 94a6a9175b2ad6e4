// SPDX-License-Identifier: BSD-3-Clause
// Circuits of a few elements, made call by call; every bus 2.4 kV line to neutral unless said.
#pragma once

#include <cmath>
#include <initializer_list>
#include <string>
#include <vector>

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
    auto& table = circuit.sources;
    table.name.push_back("vsource." + bus);
    table.nodes.append(nodes(bus, {1, 2, 3}, kv_ln));
    for (const double degrees : {0.0, -120.0, 120.0}) {
      const double angle = degrees * rad_per_deg;
      table.emf_v.push_back(
          {scale * 1000.0 * kv_ln * std::cos(angle), scale * 1000.0 * kv_ln * std::sin(angle)});
    }
    table.z_ohm.append(diagonal(3, z, {}));
    table.in_service.push_back(1);
  }

  static std::vector<feeder::Phasor> diagonal(std::size_t n, feeder::Phasor self,
                                              feeder::Phasor mutual) {
    std::vector<feeder::Phasor> matrix(n * n, mutual);
    for (std::size_t k = 0; k < n; ++k) matrix[k * n + k] = self;
    return matrix;
  }

  void line(const std::vector<Index>& from, const std::vector<Index>& to,
            const std::vector<feeder::Phasor>& z_ohm, double y_s = 0.0) {
    auto& table = circuit.lines;
    table.name.push_back("line." + std::to_string(table.size()));
    table.from.append(from);
    table.to.append(to);
    table.z_ohm.append(z_ohm);
    table.y_s.append(diagonal(from.size(), {0.0, y_s}, {}));
    table.rating_a.push_back(100.0);
    table.length.push_back(0.0);
    table.is_switch.push_back(0);
    table.in_service.push_back(1);
  }

  struct Winding {
    std::vector<Index> nodes;
    double kv;
    feeder::Connection connection = feeder::Connection::wye;
    double tap_pu = 1.0;
  };
  /// 300 kVA, 1 % resistance in all, 4 % reactance between any two windings.
  void transformer(int phases, const std::vector<Winding>& windings, double ppm = 0.0) {
    auto& table = circuit.transformers;
    auto& rows = circuit.windings;
    table.name.push_back("transformer." + std::to_string(table.size()));
    table.phases.push_back(phases);
    for (const Winding& winding : windings) {
      table.windings.items.push_back(rows.size());
      rows.nodes.append(winding.nodes);
      rows.connection.push_back(winding.connection);
      rows.kv.push_back(winding.kv);
      rows.kva.push_back(300.0);
      rows.r_percent.push_back(0.5);
      rows.tap_pu.push_back(winding.tap_pu);
      rows.tap_min_pu.push_back(0.9);
      rows.tap_max_pu.push_back(1.1);
      rows.taps.push_back(32);
      rows.r_neutral_ohm.push_back(-1.0);
      rows.x_neutral_ohm.push_back(0.0);
    }
    table.windings.first.push_back(static_cast<Index>(table.windings.items.size()));
    for (std::size_t pair = 0; pair < windings.size() * (windings.size() - 1) / 2; ++pair) {
      table.reactances.items.push_back(static_cast<Index>(table.x_percent.size()));
      table.x_percent.push_back(4.0);
    }
    table.reactances.first.push_back(static_cast<Index>(table.x_percent.size()));
    table.no_load_loss_percent.push_back(0.0);
    table.magnetizing_percent.push_back(0.0);
    table.ppm_antifloat.push_back(ppm);
    table.delta_leads.push_back(0);
    table.rating_kva.push_back(300.0);
    table.in_service.push_back(1);
  }

  void load(const std::vector<Index>& nodes, int phases, double kv, double kw, double kvar,
            feeder::Connection connection = feeder::Connection::wye) {
    auto& table = circuit.loads;
    table.name.push_back("load." + std::to_string(table.size()));
    table.nodes.append(nodes);
    table.connection.push_back(connection);
    table.phases.push_back(phases);
    table.law.push_back(feeder::LoadLaw::constant_power);
    table.kv.push_back(kv);
    table.kw.push_back(kw);
    table.kvar.push_back(kvar);
    table.v_min_pu.push_back(0.5);
    table.v_max_pu.push_back(1.5);
    table.v_low_pu.push_back(0.4);
    table.exponent_p.push_back(1.0);
    table.exponent_q.push_back(2.0);
    table.zip.push_back({});
    table.profile.push_back(none);
    table.in_service.push_back(1);
  }
};

}  // namespace gridswarm::test
