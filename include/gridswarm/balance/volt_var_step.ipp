// SPDX-License-Identifier: BSD-3-Clause
// Bodies of volt_var_step.hpp.
#pragma once

#include <algorithm>
#include <cmath>

#include "gridswarm/balance/volt_var.ipp"
#include "gridswarm/balance/volt_var_step.hpp"

namespace gridswarm::inline GS_ABI::balance {

GS_INLINE double volt_var_step(const fleet::Fleet& fleet, const VoltVarPlan& plan,
                               std::span<const double> v_pu, const VoltVarOptions& options,
                               double k, std::span<double> p_kw, std::span<double> q_kvar) {
  const Column<double>& now_kvar = fleet.state.q_kvar;
  std::copy(now_kvar.begin(), now_kvar.end(), q_kvar.begin());
  double gap = 0.0;
  for (std::size_t slot = 0; slot < plan.agent.size(); ++slot) {
    const Index i = plan.agent[slot];
    const double s = plan.s_kva[slot];
    if (plan.at[i] == none) continue;
    const double share = options.prorate ? detail::owed_part(p_kw[i], plan.rating_kw[slot]) : 1.0;
    double wanted = s * share * value_at(plan.curve, v_pu[i]);
    if (!options.reactive_priority) {
      const double left = std::sqrt(std::max(0.0, s * s - p_kw[i] * p_kw[i]));
      wanted = std::min(std::max(wanted, -left), left);
    }
    gap = std::max(gap, std::fabs(wanted - now_kvar[i]) / s);
    const double q = now_kvar[i] + k * (wanted - now_kvar[i]);
    q_kvar[i] = q;
    if (!options.reactive_priority || p_kw[i] * p_kw[i] + q * q <= s * s) continue;
    const double left = std::sqrt(std::max(0.0, s * s - q * q));
    p_kw[i] = p_kw[i] > 0.0 ? left : -left;
  }
  return gap;
}

}  // namespace gridswarm::inline GS_ABI::balance
