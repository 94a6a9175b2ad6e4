// SPDX-License-Identifier: BSD-3-Clause
#include "gridswarm/balance/dispatch.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstring>
#include <limits>

#include "gridswarm/base/error.hpp"
#include "gridswarm/kernel/kernels.hpp"
#include "make.hpp"

using namespace gridswarm;

namespace {

struct Solved {
  balance::DispatchResult result;
  std::vector<double> p_kw;
};

Solved solved(const fleet::Fleet& fleet, const cluster::Clusters& clusters,
              const std::vector<double>& e_ref, const balance::DispatchOptions& options) {
  Solved out;
  balance::DispatchWork work;
  out.p_kw.resize(fleet.size());
  balance::dispatch(fleet, clusters, e_ref, options, work, out.result, out.p_kw);
  return out;
}

cluster::Clusters random_clusters(Index agents, Index count, make::Dice& dice) {
  std::vector<Index> of, top(count, 0);
  for (Index i = 0; i < agents; ++i) of.push_back(dice.below(count + 1) - 1);
  return make::clusters(of, top);
}

}  // namespace

TEST_CASE("a cluster shares its imbalance, and who is in no cluster keeps what it wants") {
  fleet::Fleet fleet = make::fleet({0, 0, 0});
  fleet.state.p_want_kw = {6.0, -3.0, 5.0};
  const cluster::Clusters one = make::clusters({0, 0, none}, {0});
  const Solved out = solved(fleet, one, {}, {.a_ext = 1.0, .measure_gap = true});
  // 3 kW over, three equal weights: each member and the exchange give way by 1 kW.
  CHECK(out.p_kw[0] == doctest::Approx(5.0));
  CHECK(out.p_kw[1] == doctest::Approx(-4.0));
  CHECK(out.p_kw[2] == 5.0);
  CHECK(out.result.price[0] == doctest::Approx(-1.0));
  CHECK(out.result.export_kw[0] == doctest::Approx(1.0));
  CHECK(out.result.totals.total_cost == doctest::Approx(1.5));
  CHECK(out.result.totals.imbalance_before_kw == doctest::Approx(3.0));
  CHECK(out.result.totals.imbalance_left_kw == doctest::Approx(1.0));
}

TEST_CASE("the gap to the exact optimum stays below 1e-9 on random fleets, within their limits") {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    CAPTURE(seed);
    make::Dice dice{seed};
    const Index agents = 1 + dice.below(200), count = 1 + dice.below(9);
    const fleet::Fleet fleet = make::random_fleet(agents, 1, dice);
    const cluster::Clusters clusters = random_clusters(agents, count, dice);
    std::vector<double> e_ref;
    for (Index c = 0; c < count; ++c) e_ref.push_back(dice.uniform(-20.0, 20.0));
    const Solved out =
        solved(fleet, clusters, e_ref,
               {.a_ext = std::pow(10.0, dice.uniform(-3.0, 3.0)), .measure_gap = true});
    CHECK(out.result.totals.gap <= 1e-9);
    CHECK(out.result.totals.not_converged == 0);
    CHECK(out.result.totals.infeasible == 0);
    for (Index i = 0; i < agents; ++i) {
      CHECK(out.p_kw[i] >= fleet.state.p_min_kw[i]);
      CHECK(out.p_kw[i] <= fleet.state.p_max_kw[i]);
      if (clusters.of[i] == none) CHECK(out.p_kw[i] == fleet.state.p_want_kw[i]);
    }
    for (Index c = 0; c < count; ++c) {
      double sum = 0.0;
      for (Index i : clusters.members.row(c)) sum += out.p_kw[i];
      CHECK(out.result.export_kw[c] == doctest::Approx(sum).epsilon(1e-12));
    }
  }
}

TEST_CASE("messages and bytes are those of the survey and the passes") {
  fleet::Fleet fleet = make::fleet({0, 0, 0, 0});
  fleet.state.p_want_kw = {1.0, 2.0, 3.0, 4.0};
  const Solved out = solved(fleet, make::clusters({0, 0, 0, 1}, {0, 0}), {}, {});
  // Cluster of 3: survey, price 0, then the solution: passes 3, so per other member 1 + 2 + 2
  // messages.
  REQUIRE(out.result.passes[0] == 3);
  CHECK(out.result.totals.messages == 2 * 5);
  CHECK(out.result.totals.bytes == 2 * (32 + 2 * 8 + 2 * 16));
  CHECK(out.result.totals.passes_max == 3);
}

TEST_CASE("a fixed exchange is met to rounding, or counted as out of reach") {
  fleet::Fleet fleet = make::fleet({0, 0, 0});
  const cluster::Clusters two = make::clusters({0, 0, 1}, {0, 0});
  const Solved out = solved(fleet, two, {7.0, 11.0}, {.fixed_exchange = true, .measure_gap = true});
  CHECK(out.result.export_kw[0] == doctest::Approx(7.0).epsilon(1e-12));
  CHECK(out.result.export_kw[1] == 10.0);
  CHECK(out.result.status[1] == balance::Balance::short_of_power);
  CHECK(out.result.totals.infeasible == 1);
  CHECK(out.result.totals.imbalance_left_kw == doctest::Approx(1.0));
}

TEST_CASE("set-points are the same bytes in every instruction set") {
  make::Dice dice{11};
  const fleet::Fleet fleet = make::random_fleet(5000, 1, dice);
  const cluster::Clusters clusters = random_clusters(5000, 100, dice);
  const kernel::Isa before = kernel::isa_in_use();
  REQUIRE(kernel::use_isa(kernel::Isa::reference));
  const Solved reference = solved(fleet, clusters, {}, {});
  for (int isa = 1; isa < kernel::isa_count; ++isa) {
    if (!kernel::use_isa(static_cast<kernel::Isa>(isa))) continue;
    const Solved other = solved(fleet, clusters, {}, {});
    CHECK(std::memcmp(reference.p_kw.data(), other.p_kw.data(), 5000 * sizeof(double)) == 0);
    CHECK(reference.result.price == other.result.price);
  }
  kernel::use_isa(before);
}

TEST_CASE("a fleet without agents, or without clusters, is dispatched to nothing") {
  const Solved nobody = solved(make::fleet({}), make::clusters({}, {}), {}, {.measure_gap = true});
  CHECK(nobody.result.totals.total_cost == 0.0);
  CHECK(nobody.result.totals.gap == 0.0);
  const Solved empty = solved(make::fleet({0}), make::clusters({none}, {0}), {3.0}, {});
  CHECK(empty.result.totals.imbalance_left_kw == 3.0);
  CHECK(empty.result.totals.messages == 0);
}

TEST_CASE("bands and costs that no dispatch can work with are refused with the agent") {
  const auto message = [](auto change) {
    fleet::Fleet fleet = make::fleet({0, 0});
    change(fleet);
    try {
      balance::check_bands(fleet, "fleet.csv");
    } catch (const InputError& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  CHECK(message([](fleet::Fleet&) {}).empty());
  CHECK(message([](fleet::Fleet& f) { f.state.p_min_kw[1] = 11.0; }).find("agent 101") !=
        std::string::npos);
  CHECK(message([](fleet::Fleet& f) { f.plate.cost_per_kw2[0] = 0.0; }).find("agent 100") !=
        std::string::npos);
  CHECK(message([](fleet::Fleet& f) {
          f.state.p_max_kw[0] = std::numeric_limits<double>::infinity();
        }).find("finite") != std::string::npos);
  CHECK_FALSE(message([](fleet::Fleet& f) { f.state.p_want_kw[1] = std::nan(""); }).empty());
}
