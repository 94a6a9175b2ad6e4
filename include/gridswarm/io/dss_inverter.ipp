// SPDX-License-Identifier: BSD-3-Clause
// Bodies of dss_inverter.hpp.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>

#include "gridswarm/io/dss_fields.hpp"
#include "gridswarm/io/dss_inverter.hpp"

namespace gridswarm::inline GS_ABI::io {

namespace {

constexpr std::array<DssNumber<DssInverter>, 4> inverter_numbers{
    {{"%pminnovars", &DssInverter::p_min_no_vars_percent},
     {"%pminkvarmax", &DssInverter::p_min_kvar_max_percent},
     {"%cutin", &DssInverter::cut_in_percent},
     {"%cutout", &DssInverter::cut_out_percent}}};

inline double sign_of(double number) { return number < 0.0 ? -1.0 : 1.0; }

/// kvar per kW of a power factor, with its sign.
inline double tangent_of(double pf) { return std::sqrt(1.0 / (pf * pf) - 1.0) * sign_of(pf); }

/// kvar cut to what the inverter may generate or absorb at this power.
inline DssPower within_vars(const DssInverter& inverter, double kw, double rated_kw) {
  const double no_vars_kw = inverter.p_min_no_vars_percent * rated_kw / 100.0;
  if (inverter.p_min_no_vars_percent > 0.0 && std::abs(kw) < no_vars_kw) return {kw, 0.0};
  const double wanted = inverter.by_kvar ? inverter.kvar_requested : kw * tangent_of(inverter.pf);
  double limit = wanted > 0.0 ? inverter.kvar_max : inverter.kvar_max_absorbed;
  const double full_kw = inverter.p_min_kvar_max_percent * rated_kw / 100.0;
  if (inverter.p_min_kvar_max_percent > 0.0 && std::abs(kw) < full_kw)
    limit *= std::abs(kw) / full_kw;
  if (std::abs(wanted) <= limit) return {kw, wanted};
  const double kvar = limit * sign_of(wanted);
  if (!inverter.pf_first) return {kw, kvar};
  return {kw * limit / std::abs(wanted), kvar};
}

}  // namespace

GS_INLINE bool replay_inverter(DssBuild& build, DssInverter& inverter,
                               const DssProperty& property) {
  const std::string_view name = property.name;
  const DssValue& value = property.value;
  if (replay_device(build, inverter.device, property) ||
      read_number<DssInverter>(inverter, inverter_numbers, property))
    return true;
  if (name == "pf") {
    inverter.pf = number_of(value);
    if (inverter.pf == 0.0 || !(std::abs(inverter.pf) <= 1.0))
      fail(value, "pf=" + value.text + " is not a power factor between -1 and 1 other than 0");
    inverter.by_kvar = false;
  } else if (name == "kvar") {
    inverter.kvar_requested = number_of(value);
    inverter.by_kvar = true;
  } else if (name == "kva") {
    inverter.kva = number_of(value);
    if (!inverter.kvar_max_given) inverter.kvar_max = inverter.kva;
    if (!inverter.kvar_max_given && !inverter.absorbed_given)
      inverter.kvar_max_absorbed = inverter.kva;
  } else if (name == "kvarmax") {
    inverter.kvar_max = std::abs(number_of(value));
    inverter.kvar_max_given = true;
    if (!inverter.absorbed_given) inverter.kvar_max_absorbed = inverter.kvar_max;
  } else if (name == "kvarmaxabs") {
    inverter.kvar_max_absorbed = std::abs(number_of(value));
    inverter.absorbed_given = true;
  } else if (name == "wattpriority") {
    inverter.watts_first = boolean_of(value);
  } else if (name == "pfpriority") {
    inverter.pf_first = boolean_of(value);
  } else if (name == "varfollowinverter") {
    inverter.vars_follow = boolean_of(value);
  } else if (name == "effcurve") {
    inverter.efficiency = word_of(value) == "none" ? DssCurve{} : curve_of(build, value);
  } else {
    return false;
  }
  return true;
}

GS_INLINE DssPower limited(const DssInverter& inverter, double kw, double rated_kw) {
  DssPower power = within_vars(inverter, kw, rated_kw);
  const double apparent = std::sqrt(power.kw * power.kw + power.kvar * power.kvar);
  if (!(apparent > inverter.kva)) return power;
  if (inverter.pf_first) {
    power.kw *= inverter.kva / apparent;
    power.kvar *= inverter.kva / apparent;
  } else if (inverter.watts_first && std::abs(power.kw) > inverter.kva) {
    power = {inverter.kva * sign_of(power.kw), 0.0};
  } else if (inverter.watts_first) {
    power.kvar = std::sqrt(inverter.kva * inverter.kva - power.kw * power.kw) * sign_of(power.kvar);
  } else {
    const double room = inverter.kva * inverter.kva - power.kvar * power.kvar;
    power.kw = std::sqrt(std::max(room, 0.0)) * sign_of(power.kw);
  }
  return power;
}

GS_INLINE double curve_value(const DssCurve& curve, double x) {
  const std::size_t n = curve.x.size();
  if (n == 0) return 1.0;
  if (n == 1) return curve.y[0];
  std::size_t k = 1;
  while (k + 1 < n && x > curve.x[k]) ++k;
  const double width = curve.x[k] - curve.x[k - 1];
  if (width == 0.0) return curve.y[k];
  return curve.y[k - 1] + (curve.y[k] - curve.y[k - 1]) * (x - curve.x[k - 1]) / width;
}

}  // namespace gridswarm::inline GS_ABI::io
