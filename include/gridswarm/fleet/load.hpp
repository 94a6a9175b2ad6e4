// SPDX-License-Identifier: BSD-3-Clause
// Consumption that follows its voltage, and consumption that can wait.
//
// ZIP: of a load's nominal power a share z is an impedance, a share i a current, the rest a power:
//   P(v) = P(1 p.u.) (z v^2 + i v + 1 - z - i),   Q alike  (IEEE Task Force, IEEE Trans. Power
// Systems 8, 1993). Each agent reads its own voltage, so a run repeats its power flow until both
// fit. Flexibility: a load with flexible share f may leave out up to f P. What it leaves out is
// lost where e_kwh is 0; else it is owed: soc = 1 - owed / e_kwh, and as soon as it can it draws up
// to f rating_kw more until nothing is owed. So whoever keeps inside the band never owes above
// e_kwh.
#pragma once

#include <span>

#include "gridswarm/fleet/fleet.hpp"

namespace gridswarm::inline GS_ABI::fleet {

/// A column of the plate that may be empty, or its default.
double given_or(const Column<double>& column, Index agent, double otherwise);

/// P(v) / P(1 p.u.).
double zip_factor(const Nameplate& plate, Index agent, double v_pu);

/// True where an agent's consumption follows its voltage.
bool has_zip(const Nameplate& plate);

/// Let consumption follow the voltages just measured: scales p_kw and q_kvar, notes the new factor.
/// @return largest change of a factor; 0 in a fleet without ZIP
double follow_voltage(Fleet& fleet, std::span<double> p_kw, std::span<double> q_kvar);

/// What a load wants and the band of its tick, at consumption power_kw >= 0.
void sense_load(const Nameplate& plate, State& state, Index agent, double power_kw, double dt_h);

/// Reactive power of loads that were moved: it goes with their active power.
void follow_reactive(const Fleet& fleet, std::span<const double> p_kw, std::span<double> q_kvar);

/// Consumption left out now, kW: sum of consumption_kw + p_kw over loads, catching up negative.
double shed_kw(const Fleet& fleet);

}  // namespace gridswarm::inline GS_ABI::fleet

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/fleet/load.ipp"
#endif
