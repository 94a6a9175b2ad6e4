// SPDX-License-Identifier: BSD-3-Clause
// A forest cut into pieces that fit a first-level cache, for the sweep kernels (kernel/views.hpp).
//
// A sweep over a block of 64 cells moves 256 bytes per cell into the cache once and works on them
// down and up; over the whole feeder at once, every number would come from the second level twice.
// The trunk, cells with more than a block below them, comes first; subtrees that hang on it are
// grouped, neighbours together, into blocks. Inside a block parents stand before children and cells
// without children last, so that those take a loop of their own.
#pragma once

#include <vector>

#include "gridswarm/base/column.hpp"
#include "gridswarm/feeder/forest.hpp"
#include "gridswarm/kernel/views.hpp"

namespace gridswarm::inline GS_ABI::flow {

/// Most cells that a block holds.
inline constexpr Index sweep_block_cells = 64;

/// What a SweepTree points into, and the way back to the forest.
struct SweepPlan {
  Index size = 0;
  Index roots = 0;
  Index trunk = 0;
  std::vector<Index> position;  ///< cell -> forest position
  std::vector<Index> cell;      ///< bus row -> cell; size + 1 where unsupplied
  std::vector<Index> block_first, block_leaf, block_probe;
  std::vector<Index> parent, parent_slot, child_one, child_two, more_first, more, root;
  Column<double> r_pu, x_pu, g_pu, b_pu;  ///< by cell
  Column<double> k_re, k_im;              ///< by cell, and 1 for the two that follow
  Column<kernel::SweepSource> sources;    ///< by root
  bool has_shunts = false;
  double largest_inverse = 0.0;  ///< of |V'|^2, above which loads draw no more current
  double largest_k = 0.0;        ///< max |K|: a step of V' times this bounds the step of V
  std::vector<Index> scratch_child, scratch_below, scratch_cell;
  Column<double> scratch_far;
  feeder::Forest made_of;  ///< a copy of the forest that was cut
};

/// Cut `forest`; allocates nothing once sizes have settled.
/// @param rows  bus rows of the case
void make_sweep_plan(const feeder::Forest& forest, Index rows, SweepPlan& plan);

/// The same, unless `plan` is this forest's already. Forests are compared number by number: another
/// one of the same sizes at the same address, or one of which a number changed, is cut anew.
void renew_sweep_plan(const feeder::Forest& forest, Index rows, SweepPlan& plan);

/// The plan as kernels see it; valid until the plan changes.
kernel::SweepTree sweep_tree(const SweepPlan& plan);

}  // namespace gridswarm::inline GS_ABI::flow

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/flow/sweep_plan.ipp"
#endif
