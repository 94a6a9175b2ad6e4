// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>

#include "gridswarm/base/random.hpp"
#include "gridswarm/cluster/leader.hpp"
#include "gridswarm/distance/similarity.hpp"

namespace gridswarm::inline GS_ABI {

template <>
GS_INLINE std::span<const Field<cluster::LeaderOptions>> fields() {
  using O = cluster::LeaderOptions;
  static const std::array table = {
      Field<O>{"w_energy", "", &O::w_energy, 0, 1e6, "Weight of storage capacity."},
      Field<O>{"w_soc", "", &O::w_soc, 0, 1e6, "Weight of the state of charge."},
      Field<O>{"w_reputation", "", &O::w_reputation, 0, 1e6, "Weight of good conduct."},
      Field<O>{"w_reliability", "", &O::w_reliability, 0, 1e6, "Weight of health."},
      Field<O>{"rest_epochs", "", &O::rest_epochs, 0, 1e6,
               "Epochs a leader sits out while somebody else can lead."},
  };
  return table;
}

namespace cluster {

GS_INLINE void leader_scores(const fleet::Fleet& fleet, const Standing& standing,
                             const LeaderOptions& options, const Clusters& clusters,
                             std::vector<std::int64_t>& score) {
  const auto n = static_cast<std::size_t>(fleet.size());
  score.assign(n, 0);
  const auto at = [n](const Column<double>& column, Index i, double otherwise) {
    return column.size() == n ? column[i] : otherwise;
  };
  for (Index row = 0; row < clusters.size(); ++row) {
    double most_kwh = 0.0;
    for (Index i : clusters.members.row(row))
      if (fleet.plate.e_kwh[i] > most_kwh) most_kwh = fleet.plate.e_kwh[i];
    for (Index i : clusters.members.row(row)) {
      const double health = at(fleet.state.health, i, 1.0);
      if (!(health > 0.0)) continue;
      const double e_kwh = fleet.plate.e_kwh[i];
      const double soc = e_kwh > 0.0 ? at(fleet.state.soc, i, fleet.plate.soc_start[i]) : 0.0;
      const double merit =
          options.w_energy * (most_kwh > 0.0 ? e_kwh / most_kwh : 0.0) + options.w_soc * soc +
          options.w_reputation * at(standing.reputation, i, 1.0) + options.w_reliability * health;
      const std::int64_t points = distance::to_fixed(merit, distance::feature_unit);
      score[i] = points > 1 ? points : 1;
    }
  }
}

namespace detail {

/// The member at which the running sum of weights passes `drawn`.
GS_INLINE Index pick(std::span<const Index> members, std::span<const std::int64_t> weight,
                     std::uint64_t drawn) {
  for (std::size_t k = 0; k < members.size(); ++k) {
    const auto w = static_cast<std::uint64_t>(weight[k]);
    if (drawn < w) return members[k];
    drawn -= w;
  }
  return members.back();
}

}  // namespace detail

GS_INLINE void elect(const fleet::Fleet& fleet, const LeaderOptions& options, std::uint64_t seed,
                     std::uint32_t epoch, Standing& standing, Clusters& clusters) {
  std::vector<std::int64_t> score;
  leader_scores(fleet, standing, options, clusters, score);
  standing.led_epoch.resize(static_cast<std::size_t>(fleet.size()), none);
  clusters.leader.assign(static_cast<std::size_t>(clusters.size()), none);
  std::vector<std::int64_t> weight;
  const auto now = static_cast<std::int64_t>(epoch);
  const auto rests = [&](Index i) {
    const std::int64_t led = standing.led_epoch[i];
    return led >= 0 && led < now && now - led <= options.rest_epochs;
  };
  for (Index row = 0; row < clusters.size(); ++row) {
    const auto members = clusters.members.row(row);
    std::uint64_t total = 0;
    // First who is rested and healthy, then who is healthy, then anybody.
    for (int round = 0; round < 3 && total == 0; ++round) {
      weight.clear();
      for (Index i : members) {
        const std::int64_t w = round == 0 && rests(i) ? 0 : round == 2 ? 1 : score[i];
        weight.push_back(w);
        total += static_cast<std::uint64_t>(w);
      }
    }
    const std::uint64_t drawn = draw_below(
        seed, Stream::leader, static_cast<std::uint64_t>(clusters.id[row]), epoch, total);
    clusters.leader[row] = detail::pick(members, weight, drawn);
    standing.led_epoch[clusters.leader[row]] = now;
  }
}

}  // namespace cluster
}  // namespace gridswarm::inline GS_ABI
