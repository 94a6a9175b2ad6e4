// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <queue>

#include "gridswarm/base/error.hpp"
#include "gridswarm/cluster/quality.hpp"
#include "gridswarm/distance/pair_sum.hpp"
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
               "Largest distance of two members of a cluster, on 1 MVA."},
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

/// How distances are measured: along the tree, or with the loops that its closing branches make.
struct Metric {
  const distance::AgentTree& tree;
  const distance::Meshed* mesh;  ///< null: a tree is all there is
  distance::MeshedWork work;
};

/// Sum over all pairs of members, on 1 MVA.
GS_INLINE double pair_sum_pu(Metric& metric, std::span<const Index> members) {
  return metric.mesh ? distance::pair_sum_pu(*metric.mesh, metric.tree, members, metric.work)
                     : distance::pair_sum_pu(metric.tree, members);
}

/// The member farthest from another along the tree, and how far.
GS_INLINE std::pair<Index, std::int64_t> farthest(const distance::AgentTree& tree,
                                                  std::span<const Index> members, Index from) {
  std::pair<Index, std::int64_t> best{from, 0};
  for (const Index i : members) {
    const std::int64_t d = distance::distance(tree, from, i);
    if (d > best.second) best = {i, d};
  }
  return best;
}

/// Along a tree whoever is farthest from anybody ends a longest path; with loops pair by pair.
GS_INLINE double diameter_pu(Metric& metric, std::span<const Index> members) {
  if (metric.mesh == nullptr) {
    const Index end = farthest(metric.tree, members, members[0]).first;
    return static_cast<double>(farthest(metric.tree, members, end).second) /
           static_cast<double>(distance::length_unit);
  }
  double widest = 0.0;
  for (std::size_t a = 0; a < members.size(); ++a)
    for (std::size_t b = a + 1; b < members.size(); ++b)
      widest = std::max(widest, distance::resistance_distance(*metric.mesh, metric.tree, members[a],
                                                              members[b], metric.work));
  return widest;
}

/// Distances and bounds.
GS_INLINE void measure_cluster(Metric& metric, const fleet::Fleet& fleet,
                               const ClusterOptions& options, std::span<const Index> members,
                               ClusterQuality& quality, double& pairs_pu, double& pairs) {
  double rating_kva = 0.0;
  for (const Index i : members) rating_kva += fleet.plate.s_kva[i];
  const auto m = static_cast<double>(members.size());
  pairs_pu += pair_sum_pu(metric, members);
  pairs += 0.5 * m * (m - 1.0);
  const double widest_pu = diameter_pu(metric, members);
  const double rounding_kva = 0.001 * m;
  const bool breach =
      static_cast<std::int64_t>(members.size()) > options.size_max ||
      widest_pu > options.diameter_max_pu + 1e-9 ||
      (options.rating_max_kva > 0.0 && rating_kva > options.rating_max_kva + rounding_kva);
  quality.breaches += breach;
  quality.undersized += static_cast<std::int64_t>(members.size()) < options.size_min;
  quality.largest_diameter_pu = std::max(quality.largest_diameter_pu, widest_pu);
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

GS_INLINE ClusterQuality measure(const feeder::Forest& forest, const fleet::Fleet& fleet,
                                 const ClusterOptions& options, const Clusters& clusters,
                                 Metric& metric) {
  ClusterQuality quality;
  quality.clusters = clusters.size();
  for (Index row : clusters.of) quality.agents += row != none;
  quality.connected_share = connected_share(forest, fleet, clusters);
  double pairs_pu = 0.0;
  double pairs = 0.0;
  for (Index row = 0; row < clusters.size(); ++row)
    if (!clusters.members.row(row).empty())
      measure_cluster(metric, fleet, options, clusters.members.row(row), quality, pairs_pu, pairs);
  quality.mean_pair_pu = pairs > 0.0 ? pairs_pu / pairs : 0.0;
  measure_powers(metric.tree, fleet, clusters, quality);
  return quality;
}

}  // namespace detail

GS_INLINE ClusterQuality measure(const feeder::Case& grid, const feeder::Forest& forest,
                                 const fleet::Fleet& fleet, const ClusterOptions& options,
                                 const Clusters& clusters) {
  const distance::AgentTree tree =
      distance::make_agent_tree(grid, forest, fleet, length_rule(options));
  detail::Metric metric{tree, nullptr, {}};
  return detail::measure(forest, fleet, options, clusters, metric);
}

GS_INLINE ClusterQuality measure(const feeder::Case& grid, const feeder::SpanningForest& spanning,
                                 const fleet::Fleet& fleet, const ClusterOptions& options,
                                 const Clusters& clusters) {
  const distance::LengthRule rule = length_rule(options);
  if (spanning.closing.empty() || rule.choice == distance::EdgeLength::log_sensitivity)
    return measure(grid, spanning.forest, fleet, options, clusters);
  const distance::AgentTree tree = distance::make_agent_tree(grid, spanning.forest, fleet, rule);
  const distance::Meshed mesh = distance::make_meshed(grid, spanning, fleet, rule);
  detail::Metric metric{tree, &mesh, {}};
  return detail::measure(spanning.forest, fleet, options, clusters, metric);
}

}  // namespace cluster
}  // namespace gridswarm::inline GS_ABI
