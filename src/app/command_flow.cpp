// SPDX-License-Identifier: BSD-3-Clause
// gridswarm flow CASE: power flows of a case, as its file states it or over a time series.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <limits>
#include <memory>

#include "app/commands.hpp"
#include "app/flow_circuit.hpp"
#include "app/flow_pgm.hpp"
#include "app/flow_series.hpp"
#include "app/flow_settings.hpp"
#include "app/interrupt.hpp"
#include "app/open_case.hpp"
#include "app/over_ranks.hpp"
#include "app/progress.hpp"
#include "app/report.hpp"
#include "app/result_table.hpp"
#include "gridswarm/base/collectives.hpp"
#include "gridswarm/base/units.hpp"
#include "gridswarm/flow/figures.hpp"
#include "gridswarm/flow/many.hpp"
#include "gridswarm/flow/margin.hpp"
#include "gridswarm/flow/summary.hpp"
#include "gridswarm/io/circuit_file.hpp"
#include "gridswarm/io/file.hpp"

namespace gridswarm::app {
namespace {

using Settings = FlowSettings;

/// Numbers of a scenario that are formed where it is solved; branch quantities follow them.
enum Measured {
  losses_mw,
  losses_mvar,
  slack_p_mw,
  slack_q_mvar,
  vm_min_pu,
  vm_min_bus,
  vm_max_pu,
  load_margin,
  measured_count
};
constexpr std::size_t branch_quantities = 6;

std::size_t more_per_scenario(const feeder::Case& grid, bool with_branches) {
  return measured_count +
         (with_branches ? branch_quantities * static_cast<std::size_t>(grid.branches.size()) : 0);
}

void measure(const Settings& settings, const flow::BatchBlock& block, Column<double>& more) {
  flow::Margin margin;
  for (Index s = 0; s < block.result.scenarios; ++s) {
    const flow::Solver& solver = *block.solver[s];
    if (settings.margin && (s == 0 || block.solver[s] != block.solver[s - 1])) {
      flow::FlowWork work;
      flow::MarginWork buffers;
      flow::FlowOptions alone = settings.options;
      alone.threads = 1;
      flow::load_margin(solver, block.injections, alone, {}, work, buffers, margin);
    }
    flow::BranchFlows flows;
    flow::branch_flows(solver.grid, solver.forest, block.injections, block.result, s, flows);
    const flow::ScenarioFigures it =
        flow::figures_of(solver, block.injections, block.result, flows, s);
    for (const double number :
         {it.losses_mw, it.losses_mvar, it.slack_p_mw, it.slack_q_mvar, it.vm_min_pu,
          static_cast<double>(it.vm_min_bus), it.vm_max_pu,
          settings.margin ? margin.lambda[s] : std::numeric_limits<double>::quiet_NaN()})
      more.push_back(number);
    if (settings.branches.empty()) continue;
    for (const auto* column : {&flows.pf_mw, &flows.qf_mvar, &flows.pt_mw, &flows.qt_mvar,
                               &flows.i_ka, &flows.loading_percent})
      more.insert(more.end(), column->begin(), column->end());
  }
}

/// Figures of scenario s of a block, from its result and what was measured.
flow::ScenarioFigures figures_at(const feeder::Case& grid, const flow::ManyBlock& block, Index s,
                                 const double* more) {
  const flow::FlowResult& result = block.result;
  flow::ScenarioFigures it;
  it.status = flow::name_of(result.status[s]);
  it.method = flow::name_of(result.method[s]);
  it.iterations = result.iterations[s];
  it.max_mismatch_va = result.max_mismatch_va[s];
  it.worst_bus = result.worst_bus[s] == none ? 0 : grid.buses.id[result.worst_bus[s]];
  it.losses_mw = more[losses_mw];
  it.losses_mvar = more[losses_mvar];
  it.slack_p_mw = more[slack_p_mw];
  it.slack_q_mvar = more[slack_q_mvar];
  it.vm_min_pu = more[vm_min_pu];
  it.vm_min_bus = static_cast<std::int64_t>(more[vm_min_bus]);
  it.vm_max_pu = more[vm_max_pu];
  it.load_margin = more[load_margin];
  return it;
}

ItemAxis bus_items(const feeder::Case& grid) {
  ItemAxis items = {"bus", "bus number of the case", {}, {"bus", "phase"}, {{}, {}}};
  for (const BusId id : grid.buses.id) {
    items.id.push_back(id);
    items.cells[0].push_back(std::to_string(id));
    items.cells[1].emplace_back();
  }
  return items;
}

ItemAxis branch_items(const feeder::Case& grid) {
  ItemAxis items = {"branch", "row of the case's branches, from 1", {}, {"fbus", "tbus"}, {{}, {}}};
  for (Index e = 0; e < grid.branches.size(); ++e) {
    items.id.push_back(e + 1);
    items.cells[0].push_back(std::to_string(grid.buses.id[grid.branches.from[e]]));
    items.cells[1].push_back(std::to_string(grid.buses.id[grid.branches.to[e]]));
  }
  return items;
}

/// Everything that rank 0 writes and tells.
struct Output {
  const feeder::Case& grid;
  const Settings& settings;
  const ScenarioAxis& axis;
  std::unique_ptr<ResultTable> buses, branches;
  std::vector<flow::ScenarioFigures> figures;
  flow::BatchSummary summary;
  std::int64_t buses_unsupplied = 0;  ///< of the last scenario
  double max_step_pu = 0.0;           ///< of the last scenario
};

/// @param writes  false on ranks that aren't 0
Output open_output(const feeder::Case& grid, const Settings& settings, const Common& common,
                   const ScenarioAxis& axis, bool writes) {
  Output out{grid, settings, axis, {}, {}, {}, flow::begin_summary(grid)};
  if (!writes) return out;
  if (!common.out.empty())
    out.buses = open_table(
        common.out, axis, bus_items(grid),
        {{"vm_pu", "1", "voltage magnitude, p.u."}, {"va_deg", "degree", "voltage angle"}});
  if (!settings.branches.empty())
    out.branches = open_table(
        settings.branches, axis, branch_items(grid),
        {{"pf_mw", "MW", "active power into the branch at its from end"},
         {"qf_mvar", "Mvar", "reactive power into the branch at its from end"},
         {"pt_mw", "MW", "active power into the branch at its to end"},
         {"qt_mvar", "Mvar", "reactive power into the branch at its to end"},
         {"i_ka", "kA", "current, larger of both ends"},
         {"loading_percent", "percent", "larger apparent power of both ends over the rating"}});
  return out;
}

void write_buses(Output& out, const flow::ManyBlock& block) {
  const flow::FlowResult& result = block.result;
  std::vector<double> values[2];
  values[0].assign(result.vm_pu.begin(), result.vm_pu.end());
  for (const double va_rad : result.va_rad) values[1].push_back(va_rad / rad_per_deg);
  for (std::size_t i = 0; i < result.v_re.size(); ++i) {  // where a method knows no polar form
    values[0].push_back(std::hypot(result.v_re[i], result.v_im[i]));
    values[1].push_back(std::atan2(result.v_im[i], result.v_re[i]) / rad_per_deg);
  }
  out.buses->write(block.first, result.scenarios, values);
}

void write_branches(Output& out, const flow::ManyBlock& block) {
  const auto count = static_cast<std::size_t>(out.grid.branches.size());
  const std::size_t stride = more_per_scenario(out.grid, true);
  std::vector<double> values[branch_quantities];
  for (Index s = 0; s < block.result.scenarios; ++s)
    for (std::size_t k = 0; k < branch_quantities; ++k) {
      const double* from = block.more.data() + stride * s + measured_count + count * k;
      values[k].insert(values[k].end(), from, from + count);
    }
  out.branches->write(block.first, block.result.scenarios, values);
}

/// A scenario that failed, in words, the first few of them.
void tell_failure(const flow::BatchSummary& summary, const std::string& where,
                  const flow::ScenarioFigures& it) {
  constexpr std::int64_t told_at_most = 5;
  if (it.status == flow::name_of(flow::FlowStatus::converged)) return;
  if (summary.scenarios - summary.converged > told_at_most) return;
  std::fprintf(stderr,
               "gridswarm: %s is %s after %lld iterations by %s: %.3g VA are unexplained at bus "
               "%lld\n",
               where.c_str(), it.status.c_str(), static_cast<long long>(it.iterations),
               it.method.c_str(), it.max_mismatch_va, static_cast<long long>(it.worst_bus));
}

void take_block(Output& out, const flow::ManyBlock& block) {
  const std::size_t stride = more_per_scenario(out.grid, !out.settings.branches.empty());
  if (out.buses) write_buses(out, block);
  if (out.branches) write_branches(out, block);
  for (Index s = 0; s < block.result.scenarios; ++s) {
    out.figures.push_back(figures_at(out.grid, block, s, block.more.data() + stride * s));
    flow::add_figures(out.summary, out.figures.back());
    tell_failure(out.summary,
                 out.axis.name.empty() ? "the power flow"
                                       : out.axis.name + " " + out.axis.label[block.first + s],
                 out.figures.back());
  }
  const auto buses = static_cast<std::size_t>(out.grid.buses.size());
  out.max_step_pu = block.result.max_step_pu.back();
  const Column<double>& any = block.result.vm_pu.empty() ? block.result.v_re : block.result.vm_pu;
  out.buses_unsupplied = std::count_if(any.end() - static_cast<std::ptrdiff_t>(buses), any.end(),
                                       [](double v) { return std::isnan(v); });
}

void close(Output& out) {
  for (auto* table : {&out.buses, &out.branches}) {
    if (!*table) continue;
    (*table)->write_figures(out.figures);
    (*table)->close();
  }
  if (!out.settings.scenarios.empty())
    io::write_file_atomically(out.settings.scenarios, figures_csv(out.axis, out.figures));
}

/// The one scenario of a case without a series.
flow::FlowSummary single_summary(const Output& out) {
  const flow::ScenarioFigures& it = out.figures.front();
  flow::FlowSummary summary;
  summary.case_name = out.grid.name;
  summary.buses = out.grid.buses.size();
  summary.unsupplied = out.buses_unsupplied;
  summary.converged = flow::all_converged(out.summary);
  summary.status = it.status;
  summary.method = it.method;
  summary.iterations = it.iterations;
  summary.max_mismatch_va = it.max_mismatch_va;
  summary.worst_bus = it.worst_bus;
  summary.max_step_pu = out.max_step_pu;
  summary.losses_mw = it.losses_mw;
  summary.losses_mvar = it.losses_mvar;
  summary.vm_min_pu = it.vm_min_pu;
  summary.vm_min_bus = it.vm_min_bus;
  summary.vm_max_pu = it.vm_max_pu;
  summary.slack_p_mw = it.slack_p_mw;
  summary.seconds = out.summary.seconds;
  return summary;
}

void tell(const Output& out, const Common& common) {
  Report report;
  if (!out.axis.name.empty()) {
    add_fields(report, out.summary);
  } else {
    add_fields(report, single_summary(out));
    const auto& margin = fields<flow::ScenarioFigures>().back();
    if (out.settings.margin)
      report.push_back({margin.name, out.figures.front().load_margin, margin.text});
  }
  print(report, common.json);
  const std::int64_t failed = out.summary.scenarios - out.summary.converged;
  if (failed > 1)
    std::fprintf(stderr, "gridswarm: %lld of %lld power flows failed; their last values are kept\n",
                 static_cast<long long>(failed), static_cast<long long>(out.summary.scenarios));
}

/// A power-grid-model network with its updates; rank 0 alone.
ExitCode run_pgm(const Settings& settings, const Common& common) {
  if (!settings.series.profiles.empty() || !settings.branches.empty() || settings.margin)
    throw UsageError("--update and --asymmetric go without --profiles, --branches and --margin");
  PgmFlow wanted = {settings.path, settings.update, common.out, !settings.asymmetric,
                    settings.options};
  wanted.options.threads = common.threads;
  const PgmFigures figures = flow_of_pgm(wanted);
  flow::BatchSummary told = flow::begin_summary({});
  ScenarioAxis axis = {"scenario", "", {}, {}};
  for (std::size_t s = 0; s < figures.scenarios.size(); ++s) {
    axis.label.push_back(std::to_string(s));
    flow::add_figures(told, figures.scenarios[s]);
    tell_failure(told, "scenario " + axis.label.back(), figures.scenarios[s]);
  }
  if (!settings.scenarios.empty())
    io::write_file_atomically(settings.scenarios, figures_csv(axis, figures.scenarios));
  Report report;
  add_fields(report, figures.summary);
  print(report, common.json);
  return flow::all_converged(figures.summary) ? ExitCode::ok : ExitCode::not_converged;
}

ExitCode run_over(Exchange& exchange, const Settings& settings, const Common& common) {
  if (io::holds_circuit(settings.path)) return flow_of_circuit(exchange, settings, common);
  refuse_circuit_options(settings);
  const bool is_root = hosts_root(exchange);
  if (!settings.update.empty() || settings.asymmetric || common.out.ends_with(".json")) {
    const ExitCode code = is_root ? run_pgm(settings, common) : ExitCode::ok;
    return any_process(exchange, code != ExitCode::ok) ? ExitCode::not_converged : ExitCode::ok;
  }
  const feeder::Case grid = open_case(settings.path, is_root);
  const Series series = make_series(grid, settings.series);
  Output out = open_output(grid, settings, common, series.axis, is_root);
  flow::FlowOptions options = settings.options;
  options.threads = common.threads;
  options.polar = true;
  flow::StreamOptions stream;
  stream.warm_start = settings.warm_start;
  const auto all = static_cast<std::int64_t>(series.axis.value.size());
  Progress progress("flow", all, is_root && all > 1 ? stderr : nullptr);
  flow::ManyHooks hooks;
  hooks.measure = [&](Index, const flow::BatchBlock& block, Column<double>& more) {
    measure(settings, block, more);
  };
  hooks.sink = [&](const flow::ManyBlock& block) {
    take_block(out, block);
    progress.show(block.first + block.result.scenarios);
    return !interrupted();
  };
  catch_interrupts();
  const flow::FeederBatch feeder = {&grid, &series.batch};
  const auto begin = std::chrono::steady_clock::now();
  flow::solve_many({&feeder, 1}, options, stream, exchange, hooks);
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begin;
  const bool cut = any_process(exchange, interrupted());
  const bool failed = any_process(exchange, is_root && !flow::all_converged(out.summary));
  if (cut) return ExitCode::interrupted;
  if (is_root) {
    out.summary.seconds = taken.count();
    close(out);
    tell(out, common);
  }
  return failed ? ExitCode::not_converged : ExitCode::ok;
}

}  // namespace

Command flow_command() {
  const auto it = std::make_shared<Settings>();
  Command command;
  command.name = "flow";
  command.text = "Power flow of a case, or of a time series; -o FILE.csv or FILE.h5 has voltages";
  command.options = {
      {"CASE", &it->path, "case file", true},
      {"--branches", &it->branches, "file of branch flows and loadings (.csv or .h5)"},
      {"--scenarios", &it->scenarios, "CSV of figures per scenario"},
      {"--profiles", &it->series.profiles, "time series: profile files, separated by commas"},
      {"--loads", &it->series.loads, "CSV bus,profile,p_mw,q_mvar: what stands for all loads"},
      {"--generation", &it->series.generation, "CSV bus,profile,p_mw,q_mvar: what injects"},
      {"--start", &it->series.start, "first instant, such as 2016-06-06T00:00"},
      {"--duration", &it->series.duration, "length of the series, such as 7d, 24h or 90min"},
      {"--step", &it->series.step, "time between two power flows, such as 15min"},
      {"--profile-unit", &it->series.unit,
       "kw, kwh_per_step or per_unit for columns whose name tells none"},
      {"--update", &it->update,
       "power-grid-model updates of a power-grid-model CASE; -o FILE.json answers in its format"},
      {"--asymmetric", &it->asymmetric, "solve a power-grid-model CASE phase by phase"},
      {"--margin", &it->margin, "tell how far each scenario's load could be scaled"},
      {"--warm-start", &it->warm_start, "begin each scenario at the first one's solution"},
      {"--hosted-ranks", &it->hosted_ranks, "pretend so many ranks in this process", false, 1,
       1024}};
  add_circuit_options(command, *it);
  const std::size_t first = command.options.size();
  add_fields(command, it->options);
  for (std::size_t k = first; k < command.options.size(); ++k)
    if (const auto* target = std::get_if<double*>(&command.options[k].value);
        target && *target == &it->options.tol_step_pu)
      command.options[k].name = "--tol," + command.options[k].name;
  command.run = [it](const Common& common) {
    return over_ranks(
        common, static_cast<int>(it->hosted_ranks),
        [&](Exchange& exchange, const Common& shared) { return run_over(exchange, *it, shared); });
  };
  return command;
}

}  // namespace gridswarm::app
