// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "gridswarm/balance/sharing.hpp"
#include "gridswarm/base/error.hpp"
#include "gridswarm/base/units.hpp"

namespace gridswarm::inline GS_ABI::balance {

namespace detail {

GS_INLINE double flexibility_kw(const fleet::Fleet& fleet, std::span<const Index> members) {
  double flex_kw = 0.0;
  for (Index i : members) flex_kw += fleet.state.p_max_kw[i] - fleet.state.p_min_kw[i];
  return flex_kw;
}

}  // namespace detail

GS_INLINE void cluster_targets(const fleet::Fleet& fleet, const cluster::Clusters& clusters,
                               double load_kw, double dt_s, const SharingOptions& options,
                               SharingState& state, std::span<double> e_ref_kw) {
  GRIDSWARM_ASSERT(static_cast<Index>(e_ref_kw.size()) == clusters.size());
  const Column<double>& want_kw = fleet.state.p_want_kw;
  if (!state.started) state.load_mean_kw = load_kw;
  if (!state.started || state.mean_kw.size() != want_kw.size()) state.mean_kw = want_kw;
  state.started = true;

  const double step = dt_s / (options.mean_time_h * s_per_h + dt_s);
  state.load_mean_kw += step * (load_kw - state.load_mean_kw);
  for (std::size_t i = 0; i < want_kw.size(); ++i)
    state.mean_kw[i] += step * (want_kw[i] - state.mean_kw[i]);

  double flex_sum_kw = 0.0;
  for (Index c = 0; c < clusters.size(); ++c) {
    e_ref_kw[c] = detail::flexibility_kw(fleet, clusters.members.row(c));
    flex_sum_kw += e_ref_kw[c];
  }
  const double departure_kw = options.operator_gain * (load_kw - state.load_mean_kw);
  const double per_flex = flex_sum_kw > 0.0 ? departure_kw / flex_sum_kw : 0.0;
  for (Index c = 0; c < clusters.size(); ++c) {
    double mean_kw = 0.0;
    for (Index i : clusters.members.row(c)) mean_kw += state.mean_kw[i];
    e_ref_kw[c] = mean_kw + e_ref_kw[c] * per_flex;
  }
}

}  // namespace gridswarm::inline GS_ABI::balance

namespace gridswarm::inline GS_ABI {

template <>
GS_INLINE std::span<const Field<balance::SharingOptions>> fields() {
  using T = balance::SharingOptions;
  static const Field<T> table[] = {
      {"mean_time_h", "h", &T::mean_time_h, 0, 8760,
       "time constant of the means that clusters and the feeder are kept near"},
      {"operator_gain", "", &T::operator_gain, 0, 10,
       "part of the feeder's departure from its mean that clusters are asked to cover"},
  };
  return table;
}

}  // namespace gridswarm::inline GS_ABI
