// SPDX-License-Identifier: BSD-3-Clause
// Formation against the exhaustive truth of small trees.
#include <doctest/doctest.h>

#include "oracle.hpp"

namespace {

using namespace gridswarm;
using cluster::ClusterOptions;
using oracle::Cost;
using oracle::hard_options;
using oracle::Small;
using oracle::small_tree;

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

TEST_CASE("on hard trees formation is within 1.5 % of the optimum on average, mostly on it") {
  const oracle::Gap gap = oracle::gap_of(60, 16, 16, 8);
  MESSAGE("mean gap ", 100.0 * gap.mean, " %, worst ", 100.0 * gap.worst, " %, optimal ",
          gap.optimal, " of ", gap.trees, ", too many undersized on ", gap.more_undersized);
  CHECK(gap.least > -1e-5);
  CHECK(gap.mean < 0.015);
  CHECK(gap.optimal >= 0.8 * gap.trees);
  CHECK(gap.more_undersized <= 1);
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
