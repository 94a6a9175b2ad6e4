// SPDX-License-Identifier: BSD-3-Clause
// What a person asks first of one power flow.
#pragma once

#include <cstdint>
#include <string>

#include "gridswarm/base/fields.hpp"
#include "gridswarm/flow/branch_flow.hpp"

namespace gridswarm::inline GS_ABI::flow {

struct FlowSummary {
  std::string case_name;
  std::int64_t buses = 0;
  std::int64_t unsupplied = 0;
  bool converged = false;
  std::string status = "converged";
  std::string method = "sweep";
  std::int64_t iterations = 0;
  double max_mismatch_va = 0.0;
  std::int64_t worst_bus = 0;  ///< the file's bus number
  double max_step_pu = 0.0;
  double losses_mw = 0.0;
  double losses_mvar = 0.0;
  double vm_min_pu = 0.0;
  std::int64_t vm_min_bus = 0;  ///< the file's bus number
  double vm_max_pu = 0.0;
  double slack_p_mw = 0.0;
  double seconds = 0.0;
};

/// Summary of one scenario; `seconds` is the caller's.
/// @param flows  of that scenario, from branch_flows()
FlowSummary summarize(const feeder::Case& grid, const feeder::Forest& forest,
                      const Injections& injections, const FlowResult& result,
                      const BranchFlows& flows, Index scenario);

}  // namespace gridswarm::inline GS_ABI::flow

namespace gridswarm::inline GS_ABI {
template <>
std::span<const Field<flow::FlowSummary>> fields<flow::FlowSummary>();
}

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/flow/summary.ipp"
#endif
