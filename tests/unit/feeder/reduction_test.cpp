// SPDX-License-Identifier: BSD-3-Clause
#include "gridswarm/feeder/reduction.hpp"

#include <doctest/doctest.h>

#include <string>

#include "../small_circuit.hpp"
#include "gridswarm/base/error.hpp"

using namespace gridswarm;
using feeder::Case;
using feeder::Connection;
using feeder::Phasor;
using test::SmallCircuit;

namespace {

/// Ohm of 1 p.u. on 1 MVA at 2.4 kV line to neutral.
constexpr double base_ohm = 3.0 * 2.4 * 2.4;

/// One wire between two buses of these phases, reduced: the branch in ohm.
Phasor wire_ohm(std::initializer_list<int> from, std::initializer_list<int> to,
                const std::vector<Phasor>& z_ohm) {
  SmallCircuit made;
  made.source("s");
  const auto left = made.nodes("s", from), right = made.nodes("t", to);
  made.line(left, right, z_ohm);
  const Case grid = feeder::reduce(made.circuit);
  REQUIRE(grid.branches.size() == 1);
  CHECK(grid.branches.ratio[0] == 0.0);
  return {grid.branches.r_pu[0] * base_ohm, grid.branches.x_pu[0] * base_ohm};
}

void check_near(Phasor a, Phasor b) {
  CHECK(a.re == doctest::Approx(b.re).epsilon(1e-12));
  CHECK(a.im == doctest::Approx(b.im).epsilon(1e-12));
}

}  // namespace

TEST_CASE("a three-phase line shows its mean self impedance less its mean mutual one") {
  const std::vector<Phasor> z = {{1.0, 3.0}, {0.3, 1.0}, {0.2, 0.8}, {0.3, 1.0}, {1.1, 3.1},
                                 {0.1, 0.9}, {0.2, 0.8}, {0.1, 0.9}, {1.2, 3.2}};
  check_near(wire_ohm({1, 2, 3}, {1, 2, 3}, z), {1.1 - 0.2, 3.1 - 0.9});
}

TEST_CASE("a lateral of one phase shows its loop three times, for one wire carries it all") {
  check_near(wire_ohm({2}, {2}, {{1.0, 2.0}}), {3.0, 6.0});
  const std::vector<Phasor> with_neutral = {{1.0, 2.0}, {0.1, 0.5}, {0.1, 0.5}, {0.4, 1.0}};
  check_near(wire_ohm({2, 4}, {2, 4}, with_neutral), {3.0 * 1.2, 3.0 * 2.0});
}

TEST_CASE("a neutral that is grounded at both ends falls away by Kron's formula") {
  const std::vector<Phasor> z = {{1.0, 2.0}, {0.0, 0.5}, {0.0, 0.5}, {0.0, 1.0}};
  check_near(wire_ohm({1, 0}, {1, 0}, z), {3.0, 3.0 * (2.0 - 0.25)});
}

TEST_CASE("a lateral of two phases carries half in each") {
  const std::vector<Phasor> z = {{1.0, 2.0}, {0.2, 0.8}, {0.2, 0.8}, {1.0, 2.0}};
  check_near(wire_ohm({1, 3}, {1, 3}, z), {1.5 * (1.0 - 0.1), 1.5 * (2.0 - 0.4)});
}

TEST_CASE("three wires of one phase each between two buses are one branch of three phases") {
  SmallCircuit made;
  made.source("s");
  for (const int phase : {1, 2, 3})
    made.line(made.nodes("s", {phase}), made.nodes("t", {phase}), {{0.5, 1.0}});
  const Case grid = feeder::reduce(made.circuit);
  REQUIRE(grid.branches.size() == 1);
  CHECK(grid.branches.x_pu[0] * base_ohm == doctest::Approx(1.0));
  CHECK(grid.branches.rate_mva[0] == doctest::Approx(3.0 * 0.1 * 2.4));
}

TEST_CASE("a switch without impedance stays one, and an open one stays open") {
  SmallCircuit made;
  made.source("s");
  const auto s = made.nodes("s", {1, 2, 3}), t = made.nodes("t", {1, 2, 3});
  made.line(s, t, std::vector<Phasor>(9));
  made.line(t, made.nodes("u", {1, 2, 3}), SmallCircuit::diagonal(3, {1.0, 1.0}, {}));
  made.circuit.lines.in_service[1] = 0;
  const Case grid = feeder::reduce(made.circuit);
  CHECK(grid.branches.r_pu[0] == 0.0);
  CHECK(grid.branches.x_pu[0] == 0.0);
  CHECK(grid.branches.in_service == Column<std::int8_t>{1, 0});
  CHECK(grid.buses.type[0] == feeder::BusType::source);
  CHECK(grid.buses.name == std::vector<std::string>{"s", "t", "u"});
}

TEST_CASE("a delta-wye transformer is its leakage, its turns and 30 degrees") {
  SmallCircuit made;
  made.source("s");
  made.transformer(3, {{made.nodes("s", {1, 2, 3}), 2.4 * sqrt3, Connection::delta},
                       {made.nodes("t", {1, 2, 3, 0}, 0.24), 0.24 * sqrt3, Connection::wye, 1.05}});
  const Case grid = feeder::reduce(made.circuit);
  REQUIRE(grid.branches.size() == 1);
  CHECK(grid.branches.ratio[0] == doctest::Approx(1.0 / 1.05).epsilon(1e-12));
  CHECK(grid.branches.shift_deg[0] == 30.0);
  const double on_1_mva = 1.05 * 1.05 / 0.3;
  CHECK(grid.branches.r_pu[0] == doctest::Approx(0.01 * on_1_mva).epsilon(1e-9));
  CHECK(grid.branches.x_pu[0] == doctest::Approx(0.04 * on_1_mva).epsilon(1e-9));
  CHECK(std::abs(grid.buses.gs_mw[0]) < 1e-12);
  CHECK(grid.branches.rate_mva[0] == doctest::Approx(0.3));
}

TEST_CASE("three regulators of one phase are one with their mean turns") {
  SmallCircuit made;
  made.source("s");
  const double taps[3] = {1.0, 1.05, 1.1};
  for (const int phase : {1, 2, 3})
    made.transformer(1, {{made.nodes("s", {phase, 0}), 2.4},
                         {made.nodes("t", {phase, 0}), 2.4, Connection::wye, taps[phase - 1]}});
  const Case grid = feeder::reduce(made.circuit);
  REQUIRE(grid.branches.size() == 1);
  CHECK(grid.branches.ratio[0] == doctest::Approx(1.0 / 1.05).epsilon(1e-9));
  CHECK(grid.branches.rate_mva[0] == doctest::Approx(0.9));
}

TEST_CASE("the legs of a centre tap are one bus whose wires carry half each") {
  SmallCircuit made;
  made.source("s");
  made.transformer(1, {{made.nodes("s", {2, 0}), 2.4},
                       {made.nodes("t", {1, 0}, 0.12), 0.12},
                       {made.nodes("t", {0, 2}, 0.12), 0.12}});
  const std::vector<Phasor> z = {{0.10, 0.04}, {0.02, 0.01}, {0.02, 0.01}, {0.10, 0.04}};
  made.line(made.nodes("t", {1, 2}), made.nodes("u", {1, 2}, 0.12), z);
  const Case grid = feeder::reduce(made.circuit);
  REQUIRE(grid.branches.size() == 2);
  const double base = 3.0 * 0.12 * 0.12;
  CHECK(grid.branches.r_pu[0] * base == doctest::Approx(1.5 * 0.08).epsilon(1e-9));
  // One unit of 300 kVA: winding 1 and half of a leg, 0.5 + 0.25 % and 2 + 1 %.
  CHECK(grid.branches.r_pu[1] == doctest::Approx(0.0075 / 0.3).epsilon(1e-9));
  CHECK(grid.branches.x_pu[1] == doctest::Approx(0.03 / 0.3).epsilon(1e-9));
}

TEST_CASE("loads add up as constant power, DER are generators, capacitors shunts of their bus") {
  SmallCircuit made;
  made.source("s");
  const auto t = made.nodes("t", {1, 2, 3});
  made.line(made.nodes("s", {1, 2, 3}), t, SmallCircuit::diagonal(3, {0.1, 0.2}, {}), 1e-4);
  made.load({t[0], feeder::ground}, 1, 2.4, 10.0, 2.0);
  made.load({t[0], t[1]}, 1, 4.16, 30.0, 4.0, Connection::delta);
  auto& shunts = made.circuit.shunts;
  shunts.name = {"capacitor.c"};
  shunts.nodes.append(t);
  shunts.y_s.append(SmallCircuit::diagonal(3, {0.0, 1e-3}, {}));
  shunts.kvar = {0.0};
  shunts.steps = shunts.steps_in = {1};
  shunts.is_capacitor = shunts.in_service = {1};
  const Case grid = feeder::reduce(made.circuit);
  CHECK(grid.buses.pd_mw[1] == doctest::Approx(0.04));
  CHECK(grid.buses.qd_mvar[1] == doctest::Approx(0.006));
  CHECK(grid.buses.bs_mvar[1] == doctest::Approx(1e-3 * base_ohm));
  CHECK(grid.branches.b_pu[0] == doctest::Approx(1e-4 * base_ohm));
  CHECK(grid.buses.phases == Column<std::int8_t>{7, 7});
}

TEST_CASE("a source behind impedance holds a bus of its own") {
  SmallCircuit made;
  made.source("s", 2.4, {0.1, 0.5}, 1.02);
  const Case grid = feeder::reduce(made.circuit);
  REQUIRE(grid.buses.size() == 2);
  CHECK(grid.buses.type[1] == feeder::BusType::source);
  CHECK(grid.buses.vm_pu[1] == doctest::Approx(1.02).epsilon(1e-12));
  CHECK(grid.buses.va_deg[1] == 0.0);
  CHECK(grid.branches.x_pu[0] * base_ohm == doctest::Approx(0.5));
  CHECK(grid.by_name);
}

TEST_CASE("a bus without base voltage is refused by its name") {
  SmallCircuit made;
  made.source("s");
  made.line(made.nodes("s", {1}), made.nodes("far", {1}, 0.0), {{1.0, 1.0}});
  try {
    feeder::reduce(made.circuit);
    FAIL("not refused");
  } catch (const InputError& error) {
    CHECK(std::string(error.what()).find("bus far has no base voltage") != std::string::npos);
  }
}
