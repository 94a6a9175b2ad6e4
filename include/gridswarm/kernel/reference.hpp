// SPDX-License-Identifier: BSD-3-Clause
// Every kernel written as simply as possible: the oracle of the fast ones, and all that headers
// mode has.
#pragma once

#include "gridswarm/kernel/kernels.hpp"
#include "gridswarm/kernel/reference_circuit.hpp"
#include "gridswarm/kernel/reference_circuit_law.hpp"
#include "gridswarm/kernel/reference_hash.hpp"
#include "gridswarm/kernel/reference_inverter.hpp"
#include "gridswarm/kernel/reference_law.hpp"
#include "gridswarm/kernel/reference_mesh.hpp"
#include "gridswarm/kernel/reference_newton.hpp"
#include "gridswarm/kernel/reference_newton_laws.hpp"
#include "gridswarm/kernel/reference_sweep.hpp"
#include "gridswarm/kernel/reference_sweep_rows.hpp"

namespace gridswarm::inline GS_ABI::kernel {

/// Sum of the lanes, halves onto halves: the one order in which every instruction set adds them.
inline double sum_of_lanes(double* lane) {
  for (int half = lanes / 2; half > 0; half /= 2)
    for (int l = 0; l < half; ++l) lane[l] += lane[l + half];
  return lane[0];
}

inline DispatchSurvey dispatch_survey_reference(const DispatchView& members) {
  double low[lanes] = {}, high[lanes] = {}, size[lanes] = {};
  DispatchSurvey survey = {};
  for (size_t i = 0; i < members.count; ++i) {
    const double min_kw = members.min_kw[i], max_kw = members.max_kw[i];
    const double below = min_kw < 0.0 ? -min_kw : min_kw, above = max_kw < 0.0 ? -max_kw : max_kw;
    low[i % lanes] += min_kw;
    high[i % lanes] += max_kw;
    size[i % lanes] += below > above ? below : above;
    const double first = (min_kw - members.want_kw[i]) / members.inverse_cost[i];
    const double last = (max_kw - members.want_kw[i]) / members.inverse_cost[i];
    if (i == 0 || first < survey.min_price) survey.min_price = first;
    if (i == 0 || last > survey.max_price) survey.max_price = last;
  }
  survey.sum_min_kw = sum_of_lanes(low);
  survey.sum_max_kw = sum_of_lanes(high);
  survey.sum_size_kw = sum_of_lanes(size);
  return survey;
}

inline DispatchSums dispatch_pass_reference(const DispatchView& members, double price) {
  double sum[lanes] = {}, slope[lanes] = {};
  for (size_t i = 0; i < members.count; ++i) {
    const double free_kw = members.want_kw[i] + price * members.inverse_cost[i];
    const bool low = free_kw <= members.min_kw[i], high = free_kw >= members.max_kw[i];
    sum[i % lanes] += low ? members.min_kw[i] : high ? members.max_kw[i] : free_kw;
    slope[i % lanes] += low || high ? 0.0 : members.inverse_cost[i];
  }
  const double sum_kw = sum_of_lanes(sum);
  return {sum_kw, sum_of_lanes(slope)};
}

/// The table of reference kernels.
GS_INLINE Kernels reference_kernels() {
  return {Isa::reference,
          dispatch_survey_reference,
          dispatch_pass_reference,
          reference::sweep_load,
          reference::sweep_start,
          reference::sweep_up,
          reference::sweep,
          reference::sweep_last,
          reference::sweep_linear,
          reference::sweep_store,
          reference::polar,
          reference::law_add,
          reference::mesh_mismatch,
          reference::mesh_jacobian,
          reference::lu_factor,
          reference::lu_solve,
          reference::lu_solve_shared,
          reference::mesh_extrapolate,
          reference::mesh_step,
          reference::newton_up,
          reference::newton_down,
          reference::newton_up_laws,
          reference::newton_down_laws,
          reference::newton_damp,
          reference::circuit_law_draw,
          reference::circuit_law_powers,
          reference::circuit_draw,
          reference::circuit_up,
          reference::circuit_down,
          reference::circuit_sweep,
          reference::circuit_compare,
          reference::inverter_step,
          {reference::hash_leaves, reference::hash_nodes}};
}

}  // namespace gridswarm::inline GS_ABI::kernel
