// SPDX-License-Identifier: BSD-3-Clause
#include <doctest/doctest.h>

#include "gridswarm/cluster/form_ranks.hpp"
#include "gridswarm/cluster/quality.hpp"
#include "sample.hpp"

namespace {

using namespace gridswarm;
using cluster::Clusters;
using cluster::Formation;

void check_same(const Formation& a, const Formation& b) {
  CHECK(a.clusters.of == b.clusters.of);
  CHECK(a.clusters.id == b.clusters.id);
  CHECK(a.clusters.top == b.clusters.top);
  CHECK(a.objective == b.objective);
  CHECK(a.switching == b.switching);
  CHECK(a.undersized == b.undersized);
}

/// The same fleet an hour later: every third agent with another power.
fleet::Fleet later(fleet::Fleet fleet) {
  for (std::size_t i = 0; i < fleet.state.p_kw.size(); i += 3) fleet.state.p_kw[i] *= -1.5;
  return fleet;
}

/// Form at once, then again an hour later, by 1 to 5 pretended ranks.
void check_ranks(const feeder::Case& grid, const fleet::Fleet& fleet,
                 const cluster::ClusterOptions& options, Index piece_nodes, bool in_pieces) {
  const feeder::Forest forest = feeder::make_forest(grid);
  cluster::FormExtras extras;
  extras.piece_nodes = piece_nodes;
  const Formation first = cluster::form(grid, forest, fleet, options, nullptr, 1, extras);
  const fleet::Fleet then = later(fleet);
  const Formation second = cluster::form(grid, forest, then, options, &first.clusters, 1, extras);
  for (int ranks = 1; ranks <= 5; ++ranks) {
    CAPTURE(ranks);
    LocalExchange exchange(ranks);
    const auto made =
        cluster::form_over_ranks(exchange, grid, forest, fleet, options, nullptr, 2, extras);
    check_same(made.formation, first);
    CHECK((made.volume.pieces > 1) == in_pieces);
    CHECK(made.volume.rounds == (in_pieces ? 3 : 1));
    CHECK(made.volume.rounds == exchange.traffic().rounds);
    CHECK(made.volume.bytes() == exchange.traffic().bytes);
    CHECK(made.volume.choice_bytes <= made.volume.pieces);
    CHECK((made.volume.bytes() > 0) == (ranks > 1));
    CHECK(made.volume.messages <= made.volume.rounds * (ranks - 1));
    const auto again =
        cluster::form_over_ranks(exchange, grid, forest, then, options, &first.clusters, 1, extras);
    check_same(again.formation, second);
    CHECK(again.volume.choice_bytes <= 2 * made.volume.pieces);
  }
}

TEST_CASE("any number of ranks forms the clusters of one process, feeder by feeder") {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    const feeder::Case grid = sample::random_case(7, 30, seed, 6);
    check_ranks(grid, sample::random_fleet(grid, 400, seed), {}, 65'536, false);
  }
}

TEST_CASE(
    "any number of ranks forms the clusters of one process when giant feeders are in pieces") {
  cluster::ClusterOptions wide;
  wide.w_output = 0.1;
  wide.flexibility = 0.5;
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    const feeder::Case grid = sample::random_case(2, 400, seed, seed % 2 ? 1000 : 20);
    const fleet::Fleet fleet = sample::random_fleet(grid, 900, seed);
    check_ranks(grid, fleet, {}, 60, true);
    check_ranks(grid, fleet, wide, 60, true);
  }
}

TEST_CASE("without refinement pieces change nothing, for they make the same folds") {
  cluster::ClusterOptions options;
  options.refine_passes = 0;
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    const feeder::Case grid = sample::random_case(1, 300, seed, 1 + 40 * (seed % 4));
    const feeder::Forest forest = feeder::make_forest(grid);
    const fleet::Fleet fleet = sample::random_fleet(grid, 500, seed);
    cluster::FormExtras small;
    small.piece_nodes = 50;
    const Formation whole = cluster::form(grid, forest, fleet, options, nullptr);
    check_same(cluster::form(grid, forest, fleet, options, nullptr, 1, small), whole);
    const fleet::Fleet then = later(fleet);
    check_same(cluster::form(grid, forest, then, options, &whole.clusters, 1, small),
               cluster::form(grid, forest, then, options, &whole.clusters));
  }
}

TEST_CASE("clusters refined in pieces keep all bounds and cost at most one percent more") {
  double in_pieces = 0.0, at_once = 0.0;
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    const feeder::Case grid = sample::random_case(1, 400, seed, 1000);
    const feeder::Forest forest = feeder::make_forest(grid);
    const fleet::Fleet fleet = sample::random_fleet(grid, 600, seed);
    cluster::FormExtras small;
    small.piece_nodes = 80;
    const Formation made = cluster::form(grid, forest, fleet, {}, nullptr, 1, small);
    in_pieces += made.objective;
    at_once += cluster::form(grid, forest, fleet, {}, nullptr).objective;
    const auto quality = cluster::measure(grid, forest, fleet, {}, made.clusters);
    CHECK(quality.connected_share == 1.0);
    CHECK(quality.breaches == 0);
  }
  MESSAGE("J in pieces / at once: " << in_pieces / at_once);
  CHECK(in_pieces <= 1.01 * at_once);
}

TEST_CASE("pieces are the largest subtrees within the limit; small ones stay with the top") {
  // 0 - 1 - {2, 3, 4}, 0 - 5: subtree sizes 6, 4, 1, 1, 1, 1
  cluster::FeederTree tree;
  tree.parent = {none, 0, 1, 1, 1, 0};
  tree.size = {6, 4, 1, 1, 1, 1};
  const cluster::Pieces pieces = cluster::make_pieces(tree, 4);
  CHECK(pieces.root == std::vector<Index>{1, 5});
  CHECK(pieces.top == std::vector<Index>{0, 1, 5});
  CHECK(pieces.piece_of == std::vector<Index>{none, 0, 1});
  tree.parent.assign(600, 0);
  tree.parent[0] = none;
  tree.size.assign(600, 1);
  tree.size[0] = 600;
  CHECK(cluster::make_pieces(tree, 512).count() == 0);
}

}  // namespace
