// SPDX-License-Identifier: BSD-3-Clause
#include "gridswarm/swarm/wires.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <complex>

#include "gridswarm/swarm/control_tick.hpp"
#include "gridswarm/swarm/ledger_tick.hpp"
#include "scene.hpp"

using namespace gridswarm;
using fleet::Kind;
using test::Complex;

namespace {

/// |V| of three_buses() with these injections in p.u., by iterating its two equations.
struct Voltages {
  double v1, v2;
};
Voltages solve_by_hand(double source_pu, Complex s1, Complex s2) {
  const Complex z(0.01, 0.02);
  Complex v1 = source_pu, v2 = source_pu;
  for (int k = 0; k < 500; ++k) {
    const Complex i2 = std::conj(s2 / v2), i1 = std::conj(s1 / v1) + i2;
    v1 = source_pu + z * i1;
    v2 = v1 + z * i2;
  }
  return {std::abs(v1), std::abs(v2)};
}

/// IEEE 1547-2018 category B in numbers of its table 8: share of the rating injected at v.
double category_b(double v) {
  if (v <= 0.92) return 0.44;
  if (v < 0.98) return 0.44 * (0.98 - v) / 0.06;
  if (v <= 1.02) return 0.0;
  if (v < 1.08) return -0.44 * (v - 1.02) / 0.06;
  return -0.44;
}

}  // namespace

TEST_CASE("reactive power and voltage of two devices agree with a brute-force fixed point") {
  for (const double source_pu : {0.94, 1.0, 1.03}) {
    CAPTURE(source_pu);
    feeder::Case grid = test::three_buses();
    grid.buses.vm_pu[0] = source_pu;
    const fleet::Fleet fleet =
        test::make_fleet({{.kind = Kind::pv, .rating_kw = 800.0, .bus = 1, .s_kva = 1000.0},
                          {.kind = Kind::pv, .rating_kw = 900.0, .bus = 2, .s_kva = 1200.0}});
    double q1 = 0.0, q2 = 0.0;  // p.u. on 1 MVA
    Voltages v{};
    for (int k = 0; k < 4000; ++k) {  // a slow walk that can't swing
      v = solve_by_hand(source_pu, {0.8 - 0.1, q1}, {0.9 - 0.1, q2});
      q1 += 0.2 * (1.0 * category_b(v.v1) - q1);
      q2 += 0.2 * (1.2 * category_b(v.v2) - q2);
    }
    const test::Keeper keeper = test::kept(test::run_of(grid, fleet));
    const auto& rows = keeper.intervals[0];
    for (Index t = 0; t < rows.ticks; ++t) {
      const std::size_t swarm = static_cast<std::size_t>(t) * 2 * 3, local = swarm + 3;
      CHECK(rows.q_kvar[swarm + 1] == doctest::Approx(1000.0 * q1).epsilon(1e-6));
      CHECK(rows.q_kvar[swarm + 2] == doctest::Approx(1000.0 * q2).epsilon(1e-6));
      CHECK(std::hypot(rows.v_re_pu[swarm + 2], rows.v_im_pu[swarm + 2]) ==
            doctest::Approx(v.v2).epsilon(1e-8));
      CHECK(rows.q_kvar[local + 2] == 0.0);  // local rules: unity power factor
    }
  }
}

TEST_CASE("a device of 3 kW adds 1 kW to the phase that a per-phase case states") {
  feeder::Case grid = test::three_buses();
  grid.per_phase = true;  // 0.1 MW a phase and bus: 600 kW in all
  const fleet::Fleet fleet = test::make_fleet({{.kind = Kind::pv, .rating_kw = 3.0, .bus = 2}});
  const swarm::RunInput input = test::run_of(grid, fleet);
  const auto run = swarm::make_feeder_run(input.scenario, input.profiles, 0, input.load(0));
  run->variants[0].p_kw = {3.0};
  swarm::TickWork work;
  swarm::solve_wires(input.scenario, 1.0, work, *run);
  CHECK(run->p_pu[2] == doctest::Approx(-0.1 + 0.001).epsilon(1e-12));
  const test::Keeper keeper = test::kept(input);
  CHECK(keeper.layouts[0].kw_per_pu == doctest::Approx(3000.0));
  CHECK(keeper.intervals[0].p_kw[2] == doctest::Approx(-300.0 + 3.0).epsilon(1e-12));
  const swarm::TickTotals& totals = keeper.intervals[0].totals[0];
  CHECK(totals.load_kw == doctest::Approx(600.0));
  CHECK(totals.generation_kw == doctest::Approx(3.0));
  CHECK(totals.source_kw == doctest::Approx(597.0 + totals.losses_kw).epsilon(1e-10));
}

TEST_CASE("energy adds up beside loads, shunts, generators and devices at the source itself") {
  feeder::Case grid = test::three_buses();
  grid.buses.pd_mw[0] = 0.7;  // at the source's own bus, through no wire
  grid.buses.gs_mw = {0.05, 0.02, 0.01};
  auto& own = grid.generators;
  for (const Index bus : {0, 2}) {
    own.bus.push_back(bus);
    own.pg_mw.push_back(0.03);
    own.qg_mvar.push_back(0.0);
    own.qmax_mvar.push_back(1.0);
    own.qmin_mvar.push_back(-1.0);
    own.vg_pu.push_back(1.0);
    own.in_service.push_back(1);
  }
  const fleet::Fleet fleet = test::make_fleet(
      {{.kind = Kind::meter, .rating_kw = 40.0, .bus = 0, .power_factor = 0.9},
       {.kind = Kind::pv, .rating_kw = 60.0, .bus = 2},
       {.kind = Kind::ev, .rating_kw = 11.0, .e_kwh = 60.0, .bus = 1, .arrive_h = 9.0}});
  const test::Keeper keeper = test::kept(test::run_of(grid, fleet));
  for (const swarm::TickTotals& tick : keeper.intervals[0].totals) {
    CHECK(tick.load_kw == doctest::Approx(700.0 + 200.0 + 40.0 - 30.0));
    const double used =
        tick.load_kw + tick.charge_kw - tick.generation_kw - tick.discharge_kw + tick.losses_kw;
    CHECK(tick.source_kw == doctest::Approx(used).epsilon(1e-10));
    CHECK(tick.charge_kw > 0.0);
  }
}

TEST_CASE("a night that no wire can carry is counted, stays finite and is over when it is over") {
  swarm::RunInput input = test::run_of(
      test::three_buses(), test::make_fleet({{.kind = Kind::pv, .rating_kw = 60.0, .bus = 2}}));
  input.scenario.run.duration_h = 3.0;
  input.scenario.run.ledger_dt_s = 3600.0;
  input.scenario.passive.mode = "profile";
  input.scenario.passive.profile = "day";
  test::add_profile(input, "day", {1.0, 1000.0, 1.0});
  LocalExchange exchange;
  test::Keeper keeper;
  const auto result = swarm::run(input, exchange, test::to(&keeper), {});
  CHECK(result.summary.not_converged == 24);  // an hour of both lanes
  for (const auto& rows : keeper.intervals)
    for (const double v : rows.v_re_pu) CHECK(std::isfinite(v));
  const auto& first = keeper.intervals[0].totals[0];
  const auto& last = keeper.intervals[2].totals[22];
  CHECK(last.losses_kw == doctest::Approx(first.losses_kw).epsilon(1e-6));
}

TEST_CASE("ticks of one sweep each end where a solved tick ends") {
  const fleet::Fleet fleet =
      test::make_fleet({{.kind = Kind::pv, .rating_kw = 800.0, .bus = 1, .s_kva = 1000.0},
                        {.kind = Kind::pv, .rating_kw = 900.0, .bus = 2, .s_kva = 1200.0}});
  const swarm::RunInput input = test::run_of(test::three_buses(), fleet);
  const auto run = swarm::make_feeder_run(input.scenario, input.profiles, 0, input.load(0));
  swarm::open_interval(input.scenario, input.profiles, 0, *run);
  swarm::begin_interval(0, *run);
  swarm::TickWork work;
  swarm::control_tick(input.scenario, input.profiles, 0, 0, work, *run);
  const Column<double> v_re = run->flow.v_re, v_im = run->flow.v_im;
  for (std::size_t k = 0; k < v_re.size(); ++k)
    if (k % 3 != 0) run->flow.v_re[k] *= 0.97;  // a wrong start, but for the source
  double step_pu = 1.0;
  for (int tick = 0; tick < 60; ++tick)
    step_pu = swarm::sweep_wires(input.scenario, 1.0, work, *run);
  CHECK(step_pu <= 1e-9);
  for (std::size_t k = 0; k < v_re.size(); ++k) {
    CHECK(run->flow.v_re[k] == doctest::Approx(v_re[k]).epsilon(1e-7));
    CHECK(run->flow.v_im[k] == doctest::Approx(v_im[k]).epsilon(1e-7));
  }
}
