// SPDX-License-Identifier: BSD-3-Clause
// What the kernels of a network with loops see (flow/mesh_newton.hpp makes it): plain pointers.
//
// Lanes as in the sweep: every number of a block stands sweep_lanes times side by side.
#pragma once

#include "gridswarm/kernel/views.hpp"

namespace gridswarm::inline GS_ABI::kernel {

/// Nodal equations and where each stands in the order of elimination. Entries of Y exclude the
/// diagonal; -1 where a node has no such equation or unknown.
struct MeshView {
  int32_t nodes;
  int32_t unknowns;
  const int32_t* first;  ///< nodes + 1: row i of Y is first[i] .. first[i + 1] - 1
  const int32_t* column;
  const double* y_re;
  const double* y_im;
  const double* ground_re;  ///< sum of the row, diagonal included
  const double* ground_im;
  const double* self_re;  ///< diagonal
  const double* self_im;
  const double* floor;  ///< |dS|^2 that the round-off of voltages may leave
  const int32_t* p_row;
  const int32_t* q_row;
  const int32_t* angle;        ///< column of the unknown angle
  const int32_t* magnitude;    ///< column of the unknown relative magnitude
  const int32_t* slot;         ///< 4 per entry, then 4 per node: where dP/da, dP/dm, dQ/da,
                               ///< dQ/dm stand among the factors
  const int32_t* lu_first;     ///< unknowns + 1: row k of L and U
  const int32_t* lu_diagonal;  ///< where U begins in row k
  const int32_t* lu_column;    ///< ascending within a row
};

/// Branches whose taps differ from lane to lane, by end: what they add to Y.
struct MeshEnds {
  const int32_t* first;  ///< nodes + 1; null: none
  const int32_t* entry;  ///< of Y, whose column is the other end
  const double* lanes;   ///< mesh_end_rows x sweep_lanes each
};
enum MeshEndRow { end_self_re, end_self_im, end_mutual_re, end_mutual_im, mesh_end_rows };

/// What follows the voltage: by node, which four rows (law_p, law_q and their slopes over the
/// relative magnitude) of `lanes` it consumes; -1: none.
struct MeshDraws {
  const int32_t* of_node;  ///< null: none anywhere
  const double* lanes;
};

/// A block of scenarios: by node and lane.
struct MeshState {
  double* v;           ///< re, im
  double* s;           ///< p, q given, into the network
  double* power;       ///< p, q that the voltages bring about
  double* rhs;         ///< by unknown: mismatch, then step
  const double* free;  ///< by node: 1 where the magnitude moves, 0 where it is held; null: wherever
                       ///< it has a column
  MeshEnds ends;
  MeshDraws draws;
};

/// A step that has more than this in common with the one before is not stretched.
inline constexpr double mesh_most_share = 0.9;

/// How well the voltages obey the powers, per lane.
struct MeshCheck {
  double rel_squared;  ///< allowed |mismatch|^2 per |S|^2 of the node
  double abs_squared;  ///< and whatever the load
  double mismatch_squared[sweep_lanes];
  double node[sweep_lanes];
  double excess[sweep_lanes];  ///< > 0 where some node misses its allowance; NaN if nothing holds
};

/// The weakest pivot of a factorisation, per lane: |pivot| over the largest number of its row.
struct MeshPivots {
  double weakest[sweep_lanes];
  double row[sweep_lanes];
};

}  // namespace gridswarm::inline GS_ABI::kernel
