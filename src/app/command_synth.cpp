// SPDX-License-Identifier: BSD-3-Clause
// gridswarm synth: devices for a case, or a feeder with its devices, or a day of weather, from a
// seed.
#include <filesystem>
#include <limits>
#include <memory>

#include "app/commands.hpp"
#include "app/open_case.hpp"
#include "app/report.hpp"
#include "gridswarm/feeder/synthetic.hpp"
#include "gridswarm/fleet/phases.hpp"
#include "gridswarm/fleet/synthetic.hpp"
#include "gridswarm/io/circuit_file.hpp"
#include "gridswarm/io/fleet_file.hpp"
#include "gridswarm/io/matpower.hpp"
#include "gridswarm/io/profile_file.hpp"

namespace gridswarm::app {
namespace {

namespace fs = std::filesystem;

struct Choice {
  std::string case_file;
  std::int64_t buses = 0;
  std::int64_t agents = 0;
  bool profiles = false;
  double step_min = 5.0;
  fleet::FleetMix mix;
};

void check(const Choice& choice, const Common& common) {
  constexpr std::int64_t most = std::numeric_limits<Index>::max() / 2;
  if (common.out.empty()) throw UsageError("synth needs a folder to write to: -o DIR");
  if (common.seed < 0) throw UsageError("--seed must be 0 or more");
  const bool feeder = choice.buses != 0, file = !choice.case_file.empty();
  if (feeder && file) throw UsageError("give either --case or --buses, not both");
  if (!feeder && !file && !choice.profiles)
    throw UsageError("synth needs --case CASE or --buses N with --agents M, or --profiles");
  if (feeder && (choice.buses < 2 || choice.buses > most))
    throw UsageError("--buses must be at least 2 and at most " + std::to_string(most));
  if ((feeder || file) && (choice.agents < 1 || choice.agents > most))
    throw UsageError("--agents must be at least 1 and at most " + std::to_string(most));
  if (!feeder && !file && choice.agents != 0)
    throw UsageError("--agents needs --case CASE or --buses N to put them on");
}

/// The folder, made if need be. What will be written must not be there yet.
void claim(const std::string& folder, const std::vector<std::string>& files) {
  std::error_code error;
  if (fs::exists(folder, error) && !fs::is_directory(folder, error))
    throw FileError(folder, "is a file; -o needs a folder");
  for (const std::string& file : files)
    if (fs::exists(file, error))
      throw FileError(file, "is there already; choose another folder or remove it");
  fs::create_directories(folder, error);
  if (error) throw FileError(folder, "can't be made: " + error.message());
}

ExitCode run(const Choice& choice, const Common& common) {
  check(choice, common);
  const std::string fleet_path = common.out + "/fleet.csv";
  const std::string case_path = common.out + "/case.m";
  const std::string profile_path = common.out + "/profiles.csv";
  const bool on_file = !choice.case_file.empty(), has_fleet = on_file || choice.buses > 0;
  std::vector<std::string> files;
  if (has_fleet) files.push_back(fleet_path);
  if (choice.buses > 0) files.push_back(case_path);
  if (choice.profiles) files.push_back(profile_path);

  const auto seed = static_cast<std::uint64_t>(common.seed);
  feeder::Case grid;
  fleet::Fleet fleet;
  if (on_file) grid = open_case(choice.case_file);
  if (choice.buses > 0) grid = feeder::make_synthetic(static_cast<Index>(choice.buses), seed);
  if (has_fleet)
    fleet = fleet::make_synthetic_fleet(grid, static_cast<Index>(choice.agents), seed, choice.mix);
  if (on_file && io::holds_circuit(choice.case_file))
    fleet::join_phases_of_loads(io::read_circuit(choice.case_file), seed, fleet);
  fleet::ProfileSet profiles;
  if (choice.profiles) profiles = fleet::make_synthetic_profiles(seed, 60.0 * choice.step_min);

  claim(common.out, files);
  if (choice.buses > 0) io::write_matpower(grid, case_path);
  if (has_fleet) io::write_fleet(fleet_path, fleet, grid);
  if (choice.profiles) io::write_day_profiles(profile_path, profiles);
  print({{"buses", std::int64_t{grid.buses.size()}, ""},
         {"agents", std::int64_t{fleet.size()}, ""},
         {"profiles", std::int64_t{profiles.size()}, ""},
         {"seed", common.seed, ""},
         {"files", files, ""}},
        common.json);
  return ExitCode::ok;
}

}  // namespace

Command synth_command() {
  const auto choice = std::make_shared<Choice>();
  Command command{"synth",
                  "Make a fleet for a case, or a feeder with its fleet, or profiles, from a seed",
                  {{"--case", &choice->case_file, "case file to put the agents on"},
                   {"--buses", &choice->buses, "make a feeder of so many buses instead"},
                   {"--agents", &choice->agents, "number of agents"},
                   {"--profiles", &choice->profiles, "write a day of profiles too"},
                   {"--step-min", &choice->step_min, "step of these profiles in minutes"}},
                  [choice](const Common& common) { return run(*choice, common); }};
  add_fields(command, choice->mix);
  return command;
}

}  // namespace gridswarm::app
