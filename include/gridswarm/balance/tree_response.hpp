// SPDX-License-Identifier: BSD-3-Clause
// y = W u on a forest without forming W: W_ij = summed weight of the path that i and j share.
//
// With branch reactances as weights W is LinDistFlow's X, with resistances its R: flow below each
// edge by one sweep up, voltage along each edge by one sweep down. The weights are an argument
// because the gate raises them, which is why flow's own voltage estimate does not serve here.
#pragma once

#include <span>

#include "gridswarm/feeder/forest.hpp"

namespace gridswarm::inline GS_ABI::balance {

/// @param weight  per position, of the edge above; @param u  per position, in
/// @param y       per position, out; may be u itself
void tree_response(const feeder::Forest& forest, std::span<const double> weight,
                   std::span<const double> u, std::span<double> y);

}  // namespace gridswarm::inline GS_ABI::balance

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/balance/tree_response.ipp"
#endif
