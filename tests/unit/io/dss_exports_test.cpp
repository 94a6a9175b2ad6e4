// SPDX-License-Identifier: BSD-3-Clause
// The shared circuits read from their OpenDSS files, against what the engine exported of them:
// every transformer, load, bank and device with the values the engine understood.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <string>

#include "../exported_circuit.hpp"
#include "dss_shared.hpp"

using namespace gridswarm;
using exported::number;
using exported::read_table;
using exported::Row;

namespace {

/// 1e-9 relative, or nothing where the value is 0.
void same(double is, double should, const std::string& what) {
  const double size = std::max(std::abs(is), std::abs(should));
  if (!(std::abs(is - should) <= 1e-9 * size)) {
    INFO(what);
    CHECK(is == should);
  }
}

/// Nodes as the exports list them: 1.2.3.0
std::string numbers(const feeder::Circuit& circuit, std::span<const Index> nodes) {
  std::string list;
  for (const Index node : nodes)
    list += (list.empty() ? "" : ".") +
            std::to_string(node == feeder::ground ? 0 : circuit.nodes.number[node]);
  return list;
}

std::string bus_of(const feeder::Circuit& circuit, std::span<const Index> nodes) {
  for (const Index node : nodes)
    if (node != feeder::ground) return io::lower_case(circuit.buses.name[circuit.nodes.bus[node]]);
  return {};
}

/// Rows by name in lower case, without their class.
template <class Names>
std::map<std::string, Index> rows_of(const Names& names, bool with_class = false) {
  std::map<std::string, Index> rows;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const std::string name = io::lower_case(names[i]);
    rows[with_class ? name : name.substr(name.find('.') + 1)] = static_cast<Index>(i);
  }
  return rows;
}

std::string conn_of(feeder::Connection connection) {
  return connection == feeder::Connection::delta ? "delta" : "wye";
}

void compare_winding(const feeder::Circuit& circuit, Index transformer, const Row& row) {
  const auto& table = circuit.transformers;
  const std::string name = row.at("name") + " winding " + row.at("wdg");
  INFO(name);
  const auto rows = table.windings.row(transformer);
  REQUIRE(static_cast<int>(rows.size()) == std::stoi(row.at("windings")));
  const Index w = rows[static_cast<std::size_t>(std::stoi(row.at("wdg")) - 1)];
  const auto& windings = circuit.windings;
  CHECK(table.phases[transformer] == std::stoi(row.at("phases")));
  CHECK(bus_of(circuit, windings.nodes.row(w)) == row.at("bus"));
  CHECK(numbers(circuit, windings.nodes.row(w)) == row.at("nodes"));
  CHECK(conn_of(windings.connection[w]) == row.at("conn"));
  same(windings.kv[w], number(row, "kv"), name + " kv");
  same(windings.kva[w], number(row, "kva"), name + " kva");
  same(windings.r_percent[w], number(row, "r_percent"), name + " r");
  same(windings.r_neutral_ohm[w], number(row, "rneut"), name + " rneut");
  same(windings.x_neutral_ohm[w], number(row, "xneut"), name + " xneut");
  const auto pairs = table.reactances.row(transformer);
  same(table.x_percent[pairs[0]], number(row, "xhl_percent"), name + " xhl");
  if (pairs.size() > 1) {
    same(table.x_percent[pairs[1]], number(row, "xht_percent"), name + " xht");
    same(table.x_percent[pairs[2]], number(row, "xlt_percent"), name + " xlt");
  }
  same(table.no_load_loss_percent[transformer], number(row, "noloadloss_percent"), name);
  same(table.magnetizing_percent[transformer], number(row, "imag_percent"), name);
  CHECK(table.delta_leads[transformer] == (row.at("leadlag").starts_with("Lead") ? 1 : 0));
  const bool is_regulated =
      circuit.controls &&
      std::find(circuit.regulators.transformer.begin(), circuit.regulators.transformer.end(),
                transformer) != circuit.regulators.transformer.end();
  if (!is_regulated) same(windings.tap_pu[w], number(row, "tap"), name + " tap");
}

void compare_load(const feeder::Circuit& circuit, Index i, const Row& row) {
  const auto& loads = circuit.loads;
  const std::string name = row.at("name");
  INFO(name);
  CHECK(bus_of(circuit, loads.nodes.row(i)) == row.at("bus"));
  CHECK(numbers(circuit, loads.nodes.row(i)) == row.at("nodes"));
  CHECK(conn_of(loads.connection[i]) == row.at("conn"));
  CHECK(loads.phases[i] == std::stoi(row.at("phases")));
  CHECK(static_cast<int>(loads.law[i]) == std::stoi(row.at("model")));
  same(loads.kv[i], number(row, "kv"), name + " kv");
  same(loads.kw[i], number(row, "kw"), name + " kw");
  same(loads.kvar[i], number(row, "kvar"), name + " kvar");
  same(loads.v_min_pu[i], number(row, "vminpu"), name + " vminpu");
  same(loads.v_max_pu[i], number(row, "vmaxpu"), name + " vmaxpu");
  same(loads.v_low_pu[i], number(row, "vlowpu"), name + " vlowpu");
  same(loads.exponent_p[i], number(row, "cvrwatts"), name + " cvrwatts");
  same(loads.exponent_q[i], number(row, "cvrvars"), name + " cvrvars");
}

void compare_bank(const feeder::Circuit& circuit, Index i, const Row& row) {
  const auto& shunts = circuit.shunts;
  INFO(row.at("name"));
  CHECK(bus_of(circuit, shunts.nodes.row(i)) == row.at("bus"));
  CHECK(numbers(circuit, shunts.nodes.row(i)) == row.at("nodes"));
  same(shunts.kvar[i], number(row, "kvar"), "kvar");
  const auto y = shunts.y_s.row(i);
  const auto bank = exported::bank(shunts.nodes.row(i).size(), row.at("conn") == "delta",
                                   number(row, "kv"), number(row, "kvar"), number(row, "phases"));
  REQUIRE(y.size() == bank.size());
  for (std::size_t k = 0; k < y.size(); ++k) same(y[k].im, bank[k].im, "admittance");
}

/// Volts to ground by bus.phase.
using Volts = std::map<std::string, double>;

/// Whether every phase of a device on phases to ground is within the device's limits.
bool within_limits(const feeder::Circuit& circuit, Index i, const Row& row, const Volts& volts) {
  const auto& ders = circuit.ders;
  const bool has_phases = ders.phases[i] > 1;
  const double rated = 1000.0 * ders.kv[i] / (has_phases ? std::sqrt(3.0) : 1.0);
  for (const Index node : ders.nodes.row(i)) {
    if (node == feeder::ground) continue;
    const double u =
        volts.at(row.at("bus") + "." + std::to_string(circuit.nodes.number[node])) / rated;
    if (u > ders.v_max_pu[i] || u < ders.v_min_pu[i]) return false;
  }
  return true;
}

/// What a device injects where its voltages are within its limits; the exports are solved.
void compare_device(const feeder::Circuit& circuit, Index i, const Row& row, const Volts& volts) {
  const auto& ders = circuit.ders;
  INFO(row.at("element"));
  CHECK(bus_of(circuit, ders.nodes.row(i)) == row.at("bus"));
  CHECK(numbers(circuit, ders.nodes.row(i)) == row.at("nodes"));
  CHECK(conn_of(ders.connection[i]) == row.at("conn"));
  CHECK(ders.phases[i] == std::stoi(row.at("phases")));
  same(ders.kv[i], number(row, "kv"), "kv");
  same(ders.kva[i], number(row, "kva"), "kva");
  if (!within_limits(circuit, i, row, volts)) return;
  CHECK(std::abs(ders.kw[i] - number(row, "p_kw_generated")) <= 1e-6 * ders.kva[i]);
  CHECK(std::abs(ders.kvar[i] - number(row, "q_kvar_generated")) <= 1e-6 * ders.kva[i]);
}

void compare_case(const std::string& name) {
  const std::string path = exported::folder(name);
  if (path.empty()) return;
  const feeder::Circuit circuit = test::read_shared(path);
  const auto transformers = rows_of(circuit.transformers.name);
  Index windings = 0;
  for (const Row& row : read_table(path + "/transformers.csv")) {
    REQUIRE_MESSAGE(transformers.count(row.at("name")) == 1, row.at("name"));
    compare_winding(circuit, transformers.at(row.at("name")), row);
    ++windings;
  }
  CHECK(circuit.windings.size() == windings);
  const auto loads = rows_of(circuit.loads.name);
  const auto load_rows = read_table(path + "/loads.csv");
  CHECK(circuit.loads.size() == static_cast<Index>(load_rows.size()));
  for (const Row& row : load_rows) compare_load(circuit, loads.at(row.at("name")), row);
  const auto banks = rows_of(circuit.shunts.name);
  for (const Row& row : read_table(path + "/capacitors.csv"))
    compare_bank(circuit, banks.at(row.at("name")), row);
  Volts volts;
  for (const Row& row : read_table(path + "/solution.csv"))
    volts[row.at("bus") + "." + row.at("phase")] =
        number(row, "vmag_pu") * 1000.0 * number(row, "kvbase_ln");
  const auto devices = rows_of(circuit.ders.name, true);
  for (const Row& row : read_table(path + "/der.csv"))
    compare_device(circuit, devices.at(row.at("element")), row, volts);
}

}  // namespace

TEST_CASE("the IEEE feeders' elements are what the engine understood") {
  for (const char* name : {"ieee4_yy", "ieee4_dy", "ieee4_grdyd", "ieee13", "ieee13_published_taps",
                           "ieee13_pv", "ieee34_mod1", "ieee37", "ieee123", "ieee123_meshed"}) {
    CAPTURE(name);
    compare_case(name);
  }
}

TEST_CASE("the large feeders' elements are what the engine understood") {
  for (const char* name : {"european_lv", "epri_ckt5", "smartds_p9u", "ieee8500"}) {
    CAPTURE(name);
    compare_case(name);
  }
}
