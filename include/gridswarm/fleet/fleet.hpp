// SPDX-License-Identifier: BSD-3-Clause
// The devices: one column per property of an agent.
//
// Power is counted into the grid: p_kw > 0 for PV, wind and discharging storage, < 0 for meters and
// charging storage. Nameplate columns are read from a fleet file and never change in a run; state
// columns are what an agent senses and decides each control tick (paper, section 3.1).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "gridswarm/base/column.hpp"
#include "gridswarm/base/ids.hpp"
#include "gridswarm/fleet/wind_turbine.hpp"

namespace gridswarm::inline GS_ABI::fleet {

/// pv, wind: generation by profile. battery: free within SOC. ev: a battery that must leave
/// charged. meter: consumption by profile, never controlled. load: consumption by profile of which
/// a share may be shed or moved.
enum class Kind : std::int8_t { pv, wind, battery, ev, meter, load };

/// What is on the plate and in the contract; one row per agent, sorted by agent id.
struct Nameplate {
  Column<AgentId> id;
  Column<Index> bus;  ///< bus row of the case
  Column<Kind> kind;
  Column<double> s_kva;         ///< inverter rating; for a meter the connection's rating
  Column<double> rating_kw;     ///< active power at profile value 1 (pv, wind, meter) or charge and
                                ///< discharge limit (battery, ev); never negative
  Column<double> e_kwh;         ///< storage capacity; load: energy it may owe; 0 for the others
  Column<double> soc_start;     ///< 0..1
  Column<double> soc_min;       ///< 0..1
  Column<double> efficiency;    ///< one way, 0..1: stored = charged * it, drawn = out / it
  Column<double> arrive_h;      ///< ev: hour of the day it plugs in
  Column<double> depart_h;      ///< ev: hour it leaves; before arrive_h means the next day
  Column<double> soc_depart;    ///< ev: SOC wanted at departure
  Column<double> cost_per_kw2;  ///< weight a of 1/2 a (p - p_want)^2, > 0
  Column<double> power_factor;  ///< meter, load: lagging, 0..1, 1 = no reactive power; else 1
  Column<Index> profile;        ///< row of the profile set; none: constant 1
  Column<std::int8_t> phases;   ///< fleet/phases.hpp; 0: all of its bus; empty: all agents so

  // Each column below may be empty: then all agents have the value in brackets.
  Column<double> soc_max;         ///< battery, ev: never charged above [1]
  Column<double> cost_per_kwh;    ///< battery, ev: wear per kWh through its terminals [0]
  Column<double> wear_curvature;  ///< battery, ev: 0..1, fleet/wear.hpp [0]
  Column<double> gamma_per_k;     ///< pv: change of power per kelvin of the cell [-0.0035]
  Column<Index> power_curve;      ///< wind: row of Fleet::power_curves [none: the usual]
  Column<double> z_share;         ///< meter, load: share that goes by v^2 [0]
  Column<double> i_share;         ///< meter, load: share that goes by v [0]
  Column<double> flexible_share;  ///< load: share that may be shed or moved [0]
  Column<double> mtbf_h;          ///< mean time between failures, 0: it never fails [0]
  Column<double> repair_h;        ///< mean time to repair [24]
  Column<double> lost_from_h;     ///< its health is lost_health from here, hours of the run [none]
  Column<double> lost_to_h;       ///< .. to here [no end]
  Column<double> lost_health;     ///< 0..1 [0]
  Index size() const { return static_cast<Index>(id.size()); }
};

/// What an agent knows and does at one tick.
struct State {
  Column<double> generation_kw;   ///< available from sun and wind, >= 0
  Column<double> consumption_kw;  ///< of meters, >= 0
  Column<double> p_kw;            ///< net power now, into the grid
  Column<double> q_kvar;          ///< into the grid
  Column<double> p_want_kw;       ///< what the device would do alone
  Column<double> p_min_kw;        ///< flexibility band of this tick
  Column<double> p_max_kw;
  Column<double> soc;          ///< 0 where there is no storage
  Column<double> v_pu;         ///< of its bus, measured after the last power flow
  Column<double> f_hz;         ///< nominal until the frequency part
  Column<double> forecast_kw;  ///< expected net power of the next ledger tick, by persistence
  Column<double> health;       ///< 1 healthy .. 0 lost
  Column<std::int64_t> bytes;  ///< exchanged with others so far
  // Empty where no agent of the fleet needs it.
  Column<double> zip;           ///< P(v) over P(1 p.u.) that p_kw stands for
  Column<std::int8_t> stopped;  ///< wind: 1 after a storm
  Column<std::int8_t> failed;   ///< 1: broken by chance
};

struct Fleet {
  Nameplate plate;
  State state;
  std::vector<std::string> profile_names;  ///< what Nameplate::profile counts in
  std::vector<PowerCurve> power_curves;    ///< what Nameplate::power_curve counts in
  Index size() const { return plate.size(); }
};

}  // namespace gridswarm::inline GS_ABI::fleet
