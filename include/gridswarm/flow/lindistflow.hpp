// SPDX-License-Identifier: BSD-3-Clause
// LinDistFlow of a batch: voltages of many scenarios in one pass up and one down, for screening.
//
// Losses are dropped (M. E. Baran and F. F. Wu, IEEE Trans. Power Delivery 4(1), 1989): with P, Q
// what a subtree consumes, shunts at the source's voltage V_0,
//   |V'_c|^2 = |V'_p|^2 - 2 (r P + x Q),   angle_c = angle_p - atan((x P - r Q) / |V_0|^2).
// The answer is held against the AC equations: what loads draw at these voltages makes branch
// currents, these make voltages by Ohm's law, and at those the loads would draw something else:
// that difference is max_mismatch_va, and how far the voltages moved is max_step_pu.
#pragma once

#include "gridswarm/flow/power_flow.hpp"

namespace gridswarm::inline GS_ABI::flow {

/// All scenarios by LinDistFlow. Status is converged, whatever the mismatch (which tells how far to
/// trust it), or infeasible where a squared voltage comes out negative; then the bus counts as 0.
/// iterations are 1. Sources give what a lossless grid takes from them. The same bits for every
/// number of threads, neighbours and instruction set.
/// @throws UsageError if an array of injections has another size than scenarios * buses
void solve_lindistflow(const feeder::Case& grid, const feeder::Forest& forest,
                       const Injections& injections, const FlowOptions& options, FlowWork& work,
                       FlowResult& result);

}  // namespace gridswarm::inline GS_ABI::flow

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/flow/lindistflow.ipp"
#endif
