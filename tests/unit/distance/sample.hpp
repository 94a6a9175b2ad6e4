// SPDX-License-Identifier: BSD-3-Clause
// Small random feeders with agents, from the library's own counter-based numbers.
#pragma once

#include <cstdint>

#include "gridswarm/base/random.hpp"
#include "gridswarm/feeder/forest.hpp"
#include "gridswarm/fleet/fleet.hpp"

namespace sample {

using namespace gridswarm;

inline std::uint64_t number(std::uint64_t seed, std::uint64_t what, std::uint32_t step,
                            std::uint64_t bound) {
  return draw_below(seed, Stream::test, what, step, bound);
}

inline void add_bus(feeder::Case& grid, BusId id, feeder::BusType type) {
  grid.buses.id.push_back(id);
  grid.buses.type.push_back(type);
  for (auto* column : {&grid.buses.pd_mw, &grid.buses.qd_mvar, &grid.buses.gs_mw,
                       &grid.buses.bs_mvar, &grid.buses.va_deg})
    column->push_back(0.0);
  grid.buses.vm_pu.push_back(1.0);
  grid.buses.base_kv.push_back(20.0);
  grid.buses.vmax_pu.push_back(1.1);
  grid.buses.vmin_pu.push_back(0.9);
}

inline void add_branch(feeder::Case& grid, Index from, Index to, double r_pu, double x_pu) {
  grid.branches.from.push_back(from);
  grid.branches.to.push_back(to);
  grid.branches.r_pu.push_back(r_pu);
  grid.branches.x_pu.push_back(x_pu);
  for (auto* column : {&grid.branches.b_pu, &grid.branches.rate_mva, &grid.branches.ratio,
                       &grid.branches.shift_deg})
    column->push_back(0.0);
  grid.branches.in_service.push_back(1);
}

/// `feeders` random trees of `buses` buses each, ids in no order; lengths 0.001 to 0.01 p.u.
/// @param reach  a bus hangs on one of the `reach` buses before it: 1 is a line
inline feeder::Case random_case(Index feeders, Index buses, std::uint64_t seed,
                                Index reach = 1000) {
  feeder::Case grid;
  grid.name = "sample";
  for (Index f = 0; f < feeders; ++f) {
    const Index start = f * buses;
    for (Index b = 0; b < buses; ++b) {
      const Index row = start + b;
      const BusId id = 10 + (static_cast<BusId>(row) * 7919) % 100003;
      add_bus(grid, id, b == 0 ? feeder::BusType::source : feeder::BusType::pq);
      if (b == 0) continue;
      const auto step = static_cast<std::uint32_t>(row);
      const Index span = b < reach ? b : reach;
      const Index parent = row - 1 - static_cast<Index>(number(seed, 1, step, span));
      add_branch(grid, parent, row, 0.001 * static_cast<double>(1 + number(seed, 2, step, 9)),
                 0.001 * static_cast<double>(1 + number(seed, 3, step, 9)));
    }
  }
  return grid;
}

/// A fleet sorted by agent id; every agent at bus row `at(i)`.
template <class At>
fleet::Fleet fleet_at(Index agents, std::uint64_t seed, At at) {
  fleet::Fleet fleet;
  for (Index i = 0; i < agents; ++i) {
    const auto step = static_cast<std::uint32_t>(i);
    fleet::Nameplate& plate = fleet.plate;
    const bool storage = number(seed, 11, step, 3) == 0;
    plate.id.push_back(100 + 3 * i);
    plate.bus.push_back(at(i));
    plate.kind.push_back(storage ? fleet::Kind::battery : fleet::Kind::pv);
    plate.s_kva.push_back(static_cast<double>(1 + number(seed, 12, step, 10)));
    plate.rating_kw.push_back(5.0);
    plate.e_kwh.push_back(storage ? 10.0 : 0.0);
    for (auto* column : {&plate.soc_min, &plate.arrive_h, &plate.depart_h, &plate.soc_depart})
      column->push_back(0.0);
    const double soc = 0.001 * static_cast<double>(number(seed, 13, step, 1001));
    plate.soc_start.push_back(soc);
    for (auto* column : {&plate.efficiency, &plate.cost_per_kw2, &plate.power_factor})
      column->push_back(1.0);
    plate.profile.push_back(none);
    fleet.state.soc.push_back(storage ? soc : 0.0);
    const double p_kw = 0.001 * static_cast<double>(number(seed, 14, step, 10001)) - 5.0;
    fleet.state.p_kw.push_back(p_kw);
    fleet.state.p_want_kw.push_back(p_kw);
    fleet.state.p_min_kw.push_back(p_kw - 1.0);
    fleet.state.p_max_kw.push_back(p_kw + 1.0);
    fleet.state.health.push_back(1.0);
  }
  return fleet;
}

/// Agents anywhere on the case, several per bus and none on others.
inline fleet::Fleet random_fleet(const feeder::Case& grid, Index agents, std::uint64_t seed) {
  return fleet_at(agents, seed, [&](Index i) {
    return static_cast<Index>(number(seed, 15, static_cast<std::uint32_t>(i), grid.buses.size()));
  });
}

/// Path length between two buses by walking up from both: the slow truth. -1 where there is no
/// path.
inline std::int64_t walked(const feeder::Forest& forest, const std::vector<std::int64_t>& length,
                           Index bus_a, Index bus_b) {
  Index a = forest.position[bus_a];
  Index b = forest.position[bus_b];
  if (a == none || b == none) return -1;
  std::int64_t sum = 0;
  while (a != b) {
    Index& deeper = a > b ? a : b;
    sum += length[deeper];
    deeper = forest.parent[deeper];
    if (deeper == none) return -1;
  }
  return sum;
}

}  // namespace sample
