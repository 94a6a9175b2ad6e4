// SPDX-License-Identifier: BSD-3-Clause
// Unbalanced power flow on circuits that can be followed by hand.
#include <doctest/doctest.h>

#include <cmath>
#include <cstring>
#include <string>
#include <vector>

#include "circuit_balance.hpp"
#include "gridswarm/base/error.hpp"
#include "gridswarm/flow/circuit_flow.hpp"
#include "small_circuit.hpp"

using namespace gridswarm;
using feeder::Phasor;
using small_circuit::Made;

namespace {

constexpr double root3 = 1.7320508075688772;

/// 2,400 V, phase 1 at 0 degrees, 2 and 3 behind.
void add_three_phases(Made& made, const std::string& bus, Phasor z_ohm = {0.05, 0.2}) {
  const double v = 2400.0;
  add_source(made, bus, {1, 2, 3},
             {{v, 0.0}, {-0.5 * v, -0.5 * root3 * v}, {-0.5 * v, 0.5 * root3 * v}}, z_ohm);
}

flow::CircuitResult solved(const Made& made, const flow::CircuitInjections& given = {1},
                           flow::FlowOptions options = {}) {
  options.threads = 1;
  options.fixed_taps = true;
  flow::CircuitWork work;
  flow::CircuitResult result;
  flow::solve(flow::prepare(made.circuit, options), given, options, work, result);
  return result;
}

std::vector<Phasor> stated_loads(const Made& made) {
  std::vector<Phasor> kva;
  for (Index i = 0; i < made.circuit.loads.size(); ++i)
    kva.push_back({made.circuit.loads.kw[i], made.circuit.loads.kvar[i]});
  return kva;
}

/// All is well within tolerance, in every scenario.
void check_balance(const Made& made, const flow::CircuitResult& result, double most_va = 2e-3) {
  for (Index s = 0; s < result.scenarios; ++s) {
    CAPTURE(s);
    CHECK(result.status[s] == flow::FlowStatus::converged);
    CHECK(test::largest_mismatch_va(made.circuit, result, s, stated_loads(made)) <= most_va);
  }
}

Phasor v_of(const Made& made, const flow::CircuitResult& result, const std::string& bus,
            std::int32_t number) {
  const Index row = made.index.bus.at(bus);
  for (const Index node : made.index.nodes[row])
    if (made.circuit.nodes.number[node] == number) return {result.v_re[node], result.v_im[node]};
  return {};
}

}  // namespace

TEST_CASE("a load behind a line has the voltage of the quadratic formula") {
  Made made;
  add_source(made, "a", {1}, {{240.0, 0.0}});
  add_line(made, "a", "b", {1}, {0.5, 0.0});
  add_load(made, "b", {1, 0}, 1, 0.24, 10.0, 0.0);
  const flow::CircuitResult result = solved(made);
  // v (240 - v) / 0.5 = 10,000
  const double v = 120.0 + std::sqrt(120.0 * 120.0 - 5000.0);
  CHECK(v_of(made, result, "b", 1).re == doctest::Approx(v).epsilon(1e-9));
  CHECK(v_of(made, result, "b", 1).im == doctest::Approx(0.0));
  CHECK(result.source_kw[0] == doctest::Approx(10.0 + (240.0 - v) * (240.0 - v) / 500.0));
  CHECK(result.load_kw[0] == doctest::Approx(10.0));
}

TEST_CASE("nodes joined by a switch without impedance have equal bits") {
  Made made;
  add_three_phases(made, "a");
  add_line(made, "a", "b", {1, 2, 3}, {});
  add_line(made, "b", "c", {1, 2, 3}, {0.1, 0.3});
  add_load(made, "c", {1, 2, 3, 0}, 3, 4.16, 900.0, 300.0);
  const flow::CircuitResult result = solved(made);
  REQUIRE(result.status[0] == flow::FlowStatus::converged);
  for (const int phase : {1, 2, 3}) {
    CHECK(v_of(made, result, "a", phase).re == v_of(made, result, "b", phase).re);
    CHECK(v_of(made, result, "a", phase).im == v_of(made, result, "b", phase).im);
  }
}

TEST_CASE("uncoupled phases of one feeder solve as feeders of their own") {
  Made all;
  const double v = 2400.0;
  add_source(all, "a", {1, 2, 3}, {{v, 0.0}, {0.0, -v}, {-v, 0.0}}, {0.1, 0.1});
  add_line(all, "a", "b", {1, 2, 3}, {0.3, 0.6});
  add_line(all, "b", "c", {2, 3}, {0.5, 0.5});
  add_line(all, "b", "d", {3}, {0.4, 0.8});
  add_load(all, "c", {2, 0}, 1, 2.4, 100.0, 50.0);
  add_load(all, "d", {3, 0}, 1, 2.4, 200.0, 80.0);
  add_load(all, "b", {1, 0}, 1, 2.4, 300.0, 100.0);
  const flow::CircuitResult whole = solved(all);
  check_balance(all, whole);
  Made second;
  add_source(second, "a", {2}, {{0.0, -v}}, {0.1, 0.1});
  add_line(second, "a", "b", {2}, {0.3, 0.6});
  add_line(second, "b", "c", {2}, {0.5, 0.5});
  add_load(second, "c", {2, 0}, 1, 2.4, 100.0, 50.0);
  const flow::CircuitResult alone = solved(second);
  CHECK(std::abs(v_of(all, whole, "c", 2).re - v_of(second, alone, "c", 2).re) <= 1e-6);
  CHECK(std::abs(v_of(all, whole, "c", 2).im - v_of(second, alone, "c", 2).im) <= 1e-6);
}

TEST_CASE("a fourth wire carries what the phases leave and rises above ground") {
  Made made;
  const double v = 240.0;
  add_source(made, "a", {1, 2, 3, 4}, {{v, 0.0}, {0.0, -v}, {-v, 0.0}, {}}, {0.01, 0.01});
  add_line(made, "a", "b", {1, 2, 3, 4}, {0.05, 0.05});
  add_load(made, "b", {1, 4}, 1, 0.24, 5.0, 1.0);
  add_load(made, "b", {2, 3, 4}, 2, 0.416, 4.0, 1.0);
  const flow::CircuitResult result = solved(made);
  check_balance(made, result);
  CHECK(norm(v_of(made, result, "b", 4)) > 1.0);
}

TEST_CASE("a neutral that only an earth rod holds takes part") {
  Made made;
  add_three_phases(made, "a");
  add_line(made, "a", "b", {1, 2, 3}, {0.1, 0.3});
  add_bank(made, "b", {4}, 1.0, 10.0, 1, 1);
  add_load(made, "b", {1, 2, 3, 4}, 3, 4.16, 600.0, 200.0);
  add_load(made, "b", {1, 4}, 1, 2.4, 30.0, 10.0);
  const flow::CircuitResult result = solved(made);
  check_balance(made, result);
  CHECK(norm(v_of(made, result, "b", 4)) > 1e-2);
}

TEST_CASE("loops, parallel lines and branches between them balance at every node") {
  Made made;
  add_three_phases(made, "a");
  add_line(made, "a", "b", {1, 2, 3}, {0.1, 0.3}, {0.0, 1e-5});
  add_line(made, "b", "c", {1, 2, 3}, {0.2, 0.3});
  add_line(made, "c", "d", {1, 2, 3}, {0.1, 0.2}, {0.0, 2e-5});
  add_line(made, "d", "b", {1, 2, 3}, {0.3, 0.3});
  add_line(made, "d", "a", {2, 3}, {0.5, 0.5});
  add_line(made, "c", "e", {1, 2}, {0.3, 0.3});
  add_line(made, "c", "e", {1, 2}, {0.4, 0.3});
  add_line(made, "e", "f", {2}, {0.2, 0.2});
  add_load(made, "d", {1, 2, 3, 0}, 3, 4.16, 900.0, 300.0);
  add_load(made, "e", {1, 2}, 1, 4.16, 200.0, 50.0, feeder::Connection::delta);
  add_load(made, "f", {2, 0}, 1, 2.4, 100.0, 30.0);
  check_balance(made, solved(made));
}

TEST_CASE("two sources share a feeder") {
  Made made;
  add_three_phases(made, "a");
  add_line(made, "a", "b", {1, 2, 3}, {0.1, 0.3});
  add_line(made, "b", "c", {1, 2, 3}, {0.2, 0.3});
  add_three_phases(made, "c", {0.2, 0.9});
  add_load(made, "b", {1, 2, 3, 0}, 3, 4.16, 900.0, 300.0);
  const flow::CircuitResult result = solved(made);
  check_balance(made, result);
  CHECK(result.source_kw[0] > 900.0);
  CHECK(result.source_kw[0] < 910.0);
}

TEST_CASE("a delta that only its transformer's small admittance holds balances line to line") {
  Made made;
  add_three_phases(made, "a");
  add_winding(made, "a", {1, 2, 3, 0}, feeder::Connection::wye, 4.16, 500.0, 0.5);
  add_winding(made, "b", {1, 2, 3}, feeder::Connection::delta, 0.48, 500.0, 0.5);
  close_transformer(made, "t", 3, 4.0);
  add_line(made, "b", "c", {1, 2, 3}, {0.005, 0.005});
  add_load(made, "c", {1, 2, 3}, 3, 0.48, 150.0, 60.0, feeder::Connection::delta);
  add_load(made, "c", {1, 2}, 1, 0.48, 40.0, 10.0, feeder::Connection::delta);
  const flow::CircuitResult result = solved(made);
  check_balance(made, result);
  const Phasor sum =
      v_of(made, result, "b", 1) + v_of(made, result, "b", 2) + v_of(made, result, "b", 3);
  CHECK(norm(sum) < 1.0);
}

TEST_CASE("nodes without a path to a source have no voltage and loads there draw nothing") {
  Made made;
  add_three_phases(made, "a");
  add_line(made, "a", "b", {1, 2}, {0.1, 0.3});
  add_line(made, "b", "c", {1, 2, 3}, {0.1, 0.3});
  add_line(made, "x", "y", {1}, {0.1, 0.3});
  add_load(made, "c", {1, 2, 3, 0}, 3, 4.16, 300.0, 100.0);
  add_load(made, "y", {1, 0}, 1, 2.4, 300.0, 100.0);
  const flow::CircuitResult result = solved(made);
  CHECK(result.status[0] == flow::FlowStatus::converged);
  CHECK(std::isnan(v_of(made, result, "c", 3).re));
  CHECK(std::isnan(v_of(made, result, "y", 1).im));
  CHECK(result.load_kw[0] == doctest::Approx(200.0));
  CHECK(result.load_kw[1] == 0.0);
}

TEST_CASE("a load beyond what the line can carry is told as diverged, with finite voltages") {
  Made made;
  add_source(made, "a", {1}, {{240.0, 0.0}});
  add_line(made, "a", "b", {1}, {0.5, 0.0});
  add_load(made, "b", {1, 0}, 1, 0.24, 60.0, 0.0);
  const flow::CircuitResult result = solved(made);
  CHECK(result.status[0] == flow::FlowStatus::diverged);
  CHECK(std::isfinite(v_of(made, result, "b", 1).re));
  CHECK(result.worst_node[0] == made.index.nodes[made.index.bus.at("b")][0]);
}

TEST_CASE("a section that nothing grounds is refused by the names of its nodes") {
  Made made;
  add_three_phases(made, "a");
  add_winding(made, "a", {1, 2, 3, 0}, feeder::Connection::wye, 4.16, 500.0, 0.5);
  add_winding(made, "b", {1, 2, 3}, feeder::Connection::delta, 0.48, 500.0, 0.5);
  close_transformer(made, "t", 3, 4.0);
  made.circuit.transformers.ppm_antifloat[0] = 0.0;
  try {
    flow::prepare(made.circuit, {});
    FAIL("must throw");
  } catch (const InputError& error) {
    CHECK(std::string(error.what()).find("b.1, b.2, b.3") != std::string::npos);
  }
}

TEST_CASE("a loop of switches without impedance is refused") {
  Made made;
  add_three_phases(made, "a");
  add_line(made, "a", "b", {1}, {});
  add_line(made, "b", "c", {1}, {});
  add_line(made, "c", "a", {1}, {});
  CHECK_THROWS_AS(flow::prepare(made.circuit, {}), InputError);
}

TEST_CASE("numbers that are not finite and arrays of another size are refused") {
  Made made;
  add_three_phases(made, "a");
  add_load(made, "a", {1, 0}, 1, 2.4, 3.0, 1.0);
  const std::vector<double> bad = {1.0, std::nan("")};
  flow::CircuitInjections given = {2};
  given.load_kw = bad;
  CHECK_THROWS_WITH_AS(solved(made, given),
                       "load_kw at load.a0 in scenario 1 is nan; it must be a finite number",
                       UsageError);
  given.scenarios = 3;
  CHECK_THROWS_AS(solved(made, given), UsageError);
}
