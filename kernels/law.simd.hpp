// SPDX-License-Identifier: BSD-3-Clause
// Powers that follow the voltage of their bus, eight scenarios in lanes: P(u), Q(u) and their
// slopes, as Newton's method on a tree or on a mesh wants them. Reference:
// kernel/reference_law.hpp.
//
// Every lane takes the same path: curves are sums of clamped segments, limits are blends. At a kink
// the slope is that of the side towards higher u.
#pragma once

#include "gridswarm/kernel/views.hpp"

namespace gridswarm::inline GS_ABI::kernel {
namespace {

/// A curve's share and slope, per lane.
struct LawShare {
  alignas(64) double value[sweep_lanes];
  alignas(64) double slope[sweep_lanes];
};

void law_curve(const LawCurve& curve, const double* __restrict u, LawShare& share) {
#pragma omp simd
  for (int l = 0; l < sweep_lanes; ++l) {
    share.value[l] = curve.y0;
    share.slope[l] = 0.0;
  }
  for (int32_t s = 0; s < curve.segments; ++s) {
    const double x = curve.x[s];
    const double width = curve.width[s];
    const double slope = curve.slope[s];
#pragma omp simd
    for (int l = 0; l < sweep_lanes; ++l) {
      const double past = u[l] - x;
      const double below = past < width ? past : width;
      const double within = below > 0.0 ? below : 0.0;
      const double from = past >= 0.0 ? slope : 0.0;
      share.value[l] += slope * within;
      share.slope[l] += past < width ? from : 0.0;
    }
  }
}

void law_add_load(const Law& law, const double* __restrict u, const double* __restrict p,
                  const double* __restrict q, double* __restrict draw) {
  const double power_p = 1.0 - law.i_p - law.z_p;
  const double power_q = 1.0 - law.i_q - law.z_q;
#pragma omp simd
  for (int l = 0; l < sweep_lanes; ++l) {
    const double p_share = power_p + (law.i_p + law.z_p * u[l]) * u[l];
    const double q_share = power_q + (law.i_q + law.z_q * u[l]) * u[l];
    draw[law_p * sweep_lanes + l] += p[l] * p_share;
    draw[law_q * sweep_lanes + l] += q[l] * q_share;
    draw[law_dp * sweep_lanes + l] += p[l] * (law.i_p + 2.0 * law.z_p * u[l]);
    draw[law_dq * sweep_lanes + l] += q[l] * (law.i_q + 2.0 * law.z_q * u[l]);
  }
}

void law_add_inverter(const Law& law, const double* __restrict u, const double* __restrict p,
                      const double* __restrict q, double* __restrict draw) {
  LawShare watt;
  LawShare var;
  law_curve(law.volt_watt, u, watt);
  law_curve(law.volt_var, u, var);
  const double rating = law.rating;
#pragma omp simd
  for (int l = 0; l < sweep_lanes; ++l) {
    const double ceiling = rating * watt.value[l];
    const bool is_free = p[l] < ceiling;
    const double high = is_free ? p[l] : ceiling;
    const bool is_low = high < -rating;
    const double active = is_low ? -rating : high;
    const double steep = is_free ? 0.0 : rating * watt.slope[l];
    const double d_active = is_low ? 0.0 : steep;
    const double want = law.q_share * q[l] + law.tan_phi * active + rating * var.value[l];
    const double d_want = law.tan_phi * d_active + rating * var.slope[l];
    const double square = rating * rating - active * active;
    const double room = __builtin_sqrt(square > 0.0 ? square : 0.0);
    const double d_room = room > 0.0 ? -(active * d_active) / room : 0.0;
    const double capped = want < -room ? -room : want;
    const double d_capped = want < -room ? -d_room : d_want;
    draw[law_p * sweep_lanes + l] -= active;
    draw[law_q * sweep_lanes + l] -= want > room ? room : capped;
    draw[law_dp * sweep_lanes + l] -= d_active;
    draw[law_dq * sweep_lanes + l] -= want > room ? d_room : d_capped;
  }
}

void law_add_held(const Law& law, const double* __restrict u, const double* __restrict q,
                  double* __restrict draw) {
#pragma omp simd
  for (int l = 0; l < sweep_lanes; ++l) {
    const double want = q[l] + law.steepness * (law.v_set - u[l]);
    const double capped = want < law.q_min ? law.q_min : want;
    const double steep = want < law.q_min ? 0.0 : law.steepness;
    draw[law_q * sweep_lanes + l] -= want > law.q_max ? law.q_max : capped;
    draw[law_dq * sweep_lanes + l] += want > law.q_max ? 0.0 : steep;
  }
}

void law_add(const Law& law, const double* u, const double* p, const double* q, double* draw) {
  if (law.kind == law_load) law_add_load(law, u, p, q, draw);
  if (law.kind == law_inverter) law_add_inverter(law, u, p, q, draw);
  if (law.kind == law_held) law_add_held(law, u, q, draw);
}

}  // namespace
}  // namespace gridswarm::inline GS_ABI::kernel
