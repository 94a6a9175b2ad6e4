// SPDX-License-Identifier: BSD-3-Clause
// Bodies of circuit.hpp.
#pragma once

#include <cmath>
#include <limits>

#include "gridswarm/base/error.hpp"
#include "gridswarm/feeder/circuit.hpp"

namespace gridswarm::inline GS_ABI::feeder {

GS_INLINE Index add_bus(Circuit& circuit, CircuitIndex& index, const std::string& name) {
  std::string key = name;
  for (char& letter : key)
    if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
  const auto [found, is_new] = index.bus.emplace(std::move(key), circuit.buses.size());
  if (is_new) {
    circuit.buses.name.push_back(name);
    circuit.buses.base_kv_ln.push_back(0.0);
    circuit.buses.x.push_back(std::numeric_limits<double>::quiet_NaN());
    circuit.buses.y.push_back(std::numeric_limits<double>::quiet_NaN());
    index.nodes.emplace_back();
  }
  return found->second;
}

GS_INLINE Index add_node(Circuit& circuit, CircuitIndex& index, Index bus, std::int32_t number) {
  if (number == 0) return ground;
  for (const Index node : index.nodes[bus])
    if (circuit.nodes.number[node] == number) return node;
  const Index node = circuit.nodes.size();
  circuit.nodes.bus.push_back(bus);
  circuit.nodes.number.push_back(number);
  index.nodes[bus].push_back(node);
  return node;
}

GS_INLINE std::string name_of_node(const Circuit& circuit, Index node) {
  if (node == ground) return "ground";
  return circuit.buses.name[circuit.nodes.bus[node]] + "." +
         std::to_string(circuit.nodes.number[node]);
}

namespace {

inline void require_circuit(const Circuit& circuit, bool is_good, const std::string& sentence) {
  if (!is_good) throw InputError(circuit.file.empty() ? "circuit" : circuit.file, 0, sentence);
}

/// Every entry of a list is a node or ground.
inline void check_nodes(const Circuit& circuit, const std::string& element,
                        std::span<const Index> nodes, bool ground_allowed) {
  for (const Index node : nodes)
    require_circuit(circuit, node < circuit.nodes.size() && node >= (ground_allowed ? ground : 0),
                    element + " names node row " + std::to_string(node) + "; the circuit has " +
                        std::to_string(circuit.nodes.size()));
}

inline void check_matrix(const Circuit& circuit, const std::string& element,
                         std::span<const Phasor> matrix, std::size_t n) {
  require_circuit(circuit, matrix.size() == n * n,
                  element + " has a matrix of " + std::to_string(matrix.size()) + " entries for " +
                      std::to_string(n) + " conductors");
  for (const Phasor& entry : matrix)
    require_circuit(circuit, std::isfinite(entry.re) && std::isfinite(entry.im),
                    element + " has a matrix entry that is not a finite number");
}

inline void check_branches(const Circuit& circuit) {
  const Sources& sources = circuit.sources;
  for (Index i = 0; i < sources.size(); ++i) {
    check_nodes(circuit, sources.name[i], sources.nodes.row(i), false);
    check_matrix(circuit, sources.name[i], sources.z_ohm.row(i), sources.nodes.row(i).size());
  }
  const Lines& lines = circuit.lines;
  for (Index i = 0; i < lines.size(); ++i) {
    check_nodes(circuit, lines.name[i], lines.from.row(i), true);
    check_nodes(circuit, lines.name[i], lines.to.row(i), true);
    require_circuit(circuit, lines.from.row(i).size() == lines.to.row(i).size(),
                    lines.name[i] + " has another number of conductors at either end");
    check_matrix(circuit, lines.name[i], lines.z_ohm.row(i), lines.from.row(i).size());
    check_matrix(circuit, lines.name[i], lines.y_s.row(i), lines.from.row(i).size());
  }
  for (Index i = 0; i < circuit.shunts.size(); ++i) {
    check_nodes(circuit, circuit.shunts.name[i], circuit.shunts.nodes.row(i), false);
    check_matrix(circuit, circuit.shunts.name[i], circuit.shunts.y_s.row(i),
                 circuit.shunts.nodes.row(i).size());
  }
  for (Index i = 0; i < circuit.admittances.size(); ++i) {
    check_nodes(circuit, circuit.admittances.name[i], circuit.admittances.nodes.row(i), false);
    check_matrix(circuit, circuit.admittances.name[i], circuit.admittances.y_s.row(i),
                 circuit.admittances.nodes.row(i).size());
  }
}

}  // namespace

GS_INLINE void check(const Circuit& circuit) {
  for (Index node = 0; node < circuit.nodes.size(); ++node)
    require_circuit(circuit,
                    circuit.nodes.bus[node] >= 0 && circuit.nodes.bus[node] < circuit.buses.size(),
                    "node row " + std::to_string(node) + " is of a bus that does not exist");
  require_circuit(circuit, circuit.sources.size() > 0,
                  "no source: a circuit needs one voltage that is held");
  check_branches(circuit);
  for (Index i = 0; i < circuit.windings.size(); ++i)
    check_nodes(circuit, "winding row " + std::to_string(i), circuit.windings.nodes.row(i), true);
  for (Index i = 0; i < circuit.loads.size(); ++i) {
    check_nodes(circuit, circuit.loads.name[i], circuit.loads.nodes.row(i), true);
    require_circuit(circuit,
                    std::isfinite(circuit.loads.kw[i]) && std::isfinite(circuit.loads.kvar[i]),
                    circuit.loads.name[i] + " has a power that is not a finite number");
  }
  for (Index i = 0; i < circuit.ders.size(); ++i) {
    check_nodes(circuit, circuit.ders.name[i], circuit.ders.nodes.row(i), true);
    require_circuit(circuit,
                    std::isfinite(circuit.ders.kw[i]) && std::isfinite(circuit.ders.kvar[i]),
                    circuit.ders.name[i] + " has a power that is not a finite number");
  }
}

}  // namespace gridswarm::inline GS_ABI::feeder
