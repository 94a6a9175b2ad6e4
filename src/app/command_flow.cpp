// SPDX-License-Identifier: BSD-3-Clause
// gridswarm flow CASE: one power flow of a case as its file states it.
#include <chrono>
#include <cmath>
#include <memory>

#include "app/commands.hpp"
#include "app/open_case.hpp"
#include "app/report.hpp"
#include "gridswarm/base/units.hpp"
#include "gridswarm/flow/solver.hpp"
#include "gridswarm/flow/summary.hpp"
#include "gridswarm/io/file.hpp"

namespace gridswarm::app {
namespace {

/// What the command line says.
struct Settings {
  std::string path;
  std::string branches;
  flow::FlowOptions options;
};

std::string bus_table(const feeder::Case& grid, const flow::FlowResult& result) {
  std::string text = "bus,phase,vm_pu,va_deg\n";
  for (Index k = 0; k < grid.buses.size(); ++k) {
    const double re = result.v_re[k];
    const double im = result.v_im[k];
    text += std::to_string(grid.buses.id[k]) + ",," + io::shortest(std::hypot(re, im)) + "," +
            io::shortest(std::atan2(im, re) / rad_per_deg) + "\n";
  }
  return text;
}

std::string branch_table(const feeder::Case& grid, const flow::BranchFlows& flows) {
  std::string text = "fbus,tbus,pf_mw,qf_mvar,pt_mw,qt_mvar,i_ka,loading_percent\n";
  for (Index e = 0; e < grid.branches.size(); ++e) {
    text += std::to_string(grid.buses.id[grid.branches.from[e]]) + "," +
            std::to_string(grid.buses.id[grid.branches.to[e]]);
    for (const auto* column : {&flows.pf_mw, &flows.qf_mvar, &flows.pt_mw, &flows.qt_mvar,
                               &flows.i_ka, &flows.loading_percent})
      text += "," + io::shortest((*column)[e]);
    text += "\n";
  }
  return text;
}

ExitCode run(const Settings& settings, const Common& common) {
  const feeder::Case grid = open_case(settings.path);
  flow::FlowOptions options = settings.options;
  options.threads = common.threads;
  const auto begin = std::chrono::steady_clock::now();
  const flow::Solver solver = flow::prepare(grid, options);
  Column<double> p_pu, q_pu;
  flow::nominal_injections(grid, p_pu, q_pu);
  const flow::Injections injections = {1, p_pu, q_pu};
  flow::FlowWork work;
  flow::FlowResult result;
  flow::solve(solver, injections, options, work, result);
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begin;
  flow::BranchFlows flows;
  flow::branch_flows(grid, solver.forest, injections, result, 0, flows);
  flow::FlowSummary summary = flow::summarize(grid, solver.forest, injections, result, flows, 0);
  summary.method = flow::name_of(solver.method);
  summary.seconds = taken.count();
  if (!common.out.empty()) io::write_file_atomically(common.out, bus_table(grid, result));
  if (!settings.branches.empty())
    io::write_file_atomically(settings.branches, branch_table(grid, flows));
  Report report;
  add_fields(report, summary);
  print(report, common.json);
  return summary.converged ? ExitCode::ok : ExitCode::not_converged;
}

}  // namespace

Command flow_command() {
  const auto settings = std::make_shared<Settings>();
  Command command;
  command.name = "flow";
  command.text = "Power flow of a radial case; -o FILE writes bus,phase,vm_pu,va_deg";
  command.options = {{"CASE", &settings->path, "MATPOWER case file (.m)", true},
                     {"--branches", &settings->branches, "CSV of branch flows and loadings"}};
  add_fields(command, settings->options);
  command.run = [settings](const Common& common) { return run(*settings, common); };
  return command;
}

}  // namespace gridswarm::app
