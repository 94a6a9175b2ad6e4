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

/// f(row of results) for every type whose results have this attribute.
template <class F>
void each_row(const io::PgmOutput& output, std::string_view attribute, F&& f) {
  for (const io::PgmOutputTable& table : output) {
    const bool has = std::any_of(table.names.begin(), table.names.end(),
                                 [&](const char* name) { return attribute == name; });
    for (Index row = 0; has && row < table.rows; ++row) f(table.at(row, attribute));
  }
}

double sum_of(const io::PgmOutput& output, std::initializer_list<const char*> attributes) {
  double sum = 0.0;
  for (const char* attribute : attributes)
    each_row(output, attribute, [&sum](double value) { sum += std::isnan(value) ? 0.0 : value; });
  return sum;
}

const io::PgmOutputTable& table_of(const io::PgmOutput& output, io::PgmType type) {
  return output[static_cast<std::size_t>(type)];
}

flow::ScenarioFigures figures_of(const io::PgmSolution& solution, const io::PgmOutput& output,
                                 Index scenario) {
  const io::PgmGroup& group = solution.groups[solution.group[scenario]];
  const Index lane = solution.lane[scenario];
  flow::ScenarioFigures it;
  it.status = flow::name_of(solution.status[scenario]);
  it.load_margin = std::nan("");
  if (group.result.status.empty()) return it;  // no source: there was nothing to solve
  const flow::FlowResult& result = group.result;
  it.method = flow::name_of(result.method[lane]);
  it.iterations = result.iterations[lane];
  it.max_mismatch_va = result.max_mismatch_va[lane];
  const Index worst = result.worst_bus[lane];
  it.worst_bus = worst == none ? 0 : group.model.grid.buses.id[worst];
  it.losses_mw = mw_per_w * sum_of(output, {"p_from", "p_to", "p_1", "p_2", "p_3"});
  it.losses_mvar = mw_per_w * sum_of(output, {"q_from", "q_to", "q_1", "q_2", "q_3"});
  const io::PgmOutputTable& sources = table_of(output, io::PgmType::source);
  for (Index row = 0; row < sources.rows; ++row) {
    if (std::isnan(sources.at(row, "p"))) continue;
    it.slack_p_mw += mw_per_w * sources.at(row, "p");
    it.slack_q_mvar += mw_per_w * sources.at(row, "q");
  }
  const io::PgmOutputTable& nodes = table_of(output, io::PgmType::node);
  it.vm_min_pu = no_limit;
  for (Index row = 0; row < nodes.rows; ++row) {
    const double vm_pu = nodes.at(row, "u_pu");
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
  for (Index row = 0; row < nodes.size(); ++row) {
    items.id.push_back(nodes.id(row));
    items.cells[0].push_back(std::to_string(nodes.id(row)));
    items.cells[1].emplace_back();
  }
  return open_table(
      wanted.out, axis, items,
      {{"vm_pu", "1", "voltage magnitude, p.u."}, {"va_deg", "degree", "voltage angle"}});
}

void write_nodes(ResultTable& table, const io::PgmOutput& output, Index scenario) {
  const io::PgmOutputTable& nodes = table_of(output, io::PgmType::node);
  std::vector<double> values[2];
  for (Index row = 0; row < nodes.rows; ++row) {
    values[0].push_back(nodes.at(row, "u_pu"));
    values[1].push_back(nodes.at(row, "u_angle") / rad_per_deg);
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
    figures.scenarios.push_back(figures_of(solution, output, s));
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
