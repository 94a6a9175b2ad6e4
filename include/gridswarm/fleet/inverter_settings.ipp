// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cmath>
#include <cstdio>

#include "gridswarm/base/error.hpp"
#include "gridswarm/fleet/inverter_fields.ipp"
#include "gridswarm/fleet/inverter_settings.hpp"
#include "gridswarm/kernel/inverter_views.hpp"

namespace gridswarm::inline GS_ABI::fleet {

GS_INLINE InverterSettings default_inverter_settings(const std::string& category,
                                                     const std::string& abnormal,
                                                     double nominal_hz) {
  InverterSettings s;
  s.category = category;
  s.abnormal_category = abnormal;
  s.nominal_hz = nominal_hz;
  if (category == "A") {
    s.absorb_pu = 0.25;
    s.volt_var = {.v1_pu = 0.90,
                  .v2_pu = 1.00,
                  .v3_pu = 1.00,
                  .v4_pu = 1.10,
                  .q1_pu = 0.25,
                  .q4_pu = -0.25,
                  .open_loop_s = 10.0};
    s.watt_var.q3_pu = -0.25;
    s.watt_var.charge_q3_pu = 0.44;
  } else if (category != "B") {
    throw UsageError("inverter category " + category + " is unknown; choose A or B");
  }
  if (abnormal == "I" || abnormal == "II") {
    s.trip.ov1_s = 2.0;
    s.trip.uv1_pu = 0.70;
    s.trip.uv1_s = abnormal == "I" ? 2.0 : 10.0;
    s.trip.uv2_pu = 0.45;
    s.trip.uv2_s = 0.16;
    s.trip.cease_high_pu = 1.20;
    s.trip.cease_low_pu = abnormal == "I" ? 0.50 : 0.30;
    s.trip.cease_s = 0.16;
  } else if (abnormal != "III") {
    throw UsageError("abnormal operating category " + abnormal +
                     " is unknown; choose I, II or III");
  }
  return s;
}

namespace inverter_detail {

GS_INLINE std::string text_of(double x) {
  char text[32];
  std::snprintf(text, sizeof text, "%.6g", x);
  return text;
}

GS_INLINE std::int32_t mode_of(const std::string& reactive) {
  if (reactive == "none") return kernel::inverter_no_reactive;
  if (reactive == "volt-var") return kernel::inverter_volt_var;
  if (reactive == "watt-var") return kernel::inverter_watt_var;
  if (reactive == "power-factor") return kernel::inverter_power_factor;
  if (reactive == "constant") return kernel::inverter_fixed_var;
  throw UsageError("reactive function " + reactive +
                   " is unknown; choose none, volt-var, watt-var, power-factor or constant");
}

template <class S>
void require_ranges(const S& settings, const char* where) {
  for (const Field<S>& field : fields<S>()) {
    const auto* member = std::get_if<double S::*>(&field.member);
    if (member == nullptr) continue;
    const double value = settings.*(*member);
    if (!(value >= field.min && value <= field.max))
      throw UsageError(std::string(where) + ": " + field.name + " = " + text_of(value) +
                       " is outside the range of IEEE 1547-2018, " + text_of(field.min) + " to " +
                       text_of(field.max));
  }
}

/// x ascends by at least `apart` from point to point.
GS_INLINE void require_ascent(const char* where, std::initializer_list<double> x, double apart) {
  const double* last = nullptr;
  for (const double& now : x) {
    if (last != nullptr && !(now >= *last + apart - 1e-12))
      throw UsageError(std::string(where) + ": points must ascend by at least " + text_of(apart) +
                       ", but " + text_of(now) + " follows " + text_of(*last));
    last = &now;
  }
}

GS_INLINE void require_descent(const char* where, std::initializer_list<double> y) {
  const double* last = nullptr;
  for (const double& now : y) {
    if (last != nullptr && now > *last)
      throw UsageError(std::string(where) + ": the curve must not rise, but " + text_of(now) +
                       " follows " + text_of(*last));
    last = &now;
  }
}

GS_INLINE void require_curves(const InverterSettings& s) {
  const LocalVoltVar& v = s.volt_var;
  require_ascent("volt-var voltages", {v.v1_pu, v.v2_pu}, 0.02);
  require_ascent("volt-var voltages", {v.v2_pu, v.v3_pu}, 0.0);
  require_ascent("volt-var voltages", {v.v3_pu, v.v4_pu}, 0.02);
  require_descent("volt-var reactive power", {v.q1_pu, v.q2_pu, v.q3_pu, v.q4_pu});
  require_ascent("reference of volt-var", {v.follow_low_pu, v.follow_high_pu}, 0.0);
  require_ascent("volt-watt voltages", {s.volt_watt.v1_pu, s.volt_watt.v2_pu}, 0.01);
  require_descent("volt-watt power", {s.volt_watt.p1_pu, s.volt_watt.p2_pu});
  const LocalWattVar& w = s.watt_var;
  require_ascent("watt-var powers", {w.p1_pu, w.p2_pu, w.p3_pu}, 0.1);
  require_ascent("watt-var powers", {w.charge_p3_pu, w.charge_p2_pu, w.charge_p1_pu}, 0.1);
  require_ascent("enter service voltages", {s.enter.v_low_pu, s.enter.v_high_pu}, 0.0);
  require_ascent("trip voltages", {s.trip.uv2_pu, s.trip.uv1_pu, s.trip.ov1_pu, s.trip.ov2_pu},
                 0.0);
  require_ascent("trip frequencies", {s.trip.uf2_hz, s.trip.uf1_hz, s.trip.of1_hz, s.trip.of2_hz},
                 0.0);
}

}  // namespace inverter_detail

GS_INLINE void require_by_standard(const InverterSettings& settings) {
  using namespace inverter_detail;
  if (settings.category != "A" && settings.category != "B")
    throw UsageError("inverter category " + settings.category + " is unknown; choose A or B");
  if (settings.response != "exact" && settings.response != "trapezoid")
    throw UsageError("response " + settings.response + " is unknown; choose exact or trapezoid");
  mode_of(settings.reactive);
  require_ranges(settings, "inverter");
  require_ranges(settings.volt_var, "volt-var");
  require_ranges(settings.volt_watt, "volt-watt");
  require_ranges(settings.watt_var, "watt-var");
  require_ranges(settings.fixed, "fixed reactive power");
  require_ranges(settings.droop, "frequency droop");
  require_ranges(settings.enter, "enter service");
  if (settings.trip.enabled) require_ranges(settings.trip, "trip windows");
  require_curves(settings);
  const double must_absorb = settings.category == "A" ? 0.25 : 0.44;
  if (settings.inject_pu < 0.44 || settings.absorb_pu < must_absorb)
    throw UsageError("a category " + settings.category + " inverter must inject 0.44 and absorb " +
                     text_of(must_absorb) + " of its nameplate kVA as reactive power, not " +
                     text_of(settings.inject_pu) + " and " + text_of(settings.absorb_pu));
  const LocalVoltVar& v = settings.volt_var;
  if (v.q1_pu > settings.inject_pu || -v.q4_pu > settings.absorb_pu)
    throw UsageError("volt-var: the curve asks for " + text_of(v.q1_pu) + " and " +
                     text_of(v.q4_pu) + " of nameplate kVA, the inverter injects " +
                     text_of(settings.inject_pu) + " and absorbs " + text_of(settings.absorb_pu));
}

}  // namespace gridswarm::inline GS_ABI::fleet
