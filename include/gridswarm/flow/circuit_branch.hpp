// SPDX-License-Identifier: BSD-3-Clause
// What flows into every conductor of a circuit's lines and transformers, and how unbalanced it is.
//
// Currents follow from voltages, I = Y V of each element by itself (feeder/primitive.hpp), so they
// are told for one scenario after the other, whatever solved it. A line without impedance has no Y:
// its flows are NaN.
//   loss        sum over an element's conductors of V conj(I)
//   loading     of a line: largest |I| of a conductor at either end over rating_a; of a
//   transformer:
//               largest |I| of a conductor of winding 1 over rating_kva / (phases V), V across one
//               phase, or from line to neutral if it is a delta
//   unbalance   |V2| / |V1| of the voltages to ground (IEC 61000-2-2), and by NEMA MG 1: largest
//               deviation of a line voltage from the mean of the three, over that mean
#pragma once

#include <span>
#include <vector>

#include "gridswarm/base/column.hpp"
#include "gridswarm/feeder/circuit.hpp"
#include "gridswarm/feeder/primitive.hpp"
#include "gridswarm/flow/circuit_solver.hpp"

namespace gridswarm::inline GS_ABI::flow {

/// Conductor by conductor of one table's elements. Out of service: 0.
struct TerminalFlows {
  std::vector<Index> first{0};    ///< rows + 1: conductors of an element, terminal after terminal
  Column<Index> node;             ///< by conductor; ground
  Column<double> p_kw, q_kvar;    ///< into the element; 0 at ground
  Column<double> i_re_a, i_im_a;  ///< into the element
  Column<double> loss_kw, loss_kvar;  ///< by element; kvar: charging counts as generation
  Column<double> loading_percent;     ///< by element; NaN without a rating
};

/// One scenario. Reused between calls.
struct CircuitFlows {
  TerminalFlows lines;
  TerminalFlows transformers;
  Column<double> residual_a;  ///< by line: |sum over phases 1, 2, 3 at its from end|, what returns
                              ///< through neutral and earth
  double loss_kw = 0.0;       ///< of all lines and transformers
  double loss_kvar = 0.0;
  Column<double> unbalance_percent;  ///< by bus; NaN unless it has nodes 1, 2 and 3
  Column<double> nema_percent;
};

/// Admittances of a circuit's elements, and where each bus has its phases: what scenarios share.
struct BranchPlan {
  std::vector<feeder::Primitive> lines;         ///< by row, all conductors; y_s empty: no impedance
  std::vector<feeder::Primitive> transformers;  ///< at the taps that the circuit states
  std::vector<std::vector<Index>> regulators;   ///< by row of transformers: who moves its taps
  std::vector<std::array<Index, 3>> phases;     ///< by bus: node rows of 1, 2, 3; none
};

BranchPlan make_branch_plan(const feeder::Circuit& circuit);

/// Flows at stated voltages.
/// @param v  by node row, V; not finite counts as 0
/// @param tap_pu  by row of regulators; empty: taps as the circuit states them
void circuit_flows(const feeder::Circuit& circuit, const BranchPlan& plan,
                   std::span<const feeder::Phasor> v, std::span<const double> tap_pu,
                   CircuitFlows& flows);

/// Flows of one scenario of a result.
void circuit_flows(const feeder::Circuit& circuit, const BranchPlan& plan,
                   const CircuitResult& result, Index scenario, CircuitFlows& flows);

}  // namespace gridswarm::inline GS_ABI::flow

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/flow/circuit_branch.ipp"
#endif
