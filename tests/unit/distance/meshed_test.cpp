// SPDX-License-Identifier: BSD-3-Clause
// Meshed distances against the pseudo-inverse of the whole conductance matrix.
#include "gridswarm/distance/meshed.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "gridswarm/base/error.hpp"
#include "sample.hpp"

namespace {

using namespace gridswarm;
using distance::EdgeLength;
using distance::LengthRule;

/// A random case with `loops` more branches anywhere, also between feeders and beside others.
feeder::Case meshed_case(Index feeders, Index buses, Index loops, std::uint64_t seed) {
  feeder::Case grid = sample::random_case(feeders, buses, seed, 1 + static_cast<Index>(seed % 6));
  const auto all = static_cast<std::uint64_t>(grid.buses.size());
  for (Index k = 0; k < loops; ++k) {
    const auto step = static_cast<std::uint32_t>(k);
    const auto from = static_cast<Index>(sample::number(seed, 70, step, all));
    const auto to = static_cast<Index>((from + 1 + sample::number(seed, 71, step, all - 1)) %
                                       static_cast<std::uint64_t>(grid.buses.size()));
    sample::add_branch(grid, from, to,
                       0.001 * static_cast<double>(1 + sample::number(seed, 72, step, 30)),
                       0.001 * static_cast<double>(1 + sample::number(seed, 73, step, 30)));
  }
  return grid;
}

/// Resistance distances of all buses by the pseudo-inverse G+ = (G + J/n)^-1 - J/n, J all ones, of
/// the Laplacian in which all sources are one node.
struct Dense {
  std::vector<Index> node;
  std::vector<std::vector<double>> inverse;

  Dense(const feeder::Case& grid, double to_one_mva) {
    Index n = 1;
    for (Index b = 0; b < grid.buses.size(); ++b)
      node.push_back(grid.buses.type[b] == feeder::BusType::source ? 0 : n++);
    std::vector<std::vector<double>> g(n, std::vector<double>(2 * n, 1.0 / n));
    for (Index i = 0; i < n; ++i)
      for (Index j = 0; j < n; ++j) g[i][n + j] = i == j;
    for (Index e = 0; e < grid.branches.size(); ++e) {
      if (!grid.branches.in_service[e]) continue;
      const Index a = node[grid.branches.from[e]];
      const Index b = node[grid.branches.to[e]];
      const double y =
          1.0 / (to_one_mva * std::hypot(grid.branches.r_pu[e], grid.branches.x_pu[e]));
      g[a][a] += y;
      g[b][b] += y;
      g[a][b] -= y;
      g[b][a] -= y;
    }
    for (Index k = 0; k < n; ++k) {
      Index best = k;
      for (Index i = k; i < n; ++i)
        if (std::abs(g[i][k]) > std::abs(g[best][k])) best = i;
      std::swap(g[k], g[best]);
      for (Index j = 2 * n - 1; j >= k; --j) g[k][j] /= g[k][k];
      for (Index i = 0; i < n; ++i) {
        if (i == k || g[i][k] == 0.0) continue;
        const double factor = g[i][k];
        for (Index j = k; j < 2 * n; ++j) g[i][j] -= factor * g[k][j];
      }
    }
    inverse.assign(n, std::vector<double>(n));
    for (Index i = 0; i < n; ++i)
      for (Index j = 0; j < n; ++j) inverse[i][j] = g[i][n + j] - 1.0 / n;
  }

  double distance(Index bus_a, Index bus_b) const {
    const Index i = node[bus_a];
    const Index j = node[bus_b];
    return inverse[i][i] + inverse[j][j] - inverse[i][j] - inverse[j][i];
  }
};

struct Made {
  feeder::SpanningForest spanning;
  fleet::Fleet fleet;
  distance::AgentTree tree;
  distance::Meshed mesh;
  distance::MeshedWork work;

  Made(const feeder::Case& grid, const LengthRule& rule, fleet::Fleet agents)
      : spanning(feeder::spanning_forest(grid)),
        fleet(std::move(agents)),
        tree(distance::make_agent_tree(grid, spanning.forest, fleet, rule)),
        mesh(distance::make_meshed(grid, spanning, fleet, rule)) {}
  double distance(Index i, Index j) {
    return distance::resistance_distance(mesh, tree, i, j, work);
  }
};

fleet::Fleet one_per_bus(const feeder::Case& grid) {
  return sample::fleet_at(grid.buses.size(), 1, [](Index i) { return i; });
}

/// Largest error of all pairs on one meshed case, in p.u.
double largest_error(const feeder::Case& grid) {
  const Dense truth(grid, 1.0 / grid.base_mva);
  Made made(grid, EdgeLength::magnitude, one_per_bus(grid));
  double worst = 0.0;
  for (Index i = 0; i < grid.buses.size(); ++i)
    for (Index j = 0; j < grid.buses.size(); ++j) {
      const double d = made.distance(i, j);
      if (d == std::numeric_limits<double>::infinity()) continue;
      worst = std::max(worst, std::abs(d - truth.distance(i, j)));
    }
  return worst;
}

TEST_CASE("distances of weakly meshed feeders equal the pseudo-inverse, loop by loop") {
  double worst = 0.0;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    const auto loops = static_cast<Index>(sample::number(seed, 74, 0, 12));
    const auto feeders = static_cast<Index>(1 + seed % 3);
    feeder::Case grid = meshed_case(feeders, 24, loops, seed);
    grid.base_mva = 0.5;
    worst = std::max(worst, largest_error(grid));
  }
  MESSAGE("largest error by loops: ", worst);
  CHECK(worst < 1e-12);  // 1e-9 is asked for
}

TEST_CASE("distances of networks full of loops equal the pseudo-inverse by stars") {
  double worst = 0.0;
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    const feeder::Case grid = meshed_case(1 + static_cast<Index>(seed % 2), 40, 90, seed);
    const auto made = distance::make_meshed(grid, feeder::spanning_forest(grid), one_per_bus(grid),
                                            EdgeLength::magnitude);
    REQUIRE(made.parts[0].by_stars);
    worst = std::max(worst, largest_error(grid));
  }
  MESSAGE("largest error by stars: ", worst);
  CHECK(worst < 1e-12);
}

TEST_CASE("feeders that no wire joins are infinitely far apart, on a tree the path is all") {
  const feeder::Case grid = meshed_case(2, 10, 0, 3);
  Made made(grid, EdgeLength::magnitude, one_per_bus(grid));
  for (Index i = 0; i < 20; ++i)
    for (Index j = 0; j < 20; ++j) {
      const std::int64_t path = distance::distance(made.tree, i, j);
      if (path == distance::unreachable)
        CHECK(made.distance(i, j) == std::numeric_limits<double>::infinity());
      else
        CHECK(std::abs(made.distance(i, j) - 1e-9 * static_cast<double>(path)) < 2e-8);
    }
}

TEST_CASE("a ring of three equal wires shows 1 and 2 side by side") {
  feeder::Case grid;
  for (BusId id = 1; id <= 3; ++id)
    sample::add_bus(grid, id, id == 1 ? feeder::BusType::source : feeder::BusType::pq);
  for (Index k = 0; k < 3; ++k) sample::add_branch(grid, k, (k + 1) % 3, 0.3, 0.0);
  Made made(grid, EdgeLength::resistance, one_per_bus(grid));
  CHECK(made.distance(0, 1) == doctest::Approx(0.2));
  CHECK(made.distance(1, 2) == doctest::Approx(0.2));
  CHECK(made.distance(0, 2) == doctest::Approx(0.2));
  CHECK(distance::shared_length(made.mesh, made.tree, 1, 2, made.work) == doctest::Approx(0.1));
}

TEST_CASE("wires without length, in the tree and beside it, make one place of their ends") {
  feeder::Case grid;  // 1 - 2 - 3 with 0.2 and 0.1; 2 = 4 and 4 = 2 again without length; 4 - 3
  for (BusId id = 1; id <= 4; ++id)
    sample::add_bus(grid, id, id == 1 ? feeder::BusType::source : feeder::BusType::pq);
  sample::add_branch(grid, 0, 1, 0.2, 0.0);
  sample::add_branch(grid, 1, 2, 0.1, 0.0);
  sample::add_branch(grid, 1, 3, 0.0, 0.01);
  sample::add_branch(grid, 3, 1, 0.0, 0.02);
  sample::add_branch(grid, 3, 2, 0.1, 0.0);
  SUBCASE("by loops") {}
  SUBCASE("by stars")
  for (int k = 0; k < 30; ++k) sample::add_branch(grid, 1, 3, 0.0, 0.03);
  Made made(grid, EdgeLength::resistance, one_per_bus(grid));
  CHECK(made.distance(1, 3) == doctest::Approx(0.0));
  CHECK(made.distance(1, 2) == doctest::Approx(0.05));
  CHECK(made.distance(0, 2) == doctest::Approx(0.25));
  CHECK(made.distance(0, 3) == doctest::Approx(0.2));
}

TEST_CASE("sums over pairs are those of every pair, by loops and by stars") {
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    const feeder::Case grid = meshed_case(3, 20, seed % 2 ? 4 : 60, seed);
    Made made(grid, EdgeLength::magnitude, sample::random_fleet(grid, 50, seed));
    std::vector<Index> agents;
    for (Index i = 0; i < 50; i += 2) agents.push_back(i);
    double truth = 0.0;
    for (const Index i : agents)
      for (const Index j : agents)
        if (i < j && made.distance(i, j) < 1e9) truth += made.distance(i, j);
    CHECK(distance::pair_sum_pu(made.mesh, made.tree, agents, made.work) ==
          doctest::Approx(truth).epsilon(1e-11));
  }
}

TEST_CASE("log sensitivity with loops is that of the inverse; on a tree that of its edges") {
  const feeder::Case grid = meshed_case(1, 20, 5, 4);
  Made made(grid, EdgeLength::reactance, one_per_bus(grid));
  const double x_source = 0.01;
  const auto far = [&](Index i, Index j) {
    return distance::log_sensitivity_distance(made.mesh, made.tree, x_source, i, j, made.work);
  };
  // X_ij = (R_i0 + R_j0 - R_ij) / 2, 0 the source (bus row 0).
  const auto x = [&](Index i, Index j) {
    return x_source + 0.5 * (made.distance(0, i) + made.distance(0, j) - made.distance(i, j));
  };
  for (Index i = 0; i < 20; ++i)
    for (Index j = 0; j < 20; ++j) {
      CHECK(std::abs(far(i, j) + std::log10(x(i, j) * x(j, i) / (x(i, i) * x(j, j)))) < 1e-12);
    }
  const feeder::Case radial = meshed_case(1, 20, 0, 4);
  Made tree(radial, EdgeLength::reactance, one_per_bus(radial));
  const auto sums = distance::make_agent_tree(radial, tree.spanning.forest, tree.fleet,
                                              {EdgeLength::log_sensitivity, x_source, {}});
  for (Index i = 0; i < 20; ++i)
    CHECK(std::abs(
              distance::log_sensitivity_distance(tree.mesh, tree.tree, x_source, i, 7, tree.work) -
              1e-9 * static_cast<double>(distance::distance(sums, i, 7))) < 2e-8);
}

TEST_CASE("a closing wire behind a transformer counts as the source sees it") {
  // Ratio 0.5 doubles the voltage: 0.4 and 0.8 behind it are 0.1 and 0.2 from the source.
  feeder::Case grid;
  for (BusId id = 1; id <= 3; ++id)
    sample::add_bus(grid, id, id == 1 ? feeder::BusType::source : feeder::BusType::pq);
  sample::add_branch(grid, 0, 1, 0.4, 0.0);
  grid.branches.ratio[0] = 0.5;
  sample::add_branch(grid, 1, 2, 0.4, 0.0);
  sample::add_branch(grid, 2, 1, 0.8, 0.0);
  Made made(grid, EdgeLength::resistance, one_per_bus(grid));
  CHECK(made.distance(1, 2) == doctest::Approx(0.1 * 0.2 / 0.3));
}

TEST_CASE("custom lengths reach closing wires, and log sensitivity is refused as a resistance") {
  feeder::Case grid;
  for (BusId id = 1; id <= 3; ++id)
    sample::add_bus(grid, id, id == 1 ? feeder::BusType::source : feeder::BusType::pq);
  for (Index k = 0; k < 3; ++k) sample::add_branch(grid, k, (k + 1) % 3, 0.3, 0.0);
  const double km[] = {1.0, 1.0, 2.0};
  Made made(grid, LengthRule{EdgeLength::custom, 0.0, km}, one_per_bus(grid));
  CHECK(made.distance(0, 1) == doctest::Approx(0.75));
  CHECK_THROWS_AS(
      (void)distance::make_meshed(grid, made.spanning, made.fleet, EdgeLength::log_sensitivity),
      UsageError);
}

}  // namespace
