// SPDX-License-Identifier: BSD-3-Clause
// Resistance distance where the wires close loops: what the spanning tree alone would overstate.
//
// Lengths count as resistances. Sources hold their voltage, so they are one node, the ground, and
//   R(i, j) = X_ii + X_jj - 2 X_ij,   X the inverse of the grounded conductance matrix
// (Klein, Randic, J. Math. Chem. 12 (1993) 81). On the tree X_ij is the length that the paths of i
// and j from the source share, and R their path. A wire k of length x_k between a_k and b_k that is
// not in the tree changes that by a term of rank one; for L of them (Woodbury)
//   R(i, j) = d_T(i, j) - w' M^-1 w,   w_k = g_k(i) - g_k(j),   M_kl = x_k [k = l] + g_k(b_l) -
//   g_k(a_l), g_k(i) = T(i, b_k) - T(i, a_k),   T the shared length on the tree,
// so L numbers per agent stand for all loops: O(L^2) per distance, nothing by bus but where its
// path meets the loops. Feeders that no wire joins are apart. Where more than `most_loops` wires
// close loops among feeders joined, the network there is factorised as it is (star_mesh.hpp).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "gridswarm/distance/electrical.hpp"
#include "gridswarm/distance/star_mesh.hpp"
#include "gridswarm/feeder/spanning.hpp"

namespace gridswarm::inline GS_ABI::distance {

/// Above this many loops one distance by stars is cheaper than by loops.
inline constexpr Index most_loops = 24;

/// Feeders that wires join, and how distances in them are found.
struct MeshPart {
  std::vector<Index> wires;    ///< rows of `closing`; none of them: a tree
  bool by_stars = false;       ///< else by loops
  std::vector<double> shared;  ///< by key (row) and end (2 k: a_k, 2 k + 1: b_k): T
  std::vector<double> factor;  ///< Cholesky's factor of M by rows; a row of zeros: a wire that adds
                               ///< nothing (a loop without resistance)
  StarMesh stars;              ///< its nodes are the part's keys
};

/// All but `position` by forest position.
struct Meshed {
  std::vector<Index> position;   ///< agent row -> forest position; none without supply
  std::vector<double> depth_pu;  ///< length of the tree path to the source
  std::vector<Index> part;       ///< row of `parts`
  std::vector<Index> key;  ///< by loops: the first end or fork of loops from where the path to
                           ///< the source meets them; by stars: the node; none at sources
  std::vector<double> entry_pu;  ///< by loops: depth of where it meets them
  std::vector<MeshPart> parts;
};

/// Scratch of one caller; any earlier contents.
struct MeshedWork {
  StarWork stars;
  std::vector<Index> nodes;
  std::vector<double> y, sum, weights;
};

/// @throws UsageError as edge_lengths_pu() does, and for log_sensitivity, which is no resistance:
///         make the mesh of reactances and ask for log_sensitivity_distance()
Meshed make_meshed(const feeder::Case& grid, const feeder::SpanningForest& spanning,
                   const fleet::Fleet& fleet, const LengthRule& rule);

/// Resistance distance of two agents (rows) in p.u.; infinite without supply and between feeders
/// that no wire joins.
/// @param tree  the mesh's fleet on its spanning forest
double resistance_distance(const Meshed& mesh, const AgentTree& tree, Index agent_a, Index agent_b,
                           MeshedWork& work);

/// X_ij of two agents; with reactances as lengths dV_i/dQ_j of LinDistFlow, the source stiff. 0
/// without supply or between feeders apart.
double shared_length(const Meshed& mesh, const AgentTree& tree, Index agent_a, Index agent_b,
                     MeshedWork& work);

/// -log10(a_ij a_ji) of edge_length.hpp where there are loops; the mesh of reactances.
double log_sensitivity_distance(const Meshed& mesh, const AgentTree& tree, double x_source_pu,
                                Index agent_a, Index agent_b, MeshedWork& work);

/// Sum of the distances over all pairs i < j; infinite ones count as nothing. O(L^2) per agent.
double pair_sum_pu(const Meshed& mesh, const AgentTree& tree, std::span<const Index> agents,
                   MeshedWork& work);

}  // namespace gridswarm::inline GS_ABI::distance

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/distance/meshed.ipp"
#endif
