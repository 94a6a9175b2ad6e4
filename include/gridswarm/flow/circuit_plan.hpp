// SPDX-License-Identifier: BSD-3-Clause
// The order in which a circuit is eliminated, and its factors in the kernels' layout.
//
// Buses go one after another, those with one neighbour first, then by least degree; what is left
// are the sources. Eliminating bus k with the nodes above it (V: voltages, J: what k and all below
// it draw, B: admittance that k and all below it have to ground):
//   a line above, and B small      V_k = V_above - Z J, B V_k is a current to be renewed
//   a line above                   M = (1 + Z B)^-1: V_k = M (V_above - Z J), and upwards
//                                  (1 + B Z)^-1 J + B M V_above
//   anything else, or loops        Z = Y_kk^-1, T = -Z Y_ka, T' = -Y_ak Z, Y_aa -= Y_ak Z Y_ka
// B is small if |Z_th B| is, with Z_th the impedance between k and the sources. So a line of a tree
// keeps its own impedance unchanged, and sections that hardly anything grounds are held by their
// factors.
#pragma once

#include <span>
#include <vector>

#include "gridswarm/base/column.hpp"
#include "gridswarm/base/csr.hpp"
#include "gridswarm/feeder/circuit.hpp"
#include "gridswarm/flow/circuit_elimination.hpp"
#include "gridswarm/flow/circuit_laws.hpp"
#include "gridswarm/flow/circuit_rules.hpp"
#include "gridswarm/flow/wide_matrix.hpp"
#include "gridswarm/kernel/circuit_views.hpp"

namespace gridswarm::inline GS_ABI::flow {

/// Nodes of a block: their voltages, currents and powers fit a first-level cache of 32 KiB.
inline constexpr Index block_nodes = 64;

/// A step whose transformers' taps differ by lane, without those transformers.
struct RegulatedStep {
  Index step = none;
  std::vector<Index> transformers;
  std::vector<Index> below, above;  ///< node rows of k and of the list above
  WideMatrix self, down, up;        ///< Y_kk, Y_ka, Y_ak
  WideMatrix z, t, t_up, b_above;   ///< at the stated taps; b_above: Y_aa - Y_ak Z Y_ka
};

struct CircuitPlan {
  Index source_slots = 0;
  Column<Index> slot;  ///< node row -> slot; none: not supplied
  Column<Index> node;  ///< slot -> node row; none: a source's
  std::vector<kernel::CircuitStep> steps;
  Column<std::int32_t> block_first;  ///< steps; those before the first are the trunk
  Column<std::int32_t> above;
  Column<double> coefficients;
  Column<double> base_v;  ///< by slot: what steps of its voltage are held against
  Column<double> per_base;
  Column<std::int32_t> shown_slot;     ///< node row -> slot; slots: not supplied
  Column<double> one, per_volt, zero;  ///< by slot and one more: what results are multiplied with
  Column<feeder::Phasor> emf_v;        ///< by source slot
  Column<feeder::Phasor> current_a;    ///< by source slot: into the circuit without any J
  CircuitLaws laws;
  CircuitRules rules;
  std::vector<kernel::CircuitSwitch> switches;  ///< step by step, those between buses last
  std::int32_t switch_between = 0;
  std::vector<RegulatedStep> regulated;
  Column<Index> regulated_row;               ///< row of regulators -> row of `regulated`; none
  LoopedRegulators looped;                   ///< order empty: none
  std::vector<Index> looped_steps;           ///< by looped.order
  std::vector<EliminatedBus> looped_stated;  ///< by looped.order, at the stated taps
  Index lane_lines = 0;                      ///< lines of coefficients by lane
};

/// Factors of a step with its transformers at other taps.
struct RegulatedFactors {
  WideMatrix z, t, up;
  WideMatrix b_above;  ///< difference to the stated taps
};

/// @param tap_pu  by winding row
RegulatedFactors factors_at(const feeder::Circuit& circuit, const RegulatedStep& step,
                            std::span<const double> tap_pu);

/// What is left of the admittance at the sources, times their voltages.
Column<feeder::Phasor> source_currents(const WideMatrix& sources_y,
                                       const Column<feeder::Phasor>& emf_v);

/// @throws InputError for a part that nothing grounds, or a loop of lines without impedance
CircuitPlan make_circuit_plan(const feeder::Circuit& circuit);

kernel::CircuitTree circuit_tree(const CircuitPlan& plan);

}  // namespace gridswarm::inline GS_ABI::flow

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/flow/circuit_plan.ipp"
#endif
