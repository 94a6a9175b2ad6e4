// SPDX-License-Identifier: BSD-3-Clause
// Where agents meet a circuit: their nodes, by section grounded or not, as rows of DER.
#pragma once

#include <array>
#include <map>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "gridswarm/base/error.hpp"
#include "gridswarm/base/units.hpp"
#include "gridswarm/fleet/phases.hpp"
#include "gridswarm/swarm/circuit_wires.hpp"

namespace gridswarm::inline GS_ABI::swarm {
namespace circuit_elements_detail {

inline Index bus_of(const feeder::Circuit& circuit, std::span<const Index> nodes) {
  for (const Index node : nodes)
    if (node != feeder::ground) return circuit.nodes.bus[node];
  return none;
}

/// Bus -> 1 where its section (buses that lines join) is fed by a source or by a wye with its
/// neutral on ground, so that current may return there.
inline std::vector<std::int8_t> grounded_buses(const feeder::Circuit& circuit) {
  std::vector<Index> group(static_cast<std::size_t>(circuit.buses.size()));
  std::iota(group.begin(), group.end(), 0);
  const auto find = [&](Index bus) {
    while (group[bus] != bus) bus = group[bus] = group[group[bus]];
    return bus;
  };
  for (Index line = 0; line < circuit.lines.size(); ++line) {
    const Index from = bus_of(circuit, circuit.lines.from.row(line));
    const Index to = bus_of(circuit, circuit.lines.to.row(line));
    if (circuit.lines.in_service[line] && from != none && to != none) group[find(from)] = find(to);
  }
  std::vector<std::int8_t> grounded(group.size(), 0);
  for (Index k = 0; k < circuit.sources.size(); ++k)
    if (const Index bus = bus_of(circuit, circuit.sources.nodes.row(k)); bus != none)
      grounded[find(bus)] = 1;
  for (Index w = 0; w < circuit.windings.size(); ++w) {
    const auto nodes = circuit.windings.nodes.row(w);
    const Index bus = bus_of(circuit, nodes);
    if (bus == none || circuit.windings.connection[w] != feeder::Connection::wye) continue;
    for (const Index node : nodes)
      if (node == feeder::ground || circuit.windings.r_neutral_ohm[w] >= 0.0)
        grounded[find(bus)] = 1;
  }
  std::vector<std::int8_t> of_bus(group.size());
  for (Index bus = 0; bus < circuit.buses.size(); ++bus) of_bus[bus] = grounded[find(bus)];
  return of_bus;
}

/// Nodes of a bus by number: phases 1 to 3, and 4 (a neutral); none where the bus lacks it.
using NodesOfBus = std::array<Index, 5>;

inline std::vector<NodesOfBus> nodes_by_number(const feeder::Circuit& circuit) {
  NodesOfBus nothing;
  nothing.fill(none);
  std::vector<NodesOfBus> of_bus(static_cast<std::size_t>(circuit.buses.size()), nothing);
  for (Index node = 0; node < circuit.nodes.size(); ++node)
    if (circuit.nodes.number[node] >= 1 && circuit.nodes.number[node] <= 4)
      of_bus[circuit.nodes.bus[node]][circuit.nodes.number[node]] = node;
  return of_bus;
}

/// Pairs of nodes between which a device on these phases injects.
inline std::vector<std::pair<Index, Index>> pairs_of(const NodesOfBus& nodes, std::int8_t phases,
                                                     bool grounded) {
  std::vector<Index> joined;
  for (int number = 1; number <= 3; ++number)
    if (nodes[number] != none && (phases == 0 || (phases & (1 << (number - 1)))))
      joined.push_back(nodes[number]);
  std::vector<std::pair<Index, Index>> pairs;
  const Index neutral = nodes[4] != none ? nodes[4] : feeder::ground;
  if (grounded || nodes[4] != none) {
    for (const Index node : joined) pairs.emplace_back(node, neutral);
  } else if (joined.size() == 2) {
    pairs.emplace_back(joined[0], joined[1]);
  } else if (joined.size() == 3) {
    for (int k = 0; k < 3; ++k) pairs.emplace_back(joined[k], joined[(k + 1) % 3]);
  }
  return pairs;
}

[[noreturn]] inline void refuse_place(const feeder::Circuit& circuit, const fleet::Fleet& fleet,
                                      Index i, const std::string& why) {
  throw InputError(circuit.file.empty() ? "fleet" : circuit.file, 0,
                   "agent " + std::to_string(fleet.plate.id[i]) + " at bus " +
                       circuit.buses.name[fleet.plate.bus[i]] + " " + why);
}

/// The elements as DER of the circuit: one phase each, constant power over all voltages that are
/// not absurd.
inline void append_ders(const AgentElements& elements, feeder::Circuit& circuit) {
  feeder::Ders& ders = circuit.ders;
  for (Index e = 0; e < elements.size(); ++e) {
    const Index nodes[2] = {elements.node[e], elements.other[e]};
    ders.name.push_back("agents." + name_of_node(circuit, nodes[0]));
    ders.kind.push_back(feeder::DerKind::generator);
    ders.nodes.append(nodes);
    const bool to_phase = nodes[1] != feeder::ground && circuit.nodes.number[nodes[1]] <= 3;
    ders.connection.push_back(to_phase ? feeder::Connection::delta : feeder::Connection::wye);
    ders.phases.push_back(1);
    ders.kv.push_back(1.0 / (elements.per_v[e] * kw_per_mw));
    for (Column<double>* column : {&ders.kva, &ders.kw, &ders.kvar, &ders.tan_phi})
      column->push_back(0.0);
    ders.v_min_pu.push_back(0.5);
    ders.v_max_pu.push_back(2.0);
    ders.rule.push_back(feeder::VarRule::given);
    ders.volt_var.emplace_back();
    ders.volt_watt.emplace_back();
    ders.profile.push_back(none);
    ders.in_service.push_back(1);
  }
}

}  // namespace circuit_elements_detail

GS_INLINE AgentElements place_agents(const feeder::Circuit& circuit, const fleet::Fleet& fleet,
                                     std::span<const Index> position) {
  using namespace circuit_elements_detail;
  const std::vector<std::int8_t> grounded = grounded_buses(circuit);
  const std::vector<NodesOfBus> nodes = nodes_by_number(circuit);
  AgentElements made;
  made.of_agent.first.assign(1, 0);
  std::map<std::pair<Index, Index>, Index> row_of;
  for (Index i = 0; i < fleet.size(); ++i) {
    const Index bus = fleet.plate.bus[i];
    if (position[i] != none && bus < circuit.buses.size()) {
      const auto pairs = pairs_of(nodes[bus], fleet::phases_of(fleet.plate, i), grounded[bus]);
      if (pairs.empty())
        refuse_place(circuit, fleet, i,
                     "finds no place: nothing grounds that section, so it needs two phases or all");
      for (const auto& pair : pairs) {
        const auto [found, is_new] = row_of.emplace(pair, made.size());
        made.of_agent.items.push_back(found->second);
        if (!is_new) continue;
        const bool to_phase =
            pair.second != feeder::ground && circuit.nodes.number[pair.second] <= 3;
        made.node.push_back(pair.first);
        made.other.push_back(pair.second);
        made.per_v.push_back(
            1.0 / (kw_per_mw * circuit.buses.base_kv_ln[bus] * (to_phase ? sqrt3 : 1.0)));
      }
    }
    made.of_agent.first.push_back(static_cast<Index>(made.of_agent.items.size()));
  }
  return made;
}

}  // namespace gridswarm::inline GS_ABI::swarm
