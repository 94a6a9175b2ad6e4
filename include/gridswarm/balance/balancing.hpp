// SPDX-License-Identifier: BSD-3-Clause
// One cluster's dispatch by whichever way of talking it has, behind one call.
//
// The problem is boxed_quadratic.hpp's. Newton needs a leader, the two others don't know one sum:
//   newton        leader broadcasts a price, members answer sums; bracketed; a pass is a round
//   breakpoints   a centre that knows everything; the exact optimum, one round
//   innovations   leaderless: consensus + innovations (Kar & Hug 2012). Everyone has a price y_i,
//                 mixes it with its neighbours' and corrects it by the imbalance, which it tracks:
//                   y <- W (y - c s / max(t, floor)),   s <- W s + g(y) - g(y before),
//                 g_i its share of the imbalance at its price, t the tracked slope of g in the same
//                 way (dynamic averaging), remembered so that a flat part after a steep one does
//                 not throw the price far out.
//   admm          exchange ADMM (Boyd et al. 2011, 7.3): with the mean r of all powers' excess and
//                 a scaled price u, p_i <- argmin f_i(p) + rho/2 (p - p_i + r + u)^2, u <- u + r;
//                 rho is doubled or halved when one residual is ten times the other (3.4.1).
// Every answer carries its gap to the exact optimum of the same instance, its rounds and messages.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "gridswarm/balance/boxed_quadratic.hpp"
#include "gridswarm/base/column.hpp"
#include "gridswarm/base/csr.hpp"
#include "gridswarm/base/fields.hpp"

namespace gridswarm::inline GS_ABI::balance {

struct BalancingOptions {
  std::string method = "newton";  ///< newton, breakpoints, innovations or admm
  double tolerance = 1e-12;       ///< imbalance left, as a share of the sum of limits
  std::int64_t max_rounds = 20000;
  double step = 0.3;     ///< innovations: c
  double forget = 0.98;  ///< innovations: what is remembered of the steepest slope, per round
  double rho = 0.0;      ///< admm: penalty at the start; 0: from the members' costs
};

struct Balancing {
  double cost = 0.0;        ///< objective at the set-points, exchange included
  double gap = 0.0;         ///< |cost - exact| / exact, or / 1e-12 of the scale where exact is 0
  double price = 0.0;       ///< mean of the members' prices
  double missing_kw = 0.0;  ///< e - sum p: > 0 short of power, < 0 too much
  std::int64_t rounds = 0;
  std::int64_t messages = 0;
  std::int64_t bytes = 0;
};

/// Set-points of one cluster.
/// @param neighbours  innovations: who talks to whom, symmetric and connected, a row per member
/// @param p_kw        per member, out, within limits always
/// @return Balance::short_of_power or too_much_power where e_ref is fixed and out of reach: then
///         missing_kw says by how much, with everyone at that limit
/// @throws UsageError for a method that isn't there, or neighbours of another size
Balance balance_cluster(const BoxedQuadratic& problem, const Csr& neighbours,
                        const BalancingOptions& options, std::span<double> p_kw, Balancing& result);

/// The overlay that a cluster without a leader talks over: i and i +- 1, 2, 4, .. (mod count).
Csr overlay(Index count);

/// Objective at any set-points within limits; the exchange is their sum.
double cost_of(const BoxedQuadratic& problem, std::span<const double> p_kw);

}  // namespace gridswarm::inline GS_ABI::balance

namespace gridswarm::inline GS_ABI {
template <>
std::span<const Field<balance::BalancingOptions>> fields();
template <>
std::span<const Field<balance::Balancing>> fields();
}  // namespace gridswarm::inline GS_ABI

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/balance/balancing.ipp"
#endif
