// SPDX-License-Identifier: BSD-3-Clause
// Dispatch under the limits of the wires: voltages of buses, power on branches.
//
//   minimise   sum_i a_i/2 (x_i - want_i)^2 + a_ext/2 (e - e_ref)^2,   sum of active x_i = e,
//   subject to min_i <= x_i <= max_i,  |V| of each bus and P of each branch within their limits
// where x_i is a member's kW or kvar, and by LinDistFlow (Baran and Wu 1989; flow/lindistflow.hpp),
// P_n, Q_n the injections summed below the edge above n,  v_n = v_parent + r_n P_n + x_n Q_n.
//
// Solved by Newton steps along the tree (network_newton.hpp), two rounds each, a round being one
// sweep up and one down.
//
// A limit may be exceeded at a price w per unit, above any that a feasible problem asks for; so
// limits that can't be kept end with the least excess at w instead of a failure. The prices give a
// lower bound of the optimum, hence the gap is certified in the same run.
#pragma once

#include <cstdint>
#include <span>

#include "gridswarm/balance/network_newton.hpp"
#include "gridswarm/base/fields.hpp"

namespace gridswarm::inline GS_ABI::balance {

struct NetworkOptions {
  double tolerance = 1e-9;       ///< gap aimed at, relative to the members' costs
  std::int64_t max_steps = 100;  ///< Newton steps, two rounds each
  double excess_pu = 1e-7;       ///< voltage, and flow as a share of its limit, taken as kept
};

enum class NetworkStatus : std::int8_t {
  solved,
  short_of_power,  ///< fixed exchange out of reach; missing_kw says by how much
  too_much_power,
  beyond_limits,  ///< limits can't all be kept: the largest excesses say where
  not_converged
};

struct NetworkDispatch {
  double cost = 0.0;
  double gap = 0.0;                ///< cost less its certified lower bound, relative to cost
  double price = 0.0;              ///< y at the source, cost per kW
  double missing_kw = 0.0;         ///< e - sum p where the exchange is fixed
  double voltage_excess_pu = 0.0;  ///< largest beyond a limit; <= 0: all kept
  double flow_excess_kw = 0.0;
  std::int64_t voltage_position = -1;  ///< where the largest is; -1 where none is exceeded
  std::int64_t flow_position = -1;
  std::int64_t steps = 0;
  std::int64_t rounds = 0;  ///< one sweep up and one down each
  std::int64_t messages = 0;
  std::int64_t bytes = 0;
};

/// Set-points under the limits of the wires.
/// @param x      per row, out, within its box always
/// @param v_pu   per position, out: |V'| by LinDistFlow
/// @param flow_kw  per position, out: P of the edge above, towards the source
/// @throws UsageError for sizes that differ, rows with min > max or no cost, a position without
///         supply
NetworkStatus dispatch_network(const feeder::Forest& forest, const NetworkProblem& problem,
                               const NetworkOptions& options, std::span<double> x,
                               std::span<double> v_pu, std::span<double> flow_kw,
                               NetworkDispatch& result);

}  // namespace gridswarm::inline GS_ABI::balance

namespace gridswarm::inline GS_ABI {
template <>
std::span<const Field<balance::NetworkOptions>> fields();
template <>
std::span<const Field<balance::NetworkDispatch>> fields();
}  // namespace gridswarm::inline GS_ABI

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/balance/network_dispatch.ipp"
#endif
