// SPDX-License-Identifier: BSD-3-Clause
// Where a device's kilowatts meet a case's per unit.
//
// A device's power is always the three-phase total. A per-phase case (Case::per_phase, such as
// case533mt_hi) states one phase's third of everything, so a device adds a third of its power
// there.
#pragma once

#include "gridswarm/feeder/case.hpp"

namespace gridswarm::inline GS_ABI::fleet {

/// What one kW of an agent is in the case's p.u.: 1 / (1000 base_mva), a third of it per phase.
double agent_kw_to_case_pu(const feeder::Case& grid);

/// What one MW of a case's bus load is in three-phase kW: 1000, or 3000 per phase.
double case_mw_to_agent_kw(const feeder::Case& grid);

}  // namespace gridswarm::inline GS_ABI::fleet

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/fleet/on_feeder.ipp"
#endif
