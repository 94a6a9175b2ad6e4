// SPDX-License-Identifier: BSD-3-Clause
// Newton's method on a forest: quadratic convergence in O(n), with what follows the voltage inside.
//
// In the forest's variables V' = V / K, J' = conj(K) J a bus draws J(V) ~ a + B V, B real 2x2. From
// the leaves to the roots a bus and all below it are reduced to one such pair and seen through the
// edge V = V_p - Z J above:
//   J = M (a + B V_p),  M = (I + B Z)^-1
// then from the roots down J and V follow (a 2x2 Norton reduction; the block elimination of the
// tree's current-injection Jacobian, cf. V. M. da Costa et al., IEEE Trans. Power Systems 14(4),
// 1999). No admittance is formed: Z = 0 gives M = I exactly. A step longer than a third of the
// source voltage is shortened; det(I + B Z) <= 1e-6 means that the load is beyond what the edge can
// carry: the lane is infeasible there.
//
// Where only constant powers and shunts stand, two current-summation sweeps start the iteration and
// one more ends it, as they cost a quarter of a Newton step; the acceptance test is the sweep's.
#pragma once

#include <vector>

#include "gridswarm/flow/laws.hpp"
#include "gridswarm/flow/power_flow.hpp"
#include "gridswarm/flow/sweep_plan.hpp"
#include "gridswarm/kernel/views.hpp"

namespace gridswarm::inline GS_ABI::flow {

/// What of a feeder does not change between calls. Refers to no other object.
struct TreeNewton {
  Laws laws;
  bool has_laws = false;         ///< voltages are followed, held or tapped: the general kernels
  SweepPlan plan;                ///< y' without the charging of branches with taps
  std::vector<Index> law_first;  ///< by cell, one more entry: its laws in law_item
  std::vector<Index> law_item;
  std::vector<Index> tap;               ///< by cell: row of tap changers of its edge; none
  std::vector<kernel::NewtonTap> taps;  ///< per row of Case::tap_changers
  Column<double> k_abs;                 ///< |K| by cell
  double source_pu = 1.0;               ///< lowest voltage of a source
};

/// @param forest  of `grid`, closing branches of a spanning forest are not seen
/// @throws InputError for devices that make no sense (flow/laws.hpp), two tap changers of one
///         branch, or a held bus joined to a source by no impedance
TreeNewton prepare_tree_newton(const feeder::Case& grid, const feeder::Forest& forest,
                               bool q_limits);

/// Ratio of a branch at a tap, over the ratio that its row in Case::branches states.
double relative_ratio(const feeder::Case& grid, Index tap_changer, std::int32_t tap);

/// Solve all scenarios at the taps that the batch or the case states. A scenario's bits depend
/// neither on its neighbours, nor on threads, nor on the instruction set.
/// @throws UsageError if an array of injections has a wrong size, or a tap makes no positive ratio
void solve_tree_newton(const TreeNewton& prepared, const feeder::Case& grid,
                       const feeder::Forest& forest, const Injections& injections,
                       const FlowOptions& options, FlowWork& work, FlowResult& result);

/// The same for a feeder that is solved once.
void solve_tree_newton(const feeder::Case& grid, const feeder::Forest& forest,
                       const Injections& injections, const FlowOptions& options, FlowWork& work,
                       FlowResult& result);

}  // namespace gridswarm::inline GS_ABI::flow

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/flow/tree_newton.ipp"
#endif
