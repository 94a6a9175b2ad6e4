// SPDX-License-Identifier: BSD-3-Clause
// Kirchhoff's current law at every node of a solved circuit, from nothing but its elements.
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include "gridswarm/feeder/primitive.hpp"
#include "gridswarm/flow/circuit_flow.hpp"

namespace test {

namespace gs = gridswarm;
using gs::Index;
using gs::feeder::Phasor;

/// Voltages of a scenario, and the currents that elements take out of their nodes.
struct Balance {
  std::vector<Phasor> v;
  std::vector<Phasor> current;

  Phasor at(Index node) const { return node == gs::feeder::ground ? Phasor{} : v[node]; }
  void take(Index node, Phasor i) {
    if (node != gs::feeder::ground) current[node] = current[node] + i;
  }
  void add(const gs::feeder::Primitive& element) {
    const std::size_t n = element.node.size();
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = 0; j < n; ++j)
        take(element.node[i], element.y_s[i * n + j] * v[element.node[j]]);
  }
};

inline void add_linear(const gs::feeder::Circuit& circuit, const gs::flow::CircuitResult& result,
                       Index scenario, Balance& balance) {
  for (Index i = 0; i < circuit.lines.size(); ++i)
    if (circuit.lines.in_service[i]) balance.add(line_primitive(circuit, i));
  for (Index t = 0; t < circuit.transformers.size(); ++t) {
    if (!circuit.transformers.in_service[t]) continue;
    std::vector<double> taps;
    for (const Index w : circuit.transformers.windings.row(t))
      taps.push_back(circuit.windings.tap_pu[w]);
    for (Index r = 0; r < circuit.regulators.size(); ++r)
      if (circuit.regulators.transformer[r] == t)
        taps[circuit.regulators.tap_winding[r]] =
            result.tap_pu[scenario * circuit.regulators.size() + r];
    balance.add(transformer_primitive(circuit, t, taps));
  }
  for (Index i = 0; i < circuit.shunts.size(); ++i)
    if (circuit.shunts.in_service[i])
      balance.add(
          shunt_primitive(circuit, i, result.steps_in[scenario * circuit.shunts.size() + i]));
  for (Index i = 0; i < circuit.admittances.size(); ++i)
    if (circuit.admittances.in_service[i]) balance.add(admittance_primitive(circuit, i));
}

/// Loads at constant power: wye elements to the last node, delta ones around.
inline void add_loads(const gs::feeder::Circuit& circuit, const std::vector<Phasor>& kva,
                      Balance& balance) {
  const auto& loads = circuit.loads;
  for (Index i = 0; i < loads.size(); ++i) {
    const auto nodes = loads.nodes.row(i);
    const int n = loads.phases[i];
    const bool is_wye = loads.connection[i] == gs::feeder::Connection::wye;
    for (int q = 0; q < n; ++q) {
      const Index a = nodes[q], b = is_wye ? nodes.back() : nodes[n == 1 ? 1 : (q + 1) % n];
      const Phasor v = balance.at(a) - balance.at(b);
      const Phasor drawn = conj((1e3 / n) * kva[i] * inverse(v));
      balance.take(a, drawn);
      balance.take(b, -1.0 * drawn);
    }
  }
}

/// One-conductor and diagonal sources with impedance.
inline void add_sources(const gs::feeder::Circuit& circuit, Balance& balance) {
  const auto& sources = circuit.sources;
  for (Index i = 0; i < sources.size(); ++i) {
    const auto nodes = sources.nodes.row(i);
    for (std::size_t k = 0; k < nodes.size(); ++k) {
      const Phasor z = sources.z_ohm.row(i)[k * nodes.size() + k];
      const Phasor emf = sources.emf_v[sources.nodes.first[i] + static_cast<Index>(k)];
      balance.take(nodes[k], inverse(z) * (balance.v[nodes[k]] - emf));
    }
  }
}

/// Largest power, in VA, that is missing at any node.
inline double largest_mismatch_va(const gs::feeder::Circuit& circuit,
                                  const gs::flow::CircuitResult& result, Index scenario,
                                  const std::vector<Phasor>& load_kva) {
  Balance balance;
  const Index n = circuit.nodes.size();
  for (Index node = 0; node < n; ++node)
    balance.v.push_back({result.v_re[scenario * n + node], result.v_im[scenario * n + node]});
  balance.current.resize(balance.v.size());
  add_linear(circuit, result, scenario, balance);
  add_loads(circuit, load_kva, balance);
  add_sources(circuit, balance);
  double worst = 0.0;
  for (Index node = 0; node < n; ++node) {
    const double va = std::sqrt(norm(balance.v[node]) * norm(balance.current[node]));
    if (!(va <= worst)) worst = va;
  }
  return worst;
}

}  // namespace test
