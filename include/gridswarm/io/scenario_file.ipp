// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gridswarm/feeder/reduction.hpp"
#include "gridswarm/fleet/phases.hpp"
#include "gridswarm/fleet/synthetic.hpp"
#include "gridswarm/io/case_file.hpp"
#include "gridswarm/io/circuit_file.hpp"
#include "gridswarm/io/fleet_file.hpp"
#include "gridswarm/io/profile_file.hpp"
#include "gridswarm/io/scenario_file.hpp"
#include "gridswarm/io/toml.hpp"
#include "gridswarm/swarm/town.hpp"

namespace gridswarm::inline GS_ABI::io {

namespace scenario_detail {

/// `file` as written in the scenario, seen from the working folder.
GS_INLINE std::string beside(const std::string& scenario, const std::string& file) {
  const std::size_t slash = scenario.rfind('/');
  if (file.empty() || file.front() == '/' || slash == std::string::npos) return file;
  return scenario.substr(0, slash + 1) + file;
}

template <class S>
void read_table(const TomlTable& file, const char* name, S& target) {
  if (const auto table = file.table(name)) read_fields(*table, target);
}

/// Feeder k's agents count from k times this, so that ids are unique over the run.
inline constexpr AgentId agents_per_feeder_max = 1000000;

/// Let all agents of one kind follow the profile `name`; nothing where it is empty.
GS_INLINE void follow(fleet::Fleet& fleet, fleet::Kind kind, const std::string& name) {
  if (name.empty()) return;
  fleet.profile_names.push_back(name);
  const Index row = static_cast<Index>(fleet.profile_names.size()) - 1;
  for (Index i = 0; i < fleet.size(); ++i)
    if (fleet.plate.kind[i] == kind) fleet.plate.profile[i] = row;
}

/// Forget profiles that no agent follows.
GS_INLINE void drop_unused_profiles(fleet::Fleet& fleet) {
  std::vector<Index> now(fleet.profile_names.size(), none);
  std::vector<std::string> names;
  for (Index& row : fleet.plate.profile) {
    if (row == none) continue;
    if (now[row] == none) {
      now[row] = static_cast<Index>(names.size());
      names.push_back(fleet.profile_names[row]);
    }
    row = now[row];
  }
  fleet.profile_names = std::move(names);
}

GS_INLINE fleet::Fleet load_fleet(const swarm::Scenario& scenario,
                                  const swarm::FeederSource& source, const feeder::Case& grid,
                                  const feeder::Circuit* circuit, Index k) {
  if (source.agents >= agents_per_feeder_max)
    throw InputError(scenario.file, 0,
                     "agents = " + std::to_string(source.agents) + " on one feeder; at most " +
                         std::to_string(agents_per_feeder_max - 1));
  const bool is_made = source.fleet_file.empty();
  fleet::Fleet fleet =
      is_made ? fleet::make_synthetic_fleet(
                    grid, static_cast<Index>(source.agents),
                    static_cast<std::uint64_t>(scenario.run.seed) + static_cast<std::uint64_t>(k),
                    scenario.mix)
              : read_fleet(source.fleet_file, grid);
  if (is_made && circuit)
    fleet::join_phases_of_loads(*circuit, static_cast<std::uint64_t>(scenario.run.seed), fleet);
  follow(fleet, fleet::Kind::pv, source.profile_pv);
  follow(fleet, fleet::Kind::wind, source.profile_wind);
  follow(fleet, fleet::Kind::meter, source.profile_meter);
  drop_unused_profiles(fleet);
  if (is_made || scenario.town.feeders > 0)
    for (AgentId& id : fleet.plate.id) id += k * agents_per_feeder_max;
  return fleet;
}

/// The standard's defaults of the categories that the table names, and what else it says.
GS_INLINE swarm::InverterSource read_inverter(const TomlTable& table, double f_hz) {
  swarm::InverterSource source;
  read_fields(table, source);
  read_fields(table, source.settings);
  source.settings = fleet::default_inverter_settings(source.settings.category,
                                                     source.settings.abnormal_category, f_hz);
  read_fields(table, source.settings);
  fleet::each_table(source.settings, [&](const char* name, auto& settings) {
    if (const auto inner = table.table(name)) read_fields(*inner, settings);
  });
  return source;
}

}  // namespace scenario_detail

GS_INLINE swarm::Scenario read_scenario(const std::string& path) {
  using namespace scenario_detail;
  const TomlTable file = read_toml(path);
  swarm::Scenario scenario;
  scenario.file = path;
  read_table(file, "run", scenario.run);
  read_table(file, "passive", scenario.passive);
  read_table(file, "town", scenario.town);
  read_table(file, "results", scenario.results);
  read_table(file, "limits", scenario.limits);
  read_table(file, "ledger", scenario.ledger);
  read_table(file, "mix", scenario.mix);
  read_table(file, "forecast", scenario.forecast);
  read_table(file, "cluster", scenario.cluster);
  read_table(file, "leader", scenario.leader);
  read_table(file, "dispatch", scenario.dispatch);
  read_table(file, "sharing", scenario.sharing);
  read_table(file, "local", scenario.local);
  read_table(file, "volt_var", scenario.volt_var);
  read_table(file, "gate", scenario.gate);
  read_table(file, "flow", scenario.flow);
  for (const TomlTable& table : file.tables("feeder")) {
    swarm::FeederSource& source = scenario.feeders.emplace_back();
    read_fields(table, source);
    if (source.case_file.empty()) table.refuse("case", "a [[feeder]] needs a case file");
    source.case_file = beside(path, source.case_file);
    source.fleet_file = beside(path, source.fleet_file);
  }
  for (const TomlTable& table : file.tables("profile")) {
    swarm::ProfileSource& source = scenario.profiles.emplace_back();
    read_fields(table, source);
    if (source.file.empty()) table.refuse("file", "a [[profile]] needs a file");
    source.file = beside(path, source.file);
  }
  for (const TomlTable& table : file.tables("inverter"))
    scenario.inverters.push_back(read_inverter(table, scenario.run.f_hz));
  file.refuse_unknown();
  swarm::check(scenario);
  return scenario;
}

GS_INLINE fleet::ProfileSet load_profiles(const swarm::Scenario& scenario) {
  fleet::ProfileSet set;
  for (const swarm::ProfileSource& source : scenario.profiles) {
    ProfileFileOptions options;
    options.repeat = source.repeat;
    if (!source.unit.empty()) {
      options.unit = parse_profile_unit(source.unit);
      if (!options.unit)
        throw InputError(
            scenario.file, 0,
            "profile unit \"" + source.unit + "\" is unknown; choose kw, kwh_per_step or per_unit");
    }
    fleet::append(set, read_profiles(source.file, options));
  }
  if (scenario.passive.mode == "profile") {
    fleet::Profile shape =
        set.profiles[fleet::bind_profiles(set, {scenario.passive.profile}).front()];
    if (shape.unit == fleet::ProfileUnit::kw) {
      fleet::make_per_unit(shape);
      shape.name = swarm::shape_name(scenario.passive.profile);
      set.profiles.push_back(std::move(shape));
    }
  }
  fleet::set_start(set, scenario.run.start);
  return set;
}

GS_INLINE swarm::FeederInput load_feeder(const swarm::Scenario& scenario, Index k) {
  const auto listed = static_cast<Index>(scenario.feeders.size());
  const swarm::FeederSource& source = scenario.feeders[k % listed];
  swarm::FeederInput input;
  const std::uint64_t seed = static_cast<std::uint64_t>(scenario.run.seed);
  const bool varies = scenario.town.feeders > 0;
  if (holds_circuit(source.case_file)) {
    auto circuit = std::make_shared<feeder::Circuit>(read_circuit(source.case_file));
    if (scenario.town.rating_margin > 0.0)
      throw InputError(scenario.file, 0,
                       "rating_margin rates balanced cases only; the lines of " + source.case_file +
                           " have their own ratings, leave it out");
    if (varies) swarm::vary(*circuit, scenario.town.variation, seed, k);
    input.grid = feeder::reduce(*circuit);
    input.circuit = std::move(circuit);
  } else {
    input.grid = read_plain_case(source.case_file);
    if (varies) swarm::vary(input.grid, scenario.town.variation, seed, k);
    if (scenario.town.rating_margin > 0.0)
      swarm::rate_branches(input.grid, scenario.town.rating_margin);
  }
  input.name = input.grid.name;
  input.fleet = scenario_detail::load_fleet(scenario, source, input.grid, input.circuit.get(), k);
  return input;
}

}  // namespace gridswarm::inline GS_ABI::io
