// SPDX-License-Identifier: BSD-3-Clause
// gridswarm balance CASE --fleet FLEET.csv: set-points of one tick, with the gap to the optimum.
#include <chrono>
#include <cmath>
#include <limits>
#include <memory>

#include "app/commands.hpp"
#include "app/open_case.hpp"
#include "app/report.hpp"
#include "gridswarm/balance/dispatch.hpp"
#include "gridswarm/balance/matching.hpp"
#include "gridswarm/balance/volt_var.hpp"
#include "gridswarm/cluster/form.hpp"
#include "gridswarm/fleet/on_feeder.hpp"
#include "gridswarm/flow/branch_flow.hpp"
#include "gridswarm/flow/power_flow.hpp"
#include "gridswarm/io/cluster_file.hpp"
#include "gridswarm/io/file.hpp"
#include "gridswarm/io/fleet_file.hpp"

namespace gridswarm::app {
namespace {

struct Settings {
  std::string case_file, fleet_file, cluster_file;
  cluster::ClusterOptions form;
  balance::DispatchOptions dispatch{.measure_gap = true};
  // The optimum promised is that of active power, so here it comes first where nothing is said.
  balance::VoltVarOptions volt_var{.reactive_priority = false};
};

/// One feeder with its agents, and what they were told.
struct Feeder {
  feeder::Case grid;
  feeder::Forest forest;
  fleet::Fleet fleet;
  cluster::Clusters clusters;
  balance::DispatchResult dispatched;
  balance::Transfers transfers;
  balance::VoltVarPlan plan;
  balance::VoltVarResult volt_var;
  bool flow_converged = false;
  std::vector<double> p_kw, q_kvar;
};

void read(const Settings& settings, const Common& common, Feeder& it) {
  it.grid = open_plain_case(settings.case_file);
  it.forest = feeder::make_forest(it.grid);
  it.fleet = io::read_fleet(settings.fleet_file, it.grid);
  balance::check_bands(it.fleet, settings.fleet_file);
  if (settings.cluster_file.empty()) {
    const int threads = static_cast<int>(common.threads);
    it.clusters =
        cluster::form(it.grid, it.forest, it.fleet, settings.form, nullptr, threads).clusters;
  } else {
    it.clusters = io::read_clusters(settings.cluster_file, it.fleet);
    balance::find_tops(it.forest, it.fleet.plate.bus, it.clusters);
  }
}

void dispatch_and_match(const Settings& settings, Feeder& it) {
  balance::DispatchWork dispatch_work;
  balance::dispatch(it.fleet, it.clusters, {}, settings.dispatch, dispatch_work, it.dispatched,
                    it.p_kw);
  Column<double> length_pu;
  balance::edge_lengths(it.forest, fleet::agent_kw_to_case_pu(it.grid), length_pu);
  balance::ClusterTrees trees;
  balance::make_cluster_trees(it.forest, it.clusters, it.fleet.plate.bus, length_pu, trees);
  balance::MatchingWork matching_work;
  balance::match(it.clusters, trees, it.p_kw, matching_work, it.transfers);
}

/// Voltages by position with the case's own loads and the fleet at these set-points.
Column<double> voltages(Feeder& it) {
  const double kw_to_pu = fleet::agent_kw_to_case_pu(it.grid);
  Column<double> p_pu, q_pu;
  flow::nominal_injections(it.grid, p_pu, q_pu);
  for (Index i = 0; i < it.fleet.size(); ++i) {
    p_pu[it.fleet.plate.bus[i]] += it.p_kw[i] * kw_to_pu;
    q_pu[it.fleet.plate.bus[i]] += it.q_kvar[i] * kw_to_pu;
  }
  flow::FlowWork work;
  flow::FlowResult result;
  flow::solve(it.grid, it.forest, {1, p_pu, q_pu}, {}, work, result);
  it.flow_converged = result.status[0] == flow::FlowStatus::converged;
  Column<double> v_pu(it.forest.size());
  for (Index at = 0; at < it.forest.size(); ++at) {
    const double re = result.v_re[it.forest.bus[at]], im = result.v_im[it.forest.bus[at]];
    v_pu[at] = std::sqrt(re * re + im * im);
  }
  return v_pu;
}

void set_reactive(const Settings& settings, Feeder& it) {
  balance::make_volt_var_plan(it.forest, it.fleet, fleet::agent_kw_to_case_pu(it.grid),
                              settings.volt_var, {}, it.plan);
  it.q_kvar.assign(it.fleet.state.q_kvar.begin(), it.fleet.state.q_kvar.end());
  const Column<double> v_pu = voltages(it);
  if (!it.flow_converged) return;
  it.fleet.state.p_kw.assign(it.p_kw.begin(), it.p_kw.end());
  balance::VoltVarWork work;
  balance::volt_var(it.forest, it.fleet, it.plan, v_pu, settings.volt_var, work, it.volt_var,
                    it.p_kw, it.q_kvar);
}

std::string table(const Feeder& it) {
  std::string text = "agent,p_kw,q_kvar\n";
  const double unknown = std::numeric_limits<double>::quiet_NaN();
  for (Index i = 0; i < it.fleet.size(); ++i)
    text += std::to_string(it.fleet.plate.id[i]) + "," + io::shortest(it.p_kw[i]) + "," +
            io::shortest(it.flow_converged ? it.q_kvar[i] : unknown) + "\n";
  return text;
}

Report report_of(const Feeder& it, double seconds) {
  Report report = {{"agents", std::int64_t{it.fleet.size()}, ""},
                   {"clusters", std::int64_t{it.clusters.size()}, ""}};
  add_fields(report, it.dispatched.totals);
  add_fields(report, it.transfers.totals);
  add_fields(report, it.plan.gate);
  add_fields(report, it.volt_var);
  report.push_back({"seconds", seconds, "after reading and forming clusters"});
  return report;
}

ExitCode run(const Settings& settings, const Common& common) {
  balance::volt_var_curve(settings.volt_var);  // refuse a bad curve before anything is read
  Feeder it;
  read(settings, common, it);
  it.p_kw.resize(it.fleet.size());
  const auto begin = std::chrono::steady_clock::now();
  dispatch_and_match(settings, it);
  set_reactive(settings, it);
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begin;
  if (!common.out.empty()) io::write_file_atomically(common.out, table(it));
  print(report_of(it, taken.count()), common.json);
  const balance::DispatchTotals& totals = it.dispatched.totals;
  const bool good = it.flow_converged && it.volt_var.volt_var_converged && totals.infeasible == 0 &&
                    totals.not_converged == 0;
  return good ? ExitCode::ok : ExitCode::not_converged;
}

}  // namespace

Command balance_command() {
  const auto settings = std::make_shared<Settings>();
  Command command;
  command.name = "balance";
  command.text = "Balance the clusters of a feeder; -o FILE writes agent,p_kw,q_kvar";
  command.options = {
      {"CASE", &settings->case_file, "case file", true},
      {"--fleet", &settings->fleet_file, "FLEET.csv with p_kw, p_min_kw, p_max_kw, cost", true},
      {"--clusters", &settings->cluster_file, "CSV of clusters; formed anew where not given"}};
  add_fields(command, settings->form);
  add_fields(command, settings->dispatch);
  add_fields(command, settings->volt_var);
  command.run = [settings](const Common& common) { return run(*settings, common); };
  return command;
}

}  // namespace gridswarm::app
