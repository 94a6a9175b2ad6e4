// SPDX-License-Identifier: BSD-3-Clause
// May these voltage slopes be switched on? A certified upper bound of the local loop's gain.
//
// Devices that answer a voltage step dv with dq = -A dv (A >= 0 diagonal, p.u. per p.u.) meet the
// feeder's dv = X dq, where X_ij >= 0 is the reactance of the shared path from the source. The
// plain local loop q+ = f(v) settles if rho(X A) < 1. M = X A is non-negative, so for any x >= 0
// with the support of M^k 1 (Collatz 1942, Wielandt 1950)
//   rho(M) <= max over the support of (M x)_i / x_i,
// which a power step never raises. It is a bound at every step; a power iteration's own estimate is
// not, and passes settings that oscillate. One product M x is one sweep up and one down, O(buses).
//
// Margin for low voltage. LinDistFlow's x_e is the sensitivity at 1 p.u. without current. For one
// edge with receiving end V, load P + jQ and z = |r + jx|, the exact one is
//   d|V|/dQ = (x + z^2 Q / V^2) / (V (1 - (z S / V^2)^2)),  and z S / V^2 <= d = (1 - v_min) /
//   v_min
// while all voltages stay above v_min. So x_e is raised to x_e + z_e d, and the sum is divided by
// v_min (1 - d)^2: 1/v_min and one (1 - d^2) from the formula, the rest for the losses that a
// change below adds to every edge above. tests/unit/balance/gate_test.cpp holds it against AC
// sensitivities.
#pragma once

#include <cstdint>
#include <span>

#include "gridswarm/base/column.hpp"
#include "gridswarm/base/fields.hpp"
#include "gridswarm/feeder/forest.hpp"

namespace gridswarm::inline GS_ABI::balance {

struct GateOptions {
  double v_min_pu = 0.9;  ///< the bound holds while no voltage is below
  double limit = 1.0;     ///< gain at which a setting is refused
  std::int64_t max_steps = 60;
  double tolerance = 1e-3;  ///< stop when a step lowers the bound by less, relative
};

struct Gate {
  double gate_bound = 0.0;         ///< no smaller than the gain of the local loop
  bool gate_passes = true;         ///< gate_bound < limit
  double gate_slope_factor = 0.0;  ///< slopes times this meet the limit; infinite without slopes
  std::int64_t gate_steps = 0;
};

/// Buffers of positions; owned by the caller.
struct GateWork {
  Column<double> x, next;
};

/// Upper bound of rho(X A), X from the given reactances of the edges above positions (>= 0).
/// @param slope_pu  per position, |dq/d|V||, both in the case's p.u., >= 0
/// @param steps     out, power steps done
double loop_gain_bound(const feeder::Forest& forest, std::span<const double> edge_pu,
                       std::span<const double> slope_pu, const GateOptions& options, GateWork& work,
                       std::int64_t& steps);

/// Reactances raised by the margin for low voltage, per position.
/// @throws UsageError where an edge has a negative reactance (the bound needs X >= 0)
void gate_reactances(const feeder::Forest& forest, double v_min_pu, Column<double>& edge_pu);

/// The gate with its margin for low voltage.
/// @throws UsageError where an edge has a negative reactance (the bound needs X >= 0)
Gate check_gate(const feeder::Forest& forest, std::span<const double> slope_pu,
                const GateOptions& options, GateWork& work);

}  // namespace gridswarm::inline GS_ABI::balance

namespace gridswarm::inline GS_ABI {
template <>
std::span<const Field<balance::GateOptions>> fields();
template <>
std::span<const Field<balance::Gate>> fields();
}  // namespace gridswarm::inline GS_ABI

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/balance/gate.ipp"
#endif
