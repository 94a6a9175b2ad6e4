// SPDX-License-Identifier: BSD-3-Clause
// A cluster's dispatch over the next few steps, which storage ties together.
//
//   minimise   sum_t [ sum_i a_i/2 (p_it - want_it)^2 + a_ext/2 (sum_i p_it - e_ref_t)^2 ]
//   subject to min_it <= p_it <= max_it,
//              low_it <= sum_{s<=t} p_is dt <= high_it  (kWh given since now; SOC in other words)
// A member alone with a price per step answers exactly, in O(T) and a root now and then: with the
// multiplier y of its energy, A_t(y) = clamp(A_{t-1}(y) + clamp(want_t + (price_t + y)/a, ..),
// low_t, high_t) is the energy it would have given by t, y = 0 at the end, and y changes only where
// the band binds. Exchange ADMM brings members and exchange together. Because members' answers are
// exact and always within limits, the gap is certified: cost less the dual value at the final
// prices, which bounds the optimum from below whatever the iteration did. (Boyd et al. 2011, 7.3.)
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "gridswarm/balance/boxed_quadratic.hpp"
#include "gridswarm/base/column.hpp"
#include "gridswarm/base/fields.hpp"

namespace gridswarm::inline GS_ABI::balance {

/// Columns by member, then step: [i * steps + t]. Bands of members without storage are infinite.
struct Horizon {
  Index members = 0;
  Index steps = 0;
  double dt_h = 1.0;
  Column<double> want_kw, min_kw, max_kw;
  Column<double> given_low_kwh, given_high_kwh;  ///< what it may have given by the end of a step
  Column<double> inverse_cost;                   ///< per member, 1/a
  Column<double> e_ref_kw;                       ///< per step
  double inverse_external = 1.0;                 ///< 1/a_ext, > 0
};

struct HorizonResult {
  Column<double> p_kw;   ///< [i * steps + t]
  Column<double> price;  ///< per step, cost per kW
  double cost = 0.0;
  double bound = 0.0;  ///< no plan costs less
  double gap = 0.0;    ///< (cost - bound) / cost: certified distance from the optimum
  std::int64_t rounds = 0;
  Balance status = Balance::solved;
};

/// The cheapest plan of one member at a price per step, with weight a + rho and the want moved
/// accordingly by the caller; row sizes are the steps. Limits and band must leave a plan.
void member_plan(std::span<const double> want_kw, std::span<const double> min_kw,
                 std::span<const double> max_kw, std::span<const double> low_kwh,
                 std::span<const double> high_kwh, double dt_h, std::span<double> p_kw);

/// @throws UsageError naming a member and step whose limits and band leave no plan
void check_horizon(const Horizon& problem);

/// Plans of all, within `tolerance` of the optimum as certified.
HorizonResult balance_horizon(const Horizon& problem, double tolerance, std::int64_t max_rounds);

/// Objective of any plans.
double horizon_cost(const Horizon& problem, std::span<const double> p_kw);

}  // namespace gridswarm::inline GS_ABI::balance

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/balance/horizon.ipp"
#endif
