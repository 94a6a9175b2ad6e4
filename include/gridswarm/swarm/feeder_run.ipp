// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <utility>

#include "gridswarm/fleet/on_feeder.hpp"
#include "gridswarm/fleet/phases.hpp"
#include "gridswarm/swarm/circuit_wires.hpp"
#include "gridswarm/swarm/feeder_run.hpp"
#include "gridswarm/swarm/genesis.hpp"

namespace gridswarm::inline GS_ABI::swarm {

namespace feeder_run_detail {

/// Row of the passive profile in the run's set, none where the passive load does not follow one.
GS_INLINE Index passive_row(const Scenario& scenario, const fleet::ProfileSet& profiles) {
  if (scenario.passive.mode != "profile") return none;
  const Index shape = fleet::find_profile(profiles, shape_name(scenario.passive.profile));
  if (shape != none) return shape;
  return fleet::bind_profiles(profiles, {scenario.passive.profile}).front();
}

/// Profiles that somebody issued for those the agents follow.
/// @throws InputError where the rule asks for them and there is none
GS_INLINE void find_given(const Scenario& scenario, const fleet::ProfileSet& profiles,
                          FeederRun& run) {
  if (scenario.forecast.rule != "given") return;
  bool is_any = false;
  for (const Index row : run.profile_rows) {
    const fleet::Profile& own = profiles.profiles[row];
    const Index issued = fleet::find_profile(profiles, "forecast_" + own.name);
    run.is_given.push_back(issued != none);
    run.given_rows.push_back(issued == none ? row : issued);
    is_any = is_any || issued != none;
    if (issued != none && profiles.profiles[issued].unit != own.unit)
      throw InputError(scenario.file, 0,
                       "profile 'forecast_" + own.name + "' is in " +
                           std::string(fleet::word_of_unit(profiles.profiles[issued].unit)) +
                           ", the profile itself in " + std::string(fleet::word_of_unit(own.unit)) +
                           "; give both alike");
  }
  if (!is_any)
    throw InputError(scenario.file, 0,
                     "rule \"given\" in [forecast] finds no profile to go by; name one forecast_X "
                     "for a profile X that agents of " +
                         run.input.name + " follow");
}

GS_INLINE void start_variant(const FeederRun& run, const Scenario& scenario, Index lane,
                             Variant& variant) {
  const Index agents = run.input.fleet.size();
  variant.with_swarm = lane % 2 == 0;
  variant.draw = lane / 2;
  variant.fleet = run.input.fleet;
  fleet::reset_state(variant.fleet, scenario.run.f_hz);
  fleet::reset_forecast(variant.fleet, variant.forecast);
  variant.forecast.weight = scenario.forecast.weight;
  variant.p_kw.assign(agents, 0.0);
  variant.q_kvar.assign(agents, 0.0);
  variant.v_min_pu.assign(agents, no_limit);
  variant.v_max_pu.assign(agents, 0.0);
  variant.v_pu.assign(run.forest.size(), 1.0);
  variant.banks = make_banks(scenario, variant.fleet);
}

/// @throws InputError where the volt-var loop may swing
GS_INLINE void require_gate(const FeederRun& run) {
  const balance::Gate& gate = run.volt_var.gate;
  if (gate.gate_passes) return;
  throw InputError(run.input.name, 0,
                   "volt-var of this fleet may swing (loop gain up to " +
                       std::to_string(gate.gate_bound) + "); slopes must be multiplied by " +
                       std::to_string(gate.gate_slope_factor) +
                       ": widen the curve or lower its q in [volt_var]");
}

/// The wires on three phases, and their own gate: the gain measured, raised for low voltage.
GS_INLINE void add_circuit(const Scenario& scenario, FeederRun& run) {
  if (!run.input.circuit) {
    if (scenario.passive.mode == "case")
      throw InputError(scenario.file, 0,
                       "passive mode case needs a circuit whose loads have their own day; " +
                           run.input.name + " is a balanced case");
    return;
  }
  run.circuit = make_circuit_wires(scenario, *run.input.circuit, run);
  run.circuit->gain = measure_gain(scenario, run);
  balance::Gate& gate = run.volt_var.gate;
  const double low = scenario.gate.v_min_pu;
  gate.gate_bound = run.circuit->gain / (low * low);
  gate.gate_passes = gate.gate_bound < scenario.gate.limit;
  gate.gate_slope_factor = scenario.gate.limit / gate.gate_bound;
  require_gate(run);
}

/// Mean of a profile over the next day of the run, a sample every quarter of an hour: what a
/// day-ahead forecast of energy would say.
GS_INLINE double day_mean(const Scenario& scenario, const fleet::Profile& profile) {
  const double end_s = std::min(86400.0, scenario.run.duration_h * 3600.0);
  double sum = 0.0;
  std::int64_t samples = 0;
  for (double time_s = 0.0; time_s < end_s; time_s += 900.0, ++samples)
    sum += fleet::value_at(profile, time_s);
  return sum / static_cast<double>(samples);
}

/// The same of a circuit's loads, each by its own day.
GS_INLINE double day_mean_of_loads(const Scenario& scenario, const FeederRun& run) {
  const double end_s = std::min(86400.0, scenario.run.duration_h * 3600.0);
  double sum = 0.0;
  std::int64_t samples = 0;
  for (double time_s = 0.0; time_s < end_s; time_s += 900.0, ++samples)
    sum += set_loads(scenario, time_s, 1.0, *run.circuit);
  return sum / static_cast<double>(samples);
}

/// Power at the mean of a day; of weather roughly, since the mean only begins there.
GS_INLINE double level_kw(double rating_kw, double mean, fleet::ProfileUnit unit) {
  switch (unit) {
    case fleet::ProfileUnit::kw: return mean;
    case fleet::ProfileUnit::w_per_m2: return rating_kw * (mean / 1000.0);
    case fleet::ProfileUnit::m_per_s: {
      bool is_stopped = false;
      return rating_kw * fleet::wind_share(fleet::usual_power_curve(), mean, is_stopped);
    }
    default: return rating_kw * mean;
  }
}

/// Slow means start from the day's forecast, not from whatever the first tick happens to be.
GS_INLINE void forecast_means(const FeederRun& run, const Scenario& scenario,
                              const fleet::ProfileSet& profiles, balance::SharingState& sharing) {
  const fleet::Nameplate& plate = run.input.fleet.plate;
  Column<double> mean;
  for (const Index row : run.profile_rows)
    mean.push_back(day_mean(scenario, profiles.profiles[row]));
  sharing.started = true;
  sharing.load_mean_kw = run.passive_kw * scenario.passive.scale;
  if (scenario.passive.mode == "none") sharing.load_mean_kw = 0.0;
  if (run.passive_row != none)
    sharing.load_mean_kw *= day_mean(scenario, profiles.profiles[run.passive_row]);
  if (scenario.passive.mode == "case") sharing.load_mean_kw *= day_mean_of_loads(scenario, run);
  sharing.mean_kw.assign(plate.id.size(), 0.0);
  for (Index i = 0; i < plate.size(); ++i) {
    double level = plate.rating_kw[i];
    if (const Index row = plate.profile[i]; row != none)
      level = level_kw(level, mean[row], profiles.profiles[run.profile_rows[row]].unit);
    switch (plate.kind[i]) {
      case fleet::Kind::pv:
      case fleet::Kind::wind: sharing.mean_kw[i] = level; break;
      case fleet::Kind::meter:
      case fleet::Kind::load: sharing.mean_kw[i] = -level; break;
      case fleet::Kind::ev:
        sharing.mean_kw[i] = -std::max(0.0, plate.soc_depart[i] - plate.soc_start[i]) *
                             plate.e_kwh[i] / plate.efficiency[i] / 24.0;
        break;
      case fleet::Kind::battery: break;
    }
  }
}

GS_INLINE void size_rows(FeederRun& run, const Scenario& scenario) {
  const std::size_t variants = run.variants.size();
  const std::size_t ticks = scenario.ticks_per_interval();
  const std::size_t agents = run.input.fleet.size();
  const std::size_t wires = scenario.results.buses ? run.input.grid.buses.size() : 0;
  const std::size_t nodes =
      run.input.circuit && wires > 0 ? run.input.circuit->nodes.size() : wires;
  const std::size_t devices = scenario.results.agents_every_tick ? agents : 0;
  FeederInterval& rows = run.rows;
  rows.feeder = run.feeder;
  rows.ticks = static_cast<Index>(ticks);
  rows.totals.resize(ticks * variants);
  for (Column<double>* column : {&rows.p_kw, &rows.q_kvar})
    column->resize(ticks * variants * wires);
  for (Column<double>* column : {&rows.v_re_pu, &rows.v_im_pu})
    column->resize(ticks * variants * nodes);
  rows.agent_p_kw.resize(ticks * variants * devices);
  rows.agent_soc.resize(ticks * variants * devices);
  for (Column<double>* column : {&rows.soc, &rows.e_out_kwh, &rows.e_in_kwh})
    column->assign(variants * agents, 0.0);
  rows.cluster.assign(variants * agents, -1);
  rows.leader.assign(variants * agents, -1);
  rows.unserved_kwh.assign(variants, 0.0);
}

}  // namespace feeder_run_detail

GS_INLINE std::unique_ptr<FeederRun> make_feeder_run(const Scenario& scenario,
                                                     const fleet::ProfileSet& profiles,
                                                     Index feeder, FeederInput input) {
  using namespace feeder_run_detail;
  auto made = std::make_unique<FeederRun>();
  FeederRun& run = *made;
  run.feeder = feeder;
  run.input = std::move(input);
  const feeder::Case& grid = run.input.grid;
  const fleet::Fleet& fleet = run.input.fleet;
  run.forest = feeder::make_forest(grid);
  run.dt_s = scenario.run.dt_s;
  run.pu_per_kw = fleet::agent_kw_to_case_pu(grid);
  for (const Index bus : fleet.plate.bus) run.position.push_back(run.forest.position[bus]);
  const auto tree =
      distance::make_agent_tree(grid, run.forest, fleet, cluster::length_rule(scenario.cluster));
  run.neighbours = cluster::nearest(tree, static_cast<Index>(scenario.run.neighbours));
  balance::edge_lengths(run.forest, run.pu_per_kw, run.edge_pu);
  balance::make_volt_var_plan(run.forest, fleet, run.pu_per_kw, scenario.volt_var, scenario.gate,
                              run.volt_var);
  if (!run.input.circuit) require_gate(run);
  if (run.input.circuit && scenario.limits.hold)
    throw InputError(scenario.file, 0,
                     "hold in [limits] works on balanced feeders, and " + run.input.name +
                         " is solved phase by phase; leave it out");
  run.profile_rows = fleet::bind_profiles(profiles, fleet.profile_names);
  find_given(scenario, profiles, run);
  run.passive_row = passive_row(scenario, profiles);
  std::vector<Index> used = run.profile_rows;
  used.insert(used.end(), run.given_rows.begin(), run.given_rows.end());
  if (run.passive_row != none) used.push_back(run.passive_row);
  if (run.passive_row != none) fleet::require_power(profiles.profiles[run.passive_row]);
  fleet::require_fitting(profiles, run.profile_rows, fleet, scenario.run.dt_s, scenario.file);
  fleet::require_duration(profiles, used, scenario.run.duration_h * 3600.0);
  for (Index at = 0; at < run.forest.size(); ++at)
    run.passive_kw += grid.buses.pd_mw[run.forest.bus[at]] / (grid.base_mva * run.pu_per_kw);
  run.variants.resize(scenario.variants());
  for (Index lane = 0; lane < scenario.variants(); ++lane)
    start_variant(run, scenario, lane, run.variants[lane]);
  add_circuit(scenario, run);
  for (Variant& variant : run.variants) forecast_means(run, scenario, profiles, variant.sharing);
  run.p_pu.assign(run.variants.size() * grid.buses.size(), 0.0);
  run.q_pu.assign(run.p_pu.size(), 0.0);
  size_rows(run, scenario);
  run.journal = make_journal({static_cast<std::uint64_t>(scenario.run.seed), genesis_of(scenario),
                              rules_of(scenario).tariff},
                             feeder);
  run.journal.options.seats = static_cast<int>(scenario.ledger.committee);
  return made;
}

/// The wires of a case as they are solved.
GS_INLINE void add_wires(const feeder::Case& grid, FeederLayout& layout) {
  const feeder::Buses& buses = grid.buses;
  const feeder::Branches& branches = grid.branches;
  const auto copy = [](const auto& from, auto& to) { to.assign(from.begin(), from.end()); };
  layout.base_mva = grid.base_mva;
  copy(buses.base_kv, layout.base_kv);
  copy(buses.gs_mw, layout.gs_mw);
  copy(buses.bs_mvar, layout.bs_mvar);
  for (const feeder::BusType type : buses.type)
    layout.bus_type.push_back(static_cast<std::int64_t>(type));
  for (Index row = 0; row < branches.size(); ++row) {
    layout.fbus.push_back(buses.id[branches.from[row]]);
    layout.tbus.push_back(buses.id[branches.to[row]]);
  }
  copy(branches.in_service, layout.in_service);
  copy(branches.r_pu, layout.r_pu);
  copy(branches.x_pu, layout.x_pu);
  copy(branches.b_pu, layout.b_pu);
  copy(branches.rate_mva, layout.rate_mva);
  copy(branches.ratio, layout.ratio);
  copy(branches.shift_deg, layout.shift_deg);
}

GS_INLINE FeederLayout layout_of(const FeederRun& run) {
  const fleet::Nameplate& plate = run.input.fleet.plate;
  const feeder::Buses& buses = run.input.grid.buses;
  FeederLayout layout;
  layout.name = run.input.name;
  layout.bus.assign(buses.id.begin(), buses.id.end());
  layout.agent.assign(plate.id.begin(), plate.id.end());
  for (Index i = 0; i < plate.size(); ++i) {
    layout.agent_bus.push_back(buses.id[plate.bus[i]]);
    layout.agent_kind.push_back(static_cast<std::int64_t>(plate.kind[i]));
  }
  layout.e_kwh.assign(plate.e_kwh.begin(), plate.e_kwh.end());
  layout.efficiency.assign(plate.efficiency.begin(), plate.efficiency.end());
  layout.kw_per_pu = 1.0 / run.pu_per_kw;
  add_wires(run.input.grid, layout);
  if (!run.input.circuit) return layout;
  const feeder::Circuit& circuit = *run.input.circuit;
  layout.bus_name = buses.name;
  for (Index node = 0; node < circuit.nodes.size(); ++node)
    layout.node.push_back(name_of_node(circuit, node));
  for (Index i = 0; i < plate.size(); ++i)
    layout.agent_phases.push_back(fleet::word_of_phases(fleet::phases_of(plate, i)));
  return layout;
}

}  // namespace gridswarm::inline GS_ABI::swarm
