// SPDX-License-Identifier: BSD-3-Clause
// gridswarm cluster CASE --fleet FLEET.csv: form clusters, elect leaders, measure both.
#include <chrono>
#include <memory>

#include "app/cluster_life.hpp"
#include "app/commands.hpp"
#include "app/open_case.hpp"
#include "app/over_ranks.hpp"
#include "app/report.hpp"
#include "gridswarm/base/collectives.hpp"
#include "gridswarm/cluster/cohesion.hpp"
#include "gridswarm/cluster/form_ranks.hpp"
#include "gridswarm/cluster/leader.hpp"
#include "gridswarm/cluster/quality.hpp"
#include "gridswarm/io/cluster_file.hpp"
#include "gridswarm/io/cluster_picture.hpp"
#include "gridswarm/io/file.hpp"
#include "gridswarm/io/fleet_file.hpp"
#include "gridswarm/io/length_file.hpp"
#include "gridswarm/ledger/hash.hpp"

namespace gridswarm::app {
namespace {

/// What the command line says.
struct Settings {
  std::string path;
  std::string fleet;
  std::string previous;
  std::string preset;
  std::string lengths;
  std::string picture;
  Life life;
  std::int64_t epoch = 0;
  std::int64_t hosted_ranks = 1;
  cluster::ClusterOptions form;
  cluster::LeaderOptions lead;
};

std::string hex(const ledger::Hash& hash) {
  static const char digits[] = "0123456789abcdef";
  std::string text;
  for (const std::byte byte : hash) {
    text += digits[std::to_integer<unsigned>(byte) >> 4];
    text += digits[std::to_integer<unsigned>(byte) & 15];
  }
  return text;
}

/// What the options say together: a preset, what is typed beside it, lengths of a file.
cluster::ClusterOptions options_of(const Settings& settings, const Common& common,
                                   const feeder::Case& grid) {
  cluster::ClusterOptions form = settings.form;
  if (!settings.preset.empty()) {
    form = cluster::preset(settings.preset);
    keep_given(common, settings.form, form);
  }
  if (!settings.lengths.empty()) {
    form.branch_length = io::read_branch_lengths(settings.lengths, grid);
    form.edge_length = "custom";
  }
  return form;
}

/// Through --events; `form` (its bounds), `grid`, `fleet` and `spanning` become those of the end.
cluster::Formation live_on(const Settings& settings, const Common& common,
                           const cluster::Clusters* previous, cluster::ClusterOptions& form,
                           feeder::Case& grid, fleet::Fleet& fleet,
                           feeder::SpanningForest& spanning, Report& report) {
  cluster::Upkeep upkeep =
      live(settings.life, grid, fleet, form, previous, static_cast<int>(common.threads), report);
  cluster::Formation formation;
  formation.objective = cluster::objective_now(upkeep);
  fleet = cluster::fleet_now(upkeep, &formation.clusters);
  form = upkeep.options;
  grid = std::move(upkeep.grid);
  spanning = {std::move(upkeep.forest), {}};
  return formation;
}

ExitCode run(Exchange& exchange, const Settings& settings, const Common& common) {
  feeder::Case grid = open_case(settings.path);
  fleet::Fleet fleet = io::read_fleet(settings.fleet, grid);
  if (settings.epoch < 0 || settings.epoch > UINT32_MAX)
    throw UsageError("epoch is " + std::to_string(settings.epoch) + "; it must be 0 to 2^32 - 1");
  if (!settings.picture.empty() && !settings.picture.ends_with(".svg"))
    throw UsageError("--picture is '" + settings.picture +
                     "'; the program draws FILE.svg, gs.plot.clusters in Python any other kind");
  cluster::Clusters previous;
  if (!settings.previous.empty()) previous = io::read_clusters(settings.previous, fleet);
  const cluster::Clusters* before = settings.previous.empty() ? nullptr : &previous;
  cluster::ClusterOptions form = options_of(settings, common, grid);
  const bool once = settings.life.events.empty();
  feeder::SpanningForest spanning;
  if (once) spanning = feeder::spanning_forest(grid);
  Report report;
  const auto begin = std::chrono::steady_clock::now();
  cluster::RankFormation formed;
  if (once)
    formed = cluster::form_over_ranks(exchange, grid, spanning.forest, fleet, form, before,
                                      static_cast<int>(common.threads));
  if (!hosts_root(exchange)) return ExitCode::ok;
  if (!once)  // on one rank: an event touches a few clusters
    formed.formation = live_on(settings, common, before, form, grid, fleet, spanning, report);
  cluster::Formation& formation = formed.formation;
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begin;
  cluster::Clusters& clusters = formation.clusters;
  cluster::Standing standing;
  cluster::elect(fleet, settings.lead, static_cast<std::uint64_t>(common.seed),
                 static_cast<std::uint32_t>(settings.epoch), standing, clusters);
  if (!common.out.empty()) io::write_clusters(common.out, grid, fleet, clusters);

  if (!settings.picture.empty())
    io::write_file_atomically(settings.picture,
                              io::cluster_picture(grid, spanning.forest, fleet, clusters));

  add_fields(report, cluster::measure(grid, spanning, fleet, form, clusters));
  add_fields(report, formation);
  if (once) add_fields(report, formed.volume);
  if (once && before != nullptr) add_fields(report, cluster::compare(previous, clusters));
  add_fields(report, cluster::cohesion(grid, spanning, fleet, form, clusters));
  report.push_back({"loops", static_cast<std::int64_t>(spanning.closing.size()),
                    "branches beside the tree on which clusters are formed"});
  report.push_back({"membership_sha256",
                    hex(ledger::sha256(cluster::membership_bytes(fleet, clusters))),
                    "of (agent, cluster) as big-endian pairs by agent"});
  report.push_back({"seconds", taken.count(), "to form, with all events"});
  print(report, common.json);
  return ExitCode::ok;
}

}  // namespace

Command cluster_command() {
  const auto settings = std::make_shared<Settings>();
  Command command;
  command.name = "cluster";
  command.text = "Clusters of a fleet on a case; -o FILE writes agent,bus,cluster,leader";
  command.options = {
      {"CASE", &settings->path, "case file", true},
      {"--fleet", &settings->fleet, "the devices, FLEET.csv", true},
      {"--preset", &settings->preset,
       "balancing, paper_literal, voltage or dispatch: what options not typed begin with"},
      {"--previous", &settings->previous, "clusters.csv to change as little as worth it"},
      {"--lengths", &settings->lengths, "fbus,tbus,length of every branch: --edge-length custom"},
      {"--picture", &settings->picture, "FILE.svg to draw the clusters into"},
      {"--events", &settings->life.events, "EVENTS.csv to live through, from the first formation"},
      {"--events-out", &settings->life.out, "what each event moved, as CSV"},
      {"--epoch", &settings->epoch, "election number: with --seed it draws the leaders"},
      {"--hosted-ranks", &settings->hosted_ranks, "pretend so many ranks in this process", false, 1,
       1024}};
  add_fields(command, settings->form);
  add_fields(command, settings->life.upkeep);
  add_fields(command, settings->lead);
  command.run = [settings](const Common& common) {
    return over_ranks(
        common, static_cast<int>(settings->hosted_ranks),
        [&](Exchange& exchange, const Common& shared) { return run(exchange, *settings, shared); });
  };
  return command;
}

}  // namespace gridswarm::app
