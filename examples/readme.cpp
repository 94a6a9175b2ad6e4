// SPDX-License-Identifier: BSD-3-Clause
#include <cstdio>

#include "gridswarm/cluster/form.hpp"
#include "gridswarm/fleet/synthetic.hpp"
#include "gridswarm/flow/summary.hpp"
#include "gridswarm/io/matpower.hpp"

int main() {
  using namespace gridswarm;
  const feeder::Case grid = io::read_matpower("examples/data/ieee33.m");
  const feeder::Forest forest = feeder::make_forest(grid);
  Column<double> p_pu, q_pu;
  flow::nominal_injections(grid, p_pu, q_pu);
  flow::FlowWork work;
  flow::FlowResult result;
  flow::solve(grid, forest, {1, p_pu, q_pu}, {}, work, result);
  flow::BranchFlows flows;
  flow::branch_flows(grid, forest, {1, p_pu, q_pu}, result, 0, flows);
  std::printf("%.1f kW lost\n", 1000.0 * flows.losses_mw);
  const fleet::Fleet fleet = fleet::make_synthetic_fleet(grid, 200, 1);
  const auto formed = cluster::form(grid, forest, fleet, {}, nullptr);
  std::printf("%d devices in %d clusters\n", fleet.size(), formed.clusters.size());
}
