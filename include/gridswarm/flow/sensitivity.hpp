// SPDX-License-Identifier: BSD-3-Clause
// How voltages, losses and loadings answer to injections, to first order, in O(n): never a matrix.
//
// Around a solution, with dI_k = B_k dV_k + a_k what bus k draws more (B_k real 2 x 2: its load at
// constant power or its law, and its shunt; a_k = -conj(dS_k / V_k) for an injection dS_k):
//   up    B_p += M B_c,  a_p += M a_c,  M = (I + B_c Z)^-1     each subtree as its Norton
//   equivalent down  dJ_c = M (a_c + B_c dV_p),  dV_c = dV_p - Z dJ_c
// M and M B_c are the tree-Newton's factors: made once, then a column (all buses over one
// injection) is one pass up and one down with eight columns side by side, and so is a gradient (one
// quantity over all injections), by the transposed passes in reverse order.
//
// LinDistFlow (Baran and Wu, IEEE Trans. Power Delivery 4(1), 1989) drops losses and takes |V| = 1:
//   dv_k = sum over the edges e of k's path of  r_e P_e + x_e Q_e,
// P_e, Q_e being the injections summed over e's subtree. So dv = R p + X q, where R_ij is the
// resistance the paths of i and j share: one sweep up sums, one sweep down accumulates.
#pragma once

#include <span>

#include "gridswarm/base/column.hpp"
#include "gridswarm/feeder/forest.hpp"
#include "gridswarm/flow/power_flow.hpp"

namespace gridswarm::inline GS_ABI::flow {

/// dv = R p + X q for all positions of a forest; dv is 0 at its roots.
/// @param p_pu, q_pu  net injections by position, into the grid positive
/// @param dv_pu       result: change of |V'| in p.u. for a root voltage of 1, by position. Multiply
/// by
///                    |K| for the bus itself. May not overlap the inputs
/// @param scratch     2 * size() numbers; what it holds afterwards is P, then Q of the edge above
void lin_voltage(const feeder::Forest& forest, std::span<const double> p_pu,
                 std::span<const double> q_pu, std::span<double> dv_pu, std::span<double> scratch);

/// A solved scenario as factors, by forest position; matrices row by row, 4 numbers each.
struct TreeFactors {
  Column<double> v_re, v_im;  ///< V'
  Column<double> j_re, j_im;  ///< J' of the edge above
  Column<double> m;           ///< (I + B Z)^-1
  Column<double> mb;          ///< M B
  Column<double> b;           ///< scratch: B
  Column<double> lanes;       ///< scratch of the passes
};

/// Factor one scenario that solve() has solved, in either form of result. Loads and inverters that
/// follow the voltage count with their slopes; a held voltage with a slope of 1e8 p.u.
/// @throws UsageError where the result has no such scenario or it has no solution, and where its
///         taps differ from those `forest` was made with
void factor_tree(const feeder::Case& grid, const feeder::Forest& forest,
                 const Injections& injections, const FlowResult& result, Index scenario,
                 TreeFactors& factors);

/// Which part of an injection changes.
enum class Power : std::int8_t { active, reactive };

/// Derivatives over the injection at some buses, into the grid positive: one column each.
struct SensitivityColumns {
  Column<double> vm_pu;            ///< (column, bus row): d|V| per p.u.; 0 where unsupplied
  Column<double> loading_percent;  ///< (column, branch row): of the end that is loaded more, as
                                   ///< branch_flow.hpp tells it; 0 where unlimited or unsupplied
};

/// Columns of `buses` (bus rows); sources and unsupplied buses have columns of 0.
void sensitivity_columns(const feeder::Case& grid, const feeder::Forest& forest,
                         TreeFactors& factors, std::span<const Index> buses, Power which,
                         SensitivityColumns& columns);

/// Derivatives of one quantity over the injections at all buses, by bus row; 0 at sources and where
/// unsupplied.
struct SensitivityGradient {
  Column<double> by_p;
  Column<double> by_q;
};

/// d|V| of one bus (row) per p.u.
void voltage_gradient(const feeder::Case& grid, const feeder::Forest& forest, TreeFactors& factors,
                      Index bus, SensitivityGradient& gradient);

/// Loss factors: d(losses) per p.u., losses as tree_power.hpp tells them: r |J|^2 of all branches
/// and what shunts consume.
void loss_gradient(const feeder::Case& grid, const feeder::Forest& forest, TreeFactors& factors,
                   SensitivityGradient& gradient);

}  // namespace gridswarm::inline GS_ABI::flow

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/flow/sensitivity.ipp"
#endif
