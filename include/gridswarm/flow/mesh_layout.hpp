// SPDX-License-Identifier: BSD-3-Clause
// Equations, unknowns and factors of a network in the order of elimination.
//
// Every node but a source has an equation P over its angle; every node whose magnitude moves has an
// equation Q over its relative magnitude. An entry Y_ij so gives up to four entries of J.
#pragma once

#include <vector>

#include "gridswarm/feeder/admittance.hpp"
#include "gridswarm/kernel/mesh_views.hpp"

namespace gridswarm::inline GS_ABI::flow {

struct Mesh;

/// Where equations and unknowns stand in the order of elimination, and the factors' pattern
/// (kernel/mesh_views.hpp says more).
struct MeshLayout {
  std::vector<Index> p_row;
  std::vector<Index> q_row;
  std::vector<Index> angle;
  std::vector<Index> magnitude;
  std::vector<Index> slot;
  std::vector<Index> lu_first;
  std::vector<Index> lu_diagonal;
  std::vector<Index> lu_column;
  Index unknowns() const { return static_cast<Index>(lu_diagonal.size()); }
};

/// What kernels see of a mesh in one of its layouts.
kernel::MeshView view_of(const Mesh& mesh, const MeshLayout& layout);

/// Order and pattern by KLU's analysis of J at the start voltages.
/// @param mesh  with admittances and start; @param releases  held magnitudes are unknowns, too
MeshLayout make_layout(const Mesh& mesh, bool releases);

}  // namespace gridswarm::inline GS_ABI::flow

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/flow/mesh_newton.hpp"
#endif
