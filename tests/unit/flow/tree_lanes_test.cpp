// SPDX-License-Identifier: BSD-3-Clause
// Newton on a tree: a scenario's bits depend on nothing but its own numbers.
#include <doctest/doctest.h>

#include <cmath>
#include <cstring>

#include "devices.hpp"
#include "gridswarm/feeder/spanning.hpp"
#include "gridswarm/flow/tree_newton.hpp"
#include "gridswarm/kernel/isa.hpp"

using namespace gridswarm;

namespace {

constexpr Index buses = 30;

feeder::Case plain() { return test::everything(buses - 1, 3); }

/// The same tree with every kind of law and a tap changer at either end.
feeder::Case with_laws() {
  feeder::Case grid = plain();
  grid.base_mva = 10.0;
  for (const Index k : {4, 9, 9, 17}) test::add_load(grid, k, 0.4, 0.1, 0.3, 0.4, 0.2, 0.8);
  test::add_load(grid, 5, 0.4, 0.1, 0, 0, 0, 0);
  for (const Index k : {6, 9, 21}) {
    test::add_inverter(grid, k, 1.0, 1.5, feeder::VarRule::volt_var);
    grid.inverters.volt_var.back() = test::ieee_volt_var();
    grid.inverters.volt_watt.back() = test::curve({1.0, 1.05}, {1.0, 0.2});
  }
  test::add_inverter(grid, 12, 0.5, 0.0, feeder::VarRule::power_factor);
  grid.inverters.tan_phi.back() = -0.2;
  for (const Index k : {11, 14}) {
    grid.buses.type[k] = feeder::BusType::pv;
    test::add_generator(grid, k, 1.0, -0.4, 0.4);
  }
  test::add_tap_changer(grid, 3, 0.01, test::taps_at_from);
  test::add_tap_changer(grid, 8, -0.0125, test::taps_at_to);
  return grid;
}

struct Batch {
  std::vector<double> p, q;
  std::vector<std::int32_t> tap;
};
/// Loads grow with the number of the scenario, so that lanes stop at different passes.
void add_scenario(Index number, Batch& batch) {
  for (Index k = 0; k < buses; ++k) {
    const double u =
        draw_uniform(5, Stream::test, static_cast<std::uint64_t>(number * buses + k), 0);
    batch.p.push_back(-0.04 * (number + 1) * u);
    batch.q.push_back(-0.01 * (number + 1) * u);
  }
  batch.tap.push_back(number % 5 - 2);
  batch.tap.push_back(2 - number % 4);
}
Batch make_batch(Index scenarios) {
  Batch batch;
  for (Index s = 0; s < scenarios; ++s) add_scenario(s % 24, batch);
  return batch;
}

flow::FlowResult newton(const feeder::Case& grid, const Batch& batch, std::int64_t threads = 1) {
  flow::FlowWork work;
  flow::FlowResult result;
  flow::FlowOptions options;
  options.q_limits = true;
  options.threads = threads;
  flow::Injections injections{static_cast<Index>(batch.p.size()) / buses, batch.p, batch.q};
  if (grid.tap_changers.size() > 0) injections.tap = batch.tap;
  flow::solve_tree_newton(grid, feeder::spanning_forest(grid).forest, injections, options, work,
                          result);
  return result;
}

bool same_bits(const Column<double>& a, const Column<double>& b, std::size_t from_a = 0,
               std::size_t from_b = 0, std::size_t count = 0) {
  if (count == 0) count = a.size();
  return count == 0 ||
         std::memcmp(a.data() + from_a, b.data() + from_b, count * sizeof(double)) == 0;
}

}  // namespace

TEST_CASE("tree_newton: every instruction set gives the bits of the reference kernels") {
  for (const feeder::Case& grid : {plain(), with_laws()}) {
    Batch batch = make_batch(37);
    batch.p[2 * buses + 5] = -900.0;  // infeasible
    batch.p[11 * buses + 7] = NAN;
    const kernel::Isa in_use = kernel::isa_in_use();
    REQUIRE(kernel::use_isa(kernel::Isa::reference));
    const auto reference = newton(grid, batch);
    CHECK(reference.status[2] == flow::FlowStatus::infeasible);
    CHECK(reference.status[11] != flow::FlowStatus::converged);
    CHECK(reference.status[23] == flow::FlowStatus::converged);
    for (int i = 1; i < kernel::isa_count; ++i) {
      if (!kernel::use_isa(static_cast<kernel::Isa>(i))) continue;
      CAPTURE(kernel::name_of(static_cast<kernel::Isa>(i)));
      CAPTURE(grid.loads.size());
      const auto fast = newton(grid, batch);
      CHECK(same_bits(reference.v_re, fast.v_re));
      CHECK(same_bits(reference.v_im, fast.v_im));
      CHECK(same_bits(reference.max_mismatch_va, fast.max_mismatch_va));
      CHECK(same_bits(reference.max_step_pu, fast.max_step_pu));
      CHECK(same_bits(reference.source_q_pu, fast.source_q_pu));
      CHECK(same_bits(reference.inverter_q_pu, fast.inverter_q_pu));
      CHECK(same_bits(reference.held_q_pu, fast.held_q_pu));
      CHECK(reference.iterations == fast.iterations);
      CHECK(reference.worst_bus == fast.worst_bus);
      CHECK(reference.status == fast.status);
    }
    kernel::use_isa(in_use);
  }
}

TEST_CASE("tree_newton: every scenario of a ragged batch has the bits it has alone") {
  for (const feeder::Case& grid : {plain(), with_laws()})
    for (const Index count : {1, 7, 9, 24}) {
      const auto batch = newton(grid, make_batch(count));
      for (Index s = 0; s < count; ++s) {
        CAPTURE(s);
        Batch own;
        add_scenario(s, own);
        const auto alone = newton(grid, own);
        CHECK(same_bits(alone.v_re, batch.v_re, 0, static_cast<std::size_t>(s) * buses, buses));
        CHECK(same_bits(alone.v_im, batch.v_im, 0, static_cast<std::size_t>(s) * buses, buses));
        CHECK(alone.iterations[0] == batch.iterations[s]);
        CHECK(alone.status[0] == batch.status[s]);
        CHECK(alone.max_mismatch_va[0] == batch.max_mismatch_va[s]);
        CHECK(alone.source_p_pu[0] == batch.source_p_pu[s]);
      }
    }
}

TEST_CASE("tree_newton: a poisoned or infeasible lane leaves its neighbours' bits alone") {
  for (const feeder::Case& grid : {plain(), with_laws()}) {
    Batch batch = make_batch(16);
    const auto clean = newton(grid, batch);
    batch.p[3 * buses + 7] = NAN;
    batch.q[6 * buses + 7] = HUGE_VAL;
    for (Index k = 0; k < buses; ++k) batch.p[8 * buses + k] = -50.0;
    for (Index k = 0; k < buses; ++k) batch.p[9 * buses + k] = -1e200;
    const auto poisoned = newton(grid, batch);
    for (std::size_t s = 0; s < 16; ++s) {
      CAPTURE(s);
      const bool is_bad = s == 3 || s == 6 || s == 8 || s == 9;
      if (is_bad) {
        CHECK(poisoned.status[s] != flow::FlowStatus::converged);
        for (std::size_t k = 0; k + 1 < buses; ++k)
          CHECK(std::isfinite(poisoned.v_re[s * buses + k]));
        continue;
      }
      CHECK(poisoned.status[s] == flow::FlowStatus::converged);
      CHECK(same_bits(clean.v_re, poisoned.v_re, s * buses, s * buses, buses - 1));
      CHECK(clean.iterations[s] == poisoned.iterations[s]);
      CHECK(clean.max_mismatch_va[s] == poisoned.max_mismatch_va[s]);
    }
  }
}

TEST_CASE("tree_newton: threads do not change a bit") {
  for (const feeder::Case& grid : {plain(), with_laws()}) {
    const auto one = newton(grid, make_batch(70), 1);
    const auto three = newton(grid, make_batch(70), 3);
    CHECK(same_bits(one.v_re, three.v_re));
    CHECK(same_bits(one.v_im, three.v_im));
    CHECK(same_bits(one.load_p_pu, three.load_p_pu));
  }
}
