// SPDX-License-Identifier: BSD-3-Clause
// What the kernels of an unbalanced circuit see (flow/circuit_plan.hpp makes it): plain pointers.
//
// Lanes as in the sweep: every number of a tile stands sweep_lanes times side by side. A node's
// voltage and current are pairs of lines, re and im, at its slot.
#pragma once

#include "gridswarm/kernel/circuit_law_views.hpp"

namespace gridswarm::inline GS_ABI::kernel {

/// How a bus hangs on the nodes above it.
///   own       V_k = V_above - Z J: a line; conductor i comes from above[i]
///   full      V_k = T V_above - Z J, and above: J += T' J_k
///   by_lane   the same with coefficients of every lane, and an injection dB V at the nodes above
enum CircuitKind { circuit_own, circuit_full, circuit_by_lane };

/// One bus, in the order of the way down. Numbers are complex: re, im, row-major. Z is n x n, T is
/// n x m, T' is m x n, dB is m x m, one after another.
struct CircuitStep {
  int32_t slot;          ///< of its first node
  int32_t n;             ///< nodes
  int32_t m;             ///< nodes above
  int32_t kind;          ///< of CircuitKind
  int32_t above;         ///< of its first entry in the list of slots above
  int32_t coefficient;   ///< of its first number; of lines if by_lane
  int32_t shunt;         ///< of its own admittance, n x n; -1: none
  int32_t plain;         ///< 1: law i is constant power between node i and ground, and no more laws
  int32_t switch_first;  ///< switches at its nodes, switch_last excluded
  int32_t switch_last;
};

/// A shunt whose steps differ by lane: its admittance among its slots.
struct CircuitSwitch {
  int32_t n;
  int32_t above;        ///< of its first slot in the list of slots
  int32_t coefficient;  ///< of its first number, n x n
  int32_t row;          ///< of shunts
};

/// A circuit's steps. Slots before `sources` are voltages that are held. Steps before `trunk` have
/// more below them than a block holds; a block is a run of steps that goes down and up while it is
/// in the first-level cache.
struct CircuitTree {
  int32_t slots;
  int32_t sources;
  int32_t steps;
  int32_t trunk;
  int32_t blocks;
  const int32_t* block_first;  ///< blocks + 1 steps
  const CircuitStep* step;
  const int32_t* above;
  const double* coefficients;
  const double* per_base;    ///< by slot: 1 / base voltage squared
  const int32_t* law_first;  ///< steps + 1: laws of a step; after the last those between buses
  const CircuitLaw* laws;
  int32_t law_count;  ///< those between buses included
  const CircuitBands* bands;
  const CircuitSwitch* switches;  ///< step by step
  int32_t switch_between;         ///< the first of those between buses
  int32_t switch_count;
};

/// A tile's buffers.
struct CircuitMemory {
  double* v;            ///< pairs by slot
  double* j;            ///< pairs by slot: what a node draws, and after the way up all below it
  const double* lanes;  ///< coefficients by lane
  const double* power;  ///< (law, p/q, lane), W and var
  const double*
      switched;  ///< (row of shunts, lane): share of its admittance beyond what the steps hold
};

/// How well voltages and currents of a tile agree, per lane.
struct CircuitCheck {
  double rel_squared;                    ///< allowed |mismatch|^2 per |S|^2 of the node
  double abs_squared;                    ///< and whatever it draws
  double step_squared[sweep_lanes];      ///< largest |dV|^2 over the base voltage squared
  double mismatch_squared[sweep_lanes];  ///< largest over nodes, VA squared
  double slot[sweep_lanes];              ///< where
  double excess[sweep_lanes];            ///< > 0 where some node misses its allowance, or NaN
};

}  // namespace gridswarm::inline GS_ABI::kernel
