// SPDX-License-Identifier: BSD-3-Clause
// What one feeder did in one control tick, as the numbers that a planner asks for.
#pragma once

#include <cstdint>

#include "gridswarm/base/fields.hpp"

namespace gridswarm::inline GS_ABI::swarm {

/// One feeder, one variant, one tick. Energy balance, to rounding:
///   source = load + charge - generation - discharge + losses.
struct TickTotals {
  double source_kw = 0;  ///< from the sources, loads at their own buses included; negative: export
  double load_kw = 0;    ///< passive loads and meters
  double generation_kw = 0;  ///< produced by sun and wind
  double charge_kw = 0;      ///< into batteries and EVs
  double discharge_kw = 0;   ///< out of batteries
  double losses_kw = 0;      ///< in branches and shunts, from branch currents
  double curtailed_kw = 0;   ///< available from sun and wind and not produced
  double v_min_pu = 0;
  double v_max_pu = 0;
  double buses_outside = 0;          ///< buses (on a circuit: phase nodes) outside the limits
  double loading_max_percent = 0;    ///< of rated branches (on a circuit: of a conductor)
  double unbalance_max_percent = 0;  ///< largest |V2| / |V1| of a bus with three phases
  double power_kw = 0;               ///< sum of |p| over agents
  double imbalance_kw = 0;           ///< sum over clusters of |net power|; who is alone is one
  double floor_kw = 0;               ///< |net power of all agents|: no partition leaves less
  double shared_kw = 0;              ///< sum over clusters of min(surplus, deficit)
  double volt_var_gap = 0;           ///< largest |q - curve(v)| / s left after the tick
  double flow_iterations = 0;
  double rounds = 0;        ///< of the slowest cluster's dispatch
  double shed_kw = 0;       ///< consumption that flexible loads left out; negative: they catch up
  double wear_cost = 0;     ///< of batteries in this tick, in the unit of cost_per_kwh
  double lost_agents = 0;   ///< agents of health 0
  double support_kvar = 0;  ///< beyond the curves, asked by leaders to hold voltages
  double support_kw = 0;    ///< active power that moved for the same
};

}  // namespace gridswarm::inline GS_ABI::swarm

namespace gridswarm::inline GS_ABI {
template <>
std::span<const Field<swarm::TickTotals>> fields<swarm::TickTotals>();
}

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/swarm/totals.ipp"
#endif
