// SPDX-License-Identifier: BSD-3-Clause
// Bodies of circuit_flow.hpp.
#pragma once

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "gridswarm/base/error.hpp"
#include "gridswarm/base/parallel.hpp"
#include "gridswarm/flow/circuit_control_loop.hpp"
#include "gridswarm/flow/circuit_flow.hpp"
#include "gridswarm/flow/circuit_plan.hpp"
#include "gridswarm/flow/circuit_tile.hpp"
#include "gridswarm/flow/solver.hpp"

namespace gridswarm::inline GS_ABI::flow {
namespace {

inline void require_rows(const char* what, Index scenarios, std::size_t size, Index rows,
                         const std::vector<std::string>* names, std::span<const double> values) {
  const std::size_t wanted = static_cast<std::size_t>(scenarios) * static_cast<std::size_t>(rows);
  if (size == 0) return;
  if (size != wanted)
    throw UsageError("a power flow of " + std::to_string(scenarios) + " scenarios needs " +
                     std::to_string(wanted) + " numbers " + what + ", " + std::to_string(rows) +
                     " each, not " + std::to_string(size));
  unsigned lost = 0;  // without a branch, so that a healthy batch pays little
  for (const double value : values) lost |= value - value == 0.0 ? 0U : 1U;
  for (std::size_t k = 0; lost != 0U && k < values.size(); ++k) {
    if (std::isfinite(values[k])) continue;
    const std::size_t row = k % static_cast<std::size_t>(rows);
    throw NotFiniteError(what, names ? (*names)[row] : "node row " + std::to_string(row),
                         static_cast<std::int64_t>(k / static_cast<std::size_t>(rows)), values[k]);
  }
}

inline void require_injections(const feeder::Circuit& circuit, const CircuitInjections& given) {
  const auto require = [&](const char* what, std::span<const double> values, Index rows,
                           const std::vector<std::string>* names) {
    require_rows(what, given.scenarios, values.size(), rows, names, values);
  };
  require("load_kw", given.load_kw, circuit.loads.size(), &circuit.loads.name);
  require("load_kvar", given.load_kvar, circuit.loads.size(), &circuit.loads.name);
  require("der_kw", given.der_kw, circuit.ders.size(), &circuit.ders.name);
  require("der_kvar", given.der_kvar, circuit.ders.size(), &circuit.ders.name);
  require("tap_pu", given.tap_pu, circuit.regulators.size(), &circuit.regulators.name);
  for (const auto& [what, values] :
       {std::pair{"start_re", given.start_re}, std::pair{"start_im", given.start_im}})
    require_rows(what, given.one_start ? 1 : given.scenarios, values.size(), circuit.nodes.size(),
                 nullptr, values);
  require_rows("steps_in", given.scenarios, given.steps_in.size(), circuit.shunts.size(),
               &circuit.shunts.name, {});
  if (given.start_re.size() != given.start_im.size())
    throw UsageError("start_re and start_im come together");
}

inline void size_circuit_result(const feeder::Circuit& circuit, Index scenarios, bool polar,
                                CircuitResult& result) {
  const auto count = static_cast<std::size_t>(scenarios);
  const auto times = [&](Index rows) { return count * static_cast<std::size_t>(rows); };
  result.scenarios = scenarios;
  for (auto* column : {&result.v_re, &result.v_im})
    column->resize(polar ? 0 : times(circuit.nodes.size()));
  for (auto* column : {&result.vm_pu, &result.va_rad})
    column->resize(polar ? times(circuit.nodes.size()) : 0);
  result.status.resize(count);
  result.iterations.resize(count);
  result.control_iterations.resize(count);
  result.hunting.resize(count);
  for (auto* column :
       {&result.max_step_pu, &result.max_mismatch_va, &result.source_kw, &result.source_kvar})
    column->resize(count);
  result.worst_node.resize(count);
  for (auto* column : {&result.load_kw, &result.load_kvar})
    column->resize(times(circuit.loads.size()));
  for (auto* column : {&result.der_kw, &result.der_kvar})
    column->resize(times(circuit.ders.size()));
  result.tap_pu.resize(times(circuit.regulators.size()));
  result.steps_in.resize(times(circuit.shunts.size()));
}

}  // namespace

GS_INLINE CircuitSolver prepare(const feeder::Circuit& circuit, const FlowOptions& options) {
  if (options.method != "automatic")
    throw UsageError("circuits are solved by one method, automatic; '" + options.method +
                     "' is for balanced cases");
  feeder::check(circuit);
  const auto plan = std::make_shared<CircuitPlan>(make_circuit_plan(circuit));
  const CircuitSolver solver = {circuit, plan,
                                std::make_shared<const ControlPlan>(make_control_plan(circuit))};
  probe_rules(solver, plan->rules);
  return solver;
}

GS_INLINE void solve(const CircuitSolver& solver, const CircuitInjections& injections,
                     const FlowOptions& options, CircuitWork& work, CircuitResult& result) {
  require_injections(solver.circuit, injections);
  if (!(options.tol_step_pu >= 0.0) || options.max_iterations < 1)
    throw UsageError("tol_step_pu must not be negative and max_iterations must be at least 1");
  size_circuit_result(solver.circuit, injections.scenarios, options.polar, result);
  const Index pieces = (injections.scenarios + kernel::sweep_lanes - 1) / kernel::sweep_lanes;
  const int threads = std::min<int>(threads_for(static_cast<int>(options.threads)), pieces);
  while (static_cast<int>(work.tiles.size()) < std::max(threads, 1))
    work.tiles.push_back(std::make_shared<CircuitTile>());
  while (work.controls.size() < work.tiles.size())
    work.controls.push_back(std::make_shared<ControlState>());
  run_pieces(pieces, threads, [&](Index piece, int thread) {
    CircuitTile& tile = *work.tiles[static_cast<std::size_t>(thread)];
    const Index first = piece * kernel::sweep_lanes;
    const Index used = std::min<Index>(kernel::sweep_lanes, injections.scenarios - first);
    const unsigned mask = (1U << used) - 1U;
    fill_tile(solver, injections, first, used, tile);
    control_tile(solver, options, mask, tile, *work.controls[static_cast<std::size_t>(thread)]);
    store_tile(solver, options, first, mask, tile, result);
  });
}

}  // namespace gridswarm::inline GS_ABI::flow
