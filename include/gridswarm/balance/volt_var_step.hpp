// SPDX-License-Identifier: BSD-3-Clause
// Volt-var of devices that each see a voltage of their own: on three phases no bus has one voltage.
//
// Where the wires are solved again and again anyway, the equilibrium of volt_var.hpp is found on
// them: q <- (1 - k) q + k f(v) with the true voltages v of every device's own phases. With b an
// upper bound of the loop's gain rho(X A), k = 2 / (2 + b) contracts by b / (2 + b), as it does
// there.
#pragma once

#include <span>

#include "gridswarm/balance/volt_var.hpp"

namespace gridswarm::inline GS_ABI::balance {

/// One step from fleet.state.q_kvar, the reactive power that the voltages belong to.
/// @param v_pu    per agent row
/// @param k       of the step, 0..1
/// @param p_kw    per agent row, in: set-points; out: lowered where reactive power comes first
/// @param q_kvar  per agent row, out; agents without volt-var keep fleet.state.q_kvar
/// @return the largest |f(v) - q| / s before the step
double volt_var_step(const fleet::Fleet& fleet, const VoltVarPlan& plan,
                     std::span<const double> v_pu, const VoltVarOptions& options, double k,
                     std::span<double> p_kw, std::span<double> q_kvar);

}  // namespace gridswarm::inline GS_ABI::balance

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/balance/volt_var_step.ipp"
#endif
