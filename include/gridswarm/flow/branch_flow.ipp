// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>

#include "gridswarm/flow/branch_flow.hpp"

namespace gridswarm::inline GS_ABI::flow {
namespace detail {

/// One scenario of a solved batch, seen from the source: V' = V / K.
struct Solved {
  const feeder::Forest& forest;
  const double* v_re;
  const double* v_im;
  double re(Index k) const {
    const Index row = forest.bus[k];
    return (v_re[row] * forest.k_re[k] + v_im[row] * forest.k_im[k]) / k_squared(k);
  }
  double im(Index k) const {
    const Index row = forest.bus[k];
    return (v_im[row] * forest.k_re[k] - v_re[row] * forest.k_im[k]) / k_squared(k);
  }
  double k_squared(Index k) const {
    return forest.k_re[k] * forest.k_re[k] + forest.k_im[k] * forest.k_im[k];
  }
  double squared(Index row) const { return v_re[row] * v_re[row] + v_im[row] * v_im[row]; }
};

/// Up: what every bus and everything below it draws.
inline void sum_currents(const Solved& solved, const double* p, const double* q, double scale,
                         BranchFlows& flows) {
  const feeder::Forest& forest = solved.forest;
  const Index n = forest.size();
  flows.j_re.assign(n, 0.0);
  flows.j_im.assign(n, 0.0);
  for (Index k = n - 1; k >= forest.roots; --k) {
    const Index row = forest.bus[k];
    const double re = solved.re(k);
    const double im = solved.im(k);
    const double square = re * re + im * im;
    const double p_pu = scale * p[row];
    const double q_pu = scale * q[row];
    flows.j_re[k] += forest.g_pu[k] * re - forest.b_pu[k] * im - (p_pu * re + q_pu * im) / square;
    flows.j_im[k] += forest.g_pu[k] * im + forest.b_pu[k] * re - (p_pu * im - q_pu * re) / square;
    flows.j_re[forest.parent[k]] += flows.j_re[k];
    flows.j_im[forest.parent[k]] += flows.j_im[k];
  }
}

/// Powers into both ends of the branch above position k.
inline void place_powers(const feeder::Case& grid, const Solved& solved, Index k,
                         BranchFlows& flows) {
  const feeder::Forest& forest = solved.forest;
  const Index e = forest.branch[k];
  const Index parent = forest.parent[k];
  const double jr = flows.j_re[k];
  const double ji = flows.j_im[k];
  const auto power = [&](Index at, double sign, double& p_mw, double& q_mvar) {
    const double re = solved.re(at);
    const double im = solved.im(at);
    p_mw = sign * (re * jr + im * ji) * grid.base_mva;
    q_mvar = sign * (im * jr - re * ji) * grid.base_mva;
  };
  const bool reversed = forest.reversed[k];
  power(reversed ? k : parent, reversed ? -1.0 : 1.0, flows.pf_mw[e], flows.qf_mvar[e]);
  power(reversed ? parent : k, reversed ? 1.0 : -1.0, flows.pt_mw[e], flows.qt_mvar[e]);
  const double ratio = grid.branches.ratio[e] == 0.0 ? 1.0 : grid.branches.ratio[e];
  const double half_mvar = 0.5 * grid.branches.b_pu[e] * grid.base_mva;
  flows.qf_mvar[e] -= half_mvar * solved.squared(grid.branches.from[e]) / (ratio * ratio);
  flows.qt_mvar[e] -= half_mvar * solved.squared(grid.branches.to[e]);
}

/// Current and loading from the powers at both ends.
inline void place_loading(const feeder::Case& grid, const Solved& solved, Index e,
                          BranchFlows& flows) {
  constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
  const double phases = grid.per_phase ? 1.0 : std::sqrt(3.0);
  const auto current = [&](Index row, double s_mva) {
    const double kv = grid.buses.base_kv[row];
    return kv > 0.0 ? s_mva / (phases * kv * std::sqrt(solved.squared(row))) : unknown;
  };
  const double from_mva = std::hypot(flows.pf_mw[e], flows.qf_mvar[e]);
  const double to_mva = std::hypot(flows.pt_mw[e], flows.qt_mvar[e]);
  const double from_ka = current(grid.branches.from[e], from_mva);
  const double to_ka = current(grid.branches.to[e], to_mva);
  flows.i_ka[e] = std::isnan(from_ka) || std::isnan(to_ka) ? unknown : std::max(from_ka, to_ka);
  const double rate_mva = grid.branches.rate_mva[e];
  flows.loading_percent[e] =
      rate_mva > 0.0 ? 100.0 * std::max(from_mva, to_mva) / rate_mva : unknown;
}

}  // namespace detail

GS_INLINE void branch_flows(const feeder::Case& grid, const feeder::Forest& forest,
                            const Injections& injections, const FlowResult& result, Index scenario,
                            BranchFlows& flows) {
  const auto branches = static_cast<std::size_t>(grid.branches.size());
  const std::size_t first =
      static_cast<std::size_t>(scenario) * static_cast<std::size_t>(grid.buses.size());
  const detail::Solved solved = {forest, result.v_re.data() + first, result.v_im.data() + first};
  for (auto* column : {&flows.pf_mw, &flows.qf_mvar, &flows.pt_mw, &flows.qt_mvar, &flows.i_ka})
    column->assign(branches, 0.0);
  flows.loading_percent.resize(branches);
  for (std::size_t e = 0; e < branches; ++e)
    flows.loading_percent[e] =
        grid.branches.rate_mva[e] > 0.0 ? 0.0 : std::numeric_limits<double>::quiet_NaN();
  detail::sum_currents(solved, injections.p_pu.data() + first, injections.q_pu.data() + first,
                       injections.scale, flows);
  flows.losses_mw = 0.0;
  flows.losses_mvar = 0.0;
  for (Index k = forest.roots; k < forest.size(); ++k) {
    const Index e = forest.branch[k];
    detail::place_powers(grid, solved, k, flows);
    detail::place_loading(grid, solved, e, flows);
    flows.losses_mw += flows.pf_mw[e] + flows.pt_mw[e];
    flows.losses_mvar += flows.qf_mvar[e] + flows.qt_mvar[e];
  }
}

GS_INLINE void nominal_injections(const feeder::Case& grid, Column<double>& p_pu,
                                  Column<double>& q_pu) {
  const feeder::Buses& buses = grid.buses;
  p_pu.resize(buses.size());
  q_pu.resize(buses.size());
  for (Index k = 0; k < buses.size(); ++k) {
    p_pu[k] = -buses.pd_mw[k] / grid.base_mva;
    q_pu[k] = -buses.qd_mvar[k] / grid.base_mva;
  }
  const feeder::Generators& generators = grid.generators;
  for (Index g = 0; g < generators.size(); ++g) {
    const Index row = generators.bus[g];
    if (!generators.in_service[g] || buses.type[row] == feeder::BusType::source) continue;
    p_pu[row] += generators.pg_mw[g] / grid.base_mva;
    q_pu[row] += generators.qg_mvar[g] / grid.base_mva;
  }
}

}  // namespace gridswarm::inline GS_ABI::flow
