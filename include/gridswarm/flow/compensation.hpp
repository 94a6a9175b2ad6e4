// SPDX-License-Identifier: BSD-3-Clause
// Power flow of a weakly meshed feeder: a tree method, and currents at the break points of loops.
//
// Branches that close loops, or join sources, are taken out (feeder/spanning.hpp). What flows
// through closing branch m, the series current J_m at its to end, becomes an injection at both of
// its ends: -J_m / conj(t_m) at the from end, J_m at the to end, in the tree's V' = V / K. After a
// tree solution the branches' own law fails by
//   e_m = V'_f / t_m - V'_t - z_m J_m,
// and dJ = M^-1 e mends it, M_mn = -de_m / dJ_n = [m = n] z_m + (1 / t_m) (Z_ff / conj(t_n) - Z_ft)
// - (Z_tf / conj(t_n) - Z_tt), where Z_ab is the impedance that the paths from a (an end of m) and
// b (an end of n) to their source have in common. M is L x L for L loops, depends on the tree
// alone, and is factored once for all scenarios (D. Shirmohammadi, H. W. Hong, A. Semlyen, G. X.
// Luo, IEEE Trans. Power Systems 3(2), 1988; G. X. Luo, A. Semlyen, IEEE Trans. Power Systems
// 5(4), 1990).
//
// Each round is one tree solution of the whole batch, so this suits few loops (up to some forty);
// flow/mesh_newton.hpp suits many.
#pragma once

#include <vector>

#include "gridswarm/feeder/spanning.hpp"
#include "gridswarm/flow/power_flow.hpp"

namespace gridswarm::inline GS_ABI::flow {

/// A closing branch, in V'.
struct BreakPoint {
  Index branch;  ///< row of the case
  Index from;    ///< position in the forest
  Index to;
  double t_re;  ///< t' = t K_t / K_f
  double t_im;
  double z_re;  ///< z' = z / |K_t|^2
  double z_im;
};

/// A weakly meshed feeder prepared once; never changed by solving.
struct Compensation {
  feeder::Forest forest;  ///< the closing branches' charging included
  std::vector<BreakPoint> breaks;
  Column<double> m_re;  ///< L x L, row-major: factors of M with rows as `pivot` orders them
  Column<double> m_im;
  std::vector<Index> pivot;
};

/// @throws InputError for a loop without any impedance (M is singular), UsageError for a PV bus
///         with a generator in service, which the sweep can't hold
Compensation prepare_compensation(const feeder::Case& grid);

/// Solve all scenarios; as solve() of flow/power_flow.hpp. `iterations` counts sweeps of all
/// rounds. A scenario's bits depend on itself alone.
/// @throws UsageError if an array of injections has another size than scenarios * buses
void solve_compensation(const Compensation& prepared, const feeder::Case& grid,
                        const Injections& injections, const FlowOptions& options, FlowWork& work,
                        FlowResult& result);

}  // namespace gridswarm::inline GS_ABI::flow

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/flow/compensation.ipp"
#endif
