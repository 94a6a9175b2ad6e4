// SPDX-License-Identifier: BSD-3-Clause
// Inverters whose power follows the voltage it makes: the rule by hand, and the iteration on a
// lateral so weak that believing every voltage at once would swing for ever.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <complex>

#include "gridswarm/base/error.hpp"
#include "gridswarm/flow/circuit_laws.hpp"
#include "gridswarm/flow/circuit_rules.hpp"
#include "gridswarm/kernel/kernels.hpp"

using namespace gridswarm;
using feeder::VarRule;
using kernel::sweep_lanes;
using Complex = std::complex<double>;

namespace {

constexpr double volts = 1000.0;

/// Absorbs above 1.02 p.u., injects below 0.98, 0.44 at most.
Curve volt_var(double slope) {
  const double width = 0.44 / slope;
  return {4, {0.98 - width, 0.98, 1.02, 1.02 + width}, {0.44, 0.0, 0.0, -0.44}};
}

/// A bus of its own for every device, 1 kV, one phase, 10 kVA.
void add_der(feeder::Circuit& circuit, feeder::CircuitIndex& index, VarRule rule, double kw,
             const Curve& var, const Curve& watt) {
  feeder::Ders& ders = circuit.ders;
  const std::string name = "pv" + std::to_string(ders.size());
  const Index bus = feeder::add_bus(circuit, index, name);
  ders.name.push_back(name);
  ders.kind.push_back(feeder::DerKind::pv);
  ders.nodes.append(std::vector<Index>{feeder::add_node(circuit, index, bus, 1), feeder::ground});
  ders.connection.push_back(feeder::Connection::wye);
  ders.phases.push_back(1);
  ders.kv.push_back(volts / 1000.0);
  ders.kva.push_back(10.0);
  ders.kw.push_back(kw);
  ders.kvar.push_back(0.0);
  ders.v_min_pu.push_back(0.5);
  ders.v_max_pu.push_back(1.5);
  ders.rule.push_back(rule);
  ders.tan_phi.push_back(-0.5);
  ders.volt_var.push_back(var);
  ders.volt_watt.push_back(watt);
  ders.profile.push_back(none);
  ders.in_service.push_back(1);
}

/// Devices along a lateral: Z between two of them grows with what they share. `rise` is what all
/// ratings at once do to the voltage of the last.
struct Lateral {
  feeder::Circuit circuit;
  flow::CircuitLaws laws;
  flow::CircuitRules rules;
  flow::CircuitRuleLanes lanes;
  std::vector<double> power, v, v0, j;
  double z_ohm = 0.0;
  int count = 0;

  Lateral(int devices, double slope, double watt_slope, double rise) : count(devices) {
    feeder::CircuitIndex index;
    const Curve watt{2, {1.03, 1.03 + 1.0 / watt_slope}, {1.0, 0.0}};
    for (int i = 0; i < count; ++i)
      add_der(circuit, index, VarRule::volt_var, 2.0 + 8.0 * ((7 * i) % count) / count,
              volt_var(slope), watt_slope > 0.0 ? watt : Curve{});
    z_ohm = rise * volts * volts / (10e3 * count * (count + 1) / 2);
    std::vector<Index> slot, step(static_cast<std::size_t>(count), 0);
    for (Index i = 0; i < count; ++i) slot.push_back(i);
    laws = flow::make_circuit_laws(circuit, slot, step, 1);
    rules = flow::make_circuit_rules(circuit, laws.bands, laws.law, laws.of_der);
    power.resize(2 * laws.law.size() * sweep_lanes);
    for (int i = 0; i < 2 * count * sweep_lanes; ++i)
      v0.push_back(i / sweep_lanes % 2 == 0 ? volts : 0.0);
    v = v0;
    j.assign(v.size(), 0.0);
    flow::fill_rule_probes(circuit, rules, laws.law, v, power);
    draw();
    move();
    flow::set_rule_gains(laws.law, v0, v, rules);
    v = v0;
    flow::start_rules(circuit, rules, laws.law, {}, {}, 0, 1, v, lanes, power);
    draw();
  }
  void draw() {
    std::fill(j.begin(), j.end(), 0.0);
    for (std::size_t i = 0; i < laws.law.size(); ++i)
      kernel::kernels().circuit_law_draw(laws.law[i], laws.bands.data(),
                                         power.data() + 2 * i * sweep_lanes, v.data(), j.data());
  }
  Complex pair(const std::vector<double>& of, int node, int lane) const {
    const std::size_t at = 2 * static_cast<std::size_t>(node) * sweep_lanes;
    return {of[at + lane], of[at + sweep_lanes + lane]};
  }
  /// V = V0 - Z J. Returns the largest change in p.u.
  double move() {
    double largest = 0.0;
    const std::vector<double> before = v;
    for (int i = 0; i < count; ++i)
      for (int lane = 0; lane < sweep_lanes; ++lane) {
        Complex at = volts;
        for (int k = 0; k < count; ++k)
          at -= z_ohm * Complex(0.7, 1.0) * (1.0 + std::min(i, k)) * pair(j, k, lane);
        const std::size_t to = 2 * static_cast<std::size_t>(i) * sweep_lanes + lane;
        v[to] = at.real();
        v[to + sweep_lanes] = at.imag();
        largest = std::max(largest, std::abs(at - pair(before, i, lane)) / volts);
      }
    return largest;
  }
  /// Iterations until both V and w are at rest.
  int solve() {
    for (int iteration = 1; iteration < 500; ++iteration) {
      std::vector<double> step(sweep_lanes, 0.0);
      const double moved = move();
      draw();
      flow::follow_voltages(circuit, rules, laws.law, laws.bands, 0xffu, v, lanes, power, j, step);
      if (moved < 1e-11 && *std::max_element(step.begin(), step.end()) < 1e-11) return iteration;
    }
    return 500;
  }
};

}  // namespace

TEST_CASE("an inverter's rule keeps to its rating, active power first") {
  feeder::Circuit circuit;
  feeder::CircuitIndex index;
  add_der(circuit, index, VarRule::given, 8.0, {}, {});
  add_der(circuit, index, VarRule::power_factor, 8.0, {}, {});
  add_der(circuit, index, VarRule::volt_var, 8.0, volt_var(11.0), {});
  add_der(circuit, index, VarRule::volt_var, 8.0, volt_var(11.0), {2, {1.0, 1.1}, {1.0, 0.0}});
  const auto at = [&](Index row, double kw, double kvar, double u) {
    return flow::der_power_kw(circuit.ders, row, kw, kvar, u);
  };
  CHECK(at(0, 8.0, 2.0, 1.0).im == 2.0);
  CHECK(at(0, 8.0, 9.0, 1.0).im == doctest::Approx(6.0));
  CHECK(at(0, 12.0, 9.0, 1.0).re == 10.0);
  CHECK(at(0, 12.0, 9.0, 1.0).im == 0.0);
  CHECK(at(0, -12.0, 0.0, 1.0).re == -10.0);
  CHECK(at(1, 8.0, 0.0, 1.0).im == -4.0);
  CHECK(at(2, 8.0, 0.0, 1.04).im == doctest::Approx(-2.2));
  CHECK(at(2, 8.0, 0.0, 1.2).im == doctest::Approx(-4.4));
  CHECK(at(2, 9.8, 0.0, 1.2).im == doctest::Approx(-std::sqrt(100.0 - 9.8 * 9.8)));
  CHECK(at(2, 8.0, 0.0, 0.9).im == doctest::Approx(4.4));
  CHECK(at(3, 8.0, 0.0, 1.05).re == doctest::Approx(5.0));
  CHECK(at(3, 3.0, 0.0, 1.05).re == 3.0);
  circuit.ders.kva[0] = 0.0;  // no limit
  CHECK(at(0, 80.0, 90.0, 1.0).im == 90.0);
}

TEST_CASE("devices that share a weak lateral settle where every one obeys its own curve") {
  struct Row {
    double slope, watt_slope, rise;
    int most;
  };
  for (const Row& row : {Row{7.3, 0.0, 0.06, 15}, Row{20.0, 20.0, 0.06, 20},
                         Row{60.0, 20.0, 0.12, 60}, Row{200.0, 20.0, 0.12, 150}}) {
    CAPTURE(row.slope);
    Lateral lateral(20, row.slope, row.watt_slope, row.rise);
    CHECK(lateral.solve() <= row.most);
    for (int i = 0; i < 20; ++i) {
      const Complex v = lateral.pair(lateral.v, i, 0);
      const Complex s = -v * std::conj(lateral.pair(lateral.j, i, 0)) / 1000.0;
      const feeder::Phasor wanted = flow::der_power_kw(
          lateral.circuit.ders, i, lateral.circuit.ders.kw[i], 0.0, std::abs(v) / volts);
      CHECK(s.real() == doctest::Approx(wanted.re).epsilon(1e-6));
      CHECK(std::abs(s.imag() - wanted.im) < 1e-6);
    }
    CHECK(std::abs(lateral.pair(lateral.v, 19, 0)) / volts > 1.015);
  }
}

TEST_CASE("a lane's devices do not see their neighbours, and lanes that rest stay") {
  Lateral mixed(6, 20.0, 0.0, 0.08), alone(6, 20.0, 0.0, 0.08);
  for (std::size_t row = 0; row < 6; ++row) mixed.lanes.kw[row * sweep_lanes + 3] = -9.0;
  mixed.solve();
  alone.solve();
  // Lanes 0 and 1 went on for as long as lane 3 needed: from one rest to the same rest.
  CHECK(std::abs(mixed.pair(mixed.v, 5, 0) - alone.pair(alone.v, 5, 0)) < 1e-7);
  const Complex other = mixed.pair(mixed.v, 5, 3);
  CHECK(std::abs(other) < volts);
  std::vector<double> step(sweep_lanes, 0.0);
  const std::vector<double> power = mixed.power, j = mixed.j;
  for (double& v : mixed.v) v *= 1.01;
  flow::follow_voltages(mixed.circuit, mixed.rules, mixed.laws.law, mixed.laws.bands, 1u << 3,
                        mixed.v, mixed.lanes, mixed.power, mixed.j, step);
  for (std::size_t k = 0; k < power.size(); ++k)
    if (k % sweep_lanes != 3) CHECK(power[k] == mixed.power[k]);
  CHECK(step[0] == 0.0);
  CHECK(step[3] > 0.005);
}

TEST_CASE("a curve without rating, or whose voltages do not ascend, is refused by name") {
  feeder::Circuit circuit;
  feeder::CircuitIndex index;
  add_der(circuit, index, VarRule::volt_var, 8.0, volt_var(11.0), {});
  const Csr none_of_them{{0, 0}, {}};
  const auto refused = [&] {
    CHECK_THROWS_WITH_AS(flow::make_circuit_rules(circuit, {}, {}, none_of_them),
                         doctest::Contains("pv0"), InputError);
  };
  circuit.ders.kva[0] = 0.0;
  refused();
  circuit.ders.kva[0] = 10.0;
  circuit.ders.volt_var[0].x[1] = 0.5;
  refused();
  circuit.ders.volt_var[0] = volt_var(11.0);
  circuit.ders.volt_watt[0] = {2, {1.0, NAN}, {1.0, 0.0}};
  refused();
}
