// SPDX-License-Identifier: BSD-3-Clause
// ECI, silhouette and coupling leak against their definitions, pair by pair.
#include "gridswarm/cluster/cohesion.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "gridswarm/cluster/form.hpp"
#include "gridswarm/distance/meshed.hpp"
#include "partition.hpp"
#include "sample.hpp"

namespace {

using namespace gridswarm;
using cluster::ClusterOptions;
using cluster::Clusters;

struct Scene {
  feeder::Case grid;
  feeder::SpanningForest spanning;
  fleet::Fleet fleet;
  Clusters clusters;
  ClusterOptions options;

  explicit Scene(std::uint64_t seed, Index loops = 0) {
    grid = sample::random_case(2, 30, seed, 1 + static_cast<Index>(seed % 5));
    for (Index k = 0; k < loops; ++k) sample::add_branch(grid, 3 + k, 20 + 4 * k, 0.05, 0.05);
    grid.branches.in_service[12] = 0;
    spanning = feeder::spanning_forest(grid);
    fleet = sample::random_fleet(grid, 70, seed);
    options.size_max = 12;
    clusters = cluster::form(grid, spanning.forest, fleet, options, nullptr).clusters;
  }
  cluster::Cohesion measured(std::int64_t most_steps = cluster::silhouette_steps) const {
    return cluster::cohesion(grid, spanning, fleet, options, clusters, most_steps);
  }
  /// Path length in p.u., < 0 without a path.
  double path(Index i, Index j, distance::EdgeLength choice) const {
    const auto length = distance::edge_lengths(grid, spanning.forest, choice);
    const std::int64_t d =
        sample::walked(spanning.forest, length, fleet.plate.bus[i], fleet.plate.bus[j]);
    return d < 0 ? -1.0 : 1e-9 * static_cast<double>(d);
  }
};

/// Silhouette of agent i from all its distances; < -1 where it has no other cluster to go to.
double silhouette(const Scene& s, Index i) {
  const Index rows = s.clusters.size();
  std::vector<double> sum(rows, 0.0), count(rows, 0.0);
  for (Index j = 0; j < s.fleet.size(); ++j) {
    const double d = s.path(i, j, distance::EdgeLength::magnitude);
    if (d < 0.0 || s.clusters.of[j] == none || i == j) continue;
    sum[s.clusters.of[j]] += d;
    count[s.clusters.of[j]] += 1.0;
  }
  const Index own = s.clusters.of[i];
  double nearest = -1.0;
  for (Index row = 0; row < rows; ++row)
    if (row != own && count[row] > 0.0 && (nearest < 0.0 || sum[row] / count[row] < nearest))
      nearest = sum[row] / count[row];
  if (nearest < 0.0) return -2.0;
  if (count[own] == 0.0) return 0.0;
  const double inside = sum[own] / count[own];
  return inside == nearest ? 0.0 : (nearest - inside) / std::max(inside, nearest);
}

TEST_CASE("cohesiveness and leak equal sums over all pairs of a feeder") {
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    const Scene s(seed);
    double near = 0.0, all = 0.0, across = 0.0, coupled = 0.0;
    for (Index i = 0; i < s.fleet.size(); ++i)
      for (Index j = 0; j < s.fleet.size(); ++j) {
        const double d = s.path(i, j, distance::EdgeLength::magnitude);
        if (d < 0.0) continue;
        const bool same = s.clusters.of[i] == s.clusters.of[j];
        all += d;
        near += same ? d : 0.0;
        const auto x = [&](Index a, Index b) {
          return s.path(a, b, distance::EdgeLength::reactance);
        };
        // X_ij from paths: the source of a feeder is the first of its buses.
        const Index feeder = s.fleet.plate.bus[i] < 30 ? 0 : 30;
        const auto length =
            distance::edge_lengths(s.grid, s.spanning.forest, distance::EdgeLength::reactance);
        const auto to_source = [&](Index a) {
          return 1e-9 * static_cast<double>(sample::walked(s.spanning.forest, length,
                                                           s.fleet.plate.bus[a], feeder));
        };
        const double shared = 0.5 * (to_source(i) + to_source(j) - x(i, j));
        coupled += shared * shared;
        across += same ? 0.0 : shared * shared;
      }
    const auto found = s.measured();
    CHECK(found.eci == doctest::Approx(1.0 - near / all).epsilon(1e-9));
    CHECK(found.coupling_leak == doctest::Approx(across / coupled).epsilon(1e-7));
  }
}

TEST_CASE("the silhouette is the mean over agents, or over every k-th where work is bounded") {
  const Scene s(3);
  std::vector<double> each;
  for (Index i = 0; i < s.fleet.size(); ++i)
    if (s.clusters.of[i] != none) each.push_back(silhouette(s, i));
  for (const std::size_t stride : {1u, 4u}) {
    double sum = 0.0, count = 0.0;
    for (std::size_t k = 0; k < each.size(); k += stride)
      if (each[k] >= -1.0) {
        sum += each[k];
        count += 1.0;
      }
    // Every agent's feeder has more than 30 nodes; a bound of a third of the work has stride 4.
    std::int64_t steps = 0;
    const auto tree = distance::make_agent_tree(s.grid, s.spanning.forest, s.fleet,
                                                distance::EdgeLength::magnitude);
    for (Index i = 0; i < s.fleet.size(); ++i)
      if (s.clusters.of[i] != none) steps += tree.size[tree.root[tree.feeder[tree.node[i]]]];
    const auto found = s.measured(stride == 1 ? steps + 1 : steps / 3 - 1);
    CHECK(found.silhouette_agents == static_cast<std::int64_t>(count));
    CHECK(found.silhouette == doctest::Approx(sum / count).epsilon(1e-9));
  }
}

TEST_CASE("two far pairs: silhouette near 1, nothing inside, and crossed the opposite") {
  feeder::Case grid;  // 1 at 0, agents at 0.01, 0.02 and 1.01, 1.02
  for (BusId id = 1; id <= 5; ++id)
    sample::add_bus(grid, id, id == 1 ? feeder::BusType::source : feeder::BusType::pq);
  const double length[] = {0.01, 0.01, 0.99, 0.01};
  for (Index k = 0; k < 4; ++k) sample::add_branch(grid, k, k + 1, 0.0, length[k]);
  const feeder::SpanningForest spanning = feeder::spanning_forest(grid);
  const fleet::Fleet fleet = sample::fleet_at(4, 1, [](Index i) { return i + 1; });
  const auto pairs =
      cluster::cohesion(grid, spanning, fleet, {}, sample::partition({0, 0, 1, 1}, 2));
  CHECK(pairs.eci == doctest::Approx(1.0 - 0.02 / 4.02));
  // Distances 0.01 inside; 1.0 and 1.01, or 0.99 and 1.0 to the others.
  CHECK(pairs.silhouette ==
        doctest::Approx(0.5 * ((1.005 - 0.01) / 1.005 + (0.995 - 0.01) / 0.995)));
  // X = 0.01, 0.02, 1.01, 1.02 to the source, the lower one of each pair is shared.
  const double inside = 3 * 0.0001 + 0.0004 + 3 * 1.0201 + 1.0404;
  const double across = 2 * (2 * 0.0001 + 2 * 0.0004);
  CHECK(pairs.coupling_leak == doctest::Approx(across / (inside + across)));
  const auto crossed =
      cluster::cohesion(grid, spanning, fleet, {}, sample::partition({0, 1, 0, 1}, 2));
  CHECK(crossed.silhouette < 0.0);
  CHECK(crossed.eci < pairs.eci);
}

TEST_CASE("one cluster, none at all, and agents on one bus have defined measures") {
  const feeder::Case grid = sample::random_case(1, 4, 1);
  const feeder::SpanningForest spanning = feeder::spanning_forest(grid);
  const fleet::Fleet at_source = sample::fleet_at(3, 1, [](Index) { return 0; });
  const auto one =
      cluster::cohesion(grid, spanning, at_source, {}, sample::partition({0, 0, 0}, 1));
  CHECK(one.eci == 1.0);
  CHECK(one.coupling_leak == 0.0);
  CHECK(one.silhouette_agents == 0);
  const fleet::Fleet nobody = sample::fleet_at(0, 1, [](Index) { return 0; });
  CHECK(cluster::cohesion(grid, spanning, nobody, {}, sample::partition({}, 0)).eci == 1.0);
}

TEST_CASE("with loops cohesiveness counts the distances that loops leave") {
  const Scene s(2, 3);
  REQUIRE(s.spanning.closing.size() == 3);
  const auto tree = distance::make_agent_tree(s.grid, s.spanning.forest, s.fleet,
                                              distance::EdgeLength::magnitude);
  const auto mesh =
      distance::make_meshed(s.grid, s.spanning, s.fleet, distance::EdgeLength::magnitude);
  distance::MeshedWork work;
  double near = 0.0, all = 0.0;
  for (Index i = 0; i < s.fleet.size(); ++i)
    for (Index j = 0; j < i; ++j) {
      const double d = distance::resistance_distance(mesh, tree, i, j, work);
      if (d > 1e9) continue;
      all += d;
      near += s.clusters.of[i] == s.clusters.of[j] ? d : 0.0;
    }
  CHECK(s.measured().eci == doctest::Approx(1.0 - near / all).epsilon(1e-9));
}

}  // namespace
