// SPDX-License-Identifier: BSD-3-Clause
#include "app/flow_circuit.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <filesystem>

#include "app/circuit_conductors.hpp"
#include "app/circuit_series.hpp"
#include "app/circuit_state_file.hpp"
#include "app/interrupt.hpp"
#include "app/packed_fields.hpp"
#include "app/progress.hpp"
#include "app/report.hpp"
#include "gridswarm/base/collectives.hpp"
#include "gridswarm/base/units.hpp"
#include "gridswarm/flow/circuit_figures.hpp"
#include "gridswarm/flow/circuit_state.hpp"
#include "gridswarm/flow/circuit_stream.hpp"
#include "gridswarm/io/circuit_file.hpp"
#include "gridswarm/io/file.hpp"

namespace gridswarm::app {
namespace {

using feeder::Circuit;

/// Everything that rank 0 writes and tells.
struct Output {
  const Circuit& circuit;
  const FlowSettings& settings;
  const ScenarioAxis& axis;
  std::unique_ptr<ResultTable> nodes, conductors;
  std::vector<flow::CircuitFigures> figures;
  flow::CircuitSummary summary;
  Column<double> tap_pu;          ///< of the last scenario
  Column<std::int32_t> steps_in;  ///< alike
  double seconds = 0.0;
  std::size_t conductor_count = 0;  ///< 0: their flows are not asked for
};

void refuse_what_circuits_lack(const FlowSettings& settings) {
  if (settings.margin || settings.asymmetric || !settings.update.empty())
    throw UsageError("--margin, --asymmetric and --update are for balanced cases; " +
                     settings.path + " is an unbalanced network");
  const bool is_series = settings.daily || !settings.series.profiles.empty();
  if (is_series && (settings.constant_power || !settings.taps_out.empty()))
    throw UsageError("--constant-power and --taps-out are of one power flow, not of a series");
}

/// The case folder where the circuit lies in it; nothing, which is its own folder, where not.
std::string root_of(const FlowSettings& settings) {
  if (settings.case_folder.empty()) return {};
  const auto folder = std::filesystem::weakly_canonical(settings.case_folder);
  const auto path = std::filesystem::weakly_canonical(settings.path);
  const auto [end, at] = std::mismatch(folder.begin(), folder.end(), path.begin(), path.end());
  return end == folder.end() ? settings.case_folder : std::string();
}

Circuit open_circuit(const FlowSettings& settings, bool tells) {
  Circuit circuit = io::read_circuit(settings.path, root_of(settings));
  for (const std::string& warning : circuit.warnings)
    if (tells) std::fprintf(stderr, "gridswarm: %s\n", warning.c_str());
  if (!settings.taps.empty()) read_circuit_state(settings.taps, circuit);
  if (settings.max_control_iterations >= 0)
    circuit.max_control_iterations = settings.max_control_iterations;
  return circuit;
}

/// Solve as the circuit states itself, then hold all that moved.
Circuit hold_everything(const Circuit& circuit, const flow::FlowOptions& options, bool tells) {
  const flow::CircuitSolver solver = flow::prepare(circuit, options);
  flow::CircuitInjections own;
  own.scenarios = 1;
  flow::CircuitWork work;
  flow::CircuitResult result;
  flow::solve(solver, own, options, work, result);
  flow::CircuitSummary first;
  flow::add_figures(first, flow::figures_of(solver, own, result, 0));
  if (tells && !flow::all_settled(first))
    std::fprintf(stderr,
                 "gridswarm: the solve with controls has not settled; its last state is "
                 "what --constant-power holds\n");
  return flow::at_constant_power(circuit, result, 0);
}

ItemAxis node_items(const Circuit& circuit) {
  ItemAxis items = {"node", "row of the circuit's nodes, from 1", {}, {"bus", "phase"}, {{}, {}}};
  for (Index k = 0; k < circuit.nodes.size(); ++k) {
    items.id.push_back(k + 1);
    items.cells[0].push_back(circuit.buses.name[circuit.nodes.bus[k]]);
    items.cells[1].push_back(std::to_string(circuit.nodes.number[k]));
  }
  return items;
}

void write_nodes(Output& out, const flow::ManyCircuitBlock& block) {
  const flow::CircuitResult& result = block.result;
  const auto nodes = static_cast<std::size_t>(out.circuit.nodes.size());
  std::vector<double> values[4];
  for (std::size_t i = 0; i < result.v_re.size(); ++i) {
    const double re = result.v_re[i], im = result.v_im[i];
    const double base_v = 1e3 * out.circuit.buses.base_kv_ln[out.circuit.nodes.bus[i % nodes]];
    values[0].push_back(re);
    values[1].push_back(im);
    values[2].push_back(base_v > 0.0 ? std::hypot(re, im) / base_v : std::nan(""));
    values[3].push_back(std::atan2(im, re) / rad_per_deg);
  }
  out.nodes->write(block.first, result.scenarios, values);
}

/// A scenario that failed or hunts, in words, the first few of them.
void tell_trouble(const Output& out, const std::string& where, const flow::CircuitFigures& it) {
  constexpr std::int64_t told_at_most = 5;
  const flow::CircuitSummary& all = out.summary;
  if (all.scenarios - all.converged + all.hunting > told_at_most) return;
  if (it.status != flow::name_of(flow::FlowStatus::converged))
    std::fprintf(stderr,
                 "gridswarm: %s is %s after %lld iterations: %.3g VA are unexplained at node %s\n",
                 where.c_str(), it.status.c_str(), static_cast<long long>(it.iterations),
                 it.max_mismatch_va, it.worst_node.c_str());
  if (it.hunting)
    std::fprintf(stderr,
                 "gridswarm: controls of %s are still hunting after %lld rounds; the last state is "
                 "kept (--max-control-iterations allows more)\n",
                 where.c_str(), static_cast<long long>(it.control_iterations));
}

void take_block(Output& out, const flow::ManyCircuitBlock& block) {
  if (out.nodes) write_nodes(out, block);
  std::size_t at = 0;
  std::vector<double> flows[4];
  for (Index s = 0; s < block.result.scenarios; ++s) {
    out.figures.push_back(unpack_fields<flow::CircuitFigures>(block.more, at));
    for (std::vector<double>& quantity : flows) {
      const double* from = block.more.data() + at;
      quantity.insert(quantity.end(), from, from + out.conductor_count);
      at += out.conductor_count;
    }
    flow::add_figures(out.summary, out.figures.back());
    tell_trouble(out,
                 out.axis.name.empty() ? "the power flow"
                                       : out.axis.name + " " + out.axis.label[block.first + s],
                 out.figures.back());
  }
  if (out.conductors) out.conductors->write(block.first, block.result.scenarios, flows);
  const auto last_row = [&](const auto& column, std::size_t width, auto& to) {
    to.assign(column.end() - static_cast<std::ptrdiff_t>(width), column.end());
  };
  last_row(block.result.tap_pu, out.circuit.regulators.name.size(), out.tap_pu);
  last_row(block.result.steps_in, out.circuit.shunts.name.size(), out.steps_in);
}

void close(Output& out) {
  for (auto* table : {&out.nodes, &out.conductors}) {
    if (!*table) continue;
    (*table)->write_figures(out.figures);
    (*table)->close();
  }
  if (!out.settings.scenarios.empty())
    io::write_file_atomically(out.settings.scenarios, figures_csv(out.axis, out.figures));
  if (out.settings.taps_out.empty()) return;
  flow::CircuitResult last;
  last.tap_pu = out.tap_pu;
  last.steps_in = out.steps_in;
  write_circuit_state(out.settings.taps_out, flow::with_end_state(out.circuit, last, 0));
}

/// Taps and capacitor states by name, of one power flow.
void add_states(Report& report, const Output& out) {
  std::vector<std::string> names;
  for (Index k = 0; k < out.circuit.regulators.size(); ++k)
    names.push_back(out.circuit.transformers.name[out.circuit.regulators.transformer[k]] + "." +
                    std::to_string(out.circuit.regulators.tap_winding[k] + 1));
  report.push_back({"taps_of", names, "transformer and winding of every regulator"});
  report.push_back(
      {"taps", std::vector<double>(out.tap_pu.begin(), out.tap_pu.end()), "their taps, p.u."});
  std::vector<std::string> banks;
  std::vector<double> steps;
  for (Index k = 0; k < out.circuit.shunts.size(); ++k) {
    if (!out.circuit.shunts.is_capacitor[k]) continue;
    banks.push_back(out.circuit.shunts.name[k]);
    steps.push_back(out.steps_in[k]);
  }
  report.push_back({"capacitors", banks, "capacitor banks"});
  report.push_back({"capacitor_states", steps, "their steps that are in"});
}

void tell(const Output& out, const Common& common) {
  Report report;
  flow::CircuitHeader header = flow::header_of(out.circuit);
  header.seconds = out.seconds;
  add_fields(report, header);
  if (!out.axis.name.empty()) {
    add_fields(report, out.summary);
  } else {
    add_fields(report, out.figures.front());
    add_states(report, out);
  }
  print(report, common.json);
  const std::int64_t failed = out.summary.scenarios - out.summary.converged;
  if (failed > 1)
    std::fprintf(stderr, "gridswarm: %lld of %lld power flows failed; their last values are kept\n",
                 static_cast<long long>(failed), static_cast<long long>(out.summary.scenarios));
}

/// Figures of a block's scenarios and, where they are asked for, flows of all conductors.
void measure(const Circuit& circuit, const flow::BranchPlan* plan, const flow::CircuitBlock& block,
             Column<double>& more) {
  for (Index s = 0; s < block.result.scenarios; ++s) {
    pack_fields(flow::figures_of(*block.solver[s], block.injections, block.result, s), more);
    if (plan) add_conductors(circuit, *plan, block.result, s, more);
  }
}

/// @param writes  false on ranks that aren't 0
Output open_output(const Circuit& circuit, const FlowSettings& settings, const Common& common,
                   const ScenarioAxis& axis, bool writes) {
  Output out{circuit, settings, axis, {}, {}, {}, {}, {}, {}, 0.0, 0};
  if (writes && !common.out.empty())
    out.nodes = open_table(common.out, axis, node_items(circuit),
                           {{"v_re_v", "V", "node voltage to ground, real part"},
                            {"v_im_v", "V", "node voltage to ground, imaginary part"},
                            {"vmag_pu", "1", "its magnitude over the bus's base voltage"},
                            {"angle_deg", "degree", "its angle"}});
  if (!writes || settings.branches.empty()) return out;
  const ItemAxis items = conductor_items(circuit);
  out.conductor_count = items.id.size();
  out.conductors = open_table(settings.branches, axis, items, conductor_quantities());
  return out;
}

}  // namespace

ExitCode flow_of_circuit(Exchange& exchange, const FlowSettings& settings, const Common& common) {
  const bool is_root = hosts_root(exchange);
  refuse_what_circuits_lack(settings);
  flow::FlowOptions options = settings.options;
  options.threads = common.threads;
  options.polar = false;
  Circuit circuit = open_circuit(settings, is_root);
  const auto begin = std::chrono::steady_clock::now();
  if (settings.constant_power) circuit = hold_everything(circuit, options, is_root);
  const CircuitSeries series = make_series(circuit, settings.series, settings.daily);
  Output out = open_output(circuit, settings, common, series.axis, is_root);
  const flow::BranchPlan plan =
      settings.branches.empty() ? flow::BranchPlan() : flow::make_branch_plan(circuit);
  flow::StreamOptions stream;
  stream.warm_start = settings.warm_start;
  const auto all = static_cast<std::int64_t>(series.axis.value.size());
  Progress progress("flow", all, is_root && all > 1 ? stderr : nullptr);
  flow::ManyCircuitHooks hooks;
  hooks.keep_voltages = !common.out.empty();
  hooks.measure = [&](Index, const flow::CircuitBlock& block, Column<double>& more) {
    measure(circuit, settings.branches.empty() ? nullptr : &plan, block, more);
  };
  hooks.sink = [&](const flow::ManyCircuitBlock& block) {
    take_block(out, block);
    progress.show(block.first + block.result.scenarios);
    return !interrupted();
  };
  catch_interrupts();
  const flow::FeederCircuit feeder = {&circuit, &series.batch};
  flow::solve_many({&feeder, 1}, options, stream, exchange, hooks);
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begin;
  const bool cut = any_process(exchange, interrupted());
  const bool failed = any_process(exchange, is_root && !flow::all_settled(out.summary));
  if (cut) return ExitCode::interrupted;
  if (is_root) {
    out.seconds = taken.count();
    close(out);
    tell(out, common);
  }
  return failed ? ExitCode::not_converged : ExitCode::ok;
}

void add_circuit_options(Command& command, FlowSettings& it) {
  const std::vector<Option> options = {
      {"--daily", &it.daily, "a day of a circuit's own load shapes; --duration, --step as above"},
      {"--taps", &it.taps, "CSV element,winding,tap_pu,steps_in: what a circuit's controls leave"},
      {"--taps-out", &it.taps_out, "write the taps and capacitor states that were reached"},
      {"--constant-power", &it.constant_power,
       "solve a circuit, hold taps, capacitors and DER, solve with loads of constant power"},
      {"--max-control-iterations", &it.max_control_iterations,
       "rounds of a circuit's controls, instead of its file's", false, 0, 100000},
      {"--case-folder", &it.case_folder,
       "folder above a circuit's own that its files may come from"}};
  command.options.insert(command.options.end(), options.begin(), options.end());
}

void refuse_circuit_options(const FlowSettings& settings) {
  if (!settings.taps.empty() || !settings.taps_out.empty() || !settings.case_folder.empty() ||
      settings.constant_power || settings.daily || settings.max_control_iterations >= 0)
    throw UsageError(
        "--daily, --taps, --taps-out, --constant-power, --max-control-iterations and "
        "--case-folder are for circuits; " +
        settings.path + " is a balanced case");
}

}  // namespace gridswarm::app
