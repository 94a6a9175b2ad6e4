// SPDX-License-Identifier: BSD-3-Clause
// Circuits of the shared tables, every load at constant power, against OpenDSS's voltages.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "../exported_circuit.hpp"
#include "gridswarm/flow/circuit_flow.hpp"
#include "gridswarm/flow/wide_matrix.hpp"

using namespace gridswarm;
using feeder::Phasor;

namespace {

/// One-phase elements of the table's loads and DER, each a load of its own at constant power.
void add_consumer(exported::Exported& made, const exported::Row& row, double kw, double kvar) {
  feeder::CircuitLoads& loads = made.circuit.loads;
  loads.name.push_back(row.count("name") ? row.at("name") : row.at("element"));
  loads.nodes.append(exported::nodes_of(made, row.at("bus"), row.at("nodes")));
  loads.connection.push_back(row.at("conn") == "delta" ? feeder::Connection::delta
                                                       : feeder::Connection::wye);
  loads.phases.push_back(std::stoi(row.at("phases")));
  loads.law.push_back(feeder::LoadLaw::constant_power);
  loads.kv.push_back(exported::number(row, "kv"));
  loads.kw.push_back(kw);
  loads.kvar.push_back(kvar);
  loads.v_min_pu.push_back(0.0);
  loads.v_max_pu.push_back(10.0);
  loads.v_low_pu.push_back(0.0);
  loads.exponent_p.push_back(0.0);
  loads.exponent_q.push_back(0.0);
  loads.zip.push_back({});
  loads.profile.push_back(none);
  loads.in_service.push_back(1);
}

void add_consumers(exported::Exported& made, const std::string& path) {
  for (const exported::Row& row : exported::read_table(path + "/loads.csv"))
    add_consumer(made, row, exported::number(row, "kw"), exported::number(row, "kvar"));
  for (const exported::Row& row : exported::read_table(path + "/der_constpq.csv"))
    add_consumer(made, row, -exported::number(row, "p_kw_generated"),
                 -exported::number(row, "q_kvar_generated"));
}

/// The source behind the admittance `y`: its voltages from the exported currents.
void add_source(exported::Exported& made, const std::string& path, const std::vector<Index>& nodes,
                flow::WideMatrix y) {
  const auto rows = exported::read_table(path + "/source.csv");
  flow::WideMatrix z = y;
  REQUIRE(flow::invert(z) > 0.0L);
  feeder::Sources& sources = made.circuit.sources;
  sources.name.push_back("source");
  sources.nodes.append(nodes);
  std::vector<Phasor> z_ohm;
  for (const flow::Wide item : z.items)
    z_ohm.push_back({static_cast<double>(item.re), static_cast<double>(item.im)});
  sources.z_ohm.append(z_ohm);
  for (int i = 0; i < z.rows; ++i) {
    flow::Wide emf;
    for (int j = 0; j < z.rows; ++j)
      emf = emf + z(i, j) * flow::wide({exported::number(rows[j], "i_re_a"),
                                        exported::number(rows[j], "i_im_a")});
    sources.emf_v.push_back({static_cast<double>(emf.re), static_cast<double>(emf.im)});
  }
  sources.in_service.push_back(1);
}

std::vector<Index> source_nodes(const std::string& path) {
  std::vector<Index> nodes;
  for (const exported::Row& row : exported::read_table(path + "/source.csv"))
    nodes.push_back(std::stoi(row.at("node")) - 1);
  return nodes;
}

/// Lines, transformers and banks of the tables; what is left of the nodal admittance among the
/// source's nodes is the source's.
exported::Exported by_elements(const std::string& path) {
  exported::Exported made = exported::read(path);
  exported::Nodal ours = exported::assemble(made.circuit);
  const std::vector<Index> nodes = source_nodes(path);
  const int n = static_cast<int>(nodes.size());
  flow::WideMatrix y(n, n);
  for (std::size_t k = 0; k < made.y_s.size(); ++k)
    for (int i = 0; i < n; ++i)
      for (int j = 0; j < n; ++j)
        if (made.y_place[k][0] == nodes[i] && made.y_place[k][1] == nodes[j])
          y(i, j) = flow::wide(made.y_s[k]) - flow::wide(ours[{nodes[i], nodes[j]}]);
  add_source(made, path, nodes, y);
  add_consumers(made, path);
  return made;
}

/// Nothing but the nodal admittance, bus pair by bus pair; 1 S of it is taken as the source's.
exported::Exported by_admittance(const std::string& path) {
  exported::Exported whole = exported::read(path), made;
  made.circuit.buses = whole.circuit.buses;
  made.circuit.nodes = whole.circuit.nodes;
  made.index = whole.index;
  const std::vector<Index> nodes = source_nodes(path);
  const int n = static_cast<int>(nodes.size());
  flow::WideMatrix y(n, n);
  for (int i = 0; i < n; ++i) y(i, i) = {1000.0L, 0.0L};
  std::map<std::pair<Index, Index>, std::map<std::pair<Index, Index>, Phasor>> by_pair;
  const auto bus = [&](Index node) { return whole.circuit.nodes.bus[node]; };
  for (std::size_t k = 0; k < whole.y_s.size(); ++k) {
    const auto [i, j] = whole.y_place[k];
    by_pair[{std::min(bus(i), bus(j)), std::max(bus(i), bus(j))}][{i, j}] = whole.y_s[k];
  }
  for (const Index node : nodes) {
    Phasor& entry = by_pair[{bus(node), bus(node)}][{node, node}];
    entry.re -= 1000.0;
  }
  feeder::Admittances& table = made.circuit.admittances;
  for (const auto& [pair, entries] : by_pair) {
    std::vector<Index> used;
    for (const auto& [place, value] : entries)
      for (const Index node : {place.first, place.second})
        if (std::find(used.begin(), used.end(), node) == used.end()) used.push_back(node);
    std::vector<Phasor> matrix(used.size() * used.size());
    for (const auto& [place, value] : entries) {
      const auto row = std::find(used.begin(), used.end(), place.first) - used.begin();
      const auto column = std::find(used.begin(), used.end(), place.second) - used.begin();
      matrix[static_cast<std::size_t>(row) * used.size() + static_cast<std::size_t>(column)] =
          value;
    }
    table.name.push_back("pair");
    table.nodes.append(used);
    table.y_s.append(matrix);
    table.in_service.push_back(1);
  }
  add_source(made, path, nodes, y);
  add_consumers(made, path);
  return made;
}

/// Largest difference to solution_constpq.csv in p.u.
double difference_pu(const exported::Exported& made, const std::string& path) {
  flow::FlowOptions options;
  options.threads = 1;
  const flow::CircuitSolver solver = flow::prepare(made.circuit, options);
  flow::CircuitWork work;
  flow::CircuitResult result;
  flow::solve(solver, {1}, options, work, result);
  MESSAGE(path, ": ", static_cast<int>(result.status[0]), " after ", result.iterations[0],
          " iterations, step ", result.max_step_pu[0], ", mismatch ", result.max_mismatch_va[0],
          " VA, source ", result.source_kw[0], " kW");
  double worst = 0.0;
  for (const exported::Row& row : exported::read_table(path + "/solution_constpq.csv")) {
    const Index node = std::stoi(row.at("node")) - 1;
    const double base = 1e3 * exported::number(row, "kvbase_ln");
    const double re = result.v_re[node] - exported::number(row, "v_re_v");
    const double im = result.v_im[node] - exported::number(row, "v_im_v");
    const double off = std::sqrt(re * re + im * im) / base;
    if (!(off <= worst)) worst = off;
  }
  return worst;
}

constexpr const char* cases[] = {"ieee4_grdyd", "ieee4_dy",    "ieee4_yy", "ieee13",
                                 "ieee13_pv",   "ieee34_mod1", "ieee37",   "ieee123_meshed",
                                 "ieee123",     "european_lv"};

}  // namespace

TEST_CASE("circuits of exported tables have the exported voltages at constant power") {
  for (const char* name : cases) {
    const std::string path = exported::folder(name);
    if (path.empty()) return;
    CAPTURE(name);
    CHECK(difference_pu(by_elements(path), path) <= 1e-6);
  }
}

TEST_CASE("circuits of nothing but their nodal admittance have the exported voltages") {
  for (const char* name : cases) {
    const std::string path = exported::folder(name);
    if (path.empty()) return;
    CAPTURE(name);
    CHECK(difference_pu(by_admittance(path), path) <= 1e-6);
  }
}
