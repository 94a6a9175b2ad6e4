// SPDX-License-Identifier: BSD-3-Clause
#include "app/circuit_conductors.hpp"

#include <cmath>

namespace gridswarm::app {
namespace {

using feeder::Circuit;

void add_item(const Circuit& circuit, const std::string& element, std::size_t terminal, Index node,
              ItemAxis& items) {
  const bool is_ground = node == feeder::ground;
  items.id.push_back(static_cast<std::int64_t>(items.id.size()) + 1);
  items.cells[0].push_back(element);
  items.cells[1].push_back(std::to_string(terminal));
  items.cells[2].push_back(is_ground ? "" : circuit.buses.name[circuit.nodes.bus[node]]);
  items.cells[3].push_back(std::to_string(is_ground ? 0 : circuit.nodes.number[node]));
}

/// f(flows, row, conductor) over all conductors, as conductor_items() orders them.
template <class F>
void each_conductor(const flow::CircuitFlows& flows, F&& f) {
  for (const flow::TerminalFlows* table : {&flows.lines, &flows.transformers})
    for (std::size_t row = 0; row + 1 < table->first.size(); ++row)
      for (Index k = table->first[row]; k < table->first[row + 1]; ++k)
        f(*table, row, static_cast<std::size_t>(k));
}

}  // namespace

ItemAxis conductor_items(const Circuit& circuit) {
  ItemAxis items = {"conductor",
                    "conductor of a terminal, from 1",
                    {},
                    {"element", "terminal", "bus", "phase"},
                    {{}, {}, {}, {}}};
  for (Index row = 0; row < circuit.lines.size(); ++row) {
    for (const Index node : circuit.lines.from.row(row))
      add_item(circuit, circuit.lines.name[row], 1, node, items);
    for (const Index node : circuit.lines.to.row(row))
      add_item(circuit, circuit.lines.name[row], 2, node, items);
  }
  for (Index row = 0; row < circuit.transformers.size(); ++row) {
    std::size_t terminal = 0;
    for (const Index winding : circuit.transformers.windings.row(row)) {
      ++terminal;
      for (const Index node : circuit.windings.nodes.row(winding))
        add_item(circuit, circuit.transformers.name[row], terminal, node, items);
    }
  }
  return items;
}

std::vector<Quantity> conductor_quantities() {
  return {{"p_kw", "kW", "active power into the element"},
          {"q_kvar", "kvar", "reactive power into the element"},
          {"i_a", "A", "magnitude of the current"},
          {"loading_percent", "percent", "of the element, over its rating"}};
}

void add_conductors(const Circuit& circuit, const flow::BranchPlan& plan,
                    const flow::CircuitResult& result, Index scenario, Column<double>& to) {
  flow::CircuitFlows flows;
  flow::circuit_flows(circuit, plan, result, scenario, flows);
  using Table = flow::TerminalFlows;
  each_conductor(flows,
                 [&](const Table& it, std::size_t, std::size_t k) { to.push_back(it.p_kw[k]); });
  each_conductor(flows,
                 [&](const Table& it, std::size_t, std::size_t k) { to.push_back(it.q_kvar[k]); });
  each_conductor(flows, [&](const Table& it, std::size_t, std::size_t k) {
    to.push_back(std::hypot(it.i_re_a[k], it.i_im_a[k]));
  });
  each_conductor(flows, [&](const Table& it, std::size_t row, std::size_t) {
    to.push_back(it.loading_percent[row]);
  });
}

}  // namespace gridswarm::app
