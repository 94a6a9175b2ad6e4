// SPDX-License-Identifier: BSD-3-Clause
// What each kind of device can do in a tick, and what a tick does to its storage.
//
// A storage of capacity E with one-way efficiency n obeys, p counted into the grid,
//   soc += -p dt n / E   (p < 0, charging),     soc -= p dt / (n E)   (p > 0, discharging),
// so the band of a tick follows from the room left: charging at most (1 - soc) E / (n dt),
// discharging at most (soc - soc_min) n E / dt. An electric vehicle that must leave with soc_depart
// needs G = (soc_depart - soc) E / n from the grid; what later ticks can't deliver it must draw
// now:
//   p_max = -max(0, G - limit t_later) / dt.
// Only + - * / and sqrt: the same bytes everywhere. Nothing allocates.
#pragma once

#include <cstdint>
#include <span>

#include "gridswarm/fleet/fleet.hpp"
#include "gridswarm/fleet/profile.hpp"

namespace gridswarm::inline GS_ABI::fleet {

/// When a tick begins and how long it lasts.
struct Tick {
  double hour_of_day = 0.0;  ///< local, 0 <= h < 24
  double dt_s = 60.0;        ///< at most one day
};

/// Size the state and set it as at the start of a run: SOC as on the plate, 1 p.u., f_hz, healthy.
void reset_state(Fleet& fleet, double f_hz = 50.0);

/// Fill generation, consumption, p_want and the band of this tick; meters also get p and q.
/// @param values  one per entry of Fleet::profile_names; @param threads 0: what OpenMP would use
void sense(Fleet& fleet, const ProfileValues& values, const Tick& tick, int threads = 1);

/// Power into the grid that sun, wind, a meter or a load would have at these values at 1 p.u., kW;
/// health and storm are taken as they stand now.
double expected_kw(const Fleet& fleet, const ProfileValues& values, Index agent);

/// SOC after dt_s at p_kw, which must lie inside the tick's band.
void integrate(Fleet& fleet, double dt_s, int threads = 1);

/// Vehicles whose hour of departure or arrival falls within the tick leave or come: call it after
/// integrate. A vehicle arrives with soc_start again (its trip took the rest).
/// @return kWh that leaving vehicles lack against soc_depart.
double settle_departures(Fleet& fleet, const Tick& tick);

/// True while the vehicle is plugged in for the whole tick. Equal hours mean it never leaves for
/// long.
bool is_plugged(double arrive_h, double depart_h, const Tick& tick);

/// Sums per bus that local_rules needs; keeps its capacity.
struct LocalWork {
  Column<double> net_kw;   ///< per bus row: everything but batteries
  Column<double> up_kw;    ///< what the bus's batteries could discharge
  Column<double> down_kw;  ///< what they could charge, <= 0
};

/// The case without swarm: p_kw and q_kvar as each device would choose alone. PV and wind feed all
/// they have at unity power factor, vehicles charge on arrival, the batteries of a bus follow the
/// net power of that bus's agents (in proportion to their bands), meters draw what they draw.
void local_rules(Fleet& fleet, Index buses, LocalWork& work);

/// Sun and wind not used: sum of generation_kw - p_kw over pv and wind, in kW.
double curtailed_kw(const Fleet& fleet);

}  // namespace gridswarm::inline GS_ABI::fleet

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/fleet/device.ipp"
#endif
