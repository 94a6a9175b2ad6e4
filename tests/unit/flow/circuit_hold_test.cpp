// SPDX-License-Identifier: BSD-3-Clause
// Reactive power that holds voltages, phase by phase, against what one line's equations say.
#include <doctest/doctest.h>

#include <cmath>

#include "gridswarm/flow/circuit_hold.hpp"
#include "small_circuit.hpp"

using namespace gridswarm;
using small_circuit::Made;

namespace {

constexpr double x_ohm = 2.0;

/// Two phases of 1 kV behind 2 ohm of reactance each, a holding load at the far end of both, and a
/// load of 5 kW beside the first.
Made two_phases() {
  Made made;
  add_source(made, "a", {1, 2}, {{1000.0, 0.0}, {-500.0, -500.0 * std::sqrt(3.0)}});
  add_line(made, "a", "b", {1, 2}, {0.0, x_ohm});
  add_load(made, "b", {1, 0}, 1, 1.0, 0.0, 0.0);
  add_load(made, "b", {2, 0}, 1, 1.0, 0.0, 0.0);
  add_load(made, "b", {1, 0}, 1, 1.0, 5.0, 0.0);
  return made;
}

/// kvar that a load consumes at |V| = u kV behind x from 1 kV while p kW flow: with
/// sin d = p x / u, q = (u cos d - u^2) / x.
double kvar_of(double u, double p_kw) {
  const double sine = 1e-3 * p_kw * x_ohm / u;
  return 1e3 * (u * std::sqrt(1.0 - sine * sine) - u * u) / x_ohm;
}

}  // namespace

TEST_CASE("every phase is held where it is to be, by the kvar that the line asks for") {
  const Made made = two_phases();
  const flow::HeldVoltages held{{0, 1}, {1.03, 0.98}};
  flow::CircuitWork work;
  flow::CircuitResult result;
  const flow::CircuitSolver solver = flow::prepare(made.circuit, {});
  flow::solve_held(solver, held, {.scenarios = 1}, {}, work, result);
  REQUIRE(result.status[0] == flow::FlowStatus::converged);
  CHECK(result.load_kvar[0] == doctest::Approx(kvar_of(1.03, 5.0)).epsilon(1e-7));
  CHECK(result.load_kvar[1] == doctest::Approx(kvar_of(0.98, 0.0)).epsilon(1e-7));
  CHECK(result.load_kw[0] == 0.0);
  CHECK(std::hypot(result.v_re[2], result.v_im[2]) == doctest::Approx(1030.0).epsilon(1e-9));
  CHECK(std::hypot(result.v_re[3], result.v_im[3]) == doctest::Approx(980.0).epsilon(1e-9));
}

TEST_CASE("a scenario's held voltages have the same bits whoever is solved beside it") {
  const Made made = two_phases();
  const flow::HeldVoltages held{{0, 1}, {1.03, 0.98}};
  const double kw[] = {0.0, 0.0, 5.0, 0.0, -3.0, 80.0, 1.0, 2.0, -40.0};
  flow::CircuitWork work;
  flow::CircuitResult all, one;
  const flow::CircuitSolver solver = flow::prepare(made.circuit, {});
  flow::solve_held(solver, held, {.scenarios = 3, .load_kw = kw}, {}, work, all);
  for (Index s = 0; s < 3; ++s) {
    flow::solve_held(solver, held, {.scenarios = 1, .load_kw = std::span(kw).subspan(3 * s, 3)}, {},
                     work, one);
    REQUIRE(one.status[0] == flow::FlowStatus::converged);
    for (std::size_t node = 0; node < 4; ++node) {
      CHECK(one.v_re[node] == all.v_re[4 * static_cast<std::size_t>(s) + node]);
      CHECK(one.v_im[node] == all.v_im[4 * static_cast<std::size_t>(s) + node]);
    }
  }
}

TEST_CASE("a voltage that no kvar can hold is reported as diverged, or refused at a source") {
  const Made made = two_phases();
  flow::CircuitWork work;
  flow::CircuitResult result;
  const double kw[] = {0.0, 0.0, 600.0};  // 2 ohm carry 515 kW at most from 1 kV to 1.03 kV
  flow::solve_held(flow::prepare(made.circuit, {}), {{0, 1}, {1.03, 0.98}},
                   {.scenarios = 1, .load_kw = kw}, {}, work, result);
  CHECK(result.status[0] == flow::FlowStatus::diverged);
  Made stiff = two_phases();
  add_load(stiff, "a", {1, 0}, 1, 1.0, 0.0, 0.0);
  CHECK_THROWS_WITH_AS(flow::solve_held(flow::prepare(stiff.circuit, {}), {{3}, {1.02}},
                                        {.scenarios = 1}, {}, work, result),
                       doctest::Contains("does not move"), InputError);
  CHECK_THROWS_WITH_AS(flow::solve_held(flow::prepare(made.circuit, {}), {{0, 2}, {1.02, 1.02}},
                                        {.scenarios = 1}, {}, work, result),
                       doctest::Contains("another one holds, too"), InputError);
}

TEST_CASE("a wire that only the capacitance to its neighbour feeds has the divider's voltage") {
  // Wire 2 begins at b; of its 5 uS to all, 2 uS lead to wire 1.
  Made made;
  add_source(made, "a", {1}, {{1000.0, 0.0}});
  add_line(made, "a", "b", {1}, {1.0, 0.0});
  add_line(made, "b", "c", {1, 2}, {1.0, 0.0});
  feeder::Matrices y_s;
  y_s.append(std::array<feeder::Phasor, 1>{});
  y_s.append(std::array<feeder::Phasor, 4>{{{0.0, 5e-6}, {0.0, -2e-6}, {0.0, -2e-6}, {0.0, 5e-6}}});
  made.circuit.lines.y_s = y_s;
  flow::CircuitWork work;
  flow::CircuitResult result;
  flow::solve(flow::prepare(made.circuit, {}), {.scenarios = 1}, {}, work, result);
  REQUIRE(result.status[0] == flow::FlowStatus::converged);
  for (const std::size_t node : {2, 4})
    CHECK(result.v_re[node] == doctest::Approx(400.0).epsilon(1e-5));
}
