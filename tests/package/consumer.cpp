// SPDX-License-Identifier: BSD-3-Clause
// A user of the installed package, in either mode: a feeder, its devices, clusters, voltages.
// Ends 0 if all of it is as it must be, else with the number of the step that is not.
#include <gridswarm/cluster/form.hpp>
#include <gridswarm/feeder/forest.hpp>
#include <gridswarm/feeder/synthetic.hpp>
#include <gridswarm/fleet/synthetic.hpp>
#include <gridswarm/flow/power_flow.hpp>
#include <gridswarm/kernel/isa.hpp>
#include <vector>

namespace {

using namespace gridswarm;

/// Power that leaves the source minus what the buses consume, in p.u.: the losses, a few percent.
bool flow_is_right(const feeder::Case& grid, const feeder::Forest& forest) {
  std::vector<double> p_pu, q_pu;
  double consumed_pu = 0.0;
  for (double pd_mw : grid.buses.pd_mw) {
    p_pu.push_back(-pd_mw / grid.base_mva);
    consumed_pu -= p_pu.back();
  }
  for (double qd_mvar : grid.buses.qd_mvar) q_pu.push_back(-qd_mvar / grid.base_mva);
  flow::FlowWork work;
  flow::FlowResult result;
  flow::solve(grid, forest, {1, p_pu, q_pu}, {}, work, result);
  const double losses_pu = result.source_p_pu[0] - consumed_pu;
  return result.status[0] == flow::FlowStatus::converged && losses_pu > 0.0 &&
         losses_pu < 0.1 * consumed_pu;
}

bool clusters_are_right(const feeder::Case& grid, const feeder::Forest& forest) {
  const fleet::Fleet devices = fleet::make_synthetic_fleet(grid, 40, 1);
  const cluster::Formation formed = cluster::form(grid, forest, devices, {}, nullptr);
  std::size_t members = 0;
  for (Index c = 0; c < formed.clusters.members.rows(); ++c)
    members += formed.clusters.members.row(c).size();
  return members == 40 && formed.objective > 0.0;
}

bool isa_is_right() {
#if defined(GRIDSWARM_COMPILED)
  return kernel::is_supported(kernel::Isa::baseline);
#else
  return kernel::isa_in_use() == kernel::Isa::reference;
#endif
}

}  // namespace

int main() {
  if (!isa_is_right()) return 1;
  const feeder::Case grid = feeder::make_synthetic(30, 1);
  const feeder::Forest forest = feeder::make_forest(grid);
  if (forest.size() != 30) return 2;
  if (!flow_is_right(grid, forest)) return 3;
  if (!clusters_are_right(grid, forest)) return 4;
  return 0;
}
