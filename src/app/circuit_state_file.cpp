// SPDX-License-Identifier: BSD-3-Clause
#include "app/circuit_state_file.hpp"

#include "app/element_names.hpp"
#include "gridswarm/flow/circuit_state.hpp"
#include "gridswarm/io/csv.hpp"
#include "gridswarm/io/file.hpp"

namespace gridswarm::app {
namespace {

struct StateTable {
  io::CsvTable csv;
  Index element, winding, tap_pu, steps_in;
  bool has(Index row, Index column) const {
    return column != none && !csv.cell(row, column).empty();
  }
};

void set_tap(const StateTable& table, Index row, Index transformer, feeder::Circuit& circuit) {
  if (!table.has(row, table.winding) || !table.has(row, table.tap_pu))
    throw io::cell_error(table.csv, row, table.element,
                         "is a transformer; its row needs winding and tap_pu");
  const std::int64_t number = io::integer(table.csv, row, table.winding);
  const auto windings = circuit.transformers.windings.row(transformer);
  if (number < 1 || number > static_cast<std::int64_t>(windings.size()))
    throw io::cell_error(table.csv, row, table.winding,
                         "is no winding of it; there are " + std::to_string(windings.size()));
  const double tap_pu = io::number(table.csv, row, table.tap_pu);
  if (!(tap_pu > 0.0)) throw io::cell_error(table.csv, row, table.tap_pu, "must be above 0");
  circuit.windings.tap_pu[windings[static_cast<std::size_t>(number - 1)]] = tap_pu;
  for (Index k = 0; k < circuit.regulators.size(); ++k)
    if (circuit.regulators.transformer[k] == transformer &&
        circuit.regulators.tap_winding[k] == number - 1)
      circuit.regulators.in_service[k] = 0;
}

void set_steps(const StateTable& table, Index row, Index shunt, feeder::Circuit& circuit) {
  if (!table.has(row, table.steps_in))
    throw io::cell_error(table.csv, row, table.element, "is a capacitor; its row needs steps_in");
  const std::int64_t steps_in = io::integer(table.csv, row, table.steps_in);
  if (steps_in < 0 || steps_in > circuit.shunts.steps[shunt])
    throw io::cell_error(
        table.csv, row, table.steps_in,
        "must lie between 0 and its " + std::to_string(circuit.shunts.steps[shunt]) + " steps");
  circuit.shunts.steps_in[shunt] = static_cast<std::int32_t>(steps_in);
  for (Index k = 0; k < circuit.capacitor_controls.size(); ++k)
    if (circuit.capacitor_controls.shunt[k] == shunt) circuit.capacitor_controls.in_service[k] = 0;
}

}  // namespace

void read_circuit_state(const std::string& path, feeder::Circuit& circuit) {
  StateTable table = {io::read_csv(path), none, none, none, none};
  static constexpr std::string_view known[] = {"element", "winding", "tap_pu", "steps_in"};
  io::require_known_columns(table.csv, known);
  table.element = io::require_column(table.csv, "element");
  table.winding = io::find_column(table.csv, "winding");
  table.tap_pu = io::find_column(table.csv, "tap_pu");
  table.steps_in = io::find_column(table.csv, "steps_in");
  const ElementNames transformers = names_of(circuit.transformers.name);
  const ElementNames shunts = names_of(circuit.shunts.name);
  for (Index row = 0; row < table.csv.rows(); ++row) {
    const std::string_view name = table.csv.cell(row, table.element);
    const Index transformer = row_called(transformers, name);
    const Index shunt = row_called(shunts, name);
    if (transformer != none && shunt != none)
      throw io::cell_error(table.csv, row, table.element,
                           "is a transformer and a capacitor; write its class before it");
    if (transformer != none)
      set_tap(table, row, transformer, circuit);
    else if (shunt != none)
      set_steps(table, row, shunt, circuit);
    else
      throw io::cell_error(table.csv, row, table.element,
                           "is no transformer or capacitor of " + circuit.name);
  }
}

void write_circuit_state(const std::string& path, const feeder::Circuit& circuit) {
  std::string text = "element,winding,tap_pu,steps_in\n";
  for (Index k = 0; k < circuit.regulators.size(); ++k) {
    const Index transformer = circuit.regulators.transformer[k];
    text += circuit.transformers.name[transformer] + "," +
            std::to_string(circuit.regulators.tap_winding[k] + 1) + "," +
            io::shortest(circuit.windings.tap_pu[flow::tap_winding_of(circuit, k)]) + ",\n";
  }
  for (Index k = 0; k < circuit.shunts.size(); ++k)
    if (circuit.shunts.is_capacitor[k])
      text += circuit.shunts.name[k] + ",0,," + std::to_string(circuit.shunts.steps_in[k]) + "\n";
  io::write_file_atomically(path, text);
}

}  // namespace gridswarm::app
