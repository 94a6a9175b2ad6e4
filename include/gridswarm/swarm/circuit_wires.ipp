// SPDX-License-Identifier: BSD-3-Clause
// Bodies of circuit_wires.hpp: a tick's power flows until reactive power fits voltage.
#pragma once

#include <algorithm>

#include "gridswarm/swarm/circuit_make.ipp"
#include "gridswarm/swarm/circuit_measure.ipp"
#include "gridswarm/swarm/circuit_step.ipp"
#include "gridswarm/swarm/circuit_wires.hpp"

namespace gridswarm::inline GS_ABI::swarm {

GS_INLINE void solve_circuit_wires(const Scenario& scenario, FeederRun& run) {
  using namespace circuit_wires_detail;
  for (Variant& variant : run.variants) step_reactive(scenario, run, variant);
  for (std::int64_t pass = 1;; ++pass) {
    flow_once(pass == 1, run);
    double worst = 0.0;
    for (Variant& variant : run.variants) {
      variant.volt_var_gap = step_reactive(scenario, run, variant);
      worst = std::max(worst, variant.volt_var_gap);
    }
    if (worst <= volt_var_gap_max || pass == scenario.run.volt_var_passes) break;
  }
  for (std::size_t lane = 0; lane < run.variants.size(); ++lane) {
    Variant& variant = run.variants[lane];
    variant.p_kw = variant.fleet.state.p_kw;
    variant.q_kvar = variant.fleet.state.q_kvar;
    run.not_converged += run.circuit->result.status[lane] != flow::FlowStatus::converged;
  }
}

}  // namespace gridswarm::inline GS_ABI::swarm
