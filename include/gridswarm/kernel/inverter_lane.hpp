// SPDX-License-Identifier: BSD-3-Clause
// One inverter's step by IEEE 1547-2018, without branches on its state: what the reference loops
// over and what the fast kernel puts into lanes. Flags are 0.0 or 1.0, so that compilers can.
//
// Order of a tick: trip windows and enter service (6.4, 6.5, 4.10), momentary cessation, active
// power (volt-watt 5.4, frequency droop 6.5.2.7, ramp of enter service), reactive power (5.3),
// capability and priority, current. Held against EPRI's OpenDER in benchmarks/peers/control.py.
// Functions are static: an object of one instruction set must not lend its code to another.
#pragma once

#include "gridswarm/kernel/inverter_views.hpp"

namespace gridswarm::inline GS_ABI::kernel {

[[gnu::always_inline]] static inline double lane_flag(bool holds) { return holds ? 1.0 : 0.0; }
[[gnu::always_inline]] static inline double lane_least(double a, double b) { return a < b ? a : b; }
[[gnu::always_inline]] static inline double lane_most(double a, double b) { return a > b ? a : b; }
[[gnu::always_inline]] static inline double lane_within(double x, double low, double high) {
  return lane_least(lane_most(x, low), high);
}
[[gnu::always_inline]] static inline double lane_size(double x) { return x < 0.0 ? -x : x; }
[[gnu::always_inline]] static inline double lane_root(double x) {
  return __builtin_sqrt(lane_most(x, 0.0));
}

/// One inverter within its block, and what it sees.
struct InverterLane {
  double* cells;  ///< row r at cells[r lanes]
  double v_meas, v_low, v_high, f_hz, want, low, high, health;
};

[[gnu::always_inline]] static inline double& lane_cell(const InverterLane& at, int row) {
  return at.cells[row * lanes];
}

/// Ticks for which a flag has been 1, at most `most`.
[[gnu::always_inline]] static inline double lane_count(double& ticks, double flag, double most) {
  const double held = lane_least(ticks + 1.0, most) * flag;
  ticks = held;
  return held;
}

/// Window k counts on; its number where it is full, else `others`.
[[gnu::always_inline]] static inline double lane_trip(const InverterRule& rule,
                                                      const InverterLane& at, int k, bool beyond,
                                                      double others) {
  const double most = rule.trip_ticks[k];
  const double held = lane_count(lane_cell(at, inverter_trip_ticks + k), lane_flag(beyond), most);
  return held >= most ? static_cast<double>(k + 1) : others;
}

/// Trips and enters service; returns 1 in service, else 0.
[[gnu::always_inline]] static inline double lane_service(const InverterRule& rule,
                                                         const InverterLane& at) {
  const double lost = at.health > 0.0 ? 0.0 : 9.0;
  const double uf2 = lane_trip(rule, at, 7, at.f_hz < rule.trip_f[3], lost);
  const double uf1 = lane_trip(rule, at, 6, at.f_hz < rule.trip_f[2], uf2);
  const double of1 = lane_trip(rule, at, 5, at.f_hz > rule.trip_f[1], uf1);
  const double of2 = lane_trip(rule, at, 4, at.f_hz > rule.trip_f[0], of1);
  const double uv2 = lane_trip(rule, at, 3, at.v_low < rule.trip_v[3], of2);
  const double uv1 = lane_trip(rule, at, 2, at.v_low < rule.trip_v[2], uv2);
  const double ov1 = lane_trip(rule, at, 1, at.v_high > rule.trip_v[1], uv1);
  const double cause = lane_trip(rule, at, 0, at.v_high > rule.trip_v[0], ov1);
  const double calm = lane_flag(at.v_low >= rule.enter_v_low) *
                      lane_flag(at.v_high <= rule.enter_v_high) *
                      lane_flag(at.f_hz >= rule.enter_f_low) *
                      lane_flag(at.f_hz <= rule.enter_f_high) * lane_flag(at.health > 0.0);
  const double wait = rule.enter_ticks + lane_cell(at, inverter_wait_ticks);
  const double waited = lane_count(lane_cell(at, inverter_enter_ticks), calm, lane_most(wait, 1.0));
  const double was = lane_cell(at, inverter_in_service);
  const double may = lane_most(was, calm * lane_flag(waited >= wait));
  const double in_service = cause > 0.0 ? 0.0 : may;
  const double tripped_by = lane_cell(at, inverter_tripped_by);
  lane_cell(at, inverter_tripped_by) = was * cause > 0.0 ? cause : tripped_by;
  lane_cell(at, inverter_in_service) = in_service;
  return in_service;
}

/// 1 where current has ceased for the moment.
[[gnu::always_inline]] static inline double lane_ceased(const InverterRule& rule,
                                                        const InverterLane& at) {
  const double odd =
      lane_most(lane_flag(at.v_high > rule.cease_high), lane_flag(at.v_low < rule.cease_low));
  const double even = 1.0 - odd;
  const double calm = lane_count(lane_cell(at, inverter_return_ticks), even, rule.return_ticks);
  const double held = lane_count(lane_cell(at, inverter_cease_ticks), odd, rule.cease_ticks);
  const double back = even * lane_flag(calm >= rule.return_ticks);
  const double gone = odd * lane_flag(held >= rule.cease_ticks);
  const double ceased = lane_most(lane_cell(at, inverter_ceased) * (1.0 - back), gone);
  lane_cell(at, inverter_ceased) = ceased;
  return ceased;
}

/// First-order response; a device out of service forgets and holds `idle`.
[[gnu::always_inline]] static inline double lane_lag(const InverterLag& lag, double in, double on,
                                                     double idle, double& before, double& out) {
  const double next = lag.now * in + lag.before * before + lag.kept * out;
  const double now = on > 0.0 ? next : idle;
  before = on > 0.0 ? in : idle;
  out = now;
  return now;
}

/// Active power asked for by all functions, share of P_max.
[[gnu::always_inline]] static inline double lane_active(const InverterRule& rule,
                                                        const InverterLane& at, double on) {
  const double rise = lane_within(at.v_meas - rule.watt_v1, 0.0, rule.watt_width);
  const double limit = lane_lag(rule.watt_lag, rule.watt_p1 + rule.watt_slope * rise, on, 1.0,
                                lane_cell(at, inverter_watt_in), lane_cell(at, inverter_watt_out));
  const double over = lane_flag(at.f_hz > rule.over_hz), under = lane_flag(at.f_hz < rule.under_hz);
  const double side = over - under, away = over + under;
  const double last = lane_cell(at, inverter_p_now), ramp = lane_cell(at, inverter_ramp);
  // A blend and no choice: a branch on what all lanes share would cost their side-by-side code.
  const double now = rule.first * lane_least(at.want, limit) + (1.0 - rule.first) * last;
  const double same = away * lane_flag(side == lane_cell(at, inverter_droop_side));
  const double kept = lane_cell(at, inverter_droop_pre), pre = same > 0.0 ? kept : now;
  const double least = lane_most(at.low, rule.p_floor), floor = at.low < 0.0 ? at.low : least;
  const double lower = lane_most(pre - (at.f_hz - rule.over_hz) * rule.per_hz_over, floor);
  const double higher = lane_least(pre + (rule.under_hz - at.f_hz) * rule.per_hz_under, at.high);
  const double asked = ramp > 1.0 ? at.want : now, usual = lane_least(asked, limit);
  const double raised = under > 0.0 ? higher : usual, wanted = over > 0.0 ? lower : raised;
  const double was_active = lane_cell(at, inverter_droop_active);
  const double slow = lane_most(away, was_active);
  const InverterLag lag = {slow > 0.0 ? rule.droop_lag.now : 1.0,
                           slow > 0.0 ? rule.droop_lag.before : 0.0,
                           slow > 0.0 ? rule.droop_lag.kept : 0.0};
  const double droop = lane_lag(lag, wanted, on, 0.0, lane_cell(at, inverter_droop_in),
                                lane_cell(at, inverter_droop_out));
  const double still = was_active * lane_flag(lane_size(droop - wanted) >= 1e-3);
  const double active = on * lane_most(away, still);
  const double entered = on * lane_least(ramp + rule.enter_step, 1.1);
  lane_cell(at, inverter_droop_pre) = pre;
  lane_cell(at, inverter_droop_active) = active;
  lane_cell(at, inverter_droop_side) = on * side;
  lane_cell(at, inverter_ramp) = entered;
  const double free = lane_within(at.want, -entered, entered);
  const double chosen = active > 0.0 ? droop : free;
  const double bound = lane_within(lane_least(lane_least(chosen, limit), 1.0), at.low, at.high);
  return on > 0.0 ? bound : 0.0;
}

/// Reactive power that the mode asks for after its response, share of nameplate kVA.
template <int mode>
[[gnu::always_inline]] static inline double lane_reactive(const InverterRule& rule,
                                                          const InverterLane& at, double p,
                                                          double on) {
  double& seen = lane_cell(at, inverter_reference_in);
  double& slow = lane_cell(at, inverter_reference_out);
  lane_lag(rule.reference_lag, at.v_meas, on, at.v_meas, seen, slow);
  const double follow = lane_within(slow, rule.reference_low, rule.reference_high);
  const double reference = rule.reference_auto > 0.0 ? follow : rule.reference;
  double wish = 0.0;
  if constexpr (mode == inverter_volt_var) {
    const double v = at.v_meas - reference + 1.0;
    wish = rule.var_q1;
    wish += rule.var_slope[0] * lane_within(v - rule.var_v[0], 0.0, rule.var_width[0]);
    wish += rule.var_slope[1] * lane_within(v - rule.var_v[1], 0.0, rule.var_width[1]);
    wish += rule.var_slope[2] * lane_within(v - rule.var_v[2], 0.0, rule.var_width[2]);
  } else if constexpr (mode == inverter_watt_var) {
    const double share = p < 0.0 ? p * lane_cell(at, inverter_per_charge) : p;
    wish = rule.qp_q1;
    wish += rule.qp_slope[0] * lane_within(share - rule.qp_p[0], 0.0, rule.qp_width[0]);
    wish += rule.qp_slope[1] * lane_within(share - rule.qp_p[1], 0.0, rule.qp_width[1]);
    wish += rule.qp_slope[2] * lane_within(share - rule.qp_p[2], 0.0, rule.qp_width[2]);
    wish += rule.qp_slope[3] * lane_within(share - rule.qp_p[3], 0.0, rule.qp_width[3]);
    wish += rule.qp_slope[4] * lane_within(share - rule.qp_p[4], 0.0, rule.qp_width[4]);
  } else if constexpr (mode == inverter_power_factor) {
    wish = rule.tangent * p * lane_cell(at, inverter_p_per_s);
  } else if constexpr (mode == inverter_fixed_var) {
    wish = rule.fixed_q;
  }
  return lane_lag(rule.q_lag, wish, on, 0.0, lane_cell(at, inverter_q_in),
                  lane_cell(at, inverter_q_out));
}

/// Share of the reactive capability that is left at active power p (share of P_max).
[[gnu::always_inline]] static inline double lane_part(const InverterRule& rule,
                                                      const InverterLane& at, double p) {
  const double size = p < 0.0 ? -p * lane_cell(at, inverter_per_charge) : p;
  const double part = lane_most(lane_least(size * rule.per_full, 1.0), rule.least_part);
  return size < rule.none_below ? 0.0 : part;
}

/// p and q in shares of S, within capability and rating.
template <int mode>
[[gnu::always_inline]] static inline void lane_capability(const InverterRule& rule,
                                                          const InverterLane& at, double asked,
                                                          double& p, double& q) {
  const double per_s = lane_cell(at, inverter_p_per_s), sign = p < 0.0 ? -1.0 : 1.0;
  const double part = lane_part(rule, at, asked);
  const double square = p * p + q * q;
  if constexpr (mode == inverter_power_factor) {
    const double shrink = square > 1.0 ? 1.0 / lane_root(square) : 1.0;
    const double most = q > 0.0 ? rule.q_inject : rule.q_absorb;
    q = q * shrink;
    const double corner = lane_least(lane_root(1.0 - most * most), lane_size(p));
    p = lane_size(q) > most ? sign * corner : p * shrink;
    const double left = lane_part(rule, at, p / per_s);
    q = lane_within(q, -rule.q_absorb * left, rule.q_inject * left);
  } else if constexpr (mode == inverter_watt_var) {
    const double corner =
        p < 0.0 ? lane_cell(at, inverter_corner_in) : lane_cell(at, inverter_corner_out);
    const double most = lane_root(1.0 - corner * corner);
    p = square > 1.0 ? sign * lane_least(lane_size(p), corner) : p;
    q = square > 1.0 ? lane_within(q, -most, most) : q;
    q = lane_within(q, -rule.q_absorb * part, rule.q_inject * part);
  } else {
    q = lane_within(q, -rule.q_absorb * part, rule.q_inject * part);
    const double full = lane_flag(p * p + q * q > 1.0);
    const double must = lane_within(q, -rule.must_absorb, rule.must_inject);
    q = full * rule.active_first > 0.0 ? must : q;
    const double left = sign * lane_root(1.0 - q * q);
    p = full > 0.0 ? left : p;
  }
}

/// The whole step.
template <int mode>
[[gnu::always_inline]] static inline void lane_step(const InverterRule& rule,
                                                    const InverterLane& at, double& p_out,
                                                    double& q_out) {
  const double on = lane_service(rule, at);
  const double flows = on * (1.0 - lane_ceased(rule, at));
  const double per_s = lane_cell(at, inverter_p_per_s);
  const double asked = lane_active(rule, at, on);
  double p = asked * per_s, q = lane_reactive<mode>(rule, at, asked, on);
  lane_capability<mode>(rule, at, asked, p, q);
  const double most = rule.current * at.v_meas;
  const double bound = lane_flag(p * p + q * q > most * most);
  const double least_q = lane_within(q, -most, most);
  const double least_p = lane_root(most * most - least_q * least_q);
  const double cut = p < 0.0 ? -least_p : least_p;
  q = bound > 0.0 ? least_q : q;
  p = bound > 0.0 ? cut : p;
  const double share = p / per_s;
  p_out = flows > 0.0 ? share : 0.0;
  q_out = flows > 0.0 ? q : 0.0;
  lane_cell(at, inverter_p_now) = p_out;
}

}  // namespace gridswarm::inline GS_ABI::kernel
