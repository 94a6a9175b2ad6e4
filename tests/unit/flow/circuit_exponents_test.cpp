// SPDX-License-Identifier: BSD-3-Clause
// A load whose exponents end at v_min jumps there: two voltages may both be solutions.
#include <doctest/doctest.h>

#include "gridswarm/flow/circuit_flow.hpp"
#include "small_circuit.hpp"

using namespace gridswarm;
using small_circuit::Made;

TEST_CASE("a load of exponents that could rest on either side of its limit rests within it") {
  // 1 kV behind 1 ohm, P = p u^3: u = 1 - 1e-6 p u^2 = 0.951 within. Below 0.95 the current is
  // that of an impedance and more, and u = 0.943 would hold itself up as well.
  const double u = 0.951;
  Made made;
  add_source(made, "a", {1}, {{1000.0, 0.0}});
  add_line(made, "a", "b", {1}, {1.0, 0.0});
  add_load(made, "b", {1, 0}, 1, 1.0, 1000.0 * (1.0 - u) / (u * u), 0.0);
  auto& loads = made.circuit.loads;
  loads.law[0] = feeder::LoadLaw::exponents;
  loads.exponent_p[0] = 3.0;
  loads.exponent_q[0] = 3.0;
  loads.v_min_pu[0] = 0.95;
  loads.v_low_pu[0] = 0.5;
  flow::CircuitWork work;
  flow::CircuitResult result;
  const flow::CircuitSolver solver = flow::prepare(made.circuit, {});
  flow::solve(solver, {.scenarios = 1}, {}, work, result);
  REQUIRE(result.status[0] == flow::FlowStatus::converged);
  CHECK(result.v_re[1] == doctest::Approx(1000.0 * u).epsilon(1e-9));

  // A start below the limit is no reason to stay there.
  const double start_re[] = {1000.0, 940.0}, start_im[] = {0.0, 0.0};
  flow::solve(solver, {.scenarios = 1, .start_re = start_re, .start_im = start_im}, {}, work,
              result);
  CHECK(result.v_re[1] == doctest::Approx(1000.0 * u).epsilon(1e-9));
}
