// SPDX-License-Identifier: BSD-3-Clause
#include "app/flow_pgm.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>

#include "app/result_table.hpp"
#include "gridswarm/base/units.hpp"
#include "gridswarm/io/pgm_solve.hpp"

namespace gridswarm::app {
namespace {

constexpr double mw_per_w = 1e-6;

/// An attribute's sum over rows and phases, of whoever has it and a value for it.
double sum_of(const io::PgmOutputTable& table, std::string_view attribute) {
  const bool has = std::any_of(table.names.begin(), table.names.end(),
                               [&](const char* name) { return attribute == name; });
  double sum = 0.0;
  for (Index row = 0; has && row < table.rows; ++row)
    for (Index phase = 0; phase < table.phases; ++phase) {
      const double value = table.at(row, attribute, phase);
      sum += std::isnan(value) ? 0.0 : value;
    }
  return sum;
}

double sum_of(const io::PgmOutput& output, std::initializer_list<const char*> attributes) {
  double sum = 0.0;
  for (const char* attribute : attributes)
    for (const io::PgmOutputTable& table : output) sum += sum_of(table, attribute);
  return sum;
}

const io::PgmOutputTable& table_of(const io::PgmOutput& output, io::PgmType type) {
  return output[static_cast<std::size_t>(type)];
}

/// How the solution was come by: from the solver's own result.
void take_result(const io::PgmNetwork& network, const io::PgmGroup& group, Index lane,
                 flow::ScenarioFigures& it) {
  Index worst = none;  // bus row; those of nodes come first
  if (!group.by_phase.status.empty()) {
    const flow::CircuitResult& result = group.by_phase;
    it.method = "circuit";
    it.iterations = result.iterations[lane];
    it.max_mismatch_va = result.max_mismatch_va[lane];
    if (result.worst_node[lane] != none)
      worst = group.circuit.circuit.nodes.bus[result.worst_node[lane]];
  } else {
    const flow::FlowResult& result = group.result;
    it.method = flow::name_of(result.method[lane]);
    it.iterations = result.iterations[lane];
    it.max_mismatch_va = result.max_mismatch_va[lane];
    worst = result.worst_bus[lane];
  }
  const io::PgmTable& nodes = network.of(io::PgmType::node);
  it.worst_bus = worst == none || worst >= nodes.size() ? 0 : nodes.id(worst);
}

flow::ScenarioFigures figures_of(const io::PgmNetwork& network, const io::PgmSolution& solution,
                                 const io::PgmOutput& output, Index scenario) {
  const io::PgmGroup& group = solution.groups[solution.group[scenario]];
  flow::ScenarioFigures it;
  it.status = flow::name_of(solution.status[scenario]);
  it.load_margin = std::nan("");
  if (group.result.status.empty() && group.by_phase.status.empty()) return it;  // no source
  take_result(network, group, solution.lane[scenario], it);
  it.losses_mw = mw_per_w * sum_of(output, {"p_from", "p_to", "p_1", "p_2", "p_3"});
  it.losses_mvar = mw_per_w * sum_of(output, {"q_from", "q_to", "q_1", "q_2", "q_3"});
  const io::PgmOutputTable& sources = table_of(output, io::PgmType::source);
  it.slack_p_mw = mw_per_w * sum_of(sources, "p");
  it.slack_q_mvar = mw_per_w * sum_of(sources, "q");
  const io::PgmOutputTable& nodes = table_of(output, io::PgmType::node);
  it.vm_min_pu = no_limit;
  for (Index k = 0; k < nodes.rows * nodes.phases; ++k) {
    const Index row = k / nodes.phases;
    const double vm_pu = nodes.at(row, "u_pu", k % nodes.phases);
    if (nodes.at(row, "energized") == 0.0 || std::isnan(vm_pu)) continue;
    it.vm_max_pu = std::max(it.vm_max_pu, vm_pu);
    if (vm_pu >= it.vm_min_pu) continue;
    it.vm_min_pu = vm_pu;
    it.vm_min_bus = static_cast<std::int64_t>(nodes.at(row, "id"));
  }
  return it;
}

/// A table of node voltages; null for a name that asks for power-grid-model's own format.
std::unique_ptr<ResultTable> open_nodes(const PgmFlow& wanted, const io::PgmNetwork& network,
                                        const ScenarioAxis& axis) {
  if (wanted.out.empty() || wanted.out.ends_with(".json")) return nullptr;
  ItemAxis items = {"bus", "id of the node", {}, {"bus", "phase"}, {{}, {}}};
  const io::PgmTable& nodes = network.of(io::PgmType::node);
  for (Index row = 0; row < nodes.size(); ++row)
    for (Index phase = 1; phase <= (wanted.symmetric ? 1 : 3); ++phase) {
      items.id.push_back(nodes.id(row));
      items.cells[0].push_back(std::to_string(nodes.id(row)));
      items.cells[1].push_back(wanted.symmetric ? "" : std::to_string(phase));
    }
  return open_table(
      wanted.out, axis, items,
      {{"vm_pu", "1", "voltage magnitude, p.u."}, {"va_deg", "degree", "voltage angle"}});
}

void write_nodes(ResultTable& table, const io::PgmOutput& output, Index scenario) {
  const io::PgmOutputTable& nodes = table_of(output, io::PgmType::node);
  std::vector<double> values[2];
  for (Index row = 0; row < nodes.rows; ++row)
    for (Index phase = 0; phase < nodes.phases; ++phase) {
      values[0].push_back(nodes.at(row, "u_pu", phase));
      values[1].push_back(nodes.at(row, "u_angle", phase) / rad_per_deg);
    }
  table.write(scenario, 1, values);
}

}  // namespace

PgmFigures flow_of_pgm(const PgmFlow& wanted) {
  io::PgmNetwork network = io::read_pgm(wanted.path);
  const io::PgmBatch batch =
      wanted.update.empty() ? io::pgm_as_it_stands() : io::read_pgm_batch(wanted.update, network);
  std::vector<std::string> warnings = network.warnings;
  warnings.insert(warnings.end(), batch.warnings.begin(), batch.warnings.end());
  for (const std::string& warning : warnings)
    std::fprintf(stderr, "gridswarm: %s\n", warning.c_str());
  io::PgmOptions options;
  options.flow = wanted.options;
  options.symmetric = wanted.symmetric;
  const auto begin = std::chrono::steady_clock::now();
  const io::PgmSolution solution = io::solve_pgm(network, batch, options);
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begin;
  ScenarioAxis axis = {"scenario", "", {}, {}};
  for (Index s = 0; s < batch.scenarios(); ++s) {
    axis.value.push_back(s);
    axis.label.push_back(std::to_string(s));
  }
  PgmFigures figures;
  feeder::Case name_only;
  name_only.name = wanted.path;
  figures.summary = flow::begin_summary(name_only);
  figures.summary.buses = network.of(io::PgmType::node).size();
  const auto table = open_nodes(wanted, network, axis);
  for (Index s = 0; s < batch.scenarios(); ++s) {
    const auto undo = io::apply_pgm(network, io::changes_of(batch, s));
    const io::PgmOutput output = io::pgm_output(network, solution, s);
    figures.scenarios.push_back(figures_of(network, solution, output, s));
    flow::add_figures(figures.summary, figures.scenarios.back());
    if (table) write_nodes(*table, output, s);
    io::apply_pgm(network, undo);
  }
  figures.summary.seconds = taken.count();
  if (table) {
    table->write_figures(figures.scenarios);
    table->close();
  } else if (!wanted.out.empty()) {
    io::write_pgm_output(network, batch, solution, !wanted.update.empty(), wanted.out);
  }
  return figures;
}

}  // namespace gridswarm::app
