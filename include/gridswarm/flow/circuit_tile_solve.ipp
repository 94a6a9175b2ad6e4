// SPDX-License-Identifier: BSD-3-Clause
// Part of circuit_tile.hpp: its iterations.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>

#include "gridswarm/flow/circuit_plan.hpp"
#include "gridswarm/flow/circuit_tile.hpp"
#include "gridswarm/kernel/kernels.hpp"

namespace gridswarm::inline GS_ABI::flow {
namespace {

/// Iterations from the start that keep a load's exponents below its v_min (CircuitLaws::unbroken):
/// enough for the voltages to come near where they would stay.
constexpr std::int32_t unbroken_iterations = 8;

/// And where the scenario has voltages to start from.
constexpr std::int32_t unbroken_warm_iterations = 3;

/// A scenario that moves more than this is lost.
constexpr double lost_circuit_step_pu = 1e6;

/// How far each lane is in one solve.
struct Iterating {
  std::array<bool, kernel::sweep_lanes> is_checked{};  ///< the last step was within tolerance
  alignas(64) std::array<double, kernel::sweep_lanes> active{};
  std::array<std::int32_t, kernel::sweep_lanes> iterations{};
  alignas(64) std::array<double, kernel::sweep_lanes> step_squared{};
  int going = 0;
  std::int32_t unbroken = 0;                     ///< iterations left that do so
  const kernel::CircuitLaw* drawn_by = nullptr;  ///< what J was made by
  double tol_step_pu = 0.0;
  bool is_rough = false;  ///< the step is all that counts

  /// What kernels take as active lanes.
  const double* mask() const { return going == tile_lanes ? nullptr : active.data(); }
  bool has_check() const {
    bool any = false;
    for (int lane = 0; lane < tile_lanes; ++lane)
      any = any || (active[lane] != 0.0 && is_checked[lane]);
    return any;
  }
};

inline void keep_source_currents(const CircuitPlan& plan, const Iterating& state,
                                 CircuitTile& tile) {
  for (std::size_t line = 0; line < 2 * static_cast<std::size_t>(plan.source_slots); ++line)
    for (int lane = 0; lane < tile_lanes; ++lane)
      if (state.active[lane] != 0.0)
        tile.source_j[at_lane(line, lane)] = tile.j[at_lane(line, lane)];
}

/// Every current ends in a source, so one that is not finite shows there.
inline bool is_finite(const CircuitPlan& plan, const CircuitTile& tile, int lane) {
  for (std::size_t line = 0; line < 2 * static_cast<std::size_t>(plan.source_slots); ++line)
    if (!std::isfinite(tile.source_j[at_lane(line, lane)])) return false;
  return true;
}

/// A lost lane's voltages are told as 0.
inline void clear_lane(const CircuitPlan& plan, int lane, CircuitTile& tile) {
  for (std::size_t line = 2 * static_cast<std::size_t>(plan.source_slots);
       line < 2 * plan.node.size(); ++line)
    if (!std::isfinite(tile.v[at_lane(line, lane)])) tile.v[at_lane(line, lane)] = 0.0;
}

/// What one iteration means for one lane.
inline void judge_lane(const CircuitPlan& plan, const FlowOptions& options,
                       const kernel::CircuitCheck* check, int lane, Iterating& state,
                       CircuitTile& tile) {
  CircuitLane& about = tile.lane[lane];
  about.step_pu = std::sqrt(state.step_squared[lane]);
  ++about.iterations;
  ++state.iterations[lane];
  const bool is_lost = !(about.step_pu <= lost_circuit_step_pu) || !is_finite(plan, tile, lane);
  const bool is_near = about.step_pu <= state.tol_step_pu;
  const bool was_checked = check && state.is_checked[lane];
  if (was_checked) {
    about.mismatch_va = std::sqrt(check->mismatch_squared[lane]);
    about.slot = static_cast<Index>(check->slot[lane]);
  }
  const bool is_done =
      is_near && (state.is_rough ? state.unbroken <= 0 : was_checked && check->excess[lane] <= 0.0);
  const bool is_over = state.iterations[lane] >= options.max_iterations;
  state.is_checked[lane] = is_near || state.iterations[lane] + 1 >= options.max_iterations;
  if (!is_done && !is_lost && !is_over) return;
  about.status = is_done ? FlowStatus::converged : FlowStatus::diverged;
  if (is_lost) clear_lane(plan, lane, tile);
  state.active[lane] = 0.0;
  --state.going;
}

/// Inverters that follow the voltage take a step of their own, which counts as one of voltage.
inline void follow_rules(const CircuitSolver& solver, Iterating& state, CircuitTile& tile) {
  const CircuitPlan& plan = *solver.plan;
  if (plan.rules.size() == 0) return;
  unsigned active = 0;
  for (int lane = 0; lane < tile_lanes; ++lane)
    if (state.active[lane] != 0.0) active |= 1U << lane;
  std::array<double, kernel::sweep_lanes> step{};
  follow_voltages(solver.circuit, plan.rules, plan.laws.law, plan.laws.bands, active, tile.v,
                  tile.rules, tile.power, tile.j, step);
  for (int lane = 0; lane < tile_lanes; ++lane)
    state.step_squared[lane] = std::max(state.step_squared[lane], step[lane] * step[lane]);
}

/// Nothing stands between a bus's own way down and its way up.
inline bool is_local(const CircuitPlan& plan, const kernel::CircuitTree& tree) {
  return plan.rules.size() == 0 && tree.law_first[tree.steps] == tree.law_count &&
         tree.switch_between == tree.switch_count;
}

/// The circuit with the laws of this iteration.
inline kernel::CircuitTree tree_of(const CircuitPlan& plan, const Iterating& state) {
  kernel::CircuitTree tree = circuit_tree(plan);
  if (state.unbroken > 0) tree.laws = plan.laws.unbroken.data();
  return tree;
}

/// Down and up, block by block; J is summed up before and after.
inline void iterate_locally(const CircuitSolver& solver, const FlowOptions& options,
                            Iterating& state, CircuitTile& tile) {
  const CircuitPlan& plan = *solver.plan;
  const auto& kernels = kernel::kernels();
  const kernel::CircuitTree tree = tree_of(plan, state);
  const kernel::CircuitMemory memory = memory_of(tile);
  if (tile.is_drawn) kernels.circuit_up(tree, memory);
  tile.is_drawn = false;
  keep_source_currents(plan, state, tile);
  kernels.circuit_sweep(tree, state.mask(), memory, state.step_squared.data());
  state.drawn_by = tree.laws;
  for (int lane = 0; lane < tile_lanes; ++lane)
    if (state.active[lane] != 0.0) judge_lane(plan, options, nullptr, lane, state, tile);
}

/// Down and up apart, and with a check of what was drawn before and after where a lane needs it.
inline void iterate_once(const CircuitSolver& solver, const FlowOptions& options, bool has_check,
                         Iterating& state, CircuitTile& tile) {
  const CircuitPlan& plan = *solver.plan;
  const auto& kernels = kernel::kernels();
  const kernel::CircuitTree tree = tree_of(plan, state);
  const kernel::CircuitMemory memory = memory_of(tile);
  if (tile.is_drawn) {
    if (has_check) std::copy(tile.j.begin(), tile.j.end(), tile.before.begin());
    kernels.circuit_up(tree, memory);
  } else {  // J is summed up; what was drawn is drawn again, as the iteration before did
    kernel::CircuitTree drawn = tree;
    drawn.laws = state.drawn_by;
    kernel::CircuitMemory aside = memory;
    aside.j = tile.before.data();
    if (has_check) kernels.circuit_draw(drawn, aside);
  }
  tile.is_drawn = true;
  keep_source_currents(plan, state, tile);
  kernels.circuit_down(tree, state.mask(), memory, state.step_squared.data());
  state.drawn_by = tree.laws;
  follow_rules(solver, state, tile);
  kernel::CircuitCheck check = {};
  const double rel = std::max(tol_mismatch_rel, options.tol_step_pu);
  check.rel_squared = rel * rel;
  check.abs_squared = tol_mismatch_va * tol_mismatch_va;
  if (has_check) kernels.circuit_compare(tree, tile.before.data(), memory, check);
  for (int lane = 0; lane < tile_lanes; ++lane)
    if (state.active[lane] != 0.0)
      judge_lane(plan, options, has_check ? &check : nullptr, lane, state, tile);
}

/// Iterate the lanes whose bits are set to what `state` asks of them.
inline void iterate_tile(const CircuitSolver& solver, const FlowOptions& options,
                         unsigned lanes_mask, Iterating& state, CircuitTile& tile) {
  const CircuitPlan& plan = *solver.plan;
  for (int lane = 0; lane < tile_lanes; ++lane)
    if (lanes_mask >> lane & 1U) {
      state.active[lane] = 1.0;
      state.is_checked[lane] = options.max_iterations <= 1;
      ++state.going;
    }
  if (!plan.laws.unbroken.empty() && options.max_iterations > 2 * unbroken_iterations)
    state.unbroken = tile.has_start ? unbroken_warm_iterations : unbroken_iterations;
  kernel::CircuitTree tree = tree_of(plan, state);
  const bool local = is_local(plan, tree);
  if (tile.is_drawn) tree = circuit_tree(plan);
  if (!tile.is_drawn) kernel::kernels().circuit_draw(tree, memory_of(tile));
  state.drawn_by = tree.laws;
  tile.is_drawn = true;
  while (state.going > 0) {
    if (state.unbroken > 0) state.is_checked = {};
    const bool has_check = state.has_check();
    if (has_check || !local)
      iterate_once(solver, options, has_check, state, tile);
    else
      iterate_locally(solver, options, state, tile);
    if (state.unbroken > 0) --state.unbroken;
  }
  tile.is_drawn = false;  // whatever came last: a lane that is solved again must not know
}

}  // namespace

GS_INLINE void solve_tile(const CircuitSolver& solver, const FlowOptions& options,
                          unsigned lanes_mask, CircuitTile& tile) {
  Iterating state;
  state.tol_step_pu = options.tol_step_pu;
  iterate_tile(solver, options, lanes_mask, state, tile);
}

GS_INLINE void approach_tile(const CircuitSolver& solver, const FlowOptions& options,
                             double tol_step_pu, unsigned lanes_mask, CircuitTile& tile) {
  Iterating state;
  state.tol_step_pu = std::max(tol_step_pu, options.tol_step_pu);
  state.is_rough = true;
  iterate_tile(solver, options, lanes_mask, state, tile);
}

}  // namespace gridswarm::inline GS_ABI::flow
