// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <string_view>

#include "gridswarm/io/dss_classes.hpp"
#include "gridswarm/io/dss_commands.hpp"

namespace gridswarm::inline GS_ABI::io {
namespace detail {

// clang-format off
inline constexpr DssCommand dss_commands[] = {
    {"new", DssAction::make}, {"edit", DssAction::edit}, {"more", DssAction::more},
    {"m", DssAction::more}, {"~", DssAction::more}, {"select", DssAction::select},
    {"save", DssAction::silent}, {"show", DssAction::silent}, {"solve", DssAction::solve},
    {"enable", DssAction::enable}, {"disable", DssAction::disable}, {"plot", DssAction::silent},
    {"reset", DssAction::silent}, {"compile", DssAction::compile}, {"set", DssAction::set},
    {"dump", DssAction::silent}, {"open", DssAction::open}, {"close", DssAction::close},
    {"//", DssAction::silent}, {"redirect", DssAction::redirect}, {"help", DssAction::silent},
    {"quit", DssAction::silent}, {"?", DssAction::silent}, {"next", DssAction::silent},
    {"panel", DssAction::silent}, {"sample", DssAction::silent}, {"clear", DssAction::clear},
    {"about", DssAction::silent}, {"calcvoltagebases", DssAction::voltage_bases},
    {"setkvbase", DssAction::warned}, {"buildy", DssAction::silent}, {"get", DssAction::silent},
    {"init", DssAction::silent}, {"export", DssAction::silent}, {"fileedit", DssAction::silent},
    {"voltages", DssAction::silent}, {"currents", DssAction::silent}, {"powers", DssAction::silent},
    {"seqvoltages", DssAction::silent}, {"seqcurrents", DssAction::silent},
    {"seqpowers", DssAction::silent}, {"losses", DssAction::silent},
    {"phaselosses", DssAction::silent}, {"cktlosses", DssAction::silent},
    {"allocateloads", DssAction::refused}, {"formedit", DssAction::silent},
    {"totals", DssAction::silent}, {"capacity", DssAction::silent}, {"classes", DssAction::silent},
    {"userclasses", DssAction::silent}, {"zsc", DssAction::silent}, {"zsc10", DssAction::silent},
    {"zscrefresh", DssAction::silent}, {"ysc", DssAction::silent},
    {"puvoltages", DssAction::silent}, {"varvalues", DssAction::silent},
    {"varnames", DssAction::silent}, {"buscoords", DssAction::coordinates},
    {"makebuslist", DssAction::silent}, {"makeposseq", DssAction::refused},
    {"reduce", DssAction::refused}, {"interpolate", DssAction::silent},
    {"alignfile", DssAction::silent}, {"top", DssAction::silent}, {"rotate", DssAction::silent},
    {"vdiff", DssAction::silent}, {"summary", DssAction::silent},
    {"distribute", DssAction::refused}, {"di_plot", DssAction::silent},
    {"comparecases", DssAction::silent}, {"yearlycurves", DssAction::silent},
    {"cd", DssAction::warned}, {"visualize", DssAction::silent}, {"closedi", DssAction::silent},
    {"doscmd", DssAction::warned}, {"estimate", DssAction::refused},
    {"reconductor", DssAction::refused}, {"_initsnap", DssAction::silent},
    {"_solvenocontrol", DssAction::silent}, {"_samplecontrols", DssAction::silent},
    {"_docontrolactions", DssAction::silent}, {"_showcontrolqueue", DssAction::silent},
    {"_solvedirect", DssAction::silent}, {"_solvepflow", DssAction::silent},
    {"addbusmarker", DssAction::silent}, {"uuids", DssAction::silent},
    {"setloadandgenkv", DssAction::refused}, {"cvrtloadshapes", DssAction::silent},
    {"nodediff", DssAction::silent}, {"rephase", DssAction::refused},
    {"setbusxy", DssAction::warned}, {"updatestorage", DssAction::warned},
    {"obfuscate", DssAction::refused}, {"latlongcoords", DssAction::swapped_coordinates},
    {"batchedit", DssAction::batch_edit}, {"pstcalc", DssAction::silent},
    {"variable", DssAction::silent}, {"reprocessbuses", DssAction::silent},
    {"clearbusmarkers", DssAction::silent}, {"relcalc", DssAction::silent},
    {"var", DssAction::variable}, {"cleanup", DssAction::silent},
    {"finishtimestep", DssAction::silent}, {"nodelist", DssAction::silent},
    {"connect", DssAction::silent}, {"disconnect", DssAction::silent},
    {"remove", DssAction::refused}, {"calcincmatrix", DssAction::silent},
    {"calcincmatrix_o", DssAction::silent}, {"refine_buslevels", DssAction::silent},
    {"calclaplacian", DssAction::silent}, {"exportoverloads", DssAction::silent},
    {"exportvviolations", DssAction::silent}, {"zsc012", DssAction::silent},
    {"allpceatbus", DssAction::silent}, {"allpdeatbus", DssAction::silent},
    {"totalpowers", DssAction::silent}, {"giscoords", DssAction::silent},
    {"clearall", DssAction::clear}, {"comhelp", DssAction::silent}, {"wait", DssAction::silent},
    {"solveall", DssAction::silent}};

inline constexpr std::string_view dss_options[] = {
    "type", "element", "hour", "sec", "year", "frequency", "stepsize", "mode", "random", "number",
    "time", "class", "object", "circuit", "editor", "tolerance", "maxiterations", "h", "loadmodel",
    "loadmult", "normvminpu", "normvmaxpu", "emergvminpu", "emergvmaxpu", "%mean", "%stddev",
    "ldcurve", "%growth", "genkw", "genpf", "capkvar", "addtype", "allowduplicates", "zonelock",
    "ueweight", "lossweight", "ueregs", "lossregs", "voltagebases", "algorithm", "trapezoidal",
    "autobuslist", "controlmode", "tracecontrol", "genmult", "defaultdaily", "defaultyearly",
    "allocationfactors", "cktmodel", "pricesignal", "pricecurve", "terminal", "basefrequency",
    "harmonics", "maxcontroliter", "bus", "datapath", "keeplist", "reduceoption", "demandinterval",
    "%normal", "diverbose", "casename", "markercode", "nodewidth", "log", "recorder",
    "overloadreport", "voltexceptionreport", "cfactors", "showexport", "numallociterations",
    "defaultbasefrequency", "markswitches", "switchmarkercode", "daisysize", "marktransformers",
    "transmarkercode", "transmarkersize", "loadshapeclass", "earthmodel", "querylog",
    "markcapacitors", "markregulators", "markpvsystems", "markstorage", "capmarkercode",
    "regmarkercode", "pvmarkercode", "storemarkercode", "capmarkersize", "regmarkersize",
    "pvmarkersize", "storemarkersize", "neglectloady", "markfuses", "fusemarkercode",
    "fusemarkersize", "markreclosers", "reclosermarkercode", "reclosermarkersize", "registryupdate",
    "markrelays", "relaymarkercode", "relaymarkersize", "processtime", "totaltime", "steptime",
    "sampleenergymeters", "miniterations", "opendssviewer", "keepload", "zmag", "seasonrating",
    "seasonsignal", "linetypes", "eventlogdefault", "longlinecorrection", "showreports", "numcpus",
    "numcores", "numactors", "activeactor", "cpu", "actorprogress", "parallel",
    "concatenatereports", "numanodes", "ignoregenqlimits", "ncimqgain", "statevar", "pypath",
    "iternumber", "ctrliternumber", "injcurrent", "iterminal", "yprim", "integrationflag",
    "allowforms", "allowprogressbar"};
// clang-format on

}  // namespace detail

GS_INLINE const DssCommand* find_command(std::string_view name) {
  const DssCommand* abbreviated = nullptr;
  if (name.empty()) return nullptr;
  for (const DssCommand& command : detail::dss_commands) {
    if (!begins_in_any_case(command.name, name)) continue;
    if (command.name.size() == name.size()) return &command;
    if (!abbreviated) abbreviated = &command;
  }
  return abbreviated;
}

GS_INLINE std::string_view find_option_name(std::string_view name) {
  const int at = find_name(detail::dss_options, name);
  return at < 0 ? std::string_view{} : detail::dss_options[at];
}

GS_INLINE std::string_view next_option_name(std::string_view name) {
  const int at = name.empty() ? -1 : find_name(detail::dss_options, name);
  const auto next = static_cast<std::size_t>(at + 1);
  return next < std::size(detail::dss_options) ? detail::dss_options[next] : std::string_view{};
}

}  // namespace gridswarm::inline GS_ABI::io
