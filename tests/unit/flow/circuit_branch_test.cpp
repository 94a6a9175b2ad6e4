// SPDX-License-Identifier: BSD-3-Clause
#include "gridswarm/flow/circuit_branch.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "../exported_circuit.hpp"
#include "small_circuit.hpp"

using namespace gridswarm;
using feeder::Connection;
using feeder::Phasor;
using small_circuit::Made;

namespace {

flow::CircuitFlows flows_at(const feeder::Circuit& circuit, const std::vector<Phasor>& v,
                            const std::vector<double>& tap_pu = {}) {
  flow::CircuitFlows flows;
  circuit_flows(circuit, flow::make_branch_plan(circuit), v, tap_pu, flows);
  return flows;
}

/// Largest difference of powers in kVA over what the element carries and, where a short switch or a
/// strong transformer tells the current from the thirteen digits of its voltages, what their last
/// one is worth.
double compare(const std::string& path) {
  exported::Exported published = exported::read(path);
  // The tables leave out that the regulators of these two were told to do without anti-float.
  if (path.find("ieee123") != std::string::npos)
    for (Index i = 0; i < published.circuit.transformers.size(); ++i)
      if (published.circuit.transformers.name[i].rfind("transformer.reg", 0) == 0)
        published.circuit.transformers.ppm_antifloat[i] = 0.0;
  const feeder::Circuit& circuit = published.circuit;
  std::vector<Phasor> v;
  for (const exported::Row& row : published.solution)
    v.push_back({exported::number(row, "v_re_v"), exported::number(row, "v_im_v")});
  const flow::CircuitFlows flows = flows_at(circuit, v);
  std::map<std::string, std::map<std::string, Phasor>> ours;
  std::map<std::string, double> noise_kva;
  const auto collect = [&](const std::string& name, const flow::TerminalFlows& table, Index row,
                           Index split, const std::vector<Phasor>& y_s) {
    double stiffness = 0.0;
    for (const Phasor& y : y_s) stiffness = std::max(stiffness, std::sqrt(norm(y)));
    for (Index k = table.first[row]; k < table.first[row + 1]; ++k) {
      if (table.node[k] == feeder::ground) continue;
      const double volts = std::sqrt(norm(v[table.node[k]]));
      const std::string terminal = k - table.first[row] < split ? ".1 " : ".2 ";
      Phasor& sum = ours[name][terminal + name_of_node(circuit, table.node[k])];
      sum = sum + Phasor{table.p_kw[k], table.q_kvar[k]};
      noise_kva[name] = std::max(noise_kva[name], 1e-3 * volts * volts * 1e-12 * stiffness);
    }
  };
  const flow::BranchPlan plan = flow::make_branch_plan(circuit);
  for (Index i = 0; i < circuit.lines.size(); ++i)
    collect(circuit.lines.name[i], flows.lines, i,
            static_cast<Index>(circuit.lines.from.row(i).size()), plan.lines[i].y_s);
  for (Index i = 0; i < circuit.transformers.size(); ++i) {
    const Index first = circuit.transformers.windings.row(i)[0];
    if (circuit.transformers.windings.row(i).size() == 2)
      collect(circuit.transformers.name[i], flows.transformers, i,
              static_cast<Index>(circuit.windings.nodes.row(first).size()),
              plan.transformers[i].y_s);
  }
  double worst = 0.0;
  std::size_t compared = 0;
  for (const exported::Row& row : exported::read_table(path + "/flows.csv")) {
    const std::string name = row.at("element");
    if (ours.find(name) == ours.end()) continue;
    const auto found = ours[name].find("." + row.at("terminal") + " " + row.at("node"));
    REQUIRE(found != ours[name].end());
    const Phasor expected{exported::number(row, "p_kw"), exported::number(row, "q_kvar")};
    const double size = std::sqrt(norm(expected)) + noise_kva[name] / 1e-6 + 1e-3;
    worst = std::max(worst, std::sqrt(norm(found->second - expected)) / size);
    ++compared;
  }
  CHECK(compared >= 12);
  return worst;
}

}  // namespace

TEST_CASE("flows at exported voltages are the exported flows") {
  for (const char* name : {"ieee4_dy", "ieee4_grdyd", "ieee4_yy", "ieee13", "ieee13_pv",
                           "ieee34_mod1", "ieee37", "ieee123", "ieee123_meshed"}) {
    const std::string path = exported::folder(name);
    if (path.empty()) return;
    CAPTURE(std::string(name));
    CHECK(compare(path) <= 1e-6);
  }
}

TEST_CASE("a line's conductors carry what Ohm says, and lose what its resistance burns") {
  Made made;
  add_line(made, "a", "b", {1, 2}, {2.0, 1.0});
  made.circuit.lines.rating_a[0] = 40.0;
  const auto flows = flows_at(made.circuit, {{1000, 0}, {-1000, 0}, {950, 0}, {-1000, 0}});
  // 50 V over 2 + j ohm: 20 - j10 A in conductor 1, nothing in 2.
  CHECK(flows.lines.first == std::vector<Index>{0, 4});
  CHECK(flows.lines.i_re_a[0] == doctest::Approx(20.0));
  CHECK(flows.lines.i_im_a[0] == doctest::Approx(-10.0));
  CHECK(flows.lines.p_kw[0] == doctest::Approx(20.0));
  CHECK(flows.lines.q_kvar[0] == doctest::Approx(10.0));
  CHECK(flows.lines.p_kw[2] == doctest::Approx(-19.0));
  CHECK(flows.lines.i_re_a[1] == 0.0);
  CHECK(flows.lines.loss_kw[0] == doctest::Approx(1.0));  // 500 A^2 times 2 ohm
  CHECK(flows.loss_kvar == doctest::Approx(0.5));
  CHECK(flows.lines.loading_percent[0] == doctest::Approx(100.0 * std::sqrt(500.0) / 40.0));
  CHECK(flows.residual_a[0] == doctest::Approx(std::sqrt(500.0)));
}

TEST_CASE("what returns through a fourth wire is missing in the phases") {
  Made made;
  add_line(made, "a", "b", {1, 2, 3, 4}, {1.0, 0.0});
  // 10 A in each phase, balanced but for 4 A more in the first, and 4 A back in the neutral.
  const double s = std::sqrt(0.75);
  std::vector<Phasor> v{{114, 0}, {-50, -100 * s}, {-50, 100 * s}, {0, 0},
                        {100, 0}, {-45, -90 * s},  {-45, 90 * s},  {4, 0}};
  const auto flows = flows_at(made.circuit, v);
  CHECK(flows.residual_a[0] == doctest::Approx(4.0));
  CHECK(flows.lines.i_re_a[3] == doctest::Approx(-4.0));
}

TEST_CASE("a line without impedance or out of service is told apart") {
  Made made;
  add_line(made, "a", "b", {1}, {0.0, 0.0});
  std::vector<Phasor> v{{100, 0}, {100, 0}};
  CHECK(std::isnan(flows_at(made.circuit, v).lines.p_kw[0]));
  made.circuit.lines.in_service[0] = 0;
  CHECK(flows_at(made.circuit, v).lines.p_kw[0] == 0.0);
  CHECK(std::isnan(flows_at(made.circuit, v).lines.loading_percent[0]));
}

TEST_CASE("a regulator's tap counts in what its transformer carries") {
  Made made;
  add_winding(made, "a", {1, 0}, Connection::wye, 2.4, 1000.0);
  add_winding(made, "b", {1, 0}, Connection::wye, 2.4, 1000.0);
  close_transformer(made, "r", 1, 1.0);
  made.circuit.transformers.rating_kva[0] = 1000.0;
  made.circuit.transformers.ppm_antifloat[0] = 0.0;
  add_regulator(made, "r", 20.0);
  // 2400 V and 2640 V at tap 1.1: nothing flows.
  const auto at_rest = flows_at(made.circuit, {{2400, 0}, {2640, 0}}, {1.1});
  CHECK(std::abs(at_rest.transformers.p_kw[0]) <= 1e-6);
  CHECK(at_rest.transformers.loading_percent[0] <= 1e-6);
  // j0.0576 ohm with 24 V across: 416.7 A, all that 1000 kVA allow.
  const auto loaded = flows_at(made.circuit, {{2400, 24}, {2640, 0}}, {1.1});
  CHECK(loaded.transformers.loading_percent[0] == doctest::Approx(100.0));
  CHECK(loaded.transformers.p_kw[0] == doctest::Approx(1000.0));
  CHECK(loaded.loss_kw == doctest::Approx(0.0).epsilon(1e-9));
}

TEST_CASE("unbalance is negative over positive sequence, and NEMA's the worst line voltage") {
  Made made;
  nodes(made, "a", {1, 2, 3});
  nodes(made, "b", {1, 2});
  const double s = std::sqrt(0.75);
  std::vector<Phasor> v{{100, 0}, {-50, -100 * s}, {-50, 100 * s}, {1, 0}, {2, 0}};
  const auto balanced = flows_at(made.circuit, v);
  CHECK(balanced.unbalance_percent[0] <= 1e-12);
  CHECK(balanced.nema_percent[0] <= 1e-12);
  CHECK(std::isnan(balanced.unbalance_percent[1]));
  // 3 V more in phase 1: V1 = 101, V2 = 1, V0 = 1.
  v[0] = {103, 0};
  const auto tilted = flows_at(made.circuit, v);
  CHECK(tilted.unbalance_percent[0] == doctest::Approx(100.0 / 101.0));
  const double side = std::hypot(153.0, 100 * s), base = 200 * s, mean = (2 * side + base) / 3;
  CHECK(tilted.nema_percent[0] == doctest::Approx(100.0 * (mean - base) / mean));
}
