// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>

#include "gridswarm/swarm/totals.hpp"

namespace gridswarm::inline GS_ABI {

template <>
GS_INLINE std::span<const Field<swarm::TickTotals>> fields<swarm::TickTotals>() {
  using S = swarm::TickTotals;
  constexpr double any = no_limit;
  static const std::array<Field<S>, 24> table = {{
      {"source_kw", "kW", &S::source_kw, -any, any, "from the sources, their own buses included"},
      {"load_kw", "kW", &S::load_kw, 0, any, "passive loads and meters"},
      {"generation_kw", "kW", &S::generation_kw, 0, any, "produced by sun and wind"},
      {"charge_kw", "kW", &S::charge_kw, 0, any, "into batteries and EVs"},
      {"discharge_kw", "kW", &S::discharge_kw, 0, any, "out of batteries"},
      {"losses_kw", "kW", &S::losses_kw, 0, any, "in branches and shunts"},
      {"curtailed_kw", "kW", &S::curtailed_kw, 0, any, "available and not produced"},
      {"v_min_pu", "p.u.", &S::v_min_pu, 0, any, "lowest bus voltage"},
      {"v_max_pu", "p.u.", &S::v_max_pu, 0, any, "highest bus voltage"},
      {"buses_outside", "", &S::buses_outside, 0, any, "buses, or phase nodes, outside the limits"},
      {"loading_max_percent", "%", &S::loading_max_percent, 0, any, "highest branch loading"},
      {"unbalance_max_percent", "%", &S::unbalance_max_percent, 0, any,
       "largest voltage unbalance |V2| / |V1|; 0 where the case is balanced"},
      {"power_kw", "kW", &S::power_kw, 0, any, "sum of absolute agent powers"},
      {"imbalance_kw", "kW", &S::imbalance_kw, 0, any, "sum of absolute cluster powers"},
      {"floor_kw", "kW", &S::floor_kw, 0, any, "absolute sum of agent powers"},
      {"shared_kw", "kW", &S::shared_kw, 0, any, "surplus that met deficit inside clusters"},
      {"volt_var_gap", "", &S::volt_var_gap, 0, any,
       "largest distance of q from its curve, as a share of the rating"},
      {"flow_iterations", "", &S::flow_iterations, 0, any, "iterations of the power flow"},
      {"rounds", "", &S::rounds, 0, any, "rounds of the slowest cluster's dispatch"},
      {"shed_kw", "kW", &S::shed_kw, -any, any, "left out by flexible loads, catching up negative"},
      {"wear_cost", "", &S::wear_cost, 0, any, "of batteries, in the unit of cost_per_kwh"},
      {"lost_agents", "", &S::lost_agents, 0, any, "agents of health 0"},
      {"support_kvar", "kvar", &S::support_kvar, 0, any,
       "reactive power beyond the curves, asked by leaders to hold voltages"},
      {"support_kw", "kW", &S::support_kw, 0, any, "active power that moved to hold voltages"},
  }};
  return table;
}

}  // namespace gridswarm::inline GS_ABI
