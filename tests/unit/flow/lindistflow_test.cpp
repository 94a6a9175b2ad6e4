// SPDX-License-Identifier: BSD-3-Clause
#include "gridswarm/flow/lindistflow.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstring>

#include "grids.hpp"
#include "gridswarm/feeder/synthetic.hpp"
#include "gridswarm/flow/solver.hpp"
#include "gridswarm/kernel/isa.hpp"

using namespace gridswarm;

namespace {

flow::FlowResult screened(const feeder::Case& grid, Index scenarios, const std::vector<double>& p,
                          const std::vector<double>& q) {
  flow::FlowOptions options;
  options.method = "lindistflow";
  const flow::Solver solver = flow::prepare(grid, options);
  flow::FlowWork work;
  flow::FlowResult result;
  flow::solve(solver, {scenarios, p, q}, options, work, result);
  return result;
}

}  // namespace

TEST_CASE("two buses: the squared voltage falls by 2 (r p + x q), the angle by x p - r q") {
  const double r = 0.02, x = 0.04, p = 0.6, q = 0.3;
  const auto result = screened(test::two_buses(r, x), 1, {0.0, -p}, {0.0, -q});
  CHECK(result.status[0] == flow::FlowStatus::converged);
  CHECK(result.method[0] == flow::Method::lindistflow);
  const double square = result.v_re[1] * result.v_re[1] + result.v_im[1] * result.v_im[1];
  CHECK(square == doctest::Approx(1.0 - 2.0 * (r * p + x * q)).epsilon(1e-14));
  CHECK(std::atan2(result.v_im[1], result.v_re[1]) ==
        doctest::Approx(-std::atan(x * p - r * q)).epsilon(1e-14));
  CHECK(result.source_p_pu[0] == doctest::Approx(p).epsilon(1e-14));
  // At these voltages the load draws J = conj(S / V), and by Ohm's law that makes others.
  const test::Complex v(result.v_re[1], result.v_im[1]);
  const test::Complex s(p, q), j = std::conj(s / v);
  const test::Complex next = 1.0 - test::Complex(r, x) * j;
  CHECK(result.max_step_pu[0] == doctest::Approx(std::abs(next - v)).epsilon(1e-9));
  CHECK(result.max_mismatch_va[0] ==
        doctest::Approx(1e6 * std::abs(next * std::conj(j) - s)).epsilon(1e-9));
  CHECK(result.worst_bus[0] == 1);
}

TEST_CASE("on a loaded feeder it is within a percent of the whole solution, and says how far") {
  const feeder::Case grid = feeder::make_synthetic(400, 2);
  std::vector<double> p, q;
  for (Index k = 0; k < 400; ++k) {
    p.push_back(-grid.buses.pd_mw[k] / grid.base_mva);
    q.push_back(-grid.buses.qd_mvar[k] / grid.base_mva);
  }
  const auto full = test::solved(grid, 1, p, q);
  const auto fast = screened(grid, 1, p, q);
  double worst = 0.0;
  for (Index k = 0; k < 400; ++k)
    worst = std::max(worst, std::hypot(full.v_re[k] - fast.v_re[k], full.v_im[k] - fast.v_im[k]));
  CHECK(worst < 0.01);
  CHECK(worst > 1e-4);
  CHECK(fast.max_step_pu[0] > 0.5 * worst);
}

TEST_CASE("loads beyond its reach are infeasible, and their neighbours keep their bits") {
  const feeder::Case grid = test::everything(60, 5);
  std::vector<double> p, q;
  for (Index i = 0; i < 11 * 61; ++i) {
    p.push_back(-0.05 * draw_uniform(3, Stream::test, static_cast<std::uint64_t>(i), 0));
    q.push_back(-0.02);
  }
  const auto clean = screened(grid, 11, p, q);
  for (Index k = 0; k < 61; ++k) p[2 * 61 + k] = -500.0;
  const kernel::Isa in_use = kernel::isa_in_use();
  for (int i = 0; i < kernel::isa_count; ++i) {
    if (!kernel::use_isa(static_cast<kernel::Isa>(i))) continue;
    const auto poisoned = screened(grid, 11, p, q);
    CHECK(poisoned.status[2] == flow::FlowStatus::infeasible);
    for (Index s = 0; s < 11; ++s) {
      if (s == 2) continue;
      CHECK(poisoned.status[s] == flow::FlowStatus::converged);
      CHECK(std::memcmp(clean.v_re.data() + s * 61, poisoned.v_re.data() + s * 61, 60 * 8) == 0);
      CHECK(clean.max_mismatch_va[s] == poisoned.max_mismatch_va[s]);
    }
  }
  kernel::use_isa(in_use);
}
