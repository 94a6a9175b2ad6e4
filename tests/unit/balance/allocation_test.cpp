// SPDX-License-Identifier: BSD-3-Clause
// Every tick function of balance/, counted by a replaced operator new: warm, it allocates nothing.
#include <doctest/doctest.h>

#include <cstdlib>
#include <new>

#include "../count_allocations.hpp"
#include "gridswarm/balance/dispatch.hpp"
#include "gridswarm/balance/matching.hpp"
#include "gridswarm/balance/sharing.hpp"
#include "gridswarm/balance/volt_var.hpp"
#include "make.hpp"

using namespace gridswarm;

TEST_CASE("the counter counts") {
  const long before = allocations;
  Column<double> one(1);
  std::vector<double> two(1);
  CHECK(allocations == before + 2);
}

TEST_CASE("targets, matching, dispatch with its gap, and volt-var allocate nothing once warm") {
  make::Dice dice{5};
  const Index buses = 60, agents = 400;
  const feeder::Forest forest = make::random_forest(buses, 4, 1e-3, 1.0, dice);
  fleet::Fleet fleet = make::random_fleet(agents, buses, dice);
  std::vector<Index> of, top(20, 0);
  for (Index i = 0; i < agents; ++i) of.push_back(i % 20);
  const cluster::Clusters clusters = make::clusters(of, top);
  Column<double> length, v_now(buses, 1.05);
  balance::edge_lengths(forest, 1e-3, length);
  balance::ClusterTrees trees;
  balance::make_cluster_trees(forest, clusters, fleet.plate.bus, length, trees);
  balance::VoltVarPlan plan;
  balance::make_volt_var_plan(forest, fleet, 1e-3, {}, {}, plan);

  balance::SharingState sharing;
  balance::MatchingWork matching_work;
  balance::Transfers transfers;
  balance::DispatchWork dispatch_work;
  balance::DispatchResult dispatched;
  balance::VoltVarWork volt_var_work;
  balance::VoltVarResult volt_var_result;
  std::vector<double> e_ref(20), p(agents), q(agents);
  const balance::DispatchOptions options{.measure_gap = true};
  const balance::VoltVarOptions volt_var_options;
  long before = 0;
  for (int tick = 0; tick < 5; ++tick) {
    if (tick == 1) before = allocations;
    for (Index i = 0; i < agents; ++i) fleet.state.p_want_kw[i] += dice.uniform(-0.5, 0.5);
    balance::cluster_targets(fleet, clusters, 10.0 * tick, 60.0, {}, sharing, e_ref);
    balance::match(clusters, trees, fleet.state.p_want_kw, matching_work, transfers);
    balance::dispatch(fleet, clusters, e_ref, options, dispatch_work, dispatched, p);
    balance::volt_var(forest, fleet, plan, v_now, volt_var_options, volt_var_work, volt_var_result,
                      p, q);
  }
  CHECK(allocations == before);
  CHECK(transfers.totals.shared_kw > 0.0);
  CHECK(volt_var_result.volt_var_converged);
}
