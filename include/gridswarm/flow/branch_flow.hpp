// SPDX-License-Identifier: BSD-3-Clause
// What flows through every branch, how loaded it is, and what is lost.
//
// The series current of an edge is the sum J' of what its subtree draws, so flows are exact for
// branches without impedance too, where (V_f - V_t) / z says nothing. Powers don't change when the
// ratios are taken out (feeder/forest.hpp): S = V' conj(J') at either end, and the charging adds
// -b/2 |V|^2 at its end (over ratio^2 at the from end).
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
  Column<double> j_re;             ///< scratch by position: J' of the edge above
  Column<double> j_im;
};

/// Flows of one scenario that solve() has solved. Allocates nothing once sizes have settled.
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
