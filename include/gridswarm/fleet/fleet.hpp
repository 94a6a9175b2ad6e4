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

namespace gridswarm::inline GS_ABI::fleet {

/// pv, wind: generation by profile. battery: free within SOC. ev: a battery that must leave
/// charged. meter: consumption by profile, never controlled.
enum class Kind : std::int8_t { pv, wind, battery, ev, meter };

/// What is on the plate and in the contract; one row per agent, sorted by agent id.
struct Nameplate {
  Column<AgentId> id;
  Column<Index> bus;  ///< bus row of the case
  Column<Kind> kind;
  Column<double> s_kva;         ///< inverter rating; for a meter the connection's rating
  Column<double> rating_kw;     ///< active power at profile value 1 (pv, wind, meter) or charge and
                                ///< discharge limit (battery, ev); never negative
  Column<double> e_kwh;         ///< storage capacity; 0 for the others
  Column<double> soc_start;     ///< 0..1
  Column<double> soc_min;       ///< 0..1
  Column<double> efficiency;    ///< one way, 0..1: stored = charged * it, drawn = out / it
  Column<double> arrive_h;      ///< ev: hour of the day it plugs in
  Column<double> depart_h;      ///< ev: hour it leaves; before arrive_h means the next day
  Column<double> soc_depart;    ///< ev: SOC wanted at departure
  Column<double> cost_per_kw2;  ///< weight a of 1/2 a (p - p_want)^2, > 0
  Column<double> power_factor;  ///< meter: lagging, 0..1, 1 = no reactive power; 1 for the others
  Column<Index> profile;        ///< row of the profile set; none: constant 1
  Column<std::int8_t> phases;   ///< fleet/phases.hpp; 0: all of its bus; empty: all agents so
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
};

struct Fleet {
  Nameplate plate;
  State state;
  std::vector<std::string> profile_names;  ///< what Nameplate::profile counts in
  Index size() const { return plate.size(); }
};

}  // namespace gridswarm::inline GS_ABI::fleet
