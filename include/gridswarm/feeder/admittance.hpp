// SPDX-License-Identifier: BSD-3-Clause
// The nodal equations of any network, with every ratio of a spanning tree taken out.
//
// Bus b has the accumulated complex ratio K_b of feeder/forest.hpp along the spanning tree. In V' =
// V / K and I' = conj(K) I powers stay as they are, and a branch from f to t with series admittance
// y and ratio t becomes
//   I'_f = (V'_f / t' - V'_t) y' / conj(t'),   I'_t = -(V'_f / t' - V'_t) y',
//   t' = t K_t / K_f,   y' = y |K_t|^2,
// so t' = 1 exactly in the tree, and elsewhere it is what a loop of ratios leaves over: every
// difference of voltages is small, and current formed from differences keeps its digits. Branches
// without impedance are joined first; their ends have the same V' exactly and are one node,
// whatever their ratio. Row i of the equations reads
//   I'_i = ground_i V'_i + sum_j y_ij (V'_j - V'_i),
// with ground_i summed from what really leads to ground (shunts, charging, ratios that differ from
// 1) and not as the difference of large numbers.
#pragma once

#include <cstdint>
#include <vector>

#include "gridswarm/base/csr.hpp"
#include "gridswarm/feeder/spanning.hpp"

namespace gridswarm::inline GS_ABI::feeder {

enum class NodeKind : std::int8_t {
  load,   ///< P and Q are given
  held,   ///< P and |V| are given: a PV bus with a generator in service
  source  ///< V is given
};

/// A branch between two nodes, in V'.
struct Link {
  Index branch;  ///< row of the case
  Index from;    ///< node
  Index to;      ///< node
  double y_re;   ///< y'
  double y_im;
  double t_re;  ///< t'
  double t_im;
};

/// Per unit on the case's base_mva.
struct Admittance {
  SpanningForest spanning;
  std::vector<Index> node;  ///< bus row -> node; none where unsupplied or isolated
  Csr buses;                ///< node -> its bus rows; several where no impedance lies between them
  Column<double> k_re;      ///< by bus row: V = K V'; 1 where unsupplied
  Column<double> k_im;
  std::vector<NodeKind> kind;  ///< by node
  Column<double> v_re;         ///< by node: V' at a source, elsewhere where the search begins
  Column<double> v_im;
  Column<double> v_set;       ///< by node: |V'| held; 0 where it isn't
  std::vector<Index> holder;  ///< by node: bus row that holds its voltage; none at loads
  std::vector<Link> links;    ///< by branch row, ascending
  std::vector<Index> first;   ///< nodes + 1: row i of Y is first[i] .. first[i + 1] - 1
  std::vector<Index> column;  ///< ascending within a row, without the diagonal
  Column<double> y_re;        ///< y_ij
  Column<double> y_im;
  Column<double> ground_re;  ///< by node: sum of the row, diagonal included
  Column<double> ground_im;
  Index nodes() const { return static_cast<Index>(kind.size()); }
};

/// @throws InputError where buses of different voltage (two sources, or held ones) are joined by no
///         impedance, or a loop without impedance has ratios that don't cancel; they are named
Admittance admittance(const Case& grid);

/// The voltage that the first generator in service holds at a bus; the bus's own vm_pu where there
/// is none.
double held_voltage_pu(const Case& grid, Index bus);

}  // namespace gridswarm::inline GS_ABI::feeder

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/feeder/admittance.ipp"
#endif
