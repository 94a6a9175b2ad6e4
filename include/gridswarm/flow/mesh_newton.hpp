// SPDX-License-Identifier: BSD-3-Clause
// Newton's power flow of any network, many scenarios side by side in lanes.
//
// Unknowns are the angle of every node's V' (feeder/admittance.hpp) and, where it isn't held, its
// relative magnitude: F(a, m) = S - V conj(I) = 0. Two ways to a step:
//   shared    J at the solution of the case itself, factored once: all lanes and all iterations of
//             all scenarios share these factors (chord method). A step costs a mismatch and two
//             triangular solves, the error shrinks by a constant factor.
//   own       J of every lane at every step (Newton), refactored on the pattern that KLU's
//             analysis found once, with its pivots.
// Scenarios start with the first way from the case's solution; those whose steps don't shrink fast
// enough start anew with the second. Which way a scenario goes depends on itself alone.
//
// A scenario has converged when its last step is at most tol_step_pu and its mismatch at every node
// at most max(1e-8 |S|, 1e-3 VA) - or what the last digit of the voltages is worth there, which is
// more where |y| is large: 4 eps |y| |V|^2.
#pragma once

#include <memory>
#include <vector>

#include "gridswarm/feeder/admittance.hpp"
#include "gridswarm/flow/laws.hpp"
#include "gridswarm/flow/mesh_layout.hpp"
#include "gridswarm/flow/power_flow.hpp"

namespace gridswarm::inline GS_ABI::flow {

/// A network prepared once; never changed by solving, so threads may share it.
struct Mesh {
  feeder::Admittance y;
  Column<double> self_re;  ///< by node: diagonal of Y
  Column<double> self_im;
  Column<double> floor;           ///< by node: |dS|^2 that the round-off of voltages may leave
  MeshLayout held;                ///< magnitudes of held nodes are no unknowns
  MeshLayout free;                ///< they are; used where reactive limits may release them
  Column<double> shared_factors;  ///< of `held` at the start
  Column<double> start_re;        ///< by node: V' of the case's solution, or the file's voltages
  Column<double> start_im;
  Column<double> q_min;  ///< by node: reactive limits of what holds it, on top of the given power
  Column<double> q_max;
  bool has_solution = false;     ///< whether the case as stated has one
  Laws laws;                     ///< devices that follow the voltage (held buses aren't among them)
  std::vector<Index> law_row;    ///< by node: its place among nodes with laws; none
  std::vector<Index> law_node;   ///< that place -> node
  std::vector<Index> tap_link;   ///< by tap changer: place in y.links; none without supply
  std::vector<Index> end_first;  ///< nodes + 1: ends of branches with taps there
  std::vector<Index> end_entry;  ///< of Y
  std::vector<Index> end_tap;    ///< row of TapChangers
  std::vector<Index> end_at_to;  ///< 1: the to end
};

/// Whether this build has KLU, without which no mesh can be prepared.
bool klu_available();

/// Analyse a network and solve the case as it is stated.
/// @throws InputError for buses of different voltage joined by no impedance, UsageError in a build
///         without KLU
std::shared_ptr<const Mesh> prepare_mesh(const feeder::Case& grid);

/// Solve all scenarios. A scenario's bits depend neither on its neighbours, nor on threads, nor on
/// the instruction set; one that does not converge shows those of its voltages that missed the
/// powers least. held_q_pu is what a PV bus injects on top of q_pu.
/// @param grid  the case the mesh was prepared from
/// @throws UsageError if an array of injections has another size than the case wants
void solve_mesh(const Mesh& mesh, const feeder::Case& grid, const Injections& injections,
                const FlowOptions& options, FlowWork& work, FlowResult& result);

}  // namespace gridswarm::inline GS_ABI::flow

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/flow/mesh_layout.ipp"
#include "gridswarm/flow/mesh_newton.ipp"
#include "gridswarm/flow/without_klu.ipp"
#endif
