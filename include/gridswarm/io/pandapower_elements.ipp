// SPDX-License-Identifier: BSD-3-Clause
// Buses of a pandapower network and what stands at them: loads, shunts, sources, held voltages.
#pragma once

#include <cmath>

#include "gridswarm/base/error.hpp"
#include "gridswarm/io/pandapower_build.hpp"

namespace gridswarm::inline GS_ABI::io::detail {

inline void read_buses(PandaBuild& build, const PandaTable& table) {
  feeder::Buses& buses = build.net.grid.buses;
  for (Index k = 0; k < table.size(); ++k) {
    const BusId id = table.index[k];
    if (id < 0) refuse(table, k, "indices of buses must not be negative");
    const Index row = add_bus(build, id, number(table, k, "vn_kv"), text_of(table, k, "name"));
    if (!flag_or(table, k, "in_service", true)) buses.type[row] = feeder::BusType::isolated;
    buses.vmax_pu[row] = number_or(table, k, "max_vm_pu", buses.vmax_pu[row]);
    buses.vmin_pu[row] = number_or(table, k, "min_vm_pu", buses.vmin_pu[row]);
  }
}

inline void add_demand(PandaBuild& build, Index bus, double p_mw, double q_mvar) {
  build.net.grid.buses.pd_mw[bus] += p_mw;
  build.net.grid.buses.qd_mvar[bus] += q_mvar;
}

/// Elements of constant power: `sign` 1 consumes.
inline void read_powers(PandaBuild& build, const PandaTable& table, double sign,
                        const char* p_column = "p_mw", const char* q_column = "q_mvar") {
  for (Index k = 0; k < table.size(); ++k) {
    const Index bus = bus_of(build, table, k, "bus");
    const double scale = sign * number_or(table, k, "scaling", 1.0);
    const double p_mw = number(table, k, p_column), q_mvar = number_or(table, k, q_column, 0.0);
    if (!std::isfinite(q_mvar) || !std::isfinite(scale))
      refuse(table, k, "its reactive power or scaling is infinite");
    if (is_live(build, table, k)) add_demand(build, bus, p_mw * scale, q_mvar * scale);
  }
}

/// Shares of a load in parts of one, by whichever of these columns the file has.
inline double share(const PandaTable& table, Index k, const char* column, const char* older) {
  const double percent = number_or(table, k, column, number_or(table, k, older, 0.0));
  if (!(percent >= 0.0 && percent <= 100.0))
    refuse(table, k, std::string(column) + " is " + shortest(percent) + "; 0 to 100 are shares");
  return percent / 100.0;
}

inline void read_loads(PandaBuild& build, const PandaTable& table) {
  feeder::Loads& loads = build.net.grid.loads;
  std::vector<std::int64_t> mixed;
  for (Index k = 0; k < table.size(); ++k) {
    const Index bus = bus_of(build, table, k, "bus");
    const double scale = number_or(table, k, "scaling", 1.0);
    const double p_mw = number(table, k, "p_mw") * scale;
    const double q_mvar = number_or(table, k, "q_mvar", 0.0) * scale;
    if (!std::isfinite(p_mw) || !std::isfinite(q_mvar))
      refuse(table, k, "its power or scaling is infinite");
    const double i_p = share(table, k, "const_i_p_percent", "const_i_percent");
    const double z_p = share(table, k, "const_z_p_percent", "const_z_percent");
    const double i_q = share(table, k, "const_i_q_percent", "const_i_percent");
    const double z_q = share(table, k, "const_z_q_percent", "const_z_percent");
    if (i_p + z_p > 1.0 + 1e-12 || i_q + z_q > 1.0 + 1e-12)
      refuse(table, k, "its shares of constant current and impedance exceed 100 percent");
    const bool live = is_live(build, table, k);
    if (i_p == 0.0 && z_p == 0.0 && i_q == 0.0 && z_q == 0.0) {
      if (live) add_demand(build, bus, p_mw, q_mvar);
      continue;
    }
    loads.id.push_back(table.index[k]);
    loads.bus.push_back(bus);
    loads.p_mw.push_back(p_mw);
    loads.q_mvar.push_back(q_mvar);
    loads.i_p.push_back(i_p);
    loads.z_p.push_back(z_p);
    loads.i_q.push_back(i_q);
    loads.z_q.push_back(z_q);
    loads.in_service.push_back(live);
    build.net.load.push_back({"load", table.index[k], {}});
  }
}

/// pandapower applies the mean of a bus's shares to all its power, that of sgens included.
inline void warn_of_mixed_shares(PandaBuild& build, const PandaTable& table) {
  const feeder::Loads& loads = build.net.grid.loads;
  for (Index k = 0; k < loads.size(); ++k) {
    const Index bus = loads.bus[k];
    bool mixed = build.net.grid.buses.pd_mw[bus] != 0.0 || build.net.grid.buses.qd_mvar[bus] != 0.0;
    for (Index other = 0; other < k; ++other)
      mixed = mixed || (loads.bus[other] == bus &&
                        (loads.i_p[other] != loads.i_p[k] || loads.z_p[other] != loads.z_p[k]));
    if (!mixed) continue;
    warn(build, table,
         "bus " + std::to_string(build.net.grid.buses.id[bus]) +
             " has power of different shares; here each load follows its own, pandapower "
             "applies their mean to all power of the bus");
    return;
  }
}

inline void read_asymmetric(PandaBuild& build, const PandaTable& table, double sign) {
  for (Index k = 0; k < table.size(); ++k) {
    double p_mw = 0.0, q_mvar = 0.0;
    for (const char* phase : {"a", "b", "c"}) {
      p_mw += number(table, k, "p_" + std::string(phase) + "_mw");
      q_mvar += number_or(table, k, "q_" + std::string(phase) + "_mvar", 0.0);
    }
    const double scale = sign * number_or(table, k, "scaling", 1.0);
    if (!std::isfinite(q_mvar) || !std::isfinite(scale))
      refuse(table, k, "its reactive power or scaling is infinite");
    if (is_live(build, table, k))
      add_demand(build, bus_of(build, table, k, "bus"), p_mw * scale, q_mvar * scale);
  }
  if (table.size() > 0)
    warn(build, table, "phases are summed up; the power flow is balanced, as runpp is");
}

/// P = pn / efficiency * loading, Q from cos phi.
inline void read_motors(PandaBuild& build, const PandaTable& table) {
  for (Index k = 0; k < table.size(); ++k) {
    const double cos_phi = number(table, k, "cos_phi");
    if (!(cos_phi > 0.0 && cos_phi <= 1.0))
      refuse(table, k, "cos_phi is " + shortest(cos_phi) + "; it must be above 0 and at most 1");
    const double p_mw =
        number(table, k, "pn_mech_mw") / positive(table, k, "efficiency_percent", NAN) *
        number_or(table, k, "loading_percent", 100.0) * number_or(table, k, "scaling", 1.0);
    if (!std::isfinite(p_mw)) refuse(table, k, "its power is infinite");
    const double s_mva = p_mw / cos_phi;
    if (is_live(build, table, k))
      add_demand(build, bus_of(build, table, k, "bus"), p_mw,
                 std::sqrt(std::max(0.0, s_mva * s_mva - p_mw * p_mw)));
  }
}

inline void read_shunts(PandaBuild& build, const PandaTable& table) {
  feeder::Buses& buses = build.net.grid.buses;
  for (Index k = 0; k < table.size(); ++k) {
    const Index bus = bus_of(build, table, k, "bus");
    const double vn_kv = positive(table, k, "vn_kv", buses.base_kv[bus]);
    const double turn = buses.base_kv[bus] / vn_kv;
    const double scale = number_or(table, k, "step", 1.0) * turn * turn;
    const double p_mw = number(table, k, "p_mw"), q_mvar = number(table, k, "q_mvar");
    if (!std::isfinite(scale)) refuse(table, k, "its step is infinite");
    if (!is_live(build, table, k)) continue;
    if (flag_or(table, k, "step_dependency_table", false))
      refuse(table, k, "step_dependency_table is set; give p_mw and q_mvar of one step instead");
    buses.gs_mw[bus] += p_mw * scale;
    buses.bs_mvar[bus] -= q_mvar * scale;
  }
}

/// Power and admittance of wards; an extended one has a held voltage behind an impedance too.
inline void read_wards(PandaBuild& build, const PandaTable& table) {
  read_powers(build, table, 1.0, "ps_mw", "qs_mvar");
  for (Index k = 0; k < table.size(); ++k) {
    if (!is_live(build, table, k)) continue;
    const Index bus = bus_of(build, table, k, "bus");
    build.net.grid.buses.gs_mw[bus] += number(table, k, "pz_mw");
    build.net.grid.buses.bs_mvar[bus] -= number(table, k, "qz_mvar");
  }
}

/// A row of the generators, at a bus whose voltage it holds.
inline void hold(PandaBuild& build, const PandaTable& table, Index k, Index bus, double vm_pu,
                 bool source, bool in_service, double p_mw, double qmin, double qmax,
                 const char* side = "") {
  feeder::Case& grid = build.net.grid;
  if (in_service) {
    if (!(vm_pu > 0.0 && vm_pu < 1e3))
      refuse(table, k, "it holds the voltage " + shortest(vm_pu) + " p.u.; it must be positive");
    if (build.held[bus] && grid.buses.vm_pu[bus] != vm_pu)
      refuse(table, k,
             "it holds bus " + std::to_string(grid.buses.id[bus]) + " at " + shortest(vm_pu) +
                 " p.u., another element at " + shortest(grid.buses.vm_pu[bus]) +
                 "; give both one value");
    build.held[bus] = 1;
    grid.buses.vm_pu[bus] = vm_pu;
    if (source)
      grid.buses.type[bus] = feeder::BusType::source;
    else if (grid.buses.type[bus] == feeder::BusType::pq)
      grid.buses.type[bus] = feeder::BusType::pv;
  }
  feeder::Generators& g = grid.generators;
  g.bus.push_back(bus);
  g.pg_mw.push_back(p_mw);
  g.qg_mvar.push_back(0.0);
  g.qmax_mvar.push_back(qmax);
  g.qmin_mvar.push_back(qmin);
  g.vg_pu.push_back(vm_pu);
  g.in_service.push_back(in_service);
  build.net.generator.push_back({table.name, table.index[k], side});
}

inline void read_sources(PandaBuild& build, const PandaTable& table) {
  feeder::Buses& buses = build.net.grid.buses;
  for (Index k = 0; k < table.size(); ++k) {
    const Index bus = bus_of(build, table, k, "bus");
    const double va_deg = number_or(table, k, "va_degree", 0.0);
    const bool live = is_live(build, table, k);
    if (!(std::abs(va_deg) < 1e6)) refuse(table, k, "va_degree is no angle in degrees");
    if (live && buses.type[bus] == feeder::BusType::source && buses.va_deg[bus] != va_deg)
      refuse(table, k, "another ext_grid at its bus has another va_degree");
    hold(build, table, k, bus, number(table, k, "vm_pu"), true, live, 0.0, -HUGE_VAL, HUGE_VAL);
    if (live) buses.va_deg[bus] = va_deg;
  }
}

inline void read_generators(PandaBuild& build, const PandaTable& table) {
  for (Index k = 0; k < table.size(); ++k) {
    const double p_mw = number(table, k, "p_mw") * number_or(table, k, "scaling", 1.0);
    if (!std::isfinite(p_mw)) refuse(table, k, "its scaling is infinite");
    hold(build, table, k, bus_of(build, table, k, "bus"), number(table, k, "vm_pu"),
         flag_or(table, k, "slack", false), is_live(build, table, k), p_mw,
         number_or(table, k, "min_q_mvar", -HUGE_VAL), number_or(table, k, "max_q_mvar", HUGE_VAL));
  }
}

/// A direct current line holds the voltage at both of its ends and moves p_mw from one to the
/// other: loss_mw and loss_percent are lost on the way.
inline void read_dclines(PandaBuild& build, const PandaTable& table) {
  for (Index k = 0; k < table.size(); ++k) {
    const double p_mw = number(table, k, "p_mw");
    const double arrives = std::abs(p_mw) * (1.0 - number(table, k, "loss_percent") / 100.0) -
                           number(table, k, "loss_mw");
    const double from_mw = p_mw > 0.0 ? -p_mw : arrives;
    const double to_mw = p_mw > 0.0 ? arrives : p_mw;
    for (const bool at_from : {true, false}) {
      const std::string side = at_from ? "from" : "to";
      const Index bus = bus_of(build, table, k, at_from ? "from_bus" : "to_bus");
      const bool live = flag_or(table, k, "in_service", true) && bus_in_service(build, bus);
      hold(build, table, k, bus, number(table, k, "vm_" + side + "_pu"), false, live,
           at_from ? from_mw : to_mw, number_or(table, k, "min_q_" + side + "_mvar", -HUGE_VAL),
           number_or(table, k, "max_q_" + side + "_mvar", HUGE_VAL), at_from ? "from" : "to");
    }
  }
}

inline void read_extended_wards(PandaBuild& build, const PandaTable& table) {
  for (Index k = 0; k < table.size(); ++k) {
    const Index bus = bus_of(build, table, k, "bus");
    const bool live = is_live(build, table, k);
    const double z_base = z_base_ohm(build, table, k, bus);
    NewBranch it;
    it.from = bus;
    it.r_pu = number(table, k, "r_ohm") / z_base;
    it.x_pu = number(table, k, "x_ohm") / z_base;
    it.in_service = live;
    it.to =
        add_inner_bus(build, build.net.grid.buses.base_kv[bus], described(table, k) + " inner bus");
    if (!live) build.net.grid.buses.type[it.to] = feeder::BusType::isolated;
    hold(build, table, k, it.to, number(table, k, "vm_pu"), false, live, 0.0, -HUGE_VAL, HUGE_VAL);
    add_branch(build, table, k, it);
  }
}

}  // namespace gridswarm::inline GS_ABI::io::detail
