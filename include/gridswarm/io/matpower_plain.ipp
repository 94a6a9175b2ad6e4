// SPDX-License-Identifier: BSD-3-Clause
// A case in MATPOWER's few words: demand, shunts, branches without conductance.
#pragma once

#include <algorithm>
#include <cmath>

#include "gridswarm/base/error.hpp"
#include "gridswarm/io/matpower.hpp"

namespace gridswarm::inline GS_ABI::io {
namespace detail {

inline std::string at_bus(const feeder::Case& grid, Index bus) {
  return " at bus " + std::to_string(grid.buses.id[bus]);
}

/// P(u) = p (1 - i - z) + p z u^2: demand and shunt, exact where i = 0.
inline void plain_loads(feeder::Case& grid) {
  const feeder::Loads& loads = grid.loads;
  if (loads.size() == 0) return;
  for (Index k = 0; k < loads.size(); ++k) {
    if (!loads.in_service[k]) continue;
    const Index bus = loads.bus[k];
    const double p_mw = loads.p_mw[k], q_mvar = loads.q_mvar[k];
    if ((loads.i_p[k] != 0.0 && p_mw != 0.0) || (loads.i_q[k] != 0.0 && q_mvar != 0.0))
      throw UsageError("load " + std::to_string(loads.id[k]) + at_bus(grid, bus) +
                       " has a share of constant current, which a MATPOWER case can't say; write "
                       "HDF5, or state it as constant power or impedance");
    grid.buses.pd_mw[bus] += p_mw * (1.0 - loads.z_p[k]);
    grid.buses.qd_mvar[bus] += q_mvar * (1.0 - loads.z_q[k]);
    grid.buses.gs_mw[bus] += p_mw * loads.z_p[k];
    grid.buses.bs_mvar[bus] -= q_mvar * loads.z_q[k];
  }
  grid.warnings.push_back(std::to_string(loads.size()) +
                          " loads become demand and shunts of their buses; those out of service "
                          "are left out");
  grid.loads = {};
}

/// Injection of an inverter that looks at no voltage: P = min(p, rating), |Q| within the rest.
inline void plain_inverters(feeder::Case& grid) {
  const feeder::Inverters& it = grid.inverters;
  if (it.size() == 0) return;
  for (Index k = 0; k < it.size(); ++k) {
    if (!it.in_service[k]) continue;
    const bool watt = static_cast<std::size_t>(k) < it.volt_watt.size() && it.volt_watt[k].count;
    if (watt || it.rule[k] == feeder::VarRule::volt_var)
      throw UsageError("inverter " + std::to_string(it.id[k]) + at_bus(grid, it.bus[k]) +
                       " follows its voltage by a curve, which a MATPOWER case can't say; write "
                       "HDF5");
    double p_mw = it.p_mw[k];
    const double rating_mva = it.rating_mva[k];
    if (rating_mva > 0.0) p_mw = std::min(p_mw, rating_mva);
    double q_mvar =
        it.rule[k] == feeder::VarRule::power_factor ? it.tan_phi[k] * p_mw : it.q_mvar[k];
    if (rating_mva > 0.0) {
      const double room = std::sqrt(std::max(0.0, rating_mva * rating_mva - p_mw * p_mw));
      q_mvar = std::clamp(q_mvar, -room, room);
    }
    grid.buses.pd_mw[it.bus[k]] -= p_mw;
    grid.buses.qd_mvar[it.bus[k]] -= q_mvar;
  }
  grid.warnings.push_back(std::to_string(it.size()) +
                          " inverters become negative demand of their buses; those out of service "
                          "are left out");
  grid.inverters = {};
}

inline void plain_taps(feeder::Case& grid) {
  const feeder::TapChangers& taps = grid.tap_changers;
  if (taps.size() == 0) return;
  for (Index k = 0; k < taps.size(); ++k) {
    const double turn = 1.0 + taps.step[k] * taps.tap[k];
    grid.branches.ratio[taps.branch[k]] =
        taps.from_end[k] ? taps.ratio0[k] * turn : taps.ratio0[k] / turn;
  }
  grid.warnings.push_back(std::to_string(taps.size()) +
                          " tap changers become fixed ratios at their present taps");
  grid.tap_changers = {};
}

inline void plain_conductances(feeder::Case& grid) {
  feeder::Branches& b = grid.branches;
  Index moved = 0;
  for (Index e = 0; e < static_cast<Index>(b.g_pu.size()); ++e) {
    if (b.g_pu[e] == 0.0 || !b.in_service[e]) continue;
    const double half_mw = 0.5 * b.g_pu[e] * grid.base_mva;
    const double ratio = b.ratio[e] == 0.0 ? 1.0 : b.ratio[e];
    grid.buses.gs_mw[b.from[e]] += half_mw / (ratio * ratio);
    grid.buses.gs_mw[b.to[e]] += half_mw;
    ++moved;
  }
  b.g_pu.clear();
  if (moved > 0)
    grid.warnings.push_back("conductances of " + std::to_string(moved) +
                            " branches become shunts of their ends: voltages stay, flows of these "
                            "branches lose that part");
}

inline void plain_ids(feeder::Case& grid) {
  feeder::Buses& buses = grid.buses;
  if (std::all_of(buses.id.begin(), buses.id.end(), [](BusId id) { return id >= 1; })) return;
  if (buses.name.empty())
    for (const BusId id : buses.id) buses.name.push_back(std::to_string(id));
  for (Index k = 0; k < buses.size(); ++k) buses.id[k] = k + 1;
  grid.warnings.push_back(
      "MATPOWER has no bus 0: buses are counted anew from 1 in the file's order");
}

}  // namespace detail

GS_INLINE feeder::Case as_matpower(const feeder::Case& grid) {
  feeder::Case plain = grid;
  detail::plain_loads(plain);
  detail::plain_inverters(plain);
  detail::plain_taps(plain);
  detail::plain_conductances(plain);
  detail::plain_ids(plain);
  return plain;
}

}  // namespace gridswarm::inline GS_ABI::io
