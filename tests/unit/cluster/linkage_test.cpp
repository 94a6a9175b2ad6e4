// SPDX-License-Identifier: BSD-3-Clause
#include "gridswarm/cluster/linkage.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "gridswarm/base/error.hpp"
#include "gridswarm/cluster/marks.hpp"
#include "sample.hpp"

namespace {

using namespace gridswarm;

distance::AgentTree random_tree(std::uint64_t seed, Index agents) {
  const auto reach = static_cast<Index>(1 + sample::number(seed, 40, 0, 6));
  const feeder::Case grid = sample::random_case(2, 20, seed, reach);
  const fleet::Fleet fleet = sample::random_fleet(grid, agents, seed);
  return distance::make_agent_tree(grid, feeder::make_forest(grid), fleet,
                                   {distance::EdgeLength::magnitude});
}

/// Groups by spreading over all pairs within the radius, from agents that count as core.
std::vector<Index> spread(const distance::AgentTree& tree, std::int64_t radius,
                          const std::vector<bool>& core) {
  const auto n = static_cast<Index>(core.size());
  std::vector<Index> group(core.size(), none);
  Index count = 0;
  for (Index i = 0; i < n; ++i) {
    if (!core[i] || group[i] != none) continue;
    std::vector<Index> queue{i};
    group[i] = count;
    for (std::size_t q = 0; q < queue.size(); ++q)
      for (Index j = 0; j < n; ++j)
        if (core[j] && group[j] == none && distance::distance(tree, queue[q], j) <= radius) {
          group[j] = count;
          queue.push_back(j);
        }
    ++count;
  }
  return group;
}

/// The same groups, whatever their numbers?
bool same_groups(const std::vector<Index>& a, const std::vector<Index>& b) {
  std::map<Index, Index> there, back;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if ((a[i] == none) != (b[i] == none)) return false;
    if (a[i] == none) continue;
    if (there.emplace(a[i], b[i]).first->second != b[i]) return false;
    if (back.emplace(b[i], a[i]).first->second != a[i]) return false;
  }
  return true;
}

TEST_CASE("single linkage equals spreading over all pairs within the radius") {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    const distance::AgentTree tree = random_tree(seed, 25);
    const double radius_pu = 0.001 * static_cast<double>(sample::number(seed, 41, 0, 25));
    const auto found = cluster::link(tree, radius_pu);
    const auto radius = static_cast<std::int64_t>(radius_pu * 1e9 + 0.5);
    const auto wanted = spread(tree, radius, std::vector<bool>(25, true));
    CAPTURE(seed);
    CHECK(same_groups(found.of, wanted));
    CHECK(found.count == static_cast<Index>(std::set<Index>(wanted.begin(), wanted.end()).size()));
  }
}

TEST_CASE("density groups have DBSCAN's cores, its borders at the nearest core, and its noise") {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    const distance::AgentTree tree = random_tree(seed, 25);
    const double radius_pu = 0.001 * static_cast<double>(sample::number(seed, 42, 0, 20));
    const auto radius = static_cast<std::int64_t>(radius_pu * 1e9 + 0.5);
    const auto least = static_cast<Index>(1 + sample::number(seed, 43, 0, 6));
    const auto found = cluster::density_groups(tree, radius_pu, least);
    std::vector<bool> core(25);
    for (Index i = 0; i < 25; ++i) {
      Index near = 0;
      for (Index j = 0; j < 25; ++j) near += distance::distance(tree, i, j) <= radius;
      core[i] = near >= least;
    }
    std::vector<Index> wanted = spread(tree, radius, core);
    const std::vector<Index> cores = wanted;
    for (Index i = 0; i < 25; ++i) {
      std::int64_t best = radius + 1;
      for (Index j = 0; j < 25 && !core[i]; ++j)
        if (core[j] && distance::distance(tree, i, j) < best) {
          best = distance::distance(tree, i, j);
          wanted[i] = cores[j];
        }
    }
    CAPTURE(seed);
    CHECK(same_groups(found.of, wanted));
  }
}

TEST_CASE("with two agents asked for, density groups are single linkage without the lone ones") {
  const distance::AgentTree tree = random_tree(5, 25);
  const auto linked = cluster::link(tree, 0.006);
  const auto dense = cluster::density_groups(tree, 0.006, 2);
  std::vector<Index> size(25, 0);
  for (Index group : linked.of) ++size[group];
  std::vector<Index> wanted = linked.of;
  for (Index& group : wanted)
    if (size[group] == 1) group = none;
  CHECK(same_groups(dense.of, wanted));
}

TEST_CASE("a radius that is no length, or nobody asked for, is refused") {
  const distance::AgentTree tree = random_tree(1, 5);
  CHECK_THROWS_AS(cluster::link(tree, -0.1), UsageError);
  CHECK_THROWS_AS(cluster::link(tree, std::nan("")), UsageError);
  CHECK_THROWS_AS(cluster::density_groups(tree, 0.1, 0), UsageError);
  CHECK(cluster::link(tree, 1e300).count <= 2);
}

TEST_CASE("nearest marked agents equal brute force while marks come and go") {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    const distance::AgentTree tree = random_tree(seed, 40);
    cluster::Marks marks = cluster::make_marks(tree);
    std::vector<bool> is_marked(40, false);
    for (std::uint32_t step = 0; step < 60; ++step) {
      const auto agent = static_cast<Index>(sample::number(seed, 44, step, 40));
      is_marked[agent] = sample::number(seed, 45, step, 3) > 0;
      if (is_marked[agent])
        cluster::mark(marks, agent);
      else
        cluster::unmark(marks, agent);
      const auto asked = static_cast<Index>(sample::number(seed, 46, step, 40));
      const auto k = static_cast<Index>(sample::number(seed, 47, step, 10));
      std::vector<std::pair<std::int64_t, Index>> wanted;
      for (Index j = 0; j < 40; ++j)
        if (j != asked && is_marked[j] &&
            distance::distance(tree, asked, j) != distance::unreachable)
          wanted.emplace_back(distance::distance(tree, asked, j), j);
      std::sort(wanted.begin(), wanted.end());
      wanted.resize(std::min(wanted.size(), static_cast<std::size_t>(k)));
      CHECK(cluster::nearest_marked(marks, asked, k) == wanted);
    }
  }
}

TEST_CASE("a node lies in at most log2(n) + 1 pieces, a line's too") {
  feeder::Case grid = sample::random_case(1, 1000, 3, 1);
  const fleet::Fleet fleet = sample::fleet_at(1000, 1, [](Index i) { return i; });
  const auto tree = distance::make_agent_tree(grid, feeder::make_forest(grid), fleet,
                                              {distance::EdgeLength::magnitude});
  const cluster::Marks marks = cluster::make_marks(tree);
  for (const auto& levels : marks.levels) CHECK(levels.size() <= 10);
}

}  // namespace
