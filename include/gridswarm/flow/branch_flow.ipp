// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>

#include "gridswarm/feeder/phasor.hpp"
#include "gridswarm/feeder/rotation.hpp"
#include "gridswarm/flow/branch_flow.hpp"

namespace gridswarm::inline GS_ABI::flow {
namespace branch_detail {

using feeder::Phasor;

/// One scenario of a solved batch.
struct Solved {
  const feeder::Case& grid;
  const feeder::Forest& forest;
  const Injections& injections;
  const FlowResult& result;
  Index scenario;
  std::size_t at(Index rows, Index row) const {
    return static_cast<std::size_t>(scenario) * static_cast<std::size_t>(rows) + row;
  }
  Phasor v(Index row) const {
    const std::size_t k = at(grid.buses.size(), row);
    if (!result.v_re.empty()) return {result.v_re[k], result.v_im[k]};
    return {result.vm_pu[k] * std::cos(result.va_rad[k]),
            result.vm_pu[k] * std::sin(result.va_rad[k])};
  }
  bool is_supplied(Index e) const {
    return grid.branches.in_service[e] && forest.position[grid.branches.from[e]] != none &&
           forest.position[grid.branches.to[e]] != none;
  }
};

/// t of a branch at the tap that the scenario ended with.
inline Phasor ratio_of(const feeder::Case& grid, const BranchFlows& flows, Index e) {
  const feeder::Rotation turn = feeder::rotation(grid.branches.shift_deg[e]);
  return {flows.ratio[e] * turn.re, flows.ratio[e] * turn.im};
}

inline Phasor half_shunt(const feeder::Case& grid, Index e) {
  const feeder::Branches& branches = grid.branches;
  return {branches.g_pu.empty() ? 0.0 : 0.5 * branches.g_pu[e], 0.5 * branches.b_pu[e]};
}

inline void place_ratios(const Solved& solved, BranchFlows& flows) {
  const feeder::Case& grid = solved.grid;
  for (Index e = 0; e < grid.branches.size(); ++e)
    flows.ratio[e] = grid.branches.ratio[e] == 0.0 ? 1.0 : grid.branches.ratio[e];
  const feeder::TapChangers& taps = grid.tap_changers;
  if (solved.result.tap.empty()) return;
  for (Index r = 0; r < taps.size(); ++r) {
    const double turns = 1.0 + taps.step[r] * solved.result.tap[solved.at(taps.size(), r)];
    flows.ratio[taps.branch[r]] =
        taps.from_end[r] ? taps.ratio0[r] * turns : taps.ratio0[r] / turns;
  }
}

inline void add_draw(BranchFlows& flows, Index row, Phasor current) {
  flows.draw_re[row] += current.re;
  flows.draw_im[row] += current.im;
}

/// What injections, loads and inverters make their buses draw: -conj(S / V).
inline void draw_powers(const Solved& solved, BranchFlows& flows) {
  const auto inject = [&](Index row, double p, double q) {
    if (solved.forest.position[row] == none || (p == 0.0 && q == 0.0)) return;
    const Phasor v = solved.v(row);
    add_draw(flows, row, (-1.0 / norm(v)) * (Phasor{p, -q} * v));
  };
  const FlowResult& result = solved.result;
  const Index buses = solved.grid.buses.size();
  for (Index row = 0; row < buses; ++row) {
    const std::size_t k = solved.at(buses, row);
    const double scale = solved.injections.scale;
    const double held_q = result.held_q_pu.empty() ? 0.0 : result.held_q_pu[k];
    inject(row, scale * solved.injections.p_pu[k], scale * solved.injections.q_pu[k] + held_q);
  }
  const feeder::Loads& loads = solved.grid.loads;
  for (Index r = 0; r < loads.size() && !result.load_p_pu.empty(); ++r) {
    const std::size_t k = solved.at(loads.size(), r);
    inject(loads.bus[r], -result.load_p_pu[k], -result.load_q_pu[k]);
  }
  const feeder::Inverters& inverters = solved.grid.inverters;
  for (Index r = 0; r < inverters.size() && !result.inverter_p_pu.empty(); ++r) {
    const std::size_t k = solved.at(inverters.size(), r);
    inject(inverters.bus[r], result.inverter_p_pu[k], result.inverter_q_pu[k]);
  }
}

/// What shunts of buses and halves of branches draw.
inline void draw_shunts(const Solved& solved, BranchFlows& flows) {
  const feeder::Case& grid = solved.grid;
  for (Index row = 0; row < grid.buses.size(); ++row)
    if (solved.forest.position[row] != none)
      add_draw(flows, row,
               1.0 / grid.base_mva *
                   (Phasor{grid.buses.gs_mw[row], grid.buses.bs_mvar[row]} * solved.v(row)));
  for (Index e = 0; e < grid.branches.size(); ++e) {
    if (!solved.is_supplied(e)) continue;
    const Index from = grid.branches.from[e];
    const Index to = grid.branches.to[e];
    const Phasor half = half_shunt(grid, e);
    add_draw(flows, from, 1.0 / (flows.ratio[e] * flows.ratio[e]) * (half * solved.v(from)));
    add_draw(flows, to, half * solved.v(to));
  }
}

/// Ohm's law for branch e.
inline void place_ohm(const Solved& solved, Index e, BranchFlows& flows) {
  const feeder::Branches& branches = solved.grid.branches;
  const Index from = branches.from[e];
  const Index to = branches.to[e];
  const Phasor t = ratio_of(solved.grid, flows, e);
  const Phasor j = inverse(Phasor{branches.r_pu[e], branches.x_pu[e]}) *
                   (solved.v(from) * inverse(t) - solved.v(to));
  flows.j_re[e] = j.re;
  flows.j_im[e] = j.im;
  add_draw(flows, from, j * inverse(conj(t)));
  add_draw(flows, to, Phasor{} - j);
}

/// Kirchhoff's law for the edge above position k: it brings what the bus and all below draw.
inline void place_kirchhoff(const Solved& solved, Index k, BranchFlows& flows) {
  const feeder::Forest& forest = solved.forest;
  const Index e = forest.branch[k];
  const Index row = forest.bus[k];
  const Index parent = forest.bus[forest.parent[k]];
  const Phasor need = {flows.draw_re[row], flows.draw_im[row]};
  const Phasor t = ratio_of(solved.grid, flows, e);
  const Phasor above = forest.reversed[k] ? need * conj(t) : need * inverse(conj(t));
  const Phasor j = forest.reversed[k] ? Phasor{} - above : need;
  flows.j_re[e] = j.re;
  flows.j_im[e] = j.im;
  add_draw(flows, parent, above);
}

/// All series currents: Ohm's where there is impedance and the case has loops, else Kirchhoff's.
inline void place_currents(const Solved& solved, BranchFlows& flows) {
  const feeder::Forest& forest = solved.forest;
  const feeder::Branches& branches = solved.grid.branches;
  Index supplied = 0;
  for (Index e = 0; e < branches.size(); ++e) supplied += solved.is_supplied(e);
  const bool is_forest = supplied == forest.size() - forest.roots;
  draw_powers(solved, flows);
  draw_shunts(solved, flows);
  const auto by_ohm = [&](Index e) {
    return !is_forest && (branches.r_pu[e] != 0.0 || branches.x_pu[e] != 0.0);
  };
  for (Index e = 0; e < branches.size(); ++e)
    if (solved.is_supplied(e) && by_ohm(e)) place_ohm(solved, e, flows);
  for (Index k = forest.size() - 1; k >= forest.roots; --k)
    if (!by_ohm(forest.branch[k])) place_kirchhoff(solved, k, flows);
}

/// Powers into both ends of branch e.
inline void place_powers(const Solved& solved, Index e, BranchFlows& flows) {
  const feeder::Case& grid = solved.grid;
  const Phasor vf = solved.v(grid.branches.from[e]);
  const Phasor vt = solved.v(grid.branches.to[e]);
  const Phasor t = ratio_of(grid, flows, e);
  const Phasor j = {flows.j_re[e], flows.j_im[e]};
  const Phasor half = half_shunt(grid, e);
  const Phasor from =
      vf * inverse(t) * conj(j) + norm(vf) / (flows.ratio[e] * flows.ratio[e]) * conj(half);
  const Phasor to = norm(vt) * conj(half) - vt * conj(j);
  flows.pf_mw[e] = from.re * grid.base_mva;
  flows.qf_mvar[e] = from.im * grid.base_mva;
  flows.pt_mw[e] = to.re * grid.base_mva;
  flows.qt_mvar[e] = to.im * grid.base_mva;
}

/// Current and loading from the powers at both ends.
inline void place_loading(const Solved& solved, Index e, BranchFlows& flows) {
  const feeder::Case& grid = solved.grid;
  constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
  const double phases = grid.per_phase ? 1.0 : std::sqrt(3.0);
  const auto current = [&](Index row, double s_mva) {
    const double kv = grid.buses.base_kv[row];
    return kv > 0.0 ? s_mva / (phases * kv * std::sqrt(norm(solved.v(row)))) : unknown;
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

}  // namespace branch_detail

GS_INLINE void branch_flows(const feeder::Case& grid, const feeder::Forest& forest,
                            const Injections& injections, const FlowResult& result, Index scenario,
                            BranchFlows& flows) {
  const auto branches = static_cast<std::size_t>(grid.branches.size());
  const branch_detail::Solved solved = {grid, forest, injections, result, scenario};
  for (auto* column : {&flows.pf_mw, &flows.qf_mvar, &flows.pt_mw, &flows.qt_mvar, &flows.i_ka,
                       &flows.j_re, &flows.j_im})
    column->assign(branches, 0.0);
  flows.draw_re.assign(grid.buses.size(), 0.0);
  flows.draw_im.assign(grid.buses.size(), 0.0);
  flows.ratio.resize(branches);
  flows.loading_percent.resize(branches);
  for (std::size_t e = 0; e < branches; ++e)
    flows.loading_percent[e] =
        grid.branches.rate_mva[e] > 0.0 ? 0.0 : std::numeric_limits<double>::quiet_NaN();
  branch_detail::place_ratios(solved, flows);
  branch_detail::place_currents(solved, flows);
  flows.losses_mw = 0.0;
  flows.losses_mvar = 0.0;
  for (Index e = 0; e < grid.branches.size(); ++e) {
    if (!solved.is_supplied(e)) continue;
    branch_detail::place_powers(solved, e, flows);
    branch_detail::place_loading(solved, e, flows);
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
