// SPDX-License-Identifier: BSD-3-Clause
#include "gridswarm/flow/circuit_control_loop.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "gridswarm/base/error.hpp"
#include "gridswarm/flow/circuit_flow.hpp"
#include "small_circuit.hpp"

using namespace gridswarm;
using feeder::CapacitorRule;
using feeder::Connection;
using small_circuit::Made;

namespace {

/// 2400 V at a, a regulator to b that holds 120 V through 20 : 1, 1 + 2j ohm to a load at c.
Made regulated_line(double kw, double kvar) {
  Made made;
  add_source(made, "a", {1}, {{2400.0, 0.0}});
  add_winding(made, "a", {1, 0}, Connection::wye, 2.4, 1000.0);
  add_winding(made, "b", {1, 0}, Connection::wye, 2.4, 1000.0);
  close_transformer(made, "r", 1, 1.0);
  add_regulator(made, "r", 20.0);
  add_line(made, "b", "c", {1}, {1.0, 2.0});
  add_load(made, "c", {1, 0}, 1, 2.4, kw, kvar);
  for (double& base : made.circuit.buses.base_kv_ln) base = 2.4;
  return made;
}

flow::CircuitResult solve(const feeder::Circuit& circuit, const flow::CircuitInjections& injections,
                          bool fixed_taps = false) {
  flow::FlowOptions options;
  options.fixed_taps = fixed_taps;
  options.threads = 1;
  flow::CircuitWork work;
  flow::CircuitResult result;
  flow::solve(flow::prepare(circuit, options), injections, options, work, result);
  return result;
}

double volts(const flow::CircuitResult& result, Index nodes, Index scenario, Index node) {
  const auto at = static_cast<std::size_t>(scenario * nodes + node);
  return std::hypot(result.v_re[at], result.v_im[at]);
}

}  // namespace

TEST_CASE("a regulator ends within its band, wherever the load puts it") {
  const Made made = regulated_line(0.0, 0.0);
  const std::vector<double> kw{0.0, 40.0, 80.0, 120.0, 160.0, 200.0, 240.0, 280.0, 175.0, 20.0};
  std::vector<double> kvar;
  for (const double p : kw) kvar.push_back(0.5 * p);
  feeder::Circuit circuit = made.circuit;
  circuit.regulators.r_v[0] = 6.0;  // 300 A through 1 + 2j ohm, seen through 20 : 1: 15 + 30j V
  circuit.regulators.x_v[0] = 12.0;
  const auto result = solve(circuit, {.scenarios = 10, .load_kw = kw, .load_kvar = kvar});
  double last = 0.0;
  for (Index s = 0; s < 8; ++s) {
    CAPTURE(s);
    REQUIRE(result.status[s] == flow::FlowStatus::converged);
    CHECK(result.hunting[s] == 0);
    // What it holds: 40 % of the way from b to c.
    const std::size_t b = static_cast<std::size_t>(s) * 3 + 1, c = b + 1;
    const double re = 0.6 * result.v_re[b] + 0.4 * result.v_re[c];
    const double im = 0.6 * result.v_im[b] + 0.4 * result.v_im[c];
    CHECK(std::abs(std::hypot(re, im) / 20.0 - 120.0) <= 1.0);
    const double steps = (result.tap_pu[s] - 1.0) / 0.00625;
    CHECK(std::abs(steps - std::nearbyint(steps)) <= 1e-9);
    CHECK(result.tap_pu[s] >= last);
    last = result.tap_pu[s];
  }
  CHECK(last > 1.0);
  CHECK(result.control_iterations[0] == 1);
  CHECK(result.control_iterations[7] > 1);
}

TEST_CASE("a scenario ends the same alone as beside others") {
  const Made made = regulated_line(0.0, 0.0);
  const std::vector<double> kw{50.0, 350.0, 1e6, 200.0, 0.0, 325.0, 150.0, 275.0, 300.0};
  const auto together = solve(made.circuit, {.scenarios = 9, .load_kw = kw});
  CHECK(together.status[2] == flow::FlowStatus::diverged);
  CHECK(together.control_iterations[2] == 1);
  for (Index s = 0; s < 9; ++s) {
    if (s == 2) continue;
    const std::vector<double> one{kw[s]};
    const auto alone = solve(made.circuit, {.scenarios = 1, .load_kw = one});
    CAPTURE(s);
    CHECK(alone.tap_pu[0] == together.tap_pu[s]);
    CHECK(alone.control_iterations[0] == together.control_iterations[s]);
    CHECK(alone.v_re[2] == together.v_re[s * 3 + 2]);
    CHECK(alone.v_im[2] == together.v_im[s * 3 + 2]);
  }
}

TEST_CASE("fixed taps stay where they start, and so do all where the circuit says so") {
  Made made = regulated_line(200.0, 100.0);
  const std::vector<double> tap{0.95};
  const auto fixed = solve(made.circuit, {.scenarios = 1, .tap_pu = tap}, true);
  CHECK(fixed.tap_pu[0] == 0.95);
  CHECK(fixed.control_iterations[0] == 1);
  CHECK(volts(fixed, 3, 0, 1) < 0.96 * 2400.0);
  made.circuit.controls = false;
  CHECK(solve(made.circuit, {.scenarios = 1, .tap_pu = tap}).tap_pu[0] == 0.95);
  made.circuit.controls = true;
  CHECK(solve(made.circuit, {.scenarios = 1, .tap_pu = tap}).tap_pu[0] > 0.97);
}

TEST_CASE("a regulator whose steps are wider than its band rests at the nearest one") {
  Made made = regulated_line(200.0, 100.0);
  made.circuit.windings.taps[1] = 8;  // a step is 3 V
  made.circuit.regulators.v_band_v[0] = 0.1;
  made.circuit.regulators.v_set_v[0] = 124.0;
  const auto result = solve(made.circuit, {.scenarios = 1});
  const double away_v = std::abs(volts(result, 3, 0, 1) / 20.0 - 124.0);
  CHECK(away_v > 0.05);
  CHECK(away_v <= 1.51);
  CHECK(result.hunting[0] == 0);
}

TEST_CASE("a bank that undoes its own doing hunts until its iterations are over") {
  Made made;
  add_source(made, "a", {1}, {{2400.0, 0.0}});
  add_line(made, "a", "b", {1}, {0.5, 4.0});
  add_load(made, "b", {1, 0}, 1, 2.4, 200.0, 100.0);
  add_bank(made, "b", {1}, 100.0, 2400.0, 1, 0);
  add_bank_control(made, CapacitorRule::voltage, 116.0, 117.0, 20.0);
  made.circuit.capacitor_controls.terminal[0] = 1;
  for (double& base : made.circuit.buses.base_kv_ln) base = 2.4;
  const double low_v = volts(solve(made.circuit, {.scenarios = 1}, true), 2, 0, 1) / 20.0;
  made.circuit.shunts.steps_in[0] = 1;
  const double high_v = volts(solve(made.circuit, {.scenarios = 1}, true), 2, 0, 1) / 20.0;
  made.circuit.shunts.steps_in[0] = 0;
  REQUIRE(high_v - low_v > 2.0);
  made.circuit.capacitor_controls.on[0] = low_v + 0.5;
  made.circuit.capacitor_controls.off[0] = high_v - 0.5;
  const auto result = solve(made.circuit, {.scenarios = 1});
  CHECK(result.hunting[0] == 1);
  CHECK(result.control_iterations[0] == 10);
  CHECK(result.steps_in[0] == 1);  // nine actions: in, out, .., in
  made.circuit.max_control_iterations = 9;
  CHECK(solve(made.circuit, {.scenarios = 1}).steps_in[0] == 0);

  made.circuit.capacitor_controls.off[0] = high_v + 0.5;
  const auto settled = solve(made.circuit, {.scenarios = 1});
  CHECK(settled.hunting[0] == 0);
  CHECK(settled.control_iterations[0] == 2);
  CHECK(volts(settled, 2, 0, 1) / 20.0 == doctest::Approx(high_v).epsilon(1e-9));
}

TEST_CASE("the first to act may spare the other its action") {
  // Two regulators in a row: when the first lifts its bus to 126 V, the second is in band as well.
  Made made = regulated_line(100.0, 50.0);
  add_winding(made, "c", {1, 0}, Connection::wye, 2.4, 1000.0);
  add_winding(made, "d", {1, 0}, Connection::wye, 2.4, 1000.0);
  close_transformer(made, "s", 1, 1.0);
  add_regulator(made, "s", 20.0);
  made.circuit.buses.base_kv_ln[3] = 2.4;
  made.circuit.regulators.v_set_v = {126.0, 121.0};
  made.circuit.regulators.v_band_v[1] = 6.0;
  made.circuit.regulators.delay_s[1] = 30.0;
  const auto second_waits = solve(made.circuit, {.scenarios = 1});
  CHECK(second_waits.tap_pu[0] > 1.03);
  CHECK(second_waits.tap_pu[1] == 1.0);
  made.circuit.regulators.delay_s[1] = 5.0;
  const auto second_first = solve(made.circuit, {.scenarios = 1});
  CHECK(second_first.tap_pu[1] > 1.0);
  CHECK(second_first.hunting[0] == 0);
}
