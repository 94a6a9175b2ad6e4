// SPDX-License-Identifier: BSD-3-Clause
// A ladder feeder whose switches can be moved, and a batch with all axes, also written out.
#pragma once

#include "grids.hpp"
#include "gridswarm/flow/batch.hpp"
#include "gridswarm/flow/solver.hpp"

namespace gridswarm::test {

/// Source 0, then 1-2-3 and 4 behind 1; branch rows 0: 0-1, 1: 1-2, 2: 2-3, 3: 1-4, and 4: 4-3,
/// open. Opening 1 and closing 4 feeds 2 and 3 over 4. Base 1 MVA.
inline feeder::Case ladder() {
  feeder::Case grid;
  add_bus(grid, feeder::BusType::source);
  for (int k = 0; k < 4; ++k) add_bus(grid, feeder::BusType::pq);
  add_branch(grid, 0, 1, 0.01, 0.02);
  add_branch(grid, 1, 2, 0.02, 0.01);
  add_branch(grid, 2, 3, 0.02, 0.02);
  add_branch(grid, 1, 4, 0.03, 0.01);
  add_branch(grid, 4, 3, 0.01, 0.01);
  grid.branches.in_service[4] = 0;
  return grid;
}

/// `rows` rows of loads between 0.05 and 0.25 per bus, each row heavier than the one before.
struct LadderRows {
  std::vector<double> p, q;
  explicit LadderRows(Index rows) {
    for (Index s = 0; s < rows; ++s)
      for (Index k = 0; k < 5; ++k) {
        const double u = draw_uniform(11, Stream::test, static_cast<std::uint64_t>(s * 5 + k), 0);
        p.push_back(k == 0 ? 0.0 : -0.05 - 0.2 * u * (s + 1) / rows);
        q.push_back(0.4 * p.back());
      }
  }
};

/// Three topologies: as it is, fed over branch 4, and bus 4 cut off.
inline std::vector<std::vector<flow::CaseChange>> ladder_topologies() {
  using flow::CasePart;
  return {{},
          {{CasePart::branch_in_service, 1, 0.0}, {CasePart::branch_in_service, 4, 1.0}},
          {{CasePart::branch_in_service, 3, 0.0}}};
}

}  // namespace gridswarm::test
