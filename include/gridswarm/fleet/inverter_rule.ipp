// SPDX-License-Identifier: BSD-3-Clause
// Settings turned into a rule.
#pragma once

#include <cmath>

#include "gridswarm/base/error.hpp"
#include "gridswarm/fleet/inverter.hpp"

namespace gridswarm::inline GS_ABI::fleet {

GS_INLINE double decay(double x) {
  int halvings = 0;
  for (; x > 0.125; x *= 0.5) ++halvings;
  double sum = 1.0;
  for (int k = 12; k > 0; --k) sum = 1.0 - x / k * sum;
  for (; halvings > 0; --halvings) sum *= sum;
  return sum;
}

namespace inverter_detail {

GS_INLINE std::string text_of(double x);
GS_INLINE std::int32_t mode_of(const std::string& reactive);

/// Ticks that a window of seconds_s takes; a multiple of the tick is that multiple.
GS_INLINE double whole_ticks(double seconds_s, double dt_s) {
  return std::ceil(seconds_s / dt_s - 1e-9);
}

/// @param constants  how many time constants the response is: 2.303 for an open-loop response time
GS_INLINE kernel::InverterLag lag_of(double open_loop_s, double constants, double dt_s,
                                     bool exact) {
  if (open_loop_s <= 0.0) return {1.0, 0.0, 0.0};
  if (exact) {
    const double kept = decay(constants * dt_s / open_loop_s);
    return {1.0 - kept, 0.0, kept};
  }
  const double twice_s = constants == 1.0 ? 2.0 * open_loop_s : open_loop_s / 1.15;
  if (twice_s < dt_s) return {1.0, 0.0, 0.0};
  const double share = dt_s / (dt_s + twice_s);
  return {share, share, (twice_s - dt_s) / (dt_s + twice_s)};
}

/// y(x) as y1 + sum of slope_k clamp(x - x_k, 0, width_k).
GS_INLINE void ramps(const double* x, const double* y, int points, double* from, double* width,
                     double* slope) {
  for (int k = 0; k + 1 < points; ++k) {
    from[k] = x[k];
    width[k] = x[k + 1] - x[k];
    slope[k] = width[k] > 0.0 ? (y[k + 1] - y[k]) / width[k] : 0.0;
  }
}

GS_INLINE void set_trips(const InverterSettings& s, double dt_s, kernel::InverterRule& rule) {
  const TripWindows& t = s.trip;
  const double scale = s.nominal_hz / 60.0;
  const double v[4] = {t.ov2_pu, t.ov1_pu, t.uv1_pu, t.uv2_pu};
  const double f[4] = {t.of2_hz, t.of1_hz, t.uf1_hz, t.uf2_hz};
  const double window_s[8] = {t.ov2_s, t.ov1_s, t.uv1_s, t.uv2_s,
                              t.of2_s, t.of1_s, t.uf1_s, t.uf2_s};
  static constexpr const char* names[8] = {"OV2", "OV1", "UV1", "UV2", "OF2", "OF1", "UF1", "UF2"};
  for (int k = 0; k < 4; ++k) {
    rule.trip_v[k] = v[k];
    rule.trip_f[k] = f[k] * scale;
  }
  for (int k = 0; k < 8; ++k) {
    if (t.enabled && window_s[k] < dt_s)
      throw UsageError("a tick of " + text_of(dt_s) + " s cannot see trip window " + names[k] +
                       " of " + text_of(window_s[k]) +
                       " s: choose a tick no longer, or trip.enabled = false");
    rule.trip_ticks[k] = t.enabled ? whole_ticks(window_s[k], dt_s) : 1e300;
  }
  rule.cease_high = t.enabled ? t.cease_high_pu : 1e300;
  rule.cease_low = t.enabled ? t.cease_low_pu : -1.0;
  rule.cease_ticks = whole_ticks(t.cease_s, dt_s);
  rule.return_ticks = whole_ticks(t.return_s, dt_s);
}

GS_INLINE void set_service(const InverterSettings& s, double dt_s, kernel::InverterRule& rule) {
  const double scale = s.nominal_hz / 60.0;
  rule.enter_v_low = s.enter.v_low_pu;
  rule.enter_v_high = s.enter.v_high_pu;
  rule.enter_f_low = s.enter.f_low_hz * scale;
  rule.enter_f_high = s.enter.f_high_hz * scale;
  rule.enter_ticks = whole_ticks(s.enter.wait_s, dt_s);
  rule.enter_step = s.enter.ramp_s > 0.0 ? dt_s / s.enter.ramp_s : 2.0;
}

GS_INLINE void set_active(const InverterSettings& s, double dt_s, bool exact,
                          kernel::InverterRule& rule) {
  const double scale = s.nominal_hz / 60.0;
  const LocalVoltWatt& w = s.volt_watt;
  rule.watt_v1 = w.v1_pu;
  rule.watt_width = w.v2_pu - w.v1_pu;
  rule.watt_p1 = w.enabled ? w.p1_pu : 1.0;
  rule.watt_slope = w.enabled ? (w.p2_pu - w.p1_pu) / (w.v2_pu - w.v1_pu) : 0.0;
  rule.watt_lag = lag_of(w.open_loop_s, 2.303, dt_s, exact);
  const LocalDroop& d = s.droop;
  rule.over_hz = d.enabled ? s.nominal_hz + d.over_band_hz * scale : 1e300;
  rule.under_hz = d.enabled ? s.nominal_hz - d.under_band_hz * scale : -1e300;
  rule.per_hz_over = 1.0 / (s.nominal_hz * d.over_droop);
  rule.per_hz_under = 1.0 / (s.nominal_hz * d.under_droop);
  rule.p_floor = d.p_min_pu;
  rule.droop_lag = lag_of(d.open_loop_s, 2.303, dt_s, exact);
}

GS_INLINE void set_reactive(const InverterSettings& s, double dt_s, bool exact,
                            kernel::InverterRule& rule) {
  const LocalVoltVar& v = s.volt_var;
  rule.mode = mode_of(s.reactive);
  const double volts[] = {v.v1_pu, v.v2_pu, v.v3_pu, v.v4_pu};
  const double vars[] = {v.q1_pu, v.q2_pu, v.q3_pu, v.q4_pu};
  ramps(volts, vars, 4, rule.var_v, rule.var_width, rule.var_slope);
  rule.var_q1 = v.q1_pu;
  const LocalWattVar& w = s.watt_var;
  const double watts[] = {w.charge_p3_pu, w.charge_p2_pu, w.charge_p1_pu,
                          w.p1_pu,        w.p2_pu,        w.p3_pu};
  const double qs[] = {w.charge_q3_pu, w.charge_q2_pu, w.charge_q1_pu, w.q1_pu, w.q2_pu, w.q3_pu};
  ramps(watts, qs, 6, rule.qp_p, rule.qp_width, rule.qp_slope);
  rule.qp_q1 = w.charge_q3_pu;
  const double f = s.fixed.constant_power_factor, tangent = std::sqrt(1.0 - f * f) / f;
  rule.tangent = s.fixed.injects ? tangent : -tangent;
  rule.fixed_q = s.fixed.q_pu;
  const double open_loop_s = rule.mode == kernel::inverter_volt_var   ? v.open_loop_s
                             : rule.mode == kernel::inverter_watt_var ? w.open_loop_s
                                                                      : s.fixed.open_loop_s;
  rule.q_lag = lag_of(open_loop_s, 2.303, dt_s, exact);
  rule.reference = v.reference_pu;
  rule.reference_auto = v.follow ? 1.0 : 0.0;
  rule.reference_low = v.follow_low_pu;
  rule.reference_high = v.follow_high_pu;
  rule.reference_lag = lag_of(v.follow_s, 1.0, dt_s, exact);
}

/// Every lag at its end: the first tick of a run, before which devices gave what they could.
GS_INLINE kernel::InverterRule settled_rule(kernel::InverterRule rule) {
  rule.first = 1.0;
  for (kernel::InverterLag* lag :
       {&rule.watt_lag, &rule.droop_lag, &rule.reference_lag, &rule.q_lag})
    *lag = {1.0, 0.0, 0.0};
  return rule;
}

}  // namespace inverter_detail

GS_INLINE kernel::InverterRule make_rule(const InverterSettings& settings, double dt_s) {
  if (!(dt_s > 0.0)) throw UsageError("an inverter's tick must last longer than 0 s");
  require_by_standard(settings);
  const bool exact = settings.response == "exact";
  kernel::InverterRule rule = {};
  inverter_detail::set_trips(settings, dt_s, rule);
  inverter_detail::set_service(settings, dt_s, rule);
  inverter_detail::set_active(settings, dt_s, exact, rule);
  inverter_detail::set_reactive(settings, dt_s, exact, rule);
  rule.q_inject = rule.mode == kernel::inverter_no_reactive ? 0.0 : settings.inject_pu;
  rule.q_absorb = rule.mode == kernel::inverter_no_reactive ? 0.0 : settings.absorb_pu;
  rule.must_inject = 0.44;
  rule.must_absorb = settings.category == "A" ? 0.25 : 0.44;
  rule.active_first = settings.reactive_priority ? 0.0 : 1.0;
  rule.none_below = settings.prorate ? 0.05 : -1.0;
  rule.per_full = 5.0;
  rule.least_part = settings.prorate ? 0.0 : 1.0;
  rule.current = settings.current_pu;
  return rule;
}

GS_INLINE bool solve_inside(const InverterSettings& settings, double dt_s) {
  return settings.reactive == "volt-var" && settings.volt_var.open_loop_s < dt_s;
}

}  // namespace gridswarm::inline GS_ABI::fleet
