// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "gridswarm/flow/lindistflow.hpp"
#include "gridswarm/flow/power_flow.ipp"

namespace gridswarm::inline GS_ABI::flow {
namespace detail {

inline void screen_block(const Job& job, Index piece, double* memory, FlowResult& result) {
  Block block = make_block(job, piece, memory);
  load_block(job, block);
  const auto& kernels = kernel::kernels();
  std::array<double, kernel::sweep_lanes> lowest;
  kernels.sweep_linear(job.tree, block.memory, lowest.data());
  store_block(job, block, result);
  for (int l = 0; l < block.rows.used; ++l) report_sources(job, block, l, result);
  const double va_per_pu = job.grid.base_mva * va_per_mva;
  kernels.sweep_up(job.tree, nullptr, block.memory);
  kernels.sweep_last(job.tree, block.memory, block.check);
  for (int l = 0; l < block.rows.used; ++l) {
    const Index s = block.first + l;
    const double excess = block.check.excess[l];
    result.status[s] = lowest[l] > 0.0 ? FlowStatus::converged : FlowStatus::infeasible;
    result.iterations[s] = 1;
    result.max_step_pu[s] = std::sqrt(block.check.step_squared[l]) * job.plan.largest_k;
    result.max_mismatch_va[s] =
        std::isnan(excess) ? excess : std::sqrt(block.check.mismatch_squared[l]) * va_per_pu;
    result.worst_bus[s] = worst_bus(job, block, l);
  }
}

}  // namespace detail

GS_INLINE void solve_lindistflow(const feeder::Case& grid, const feeder::Forest& forest,
                                 const Injections& injections, const FlowOptions& options,
                                 FlowWork& work, FlowResult& result) {
  detail::solve_in_blocks(grid, forest, injections, options, work, result, detail::screen_block);
}

}  // namespace gridswarm::inline GS_ABI::flow
