// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cmath>

#include "gridswarm/base/error.hpp"
#include "gridswarm/base/random.hpp"
#include "gridswarm/feeder/forest.hpp"
#include "gridswarm/flow/power_flow.hpp"
#include "gridswarm/flow/tree_power.hpp"
#include "gridswarm/swarm/town.hpp"

namespace gridswarm::inline GS_ABI::swarm {

namespace town_detail {

/// Uniform in 1 - variation .. 1 + variation; rows of branches follow those of buses.
GS_INLINE double factor(double variation, std::uint64_t seed, Index feeder, Index row) {
  return 1.0 +
         variation * (2.0 * draw_uniform(seed, Stream::variation, static_cast<std::uint64_t>(row),
                                         static_cast<std::uint32_t>(feeder)) -
                      1.0);
}

}  // namespace town_detail

GS_INLINE void vary(feeder::Case& grid, double variation, std::uint64_t seed, Index feeder) {
  const Index buses = grid.buses.size();
  for (Index bus = 0; bus < buses; ++bus) {
    const double by = town_detail::factor(variation, seed, feeder, bus);
    grid.buses.pd_mw[bus] *= by;
    grid.buses.qd_mvar[bus] *= by;
  }
  for (Index row = 0; row < grid.branches.size(); ++row) {
    const double by = town_detail::factor(variation, seed, feeder, buses + row);
    grid.branches.r_pu[row] *= by;
    grid.branches.x_pu[row] *= by;
  }
}

GS_INLINE void vary(feeder::Circuit& circuit, double variation, std::uint64_t seed, Index feeder) {
  const Index loads = circuit.loads.size();
  for (Index load = 0; load < loads; ++load) {
    const double by = town_detail::factor(variation, seed, feeder, load);
    circuit.loads.kw[load] *= by;
    circuit.loads.kvar[load] *= by;
  }
  for (Index line = 0; line < circuit.lines.size(); ++line) {
    const double by = town_detail::factor(variation, seed, feeder, loads + line);
    for (Index k = circuit.lines.z_ohm.first[line]; k < circuit.lines.z_ohm.first[line + 1]; ++k)
      circuit.lines.z_ohm.items[k] = by * circuit.lines.z_ohm.items[k];
  }
}

GS_INLINE void rate_branches(feeder::Case& grid, double margin) {
  const feeder::Forest forest = feeder::make_forest(grid);
  Column<double> p_pu(grid.buses.size()), q_pu(grid.buses.size());
  for (Index bus = 0; bus < grid.buses.size(); ++bus) {
    p_pu[bus] = -grid.buses.pd_mw[bus] / grid.base_mva;
    q_pu[bus] = -grid.buses.qd_mvar[bus] / grid.base_mva;
  }
  flow::FlowWork work;
  flow::FlowResult result;
  flow::solve(grid, forest, {1, p_pu, q_pu}, {}, work, result);
  if (result.status[0] != flow::FlowStatus::converged)
    throw InputError(
        grid.file, 0,
        "power flow at the case's own load does not converge, so its branches can't be "
        "rated; set rating_margin = 0");
  flow::TreePowerWork currents;
  flow::tree_power(grid, forest, result.v_re, result.v_im, p_pu, q_pu, currents);
  double largest_mva = 0.0;
  Column<double> s_mva(forest.size());
  for (Index at = forest.roots; at < forest.size(); ++at) {
    const Index up = forest.parent[at];
    const double j2 = currents.j_re[at] * currents.j_re[at] + currents.j_im[at] * currents.j_im[at];
    const auto v2 = [&](Index end) {
      return currents.v_re[end] * currents.v_re[end] + currents.v_im[end] * currents.v_im[end];
    };
    s_mva[at] = std::sqrt(j2 * std::max(v2(up), v2(at))) * grid.base_mva;
    largest_mva = std::max(largest_mva, s_mva[at]);
  }
  for (Index at = forest.roots; at < forest.size(); ++at) {
    double& rate_mva = grid.branches.rate_mva[forest.branch[at]];
    if (rate_mva <= 0.0) rate_mva = margin * std::max(s_mva[at], 0.01 * largest_mva);
  }
}

}  // namespace gridswarm::inline GS_ABI::swarm
