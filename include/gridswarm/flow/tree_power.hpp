// SPDX-License-Identifier: BSD-3-Clause
// Losses and loadings of one solved scenario, in one sweep and without allocation, for use in a
// tick.
//
// In the referred quantities of feeder/forest.hpp (V' = V / K), with S the injection at a bus:
//   J'_i = sum_children J'_c + y'_i V'_i - conj(S_i / V'_i)      current from the parent
//   losses = sum_edges r'_e |J'_e|^2 + sum_buses g'_i |V'_i|^2
// Currents come from injections, not from voltage differences, so a zero impedance costs no digits.
// Loading of an edge is the apparent power of its series current at the larger end voltage, against
// the branch's rating (the charging current of a line is left out; branch_flow.hpp has it).
#pragma once

#include <span>

#include "gridswarm/base/column.hpp"
#include "gridswarm/feeder/forest.hpp"

namespace gridswarm::inline GS_ABI::flow {

/// Buffers by forest position; owned by the caller.
struct TreePowerWork {
  Column<double> j_re, j_im;
  Column<double> v_re, v_im;  ///< V'
};

struct TreePower {
  double losses_pu = 0.0;
  double loading_max_percent = 0.0;  ///< over rated branches; 0 where none is rated
};

/// @param v_re, v_im  voltages by bus row; @param p_pu, q_pu  injections by bus row
TreePower tree_power(const feeder::Case& grid, const feeder::Forest& forest,
                     std::span<const double> v_re, std::span<const double> v_im,
                     std::span<const double> p_pu, std::span<const double> q_pu,
                     TreePowerWork& work);

}  // namespace gridswarm::inline GS_ABI::flow

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/flow/tree_power.ipp"
#endif
