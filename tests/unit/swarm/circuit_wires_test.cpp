// SPDX-License-Identifier: BSD-3-Clause
#include "gridswarm/swarm/circuit_wires.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <memory>
#include <string>

#include "../small_circuit.hpp"
#include "gridswarm/feeder/primitive.hpp"
#include "gridswarm/feeder/reduction.hpp"
#include "gridswarm/swarm/control_tick.hpp"
#include "gridswarm/swarm/wires.hpp"
#include "scene.hpp"

using namespace gridswarm;
using feeder::Connection;
using fleet::Kind;
using test::SmallCircuit;

namespace {

/// Source s - t - u at 2.4 kV, 0.2 + 0.4j ohm a phase with 0.06 + 0.16j between; u has loads.
SmallCircuit three_buses(const std::vector<double>& load_kw = {60.0, 60.0, 60.0},
                         double source_pu = 1.0) {
  SmallCircuit made;
  made.source("s", 2.4, {}, source_pu);
  const auto s = made.nodes("s", {1, 2, 3}), t = made.nodes("t", {1, 2, 3}),
             u = made.nodes("u", {1, 2, 3});
  const auto z = SmallCircuit::diagonal(3, {0.2, 0.4}, {0.06, 0.16});
  made.line(s, t, z);
  made.line(t, u, z);
  for (std::size_t k = 0; k < 3; ++k)
    made.load({u[k], feeder::ground}, 1, 2.4, load_kw[k], 0.3 * load_kw[k]);
  return made;
}

swarm::RunInput run_on(const feeder::Circuit& circuit, const fleet::Fleet& fleet,
                       bool on_three_phases = true) {
  swarm::RunInput input = test::run_of(feeder::reduce(circuit), fleet);
  if (!on_three_phases) return input;
  const auto shared = std::make_shared<const feeder::Circuit>(circuit);
  input.load = [load = input.load, shared](Index k) {
    swarm::FeederInput feeder = load(k);
    feeder.circuit = shared;
    return feeder;
  };
  return input;
}

double vm_pu(const swarm::FeederInterval& rows, Index tick, Index variant, Index nodes,
             Index node) {
  const std::size_t at = (static_cast<std::size_t>(tick) * 2 + variant) * nodes + node;
  return std::hypot(rows.v_re_pu[at], rows.v_im_pu[at]);
}

/// IEEE 1547-2018 category B, share of the rating injected at v.
double category_b(double v) {
  if (v <= 0.92) return 0.44;
  if (v < 0.98) return 0.44 * (0.98 - v) / 0.06;
  if (v <= 1.02) return 0.0;
  if (v < 1.08) return -0.44 * (v - 1.02) / 0.06;
  return -0.44;
}

}  // namespace

TEST_CASE("where phases are alike a run on the circuit is the run on its reduction") {
  const SmallCircuit made = three_buses();
  const fleet::Fleet fleet = test::make_fleet(
      {{.kind = Kind::pv, .rating_kw = 800.0, .bus = 2, .s_kva = 1000.0},
       {.kind = Kind::battery, .rating_kw = 50.0, .e_kwh = 100.0, .soc = 0.5, .bus = 1},
       {.kind = Kind::meter, .rating_kw = 30.0, .bus = 1, .power_factor = 0.9}});
  const test::Keeper real = test::kept(run_on(made.circuit, fleet));
  const test::Keeper balanced = test::kept(run_on(made.circuit, fleet, false));
  REQUIRE(real.intervals[0].totals.size() == balanced.intervals[0].totals.size());
  for (std::size_t k = 0; k < real.intervals[0].totals.size(); ++k) {
    const swarm::TickTotals &a = real.intervals[0].totals[k], &b = balanced.intervals[0].totals[k];
    CHECK(a.source_kw == doctest::Approx(b.source_kw).epsilon(1e-8));
    CHECK(a.losses_kw == doctest::Approx(b.losses_kw).epsilon(1e-6));
    CHECK(a.v_max_pu == doctest::Approx(b.v_max_pu).epsilon(1e-8));
    CHECK(a.load_kw == doctest::Approx(b.load_kw).epsilon(1e-9));
    // One counts current, the other apparent power at the end with the higher voltage.
    CHECK(a.loading_max_percent <= b.loading_max_percent);
    CHECK(a.loading_max_percent > 0.97 * b.loading_max_percent);
    CHECK(a.unbalance_max_percent < 1e-6);
  }
}

TEST_CASE("a device of phase b lifts phase b, and energy adds up with the lines' own losses") {
  const SmallCircuit made = three_buses();
  fleet::Fleet fleet = test::make_fleet({{.kind = Kind::pv, .rating_kw = 200.0, .bus = 2}});
  fleet.plate.phases = {2};
  const test::Keeper keeper = test::kept(run_on(made.circuit, fleet));
  const swarm::FeederInterval& rows = keeper.intervals[0];
  CHECK(keeper.layouts[0].node[7] == "u.2");
  CHECK(keeper.layouts[0].bus_name == std::vector<std::string>{"s", "t", "u"});
  CHECK(keeper.layouts[0].agent_phases == std::vector<std::string>{"b"});
  CHECK(vm_pu(rows, 0, 1, 9, 7) > vm_pu(rows, 0, 1, 9, 6) + 0.004);
  for (Index variant = 0; variant < 2; ++variant) {
    const swarm::TickTotals& tick = rows.totals[static_cast<std::size_t>(variant)];
    CHECK(tick.source_kw == doctest::Approx(180.0 - 200.0 + tick.losses_kw).epsilon(1e-9));
    CHECK(tick.generation_kw == doctest::Approx(200.0));
    CHECK(tick.unbalance_max_percent > 0.1);
    // Losses of both lines from Ohm's law: dV^H Y dV.
    double losses_w = 0.0;
    std::vector<feeder::Phasor> y(9);
    REQUIRE(feeder::invert(made.circuit.lines.z_ohm.row(0), y) > 0.0);
    for (Index line = 0; line < 2; ++line)
      for (Index i = 0; i < 3; ++i)
        for (Index j = 0; j < 3; ++j) {
          const auto drop = [&](Index phase) {
            const std::size_t at = static_cast<std::size_t>(variant) * 9 + 3 * line + phase;
            return 2400.0 * feeder::Phasor{rows.v_re_pu[at] - rows.v_re_pu[at + 3],
                                           rows.v_im_pu[at] - rows.v_im_pu[at + 3]};
          };
          losses_w += (feeder::conj(drop(i)) * y[3 * i + j] * drop(j)).re;
        }
    CHECK(tick.losses_kw == doctest::Approx(losses_w / 1000.0).epsilon(1e-6));
  }
}

TEST_CASE("an inverter's reactive power follows the voltage of its own phases") {
  const SmallCircuit made = three_buses({10.0, 900.0, 10.0}, 1.03);
  fleet::Fleet fleet =
      test::make_fleet({{.kind = Kind::pv, .rating_kw = 300.0, .bus = 2, .s_kva = 330.0},
                        {.kind = Kind::pv, .rating_kw = 100.0, .bus = 2, .s_kva = 110.0},
                        {.kind = Kind::pv, .rating_kw = 90.0, .bus = 1, .s_kva = 100.0}});
  fleet.plate.phases = {1, 2, 0};
  const auto input = run_on(made.circuit, fleet);
  const auto run = swarm::make_feeder_run(input.scenario, input.profiles, 0, input.load(0));
  swarm::Variant& lane = run->variants[0];
  lane.p_kw = {300.0, 100.0, 90.0};
  swarm::set_loads(input.scenario, 0.0, 1.0, *run->circuit);
  swarm::TickWork work;
  swarm::solve_wires(input.scenario, 1.0, work, *run);
  CHECK(lane.volt_var_gap < 1e-9);
  for (Index i = 0; i < 3; ++i)
    CHECK(
        lane.q_kvar[i] ==
        doctest::Approx(fleet.plate.s_kva[i] * category_b(lane.fleet.state.v_pu[i])).epsilon(1e-6));
  CHECK(lane.q_kvar[0] < -10.0);  // a is high, b is low
  CHECK(lane.fleet.state.v_pu[0] > lane.fleet.state.v_pu[1] + 0.05);
  const auto& v = run->circuit->result;
  const double mean = (std::hypot(v.v_re[3], v.v_im[3]) + std::hypot(v.v_re[4], v.v_im[4]) +
                       std::hypot(v.v_re[5], v.v_im[5])) /
                      (3.0 * 2400.0);
  CHECK(lane.fleet.state.v_pu[2] == doctest::Approx(mean).epsilon(1e-12));
}

TEST_CASE("where nothing is grounded a device sits between phases, and one phase is refused") {
  SmallCircuit made;
  made.source("s");
  const auto low = made.nodes("t", {1, 2, 3}, 0.277);
  made.transformer(
      3, {{made.nodes("s", {1, 2, 3, 0}), 4.16, Connection::wye}, {low, 0.48, Connection::delta}},
      1.0);
  made.load({low[0], low[1]}, 1, 0.48, 10.0, 0.0, Connection::delta);
  fleet::Fleet fleet = test::make_fleet({{.kind = Kind::pv, .rating_kw = 9.0, .bus = 1}});
  const std::vector<Index> position = {0, 1};
  const auto all = swarm::place_agents(made.circuit, fleet, position);
  CHECK(all.node == Column<Index>{low[0], low[1], low[2]});
  CHECK(all.other == Column<Index>{low[1], low[2], low[0]});
  CHECK(all.per_v[0] == doctest::Approx(1.0 / 480.0).epsilon(1e-3));
  fleet.plate.phases = {5};
  CHECK(swarm::place_agents(made.circuit, fleet, position).size() == 1);
  fleet.plate.phases = {1};
  try {
    swarm::place_agents(made.circuit, fleet, position);
    FAIL("not refused");
  } catch (const InputError& error) {
    CHECK(std::string(error.what()).find("agent 1 at bus t finds no place") != std::string::npos);
  }
}

TEST_CASE("in mode case every load follows its own day, and balanced cases have none") {
  SmallCircuit made = three_buses();
  made.circuit.profiles.name = {"noon"};
  made.circuit.profiles.step_s = {3600.0};
  made.circuit.profiles.p.push_back(std::vector<double>(24, 0.0));
  made.circuit.profiles.p[0][12] = 0.5;
  made.circuit.profiles.q.emplace_back();
  made.circuit.profiles.is_actual = {0};
  made.circuit.loads.profile[0] = 0;
  const fleet::Fleet fleet = test::make_fleet({{.kind = Kind::pv, .rating_kw = 1.0, .bus = 2}});
  swarm::RunInput input = run_on(made.circuit, fleet);
  input.scenario.passive.mode = "case";
  const test::Keeper keeper = test::kept(input);
  CHECK(keeper.intervals[0].totals[0].load_kw == doctest::Approx(30.0 + 60.0 + 60.0));
  swarm::RunInput balanced = run_on(made.circuit, fleet, false);
  balanced.scenario.passive.mode = "case";
  CHECK_THROWS_AS(test::kept(balanced), InputError);
}

TEST_CASE("regulators act once a tick from where the last tick left them, lane by lane") {
  SmallCircuit made;
  made.source("s");
  for (const int phase : {1, 2, 3})
    made.transformer(1, {{made.nodes("s", {phase, 0}), 2.4}, {made.nodes("r", {phase, 0}), 2.4}});
  const auto r = made.nodes("r", {1, 2, 3}), t = made.nodes("t", {1, 2, 3});
  made.line(r, t, SmallCircuit::diagonal(3, {1.0, 2.0}, {0.3, 0.8}));
  for (const Index node : t) made.load({node, feeder::ground}, 1, 2.4, 100.0, 30.0);
  auto& regulators = made.circuit.regulators;
  for (Index k = 0; k < 3; ++k) {
    regulators.name.push_back("regcontrol." + std::to_string(k));
    regulators.transformer.push_back(k);
    regulators.winding.push_back(1);
    regulators.tap_winding.push_back(1);
    regulators.v_set_v.push_back(122.0);
    regulators.v_band_v.push_back(2.0);
    regulators.pt_ratio.push_back(20.0);
    regulators.ct_primary_a.push_back(300.0);
    regulators.pt_phase.push_back(0);
    regulators.node.push_back(none);
    regulators.delay_s.push_back(15.0);
    regulators.tap_delay_s.push_back(2.0);
    regulators.max_steps.push_back(16);
    for (Column<double>* column : {&regulators.r_v, &regulators.x_v, &regulators.v_limit_v})
      column->push_back(0.0);
    regulators.in_service.push_back(1);
  }
  fleet::Fleet fleet = test::make_fleet({{.kind = Kind::pv, .rating_kw = 5.0, .bus = 2}});
  const auto input = run_on(made.circuit, fleet);
  const auto run = swarm::make_feeder_run(input.scenario, input.profiles, 0, input.load(0));
  for (const double tap : run->circuit->tap_pu) CHECK(tap == 1.0);
  swarm::begin_interval(0, *run);
  swarm::TickWork work;
  swarm::control_tick(input.scenario, input.profiles, 0, 0, work, *run);
  const Column<double> after_one = run->circuit->tap_pu;
  for (const double tap : after_one) CHECK(tap > 1.0);  // 120 V and less is below 122 - 1
  const Index at_regulator = 3;                         // node r.1
  const double v =
      std::hypot(run->circuit->result.v_re[at_regulator], run->circuit->result.v_im[at_regulator]) /
      20.0;
  CHECK(v > 121.0);
  CHECK(v < 123.0);
  swarm::control_tick(input.scenario, input.profiles, 1, 1, work, *run);
  CHECK(run->circuit->tap_pu == after_one);
}
