// SPDX-License-Identifier: BSD-3-Clause
// Small networks for tests of feeder/.
#pragma once

#include "gridswarm/feeder/case.hpp"

namespace gridswarm::test {

/// Buses 10, 20, 30, ... without load, base 1 MVA; the first `sources` are sources.
inline feeder::Case make_network(Index count, Index sources = 1) {
  feeder::Case grid;
  grid.name = "network";
  for (Index k = 0; k < count; ++k) {
    grid.buses.id.push_back(10 * (k + 1));
    grid.buses.type.push_back(k < sources ? feeder::BusType::source : feeder::BusType::pq);
    for (auto* zero : {&grid.buses.pd_mw, &grid.buses.qd_mvar, &grid.buses.gs_mw,
                       &grid.buses.bs_mvar, &grid.buses.va_deg})
      zero->push_back(0.0);
    grid.buses.vm_pu.push_back(1.0);
    grid.buses.base_kv.push_back(20.0);
    grid.buses.vmax_pu.push_back(1.1);
    grid.buses.vmin_pu.push_back(0.9);
  }
  return grid;
}

inline Index join(feeder::Case& grid, Index from, Index to, double x_pu, double ratio = 0.0,
                  double shift_deg = 0.0) {
  auto& b = grid.branches;
  b.from.push_back(from);
  b.to.push_back(to);
  b.r_pu.push_back(0.0);
  b.x_pu.push_back(x_pu);
  b.b_pu.push_back(0.0);
  b.rate_mva.push_back(0.0);
  b.ratio.push_back(ratio);
  b.shift_deg.push_back(shift_deg);
  b.in_service.push_back(1);
  return b.size() - 1;
}

}  // namespace gridswarm::test
