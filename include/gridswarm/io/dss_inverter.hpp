// SPDX-License-Identifier: BSD-3-Clause
// The inverter of a PVSystem or Storage as OpenDSS limits it.
//
//   kvar  by power factor or as requested, cut to kvarMax and kvarMaxAbs, to a line below
//         %PminkvarMax, to nothing below %PminNoVars
//   kVA   sqrt(kw^2 + kvar^2) above the rating: kW gives way, or kvar with WattPriority, or both
//         with PFPriority
#pragma once

#include "gridswarm/io/dss_device.hpp"

namespace gridswarm::inline GS_ABI::io {

struct DssInverter {
  DssDevice device;
  double pf = 1.0;
  double kvar_requested = 0.0;
  bool by_kvar = false;  ///< kvar rather than pf came last
  double kva = 0.0;
  double kvar_max = 0.0, kvar_max_absorbed = 0.0;
  bool kvar_max_given = false, absorbed_given = false;
  bool watts_first = false, pf_first = false, vars_follow = false;
  double p_min_no_vars_percent = -1.0, p_min_kvar_max_percent = -1.0;
  double cut_in_percent = 0.0, cut_out_percent = 0.0;
  DssCurve efficiency;  ///< share of power over share of kVA; empty: 1
};

/// Read a property that PVSystem and Storage share. Returns false for others.
bool replay_inverter(DssBuild& build, DssInverter& inverter, const DssProperty& property);

struct DssPower {
  double kw = 0.0, kvar = 0.0;
};

/// What the inverter makes of `kw`. @param rated_kw  what %PminNoVars and %PminkvarMax refer to
DssPower limited(const DssInverter& inverter, double kw, double rated_kw);

/// y(x), straight lines through the points and beyond the ends, as OpenDSS reads an XYCurve.
double curve_value(const DssCurve& curve, double x);

}  // namespace gridswarm::inline GS_ABI::io

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/io/dss_inverter.ipp"
#endif
