// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <cmath>

#include "gridswarm/base/error.hpp"
#include "gridswarm/swarm/scenario.hpp"

namespace gridswarm::inline GS_ABI {

template <>
GS_INLINE std::span<const Field<swarm::RunOptions>> fields<swarm::RunOptions>() {
  using S = swarm::RunOptions;
  static const std::array<Field<S>, 11> table = {{
      {"name", "", &S::name, 0, 0, "name of the run, part of the log's origin"},
      {"start", "", &S::start, 0, 0, "local time of the first control tick, YYYY-MM-DDThh:mm"},
      {"duration_h", "h", &S::duration_h, 1e-3, 87840, "simulated time"},
      {"dt_s", "s", &S::dt_s, 0.01, 3600, "control tick"},
      {"ledger_dt_s", "s", &S::ledger_dt_s, 1, 86400, "ledger tick, a multiple of dt_s"},
      {"f_hz", "Hz", &S::f_hz, 50, 60, "nominal frequency, 50 or 60"},
      {"seed", "", &S::seed, 0, 9e18, "seed of everything random"},
      {"seeds", "", &S::seeds, 1, 64, "draws of weather and demand, each with and without swarm"},
      {"neighbours", "", &S::neighbours, 0, 64,
       "electrical neighbours an agent talks to each tick"},
      {"price_micro_per_milliwh", "micro-token", &S::price_micro_per_milliwh, 0, 1e9,
       "price of a milliwatt-hour shared inside a cluster"},
      {"volt_var_passes", "", &S::volt_var_passes, 1, 100,
       "power flows per tick until reactive power fits voltage"},
  }};
  return table;
}

template <>
GS_INLINE std::span<const Field<swarm::PassiveOptions>> fields<swarm::PassiveOptions>() {
  using S = swarm::PassiveOptions;
  static const std::array<Field<S>, 3> table = {{
      {"mode", "", &S::mode, 0, 0,
       "the case's loads: profile, constant, none, or case: each by its own day"},
      {"profile", "", &S::profile, 0, 0, "profile that scales the case's loads"},
      {"scale", "", &S::scale, 0, 100, "factor on the case's loads"},
  }};
  return table;
}

template <>
GS_INLINE std::span<const Field<swarm::TownOptions>> fields<swarm::TownOptions>() {
  using S = swarm::TownOptions;
  static const std::array<Field<S>, 3> table = {{
      {"feeders", "", &S::feeders, 0, 1e6, "seeded variations of the listed feeders, 0 for none"},
      {"variation", "", &S::variation, 0, 0.9, "share by which loads and impedances vary"},
      {"rating_margin", "", &S::rating_margin, 0, 100,
       "rating of unrated branches as a multiple of their flow at the case's own load"},
  }};
  return table;
}

template <>
GS_INLINE std::span<const Field<swarm::FeederSource>> fields<swarm::FeederSource>() {
  using S = swarm::FeederSource;
  static const std::array<Field<S>, 6> table = {{
      {"case", "", &S::case_file, 0, 0, "case file, relative to the scenario"},
      {"fleet", "", &S::fleet_file, 0, 0, "fleet file, or nothing for a synthetic fleet"},
      {"agents", "", &S::agents, 0, 1e8, "size of the synthetic fleet"},
      {"profile_pv", "", &S::profile_pv, 0, 0, "profile of all PV, or nothing for the fleet's own"},
      {"profile_wind", "", &S::profile_wind, 0, 0, "the same for wind"},
      {"profile_meter", "", &S::profile_meter, 0, 0, "the same for meters"},
  }};
  return table;
}

template <>
GS_INLINE std::span<const Field<swarm::ProfileSource>> fields<swarm::ProfileSource>() {
  using S = swarm::ProfileSource;
  static const std::array<Field<S>, 3> table = {{
      {"file", "", &S::file, 0, 0, "time series, relative to the scenario"},
      {"unit", "", &S::unit, 0, 0, "kw, kwh_per_step or per_unit; nothing: by column suffix"},
      {"repeat", "", &S::repeat, 0, 1, "start again after the last value"},
  }};
  return table;
}

template <>
GS_INLINE std::span<const Field<swarm::InverterSource>> fields<swarm::InverterSource>() {
  using S = swarm::InverterSource;
  static const std::array<Field<S>, 3> table = {{
      {"devices", "", &S::devices, 0, 0, "whose: pv, wind, battery, ev or all"},
      {"first_agent", "", &S::first_agent, 0, 9e15, "of these the agents from this id"},
      {"last_agent", "", &S::last_agent, 0, 1e16, "up to this one"},
  }};
  return table;
}

template <>
GS_INLINE std::span<const Field<swarm::ResultOptions>> fields<swarm::ResultOptions>() {
  using S = swarm::ResultOptions;
  static const std::array<Field<S>, 2> table = {{
      {"buses", "", &S::buses, 0, 1, "store voltage and power of every bus and tick"},
      {"agents_every_tick", "", &S::agents_every_tick, 0, 1,
       "store every agent's power and SOC each control tick, not only each ledger tick"},
  }};
  return table;
}

template <>
GS_INLINE std::span<const Field<swarm::LimitOptions>> fields<swarm::LimitOptions>() {
  using S = swarm::LimitOptions;
  static const std::array<Field<S>, 3> table = {{
      {"v_min_pu", "p.u.", &S::v_min_pu, 0, 2, "a voltage below it counts as outside"},
      {"v_max_pu", "p.u.", &S::v_max_pu, 0, 2, "a voltage above it counts as outside"},
      {"hold", "", &S::hold, 0, 1,
       "leaders of clusters hold voltages inside: reactive power beyond the curves, then active"},
  }};
  return table;
}

template <>
GS_INLINE std::span<const Field<swarm::LedgerOptions>> fields<swarm::LedgerOptions>() {
  using S = swarm::LedgerOptions;
  static const std::array<Field<S>, 2> table = {{
      {"hierarchy", "", &S::hierarchy, 0, 1,
       "devices sign their records, clusters certify them, the log takes one record per cluster"},
      {"committee", "", &S::committee, 4, 10, "members of a cluster that certify its records"},
  }};
  return table;
}

}  // namespace gridswarm::inline GS_ABI

namespace gridswarm::inline GS_ABI::swarm {

namespace scenario_detail {
GS_INLINE bool divides(double part, double whole) {
  const double count = whole / part;
  return std::abs(count - std::round(count)) < 1e-9 && count > 0.5;
}
}  // namespace scenario_detail

GS_INLINE void check(const Scenario& scenario) {
  const RunOptions& run = scenario.run;
  const auto refuse = [&](const std::string& sentence) {
    throw InputError(scenario.file, 0, sentence);
  };
  if (!scenario_detail::divides(run.dt_s, run.ledger_dt_s))
    refuse("ledger_dt_s = " + std::to_string(run.ledger_dt_s) +
           " is not a multiple of dt_s = " + std::to_string(run.dt_s));
  if (!scenario_detail::divides(run.ledger_dt_s, run.duration_h * 3600.0))
    refuse("duration_h = " + std::to_string(run.duration_h) +
           " is not a whole number of ledger ticks");
  if (run.f_hz != 50.0 && run.f_hz != 60.0)
    refuse("f_hz = " + std::to_string(run.f_hz) + "; choose 50 or 60");
  const std::string& rule = scenario.forecast.rule;
  if (rule != "persistence" && rule != "clear_sky" && rule != "given")
    refuse("rule \"" + rule +
           "\" in [forecast] is unknown; choose persistence, clear_sky or given");
  if (scenario.feeders.empty()) refuse("no [[feeder]] is listed; name at least one case file");
  const std::string& mode = scenario.passive.mode;
  if (mode != "profile" && mode != "constant" && mode != "none" && mode != "case")
    refuse("passive mode \"" + mode + "\" is unknown; choose profile, constant, none or case");
  if (mode == "profile" && scenario.passive.profile.empty())
    refuse("passive mode profile needs the name of a profile; set profile, or mode = \"constant\"");
  if (scenario.flow.method != "automatic" && scenario.flow.method != "sweep")
    refuse("a run solves its feeders by sweep; leave out method = \"" + scenario.flow.method +
           "\" in [flow]");
  if (!(scenario.limits.v_min_pu < scenario.limits.v_max_pu))
    refuse("v_min_pu = " + std::to_string(scenario.limits.v_min_pu) +
           " in [limits] is not below v_max_pu = " + std::to_string(scenario.limits.v_max_pu));
  if (scenario.limits.hold && scenario.limits.v_max_pu - scenario.limits.v_min_pu < 1e-3)
    refuse("hold in [limits] needs a band of at least 0.001 p.u. between v_min_pu and v_max_pu");
  if (scenario.limits.hold && !scenario.inverters.empty())
    refuse("hold in [limits] acts beside volt-var solved inside the tick; leave out [[inverter]]");
  if (scenario.limits.hold && !scenario.local.leader)
    refuse("hold in [limits] needs leaders; leave out leader = false in [local]");
  for (const InverterSource& source : scenario.inverters)
    if (source.devices != "all" && source.devices != "pv" && source.devices != "wind" &&
        source.devices != "battery" && source.devices != "ev")
      refuse("[[inverter]] for devices \"" + source.devices +
             "\"; choose pv, wind, battery, ev or all");
  if (scenario.flow.q_limits) refuse("a run knows no q_limits; leave it out of [flow]");
}

}  // namespace gridswarm::inline GS_ABI::swarm
