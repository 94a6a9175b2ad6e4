// SPDX-License-Identifier: BSD-3-Clause
// Random networks with loops, and batches of injections for them.
#pragma once

#include "grids.hpp"
#include "gridswarm/flow/mesh_newton.hpp"
#include "gridswarm/flow/oracle.hpp"

namespace gridswarm::test {

/// Two sources, switches without impedance, branches drawn either way, small ratios, one shift per
/// level (so that loops close), charging, iron losses, shunts, and `loops` closing branches; a last
/// bus without supply. Base 10 MVA.
inline feeder::Case meshed(Index supplied, Index loops, std::uint64_t seed) {
  const auto u = [&](Index k, std::uint32_t step) {
    return draw_uniform(seed, Stream::test, static_cast<std::uint64_t>(k), step);
  };
  feeder::Case grid;
  grid.name = "meshed";
  grid.base_mva = 10.0;
  for (Index k = 0; k < supplied; ++k)
    add_bus(grid, k < 2 ? feeder::BusType::source : feeder::BusType::pq);
  add_bus(grid, feeder::BusType::pq);
  grid.buses.vm_pu[0] = 1.02;
  grid.buses.vm_pu[1] = 1.01;
  for (Index k = 2; k < supplied + loops; ++k) {
    const bool closes = k >= supplied;
    const Index a = closes ? static_cast<Index>(u(k, 12) * supplied) : k;
    Index b = static_cast<Index>(u(k, 0) * (closes ? supplied : k));
    if (a == b) b = (b + 1) % supplied;
    const bool reversed = u(k, 1) < 0.5;
    const bool is_switch = !closes && u(k, 13) < 0.15 && b > 1;
    const Index e = add_branch(grid, reversed ? a : b, reversed ? b : a,
                               is_switch ? 0.0 : 0.001 + 0.004 * u(k, 2),
                               is_switch ? 0.0 : 0.001 + 0.006 * u(k, 3));
    grid.branches.g_pu.push_back(u(k, 14) < 0.2 ? 0.002 : 0.0);
    if (is_switch) continue;
    grid.branches.b_pu[e] = 0.01 * u(k, 4);
    if (u(k, 5) < 0.3) grid.branches.ratio[e] = 0.98 + 0.04 * u(k, 6);
    if (u(k, 5) < 0.1) grid.branches.shift_deg[e] = 2.0 * u(k, 7);
    if (!closes && u(k, 8) < 0.2) grid.buses.bs_mvar[k] = u(k, 9);
    if (!closes && u(k, 10) < 0.2) grid.buses.gs_mw[k] = 0.2 * u(k, 11);
  }
  return grid;
}

/// A generator in service at bus `bus`, which holds v_pu.
inline void hold(feeder::Case& grid, Index bus, double v_pu, double q_min_mvar = -1e3,
                 double q_max_mvar = 1e3) {
  grid.buses.type[bus] = feeder::BusType::pv;
  feeder::Generators& g = grid.generators;
  g.bus.push_back(bus);
  g.pg_mw.push_back(0.0);
  g.qg_mvar.push_back(0.0);
  g.qmax_mvar.push_back(q_max_mvar);
  g.qmin_mvar.push_back(q_min_mvar);
  g.vg_pu.push_back(v_pu);
  g.in_service.push_back(1);
}

/// Consumption of up to `size_pu` per bus, different in every scenario.
struct Powers {
  Index scenarios;
  std::vector<double> p, q;
  flow::Injections injections() const { return {scenarios, p, q}; }
};
inline Powers random_powers(const feeder::Case& grid, Index scenarios, double size_pu) {
  Powers powers{scenarios, {}, {}};
  for (Index s = 0; s < scenarios; ++s)
    for (Index k = 0; k < grid.buses.size(); ++k) {
      const auto at = static_cast<std::uint64_t>(s * grid.buses.size() + k);
      powers.p.push_back(-size_pu * draw_uniform(9, Stream::test, at, 0));
      powers.q.push_back(-0.4 * size_pu * draw_uniform(9, Stream::test, at, 1));
    }
  return powers;
}

inline flow::FlowResult solved_mesh(const feeder::Case& grid, const flow::Injections& injections,
                                    const flow::FlowOptions& options = {}) {
  const auto mesh = flow::prepare_mesh(grid);
  flow::FlowWork work;
  flow::FlowResult result;
  flow::solve_mesh(*mesh, grid, injections, options, work, result);
  return result;
}

/// Largest difference from the oracle over buses and scenarios.
inline double distance_from_oracle(const feeder::Case& grid, const flow::Injections& injections,
                                   const flow::FlowResult& result) {
  double largest = 0.0;
  const auto buses = static_cast<std::size_t>(grid.buses.size());
  for (Index s = 0; s < injections.scenarios; ++s) {
    const auto first = static_cast<std::size_t>(s) * buses;
    const auto truth = flow::oracle_flow(grid, injections.p_pu.subspan(first, buses),
                                         injections.q_pu.subspan(first, buses));
    const auto v = voltages(grid, result, s);
    if (!truth.converged) return INFINITY;
    for (std::size_t k = 0; k < buses; ++k) {
      if (std::isnan(truth.v[k].real()) && std::isnan(v[k].real())) continue;
      const double apart = std::abs(truth.v[k] - v[k]);
      largest = apart <= largest ? largest : apart;
    }
  }
  return largest;
}

}  // namespace gridswarm::test
