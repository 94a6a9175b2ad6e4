// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "gridswarm/flow/figures.hpp"

namespace gridswarm::inline GS_ABI {

template <>
GS_INLINE std::span<const Field<flow::ScenarioFigures>> fields<flow::ScenarioFigures>() {
  using S = flow::ScenarioFigures;
  static const Field<S> table[] = {
      {"status", "", &S::status, 0, 0, "converged, diverged, unsupplied or infeasible"},
      {"method", "", &S::method, 0, 0, "what made these values"},
      {"iterations", "", &S::iterations, 0, no_limit, "iterations of all tries"},
      {"max_mismatch_va", "VA", &S::max_mismatch_va, 0, no_limit,
       "largest power that branch currents leave unexplained at a bus"},
      {"worst_bus", "", &S::worst_bus, 0, no_limit, "bus of that mismatch"},
      {"losses_mw", "MW", &S::losses_mw, -no_limit, no_limit, "sum of pf + pt over branches"},
      {"losses_mvar", "Mvar", &S::losses_mvar, -no_limit, no_limit,
       "sum of qf + qt over branches, line charging counted as generation"},
      {"slack_p_mw", "MW", &S::slack_p_mw, -no_limit, no_limit,
       "power the sources give, their own load included"},
      {"slack_q_mvar", "Mvar", &S::slack_q_mvar, -no_limit, no_limit,
       "reactive power the sources give, their own load included"},
      {"vm_min_pu", "p.u.", &S::vm_min_pu, 0, no_limit, "lowest voltage"},
      {"vm_min_bus", "", &S::vm_min_bus, 0, no_limit, "bus of the lowest voltage"},
      {"vm_max_pu", "p.u.", &S::vm_max_pu, 0, no_limit, "highest voltage"},
      {"load_margin", "", &S::load_margin, 0, no_limit,
       "largest factor of the load that still solves (with --margin)"},
  };
  return table;
}

template <>
GS_INLINE std::span<const Field<flow::BatchSummary>> fields<flow::BatchSummary>() {
  using S = flow::BatchSummary;
  static const Field<S> table[] = {
      {"case", "", &S::case_name, 0, 0, "name in the case file"},
      {"buses", "", &S::buses, 0, no_limit, "buses in the case"},
      {"scenarios", "", &S::scenarios, 0, no_limit, "power flows"},
      {"converged", "", &S::converged, 0, no_limit, "step and mismatch are within tolerance"},
      {"diverged", "", &S::diverged, 0, no_limit, "not within tolerance after all iterations"},
      {"unsupplied", "", &S::unsupplied, 0, no_limit, "no bus has a path to a source"},
      {"infeasible", "", &S::infeasible, 0, no_limit, "no solution near what was reached"},
      {"method", "", &S::method, 0, 0, "every method that was used"},
      {"iterations_max", "", &S::iterations_max, 0, no_limit, "largest over scenarios"},
      {"max_mismatch_va", "VA", &S::max_mismatch_va, 0, no_limit,
       "largest over converged scenarios"},
      {"losses_mw_mean", "MW", &S::losses_mw_mean, -no_limit, no_limit,
       "mean over converged scenarios"},
      {"vm_min_pu", "p.u.", &S::vm_min_pu, 0, no_limit, "lowest voltage of converged scenarios"},
      {"vm_min_bus", "", &S::vm_min_bus, 0, no_limit, "its bus"},
      {"vm_min_scenario", "", &S::vm_min_scenario, 0, no_limit, "its scenario, counted from 0"},
      {"vm_max_pu", "p.u.", &S::vm_max_pu, 0, no_limit, "highest voltage of converged scenarios"},
      {"load_margin_min", "", &S::load_margin_min, 0, no_limit,
       "smallest load_margin (with --margin)"},
      {"seconds", "s", &S::seconds, 0, no_limit, "time of the solution, reading not included"},
  };
  return table;
}

namespace flow {

GS_INLINE const char* name_of(FlowStatus status) {
  static constexpr std::array<const char*, 4> words = {"converged", "diverged", "unsupplied",
                                                       "infeasible"};
  return words[static_cast<std::size_t>(status)];
}

GS_INLINE ScenarioFigures figures_of(const Solver& solver, const Injections& injections,
                                     const FlowResult& result, const BranchFlows& flows,
                                     Index scenario) {
  const feeder::Case& grid = solver.grid;
  ScenarioFigures it;
  it.status = name_of(result.status[scenario]);
  it.method = name_of(result.method[scenario]);
  it.iterations = result.iterations[scenario];
  it.max_mismatch_va = result.max_mismatch_va[scenario];
  const Index worst = result.worst_bus[scenario];
  it.worst_bus = worst == none ? 0 : grid.buses.id[worst];
  it.losses_mw = flows.losses_mw;
  it.losses_mvar = flows.losses_mvar;
  it.load_margin = std::numeric_limits<double>::quiet_NaN();
  const std::size_t first =
      static_cast<std::size_t>(scenario) * static_cast<std::size_t>(grid.buses.size());
  it.vm_min_pu = no_limit;
  for (const Index row : solver.forest.bus) {
    const double vm_pu = result.v_re.empty()
                             ? result.vm_pu[first + row]
                             : std::hypot(result.v_re[first + row], result.v_im[first + row]);
    if (vm_pu < it.vm_min_pu) {
      it.vm_min_pu = vm_pu;
      it.vm_min_bus = grid.buses.id[row];
    }
    it.vm_max_pu = std::max(it.vm_max_pu, vm_pu);
  }
  double p_pu = result.source_p_pu[scenario];
  double q_pu = result.source_q_pu[scenario];
  for (Index k = 0; k < solver.forest.roots; ++k) {
    p_pu -= injections.scale * injections.p_pu[first + solver.forest.bus[k]];
    q_pu -= injections.scale * injections.q_pu[first + solver.forest.bus[k]];
  }
  it.slack_p_mw = p_pu * grid.base_mva;
  it.slack_q_mvar = q_pu * grid.base_mva;
  return it;
}

GS_INLINE BatchSummary begin_summary(const feeder::Case& grid) {
  BatchSummary summary;
  summary.case_name = grid.name;
  summary.buses = grid.buses.size();
  summary.vm_min_pu = no_limit;
  summary.load_margin_min = std::numeric_limits<double>::quiet_NaN();
  return summary;
}

GS_INLINE void add_figures(BatchSummary& summary, const ScenarioFigures& it) {
  const std::int64_t scenario = summary.scenarios++;
  for (auto [status, count] : {std::pair{FlowStatus::converged, &summary.converged},
                               std::pair{FlowStatus::diverged, &summary.diverged},
                               std::pair{FlowStatus::unsupplied, &summary.unsupplied},
                               std::pair{FlowStatus::infeasible, &summary.infeasible}})
    if (it.status == name_of(status)) ++*count;
  if ((", " + summary.method + ", ").find(", " + it.method + ", ") == std::string::npos)
    summary.method += (summary.method.empty() ? "" : ", ") + it.method;
  summary.iterations_max = std::max(summary.iterations_max, it.iterations);
  if (!(it.load_margin >= summary.load_margin_min)) summary.load_margin_min = it.load_margin;
  if (it.status != name_of(FlowStatus::converged)) return;
  summary.max_mismatch_va = std::max(summary.max_mismatch_va, it.max_mismatch_va);
  summary.losses_mw_mean +=
      (it.losses_mw - summary.losses_mw_mean) / static_cast<double>(summary.converged);
  summary.vm_max_pu = std::max(summary.vm_max_pu, it.vm_max_pu);
  if (!(it.vm_min_pu < summary.vm_min_pu)) return;
  summary.vm_min_pu = it.vm_min_pu;
  summary.vm_min_bus = it.vm_min_bus;
  summary.vm_min_scenario = scenario;
}

GS_INLINE bool all_converged(const BatchSummary& summary) {
  return summary.converged == summary.scenarios;
}

}  // namespace flow
}  // namespace gridswarm::inline GS_ABI
