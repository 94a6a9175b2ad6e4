// SPDX-License-Identifier: BSD-3-Clause
// Clusters over ranks: rank 0 has the membership that one process forms.
#include <doctest/doctest.h>

#include "gridswarm/base/collectives.hpp"
#include "gridswarm/cluster/form_ranks.hpp"
#include "gridswarm/mpi/exchange_mpi.hpp"
#include "sample.hpp"

using namespace gridswarm;

TEST_CASE("whole feeders and pieces of giant ones give over MPI the clusters of one process") {
  const feeder::Case grid = sample::random_case(3, 200, 5, 20);
  const feeder::Forest forest = feeder::make_forest(grid);
  const fleet::Fleet fleet = sample::random_fleet(grid, 900, 5);
  const auto exchange = mpi::make_exchange();
  for (const Index piece_nodes : {40, 65'536}) {
    cluster::FormExtras extras;
    extras.piece_nodes = piece_nodes;
    const auto alone = cluster::form(grid, forest, fleet, {}, nullptr, 1, extras);
    const auto made =
        cluster::form_over_ranks(*exchange, grid, forest, fleet, {}, nullptr, 1, extras);
    if (!hosts_root(*exchange)) {
      CHECK(made.formation.clusters.of.empty());
      continue;
    }
    CHECK(made.formation.clusters.of == alone.clusters.of);
    CHECK(made.formation.clusters.id == alone.clusters.id);
    CHECK(made.formation.clusters.top == alone.clusters.top);
    CHECK(made.formation.objective == alone.objective);
    CHECK((made.volume.bytes() > 0) == (exchange->ranks() > 1));
    CHECK(made.volume.rounds == (piece_nodes == 40 ? 3 : 1));
  }
}
