// SPDX-License-Identifier: BSD-3-Clause
#include "gridswarm/feeder/admittance.hpp"

#include <doctest/doctest.h>

#include <complex>

#include "gridswarm/base/error.hpp"
#include "gridswarm/base/units.hpp"
#include "network.hpp"

using namespace gridswarm;
using Complex = std::complex<double>;

namespace {

/// Entry of Y, diagonal included.
Complex entry(const feeder::Admittance& y, Index i, Index j) {
  Complex sum(i == j ? y.ground_re[i] : 0.0, i == j ? y.ground_im[i] : 0.0);
  for (Index e = y.first[i]; e < y.first[i + 1]; ++e) {
    const Complex value(y.y_re[e], y.y_im[e]);
    if (i == j) sum -= value;
    if (y.column[e] == j) sum += value;
  }
  return sum;
}

void hold(feeder::Case& grid, Index bus, double v_pu) {
  grid.buses.type[bus] = feeder::BusType::pv;
  auto& g = grid.generators;
  g.bus.push_back(bus);
  for (auto* zero : {&g.pg_mw, &g.qg_mvar, &g.qmax_mvar, &g.qmin_mvar}) zero->push_back(0.0);
  g.vg_pu.push_back(v_pu);
  g.in_service.push_back(1);
}

}  // namespace

TEST_CASE("rows of a ring of lines are those of the textbook") {
  feeder::Case grid = test::make_network(3);
  test::join(grid, 0, 1, 0.1);
  test::join(grid, 1, 2, 0.2);
  test::join(grid, 2, 0, 0.5);
  grid.branches.b_pu = {0.02, 0.04, 0.06};
  grid.buses.bs_mvar[1] = 0.5;
  const auto y = feeder::admittance(grid);
  REQUIRE(y.nodes() == 3);
  const Index a = y.node[0], b = y.node[1], c = y.node[2];
  CHECK(std::abs(entry(y, a, b) - Complex(0, 10)) < 1e-13);
  CHECK(std::abs(entry(y, a, a) - Complex(0, -10 - 2 + 0.01 + 0.03)) < 1e-13);
  CHECK(std::abs(entry(y, b, b) - Complex(0, -10 - 5 + 0.01 + 0.02 + 0.5)) < 1e-13);
  CHECK(std::abs(entry(y, c, a) - Complex(0, 2)) < 1e-13);
  CHECK(y.ground_im[a] == doctest::Approx(0.04).epsilon(1e-14));  // no large numbers in it
}

TEST_CASE("a transformer that closes a loop keeps what the loop's ratios leave over") {
  feeder::Case grid = test::make_network(2);
  test::join(grid, 0, 1, 0.1, 1.0, 30.0);
  const Index closing = test::join(grid, 0, 1, 0.2, 1.1, 30.0);
  const auto y = feeder::admittance(grid);
  REQUIRE(y.spanning.closing == std::vector<Index>{closing});
  CHECK(y.links[0].t_re == 1.0);
  CHECK(y.links[0].t_im == 0.0);
  CHECK(y.links[1].t_re == doctest::Approx(1.1).epsilon(1e-15));
  CHECK(std::abs(y.links[1].t_im) < 1e-15);
  // In V' the second is -j5 over 1.1: y_ff = -5j / 1.21, y_ft = 5j / 1.1, y_tt = -5j.
  const Index f = y.node[0], t = y.node[1];
  CHECK(std::abs(entry(y, f, f) - Complex(0, -10 - 5 / 1.21)) < 1e-13);
  CHECK(std::abs(entry(y, f, t) - Complex(0, 10 + 5 / 1.1)) < 1e-13);
  CHECK(std::abs(entry(y, t, t) - Complex(0, -15)) < 1e-13);
}

TEST_CASE("buses joined by no impedance are one node, whatever the ratio between them") {
  feeder::Case grid = test::make_network(4);
  test::join(grid, 0, 1, 0.1);
  test::join(grid, 1, 2, 0.0);
  test::join(grid, 3, 2, 0.0, 1.05, 30.0);
  grid.buses.gs_mw[3] = 2.0;
  const auto y = feeder::admittance(grid);
  CHECK(y.nodes() == 2);
  CHECK(y.node[1] == y.node[3]);
  CHECK(y.buses.row(y.node[1]).size() == 3);
  const Complex k(y.k_re[3], y.k_im[3]);  // V_3 = 1.05 e^{j 30 deg} V_2
  CHECK(std::abs(k - std::polar(1.05, 30.0 * rad_per_deg)) < 1e-15);
  CHECK(y.ground_re[y.node[1]] == doctest::Approx(2.0 * 1.05 * 1.05).epsilon(1e-14));
}

TEST_CASE("a PV bus without a generator in service is a load, and isolated buses are left out") {
  feeder::Case grid = test::make_network(5);
  test::join(grid, 0, 1, 0.1);
  test::join(grid, 1, 2, 0.1);
  test::join(grid, 2, 4, 0.1);
  hold(grid, 1, 1.02);
  hold(grid, 2, 1.03);
  grid.generators.in_service[1] = 0;
  grid.buses.type[4] = feeder::BusType::isolated;
  const auto y = feeder::admittance(grid);
  CHECK(y.kind[y.node[0]] == feeder::NodeKind::source);
  CHECK(y.kind[y.node[1]] == feeder::NodeKind::held);
  CHECK(y.v_set[y.node[1]] == 1.02);
  CHECK(y.holder[y.node[1]] == 1);
  CHECK(y.kind[y.node[2]] == feeder::NodeKind::load);
  CHECK(y.node[3] == none);
  CHECK(y.node[4] == none);
  CHECK(y.spanning.forest.unsupplied == std::vector<Index>{3, 4});
}

TEST_CASE("what can't hold without impedance is refused by name") {
  feeder::Case held = test::make_network(3);
  test::join(held, 0, 1, 0.1);
  test::join(held, 1, 2, 0.0);
  hold(held, 1, 1.02);
  hold(held, 2, 1.03);
  CHECK_THROWS_WITH_AS(feeder::admittance(held),
                       doctest::Contains("buses 20 and 30 hold different voltages"), InputError);
  held.generators.vg_pu[1] = 1.02;
  CHECK_NOTHROW(feeder::admittance(held));
  feeder::Case ratios = test::make_network(2);
  test::join(ratios, 0, 1, 0.0, 1.05);
  test::join(ratios, 0, 1, 0.0, 1.06);
  CHECK_THROWS_WITH_AS(feeder::admittance(ratios), doctest::Contains("10-20"), InputError);
  ratios.branches.ratio[1] = 1.05;
  CHECK_NOTHROW(feeder::admittance(ratios));
}
