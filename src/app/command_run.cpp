// SPDX-License-Identifier: BSD-3-Clause
// The main job: a scenario from file to results and a log that `gridswarm verify` accepts.
#include <cstdio>
#include <memory>
#include <string>

#include "app/commands.hpp"
#include "app/interrupt.hpp"
#include "app/over_ranks.hpp"
#include "app/progress.hpp"
#include "app/report.hpp"
#include "gridswarm/base/collectives.hpp"
#include "gridswarm/io/file.hpp"
#include "gridswarm/io/results_file.hpp"
#include "gridswarm/io/run_folder.hpp"
#include "gridswarm/io/scenario_file.hpp"
#include "gridswarm/ledger/note.hpp"
#include "gridswarm/swarm/genesis.hpp"
#include "gridswarm/swarm/hierarchy.hpp"
#include "gridswarm/swarm/run.hpp"

namespace gridswarm::app {
namespace {

struct Options {
  std::string scenario;
  std::string case_file;
  std::string fleet_file;
  std::int64_t hosted_ranks = 1;
};

/// The scenario with what was typed instead of what it says.
swarm::Scenario read_scenario(const Options& options, const Common& common) {
  swarm::Scenario scenario = io::read_scenario(options.scenario);
  if (common.seed_given) scenario.run.seed = common.seed;
  if (options.case_file.empty() && options.fleet_file.empty()) return scenario;
  if (scenario.feeders.size() != 1)
    throw UsageError("--case and --fleet need a scenario with one [[feeder]]; " + options.scenario +
                     " lists " + std::to_string(scenario.feeders.size()));
  if (!options.case_file.empty()) scenario.feeders[0].case_file = options.case_file;
  if (!options.fleet_file.empty()) scenario.feeders[0].fleet_file = options.fleet_file;
  return scenario;
}

/// The part of a run that only rank 0 has: folder, results, log.
struct Output {
  io::RunFolder folder;
  std::unique_ptr<io::ResultsFile> results;
  std::unique_ptr<swarm::LedgerPlane> ledger;
};

Output open_output(const swarm::Scenario& scenario, const Common& common) {
  Output output;
  const std::string folder = common.out.empty() ? "out/" + scenario.run.name : common.out;
  output.folder = io::claim_folder(folder);
  io::write_file_atomically(output.folder.scenario(), io::read_file(scenario.file));
  output.results = std::make_unique<io::ResultsFile>(output.folder.results());
  const ledger::SigningKey key = ledger::demo_key(static_cast<std::uint64_t>(scenario.run.seed));
  io::write_file_atomically(output.folder.vkey(), ledger::to_text(ledger::verifier_of(key)) + "\n");
  output.ledger = swarm::make_ledger_plane(ledger::posix_files(), output.folder.log(), key,
                                           swarm::genesis_of(scenario), swarm::rules_of(scenario),
                                           swarm::hierarchy_of(scenario, output.folder.gateways()));
  return output;
}

/// With and without the swarm side by side; several draws as their mean.
void print_planner_table(const std::vector<swarm::VariantSummary>& variants) {
  std::printf("\n%-22s %14s %14s  %s\n", "", "with swarm", "local rules", "");
  for (const auto& field : fields<swarm::VariantSummary>()) {
    const auto member = std::get<double swarm::VariantSummary::*>(field.member);
    double with = 0.0, without = 0.0;
    for (std::size_t lane = 0; lane < variants.size(); ++lane)
      (lane % 2 == 0 ? with : without) += variants[lane].*member;
    const double draws = static_cast<double>(variants.size()) / 2.0;
    std::printf("%-22s %14.6g %14.6g  %s\n", field.name, with / draws, without / draws, field.text);
  }
  std::printf("\n");
}

Report report_of(const swarm::RunResult& result, const std::string& folder) {
  Report report;
  add_fields(report, result.summary);
  report.push_back({"out", folder, "results.h5, run.toml and log/"});
  return report;
}

void add_variants(Report& report, const std::vector<swarm::VariantSummary>& variants) {
  for (const auto& field : fields<swarm::VariantSummary>()) {
    const auto member = std::get<double swarm::VariantSummary::*>(field.member);
    std::vector<double> values;
    for (const swarm::VariantSummary& variant : variants) values.push_back(variant.*member);
    report.push_back({field.name, values, "per variant: with, without the swarm"});
  }
}

ExitCode run_over(Exchange& exchange, const swarm::Scenario& scenario, const Common& common) {
  swarm::RunInput input;
  input.scenario = scenario;
  input.profiles = io::load_profiles(scenario);
  input.load = [&](Index k) { return io::load_feeder(scenario, k); };
  input.threads = static_cast<int>(common.threads);
  const bool is_root = hosts_root(exchange);
  Output output;
  const auto open = [&] {
    output = open_output(scenario, common);
    return swarm::Outlets{output.results.get(), output.ledger.get()};
  };
  const Index intervals = scenario.ticks() / scenario.ticks_per_interval();
  Progress progress(scenario.run.name, intervals, is_root ? stderr : nullptr);
  catch_interrupts();
  swarm::RunHooks hooks;
  hooks.stop = [] { return interrupted(); };
  hooks.progress = [&](Index done, Index) { progress.show(done); };
  const swarm::RunResult result = swarm::run(input, exchange, open, hooks);
  if (is_root) {
    Report report = report_of(result, output.folder.folder);
    if (common.json)
      add_variants(report, result.variants);
    else
      print_planner_table(result.variants);
    print(report, common.json);
  }
  if (result.interrupted) return ExitCode::interrupted;
  return any_process(exchange, result.summary.not_converged > 0) ? ExitCode::not_converged
                                                                 : ExitCode::ok;
}

ExitCode run(const Options& options, const Common& common) {
  const swarm::Scenario scenario = read_scenario(options, common);
  return over_ranks(common, static_cast<int>(options.hosted_ranks),
                    [&](Exchange& exchange, const Common& shared) {
                      return run_over(exchange, scenario, shared);
                    });
}

}  // namespace

Command run_command() {
  auto options = std::make_shared<Options>();
  return {"run",
          "Run a scenario: clusters, a balanced day, power flow, results and a verified log",
          {{"scenario", &options->scenario, "scenario file (TOML)", true},
           {"--case", &options->case_file, "case file instead of the scenario's only one"},
           {"--fleet", &options->fleet_file, "fleet file instead of the scenario's only one"},
           {"--hosted-ranks", &options->hosted_ranks, "pretend so many ranks in this process",
            false, 1, 1024}},
          [options](const Common& common) { return run(*options, common); }};
}

}  // namespace gridswarm::app
