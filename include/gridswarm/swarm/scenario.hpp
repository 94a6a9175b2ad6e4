// SPDX-License-Identifier: BSD-3-Clause
// What a run is made of: time, feeders, devices, and the options of every part it uses.
//
// A scenario file names tables after the members of Scenario and keys after each struct's fields().
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "gridswarm/balance/dispatch.hpp"
#include "gridswarm/balance/neighbour_pairs.hpp"
#include "gridswarm/balance/sharing.hpp"
#include "gridswarm/balance/volt_var.hpp"
#include "gridswarm/base/fields.hpp"
#include "gridswarm/cluster/form.hpp"
#include "gridswarm/cluster/leader.hpp"
#include "gridswarm/fleet/forecast.hpp"
#include "gridswarm/fleet/inverter_settings.hpp"
#include "gridswarm/fleet/synthetic.hpp"
#include "gridswarm/flow/power_flow.hpp"

namespace gridswarm::inline GS_ABI::swarm {

/// Distance of q from its curve at which a tick is done, as a share of the device's rating.
inline constexpr double volt_var_gap_max = 1e-9;

/// [run]: time and seeds.
struct RunOptions {
  std::string name = "run";
  std::string start = "2026-06-21T00:00";  ///< local time of the first control tick
  double duration_h = 24.0;
  double dt_s = 60.0;          ///< control tick
  double ledger_dt_s = 900.0;  ///< ledger tick, a multiple of dt_s
  double f_hz = 50.0;
  std::int64_t seed = 1;
  std::int64_t seeds = 1;       ///< weather and demand drawn so often; each fills two lanes
  std::int64_t neighbours = 8;  ///< how many electrical neighbours hear an agent each tick
  std::int64_t price_micro_per_milliwh = 1;  ///< micro-token per milliwatt-hour inside a cluster
  std::int64_t volt_var_passes = 20;  ///< power flows per tick until reactive power fits voltage
};

/// [passive]: the case file's own loads, which no agent controls.
struct PassiveOptions {
  std::string mode = "profile";  ///< "profile", "constant", "none" (agents replace the loads), or
                                 ///< "case" (a circuit's loads follow their own day)
  std::string profile;           ///< name of the profile that scales them
  double scale = 1.0;
};

/// Name in the run's set of a kW profile's shape, which scales passive loads: the profile itself
/// stays in kW for the agents that follow it.
inline std::string shape_name(const std::string& profile) { return profile + " (shape)"; }

/// [town]: many feeders as seeded variations of the listed ones.
struct TownOptions {
  std::int64_t feeders = 0;    ///< 0: exactly the listed feeders
  double variation = 0.1;      ///< loads and impedances vary by up to this share
  double rating_margin = 0.0;  ///< a branch without rating gets this multiple of its flow at the
                               ///< case's own load; 0 leaves it unlimited
};

/// [[feeder]]: one case and its devices.
struct FeederSource {
  std::string case_file;
  std::string fleet_file;  ///< empty: a synthetic fleet of `agents`
  std::int64_t agents = 500;
  std::string profile_pv;  ///< profile of the fleet's PV instead of its own; empty: its own
  std::string profile_wind;
  std::string profile_meter;
};

/// [[profile]]: one file of time series.
struct ProfileSource {
  std::string file;
  std::string unit;  ///< "kw", "kwh_per_step", "per_unit"; empty: by the column's suffix
  bool repeat = false;
};

/// [[inverter]]: IEEE 1547-2018 settings of some devices; the first table that names one is its.
struct InverterSource {
  std::string devices = "all";  ///< pv, wind, battery, ev or all
  std::int64_t first_agent = 0;
  std::int64_t last_agent = 9007199254740992;
  fleet::InverterSettings settings;  ///< keys and tables of their own
};

/// [limits]: between which voltages are in order, and whether clusters hold them there.
struct LimitOptions {
  double v_min_pu = 0.95;
  double v_max_pu = 1.05;
  bool hold = false;  ///< leaders ask members for more than curves give, swarm/hold.hpp
};

/// [results]: how much is stored.
struct ResultOptions {
  bool buses = true;               ///< voltage and power of every bus and tick
  bool agents_every_tick = false;  ///< power and SOC of every agent and tick, else per ledger tick
};

/// [ledger]: what of the decisions goes where.
struct LedgerOptions {
  bool hierarchy = false;      ///< devices sign, clusters certify, the root takes one record each
  std::int64_t committee = 7;  ///< seats of a cluster's committee
};

struct Scenario {
  std::string file;  ///< where it was read from, for messages
  RunOptions run;
  PassiveOptions passive;
  TownOptions town;
  ResultOptions results;
  LimitOptions limits;
  LedgerOptions ledger;
  std::vector<FeederSource> feeders;
  std::vector<ProfileSource> profiles;
  std::vector<InverterSource> inverters;  ///< none: volt-var alone, solved inside the tick
  fleet::FleetMix mix;
  fleet::ForecastOptions forecast;
  cluster::ClusterOptions cluster;
  cluster::LeaderOptions leader;
  balance::DispatchOptions dispatch;
  balance::SharingOptions sharing;
  balance::LocalOptions local;
  balance::VoltVarOptions volt_var;
  balance::GateOptions gate;
  flow::FlowOptions flow;

  Index feeder_count() const {
    return static_cast<Index>(town.feeders > 0 ? town.feeders
                                               : static_cast<std::int64_t>(feeders.size()));
  }
  Index ticks() const { return static_cast<Index>(run.duration_h * 3600.0 / run.dt_s + 0.5); }
  Index ticks_per_interval() const { return static_cast<Index>(run.ledger_dt_s / run.dt_s + 0.5); }
  Index variants() const { return static_cast<Index>(2 * run.seeds); }
};

/// Everything that can be wrong between the fields: times that do not divide, an unknown mode.
/// @throws InputError naming the scenario file and the key
void check(const Scenario& scenario);

}  // namespace gridswarm::inline GS_ABI::swarm

namespace gridswarm::inline GS_ABI {
template <>
std::span<const Field<swarm::RunOptions>> fields<swarm::RunOptions>();
template <>
std::span<const Field<swarm::PassiveOptions>> fields<swarm::PassiveOptions>();
template <>
std::span<const Field<swarm::TownOptions>> fields<swarm::TownOptions>();
template <>
std::span<const Field<swarm::FeederSource>> fields<swarm::FeederSource>();
template <>
std::span<const Field<swarm::ProfileSource>> fields<swarm::ProfileSource>();
template <>
std::span<const Field<swarm::InverterSource>> fields<swarm::InverterSource>();
template <>
std::span<const Field<swarm::ResultOptions>> fields<swarm::ResultOptions>();
template <>
std::span<const Field<swarm::LimitOptions>> fields<swarm::LimitOptions>();
template <>
std::span<const Field<swarm::LedgerOptions>> fields<swarm::LedgerOptions>();
}  // namespace gridswarm::inline GS_ABI

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/swarm/scenario.ipp"
#endif
