// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cmath>

#include "gridswarm/flow/figures.hpp"
#include "gridswarm/flow/summary.hpp"

namespace gridswarm::inline GS_ABI {

template <>
GS_INLINE std::span<const Field<flow::FlowSummary>> fields<flow::FlowSummary>() {
  using S = flow::FlowSummary;
  static const Field<S> table[] = {
      {"case", "", &S::case_name, 0, 0, "name in the case file"},
      {"buses", "", &S::buses, 0, no_limit, "buses in the case"},
      {"unsupplied", "", &S::unsupplied, 0, no_limit, "buses without a path to a source"},
      {"converged", "", &S::converged, 0, 1, "step and mismatch are within tolerance"},
      {"status", "", &S::status, 0, 0, "converged, diverged, unsupplied or infeasible"},
      {"method", "", &S::method, 0, 0, "how it was solved"},
      {"iterations", "", &S::iterations, 0, no_limit, "iterations of all tries"},
      {"max_mismatch_va", "VA", &S::max_mismatch_va, 0, no_limit,
       "largest power that branch currents leave unexplained at a bus"},
      {"worst_bus", "", &S::worst_bus, 0, no_limit, "bus of that mismatch"},
      {"max_step_pu", "p.u.", &S::max_step_pu, 0, no_limit, "last change of a voltage"},
      {"losses_mw", "MW", &S::losses_mw, -no_limit, no_limit, "sum of pf + pt over branches"},
      {"losses_mvar", "Mvar", &S::losses_mvar, -no_limit, no_limit,
       "sum of qf + qt over branches, line charging counted as generation"},
      {"vm_min_pu", "p.u.", &S::vm_min_pu, 0, no_limit, "lowest voltage"},
      {"vm_min_bus", "", &S::vm_min_bus, 0, no_limit, "bus of the lowest voltage"},
      {"vm_max_pu", "p.u.", &S::vm_max_pu, 0, no_limit, "highest voltage"},
      {"slack_p_mw", "MW", &S::slack_p_mw, -no_limit, no_limit,
       "power the sources give, their own load included"},
      {"seconds", "s", &S::seconds, 0, no_limit, "time of the solution, reading not included"},
  };
  return table;
}

namespace flow {

GS_INLINE FlowSummary summarize(const feeder::Case& grid, const feeder::Forest& forest,
                                const Injections& injections, const FlowResult& result,
                                const BranchFlows& flows, Index scenario) {
  FlowSummary summary;
  summary.case_name = grid.name;
  summary.buses = grid.buses.size();
  summary.unsupplied = static_cast<std::int64_t>(forest.unsupplied.size());
  summary.converged = result.status[scenario] == FlowStatus::converged;
  summary.status = name_of(result.status[scenario]);
  if (!result.method.empty()) summary.method = name_of(result.method[scenario]);
  const Index worst = result.worst_bus[scenario];
  summary.worst_bus = worst == none ? 0 : grid.buses.id[worst];
  summary.iterations = result.iterations[scenario];
  summary.max_mismatch_va = result.max_mismatch_va[scenario];
  summary.max_step_pu = result.max_step_pu[scenario];
  summary.losses_mw = flows.losses_mw;
  summary.losses_mvar = flows.losses_mvar;
  const std::size_t first =
      static_cast<std::size_t>(scenario) * static_cast<std::size_t>(grid.buses.size());
  summary.vm_min_pu = no_limit;
  for (Index k = 0; k < forest.size(); ++k) {
    const Index row = forest.bus[k];
    const double vm_pu = result.v_re.empty()
                             ? result.vm_pu[first + row]
                             : std::hypot(result.v_re[first + row], result.v_im[first + row]);
    if (vm_pu < summary.vm_min_pu) {
      summary.vm_min_pu = vm_pu;
      summary.vm_min_bus = grid.buses.id[row];
    }
    if (vm_pu > summary.vm_max_pu) summary.vm_max_pu = vm_pu;
  }
  double slack_pu = result.source_p_pu[scenario];
  for (Index k = 0; k < forest.roots; ++k)
    slack_pu -= injections.scale * injections.p_pu[first + forest.bus[k]];
  summary.slack_p_mw = slack_pu * grid.base_mva;
  return summary;
}

}  // namespace flow
}  // namespace gridswarm::inline GS_ABI
