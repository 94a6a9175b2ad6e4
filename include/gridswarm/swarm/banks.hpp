// SPDX-License-Identifier: BSD-3-Clause
// Devices of a run that follow IEEE 1547-2018 tick by tick: one bank per [[inverter]] table.
//
// With such tables every controllable device belongs to the first that names it. After a tick is
// decided, banks turn set-points into what inverters give: responses, volt-watt, watt-var, droop,
// trips, ride-through and enter service, from the voltage and frequency of the tick before.
// Volt-var then is the bank's own; without tables nothing changes.
#pragma once

#include <vector>

#include "gridswarm/base/column.hpp"
#include "gridswarm/base/ids.hpp"
#include "gridswarm/fleet/fleet.hpp"
#include "gridswarm/fleet/inverter.hpp"
#include "gridswarm/swarm/scenario.hpp"

namespace gridswarm::inline GS_ABI::swarm {

/// A bank, who is in it, and what its devices see.
struct BankOfRun {
  fleet::InverterBank bank;
  std::vector<Index> agent;  ///< rows of the fleet
  Column<double> v_pu, f_hz, want, low, high, health, p, q;
};

/// One bank per table of the scenario that names somebody; none without tables.
/// @throws UsageError for settings outside the standard, a trip window shorter than the tick, a
/// volt-var response shorter than the tick, a plate that can't be, or a device that no table names
std::vector<BankOfRun> make_banks(const Scenario& scenario, const fleet::Fleet& fleet);

/// One tick: p_kw as decided becomes what the inverters give, with their q_kvar. Allocates nothing.
void step_banks(const fleet::Fleet& fleet, std::vector<BankOfRun>& banks, Column<double>& p_kw,
                Column<double>& q_kvar);

}  // namespace gridswarm::inline GS_ABI::swarm

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/swarm/banks.ipp"
#endif
