// SPDX-License-Identifier: BSD-3-Clause
// Resistance between any two nodes of any network: a sparse factorisation by eliminated stars.
//
// The conductances g of a network, sources held at zero, are a matrix G = L D L' with no negative
// pivot. Eliminating node v with neighbours a, b, .. is the star-mesh transform: with
// s_v = sum g_va + g_v0 (0 the sources), g_ab += g_va g_vb / s_v. Nothing is ever subtracted, so
// every conductance keeps its digits. Column v of L is -g_va / s_v, its pivot s_v. Nodes go by the
// fewest neighbours left (minimum degree), so trees cost nothing beyond themselves and the nearly
// planar meshes of power grids little. Then with L z = e_i - e_j
//   R(i, j) = (e_i - e_j)' G^-1 (e_i - e_j) = sum_v z_v^2 / s_v,
// where z lives on the way from i and j to the end of the elimination only.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "gridswarm/base/ids.hpp"

namespace gridswarm::inline GS_ABI::distance {

/// A wire between two nodes, or from a node to the sources (b = none); length >= 0, and a length of
/// 0 makes its ends one node.
struct Resistor {
  Index a, b;
  double length;
};

/// Stars in the order of their elimination.
struct StarMesh {
  std::vector<Index> star;    ///< node -> its star; none: joined to the sources without resistance
  std::vector<double> pivot;  ///< s
  std::vector<std::int64_t> first;  ///< star k has the entries first[k] .. first[k + 1] - 1
  std::vector<Index> later;         ///< a star after k, ascending
  std::vector<double> share;        ///< g / s
};

/// Scratch of one caller; any earlier contents.
struct StarWork {
  std::vector<double> z;
  std::vector<Index> heap;
};

/// @param nodes  0 .. nodes - 1; each must have a way to the sources
StarMesh make_star_mesh(Index nodes, std::span<const Resistor> wires);

/// b' G^-1 b for b = sum of `weights` at `nodes` (a node may come twice). With one node: the
/// resistance to the sources. O(entries on the way).
double power_of(const StarMesh& mesh, std::span<const Index> nodes, std::span<const double> weights,
                StarWork& work);

}  // namespace gridswarm::inline GS_ABI::distance

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/distance/star_mesh.ipp"
#endif
