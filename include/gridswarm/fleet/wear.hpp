// SPDX-License-Identifier: BSD-3-Clause
// What cycling a battery costs.
//
// A kWh through the terminals at depth d = 1 - soc costs
//   c (1 - w + 2 w d),   c = cost_per_kwh, w = wear_curvature in [0, 1],
// so a full cycle costs 2 c per kWh of capacity for every w, and a cycle from full down to depth D
// costs 2 c E ((1 - w) D + w D^2): w = 0 counts throughput alone, w = 1 makes half the depth cost a
// quarter, the quadratic stress of Xu, Zhao, Zheng, Litvinov and Kirschen (IEEE Trans. Power
// Systems 33, 2018). Exact for cycles that begin full; a shallow cycle at low charge is charged as
// if it were part of a deep one. Calendar ageing and temperature are not counted. c follows from
// the price of a battery over the energy it will pass: 300 per kWh and 3000 full cycles are 0.05.
#pragma once

#include "gridswarm/fleet/fleet.hpp"

namespace gridswarm::inline GS_ABI::fleet {

/// c (1 - w + 2 w d): cost of the next kWh through the terminals of agent's battery; what a
/// piecewise linear dispatch adds per |p|. 0 for agents without storage.
double wear_per_kwh(const Fleet& fleet, Index agent);

/// Cost of the tick that p_kw of the state stands for; ask before integrate. Exact for constant p.
double wear_cost(const Fleet& fleet, double dt_s);

}  // namespace gridswarm::inline GS_ABI::fleet

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/fleet/wear.ipp"
#endif
