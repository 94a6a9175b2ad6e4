// SPDX-License-Identifier: BSD-3-Clause
// A radial feeder in the order in which sweeps visit it, with every transformer ratio taken out.
//
// Positions run breadth first from the sources (roots first, parents before children). Along the
// path from its source, bus c has the accumulated complex ratio K_c = prod k_e, where an edge obeys
//   V_c = k_e V_p - Z_e J_c,   J_p = conj(k_e) J_c,
// with k = 1/t, Z = z when the parent is the branch's from end (t = ratio e^{j shift}), and k = t,
// Z = |t|^2 z when it is the to end. In V' = V / K and J' = conj(K) J every edge is a plain line:
//   V'_c = V'_p - Z'_e J'_c,   Z'_e = Z_e / |K_c|^2,   J'_p = J'_c,   y' = y |K|^2,   S' = S.
// So the kernels know neither ratios, nor shifts, nor reversed branches.
#pragma once

#include <cstdint>
#include <vector>

#include "gridswarm/base/column.hpp"
#include "gridswarm/base/ids.hpp"
#include "gridswarm/feeder/case.hpp"

namespace gridswarm::inline GS_ABI::feeder {

/// Breadth-first positions of the supplied buses; everything per unit on the case's base_mva.
struct Forest {
  Index roots = 0;                    ///< positions 0..roots-1 are sources
  std::vector<Index> bus;             ///< position -> bus row
  std::vector<Index> position;        ///< bus row -> position; none where unsupplied or isolated
  std::vector<Index> parent;          ///< position -> position; none at roots
  std::vector<Index> branch;          ///< position -> branch row towards the parent; none at roots
  std::vector<std::int8_t> reversed;  ///< 1 where the branch's from end is the child
  Column<double> r_pu;                ///< Z' of the edge above; 0 at roots
  Column<double> x_pu;
  Column<double> g_pu;  ///< y' at the bus: shunt plus halves of line charging
  Column<double> b_pu;
  Column<double> k_re;  ///< K: V = K V'
  Column<double> k_im;
  Column<double> source_re;  ///< V held at root k (roots entries; K = 1 there)
  Column<double> source_im;
  std::vector<Index> unsupplied;  ///< bus rows without a path to a source, isolated ones included
  Index size() const { return static_cast<Index>(bus.size()); }
};

/// Order a case's in-service branches as a forest.
/// @throws InputError where branches in service close a loop or join two sources (they are named),
///         or where a PV bus has a generator in service (the sweep can't hold its voltage).
Forest make_forest(const Case& grid);

}  // namespace gridswarm::inline GS_ABI::feeder

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/feeder/forest.ipp"
#endif
