// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <queue>

#include "gridswarm/base/error.hpp"
#include "gridswarm/cluster/history.hpp"
#include "gridswarm/cluster/quality.hpp"
#include "gridswarm/distance/similarity.hpp"

namespace gridswarm::inline GS_ABI {

template <>
GS_INLINE std::span<const Field<cluster::ClusterQuality>> fields() {
  using Q = cluster::ClusterQuality;
  static const std::array table = {
      Field<Q>{"agents", "", &Q::agents, 0, no_limit, "Agents in clusters."},
      Field<Q>{"clusters", "", &Q::clusters, 0, no_limit, "Clusters."},
      Field<Q>{"connected_share", "", &Q::connected_share, 0, 1,
               "Share of clusters that hang together along wires of their own."},
      Field<Q>{"breaches", "", &Q::breaches, 0, no_limit,
               "Clusters beyond a bound of size, rating or diameter."},
      Field<Q>{"undersized", "", &Q::undersized, 0, no_limit,
               "Clusters below the lower size bound."},
      Field<Q>{"residual_ratio", "", &Q::residual_ratio, 0, 1,
               "Power left after sharing inside clusters, over the sum of all |p|."},
      Field<Q>{"residual_floor", "", &Q::residual_floor, 0, 1,
               "The same with one cluster per feeder: no partition has less."},
      Field<Q>{"mean_pair_pu", "p.u.", &Q::mean_pair_pu, 0, no_limit,
               "Mean distance of two members, on 1 MVA."},
      Field<Q>{"largest_diameter_pu", "p.u.", &Q::largest_diameter_pu, 0, no_limit,
               "Longest path inside a cluster, on 1 MVA."},
      Field<Q>{"soc_deviation", "", &Q::soc_deviation, 0, 1,
               "Root mean square deviation of SOC from the cluster's mean, over storage."},
  };
  return table;
}

namespace cluster {

namespace detail {

/// Which cluster uses a wire or passes a bus without agents.
struct WireUse {
  std::vector<Index> wire;          ///< position -> cluster on the edge above
  std::vector<Index> junction;      ///< position without agents -> cluster passing
  std::vector<std::int8_t> shared;  ///< cluster row -> 1 where another uses the same
};

GS_INLINE void claim(std::vector<Index>& owner, Index at, Index row,
                     std::vector<std::int8_t>& shared) {
  if (owner[at] != none && owner[at] != row) shared[row] = shared[owner[at]] = 1;
  owner[at] = row;
}

/// Climb from the members, always the deepest bus first (positions grow downwards), until they
/// meet. False where they never do or a bus on the way belongs to others only.
GS_INLINE bool climbs_together(const feeder::Forest& forest, const Csr& agents_at,
                               const fleet::Fleet& fleet, const Clusters& clusters, Index row,
                               WireUse& use) {
  std::vector<Index> heap;
  for (Index i : clusters.members.row(row)) heap.push_back(forest.position[fleet.plate.bus[i]]);
  std::make_heap(heap.begin(), heap.end());
  bool own_buses = true;
  Index before = none;
  while (!heap.empty()) {
    std::pop_heap(heap.begin(), heap.end());
    const Index q = heap.back();
    heap.pop_back();
    if (q == none) return false;  // a source was passed: members on two feeders, or no supply
    if (q == before) continue;
    before = q;
    const auto here = agents_at.row(q);
    const bool mine =
        std::any_of(here.begin(), here.end(), [&](Index i) { return clusters.of[i] == row; });
    if (here.empty()) claim(use.junction, q, row, use.shared);
    own_buses = own_buses && (mine || here.empty());
    while (!heap.empty() && heap.front() == q) {
      std::pop_heap(heap.begin(), heap.end());
      heap.pop_back();
    }
    if (heap.empty()) return own_buses;
    claim(use.wire, q, row, use.shared);
    heap.push_back(forest.parent[q]);
    std::push_heap(heap.begin(), heap.end());
  }
  return own_buses;
}

GS_INLINE double connected_share(const feeder::Forest& forest, const fleet::Fleet& fleet,
                                 const Clusters& clusters) {
  if (clusters.size() == 0) return 1.0;
  std::vector<Index> where(static_cast<std::size_t>(fleet.size()));
  for (Index i = 0; i < fleet.size(); ++i) where[i] = forest.position[fleet.plate.bus[i]];
  const Csr agents_at = group_by(where, forest.size());
  const auto n = static_cast<std::size_t>(forest.size());
  WireUse use{std::vector<Index>(n, none), std::vector<Index>(n, none),
              std::vector<std::int8_t>(clusters.id.size(), 0)};
  std::vector<std::int8_t> together(clusters.id.size(), 0);
  for (Index row = 0; row < clusters.size(); ++row)
    together[row] = climbs_together(forest, agents_at, fleet, clusters, row, use);
  std::int64_t connected = 0;
  for (std::size_t row = 0; row < together.size(); ++row)
    connected += together[row] && !use.shared[row];
  return static_cast<double>(connected) / static_cast<double>(clusters.size());
}

GS_INLINE double absolute(double x) { return x < 0.0 ? -x : x; }

/// Distances and bounds, pair by pair.
GS_INLINE void measure_cluster(const distance::AgentTree& tree, const fleet::Fleet& fleet,
                               const ClusterOptions& options, std::span<const Index> members,
                               ClusterQuality& quality, double& pairs_pu, double& pairs) {
  std::int64_t diameter = 0;
  double rating_kva = 0.0;
  for (std::size_t a = 0; a < members.size(); ++a) {
    rating_kva += fleet.plate.s_kva[members[a]];
    for (std::size_t b = a + 1; b < members.size(); ++b) {
      const std::int64_t d = distance::distance(tree, members[a], members[b]);
      diameter = std::max(diameter, d);
      pairs_pu += static_cast<double>(d) / static_cast<double>(distance::length_unit);
      pairs += 1.0;
    }
  }
  const double diameter_pu =
      static_cast<double>(diameter) / static_cast<double>(distance::length_unit);
  const double rounding_kva = 0.001 * static_cast<double>(members.size());
  const bool breach =
      static_cast<std::int64_t>(members.size()) > options.size_max ||
      diameter_pu > options.diameter_max_pu + 1e-9 ||
      (options.rating_max_kva > 0.0 && rating_kva > options.rating_max_kva + rounding_kva);
  quality.breaches += breach;
  quality.undersized += static_cast<std::int64_t>(members.size()) < options.size_min;
  quality.largest_diameter_pu = std::max(quality.largest_diameter_pu, diameter_pu);
}

/// Net powers: summed by cluster and by feeder against the sum of magnitudes; SOC spread.
GS_INLINE void measure_powers(const distance::AgentTree& tree, const fleet::Fleet& fleet,
                              const Clusters& clusters, ClusterQuality& quality) {
  const std::vector<distance::Traits> traits = distance::traits_of(fleet, 0.0);
  std::vector<double> of_cluster(clusters.id.size(), 0.0);
  std::vector<double> of_feeder(tree.root.size(), 0.0);
  double all = 0.0;
  for (std::size_t i = 0; i < clusters.of.size(); ++i) {
    if (clusters.of[i] == none || tree.node[i] == none) continue;
    const auto p = static_cast<double>(traits[i].p_milliwatt);
    of_cluster[clusters.of[i]] += p;
    of_feeder[tree.feeder[tree.node[i]]] += p;
    all += absolute(p);
  }
  double clusters_left = 0.0;
  double feeders_left = 0.0;
  for (double p : of_cluster) clusters_left += absolute(p);
  for (double p : of_feeder) feeders_left += absolute(p);
  quality.residual_ratio = all > 0.0 ? clusters_left / all : 0.0;
  quality.residual_floor = all > 0.0 ? feeders_left / all : 0.0;

  double squares = 0.0;
  std::int64_t storage = 0;
  for (Index row = 0; row < clusters.size(); ++row) {
    distance::Traits sum;
    for (Index i : clusters.members.row(row)) sum += traits[i];
    squares += distance::spread(sum.storage, sum.soc, sum.soc2);
    storage += sum.storage;
  }
  quality.soc_deviation =
      storage > 0 ? std::sqrt(squares / static_cast<double>(storage)) / distance::feature_unit
                  : 0.0;
}

}  // namespace detail

GS_INLINE ClusterQuality measure(const feeder::Case& grid, const feeder::Forest& forest,
                                 const fleet::Fleet& fleet, const ClusterOptions& options,
                                 const Clusters& clusters) {
  const distance::AgentTree tree =
      distance::make_agent_tree(grid, forest, fleet, length_rule(options));
  ClusterQuality quality;
  quality.clusters = clusters.size();
  for (Index row : clusters.of) quality.agents += row != none;
  quality.connected_share = detail::connected_share(forest, fleet, clusters);
  double pairs_pu = 0.0;
  double pairs = 0.0;
  for (Index row = 0; row < clusters.size(); ++row)
    detail::measure_cluster(tree, fleet, options, clusters.members.row(row), quality, pairs_pu,
                            pairs);
  quality.mean_pair_pu = pairs > 0.0 ? pairs_pu / pairs : 0.0;
  detail::measure_powers(tree, fleet, clusters, quality);
  return quality;
}

GS_INLINE double churn(const Clusters& before, const Clusters& after) {
  std::int64_t both = 0;
  for (std::size_t i = 0; i < std::min(before.of.size(), after.of.size()); ++i)
    both += before.of[i] != none && after.of[i] != none;
  std::int64_t stayed = 0;
  for (const Match& match : match_by_overlap(before, after)) stayed += match.shared;
  return both > 0 ? 1.0 - static_cast<double>(stayed) / static_cast<double>(both) : 0.0;
}

}  // namespace cluster
}  // namespace gridswarm::inline GS_ABI
