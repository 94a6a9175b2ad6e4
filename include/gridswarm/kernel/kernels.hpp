// SPDX-License-Identifier: BSD-3-Clause
// The list of kernels: each hot loop declared once, in the order in which a tick calls them.
#pragma once

#include "gridswarm/kernel/circuit_law_views.hpp"
#include "gridswarm/kernel/circuit_views.hpp"
#include "gridswarm/kernel/hash_views.hpp"
#include "gridswarm/kernel/inverter_views.hpp"
#include "gridswarm/kernel/isa.hpp"
#include "gridswarm/kernel/mesh_views.hpp"
#include "gridswarm/kernel/views.hpp"

namespace gridswarm::inline GS_ABI::kernel {

/// One entry per kernel; every instruction set fills one table.
struct Kernels {
  Isa isa;
  /// Member i adds to lane i % lanes; lanes are then added in order, halves onto halves. count > 0.
  DispatchSurvey (*dispatch_survey)(const DispatchView& members);
  DispatchSums (*dispatch_pass)(const DispatchView& members, double price);
  /// Fill a block: consumption from net injections (sign turned), and J of a flat start.
  void (*sweep_load)(const SweepTree& tree, const SweepRows& rows, const double* p, const double* q,
                     const SweepMemory& memory);
  /// Voltages and probes as given, after sweep_load; sweep_up makes J of them.
  void (*sweep_start)(const SweepTree& tree, const SweepRows& rows, const double* k_re,
                      const double* k_im, const double* start_re, const double* start_im,
                      const SweepMemory& memory);
  /// J from kept voltages: what every bus draws, summed from the leaves to the roots. `active`
  /// null: all lanes; else J of lanes where it is 0 stays.
  void (*sweep_up)(const SweepTree& tree, const double* active, const SweepMemory& memory);
  /// Move voltages down, then J up; largest |dV'|^2 of the probes per lane. With `kept`, the
  /// voltages stay for sweep_last.
  void (*sweep)(const SweepTree& tree, const double* active, bool kept, const SweepMemory& memory,
                double* step_squared);
  /// Move kept voltages down once more, and compare what the loads want with the branch currents J
  /// that made them. J stays.
  void (*sweep_last)(const SweepTree& tree, const SweepMemory& memory, SweepCheck& check);
  /// After sweep_load: voltages by LinDistFlow from the flat start's currents; lowest |V'|^2 that
  /// came out per lane, negative or NaN where the loads are more than it can tell.
  void (*sweep_linear)(const SweepTree& tree, const SweepMemory& memory, double* lowest);
  /// V = K V' of the used lanes into the caller's arrays, or |V| and its angle if `polar`.
  void (*sweep_store)(const SweepRows& rows, const double* k_re, const double* k_im,
                      const double* v, bool polar, double* a, double* b);
  /// |V| and angle of `count` voltages; vm may be re, va may be im.
  void (*polar)(size_t count, const double* re, const double* im, double* vm, double* va);
  /// Add what a device consumes at u, and its slopes, to `draw` (law_rows x sweep_lanes); p, q: its
  /// own number per lane.
  void (*law_add)(const Law& law, const double* u, const double* p, const double* q, double* draw);
  /// Network with loops: powers at the voltages as they are, what is missing (rhs), and the check.
  void (*mesh_mismatch)(const MeshView& mesh, const MeshState& state, MeshCheck& check);
  /// J at the voltages and powers that mesh_mismatch saw, where the factors will stand.
  void (*mesh_jacobian)(const MeshView& mesh, const MeshState& state, double* factors);
  /// Factor in place; `work`: one number per unknown and lane.
  void (*lu_factor)(const MeshView& mesh, double* factors, double* work, MeshPivots& pivots);
  /// rhs -> step, with factors of each lane.
  void (*lu_solve)(const MeshView& mesh, const double* factors, double* x);
  /// The same with one set of factors for all lanes.
  void (*lu_solve_shared)(const MeshView& mesh, const double* factors, double* x);
  /// Stretch a step of shared factors by what it has in common with the one before, and keep it as
  /// `last`; last_squared: |last|^2 per lane, 0 where there is none.
  void (*mesh_extrapolate)(const MeshView& mesh, double* step, double* last, double* last_squared);
  /// Move the voltages of active lanes by the step in rhs; largest |dV'|^2 per lane.
  void (*mesh_step)(const MeshView& mesh, const MeshState& state, const double* active,
                    double* step_squared);
  /// Linearise what every bus draws at its kept voltage and reduce the tree to its roots: a into
  /// jr, ji, B into factors (newton_columns per cell, and 0 for cell `size`), of the current in the
  /// edge above. Constant powers and shunts only. `active` as in sweep_up.
  void (*newton_up)(const SweepTree& tree, const double* active, const SweepMemory& memory,
                    double* factors, NewtonPivot& pivot);
  /// J = a + B V_p and V = V_p - Z J from the roots down; largest |dV'|^2 per lane. `active` null:
  /// all lanes; else voltages of lanes where it is 0 stay.
  void (*newton_down)(const SweepTree& tree, const double* active, const SweepMemory& memory,
                      double* factors, double* step_squared);
  /// newton_up for trees with laws and taps, in all lanes.
  void (*newton_up_laws)(const NewtonTree& tree, double* law_lanes, const double* tap_lanes,
                         const SweepMemory& memory, double* factors, NewtonPivot& pivot);
  /// Down with laws and taps: J stays in jr, ji (of a root: all it feeds), and every bus is checked
  /// as in sweep_last; a held voltage counts as a step while it is off its set point. Then q of
  /// held laws of active lanes becomes the last Q.
  void (*newton_down_laws)(const NewtonTree& tree, const double* active, double* law_lanes,
                           const double* tap_lanes, const SweepMemory& memory, double* factors,
                           SweepCheck& check);
  /// Take back 1 - share of the last step (lanes of share 1 keep all of it).
  void (*newton_damp)(const SweepTree& tree, const double* share, const SweepMemory& memory,
                      const double* factors);
  /// Circuits: add what one element draws at node a to j, and take it away at node b. power: its P
  /// and Q per lane; v and j: re and im per slot.
  void (*circuit_law_draw)(const CircuitLaw& law, const CircuitBands* bands, const double* power,
                           const double* v, double* j);
  /// What every element consumes at voltages v, laid out as power: (element, P and Q, lane).
  void (*circuit_law_powers)(const CircuitLaw* laws, size_t count, const CircuitBands* bands,
                             const double* power, const double* v, double* drawn);
  /// Unbalanced circuit: J of every bus as its voltage stands.
  void (*circuit_draw)(const CircuitTree& tree, const CircuitMemory& memory);
  /// Add up J from the leaves to the sources.
  void (*circuit_up)(const CircuitTree& tree, const CircuitMemory& memory);
  /// Voltages from the sources down by the J of circuit_up, each bus's own J anew; largest |dV|^2
  /// over the base voltage squared per lane. `active` null: all lanes; else voltages of lanes where
  /// it is 0 stay.
  void (*circuit_down)(const CircuitTree& tree, const double* active, const CircuitMemory& memory,
                       double* step_squared);
  /// circuit_down and circuit_up in one, block by block, for circuits without laws between buses
  /// and without switches.
  void (*circuit_sweep)(const CircuitTree& tree, const double* active, const CircuitMemory& memory,
                        double* step_squared);
  /// Hold what every node draws now against `before`, the J that made the voltages (pairs by slot).
  void (*circuit_compare)(const CircuitTree& tree, const double* before,
                          const CircuitMemory& memory, CircuitCheck& check);
  /// One tick of inverters by IEEE 1547-2018, each by itself (kernel/inverter_lane.hpp).
  void (*inverter_step)(const InverterView& view);
  /// SHA-256 without the processor's own instructions for it.
  HashKernels hash;
};

/// The table in use.
const Kernels& kernels();
/// The hash kernels in use: by SHA instructions if sha_in_use(), else those of the table in use.
const HashKernels& hash_kernels();

}  // namespace gridswarm::inline GS_ABI::kernel

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/kernel/kernels.ipp"
#endif
