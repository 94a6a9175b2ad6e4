// SPDX-License-Identifier: BSD-3-Clause
// What flows through every branch, how loaded it is, and what is lost, whatever solved the case.
//
// Where the case is a forest, the series current of a branch is the sum of what its subtree draws
// (Kirchhoff), so flows are exact for branches without impedance too, where (V_f - V_t) / z says
// nothing. In a network with loops Ohm's law tells the series current at the to end,
//   J = y (V_f / t - V_t),   into the branch at the from end: J / conj(t),
// and Kirchhoff's what branches without impedance carry: a spanning tree of them takes all, those
// that close a loop without impedance carry nothing (how such a loop shares is undetermined).
// Charging and iron losses add conj(y_half) |V|^2 at each end (over |t|^2 at the from end).
#pragma once

#include "gridswarm/base/column.hpp"
#include "gridswarm/feeder/forest.hpp"
#include "gridswarm/flow/power_flow.hpp"

namespace gridswarm::inline GS_ABI::flow {

/// By branch row; 0 out of service and between buses without supply. Signs as MATPOWER's: power
/// that enters the branch at its from and at its to end.
struct BranchFlows {
  Column<double> pf_mw;
  Column<double> qf_mvar;
  Column<double> pt_mw;
  Column<double> qt_mvar;
  Column<double> i_ka;             ///< larger of both ends; NaN where base_kv is not positive
  Column<double> loading_percent;  ///< of rate_mva, larger |S| of both ends; NaN where unlimited
  double losses_mw = 0.0;          ///< sum of pf + pt
  double losses_mvar = 0.0;        ///< sum of qf + qt: line charging counts as generation
  Column<double> j_re;             ///< by branch row: J, p.u., from the from to the to end
  Column<double> j_im;
  Column<double> ratio;    ///< by branch row: |t| in that scenario, 1 for a line
  Column<double> draw_re;  ///< scratch by bus row: current the bus draws, edge above left out
  Column<double> draw_im;
};

/// Flows of one scenario that solve() has solved. Allocates nothing once sizes have settled.
/// @param forest  the case's forest, or a spanning one (feeder/spanning.hpp) where it has loops
void branch_flows(const feeder::Case& grid, const feeder::Forest& forest,
                  const Injections& injections, const FlowResult& result, Index scenario,
                  BranchFlows& flows);

/// The case's own injections, one scenario by bus row: -load, plus pg and qg of generators in
/// service at PQ buses. Sources have their load only.
void nominal_injections(const feeder::Case& grid, Column<double>& p_pu, Column<double>& q_pu);

}  // namespace gridswarm::inline GS_ABI::flow

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/flow/branch_flow.ipp"
#endif
