// SPDX-License-Identifier: BSD-3-Clause
// Reference of the law kernel: one lane after another, one number at a time.
//
// The order of operations is the contract: kernels/law.simd.hpp must give the same bytes.
#pragma once

#include "gridswarm/kernel/views.hpp"

namespace gridswarm::inline GS_ABI::kernel::reference {

/// A value that follows u, and its slope.
struct LawValue {
  double value;
  double slope;
};

GS_INLINE LawValue law_curve_at(const LawCurve& curve, double u) {
  LawValue share = {curve.y0, 0.0};
  for (int32_t s = 0; s < curve.segments; ++s) {
    const double past = u - curve.x[s];
    const double below = past < curve.width[s] ? past : curve.width[s];
    const double within = below > 0.0 ? below : 0.0;
    share.value += curve.slope[s] * within;
    share.slope += past >= 0.0 && past < curve.width[s] ? curve.slope[s] : 0.0;
  }
  return share;
}

GS_INLINE void law_load_at(const Law& law, double u, double p, double q, double* at) {
  const double p_share = (1.0 - law.i_p - law.z_p) + (law.i_p + law.z_p * u) * u;
  const double q_share = (1.0 - law.i_q - law.z_q) + (law.i_q + law.z_q * u) * u;
  at[law_p * sweep_lanes] += p * p_share;
  at[law_q * sweep_lanes] += q * q_share;
  at[law_dp * sweep_lanes] += p * (law.i_p + 2.0 * law.z_p * u);
  at[law_dq * sweep_lanes] += q * (law.i_q + 2.0 * law.z_q * u);
}

GS_INLINE void law_inverter_at(const Law& law, double u, double p, double q, double* at) {
  const LawValue watt = law_curve_at(law.volt_watt, u);
  const LawValue var = law_curve_at(law.volt_var, u);
  const double ceiling = law.rating * watt.value;
  const bool is_free = p < ceiling;
  const double high = is_free ? p : ceiling;
  const bool is_low = high < -law.rating;
  const double active = is_low ? -law.rating : high;
  const double d_active = is_free || is_low ? 0.0 : law.rating * watt.slope;
  const double want = law.q_share * q + law.tan_phi * active + law.rating * var.value;
  const double d_want = law.tan_phi * d_active + law.rating * var.slope;
  const double square = law.rating * law.rating - active * active;
  const double room = __builtin_sqrt(square > 0.0 ? square : 0.0);
  const double d_room = room > 0.0 ? -(active * d_active) / room : 0.0;
  const bool is_over = want > room;
  const bool is_under = want < -room;
  at[law_p * sweep_lanes] -= active;
  at[law_q * sweep_lanes] -= is_over ? room : is_under ? -room : want;
  at[law_dp * sweep_lanes] -= d_active;
  at[law_dq * sweep_lanes] -= is_over ? d_room : is_under ? -d_room : d_want;
}

GS_INLINE void law_held_at(const Law& law, double u, double q, double* at) {
  const double want = q + law.steepness * (law.v_set - u);
  const bool is_over = want > law.q_max;
  const bool is_under = want < law.q_min;
  at[law_q * sweep_lanes] -= is_over ? law.q_max : is_under ? law.q_min : want;
  at[law_dq * sweep_lanes] += is_over || is_under ? 0.0 : law.steepness;
}

GS_INLINE void law_add(const Law& law, const double* u, const double* p, const double* q,
                       double* draw) {
  for (int l = 0; l < sweep_lanes; ++l) {
    if (law.kind == law_load) law_load_at(law, u[l], p[l], q[l], draw + l);
    if (law.kind == law_inverter) law_inverter_at(law, u[l], p[l], q[l], draw + l);
    if (law.kind == law_held) law_held_at(law, u[l], q[l], draw + l);
  }
}

}  // namespace gridswarm::inline GS_ABI::kernel::reference
