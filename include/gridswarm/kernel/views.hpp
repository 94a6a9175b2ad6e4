// SPDX-License-Identifier: BSD-3-Clause
// What a kernel sees: plain pointers and sizes, no standard library.
//
// Views are plain C structs outside the inline ABI namespace's templates, so that every instruction
// set and both modes agree on their layout. Nothing here owns memory.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "gridswarm/kernel/abi.hpp"

namespace gridswarm::inline GS_ABI::kernel {

/// Members that a leader adds side by side: two AVX-512 registers of f64, four of AVX2.
inline constexpr int lanes = 16;

/// Scenarios that travel together: a thousand buses then fit a second-level cache of 512 KiB.
inline constexpr int sweep_lanes = 8;

/// The members of one cluster as its leader's passes see them (balance/boxed_quadratic.hpp).
struct DispatchView {
  size_t count;
  const double* want_kw;
  const double* min_kw;
  const double* max_kw;
  const double* inverse_cost;
};

/// One aggregate at a price: sum of set-points, and of 1/a over members off their limits.
struct DispatchSums {
  double sum_kw;
  double slope;
};

/// What a leader asks first: sums of limits, of sizes max(|min|, |max|), and the lowest and highest
/// price at which some member meets a limit.
struct DispatchSurvey {
  double sum_min_kw;
  double sum_max_kw;
  double sum_size_kw;
  double min_price;
  double max_price;
};

/// What a sweep keeps per bus, each one number per lane: column c of bus k stands at
/// state[(k * sweep_columns + c) * sweep_lanes]. A bus is 384 bytes, read as whole cache lines in
/// order. vr, vi: voltage V'; jr, ji: current that the bus and all below it draw; p, q:
/// consumption.
enum SweepColumn { sweep_vr, sweep_vi, sweep_jr, sweep_ji, sweep_p, sweep_q, sweep_columns };

/// A forest by position (feeder/forest.hpp): parents before children, children side
/// by side.
struct SweepTree {
  int32_t size;
  int32_t roots;
  const int32_t* parent;
  const int32_t* root;         ///< position of the source that feeds k; k itself for a root
  const int32_t* child_first;  ///< size + 1; children of k: child_first[k] .. child_first[k+1] - 1
  const double* r;
  const double* x;
  const double* g;
  const double* b;
  double largest_inverse;  ///< loads draw S/V only while 1/|V'|^2 is below this: bounded currents
};

/// Where a block's scenarios lie in the caller's arrays: (scenario, bus row), `stride` rows apart.
struct SweepRows {
  int32_t used;  ///< lanes that carry a scenario; the others hold no load
  int64_t stride;
  const int32_t* bus;  ///< position -> bus row
  double scale = 1.0;  ///< p.u. per unit of the caller's powers
};

/// How well a block's voltages and currents obey the loads, per lane.
struct SweepCheck {
  double rel_squared;                    ///< allowed |mismatch|^2 per |S|^2 of the bus
  double abs_squared;                    ///< and whatever the load
  double step_squared[sweep_lanes];      ///< largest |dV|^2 of the last sweep
  double mismatch_squared[sweep_lanes];  ///< largest over buses
  double bus[sweep_lanes];               ///< its position
  double excess[sweep_lanes];  ///< > 0 where some bus misses its allowance; NaN if nothing holds
};

/// What follows the voltage of its bus: a load, an inverter, or generators that hold a voltage.
enum LawKind { law_load, law_inverter, law_held };

/// A piecewise linear share of u, flat beyond its ends: y0 plus slope[s] times as much of segment
/// s, which begins at x[s], as lies below u.
struct LawCurve {
  int32_t segments;
  double y0;
  double x[8];
  double width[8];
  double slope[8];
};

/// One device's law of u = |V| (flow/laws.hpp makes them); powers in p.u. Each lane has two numbers
/// of its own, p and q:
///   law_load      consumes p (1 - i_p - z_p + i_p u + z_p u^2), q alike
///   law_inverter  injects P = min(p, rating volt_watt(u)) and Q = q_share q + tan_phi P + rating
///                 volt_var(u), |Q| <= sqrt(rating^2 - P^2)
///   law_held      injects Q = q + steepness (v_set - u), q_min <= Q <= q_max; p is not used
struct Law {
  int32_t kind;
  double i_p;
  double z_p;
  double i_q;
  double z_q;
  double rating;
  double q_share;
  double tan_phi;
  LawCurve volt_var;
  LawCurve volt_watt;
  double v_set;
  double steepness;
  double q_min;
  double q_max;
};

/// What laws consume at a bus, and its slope over u: four rows of sweep_lanes numbers.
enum LawRow { law_p, law_q, law_dp, law_dq, law_rows };

}  // namespace gridswarm::inline GS_ABI::kernel
