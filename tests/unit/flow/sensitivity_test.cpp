// SPDX-License-Identifier: BSD-3-Clause
#include "gridswarm/flow/sensitivity.hpp"

#include <doctest/doctest.h>

#include <set>

#include "grids.hpp"
#include "gridswarm/feeder/synthetic.hpp"

using namespace gridswarm;

namespace {

/// Resistance that the paths of two positions share, edge by edge.
double shared_r(const feeder::Forest& forest, Index a, Index b) {
  std::set<Index> path;
  for (Index k = a; k >= forest.roots; k = forest.parent[k]) path.insert(k);
  double r = 0.0;
  for (Index k = b; k >= forest.roots; k = forest.parent[k])
    if (path.count(k)) r += forest.r_pu[k];
  return r;
}

}  // namespace

TEST_CASE("one sweep up and down is the product with the matrix of shared resistances") {
  const feeder::Forest forest = feeder::make_forest(feeder::make_synthetic(40, 9));
  std::vector<double> p(40), q(40), dv(40), scratch(80);
  for (Index k = 0; k < 40; ++k) p[k] = draw_uniform(9, Stream::test, k, 0) - 0.5;
  flow::lin_voltage(forest, p, q, dv, scratch);
  CHECK(dv[0] == 0.0);
  for (Index i = 0; i < 40; ++i) {
    double expected = 0.0;
    for (Index j = 0; j < 40; ++j) expected += shared_r(forest, i, j) * p[j];
    CHECK(dv[i] == doctest::Approx(expected).epsilon(1e-12));
  }
}

TEST_CASE("for a small injection the power flow moves as the sensitivities say") {
  const feeder::Case grid = feeder::make_synthetic(20, 2);
  const feeder::Forest forest = feeder::make_forest(grid);
  std::vector<double> p(20), q(20), dv(20), scratch(40);
  const Index row = forest.bus[19];
  p[row] = 1e-4;
  q[row] = 2e-4;
  const auto result = test::solved(grid, 1, p, q);
  std::vector<double> p_at(20), q_at(20);
  p_at[19] = p[row];
  q_at[19] = q[row];
  flow::lin_voltage(forest, p_at, q_at, dv, scratch);
  for (Index k = 1; k < 20; ++k) {
    const Index bus = forest.bus[k];
    const double vm = std::abs(test::Complex(result.v_re[bus], result.v_im[bus]));
    CHECK(std::abs(vm - 1.0 - dv[k]) < 1e-3 * dv[19]);
  }
}
