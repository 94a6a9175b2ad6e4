// SPDX-License-Identifier: BSD-3-Clause
// Circuits from their OpenDSS files: controls end where OpenDSS's end, and branches carry the same.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "../exported_circuit.hpp"
#include "gridswarm/flow/circuit_branch.hpp"
#include "gridswarm/flow/circuit_flow.hpp"
#include "gridswarm/io/dss_file.hpp"

using namespace gridswarm;
using feeder::Phasor;

namespace {

/// A word of summary.json.
std::string summary(const std::string& path, const std::string& key) {
  std::ifstream file(path + "/summary.json");
  std::string line;
  while (std::getline(file, line)) {
    const std::size_t at = line.find("\"" + key + "\": ");
    if (at == std::string::npos) continue;
    std::string word = line.substr(at + key.size() + 4);
    word.erase(std::remove_if(word.begin(), word.end(),
                              [](char c) { return c == '"' || c == ',' || c == ' '; }),
               word.end());
    return word;
  }
  return {};
}

std::string lower(std::string text) {
  for (char& letter : text)
    if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
  return text;
}

/// Name without its class.
std::string plain(const std::string& name) { return lower(name.substr(name.find('.') + 1)); }

struct Solved {
  feeder::Circuit circuit;
  flow::CircuitResult result;
};

Solved solve(const std::string& path) {
  Solved solved;
  const std::string root = path.substr(0, path.rfind('/'));
  solved.circuit = io::read_dss(path + "/" + summary(path, "master"), root);
  flow::FlowOptions options;
  options.threads = 1;
  flow::CircuitWork work;
  flow::CircuitInjections injections;
  injections.scenarios = 1;
  flow::solve(flow::prepare(solved.circuit, options), injections, options, work, solved.result);
  REQUIRE(solved.result.status[0] == flow::FlowStatus::converged);
  CHECK(solved.result.hunting[0] == 0);
  return solved;
}

void check_taps(const Solved& solved, const std::string& path) {
  const auto& regulators = solved.circuit.regulators;
  std::map<std::string, double> published;
  for (const exported::Row& row : exported::read_table(path + "/transformers.csv"))
    published[lower(row.at("name")) + " " + row.at("wdg")] = exported::number(row, "tap");
  for (Index r = 0; r < regulators.size(); ++r) {
    const std::string name = plain(solved.circuit.transformers.name[regulators.transformer[r]]) +
                             " " + std::to_string(regulators.tap_winding[r] + 1);
    CAPTURE(name);
    REQUIRE(published.count(name) == 1);
    CHECK(solved.result.tap_pu[r] == doctest::Approx(published[name]).epsilon(1e-9));
  }
}

void check_banks(const Solved& solved, const std::string& path) {
  const auto& shunts = solved.circuit.shunts;
  std::map<std::string, std::int32_t> published;
  for (const exported::Row& row : exported::read_table(path + "/capacitors.csv"))
    published[lower(row.at("name"))] = static_cast<std::int32_t>(
        std::count(row.at("states").begin(), row.at("states").end(), '1'));
  for (Index i = 0; i < shunts.size(); ++i) {
    if (!shunts.is_capacitor[i]) continue;
    CAPTURE(shunts.name[i]);
    CHECK(solved.result.steps_in[i] == published.at(plain(shunts.name[i])));
  }
}

/// Largest difference of a terminal node's power over 1 kVA and all that the element carries.
double flow_difference(const Solved& solved, const flow::CircuitFlows& flows,
                       const std::string& path) {
  const feeder::Circuit& circuit = solved.circuit;
  std::map<std::string, Phasor> ours;
  const auto collect = [&](const std::string& name, const flow::TerminalFlows& table, Index first,
                           Index count, int terminal) {
    for (Index k = first; k < first + count; ++k) {
      if (table.node[k] == feeder::ground) continue;
      Phasor& sum = ours[lower(name) + " " + std::to_string(terminal) + " " +
                         lower(name_of_node(circuit, table.node[k]))];
      sum = sum + Phasor{table.p_kw[k], table.q_kvar[k]};
    }
  };
  for (Index i = 0; i < circuit.lines.size(); ++i) {
    const auto n = static_cast<Index>(circuit.lines.from.row(i).size());
    collect(circuit.lines.name[i], flows.lines, flows.lines.first[i], n, 1);
    collect(circuit.lines.name[i], flows.lines, flows.lines.first[i] + n, n, 2);
  }
  for (Index i = 0; i < circuit.transformers.size(); ++i) {
    Index first = flows.transformers.first[i];
    int terminal = 0;
    for (const Index w : circuit.transformers.windings.row(i)) {
      const auto n = static_cast<Index>(circuit.windings.nodes.row(w).size());
      collect(circuit.transformers.name[i], flows.transformers, first, n, ++terminal);
      first += n;
    }
  }
  double worst = 0.0;
  std::size_t compared = 0;
  for (const exported::Row& row : exported::read_table(path + "/flows.csv")) {
    const auto found =
        ours.find(row.at("element") + " " + row.at("terminal") + " " + lower(row.at("node")));
    if (found == ours.end()) continue;
    const Phasor expected{exported::number(row, "p_kw"), exported::number(row, "q_kvar")};
    worst = std::max(worst,
                     std::sqrt(norm(found->second - expected)) / (1.0 + std::sqrt(norm(expected))));
    ++compared;
  }
  CHECK(compared >= ours.size() * 9 / 10);
  return worst;
}

}  // namespace

TEST_CASE("controls end where OpenDSS's end, and branches carry what it says") {
  for (const char* name : {"ieee4_dy", "ieee4_grdyd", "ieee13", "ieee13_pv", "ieee34_mod1",
                           "ieee37", "ieee123", "ieee123_meshed", "epri_ckt5"}) {
    const std::string path = exported::folder(name);
    if (path.empty()) return;
    CAPTURE(std::string(name));
    const Solved solved = solve(path);
    check_taps(solved, path);
    check_banks(solved, path);
    flow::CircuitFlows flows;
    circuit_flows(solved.circuit, flow::make_branch_plan(solved.circuit), solved.result, 0, flows);
    // Switches of 1e-7 ohm: the last digit of 7.6 kV is worth 0.1 VA there.
    const double bar = std::string(name) == "epri_ckt5" ? 2e-4 : 1e-5;
    CHECK(flow_difference(solved, flows, path) <= bar);
    CHECK(flows.loss_kw == doctest::Approx(std::stod(summary(path, "losses_kw"))).epsilon(1e-6));
  }
}

TEST_CASE("twelve regulators and nine banks of the 8500-node feeder end where OpenDSS's end") {
  const std::string path = exported::folder("ieee8500");
  if (path.empty()) return;
  const Solved solved = solve(path);
  CHECK(solved.circuit.regulators.size() == 12);
  CHECK(solved.circuit.capacitor_controls.size() == 9);
  check_taps(solved, path);
  check_banks(solved, path);
  flow::CircuitFlows flows;
  circuit_flows(solved.circuit, flow::make_branch_plan(solved.circuit), solved.result, 0, flows);
  CHECK(flows.loss_kw == doctest::Approx(std::stod(summary(path, "losses_kw"))).epsilon(1e-6));
}

TEST_CASE("the two banks of a feeder of 928 PV systems stay as OpenDSS leaves them") {
  const std::string path = exported::folder("smartds_p9u");
  if (path.empty()) return;
  const Solved solved = solve(path);
  CHECK(solved.circuit.capacitor_controls.size() == 2);
  check_banks(solved, path);
}
