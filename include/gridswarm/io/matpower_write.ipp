// SPDX-License-Identifier: BSD-3-Clause
// Tables with every digit a double needs. A per-phase case keeps its divisions written out, because
// that is how a reader knows it.
#pragma once

#include <cmath>

#include "gridswarm/base/error.hpp"
#include "gridswarm/io/file.hpp"
#include "gridswarm/io/matpower.hpp"
#include "gridswarm/io/mfile_tokens.ipp"

namespace gridswarm::inline GS_ABI::io {
namespace detail {

/// Text "X<suffix>" of a quotient that evaluates to `value`, X being near value * divisor.
inline std::string as_quotient(double value, double divisor, const char* suffix) {
  double x = value * divisor;
  const double up = std::nextafter(x, HUGE_VAL);
  const double down = std::nextafter(x, -HUGE_VAL);
  if (up / divisor == value) x = up;
  if (down / divisor == value) x = down;
  const double round = std::round(x);
  if (round / divisor == value) x = round;
  return shortest(x) + suffix;
}

inline std::string written(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0.0 ? "Inf" : "-Inf";
  return shortest(value);
}

/// One row: cells with tabs, a semicolon at the end.
inline void add_row(std::string& text, std::initializer_list<std::string> cells) {
  for (const std::string& cell : cells) text += "\t" + cell;
  text += ";\n";
}

inline void write_buses(const feeder::Case& grid, std::string& text) {
  text += "\n%\tbus_i\ttype\tPd\tQd\tGs\tBs\tarea\tVm\tVa\tbaseKV\tzone\tVmax\tVmin\nmpc.bus = [\n";
  const feeder::Buses& b = grid.buses;
  for (Index k = 0; k < b.size(); ++k)
    add_row(text, {std::to_string(b.id[k]), std::to_string(static_cast<int>(b.type[k])),
                   written(b.pd_mw[k]), written(b.qd_mvar[k]), written(b.gs_mw[k]),
                   written(b.bs_mvar[k]), "1", written(b.vm_pu[k]), written(b.va_deg[k]),
                   grid.per_phase ? as_quotient(b.base_kv[k], std::sqrt(3.0), "/sqrt(3)")
                                  : written(b.base_kv[k]),
                   "1", written(b.vmax_pu[k]), written(b.vmin_pu[k])});
  text += "];\n";
}

inline void write_generators(const feeder::Case& grid, std::string& text) {
  text += "\n%\tbus\tPg\tQg\tQmax\tQmin\tVg\tmBase\tstatus\tPmax\tPmin\nmpc.gen = [\n";
  const feeder::Generators& g = grid.generators;
  for (Index k = 0; k < g.size(); ++k)
    add_row(text,
            {std::to_string(grid.buses.id[g.bus[k]]), written(g.pg_mw[k]), written(g.qg_mvar[k]),
             written(g.qmax_mvar[k]), written(g.qmin_mvar[k]), written(g.vg_pu[k]),
             written(grid.base_mva), g.in_service[k] ? "1" : "0", "Inf", "0"});
  text += "];\n";
}

inline void write_branches(const feeder::Case& grid, std::string& text) {
  text +=
      "\n%\tfbus\ttbus\tr\tx\tb\trateA\trateB\trateC\tratio\tangle\tstatus\tangmin\tangmax\n"
      "mpc.branch = [\n";
  const feeder::Branches& b = grid.branches;
  for (Index k = 0; k < b.size(); ++k)
    add_row(text, {std::to_string(grid.buses.id[b.from[k]]), std::to_string(grid.buses.id[b.to[k]]),
                   written(b.r_pu[k]), written(b.x_pu[k]), written(b.b_pu[k]),
                   written(b.rate_mva[k]), "0", "0", written(b.ratio[k]), written(b.shift_deg[k]),
                   b.in_service[k] ? "1" : "0", "-360", "360"});
  text += "];\n";
}

/// A MATLAB name; anything else in it becomes an underscore.
inline std::string function_name(const std::string& name) {
  std::string text = name;
  for (char& c : text)
    if (!is_letter(c) && !is_digit(c)) c = '_';
  if (text.empty()) return "feeder";
  return is_letter(text[0]) && text[0] != '_' ? text : "case_" + text;
}

/// Quotes doubled; what would end the line is a space.
inline void write_names(const feeder::Case& grid, std::string& text) {
  if (grid.buses.name.empty()) return;
  text += "\nmpc.bus_name = {\n";
  for (const std::string& name : grid.buses.name) {
    text += "\t'";
    for (const char c : name) {
      const bool is_control = static_cast<unsigned char>(c) < ' ';
      text += is_control ? ' ' : c;
      if (c == '\'') text += c;
    }
    text += "';\n";
  }
  text += "};\n";
}

/// The writer is for what MATPOWER can say.
inline void refuse_unsaid(const feeder::Case& grid) {
  const char* what = nullptr;
  if (grid.loads.size() > 0) what = "loads that stand apart from their bus";
  if (grid.inverters.size() > 0) what = "inverters";
  if (grid.tap_changers.size() > 0) what = "tap changers";
  for (const double g_pu : grid.branches.g_pu)
    if (g_pu != 0.0) what = "branches with a conductance";
  for (const BusId id : grid.buses.id)
    if (id < 1) what = "bus numbers below 1";
  if (what != nullptr)
    throw UsageError("a MATPOWER case has no " + std::string(what) +
                     "; \"gridswarm convert\" (as_matpower) writes what it can and lists the rest");
}

}  // namespace detail

GS_INLINE std::string format_matpower(const feeder::Case& grid) {
  detail::refuse_unsaid(grid);
  std::string text = "function mpc = " + detail::function_name(grid.name) +
                     "\n% written by gridswarm: p.u. on baseMVA, MW and Mvar\n"
                     "mpc.version = '2';\nmpc.baseMVA = " +
                     (grid.per_phase ? detail::as_quotient(grid.base_mva, 3.0, "/3")
                                     : detail::written(grid.base_mva)) +
                     ";\n";
  detail::write_buses(grid, text);
  detail::write_generators(grid, text);
  detail::write_branches(grid, text);
  detail::write_names(grid, text);
  return text;
}

GS_INLINE void write_matpower(const feeder::Case& grid, const std::string& path) {
  write_file_atomically(path, format_matpower(grid));
}

}  // namespace gridswarm::inline GS_ABI::io
