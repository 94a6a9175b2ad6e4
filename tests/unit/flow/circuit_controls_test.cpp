// SPDX-License-Identifier: BSD-3-Clause
#include "gridswarm/flow/circuit_controls.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

#include "gridswarm/base/error.hpp"
#include "gridswarm/feeder/primitive.hpp"
#include "small_circuit.hpp"

using namespace gridswarm;
using feeder::CapacitorRule;
using feeder::Connection;
using feeder::Phasor;
using small_circuit::Made;

namespace {

/// Controls of a circuit in front of voltages that the test states, node by node.
struct Bench {
  explicit Bench(const Made& made)
      : circuit(made.circuit), plan(flow::make_control_plan(circuit)), v(circuit.nodes.size()) {
    reset_controls(circuit, plan, state);
    state.tap_pu.assign(circuit.regulators.size(), 1.0);
    state.steps_in.assign(circuit.shunts.steps_in.begin(), circuit.shunts.steps_in.end());
  }
  bool sample() {
    for (std::size_t i = 0; i < plan.sensed.nodes.size(); ++i) state.v[i] = v[plan.sensed.nodes[i]];
    return sample_controls(circuit, plan, state);
  }
  void act() { act_nearest(circuit, plan, state); }

  feeder::Circuit circuit;
  flow::ControlPlan plan;
  flow::ScenarioControls state;
  std::vector<Phasor> v;  ///< by node row
};

/// One regulator of 2400 V, from node 0 to node 1, seen through 20 : 1.
Made regulator() {
  Made made;
  add_winding(made, "a", {1, 0}, Connection::wye, 2.4, 1000.0);
  add_winding(made, "b", {1, 0}, Connection::wye, 2.4, 1000.0);
  close_transformer(made, "r", 1, 1.0);
  add_regulator(made, "r", 20.0);
  return made;
}

/// A line of 1 ohm from node 0 to node 1 with a bank at its end.
Made bank(CapacitorRule rule, double on, double off, std::int32_t steps, std::int32_t steps_in) {
  Made made;
  add_line(made, "a", "b", {1}, {1.0, 0.0});
  add_bank(made, "b", {1}, 10.0, 2400.0, steps, steps_in);
  add_bank_control(made, rule, on, off);
  return made;
}

}  // namespace

TEST_CASE("a regulator goes seven tenths of the way in whole steps") {
  Bench bench(regulator());
  bench.v = {{2400.0, 0.0}, {2200.0, 0.0}};  // 110 V: 10 V or 0.0833 p.u. missing, 13 steps
  CHECK(bench.sample());
  CHECK(bench.state.regulator_pending_pu[0] == doctest::Approx(13 * 0.00625));
  bench.act();
  CHECK(bench.state.tap_pu[0] == doctest::Approx(1.0 + 9 * 0.00625));  // trunc(9.1)
  CHECK(bench.state.moved_regulators == std::vector<Index>{0});

  bench.v[1] = {2450.0, 0.0};  // 122.5 V: 2.5 V too much, 3 steps, of which 2
  CHECK(bench.sample());
  bench.act();
  CHECK(bench.state.tap_pu[0] == doctest::Approx(1.0 + 7 * 0.00625));
  bench.v[1] = {2419.0, 0.0};  // 120.95 V: in band
  CHECK_FALSE(bench.sample());
}

TEST_CASE("a regulator moves at least one step and at most as many as it may") {
  Bench bench(regulator());
  bench.v = {{2400.0, 0.0}, {2378.0, 0.0}};  // 118.9 V: 1.1 V, 1.47 steps, rounded to 1
  bench.sample();
  bench.act();
  CHECK(bench.state.tap_pu[0] == doctest::Approx(1.00625));
  bench.circuit.regulators.max_steps[0] = 3;
  bench.v[1] = {2000.0, 0.0};
  bench.sample();
  bench.act();
  CHECK(bench.state.tap_pu[0] == doctest::Approx(1.025));
  bench.circuit.regulators.max_steps[0] = 0;
  CHECK_FALSE(bench.sample());
}

TEST_CASE("at its end a regulator stays, and does not wait") {
  Bench bench(regulator());
  bench.v = {{2400.0, 0.0}, {1500.0, 0.0}};
  CHECK(bench.sample());
  bench.act();
  CHECK(bench.state.tap_pu[0] == 1.1);
  CHECK_FALSE(bench.sample());
  bench.v[1] = {2600.0, 0.0};
  CHECK(bench.sample());
}

TEST_CASE("half a step rounds to the even one") {
  Made made;
  add_winding(made, "a", {1, 0}, Connection::wye, 2.4, 1000.0);
  add_winding(made, "b", {1, 0}, Connection::wye, 2.4, 1000.0);
  close_transformer(made, "r", 1, 1.0);
  add_regulator(made, "r", 16.0);
  made.circuit.regulators.v_set_v[0] = 150.0;
  made.circuit.regulators.v_band_v[0] = 0.5;
  made.circuit.windings.tap_min_pu[1] = 0.875;
  made.circuit.windings.tap_max_pu[1] = 1.125;
  made.circuit.windings.taps[1] = 16;  // a step is 1/64, 37.5 V of 2400
  Bench bench(made);
  bench.v = {{2400.0, 0.0}, {2400.0 - 18.75, 0.0}};
  CHECK_FALSE(bench.sample());
  bench.v[1] = {2400.0 - 56.25, 0.0};
  CHECK(bench.sample());
  CHECK(bench.state.regulator_pending_pu[0] == 2.0 / 64.0);
}

TEST_CASE("the tap of another winding moves the other way") {
  Made made = regulator();
  made.circuit.regulators.tap_winding[0] = 0;
  Bench bench(made);
  bench.v = {{2400.0, 0.0}, {2200.0, 0.0}};
  bench.sample();
  bench.act();
  CHECK(bench.state.tap_pu[0] == doctest::Approx(1.0 - 9 * 0.00625));
}

TEST_CASE("least delay acts first; back in band, a regulator leaves the queue") {
  Made made = regulator();
  add_winding(made, "c", {1, 0}, Connection::wye, 2.4, 1000.0);
  add_winding(made, "d", {1, 0}, Connection::wye, 2.4, 1000.0);
  close_transformer(made, "s", 1, 1.0);
  add_regulator(made, "s", 20.0);
  made.circuit.regulators.delay_s[1] = 30.0;
  Bench bench(made);
  bench.v = {{2400.0, 0.0}, {2200.0, 0.0}, {2400.0, 0.0}, {2200.0, 0.0}};
  CHECK(bench.sample());
  bench.act();
  CHECK(bench.state.moved_regulators == std::vector<Index>{0});
  CHECK(bench.state.tap_pu[1] == 1.0);
  bench.v[1] = {2400.0, 0.0};
  bench.v[3] = {2350.0, 0.0};  // still low, by less: it acts by what it saw last
  CHECK(bench.sample());
  bench.act();
  CHECK(bench.state.moved_regulators == std::vector<Index>{1});
  CHECK(bench.state.tap_pu[1] == doctest::Approx(1.0 + 2 * 0.00625));
  bench.v[3] = {2200.0, 0.0};
  CHECK(bench.sample());
  bench.v[3] = {2400.0, 0.0};
  CHECK_FALSE(bench.sample());
}

TEST_CASE("line drop compensation adds r and x times the current into the winding") {
  Made made = regulator();
  made.circuit.regulators.r_v[0] = 3.0;
  made.circuit.regulators.x_v[0] = 9.0;
  made.circuit.regulators.ct_primary_a[0] = 100.0;
  made.circuit.regulators.v_band_v[0] = 0.0;
  Bench bench(made);
  // 1 % of 2400 V on 1000 kVA: j0.0576 ohm; 200 A out of winding 2 at unity power factor.
  bench.v = {{2400.0, 200.0 * 0.0576}, {2400.0, 0.0}};
  bench.sample();
  const double held_v = std::hypot(120.0 - 6.0, -18.0);
  const double steps = std::nearbyint((120.0 - held_v) * 20.0 / 2400.0 / 0.00625);
  CHECK(bench.state.regulator_pending_pu[0] == doctest::Approx(steps * 0.00625));
  CHECK(steps == 6.0);  // 4.6 V; without the current it would be none
}

TEST_CASE("a regulator of three phases looks at the phase it is told, the highest or the lowest") {
  for (const auto& [chosen, volts] : {std::pair{0, 120.0}, {2, 100.0}, {-1, 130.0}, {-2, 100.0}}) {
    Made made;
    add_winding(made, "a", {1, 2, 3, 0}, Connection::wye, 4.16, 1000.0);
    add_winding(made, "b", {1, 2, 3, 0}, Connection::wye, 4.16, 1000.0);
    close_transformer(made, "r", 3, 1.0);
    add_regulator(made, "r", 20.0);
    made.circuit.regulators.pt_phase[0] = chosen;
    Bench bench(made);
    bench.v = {{}, {}, {}, {20 * 120.0, 0.0}, {0.0, 20 * 130.0}, {-20 * 100.0, 0.0}};
    bench.sample();
    const double steps =
        std::nearbyint((120.0 - volts) * 20.0 / (4160.0 / std::sqrt(3.0)) / 6.25e-3);
    CAPTURE(chosen);
    CHECK(bench.state.regulator_pending_pu[0] == doctest::Approx(steps * 0.00625));
  }
}

TEST_CASE("a delta winding is held by its line voltage and compensated by its line current") {
  Made made;
  add_winding(made, "a", {1, 2, 3}, Connection::delta, 4.8, 1000.0);
  add_winding(made, "b", {1, 2, 3}, Connection::delta, 4.8, 1000.0);
  close_transformer(made, "r", 3, 1.0);
  add_regulator(made, "r", 40.0);
  made.circuit.transformers.ppm_antifloat[0] = 0.0;
  Bench bench(made);
  bench.v = {{0, 0}, {-4800, 0}, {0, 4800}, {10, 0}, {-4750, 3}, {7, 4700}};
  bench.sample();
  CHECK(bench.state.regulator_pending_pu[0] == 0.0);  // 4760 V: 119 V, at the edge of the band
  // What flows into the winding at conductor 1, from its whole admittance.
  const auto whole = feeder::transformer_conductors(bench.circuit, 0, {});
  Phasor current;
  for (std::size_t k = 0; k < 6; ++k) current = current + whole.y_s[3 * 6 + k] * bench.v[k];
  const Phasor sensed =
      sensed_current(bench.plan.regulators[0].terminal, bench.state.v, bench.state.tap_pu, 0);
  CHECK(sensed.re == doctest::Approx(current.re).epsilon(1e-9));
  CHECK(sensed.im == doctest::Approx(current.im).epsilon(1e-9));
}

TEST_CASE("a remote node is held instead, and its own bus limits it") {
  Made made = regulator();
  made.circuit.regulators.node[0] = nodes(made, "far", {1})[0];
  Bench bench(made);
  bench.v = {{2400.0, 0.0}, {2500.0, 0.0}, {2300.0, 0.0}};
  bench.sample();
  CHECK(bench.state.regulator_pending_pu[0] == doctest::Approx(7 * 0.00625));
  bench.circuit.regulators.v_limit_v[0] = 124.0;  // its own bus is at 125 V
  bench.sample();
  CHECK(bench.state.regulator_pending_pu[0] == doctest::Approx(-0.00625));
}

TEST_CASE("a bank switches by voltage, with the delay of what it does") {
  Made made = bank(CapacitorRule::voltage, 118.0, 124.0, 1, 0);
  made.circuit.capacitor_controls.pt_ratio[0] = 20.0;
  Bench bench(made);
  bench.v = {{2340.0, 0.0}, {2340.0, 0.0}};  // 117 V
  CHECK(bench.sample());
  CHECK(bench.state.capacitor_due_s[0] == 15.0);
  bench.act();
  CHECK(bench.state.steps_in[0] == 1);
  CHECK(bench.state.moved_shunts == std::vector<Index>{0});
  CHECK_FALSE(bench.sample());
  bench.v[0] = {2500.0, 0.0};  // 125 V
  CHECK(bench.sample());
  bench.act();
  CHECK(bench.state.steps_in[0] == 0);
  bench.v[0] = {2340.0, 0.0};
  CHECK(bench.sample());
  CHECK(bench.state.capacitor_due_s[0] == 315.0);  // it was opened just now
}

TEST_CASE("a bank of several steps adds one at a time") {
  Bench bench(bank(CapacitorRule::current, 100.0, 50.0, 3, 0));
  bench.v = {{2400.0, 0.0}, {2280.0, 0.0}};  // 120 A
  for (std::int32_t steps = 1; steps <= 3; ++steps) {
    CHECK(bench.sample());
    bench.act();
    CHECK(bench.state.steps_in[0] == steps);
  }
  CHECK_FALSE(bench.sample());
  bench.v[1] = {2325.0, 0.0};  // 75 A: between
  CHECK_FALSE(bench.sample());
  bench.v[1] = {2390.0, 0.0};  // 10 A
  CHECK(bench.sample());
  bench.act();
  CHECK(bench.state.steps_in[0] == 2);
  bench.v[1] = {2325.0, 0.0};
  CHECK_FALSE(bench.sample());  // what it wanted before is done, not queued again
}

TEST_CASE("a bank switches by reactive power and by power factor into the line") {
  const Phasor lagging{2380.0, -20.0};  // 20 A + j20 A through 1 ohm: P = 48 kW, Q = -48 kvar
  Bench by_kvar(bank(CapacitorRule::kvar, 40.0, -40.0, 1, 0));
  by_kvar.v = {{2400.0, 0.0}, {2380.0, 20.0}};  // 20 - j20 A: Q = +48 kvar
  CHECK(by_kvar.sample());
  by_kvar.act();
  CHECK(by_kvar.state.steps_in[0] == 1);
  by_kvar.v[1] = lagging;
  CHECK(by_kvar.sample());

  Bench by_factor(bank(CapacitorRule::power_factor, 0.95, -0.95, 1, 0));
  by_factor.v = {{2400.0, 0.0}, {2380.0, 20.0}};  // 0.707 lagging
  CHECK(by_factor.sample());
  by_factor.act();
  by_factor.v[1] = {2380.0, 0.0};
  CHECK_FALSE(by_factor.sample());
  by_factor.v[1] = lagging;  // 0.707 leading
  CHECK(by_factor.sample());
}

TEST_CASE("a voltage outside the override's limits comes before the rule") {
  Made made = bank(CapacitorRule::kvar, 40.0, -40.0, 1, 0);
  made.circuit.capacitor_controls.v_override[0] = 1;
  made.circuit.capacitor_controls.pt_ratio[0] = 20.0;
  Bench bench(made);
  bench.v = {{2280.0, 0.0}, {2280.0, 0.0}};  // 114 V
  CHECK(bench.sample());
  bench.act();
  CHECK(bench.state.steps_in[0] == 1);
  bench.v = {{2540.0, 0.0}, {2540.0, 0.0}};  // 127 V
  CHECK(bench.sample());
}

TEST_CASE("a rule by time of day never acts") {
  Bench bench(bank(CapacitorRule::time, 8.0, 20.0, 1, 0));
  bench.v = {{2000.0, 0.0}, {1000.0, 0.0}};
  CHECK_FALSE(bench.sample());
}

TEST_CASE("controls that cannot act are refused by their name") {
  Made made = regulator();
  made.circuit.windings.taps[1] = 0;
  CHECK_THROWS_WITH_AS(flow::make_control_plan(made.circuit),
                       "circuit: regcontrol.r moves a tap that has no steps; give its winding "
                       "numtaps, mintap and maxtap",
                       InputError);
  made = regulator();
  made.circuit.regulators.winding[0] = 2;
  CHECK_THROWS_AS(flow::make_control_plan(made.circuit), InputError);
  made = bank(CapacitorRule::voltage, 1.0, 2.0, 1, 0);
  made.circuit.lines.z_ohm.items[0] = {};
  CHECK_THROWS_AS(flow::make_control_plan(made.circuit), InputError);
}
