// SPDX-License-Identifier: BSD-3-Clause
// Small grids for tests, and the nodal equations as an oracle that knows nothing of sweeps.
#pragma once

#include <complex>
#include <vector>

#include "gridswarm/base/random.hpp"
#include "gridswarm/base/units.hpp"
#include "gridswarm/feeder/case.hpp"
#include "gridswarm/flow/power_flow.hpp"

namespace gridswarm::test {

using Complex = std::complex<double>;

inline Index add_bus(feeder::Case& grid, feeder::BusType type) {
  feeder::Buses& b = grid.buses;
  b.id.push_back(100 + b.size());
  b.type.push_back(type);
  for (auto* zero : {&b.pd_mw, &b.qd_mvar, &b.gs_mw, &b.bs_mvar, &b.va_deg}) zero->push_back(0.0);
  b.vm_pu.push_back(1.0);
  b.base_kv.push_back(20.0);
  b.vmax_pu.push_back(1.1);
  b.vmin_pu.push_back(0.9);
  return b.size() - 1;
}

inline Index add_branch(feeder::Case& grid, Index from, Index to, double r_pu, double x_pu) {
  feeder::Branches& b = grid.branches;
  b.from.push_back(from);
  b.to.push_back(to);
  b.r_pu.push_back(r_pu);
  b.x_pu.push_back(x_pu);
  for (auto* zero : {&b.b_pu, &b.rate_mva, &b.ratio, &b.shift_deg}) zero->push_back(0.0);
  b.in_service.push_back(1);
  return b.size() - 1;
}

/// Two buses on base 1 MVA: source 1.0, one branch.
inline feeder::Case two_buses(double r_pu, double x_pu) {
  feeder::Case grid;
  add_bus(grid, feeder::BusType::source);
  add_bus(grid, feeder::BusType::pq);
  add_branch(grid, 0, 1, r_pu, x_pu);
  return grid;
}

/// Two sources, ratios, shifts of any angle, branches drawn either way, charging, shunts, a last
/// bus without supply and a branch out of service. Base 10 MVA.
inline feeder::Case everything(Index supplied, std::uint64_t seed) {
  const auto u = [&](Index k, std::uint32_t step) {
    return draw_uniform(seed, Stream::test, static_cast<std::uint64_t>(k), step);
  };
  feeder::Case grid;
  grid.base_mva = 10.0;
  for (Index k = 0; k < supplied; ++k)
    add_bus(grid, k < 2 ? feeder::BusType::source : feeder::BusType::pq);
  add_bus(grid, feeder::BusType::pq);
  grid.buses.vm_pu[0] = 1.03;
  grid.buses.va_deg[1] = -17.0;
  for (Index k = 2; k < supplied; ++k) {
    const auto parent = static_cast<Index>(u(k, 0) * k);
    const bool reversed = u(k, 1) < 0.5;
    const Index e = add_branch(grid, reversed ? k : parent, reversed ? parent : k, 0.004 * u(k, 2),
                               0.006 * u(k, 3));
    grid.branches.b_pu[e] = 0.02 * u(k, 4);
    if (u(k, 5) < 0.3) {
      grid.branches.ratio[e] = 0.95 + 0.1 * u(k, 6);
      grid.branches.shift_deg[e] = u(k, 7) < 0.5 ? 150.0 : 60.0 * u(k, 7);
    }
    if (u(k, 8) < 0.2) grid.buses.bs_mvar[k] = u(k, 9);
    if (u(k, 10) < 0.2) grid.buses.gs_mw[k] = 0.2 * u(k, 11);
  }
  const Index tie = add_branch(grid, supplied - 1, supplied - 2, 0.01, 0.01);
  grid.branches.in_service[tie] = 0;
  return grid;
}

/// Currents into both ends of a branch in service, from its pi model.
struct EndCurrents {
  Complex from;
  Complex to;
};
inline EndCurrents end_currents(const feeder::Case& grid, Index e, const std::vector<Complex>& v) {
  const Complex y = 1.0 / Complex(grid.branches.r_pu[e], grid.branches.x_pu[e]);
  const Complex half(0.0, grid.branches.b_pu[e] / 2);
  const double ratio = grid.branches.ratio[e] == 0.0 ? 1.0 : grid.branches.ratio[e];
  const Complex t = std::polar(ratio, grid.branches.shift_deg[e] * rad_per_deg);
  const Complex vf = v[grid.branches.from[e]];
  const Complex vt = v[grid.branches.to[e]];
  return {(y + half) / std::norm(t) * vf - y / std::conj(t) * vt, (y + half) * vt - y / t * vf};
}

/// S_k = V_k conj(sum of branch and shunt currents).
inline std::vector<Complex> nodal_powers(const feeder::Case& grid, const std::vector<Complex>& v) {
  std::vector<Complex> current(v.size());
  for (Index k = 0; k < grid.buses.size(); ++k)
    current[k] = Complex(grid.buses.gs_mw[k], grid.buses.bs_mvar[k]) / grid.base_mva * v[k];
  for (Index e = 0; e < grid.branches.size(); ++e) {
    if (!grid.branches.in_service[e]) continue;
    const EndCurrents ends = end_currents(grid, e, v);
    current[grid.branches.from[e]] += ends.from;
    current[grid.branches.to[e]] += ends.to;
  }
  std::vector<Complex> power(v.size());
  for (std::size_t k = 0; k < v.size(); ++k) power[k] = v[k] * std::conj(current[k]);
  return power;
}

/// Voltages of one scenario.
inline std::vector<Complex> voltages(const feeder::Case& grid, const flow::FlowResult& result,
                                     Index scenario) {
  std::vector<Complex> v;
  for (Index k = 0; k < grid.buses.size(); ++k) {
    const std::size_t at = static_cast<std::size_t>(scenario) * grid.buses.size() + k;
    v.emplace_back(result.v_re[at], result.v_im[at]);
  }
  return v;
}

/// Solve with fresh work and result.
inline flow::FlowResult solved(const feeder::Case& grid, Index scenarios,
                               const std::vector<double>& p_pu, const std::vector<double>& q_pu,
                               const flow::FlowOptions& options = {}) {
  const feeder::Forest forest = feeder::make_forest(grid);
  flow::FlowWork work;
  flow::FlowResult result;
  flow::solve(grid, forest, {scenarios, p_pu, q_pu}, options, work, result);
  return result;
}

}  // namespace gridswarm::test
