// SPDX-License-Identifier: BSD-3-Clause
// Names, units and ranges of adjustability of an inverter's settings.
#pragma once

#include "gridswarm/fleet/inverter_settings.hpp"

namespace gridswarm::inline GS_ABI {

template <>
GS_INLINE std::span<const Field<fleet::LocalVoltVar>> fields() {
  using T = fleet::LocalVoltVar;
  static const Field<T> table[] = {
      {"v1_pu", "p.u.", &T::v1_pu, 0.82, 0.98, "voltage at and below which q1_pu holds"},
      {"v2_pu", "p.u.", &T::v2_pu, 0.97, 1, "end of the lower slope"},
      {"v3_pu", "p.u.", &T::v3_pu, 1, 1.03, "begin of the upper slope"},
      {"v4_pu", "p.u.", &T::v4_pu, 1.02, 1.18, "voltage at and above which q4_pu holds"},
      {"q1_pu", "p.u.", &T::q1_pu, 0, 1, "share of nameplate kVA at v1, injection positive"},
      {"q2_pu", "p.u.", &T::q2_pu, -1, 1, "share at v2"},
      {"q3_pu", "p.u.", &T::q3_pu, -1, 1, "share at v3"},
      {"q4_pu", "p.u.", &T::q4_pu, -1, 0, "share at v4"},
      {"open_loop_s", "s", &T::open_loop_s, 1, 90, "open-loop response time: 90 % of a step"},
      {"reference_pu", "p.u.", &T::reference_pu, 0.95, 1.05, "the curve is moved by reference - 1"},
      {"follow", "", &T::follow, 0, 1, "the reference follows the voltage"},
      {"follow_s", "s", &T::follow_s, 300, 5000, "time constant of that"},
      {"follow_low_pu", "p.u.", &T::follow_low_pu, 0.88, 0.98, "lowest reference"},
      {"follow_high_pu", "p.u.", &T::follow_high_pu, 1.02, 1.1, "highest reference"},
  };
  return table;
}

template <>
GS_INLINE std::span<const Field<fleet::LocalVoltWatt>> fields() {
  using T = fleet::LocalVoltWatt;
  static const Field<T> table[] = {
      {"enabled", "", &T::enabled, 0, 1, "limit active power by voltage"},
      {"v1_pu", "p.u.", &T::v1_pu, 1.05, 1.09, "voltage up to which p1_pu holds"},
      {"v2_pu", "p.u.", &T::v2_pu, 1.06, 1.1, "voltage from which p2_pu holds"},
      {"p1_pu", "p.u.", &T::p1_pu, 0, 1, "limit at v1, share of P_max"},
      {"p2_pu", "p.u.", &T::p2_pu, -1, 1, "limit at v2; below 0 storage charges"},
      {"open_loop_s", "s", &T::open_loop_s, 0.5, 60, "open-loop response time"},
  };
  return table;
}

template <>
GS_INLINE std::span<const Field<fleet::LocalWattVar>> fields() {
  using T = fleet::LocalWattVar;
  static const Field<T> table[] = {
      {"p1_pu", "p.u.", &T::p1_pu, 0, 0.7, "first point, share of P_max"},
      {"p2_pu", "p.u.", &T::p2_pu, 0.4, 0.8, "second point"},
      {"p3_pu", "p.u.", &T::p3_pu, 0.5, 1, "third point"},
      {"q1_pu", "p.u.", &T::q1_pu, -1, 1, "share of nameplate kVA at p1"},
      {"q2_pu", "p.u.", &T::q2_pu, -1, 1, "at p2"},
      {"q3_pu", "p.u.", &T::q3_pu, -1, 1, "at p3"},
      {"charge_p1_pu", "p.u.", &T::charge_p1_pu, -0.7, 0,
       "first point charging, share of the charging power"},
      {"charge_p2_pu", "p.u.", &T::charge_p2_pu, -0.8, -0.4, "second point charging"},
      {"charge_p3_pu", "p.u.", &T::charge_p3_pu, -1, -0.5, "third point charging"},
      {"charge_q1_pu", "p.u.", &T::charge_q1_pu, -1, 1, "share at charge_p1"},
      {"charge_q2_pu", "p.u.", &T::charge_q2_pu, -1, 1, "at charge_p2"},
      {"charge_q3_pu", "p.u.", &T::charge_q3_pu, -1, 1, "at charge_p3"},
      {"open_loop_s", "s", &T::open_loop_s, 0, 10, "open-loop response time"},
  };
  return table;
}

template <>
GS_INLINE std::span<const Field<fleet::FixedReactive>> fields() {
  using T = fleet::FixedReactive;
  static const Field<T> table[] = {
      {"constant_power_factor", "", &T::constant_power_factor, 0.01, 1, "constant power factor"},
      {"injects", "", &T::injects, 0, 1,
       "reactive power has the sign of active power, else the opposite"},
      {"q_pu", "p.u.", &T::q_pu, -1, 1, "constant reactive power, share of nameplate kVA"},
      {"open_loop_s", "s", &T::open_loop_s, 0, 10, "open-loop response time"},
  };
  return table;
}

template <>
GS_INLINE std::span<const Field<fleet::LocalDroop>> fields() {
  using T = fleet::LocalDroop;
  static const Field<T> table[] = {
      {"enabled", "", &T::enabled, 0, 1, "active power answers to frequency"},
      {"over_band_hz", "Hz", &T::over_band_hz, 0.017, 1, "dead-band above nominal, at 60 Hz"},
      {"under_band_hz", "Hz", &T::under_band_hz, 0.017, 1, "dead-band below nominal"},
      {"over_droop", "", &T::over_droop, 0.02, 0.05, "share of nominal frequency per P_max, above"},
      {"under_droop", "", &T::under_droop, 0.02, 10, "the same below"},
      {"open_loop_s", "s", &T::open_loop_s, 0.2, 10, "open-loop response time"},
      {"p_min_pu", "p.u.", &T::p_min_pu, 0, 1,
       "least power of a generator while frequency is high"},
  };
  return table;
}

template <>
GS_INLINE std::span<const Field<fleet::EnterService>> fields() {
  using T = fleet::EnterService;
  static const Field<T> table[] = {
      {"v_low_pu", "p.u.", &T::v_low_pu, 0.88, 0.95, "lowest voltage"},
      {"v_high_pu", "p.u.", &T::v_high_pu, 1.05, 1.06, "highest voltage"},
      {"f_low_hz", "Hz", &T::f_low_hz, 59, 59.9, "lowest frequency, at 60 Hz"},
      {"f_high_hz", "Hz", &T::f_high_hz, 60.1, 61, "highest frequency"},
      {"wait_s", "s", &T::wait_s, 0, 600, "how long all of that must hold"},
      {"ramp_s", "s", &T::ramp_s, 0, 1000, "from nothing to P_max; 0: at once"},
      {"randomised_s", "s", &T::randomised_s, 0, 1000, "each device waits up to this longer"},
  };
  return table;
}

template <>
GS_INLINE std::span<const Field<fleet::TripWindows>> fields() {
  using T = fleet::TripWindows;
  static const Field<T> table[] = {
      {"enabled", "", &T::enabled, 0, 1, "trip at all"},
      {"ov2_pu", "p.u.", &T::ov2_pu, 1.2, 1.2, "high voltage, fast"},
      {"ov2_s", "s", &T::ov2_s, 0.16, 0.16, "its window"},
      {"ov1_pu", "p.u.", &T::ov1_pu, 1.1, 1.2, "high voltage, slow"},
      {"ov1_s", "s", &T::ov1_s, 1, 13, "its window"},
      {"uv1_pu", "p.u.", &T::uv1_pu, 0, 0.88, "low voltage, slow"},
      {"uv1_s", "s", &T::uv1_s, 2, 50, "its window"},
      {"uv2_pu", "p.u.", &T::uv2_pu, 0, 0.5, "low voltage, fast"},
      {"uv2_s", "s", &T::uv2_s, 0.16, 21, "its window"},
      {"of2_hz", "Hz", &T::of2_hz, 61.8, 66, "high frequency, fast, at 60 Hz"},
      {"of2_s", "s", &T::of2_s, 0.16, 1000, "its window"},
      {"of1_hz", "Hz", &T::of1_hz, 61, 66, "high frequency, slow"},
      {"of1_s", "s", &T::of1_s, 180, 1000, "its window"},
      {"uf1_hz", "Hz", &T::uf1_hz, 50, 59, "low frequency, slow"},
      {"uf1_s", "s", &T::uf1_s, 180, 1000, "its window"},
      {"uf2_hz", "Hz", &T::uf2_hz, 50, 57, "low frequency, fast"},
      {"uf2_s", "s", &T::uf2_s, 0.16, 1000, "its window"},
      {"cease_high_pu", "p.u.", &T::cease_high_pu, 1.1, 1.3, "no current flows above"},
      {"cease_low_pu", "p.u.", &T::cease_low_pu, 0, 0.88, "no current flows below"},
      {"cease_s", "s", &T::cease_s, 0, 0.16, "until it has ceased"},
      {"return_s", "s", &T::return_s, 0, 0.4, "until it flows again"},
  };
  return table;
}

template <>
GS_INLINE std::span<const Field<fleet::InverterSettings>> fields() {
  using T = fleet::InverterSettings;
  static const Field<T> table[] = {
      {"category", "", &T::category, 0, 0, "normal operation: A or B"},
      {"abnormal_category", "", &T::abnormal_category, 0, 0, "ride-through and trip: I, II or III"},
      {"reactive", "", &T::reactive, 0, 0, "none, volt-var, watt-var, power-factor or constant"},
      {"reactive_priority", "", &T::reactive_priority, 0, 1,
       "reactive power first where the rating is reached"},
      {"prorate", "", &T::prorate, 0, 1,
       "reactive capability falls below 20 % and ends below 5 % of P_max"},
      {"inject_pu", "p.u.", &T::inject_pu, 0, 1, "reactive capability, share of nameplate kVA"},
      {"absorb_pu", "p.u.", &T::absorb_pu, 0, 1, "the same absorbing"},
      {"nominal_hz", "Hz", &T::nominal_hz, 50, 60, "every frequency is scaled by nominal_hz / 60"},
      {"current_pu", "p.u.", &T::current_pu, 1, 10, "largest current"},
      {"response", "", &T::response, 0, 0, "lags: exact for a held input, or trapezoid"},
  };
  return table;
}

}  // namespace gridswarm::inline GS_ABI
