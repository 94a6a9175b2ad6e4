// SPDX-License-Identifier: BSD-3-Clause
// Lines, impedances, extended wards and switches of a pandapower network.
#pragma once

#include <cmath>

#include "gridswarm/base/error.hpp"
#include "gridswarm/base/units.hpp"
#include "gridswarm/io/pandapower_build.hpp"

namespace gridswarm::inline GS_ABI::io::detail {

/// Which elements a switch opens, and where.
inline void note_open_ends(PandaBuild& build, const PandaTable& switches) {
  for (Index k = 0; k < switches.size(); ++k) {
    const std::string kind = text_of(switches, k, "et");
    if (kind != "b" && kind != "l" && kind != "t" && kind != "t3")
      refuse(switches, k, "et is \"" + kind + "\"; b, l, t and t3 are known");
    const Index bus = bus_of(build, switches, k, "bus");
    const std::int64_t element = whole(switches, k, "element");
    if (kind != "b" && !flag_or(switches, k, "closed", true))
      build.open_at[switch_key(kind.c_str(), element)].push_back(build.net.grid.buses.id[bus]);
    if (kind != "b" && number_or(switches, k, "z_ohm", 0.0) > 0.0)
      warn(build, switches,
           "z_ohm of switch " + std::to_string(switches.index[k]) +
               " is passed over, as pandapower does: only switches between buses have one");
  }
}

/// Every open switch must stand at an end of its element.
inline void check_open_ends(const PandaTable& switches, const PandaTable& table, const char* kind,
                            std::initializer_list<const char*> ends) {
  for (Index k = 0; k < switches.size(); ++k) {
    if (text_of(switches, k, "et") != kind) continue;
    const std::int64_t element = whole(switches, k, "element");
    const auto row = table.row_of.find(element);
    const std::string name = table.name + " " + std::to_string(element);
    if (row == table.row_of.end())
      refuse(switches, k, "it stands at " + name + ", which does not exist");
    const BusId bus = whole(switches, k, "bus");
    bool found = false;
    for (const char* end : ends) found = found || whole(table, row->second, end) == bus;
    if (!found)
      refuse(switches, k,
             "its bus " + std::to_string(bus) + " is no end of " + name + "; correct the bus");
  }
}

inline void read_lines(PandaBuild& build, const PandaTable& lines) {
  const feeder::Buses& buses = build.net.grid.buses;
  for (Index k = 0; k < lines.size(); ++k) {
    NewBranch it;
    it.from = bus_of(build, lines, k, "from_bus");
    it.to = bus_of(build, lines, k, "to_bus");
    const double z_base = z_base_ohm(build, lines, k, it.from);
    const double length_km = positive(lines, k, "length_km", NAN);
    const double parallel = positive(lines, k, "parallel", 1.0);
    it.r_pu = number(lines, k, "r_ohm_per_km") * length_km / z_base / parallel;
    it.x_pu = number(lines, k, "x_ohm_per_km") * length_km / z_base / parallel;
    const double c_farad = number(lines, k, "c_nf_per_km") * 1e-9 * length_km * parallel;
    it.b_pu = 2.0 * pi * build.f_hz * c_farad * z_base;
    it.g_pu = number_or(lines, k, "g_us_per_km", 0.0) * 1e-6 * z_base * length_km * parallel;
    const double max_i_ka = number_or(lines, k, "max_i_ka", 0.0);
    const double rate_mva = std::sqrt(3.0) * buses.base_kv[it.from] * max_i_ka *
                            number_or(lines, k, "df", 1.0) * parallel;
    it.rate_mva = rate_mva > 0.0 && rate_mva < 1e300 ? rate_mva : 0.0;
    it.in_service = flag_or(lines, k, "in_service", true);
    if (it.in_service && buses.base_kv[it.from] != buses.base_kv[it.to])
      warn(build, lines,
           "line " + std::to_string(lines.index[k]) + " joins " + shortest(buses.base_kv[it.from]) +
               " and " + shortest(buses.base_kv[it.to]) +
               " kV; its impedance is taken at the former, as pandapower does");
    // pandapower lets a line end at a bus out of service as at an open switch
    const bool from_open =
        is_open_at(build, "l", lines, k, it.from) || !bus_in_service(build, it.from);
    const bool to_open = is_open_at(build, "l", lines, k, it.to) || !bus_in_service(build, it.to);
    cut_ends(build, lines, k, from_open, to_open, it);
    add_branch(build, lines, k, it);
  }
}

inline void read_impedances(PandaBuild& build, const PandaTable& table) {
  const double base_mva = build.net.grid.base_mva;
  for (Index k = 0; k < table.size(); ++k) {
    NewBranch it;
    it.from = bus_of(build, table, k, "from_bus");
    it.to = bus_of(build, table, k, "to_bus");
    it.in_service = flag_or(table, k, "in_service", true);
    const double sn_mva = positive(table, k, "sn_mva", NAN);
    it.rate_mva = sn_mva;
    const double r = number(table, k, "rft_pu"), x = number(table, k, "xft_pu");
    if (number_or(table, k, "rtf_pu", r) != r || number_or(table, k, "xtf_pu", x) != x)
      refuse(table, k,
             "its impedance differs by direction, which no passive branch does; give rtf_pu and "
             "xtf_pu the values of rft_pu and xft_pu");
    it.r_pu = r * base_mva / sn_mva;
    it.x_pu = x * base_mva / sn_mva;
    const double g_from = number_or(table, k, "gf_pu", 0.0);
    const double b_from = number_or(table, k, "bf_pu", 0.0);
    it.g_pu = 2.0 * g_from * sn_mva / base_mva;
    it.b_pu = 2.0 * b_from * sn_mva / base_mva;
    const double g_more = number_or(table, k, "gt_pu", 0.0) - g_from;
    const double b_more = number_or(table, k, "bt_pu", 0.0) - b_from;
    if (it.in_service && (g_more != 0.0 || b_more != 0.0)) {
      add_shunt(build, it.to, g_more * sn_mva / base_mva, b_more * sn_mva / base_mva);
      warn(build, table,
           "what impedance " + std::to_string(table.index[k]) +
               " has more of g and b at its to end stands as a shunt of that bus");
    }
    add_branch(build, table, k, it);
  }
}

/// Closed switches between buses; those with z_ohm have it as 2 parts r and 1 part x, runpp's
/// default switch_rx_ratio.
inline void read_bus_switches(PandaBuild& build, const PandaTable& table) {
  for (Index k = 0; k < table.size(); ++k) {
    if (text_of(table, k, "et") != "b") continue;
    NewBranch it;
    it.from = bus_of(build, table, k, "bus");
    it.to = bus_of(build, table, k, "element");
    it.in_service = flag_or(table, k, "closed", true);
    const double z_ohm = number_or(table, k, "z_ohm", 0.0);
    if (z_ohm > 0.0) {
      const double z_pu = z_ohm / z_base_ohm(build, table, k, it.from);
      it.r_pu = z_pu * 2.0 / std::sqrt(5.0);
      it.x_pu = z_pu / std::sqrt(5.0);
    }
    if (it.from == it.to) refuse(table, k, "it joins a bus to itself");
    add_branch(build, table, k, it);
  }
}

}  // namespace gridswarm::inline GS_ABI::io::detail
