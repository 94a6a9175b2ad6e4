// SPDX-License-Identifier: BSD-3-Clause
// How voltages answer to injections, to first order: products with R and X in O(n), never the
// matrices.
//
// LinDistFlow (Baran and Wu, IEEE Trans. Power Delivery 4(1), 1989) drops losses and takes |V| = 1:
//   dv_k = sum over the edges e of k's path of  r_e P_e + x_e Q_e,
// P_e, Q_e being the injections summed over e's subtree. So dv = R p + X q, where R_ij is the
// resistance the paths of i and j share: one sweep up sums, one sweep down accumulates.
#pragma once

#include <span>

#include "gridswarm/feeder/forest.hpp"

namespace gridswarm::inline GS_ABI::flow {

/// dv = R p + X q for all positions of a forest; dv is 0 at its roots.
/// @param p_pu, q_pu  net injections by position, into the grid positive
/// @param dv_pu       result: change of |V'| in p.u. for a root voltage of 1, by position. Multiply
/// by
///                    |K| for the bus itself. May not overlap the inputs
/// @param scratch     2 * size() numbers; what it holds afterwards is P, then Q of the edge above
void lin_voltage(const feeder::Forest& forest, std::span<const double> p_pu,
                 std::span<const double> q_pu, std::span<double> dv_pu, std::span<double> scratch);

}  // namespace gridswarm::inline GS_ABI::flow

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/flow/sensitivity.ipp"
#endif
