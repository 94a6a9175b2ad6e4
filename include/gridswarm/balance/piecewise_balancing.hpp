// SPDX-License-Identifier: BSD-3-Clause
// balance_cluster for members whose costs come in pieces: the same options, results and refusals.
//
//   newton, breakpoints   piecewise_costs.hpp; members on a jump share by its fixed rule
//   admm                  as in balancing.hpp, a member's answer found along its pieces
//   innovations           refused: where a price answers an interval, neighbours that agree on the
//                         price do not yet agree on who gives what
#pragma once

#include "gridswarm/balance/balancing.hpp"
#include "gridswarm/balance/piecewise_costs.hpp"

namespace gridswarm::inline GS_ABI::balance {

/// Set-points of one cluster, within limits always. The gap is relative to the sum of the members'
/// absolute costs at the exact optimum, since costs may cancel; imbalance left where the exchange
/// is fixed is priced at the exact price and counted in.
/// @throws UsageError as check_costs, and for a method that isn't there
Balance balance_cluster(const PiecewiseCosts& problem, const BalancingOptions& options,
                        std::span<double> p_kw, Balancing& result);

/// Objective at any set-points within limits; the exchange is their sum.
double cost_of(const PiecewiseCosts& problem, std::span<const double> p_kw);

}  // namespace gridswarm::inline GS_ABI::balance

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/balance/piecewise_balancing.ipp"
#endif
