// SPDX-License-Identifier: BSD-3-Clause
#include "gridswarm/flow/circuit_bases.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cmath>

#include "gridswarm/base/units.hpp"
#include "small_circuit.hpp"

using namespace gridswarm;
using feeder::Connection;
using feeder::Phasor;
using small_circuit::Made;

TEST_CASE("the nearest base is nearest as a ratio to itself, and the first of equals") {
  const std::array<double, 3> bases{12.47, 4.16, 0.48};
  CHECK(flow::nearest_base_kv(bases, 4.5) == 4.16);
  CHECK(flow::nearest_base_kv(bases, 7.0) == 12.47);  // 0.44 off it, 0.68 off the other
  CHECK(flow::nearest_base_kv(bases, 0.0) == 12.47);
  CHECK(flow::nearest_base_kv({}, 1.0) == 0.0);
}

TEST_CASE("every bus gets the base of its own voltage level, loads and taps or not") {
  Made made;
  const double peak = 7200.0, s = std::sqrt(0.75);
  add_source(made, "a", {1, 2, 3}, {{peak, 0.0}, {-0.5 * peak, -s * peak}, {-0.5 * peak, s * peak}},
             {0.1, 1.0});
  add_winding(made, "a", {1, 2, 3}, Connection::delta, 12.47, 1000.0);
  add_winding(made, "b", {1, 2, 3, 0}, Connection::wye, 4.16, 1000.0);
  close_transformer(made, "sub", 3, 6.0);
  add_line(made, "b", "c", {1, 2, 3}, {1.0, 2.0});
  add_line(made, "c", "d", {2}, {1.0, 2.0}, {0.0, 1e-3});
  add_winding(made, "d", {2, 0}, Connection::wye, 2.4, 25.0);
  add_winding(made, "house", {1, 0}, Connection::wye, 0.12, 25.0);
  add_winding(made, "house", {0, 2}, Connection::wye, 0.12, 25.0);
  close_transformer(made, "pole", 1, 2.0);
  add_load(made, "d", {2, 0}, 1, 2.4, 900.0, 100.0);
  add_bank(made, "c", {1, 2, 3}, 300.0, 2400.0, 1, 1);
  nodes(made, "nowhere", {1});
  const std::array<double, 4> bases{12.47, 4.16, 0.48, 0.208};
  flow::assign_bases(made.circuit, bases);
  const std::array<double, 6> expected{12.47, 4.16, 4.16, 4.16, 0.208, 12.47};
  for (Index bus = 0; bus < 6; ++bus) {
    CAPTURE(made.circuit.buses.name[bus]);
    CHECK(made.circuit.buses.base_kv_ln[bus] == doctest::Approx(expected[bus] / sqrt3));
  }
  CHECK(made.circuit.loads.size() == 1);
}
