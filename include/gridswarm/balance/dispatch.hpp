// SPDX-License-Identifier: BSD-3-Clause
// Clusters balance themselves: every cluster of a feeder solves its boxed quadratic by price.
//
// The problem and its solvers stand in boxed_quadratic.hpp. Here: members' columns are gathered in
// cluster order, each cluster is solved while it lies in cache, set-points go back to agent rows.
// Messages as a leader and its m - 1 members would send them: the survey goes up (4 doubles), then
// per pass the price goes down (1 double) and the aggregate up (2 doubles).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "gridswarm/balance/boxed_quadratic.hpp"
#include "gridswarm/base/column.hpp"
#include "gridswarm/base/fields.hpp"
#include "gridswarm/cluster/clusters.hpp"
#include "gridswarm/fleet/fleet.hpp"

namespace gridswarm::inline GS_ABI::balance {

struct DispatchOptions {
  double a_ext = 1.0;           ///< weight of a cluster's exchange with the rest, cost per kW^2
  bool fixed_exchange = false;  ///< the exchange must be e_ref, as if a_ext were infinite
  double tolerance = 1e-12;     ///< imbalance left, as a share of the cluster's limits
  std::int64_t max_passes = 200;
  bool measure_gap = false;  ///< also find the exact optimum
};

/// Sums over the clusters of a feeder.
struct DispatchTotals {
  double total_cost = 0.0;           ///< objective at the set-points
  double exact_cost = 0.0;           ///< at the exact optimum; total_cost where not measured
  double gap = 0.0;                  ///< largest |cost - exact| / exact over clusters
  std::int64_t passes_max = 0;       ///< rounds of the slowest cluster
  double imbalance_before_kw = 0.0;  ///< sum over clusters of |sum want - e_ref|
  double imbalance_left_kw = 0.0;    ///< sum over clusters of |sum p - e_ref|
  std::int64_t infeasible = 0;       ///< clusters whose fixed exchange is out of reach
  std::int64_t not_converged = 0;    ///< clusters that ran out of passes
  std::int64_t messages = 0;
  std::int64_t bytes = 0;  ///< payload of those messages
};

struct DispatchResult {
  Column<double> price;              ///< per cluster, cost per kW
  Column<double> export_kw;          ///< per cluster, sum of its set-points
  std::vector<std::int32_t> passes;  ///< per cluster
  std::vector<Balance> status;       ///< per cluster
  DispatchTotals totals;
};

/// Buffers; owned by the caller, one per thread.
struct DispatchWork {
  Column<double> want_kw, min_kw, max_kw, inverse_cost;  ///< per slot of Clusters::members.items
  std::vector<double> scratch;
};

/// Refuse what no dispatch can work with: a limit that isn't finite, min > max, a cost <= 0.
/// @throws InputError naming `file` and the agent
void check_bands(const fleet::Fleet& fleet, const std::string& file);

/// Dispatch all clusters of a feeder. Allocates nothing once sizes have settled.
/// @param e_ref_kw  per cluster, wanted export; empty means 0
/// @param p_kw      per agent row: set-points out; agents in no cluster keep what they want
void dispatch(const fleet::Fleet& fleet, const cluster::Clusters& clusters,
              std::span<const double> e_ref_kw, const DispatchOptions& options, DispatchWork& work,
              DispatchResult& result, std::span<double> p_kw);

}  // namespace gridswarm::inline GS_ABI::balance

namespace gridswarm::inline GS_ABI {
template <>
std::span<const Field<balance::DispatchOptions>> fields();
template <>
std::span<const Field<balance::DispatchTotals>> fields();
}  // namespace gridswarm::inline GS_ABI

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/balance/dispatch.ipp"
#endif
