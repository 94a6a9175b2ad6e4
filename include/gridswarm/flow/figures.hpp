// SPDX-License-Identifier: BSD-3-Clause
// What a person asks first of a batch: one row of figures per scenario, and one for all.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>

#include "gridswarm/base/fields.hpp"
#include "gridswarm/flow/branch_flow.hpp"
#include "gridswarm/flow/solver.hpp"

namespace gridswarm::inline GS_ABI::flow {

/// The word for a status, as tables and messages say it.
const char* name_of(FlowStatus status);

/// One scenario in a few numbers.
struct ScenarioFigures {
  std::string status;
  std::string method;
  std::int64_t iterations = 0;
  double max_mismatch_va = 0.0;
  std::int64_t worst_bus = 0;  ///< the file's bus number
  double losses_mw = 0.0;
  double losses_mvar = 0.0;
  double slack_p_mw = 0.0;
  double slack_q_mvar = 0.0;
  double vm_min_pu = 0.0;
  std::int64_t vm_min_bus = 0;  ///< the file's bus number
  double vm_max_pu = 0.0;
  double load_margin = 0.0;  ///< NaN where it was not asked for
};

/// The figures of one scenario of a solved batch.
/// @param flows  of that scenario, from branch_flows()
ScenarioFigures figures_of(const Solver& solver, const Injections& injections,
                           const FlowResult& result, const BranchFlows& flows, Index scenario);

/// A whole batch; add_figures() goes through its scenarios in order.
struct BatchSummary {
  std::string case_name;
  std::int64_t buses = 0;
  std::int64_t scenarios = 0;
  std::int64_t converged = 0;
  std::int64_t diverged = 0;
  std::int64_t unsupplied = 0;
  std::int64_t infeasible = 0;
  std::string method;  ///< all that were used
  std::int64_t iterations_max = 0;
  double max_mismatch_va = 0.0;  ///< over converged scenarios, as are the next
  double losses_mw_mean = 0.0;
  double vm_min_pu = 0.0;
  std::int64_t vm_min_bus = 0;
  std::int64_t vm_min_scenario = 0;
  double vm_max_pu = 0.0;
  double load_margin_min = 0.0;  ///< NaN where it was not asked for
  double seconds = 0.0;
};

BatchSummary begin_summary(const feeder::Case& grid);
void add_figures(BatchSummary& summary, const ScenarioFigures& figures);

/// All scenarios solved?
bool all_converged(const BatchSummary& summary);

}  // namespace gridswarm::inline GS_ABI::flow

namespace gridswarm::inline GS_ABI {
template <>
std::span<const Field<flow::ScenarioFigures>> fields<flow::ScenarioFigures>();
template <>
std::span<const Field<flow::BatchSummary>> fields<flow::BatchSummary>();
}

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/flow/figures.ipp"
#endif
