// SPDX-License-Identifier: BSD-3-Clause
// A circuit of the shared data's tables (lines.csv, transformers.csv, ...) instead of its text.
#pragma once

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "gridswarm/base/units.hpp"
#include "gridswarm/feeder/circuit.hpp"
#include "gridswarm/feeder/primitive.hpp"

namespace exported {

namespace gs = gridswarm;
using gs::Index;
using gs::feeder::Phasor;

/// Rows of a CSV file by column name; none if there is no such file.
using Row = std::map<std::string, std::string>;

inline std::vector<std::string> split(const std::string& text, char at) {
  std::vector<std::string> parts;
  std::stringstream stream(text);
  for (std::string part; std::getline(stream, part, at);) parts.push_back(part);
  return parts;
}

inline std::vector<Row> read_table(const std::string& path) {
  std::ifstream file(path);
  std::vector<Row> rows;
  std::string line;
  if (!std::getline(file, line)) return rows;
  const std::vector<std::string> names = split(line, ',');
  while (std::getline(file, line)) {
    const std::vector<std::string> cells = split(line, ',');
    Row& row = rows.emplace_back();
    for (std::size_t i = 0; i < cells.size(); ++i) row[names[i]] = cells[i];
  }
  return rows;
}

/// Folder of a three-phase case of the shared data; empty, with a message, without them.
inline std::string folder(const std::string& name) {
  const char* given = std::getenv("GRIDSWARM_SHARED_DATA");
  const std::string path = std::string(given ? given : "") + "/threephase/" + name;
  if (given && std::filesystem::exists(path)) return path;
  MESSAGE("no GRIDSWARM_SHARED_DATA here; skipped");
  return {};
}

/// A number of a table; empty cells are 0.
inline double number(const Row& row, const std::string& name) {
  const auto found = row.find(name);
  return found == row.end() || found->second.empty() ? 0.0 : std::stod(found->second);
}

struct Exported {
  gs::feeder::Circuit circuit;
  gs::feeder::CircuitIndex index;
  std::vector<Row> solution;                  ///< row by node
  Index source_node = 0;                      ///< one of the source's
  std::vector<std::array<Index, 2>> y_place;  ///< nodal admittance, entry by entry
  std::vector<Phasor> y_s;
};

inline std::vector<Index> nodes_of(Exported& made, const std::string& bus,
                                   const std::string& list) {
  const Index row = add_bus(made.circuit, made.index, bus);
  std::vector<Index> nodes;
  for (const std::string& part : split(list, '.'))
    nodes.push_back(add_node(made.circuit, made.index, row, std::stoi(part)));
  return nodes;
}

/// Square matrix from lower triangles of its real and imaginary part.
inline std::vector<Phasor> square(const std::string& re, const std::string& im, std::size_t n) {
  const auto real = split(re, ';'), imaginary = split(im, ';');
  std::vector<Phasor> matrix(n * n);
  for (std::size_t i = 0, k = 0; i < n; ++i)
    for (std::size_t j = 0; j <= i; ++j, ++k)
      matrix[i * n + j] = matrix[j * n + i] = {std::stod(real[k]), std::stod(imaginary[k])};
  return matrix;
}

inline void add_lines(Exported& made, const std::string& path) {
  auto& lines = made.circuit.lines;
  for (const Row& row : read_table(path + "/lines.csv")) {
    const auto from = nodes_of(made, row.at("bus1"), row.at("nodes1"));
    const auto to = nodes_of(made, row.at("bus2"), row.at("nodes2"));
    lines.name.push_back("line." + row.at("name"));
    lines.from.append(from);
    lines.to.append(to);
    lines.z_ohm.append(square(row.at("r_ohm_lowertri"), row.at("x_ohm_lowertri"), from.size()));
    lines.y_s.append(square(row.at("g_s_lowertri"), row.at("b_s_lowertri"), from.size()));
    lines.rating_a.push_back(number(row, "normamps"));
    lines.length.push_back(0.0);
    lines.is_switch.push_back(0);
    lines.in_service.push_back(row.at("closed") == "1");
  }
}

inline void add_winding(Exported& made, const Row& row) {
  auto& windings = made.circuit.windings;
  windings.nodes.append(nodes_of(made, row.at("bus"), row.at("nodes")));
  windings.connection.push_back(row.at("conn") == "delta" ? gs::feeder::Connection::delta
                                                          : gs::feeder::Connection::wye);
  windings.kv.push_back(number(row, "kv"));
  windings.kva.push_back(number(row, "kva"));
  windings.r_percent.push_back(number(row, "r_percent"));
  windings.tap_pu.push_back(number(row, "tap"));
  windings.tap_min_pu.push_back(0.9);
  windings.tap_max_pu.push_back(1.1);
  windings.taps.push_back(32);
  windings.r_neutral_ohm.push_back(number(row, "rneut"));
  windings.x_neutral_ohm.push_back(number(row, "xneut"));
}

inline void add_transformers(Exported& made, const std::string& path) {
  auto& table = made.circuit.transformers;
  for (const Row& row : read_table(path + "/transformers.csv")) {
    add_winding(made, row);
    table.windings.items.push_back(made.circuit.windings.size() - 1);
    if (row.at("wdg") != row.at("windings")) continue;
    table.name.push_back("transformer." + row.at("name"));
    table.phases.push_back(std::stoi(row.at("phases")));
    table.windings.first.push_back(made.circuit.windings.size());
    for (const char* pair : {"xhl_percent", "xht_percent", "xlt_percent"}) {
      if (row.at("windings") == "2" && pair != std::string("xhl_percent")) continue;
      table.reactances.items.push_back(static_cast<Index>(table.x_percent.size()));
      table.x_percent.push_back(number(row, pair));
    }
    table.reactances.first.push_back(static_cast<Index>(table.reactances.items.size()));
    table.no_load_loss_percent.push_back(number(row, "noloadloss_percent"));
    table.magnetizing_percent.push_back(number(row, "imag_percent"));
    table.ppm_antifloat.push_back(1.0);
    table.delta_leads.push_back(row.at("leadlag").rfind("Lead", 0) == 0);
    table.rating_kva.push_back(0.0);
    table.in_service.push_back(1);
  }
}

/// Admittance of a bank with `kvar` in all, of the steps that are in and those that are not.
inline std::vector<Phasor> bank(std::size_t n, bool is_delta, double kv, double kvar,
                                double phases) {
  const double volts = 1e3 * kv / (!is_delta && phases > 1 ? gs::sqrt3 : 1.0);
  const Phasor y{0.0, 1e3 * kvar / phases / (volts * volts)};
  std::vector<Phasor> matrix(n * n);
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j) {
      if (i == j) matrix[i * n + j] = (is_delta && n > 2 ? 2.0 : 1.0) * y;
      if (i != j && is_delta) matrix[i * n + j] = -1.0 * y;
    }
  return matrix;
}

inline void add_capacitors(Exported& made, const std::string& path) {
  auto& shunts = made.circuit.shunts;
  for (const Row& row : read_table(path + "/capacitors.csv")) {
    const auto nodes = nodes_of(made, row.at("bus"), row.at("nodes"));
    const auto states = split(row.at("states"), ';');
    shunts.name.push_back("capacitor." + row.at("name"));
    shunts.nodes.append(nodes);
    shunts.y_s.append(bank(nodes.size(), row.at("conn") == "delta", number(row, "kv"),
                           number(row, "kvar"), number(row, "phases")));
    shunts.kvar.push_back(number(row, "kvar"));
    shunts.steps.push_back(static_cast<std::int32_t>(states.size()));
    std::int32_t steps_in = 0;
    for (const std::string& state : states) steps_in += state == "1";
    shunts.steps_in.push_back(steps_in);
    shunts.is_capacitor.push_back(1);
    shunts.in_service.push_back(1);
  }
}

/// Nodes in the order of the exports, and the exported nodal admittance.
inline Exported read(const std::string& path) {
  Exported made;
  made.solution = read_table(path + "/solution.csv");
  for (const Row& row : made.solution) {
    nodes_of(made, row.at("bus"), row.at("phase"));
    made.circuit.buses.base_kv_ln[made.circuit.nodes.bus.back()] = number(row, "kvbase_ln");
  }
  made.source_node = std::stoi(read_table(path + "/source.csv").at(0).at("node")) - 1;
  add_lines(made, path);
  add_transformers(made, path);
  add_capacitors(made, path);
  std::ifstream file(path + "/ybus.csv");
  std::string line;
  for (std::getline(file, line); std::getline(file, line);) {
    const auto cells = split(line, ',');
    made.y_place.push_back({std::stoi(cells[0]) - 1, std::stoi(cells[1]) - 1});
    made.y_s.push_back({std::stod(cells[2]), std::stod(cells[3])});
  }
  return made;
}

/// Admittance among nodes, by (row, column).
using Nodal = std::map<std::pair<Index, Index>, Phasor>;

inline void add(const gs::feeder::Primitive& element, Nodal& nodal) {
  const std::size_t n = element.node.size();
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j) {
      Phasor& entry = nodal[{element.node[i], element.node[j]}];
      entry = entry + element.y_s[i * n + j];
    }
}

/// All that is linear but sources.
inline Nodal assemble(const gs::feeder::Circuit& circuit) {
  Nodal nodal;
  for (Index i = 0; i < circuit.lines.size(); ++i)
    if (circuit.lines.in_service[i]) add(line_primitive(circuit, i), nodal);
  for (Index i = 0; i < circuit.transformers.size(); ++i)
    if (circuit.transformers.in_service[i]) add(transformer_primitive(circuit, i, {}), nodal);
  for (Index i = 0; i < circuit.shunts.size(); ++i)
    add(shunt_primitive(circuit, i, circuit.shunts.steps_in[i]), nodal);
  for (Index i = 0; i < circuit.admittances.size(); ++i)
    add(admittance_primitive(circuit, i), nodal);
  return nodal;
}

}  // namespace exported
