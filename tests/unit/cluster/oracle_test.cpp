// SPDX-License-Identifier: BSD-3-Clause
// Formation against the exhaustive truth: every set of cut edges of small trees, each cluster's
// share of J from its definition, pair by pair.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "gridswarm/cluster/form.hpp"
#include "gridswarm/cluster/quality.hpp"
#include "sample.hpp"

namespace {

using namespace gridswarm;
using cluster::ClusterOptions;

struct Cost {
  std::int64_t undersized = 0;
  double j = 0.0;
  bool allowed = true;
  bool operator<(const Cost& other) const {
    if (allowed != other.allowed) return allowed;
    return undersized != other.undersized ? undersized < other.undersized : j < other.j;
  }
};

struct Small {
  feeder::Case grid;
  feeder::Forest forest;
  fleet::Fleet fleet;
  std::vector<std::vector<double>> pu;  ///< walked distances
};

/// `agents` agents on a random tree: a few buses empty, a few with two.
Small small_tree(std::uint64_t seed, Index agents) {
  Small s;
  const auto reach = static_cast<Index>(1 + sample::number(seed, 40, 0, 5));
  s.grid = sample::random_case(1, agents, seed, reach);
  s.forest = feeder::make_forest(s.grid);
  s.fleet = sample::fleet_at(agents, seed, [&](Index i) {
    const bool doubled = sample::number(seed, 41, static_cast<std::uint32_t>(i), 6) == 0 && i > 0;
    return doubled ? i - 1 : i;
  });
  const auto length = distance::edge_lengths(s.grid, s.forest, distance::EdgeLength::magnitude);
  s.pu.assign(agents, std::vector<double>(agents, 0.0));
  for (Index i = 0; i < agents; ++i)
    for (Index j = 0; j < agents; ++j)
      s.pu[i][j] = 1e-9 * static_cast<double>(sample::walked(s.forest, length, s.fleet.plate.bus[i],
                                                             s.fleet.plate.bus[j]));
  return s;
}

Cost cost_of(const Small& s, const ClusterOptions& o, const std::vector<Index>& members) {
  Cost cost;
  if (members.empty()) return cost;
  const auto m = static_cast<double>(members.size());
  double pairs = 0.0, soc = 0.0, storage = 0.0, p_kw = 0.0, kva = 0.0, widest = 0.0;
  for (Index i : members) {
    for (Index j : members)
      if (i < j) {
        pairs += s.pu[i][j];
        widest = std::max(widest, s.pu[i][j]);
      }
    p_kw += s.fleet.state.p_want_kw[i];
    kva += s.fleet.plate.s_kva[i];
    if (s.fleet.plate.e_kwh[i] > 0.0) {
      soc += s.fleet.state.soc[i];
      storage += 1.0;
    }
  }
  double spread = 0.0;
  for (Index i : members)
    if (s.fleet.plate.e_kwh[i] > 0.0) spread += std::pow(s.fleet.state.soc[i] - soc / storage, 2);
  cost.j = o.w_distance * pairs / (m * o.delta_pu) +
           o.w_similarity * spread / (o.delta_soc * o.delta_soc) +
           o.w_residual * std::abs(p_kw) / o.delta_kw + o.kappa;
  cost.undersized = static_cast<std::int64_t>(members.size()) < o.size_min;
  cost.allowed = static_cast<std::int64_t>(members.size()) <= o.size_max &&
                 widest <= o.diameter_max_pu + 1e-12 &&
                 (o.rating_max_kva <= 0.0 || kva <= o.rating_max_kva + 1e-9);
  return cost;
}

Cost add(Cost a, const Cost& b) {
  return {a.undersized + b.undersized, a.j + b.j, a.allowed && b.allowed};
}

/// The best of all 2^edges cut sets.
Cost exhaustive(const Small& s, const ClusterOptions& o) {
  const auto tree =
      distance::make_agent_tree(s.grid, s.forest, s.fleet, distance::EdgeLength::magnitude);
  const Index n = tree.nodes();
  Cost best;
  best.allowed = false;
  std::vector<Index> top(n);
  std::vector<std::vector<Index>> members(n);
  for (std::uint32_t cuts = 0; cuts < (1u << (n - 1)); ++cuts) {
    for (auto& list : members) list.clear();
    for (Index v = 0; v < n; ++v) {
      top[v] = v == 0 || (cuts >> (v - 1) & 1u) ? v : top[tree.parent[v]];
      if (tree.agent[v] != none) members[top[v]].push_back(tree.agent[v]);
    }
    Cost cost;
    for (const auto& list : members) cost = add(cost, cost_of(s, o, list));
    if (cost < best) best = cost;
  }
  return best;
}

Cost cost_of(const Small& s, const ClusterOptions& o, const cluster::Clusters& clusters) {
  Cost cost;
  for (Index row = 0; row < clusters.size(); ++row) {
    const auto members = clusters.members.row(row);
    cost = add(cost, cost_of(s, o, std::vector<Index>(members.begin(), members.end())));
  }
  return cost;
}

ClusterOptions hard_options(std::uint64_t seed) {
  ClusterOptions o;
  o.size_min = static_cast<std::int64_t>(1 + sample::number(seed, 50, 0, 4));
  o.size_max = static_cast<std::int64_t>(5 + sample::number(seed, 51, 0, 6));
  o.diameter_max_pu = 0.02 + 0.01 * static_cast<double>(sample::number(seed, 52, 0, 6));
  o.rating_max_kva = seed % 3 == 0 ? 40.0 : 0.0;
  o.kappa = 2.0;
  return o;
}

TEST_CASE("the objective reported equals its definition") {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    const Small s = small_tree(seed, 13);
    const ClusterOptions o = hard_options(seed);
    const auto formed = cluster::form(s.grid, s.forest, s.fleet, o, nullptr);
    const Cost truth = cost_of(s, o, formed.clusters);
    CHECK(truth.allowed);
    CHECK(formed.undersized == truth.undersized);
    CHECK(formed.objective == doctest::Approx(truth.j).epsilon(1e-5));
  }
}

TEST_CASE("with costs that add over clusters and a label per size, formation is exact") {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    const Small s = small_tree(seed, 12);
    ClusterOptions o;
    o.w_distance = o.w_similarity = o.w_residual = 0.0;
    o.size_min = 3;
    o.size_max = static_cast<std::int64_t>(3 + sample::number(seed, 53, 0, 5));
    o.diameter_max_pu = 100.0;
    o.labels = 64;
    o.refine_passes = 0;
    const Cost truth = exhaustive(s, o);
    const auto formed = cluster::form(s.grid, s.forest, s.fleet, o, nullptr);
    CHECK(formed.undersized == truth.undersized);
    CHECK(formed.objective == doctest::Approx(truth.j).epsilon(1e-9));
  }
}

TEST_CASE("on hard trees formation is within 2 % of the optimum on average, mostly on it") {
  double gaps = 0.0;
  double worst = 0.0;
  int optimal = 0;
  int more_undersized = 0;
  int trees = 0;
  for (std::uint64_t seed = 1; seed <= 150; ++seed) {
    const Small s = small_tree(seed, 13);
    const ClusterOptions o = hard_options(seed);
    const Cost truth = exhaustive(s, o);
    const auto formed = cluster::form(s.grid, s.forest, s.fleet, o, nullptr);
    CHECK(formed.undersized >= truth.undersized);
    if (formed.undersized > truth.undersized) {
      ++more_undersized;
      continue;
    }
    const double gap = (formed.objective - truth.j) / std::max(truth.j, o.kappa);
    CHECK(gap > -1e-5);
    gaps += gap;
    worst = std::max(worst, gap);
    optimal += gap < 1e-5;
    ++trees;
  }
  MESSAGE("mean gap ", 100.0 * gaps / trees, " %, worst ", 100.0 * worst, " %, optimal ", optimal,
          " of ", trees, ", too many undersized on ", more_undersized);
  CHECK(gaps / trees < 0.02);
  CHECK(optimal >= 0.75 * trees);
  CHECK(more_undersized <= 3);
}

TEST_CASE("the local search closes most of the gap that few labels leave") {
  double with = 0.0;
  double without = 0.0;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    const Small s = small_tree(seed, 14);
    ClusterOptions o = hard_options(seed);
    o.size_min = 1;
    o.labels = 2;
    with += cluster::form(s.grid, s.forest, s.fleet, o, nullptr).objective;
    o.refine_passes = 0;
    without += cluster::form(s.grid, s.forest, s.fleet, o, nullptr).objective;
  }
  CHECK(with < without);
}

}  // namespace
