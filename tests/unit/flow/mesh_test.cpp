// SPDX-License-Identifier: BSD-3-Clause
// Networks with loops: lanes against the oracle, held voltages, reactive limits, bits.
#include <doctest/doctest.h>

#include <cmath>
#include <cstring>

#include "gridswarm/base/error.hpp"
#include "gridswarm/flow/compensation.hpp"
#include "gridswarm/kernel/isa.hpp"
#include "mesh_grids.hpp"

using namespace gridswarm;
using flow::FlowStatus;

namespace {

void check_all_converged(const flow::FlowResult& result) {
  for (Index s = 0; s < result.scenarios; ++s) CHECK(result.status[s] == FlowStatus::converged);
}

bool same_bytes(const flow::FlowResult& a, const flow::FlowResult& b) {
  return !a.v_re.empty() && a.v_re.size() == b.v_re.size() &&
         std::memcmp(a.v_re.data(), b.v_re.data(), a.v_re.size() * sizeof(double)) == 0 &&
         std::memcmp(a.v_im.data(), b.v_im.data(), a.v_im.size() * sizeof(double)) == 0 &&
         a.iterations == b.iterations && a.max_step_pu == b.max_step_pu;
}

/// Source 0 at 1.0, then bus 1 behind x = 0.1 p.u. on 1 MVA.
feeder::Case behind_reactance() { return test::two_buses(0.0, 0.1); }

}  // namespace

TEST_CASE("the oracle finds the voltage that the quadratic of two buses has") {
  // V = 1 - j x (S / V)*: with P = -1, Q = 0, x = 0.1: |V|^2 = (1 + sqrt(1 - 4 x^2)) / 2.
  const std::vector<double> p = {0.0, -1.0}, q = {0.0, 0.0};
  const auto result = flow::oracle_flow(behind_reactance(), p, q);
  REQUIRE(result.converged);
  CHECK(std::norm(result.v[1]) == doctest::Approx((1 + std::sqrt(1 - 0.04)) / 2).epsilon(1e-14));
  CHECK(result.s[0].real() == doctest::Approx(1.0).epsilon(1e-13));
}

TEST_CASE("random networks with 0 to 40 loops have the oracle's voltages") {
  for (const Index loops : {0, 1, 5, 40})
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
      CAPTURE(loops);
      CAPTURE(seed);
      const feeder::Case grid = test::meshed(60, loops, seed);
      const auto powers = test::random_powers(grid, 11, 0.3);
      const auto result = test::solved_mesh(grid, powers.injections());
      check_all_converged(result);
      CHECK(test::distance_from_oracle(grid, powers.injections(), result) < 1e-9);
      CHECK(std::isnan(result.v_re[60]));
    }
}

TEST_CASE("held voltages are held, and the oracle agrees") {
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    feeder::Case grid = test::meshed(50, 12, seed);
    for (const Index bus : {10, 25, 40}) test::hold(grid, bus, 1.0 + 0.001 * bus);
    test::hold(grid, 33, 1.03);
    grid.generators.in_service.back() = 0;  // its bus is PQ after all
    const auto powers = test::random_powers(grid, 9, 0.2);
    const auto result = test::solved_mesh(grid, powers.injections());
    check_all_converged(result);
    CHECK(test::distance_from_oracle(grid, powers.injections(), result) < 1e-9);
    for (Index s = 0; s < 9; ++s) {
      const auto v = test::voltages(grid, result, s);
      CHECK(std::abs(v[25]) == doctest::Approx(1.025).epsilon(1e-13));
      CHECK(std::abs(v[33]) != doctest::Approx(1.03).epsilon(1e-4));
      // What it injects on top closes the balance of its bus.
      const auto s_bus = test::nodal_powers(grid, v);
      const std::size_t at = static_cast<std::size_t>(s) * grid.buses.size() + 25;
      if (grid.branches.g_pu.empty())
        CHECK(result.held_q_pu[at] ==
              doctest::Approx(s_bus[25].imag() - powers.q[at]).epsilon(1e-8));
    }
  }
}

TEST_CASE("a generator at its reactive limit lets its voltage go") {
  // Without load V (V - 1) / x = Q. Holding 1.05 needs 0.525; at most 0.2 give (1 + sqrt(1.08))
  // / 2.
  feeder::Case grid = behind_reactance();
  test::hold(grid, 1, 1.05, -0.2, 0.2);
  const std::vector<double> zero(2, 0.0);
  flow::FlowOptions options;
  auto result = test::solved_mesh(grid, {1, zero, zero}, options);
  CHECK(result.v_re[1] == doctest::Approx(1.05).epsilon(1e-13));
  CHECK(result.held_q_pu[1] == doctest::Approx(0.525).epsilon(1e-12));
  options.q_limits = true;
  result = test::solved_mesh(grid, {1, zero, zero}, options);
  CHECK(result.status[0] == FlowStatus::converged);
  CHECK(result.v_re[1] == doctest::Approx((1 + std::sqrt(1.08)) / 2).epsilon(1e-13));
  CHECK(result.held_q_pu[1] == doctest::Approx(0.2).epsilon(1e-12));
  grid.generators.vg_pu[0] = 0.9;  // absorbs 0.9 * 0.1 / 0.1 = 0.9, may absorb 0.2
  result = test::solved_mesh(grid, {1, zero, zero}, options);
  CHECK(result.v_re[1] == doctest::Approx((1 + std::sqrt(0.92)) / 2).epsilon(1e-13));
  grid.generators.vg_pu[0] = 1.01;  // needs 0.101: within
  result = test::solved_mesh(grid, {1, zero, zero}, options);
  CHECK(result.v_re[1] == doctest::Approx(1.01).epsilon(1e-13));
}

TEST_CASE("only the scenarios that need it leave a held voltage") {
  feeder::Case grid = test::meshed(40, 8, 2);
  test::hold(grid, 20, 1.0, -50.0, 2.0);
  auto powers = test::random_powers(grid, 17, 0.1);
  for (std::size_t k = 5 * 41; k < 6 * 41; ++k) powers.q[k] *= 20.0;
  const auto free = test::solved_mesh(grid, powers.injections());
  flow::FlowOptions options;
  options.q_limits = true;
  const auto limited = test::solved_mesh(grid, powers.injections(), options);
  check_all_converged(limited);
  int gone = 0;
  for (Index s = 0; s < 17; ++s) {
    const std::size_t at = static_cast<std::size_t>(s) * 41 + 20;
    const double v = std::hypot(limited.v_re[at], limited.v_im[at]);
    const bool needs = free.held_q_pu[at] > 0.2;
    CHECK((std::abs(v - 1.0) > 1e-9) == needs);
    gone += needs;
    CHECK(limited.held_q_pu[at] <= 0.2 + 1e-12);
  }
  CHECK(gone > 0);
  CHECK(gone < 17);
}

TEST_CASE("sources of different voltage joined by no impedance are refused by name") {
  feeder::Case grid = test::two_buses(0.0, 0.0);
  grid.buses.type[1] = feeder::BusType::source;
  grid.buses.vm_pu[1] = 1.01;
  CHECK_THROWS_WITH_AS(flow::prepare_mesh(grid),
                       doctest::Contains("buses 100 and 101 hold different voltages"), InputError);
  grid.buses.vm_pu[1] = 1.0;
  grid.buses.va_deg[1] = 3.0;
  CHECK_THROWS_AS(flow::prepare_mesh(grid), InputError);
  grid.buses.va_deg[1] = 0.0;
  CHECK_NOTHROW(flow::prepare_mesh(grid));
}

TEST_CASE("a network without solution says so and keeps finite voltages") {
  feeder::Case grid = behind_reactance();
  test::add_branch(grid, 0, 1, 0.0, 0.1);  // x = 0.05 in all: at most 10 p.u. come through
  const std::vector<double> p = {0, -9.9, 0, -10.1, 0, -1.0}, q(6, 0.0);
  const auto result = test::solved_mesh(grid, {3, p, q});
  CHECK(result.status[0] == FlowStatus::converged);
  CHECK(result.status[1] != FlowStatus::converged);
  CHECK(result.status[2] == FlowStatus::converged);
  CHECK(std::isfinite(result.v_re[3]));
  CHECK(result.worst_bus[1] == 1);
  CHECK(std::hypot(result.v_re[3], result.v_im[3]) < 1.1);  // the best seen, not the last
  CHECK(result.max_mismatch_va[1] < 10.1e6);
}

TEST_CASE("a poisoned scenario, threads and company leave a scenario's bits alone") {
  feeder::Case grid = test::meshed(40, 15, 4);
  test::hold(grid, 12, 1.01);
  auto powers = test::random_powers(grid, 67, 0.2);
  flow::FlowOptions options;
  options.threads = 1;
  const auto clean = test::solved_mesh(grid, powers.injections(), options);
  check_all_converged(clean);
  options.threads = 3;
  CHECK(same_bytes(clean, test::solved_mesh(grid, powers.injections(), options)));
  powers.p[3 * 41 + 7] = NAN;
  for (std::size_t k = 8 * 41; k < 9 * 41; ++k) powers.p[k] = -500.0;
  const auto poisoned = test::solved_mesh(grid, powers.injections(), options);
  CHECK(poisoned.status[3] != FlowStatus::converged);
  CHECK(poisoned.status[8] != FlowStatus::converged);
  for (Index s = 0; s < 67; ++s) {
    if (s == 3 || s == 8) continue;
    CAPTURE(s);
    const std::size_t first = static_cast<std::size_t>(s) * 41;
    CHECK(std::memcmp(clean.v_re.data() + first, poisoned.v_re.data() + first, 40 * 8) == 0);
    CHECK(std::memcmp(clean.v_im.data() + first, poisoned.v_im.data() + first, 40 * 8) == 0);
    const std::span<const double> p(powers.p), q(powers.q);
    if (s % 10 != 0) continue;
    const auto alone = test::solved_mesh(grid, {1, p.subspan(first, 41), q.subspan(first, 41)});
    CHECK(std::memcmp(clean.v_re.data() + first, alone.v_re.data(), 40 * 8) == 0);
  }
}

TEST_CASE("every instruction set and the reference give the same bytes") {
  feeder::Case grid = test::meshed(30, 9, 6);
  test::hold(grid, 9, 1.02, -1.0, 1.0);
  auto powers = test::random_powers(grid, 9, 0.2);
  for (std::size_t k = 2 * 31; k < 3 * 31; ++k) powers.p[k] *= 60.0;  // by factors of its own
  flow::FlowOptions options;
  options.q_limits = true;
  const kernel::Isa before = kernel::isa_in_use();
  const auto truth = test::solved_mesh(grid, powers.injections(), options);
  for (int isa = 0; isa < kernel::isa_count; ++isa) {
    if (!kernel::use_isa(static_cast<kernel::Isa>(isa))) continue;
    CAPTURE(isa);
    CHECK(same_bytes(truth, test::solved_mesh(grid, powers.injections(), options)));
  }
  kernel::use_isa(before);
}

TEST_CASE("a warm start at the solution stays there") {
  const feeder::Case grid = test::meshed(40, 10, 8);
  const auto powers = test::random_powers(grid, 3, 0.3);
  const auto first = test::solved_mesh(grid, powers.injections());
  flow::Injections again = powers.injections();
  again.start_re = first.v_re;
  again.start_im = first.v_im;
  const auto second = test::solved_mesh(grid, again);
  for (Index s = 0; s < 3; ++s) {
    CHECK(second.iterations[s] < first.iterations[s]);
    CHECK(second.status[s] == FlowStatus::converged);
  }
}

TEST_CASE("compensation and Newton agree on feeders with up to 40 loops") {
  for (const Index loops : {0, 1, 6, 40})
    for (std::uint64_t seed = 1; seed <= 3; ++seed) {
      CAPTURE(loops);
      CAPTURE(seed);
      const feeder::Case grid = test::meshed(60, loops, seed);
      const auto powers = test::random_powers(grid, 5, 0.2);
      const auto prepared = flow::prepare_compensation(grid);
      CHECK(prepared.breaks.size() == static_cast<std::size_t>(loops));
      flow::FlowWork work;
      flow::FlowResult result;
      flow::solve_compensation(prepared, grid, powers.injections(), {}, work, result);
      check_all_converged(result);
      CHECK(test::distance_from_oracle(grid, powers.injections(), result) < 1e-9);
      const auto newton = test::solved_mesh(grid, powers.injections());
      for (Index s = 0; s < 5; ++s) {
        CHECK(result.source_p_pu[s] == doctest::Approx(newton.source_p_pu[s]).epsilon(1e-8));
        CHECK(result.source_q_pu[s] == doctest::Approx(newton.source_q_pu[s]).epsilon(1e-7));
      }
    }
}

TEST_CASE("compensation refuses held voltages and loops without impedance by name") {
  feeder::Case grid = behind_reactance();
  test::hold(grid, 1, 1.0);
  CHECK_THROWS_WITH_AS(flow::prepare_compensation(grid), doctest::Contains("PV bus 101"),
                       UsageError);
  feeder::Case ring = test::two_buses(0.0, 0.0);
  test::add_branch(ring, 0, 1, 0.0, 0.0);
  CHECK_THROWS_WITH_AS(flow::prepare_compensation(ring), doctest::Contains("100-101"), InputError);
}
