// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <array>

#include "gridswarm/cluster/cohesion.hpp"
#include "gridswarm/distance/meshed.hpp"
#include "gridswarm/distance/pair_sum.hpp"

namespace gridswarm::inline GS_ABI {

template <>
GS_INLINE std::span<const Field<cluster::Cohesion>> fields() {
  using C = cluster::Cohesion;
  static const std::array table = {
      Field<C>{"eci", "", &C::eci, 0, 1,
               "Electrical cohesiveness: 1 less the distances inside clusters over all."},
      Field<C>{"silhouette", "", &C::silhouette, -1, 1,
               "Mean of (b - a) / max(a, b), a the distance to one's own cluster, b to the next."},
      Field<C>{"silhouette_agents", "", &C::silhouette_agents, 0, no_limit,
               "Agents that the silhouette is a mean of: every k-th of a large fleet."},
      Field<C>{"coupling_leak", "", &C::coupling_leak, 0, 1,
               "Share of the squared dV/dQ between agents that lies between clusters."},
  };
  return table;
}

namespace cluster {

namespace detail {

GS_INLINE std::vector<Index> clustered_agents(const distance::AgentTree& tree,
                                              const Clusters& clusters) {
  std::vector<Index> agents;
  for (std::size_t i = 0; i < clusters.of.size(); ++i)
    if (clusters.of[i] != none && tree.node[i] != none) agents.push_back(static_cast<Index>(i));
  return agents;
}

/// 1 - sum over clusters of f(members) / f(all); `otherwise` where f(all) is nothing.
template <class Sum>
double share_between(const Clusters& clusters, std::span<const Index> all, double otherwise,
                     Sum&& sum) {
  const double whole = sum(all);
  double inside = 0.0;
  for (Index row = 0; row < clusters.size(); ++row) inside += sum(clusters.members.row(row));
  return whole > 0.0 ? std::clamp(1.0 - inside / whole, 0.0, 1.0) : otherwise;
}

/// Buffers for one agent's distances to everybody on its feeder.
struct SilhouetteWork {
  std::vector<std::int64_t> far;    ///< by node
  std::vector<double> sum;          ///< by cluster, all zero between agents
  std::vector<std::int64_t> count;  ///< by cluster, all zero between agents
  std::vector<Index> met;
};

/// Distances from node v to all of its feeder: up its path, then down in preorder.
GS_INLINE void walk_feeder(const distance::AgentTree& tree, Index v,
                           std::vector<std::int64_t>& far) {
  const Index feeder = tree.feeder[v];
  const Index begin = tree.root[feeder];
  const Index end = tree.end_of(feeder);
  std::fill(far.begin() + begin, far.begin() + end, -1);
  far[v] = 0;
  for (Index u = v; tree.parent[u] != none; u = tree.parent[u])
    far[tree.parent[u]] = far[u] + tree.length[u];
  for (Index u = begin; u < end; ++u)
    if (far[u] < 0) far[u] = far[tree.parent[u]] + tree.length[u];
}

/// Silhouette of the agent at node v; false where its feeder has no other cluster.
GS_INLINE bool silhouette_of(const distance::AgentTree& tree, const Clusters& clusters, Index v,
                             SilhouetteWork& work, double& silhouette) {
  walk_feeder(tree, v, work.far);
  work.met.clear();
  const Index feeder = tree.feeder[v];
  for (Index u = tree.root[feeder]; u < tree.end_of(feeder); ++u) {
    const Index agent = tree.agent[u];
    const Index row = agent == none ? none : clusters.of[agent];
    if (row == none) continue;
    if (work.count[row]++ == 0) work.met.push_back(row);
    work.sum[row] += static_cast<double>(work.far[u]);
  }
  const Index own = clusters.of[tree.agent[v]];
  double a = 0.0;
  double b = -1.0;
  for (const Index row : work.met) {
    const auto count = static_cast<double>(work.count[row]);
    if (row == own && work.count[row] > 1) a = work.sum[row] / (count - 1.0);
    if (row != own && (b < 0.0 || work.sum[row] / count < b)) b = work.sum[row] / count;
  }
  const bool alone = work.count[own] == 1;
  for (const Index row : work.met) {
    work.sum[row] = 0.0;
    work.count[row] = 0;
  }
  const double larger = std::max(a, b);
  silhouette = alone || larger <= 0.0 ? 0.0 : (b - a) / larger;
  return b >= 0.0;
}

GS_INLINE void measure_silhouette(const distance::AgentTree& tree, const Clusters& clusters,
                                  std::span<const Index> agents, std::int64_t most_steps,
                                  Cohesion& out) {
  std::int64_t steps = 0;
  for (const Index i : agents) steps += tree.size[tree.root[tree.feeder[tree.node[i]]]];
  const auto stride = static_cast<std::size_t>(1 + steps / std::max<std::int64_t>(1, most_steps));
  SilhouetteWork work;
  work.far.resize(static_cast<std::size_t>(tree.nodes()));
  work.sum.assign(clusters.id.size(), 0.0);
  work.count.assign(clusters.id.size(), 0);
  double sum = 0.0;
  for (std::size_t k = 0; k < agents.size(); k += stride) {
    double silhouette = 0.0;
    if (!silhouette_of(tree, clusters, tree.node[agents[k]], work, silhouette)) continue;
    sum += silhouette;
    ++out.silhouette_agents;
  }
  if (out.silhouette_agents > 0) out.silhouette = sum / static_cast<double>(out.silhouette_agents);
}

}  // namespace detail

GS_INLINE Cohesion cohesion(const feeder::Case& grid, const feeder::SpanningForest& spanning,
                            const fleet::Fleet& fleet, const ClusterOptions& options,
                            const Clusters& clusters, std::int64_t most_steps) {
  const distance::LengthRule rule = length_rule(options);
  const distance::AgentTree tree = distance::make_agent_tree(grid, spanning.forest, fleet, rule);
  const std::vector<Index> agents = detail::clustered_agents(tree, clusters);
  Cohesion out;
  if (spanning.closing.empty() || rule.choice == distance::EdgeLength::log_sensitivity) {
    out.eci = detail::share_between(clusters, agents, 1.0, [&](std::span<const Index> some) {
      return distance::pair_sum_pu(tree, some);
    });
  } else {
    const distance::Meshed mesh = distance::make_meshed(grid, spanning, fleet, rule);
    distance::MeshedWork work;
    out.eci = detail::share_between(clusters, agents, 1.0, [&](std::span<const Index> some) {
      return distance::pair_sum_pu(mesh, tree, some, work);
    });
  }
  detail::measure_silhouette(tree, clusters, agents, most_steps, out);
  const distance::AgentTree reactances =
      distance::make_agent_tree(grid, spanning.forest, fleet, distance::EdgeLength::reactance);
  out.coupling_leak = detail::share_between(
      clusters, agents, 0.0,
      [&](std::span<const Index> some) { return distance::shared_square_sum(reactances, some); });
  return out;
}

}  // namespace cluster
}  // namespace gridswarm::inline GS_ABI
