// SPDX-License-Identifier: BSD-3-Clause
// Settings of an inverter by IEEE 1547-2018, with the standard's defaults and ranges.
//
// Defaults and ranges of adjustability are those that EPRI's OpenDER 2.2 states for the standard's
// clauses (docs/reference/ieee1547.md lists them); times of category III are those of the edition
// of 2018, not of the amendment 1547a-2020. Voltages in p.u. of nominal, active power in shares of
// P_max, reactive power in shares of nameplate kVA, injection positive. The standard speaks of
// 60 Hz; for another nominal frequency every frequency is scaled by nominal_hz / 60.
#pragma once

#include <cstdint>
#include <string>

#include "gridswarm/base/fields.hpp"

namespace gridswarm::inline GS_ABI::fleet {

/// Reactive power by voltage (5.3.3). The defaults here are category B's.
struct LocalVoltVar {
  double v1_pu = 0.92, v2_pu = 0.98, v3_pu = 1.02, v4_pu = 1.08;
  double q1_pu = 0.44, q2_pu = 0.0, q3_pu = 0.0, q4_pu = -0.44;
  double open_loop_s = 5.0;   ///< open loop: 90 % of a step is done after it
  double reference_pu = 1.0;  ///< the curve is moved by reference - 1
  bool follow = false;        ///< the reference follows the voltage
  double follow_s = 300.0;    ///< time constant of that
  double follow_low_pu = 0.95, follow_high_pu = 1.05;
};

/// Limit of active power by voltage (5.4.2).
struct LocalVoltWatt {
  bool enabled = false;
  double v1_pu = 1.06, v2_pu = 1.10;
  double p1_pu = 1.0, p2_pu = 0.0;
  double open_loop_s = 10.0;
};

/// Reactive power by active power (5.3.4), generating (p > 0) and charging (p < 0, in shares of the
/// charging power).
struct LocalWattVar {
  double p1_pu = 0.2, p2_pu = 0.5, p3_pu = 1.0;
  double q1_pu = 0.0, q2_pu = 0.0, q3_pu = -0.44;
  double charge_p1_pu = -0.2, charge_p2_pu = -0.5, charge_p3_pu = -1.0;
  double charge_q1_pu = 0.0, charge_q2_pu = 0.0, charge_q3_pu = 0.44;
  double open_loop_s = 5.0;
};

/// Constant power factor (5.3.2) and constant reactive power (5.3.5).
struct FixedReactive {
  double constant_power_factor = 0.9;
  bool injects = false;  ///< reactive power has the sign of active power; else the opposite
  double q_pu = 0.0;
  double open_loop_s = 5.0;
};

/// Active power by frequency (6.5.2.7).
struct LocalDroop {
  bool enabled = true;
  double over_band_hz = 0.036, under_band_hz = 0.036;
  double over_droop = 0.05, under_droop = 0.05;  ///< share of nominal frequency per P_max
  double open_loop_s = 5.0;
  double p_min_pu = 0.0;  ///< least power of a generator while frequency is high
};

/// When service may begin, and how (4.10).
struct EnterService {
  double v_low_pu = 0.917, v_high_pu = 1.05;
  double f_low_hz = 59.5, f_high_hz = 60.1;
  double wait_s = 300.0;
  double ramp_s = 300.0;      ///< from nothing to P_max; 0: at once
  double randomised_s = 0.0;  ///< each device waits up to this longer, drawn from its id
};

/// Trip windows (6.4.1, 6.5.1) and momentary cessation. The defaults are category III's.
struct TripWindows {
  bool enabled = true;
  double ov2_pu = 1.20, ov2_s = 0.16, ov1_pu = 1.10, ov1_s = 13.0;
  double uv1_pu = 0.88, uv1_s = 21.0, uv2_pu = 0.50, uv2_s = 2.0;
  double of2_hz = 62.0, of2_s = 0.16, of1_hz = 61.2, of1_s = 300.0;
  double uf1_hz = 58.5, uf1_s = 300.0, uf2_hz = 56.5, uf2_s = 0.16;
  double cease_high_pu = 1.10, cease_low_pu = 0.50;  ///< beyond them no current flows
  double cease_s = 0.0;                              ///< until it has ceased
  double return_s = 0.0;                             ///< until it flows again
};

/// All of it.
struct InverterSettings {
  std::string category = "B";             ///< normal operation: A or B
  std::string abnormal_category = "III";  ///< I, II or III
  std::string reactive = "volt-var";      ///< none, volt-var, watt-var, power-factor or constant
  bool reactive_priority = true;          ///< beyond what the standard requires of Q
  bool prorate = true;      ///< Q capability falls below 20 % and ends below 5 % of P_max
  double inject_pu = 0.44;  ///< reactive capability
  double absorb_pu = 0.44;
  double nominal_hz = 60.0;
  double current_pu = 1.2;         ///< largest current
  std::string response = "exact";  ///< of a first-order lag to a held input, or "trapezoid"
  LocalVoltVar volt_var;
  LocalVoltWatt volt_watt;
  LocalWattVar watt_var;
  FixedReactive fixed;
  LocalDroop droop;
  EnterService enter;
  TripWindows trip;
};

/// The standard's defaults. @param category A or B  @param abnormal I, II or III
/// @throws UsageError for another category
InverterSettings default_inverter_settings(const std::string& category, const std::string& abnormal,
                                           double nominal_hz = 60.0);

/// use(name, table) for every table within settings, by the name that files and keywords give it.
template <class Settings, class Use>
void each_table(Settings& settings, Use&& use) {
  use("volt_var", settings.volt_var);
  use("volt_watt", settings.volt_watt);
  use("watt_var", settings.watt_var);
  use("fixed", settings.fixed);
  use("droop", settings.droop);
  use("enter", settings.enter);
  use("trip", settings.trip);
}

/// @throws UsageError with one sentence for the first setting that is outside the standard's range
/// of adjustability, a curve that does not ascend, or a capability below the category's.
void require_by_standard(const InverterSettings& settings);

}  // namespace gridswarm::inline GS_ABI::fleet

namespace gridswarm::inline GS_ABI {
template <>
std::span<const Field<fleet::LocalVoltVar>> fields();
template <>
std::span<const Field<fleet::LocalVoltWatt>> fields();
template <>
std::span<const Field<fleet::LocalWattVar>> fields();
template <>
std::span<const Field<fleet::FixedReactive>> fields();
template <>
std::span<const Field<fleet::LocalDroop>> fields();
template <>
std::span<const Field<fleet::EnterService>> fields();
template <>
std::span<const Field<fleet::TripWindows>> fields();
template <>
std::span<const Field<fleet::InverterSettings>> fields();
}  // namespace gridswarm::inline GS_ABI

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/fleet/inverter_settings.ipp"
#endif
