// SPDX-License-Identifier: BSD-3-Clause
// Batched power flow of balanced forests: many scenarios of one feeder, side by side in lanes.
#pragma once

#include <cstdint>
#include <span>

#include "gridswarm/base/column.hpp"
#include "gridswarm/base/fields.hpp"
#include "gridswarm/feeder/forest.hpp"

namespace gridswarm::inline GS_ABI::flow {

struct FlowOptions {
  double tol_step_pu = 1e-10;  ///< largest voltage change of the last iteration
  std::int64_t max_iterations = 100;
  std::int64_t threads = 0;  ///< 0: what OpenMP would use
};

/// Net injections, row-major (scenario, bus row of the case), into the grid positive, in p.u.
/// Entries of unsupplied buses and sources are ignored.
struct Injections {
  Index scenarios = 0;
  std::span<const double> p_pu;
  std::span<const double> q_pu;
};

enum class FlowStatus : std::int8_t { converged, diverged };

/// Results; reused between calls, so a tick allocates nothing once sizes have settled.
struct FlowResult {
  Index scenarios = 0;
  Column<double> v_re;  ///< (scenario, bus row); NaN where unsupplied
  Column<double> v_im;
  Column<FlowStatus> status;  ///< per scenario
  Column<std::int32_t> iterations;
  Column<double> max_step_pu;      ///< last voltage step
  Column<double> max_mismatch_va;  ///< largest |V conj(I_branches) - S| over buses
  Column<Index> worst_bus;         ///< bus row of that mismatch
  Column<double> source_p_pu;      ///< sum over sources, into the grid
  Column<double> source_q_pu;
};

/// Everything about one feeder that does not change between calls, in the kernel's layout, and the
/// buffers of its blocks. Owned by the caller, one per feeder.
struct FlowWork {
  Column<double> lanes;  ///< block buffers, one per thread
};

/// Solve all scenarios by current-summation sweep. A scenario's bits depend neither on its
/// neighbours, nor on threads, nor on the instruction set.
void solve(const feeder::Case& grid, const feeder::Forest& forest, const Injections& injections,
           const FlowOptions& options, FlowWork& work, FlowResult& result);

}  // namespace gridswarm::inline GS_ABI::flow

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/flow/power_flow.ipp"
#endif
