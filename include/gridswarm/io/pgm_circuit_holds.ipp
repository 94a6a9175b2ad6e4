// SPDX-License-Identifier: BSD-3-Clause
// Part of pgm_circuit.hpp: voltages that generators hold, and sections without zero sequence.
#pragma once

#include <algorithm>
#include <cmath>
#include <numeric>

#include "gridswarm/io/pgm_case.ipp"
#include "gridswarm/io/pgm_circuit_parts.ipp"
#include "gridswarm/io/pgm_phases.ipp"

namespace gridswarm::inline GS_ABI::io::detail {

/// What no asymmetric calculation can hold is refused.
inline void check_pgm_phase_hold(const PgmNetwork& network, Index regulator, Index bus,
                                 const PgmCircuit& out) {
  const PgmTable& table = network.of(PgmType::voltage_regulator);
  for (const PgmPhaseFeed& feed : out.feeds)
    if (feed.node == bus)
      refuse_pgm(network, table, regulator,
                 "holds node " + out.circuit.buses.name[bus] +
                     ", which a source feeds; one of both must be off");
  for (const char* limit : {"q_min", "q_max"})
    if (std::isfinite(table.at(regulator, limit)))
      refuse_pgm(network, table, regulator,
                 std::string("has ") + limit +
                     ", a limit that only symmetric calculations keep; remove it");
  const double u = table.at(regulator, "u_ref");
  for (const PgmPhaseHold& hold : out.holds)
    if (hold.node == bus && hold.u_pu != u)
      refuse_pgm(network, table, regulator,
                 "has u_ref " + shortest(u) + ", but another one at node " +
                     out.circuit.buses.name[bus] + " has " + shortest(hold.u_pu));
}

/// Rows of loads whose kvar holds |V|, one per phase of each held node.
inline void add_pgm_phase_holds(const PgmNetwork& network, PgmCircuit& out) {
  out.regulator = index_pgm_regulators(network);
  for (std::size_t k = 0; k < std::size(pgm_appliances); ++k) {
    const PgmTable& table = network.of(pgm_appliances[k]);
    for (Index row = 0; row < table.size(); ++row) {
      const Index regulator = out.regulator[k][row];
      if (regulator == none || table.at(row, "status") == 0.0) continue;
      const Index bus = pgm_bus(network, table, row, "node");
      check_pgm_phase_hold(network, regulator, bus, out);
      const auto known = std::find_if(out.holds.begin(), out.holds.end(),
                                      [&](const PgmPhaseHold& hold) { return hold.node == bus; });
      if (known != out.holds.end()) {
        ++known->appliances;
        continue;
      }
      out.holds.push_back({bus, network.of(PgmType::voltage_regulator).at(regulator, "u_ref"),
                           out.circuit.loads.size(), 1});
      const std::array<Index, 3> nodes = nodes_of(bus);
      for (Index phase = 0; phase < 3; ++phase) {
        const Index pair[] = {nodes[phase], feeder::ground};
        add_pgm_phase_load("kvar that holds node " + out.circuit.buses.name[bus] + " phase " +
                               std::to_string(phase + 1),
                           pair, out.circuit.buses.base_kv_ln[bus], {}, 0.0, true,
                           out.circuit.loads);
      }
    }
  }
}

/// Sections of nodes that pass zero sequence to each other by lines of equal phases.
struct PgmSections {
  std::vector<Index> leader;  ///< by node row
  std::vector<char> is_loud;  ///< by leader: something may unbalance it in zero sequence
  std::vector<double> low_s;  ///< by leader: |diagonal| of the largest ungrounded winding
  Index find(Index node) const {
    while (leader[node] != node) node = leader[node];
    return node;
  }
  void join(Index a, Index b) {
    a = find(a);
    b = find(b);
    leader[std::max(a, b)] = std::min(a, b);
  }
};

inline void join_pgm_sections(const PgmNetwork& network, PgmSections& sections) {
  for (const PgmType type : {PgmType::line, PgmType::asym_line, PgmType::link}) {
    const PgmTable& table = network.of(type);
    for (Index row = 0; row < table.size(); ++row)
      sections.join(pgm_bus(network, table, row, "from_node"),
                    pgm_bus(network, table, row, "to_node"));
  }
}

/// What is at the nodes, whatever its status: appliances, sources, phases that differ, and windings
/// with a neutral make a section loud.
inline void listen_to_pgm_sections(const PgmNetwork& network, const PgmCircuit& out,
                                   PgmSections& sections) {
  const auto be_loud = [&](const PgmTable& table, Index row, const char* attribute) {
    sections.is_loud[sections.find(pgm_bus(network, table, row, attribute))] = 1;
  };
  for (const PgmType type : {PgmType::sym_load, PgmType::sym_gen, PgmType::asym_load,
                             PgmType::asym_gen, PgmType::source, PgmType::shunt})
    for (Index row = 0; row < network.of(type).size(); ++row)
      be_loud(network.of(type), row, "node");
  const PgmTable& uneven = network.of(PgmType::asym_line);
  for (Index row = 0; row < uneven.size(); ++row) be_loud(uneven, row, "from_node");
  const PgmTable& stars = network.of(PgmType::three_winding_transformer);
  for (Index row = 0; row < stars.size(); ++row)
    for (const char* attribute : {"node_1", "node_2", "node_3"}) be_loud(stars, row, attribute);
  const PgmTable& table = network.of(PgmType::transformer);
  const auto& branches = out.branches[static_cast<std::size_t>(PgmType::transformer)];
  for (Index row = 0; row < table.size(); ++row)
    for (int end = 0; end < 2; ++end) {
      const auto winding = static_cast<int>(table.at(row, end ? "winding_to" : "winding_from"));
      if (winding != PgmWinding::delta && winding != PgmWinding::wye)
        be_loud(table, row, end ? "to_node" : "from_node");
      const PgmMatrix& y = end ? branches[row].y.tt : branches[row].y.ff;
      double& low =
          sections
              .low_s[sections.find(pgm_bus(network, table, row, end ? "to_node" : "from_node"))];
      low = std::max(low, std::abs(y[0]));
    }
}

/// An admittance in zero sequence at one node of every section that has windings and is not loud.
inline void add_pgm_references(const PgmNetwork& network, PgmCircuit& out) {
  const auto nodes = static_cast<std::size_t>(network.of(PgmType::node).size());
  PgmSections sections{std::vector<Index>(nodes), std::vector<char>(nodes, 0),
                       std::vector<double>(nodes, 0.0)};
  std::iota(sections.leader.begin(), sections.leader.end(), 0);
  join_pgm_sections(network, sections);
  listen_to_pgm_sections(network, out, sections);
  for (Index node = 0; node < static_cast<Index>(nodes); ++node) {
    if (sections.find(node) != node || sections.is_loud[node] || sections.low_s[node] == 0.0)
      continue;
    add_pgm_admittance("reference of node " + out.circuit.buses.name[node], node,
                       pgm_of_sequences({0.0, -sections.low_s[node]}, {}, {}),
                       out.circuit.admittances);
  }
}

}  // namespace gridswarm::inline GS_ABI::io::detail
