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

/// What a sweep keeps per bus between iterations, each one number per lane: column c of cell k
/// stands at cells[(k * sweep_columns + c) * sweep_lanes]: 256 bytes, read as whole cache lines in
/// order. jr, ji: current that the bus and all below it draw; p, q: consumption. Voltages follow
/// from the currents on every way down.
enum SweepColumn { sweep_jr, sweep_ji, sweep_p, sweep_q, sweep_columns };

/// A block's buffers. Voltages are pairs of lines, re and im.
struct SweepMemory {
  double* cells;   ///< size + 2 cells
  double* v;       ///< size + 2 pairs; valid for all cells after sweep_mark and sweep_last only
  double* probes;  ///< by block of the tree: V of its probe after the sweep before
};

/// The voltage held at one root, and it over its square: what a load draws there per power.
struct SweepSource {
  double vr;
  double vi;
  double ur;  ///< vr / |V|^2
  double ui;
};

/// A forest cut into blocks that fit a first-level cache (flow/sweep_plan.hpp). Cells 0..roots-1
/// are the sources, cells before `trunk` have more below them than a block holds, and every block
/// is a run of cells that hang on the trunk: parents before children, those without children last.
/// Two cells follow the last: `size` draws nothing and stands for a child that is not there,
/// `size` + 1 takes rows that have no cell. While a block is swept, its voltages stand at `trunk`
/// and after: the next block writes over them.
struct SweepTree {
  int32_t size;
  int32_t roots;
  int32_t trunk;
  int32_t blocks;
  const int32_t* block_first;  ///< blocks + 1 cells
  const int32_t* block_leaf;   ///< first cell of the block without children
  const int32_t* block_probe;  ///< cell of the block that lies farthest from its source
  const int32_t* parent;
  const int32_t* parent_slot;  ///< where the parent's voltage stands while the block is swept
  const int32_t* child_one;    ///< cell of the first child, or `size`
  const int32_t* child_two;
  const int32_t* more_first;  ///< size + 1; further children of k: more[more_first[k]] ..
  const int32_t* more;
  const double* r;
  const double* x;
  const double* g;
  const double* b;
  const int32_t* root;         ///< cell of the source that feeds it; size + 2 entries
  const SweepSource* sources;  ///< by root
  double largest_inverse;      ///< loads draw S/V only while 1/|V'|^2 is below this
  int32_t has_shunts;          ///< 0 where g and b are 0 everywhere
};

/// Where a block's scenarios lie in the caller's arrays: (scenario, bus row), `stride` rows apart.
struct SweepRows {
  int32_t used;   ///< lanes that carry a scenario; the others repeat the first
  int32_t count;  ///< bus rows
  int64_t stride;
  const int32_t* cell;  ///< bus row -> cell
  double scale;         ///< p.u. per unit of the caller's powers
};

/// How well a block's voltages and currents obey the loads, per lane.
struct SweepCheck {
  double rel_squared;                    ///< allowed |mismatch|^2 per |S|^2 of the bus
  double abs_squared;                    ///< and whatever the load
  double step_squared[sweep_lanes];      ///< largest |dV|^2 since the sweep before
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

/// What Newton's method on a tree keeps per bus beside its sweep columns, each one number per lane:
/// the real 2x2 matrix B of the current J(V) = a + B V that the edge above carries (a stands in
/// jr, ji on the way up). On the way down the first two columns take the voltage before the step.
enum NewtonColumn { newton_b11, newton_b12, newton_b21, newton_b22, newton_columns };

/// A branch whose ratio differs by lane: kappa, an ideal ratio, and the line with the charging y
/// between them. Not reversed: V = kappa V_p - Z J; reversed: V = kappa (V_p - Z J_p).
struct NewtonTap {
  int32_t reversed;
  double g;
  double b;
};

/// What a tree has beside lines and constant powers (flow/tree_newton.hpp).
struct NewtonTree {
  SweepTree tree;
  const double* k_abs;       ///< |K|: u = |K| |V'|
  const int32_t* law_first;  ///< size + 1; laws of cell k: law_item[law_first[k]] ..
  const int32_t* law_item;   ///< row of laws
  const Law* laws;           ///< p and q per lane: 2 x sweep_lanes numbers each, law by law
  int32_t law_count;         ///< after these the voltage before the last step, law by law; 0: none
  const int32_t* tap;        ///< cell -> row of taps of the edge above, or -1
  const NewtonTap* taps;     ///< kappa per lane: sweep_lanes numbers each
};

/// Below this a pivot counts as singular: it is 1 for an edge without load and 0 at the nose of the
/// voltage curve.
inline constexpr double newton_least_pivot = 1e-6;

/// Voltages less apart than this see the slope of a curve itself, not a chord of it.
inline constexpr double newton_least_chord = 1e-7;

/// A generator that takes hold again starts so far inside its limits, as a share of their distance.
inline constexpr double newton_inside = 1e-6;

/// Lane by lane, the worst pivot of a way up: det(I + B Z) of an edge, and where. Not positive: no
/// solution near here.
struct NewtonPivot {
  double det[sweep_lanes];
  double bus[sweep_lanes];
};

}  // namespace gridswarm::inline GS_ABI::kernel
