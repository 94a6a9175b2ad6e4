// SPDX-License-Identifier: BSD-3-Clause
// The lists, in OpenDSS's order of properties.
#pragma once

#include <algorithm>
#include <span>
#include <string_view>

#include "gridswarm/io/dss_classes.hpp"

namespace gridswarm::inline GS_ABI::io {
namespace detail {

// clang-format off
inline constexpr std::string_view vsource_properties[] = {
    "bus1", "basekv", "pu", "angle", "frequency", "phases", "mvasc3", "mvasc1", "x1r1", "x0r0",
    "isc3", "isc1", "r1", "x1", "r0", "x0", "scantype", "sequence", "bus2", "z1", "z0", "z2",
    "puz1", "puz0", "puz2", "basemva", "yearly", "daily", "duty", "model", "puzideal", "spectrum",
    "basefreq", "enabled", "like"};
inline constexpr std::string_view linecode_properties[] = {
    "nphases", "r1", "x1", "r0", "x0", "c1", "c0", "units", "rmatrix", "xmatrix", "cmatrix",
    "basefreq", "normamps", "emergamps", "faultrate", "pctperm", "repair", "kron", "rg", "xg",
    "rho", "neutral", "b1", "b0", "seasons", "ratings", "linetype", "like"};
inline constexpr std::string_view line_properties[] = {
    "bus1", "bus2", "linecode", "length", "phases", "r1", "x1", "r0", "x0", "c1", "c0", "rmatrix",
    "xmatrix", "cmatrix", "switch", "rg", "xg", "rho", "geometry", "units", "spacing", "wires",
    "earthmodel", "cncables", "tscables", "b1", "b0", "seasons", "ratings", "linetype",
    "epsrmedium", "heightoffset", "heightunit", "normamps", "emergamps", "faultrate", "pctperm",
    "repair", "basefreq", "enabled", "like"};
inline constexpr std::string_view wiredata_properties[] = {
    "rdc", "rac", "runits", "gmrac", "gmrunits", "radius", "radunits", "normamps", "emergamps",
    "diam", "seasons", "ratings", "capradius", "like"};
inline constexpr std::string_view cndata_properties[] = {
    "k", "diastrand", "gmrstrand", "rstrand", "epsr", "inslayer", "diains", "diacable", "rdc",
    "rac", "runits", "gmrac", "gmrunits", "radius", "radunits", "normamps", "emergamps", "diam",
    "seasons", "ratings", "capradius", "like"};
inline constexpr std::string_view tsdata_properties[] = {
    "diashield", "tapelayer", "tapelap", "epsr", "inslayer", "diains", "diacable", "rdc", "rac",
    "runits", "gmrac", "gmrunits", "radius", "radunits", "normamps", "emergamps", "diam", "seasons",
    "ratings", "capradius", "like"};
inline constexpr std::string_view linespacing_properties[] = {
    "nconds", "nphases", "x", "h", "units", "like"};
inline constexpr std::string_view linegeometry_properties[] = {
    "nconds", "nphases", "cond", "wire", "x", "h", "units", "normamps", "emergamps", "reduce",
    "spacing", "wires", "cncable", "tscable", "cncables", "tscables", "seasons", "ratings",
    "linetype", "like"};
inline constexpr std::string_view loadshape_properties[] = {
    "npts", "interval", "mult", "hour", "mean", "stddev", "csvfile", "sngfile", "dblfile", "action",
    "qmult", "useactual", "pmax", "qmax", "sinterval", "minterval", "pbase", "qbase", "pmult",
    "pqcsvfile", "memorymapping", "like"};
inline constexpr std::string_view tshape_properties[] = {
    "npts", "interval", "temp", "hour", "mean", "stddev", "csvfile", "sngfile", "dblfile",
    "sinterval", "minterval", "action", "like"};
inline constexpr std::string_view xycurve_properties[] = {
    "npts", "points", "yarray", "xarray", "csvfile", "sngfile", "dblfile", "x", "y", "xshift",
    "yshift", "xscale", "yscale", "like"};
inline constexpr std::string_view reactor_properties[] = {
    "bus1", "bus2", "phases", "kvar", "kv", "conn", "rmatrix", "xmatrix", "parallel", "r", "x",
    "rp", "z1", "z2", "z0", "z", "rcurve", "lcurve", "lmh", "normamps", "emergamps", "faultrate",
    "pctperm", "repair", "basefreq", "enabled", "like"};
inline constexpr std::string_view capacitor_properties[] = {
    "bus1", "bus2", "phases", "kvar", "kv", "conn", "cmatrix", "cuf", "r", "xl", "harm", "numsteps",
    "states", "normamps", "emergamps", "faultrate", "pctperm", "repair", "basefreq", "enabled",
    "like"};
inline constexpr std::string_view transformer_properties[] = {
    "phases", "windings", "wdg", "bus", "conn", "kv", "kva", "tap", "%r", "rneut", "xneut", "buses",
    "conns", "kvs", "kvas", "taps", "xhl", "xht", "xlt", "xscarray", "thermal", "n", "m", "flrise",
    "hsrise", "%loadloss", "%noloadloss", "normhkva", "emerghkva", "sub", "maxtap", "mintap",
    "numtaps", "subname", "%imag", "ppm_antifloat", "%rs", "bank", "xfmrcode", "xrconst", "x12",
    "x13", "x23", "leadlag", "wdgcurrents", "core", "rdcohms", "seasons", "ratings", "normamps",
    "emergamps", "faultrate", "pctperm", "repair", "basefreq", "enabled", "like"};
inline constexpr std::string_view xfmrcode_properties[] = {
    "phases", "windings", "wdg", "conn", "kv", "kva", "tap", "%r", "rneut", "xneut", "conns", "kvs",
    "kvas", "taps", "xhl", "xht", "xlt", "xscarray", "thermal", "n", "m", "flrise", "hsrise",
    "%loadloss", "%noloadloss", "normhkva", "emerghkva", "maxtap", "mintap", "numtaps", "%imag",
    "ppm_antifloat", "%rs", "x12", "x13", "x23", "rdcohms", "seasons", "ratings", "like"};
inline constexpr std::string_view regcontrol_properties[] = {
    "transformer", "winding", "vreg", "band", "ptratio", "ctprim", "r", "x", "bus", "delay",
    "reversible", "revvreg", "revband", "revr", "revx", "tapdelay", "debugtrace", "maxtapchange",
    "inversetime", "tapwinding", "vlimit", "ptphase", "revthreshold", "revdelay", "revneutral",
    "eventlog", "remoteptratio", "tapnum", "reset", "ldc_z", "rev_z", "cogen", "basefreq",
    "enabled", "like"};
inline constexpr std::string_view capcontrol_properties[] = {
    "element", "terminal", "capacitor", "type", "ptratio", "ctratio", "onsetting", "offsetting",
    "delay", "voltoverride", "vmax", "vmin", "delayoff", "deadtime", "ctphase", "ptphase", "vbus",
    "eventlog", "usermodel", "userdata", "pctminkvar", "reset", "controlsignal", "basefreq",
    "enabled", "like"};
inline constexpr std::string_view load_properties[] = {
    "phases", "bus1", "kv", "kw", "pf", "model", "yearly", "daily", "duty", "growth", "conn",
    "kvar", "rneut", "xneut", "status", "class", "vminpu", "vmaxpu", "vminnorm", "vminemerg",
    "xfkva", "allocationfactor", "kva", "%mean", "%stddev", "cvrwatts", "cvrvars", "kwh", "kwhdays",
    "cfactor", "cvrcurve", "numcust", "zipv", "%seriesrl", "relweight", "vlowpu", "puxharm",
    "xrharm", "spectrum", "basefreq", "enabled", "like"};
inline constexpr std::string_view generator_properties[] = {
    "phases", "bus1", "kv", "kw", "pf", "kvar", "model", "vminpu", "vmaxpu", "yearly", "daily",
    "duty", "dispmode", "dispvalue", "conn", "rneut", "xneut", "status", "class", "vpu", "maxkvar",
    "minkvar", "pvfactor", "forceon", "kva", "mva", "xd", "xdp", "xdpp", "h", "d", "usermodel",
    "userdata", "shaftmodel", "shaftdata", "dutystart", "debugtrace", "balanced", "xrdp", "usefuel",
    "fuelkwh", "%fuel", "%reserve", "refuel", "dynamiceq", "dynout", "spectrum", "basefreq",
    "enabled", "like"};
inline constexpr std::string_view pvsystem_properties[] = {
    "phases", "bus1", "kv", "irradiance", "pmpp", "%pmpp", "temperature", "pf", "conn", "kvar",
    "kva", "%cutin", "%cutout", "effcurve", "p-tcurve", "%r", "%x", "model", "vminpu", "vmaxpu",
    "balanced", "limitcurrent", "yearly", "daily", "duty", "tyearly", "tdaily", "tduty", "class",
    "usermodel", "userdata", "debugtrace", "varfollowinverter", "dutystart", "wattpriority",
    "pfpriority", "%pminnovars", "%pminkvarmax", "kvarmax", "kvarmaxabs", "kvdc", "kp", "pitol",
    "safevoltage", "safemode", "dynamiceq", "dynout", "controlmode", "amplimit", "amplimitgain",
    "spectrum", "basefreq", "enabled", "like"};
inline constexpr std::string_view storage_properties[] = {
    "phases", "bus1", "kv", "conn", "kw", "kvar", "pf", "kva", "%cutin", "%cutout", "effcurve",
    "varfollowinverter", "kvarmax", "kvarmaxabs", "wattpriority", "pfpriority", "%pminnovars",
    "%pminkvarmax", "kwrated", "%kwrated", "kwhrated", "kwhstored", "%stored", "%reserve", "state",
    "%discharge", "%charge", "%effcharge", "%effdischarge", "%idlingkw", "%idlingkvar", "%r", "%x",
    "model", "vminpu", "vmaxpu", "balanced", "limitcurrent", "yearly", "daily", "duty", "dispmode",
    "dischargetrigger", "chargetrigger", "timechargetrig", "class", "dynadll", "dynadata",
    "usermodel", "userdata", "debugtrace", "kvdc", "kp", "pitol", "safevoltage", "safemode",
    "dynamiceq", "dynout", "controlmode", "amplimit", "amplimitgain", "spectrum", "basefreq",
    "enabled", "like"};
inline constexpr std::string_view invcontrol_properties[] = {
    "derlist", "mode", "combimode", "vvc_curve1", "hysteresis_offset", "voltage_curvex_ref",
    "avgwindowlen", "voltwatt_curve", "dbvmin", "dbvmax", "argralowv", "argrahiv",
    "dynreacavgwindowlen", "deltaq_factor", "voltagechangetolerance", "varchangetolerance",
    "voltwattyaxis", "rateofchangemode", "lpftau", "risefalllimit", "deltap_factor", "eventlog",
    "refreactivepower", "activepchangetolerance", "monvoltagecalc", "monbus", "monbusesvbase",
    "voltwattch_curve", "wattpf_curve", "wattvar_curve", "vv_refreactivepower", "pvsystemlist",
    "vsetpoint", "controlmodel", "basefreq", "enabled", "like"};

inline constexpr DssClass dss_classes[] = {
    {"vsource", DssUse::converted, vsource_properties},
    {"linecode", DssUse::converted, linecode_properties},
    {"line", DssUse::converted, line_properties},
    {"wiredata", DssUse::converted, wiredata_properties},
    {"cndata", DssUse::converted, cndata_properties},
    {"tsdata", DssUse::converted, tsdata_properties},
    {"linespacing", DssUse::converted, linespacing_properties},
    {"linegeometry", DssUse::converted, linegeometry_properties},
    {"loadshape", DssUse::converted, loadshape_properties},
    {"tshape", DssUse::converted, tshape_properties},
    {"xycurve", DssUse::converted, xycurve_properties},
    {"reactor", DssUse::converted, reactor_properties},
    {"capacitor", DssUse::converted, capacitor_properties},
    {"transformer", DssUse::converted, transformer_properties},
    {"xfmrcode", DssUse::converted, xfmrcode_properties},
    {"regcontrol", DssUse::converted, regcontrol_properties},
    {"capcontrol", DssUse::converted, capcontrol_properties},
    {"load", DssUse::converted, load_properties},
    {"generator", DssUse::converted, generator_properties},
    {"pvsystem", DssUse::converted, pvsystem_properties},
    {"storage", DssUse::converted, storage_properties},
    {"invcontrol", DssUse::converted, invcontrol_properties},
    {"monitor", DssUse::silent, {}},
    {"energymeter", DssUse::silent, {}},
    {"sensor", DssUse::silent, {}},
    {"spectrum", DssUse::silent, {}},
    {"growthshape", DssUse::silent, {}},
    {"tcc_curve", DssUse::silent, {}},
    {"priceshape", DssUse::silent, {}},
    {"fmonitor", DssUse::silent, {}},
    {"fuse", DssUse::warned, {}},
    {"relay", DssUse::warned, {}},
    {"recloser", DssUse::warned, {}},
    {"swtcontrol", DssUse::warned, {}},
    {"storagecontroller", DssUse::warned, {}},
    {"gencontroller", DssUse::warned, {}},
    {"gendispatcher", DssUse::warned, {}},
    {"expcontrol", DssUse::warned, {}},
    {"upfccontrol", DssUse::warned, {}},
    {"esplvcontrol", DssUse::warned, {}},
    {"gicsource", DssUse::warned, {}},
    {"isource", DssUse::refused, {}},
    {"fault", DssUse::refused, {}},
    {"autotrans", DssUse::refused, {}},
    {"gictransformer", DssUse::refused, {}},
    {"gicline", DssUse::refused, {}},
    {"indmach012", DssUse::refused, {}},
    {"upfc", DssUse::refused, {}},
    {"vccs", DssUse::refused, {}},
    {"vsconverter", DssUse::refused, {}},
    {"generic5", DssUse::refused, {}},
    {"windgen", DssUse::refused, {}},
    {"dynamicexp", DssUse::refused, {}}};
// clang-format on

inline char lower_letter(char letter) {
  return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
}

}  // namespace detail

GS_INLINE bool begins_in_any_case(std::string_view lower, std::string_view text) {
  return text.size() <= lower.size() &&
         std::equal(text.begin(), text.end(), lower.begin(),
                    [](char a, char b) { return detail::lower_letter(a) == b; });
}

GS_INLINE int find_name(std::span<const std::string_view> names, std::string_view text) {
  if (text.empty()) return -1;
  int abbreviated = -1;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (!begins_in_any_case(names[i], text)) continue;
    if (names[i].size() == text.size()) return static_cast<int>(i);
    if (abbreviated < 0) abbreviated = static_cast<int>(i);
  }
  return abbreviated;
}

GS_INLINE const DssClass* find_class(std::string_view name) {
  for (const DssClass& dss_class : detail::dss_classes)
    if (dss_class.name.size() == name.size() && begins_in_any_case(dss_class.name, name))
      return &dss_class;
  return nullptr;
}

GS_INLINE int find_property(const DssClass& dss_class, std::string_view name) {
  return find_name(dss_class.properties, name);
}

}  // namespace gridswarm::inline GS_ABI::io
