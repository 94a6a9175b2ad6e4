// SPDX-License-Identifier: BSD-3-Clause
// What each cluster should export now, so that together they flatten the feeder.
//
// Two wishes, added: a cluster keeps near its own slow mean, and all clusters together lean against
// the feeder's passive load L when it departs from its mean, each by its share of flexibility:
//   mean_i <- mean_i + w (want_i - mean_i),   L_mean <- L_mean + w (L - L_mean),   w = dt / (T +
//   dt) e_ref_c = sum of mean_i in c + operator_gain (flex_c / sum flex) (L - L_mean)
// flex_c is the sum of max - min of its members. L counts consumption positive, so a load above its
// mean asks for export. Means belong to agents, so a re-formed cluster knows its own at once. The
// step w is that of an implicit Euler filter of time constant T: never above 1, and no exp().
#pragma once

#include <span>

#include "gridswarm/base/column.hpp"
#include "gridswarm/base/fields.hpp"
#include "gridswarm/cluster/clusters.hpp"
#include "gridswarm/fleet/fleet.hpp"

namespace gridswarm::inline GS_ABI::balance {

struct SharingOptions {
  double mean_time_h = 6.0;    ///< T of the means
  double operator_gain = 1.0;  ///< part of the feeder's departure that clusters are asked to cover
};

/// What is remembered between ticks.
struct SharingState {
  Column<double> mean_kw;     ///< per agent row, of what it wants
  double load_mean_kw = 0.0;  ///< of the feeder's passive load
  bool started = false;       ///< false: the next call starts from its own inputs
};

/// Targets of this tick; allocates only where the number of agents changes (means then start anew).
/// @param load_kw   passive load of the feeder now, consumption positive
/// @param e_ref_kw  per cluster, wanted export, out
void cluster_targets(const fleet::Fleet& fleet, const cluster::Clusters& clusters, double load_kw,
                     double dt_s, const SharingOptions& options, SharingState& state,
                     std::span<double> e_ref_kw);

}  // namespace gridswarm::inline GS_ABI::balance

namespace gridswarm::inline GS_ABI {
template <>
std::span<const Field<balance::SharingOptions>> fields();
}  // namespace gridswarm::inline GS_ABI

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/balance/sharing.ipp"
#endif
