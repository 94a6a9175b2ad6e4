// SPDX-License-Identifier: BSD-3-Clause
// Bodies of circuit_tile.hpp.
#pragma once

#include <algorithm>

#include "gridswarm/flow/circuit_plan.hpp"
#include "gridswarm/flow/circuit_tile.hpp"
#include "gridswarm/kernel/kernels.hpp"

namespace gridswarm::inline GS_ABI::flow {
namespace {

constexpr Index tile_lanes = kernel::sweep_lanes;
constexpr std::size_t pair_size = 2 * static_cast<std::size_t>(tile_lanes);

inline std::size_t at_lane(std::size_t row, int lane) {
  return row * static_cast<std::size_t>(tile_lanes) + static_cast<std::size_t>(lane);
}

inline void size_tile(const CircuitSolver& solver, CircuitTile& tile) {
  const CircuitPlan& plan = *solver.plan;
  const std::size_t pairs = plan.node.size() * pair_size;
  tile.v.resize(pairs + pair_size);  // one more for nodes that are not supplied
  tile.j.resize(pairs);
  tile.before.resize(pairs);
  tile.source_j.assign(static_cast<std::size_t>(plan.source_slots) * pair_size, 0.0);
  tile.source_a.resize(tile.source_j.size());
  tile.coefficients.resize(static_cast<std::size_t>(plan.lane_lines * tile_lanes));
  tile.power.resize(static_cast<std::size_t>(plan.laws.size()) * pair_size);
  tile.tap_pu.resize(solver.circuit.regulators.tap_winding.size() * tile_lanes);
  tile.tap_of_factors.resize(tile.tap_pu.size());
  tile.steps_in.resize(solver.circuit.shunts.steps.size() * tile_lanes);
  tile.switched.assign(tile.steps_in.size(), 0.0);
  tile.lane.fill({});
  tile.is_drawn = false;
}

/// Factors of a step into one lane.
inline void put_factors(const CircuitPlan& plan, Index step,
                        std::initializer_list<const WideMatrix*> factors, int lane,
                        CircuitTile& tile) {
  std::size_t line = static_cast<std::size_t>(plan.steps[step].coefficient);
  for (const WideMatrix* matrix : factors)
    for (const Wide item : matrix->items) {
      tile.coefficients[at_lane(line++, lane)] = static_cast<double>(item.re);
      tile.coefficients[at_lane(line++, lane)] = static_cast<double>(item.im);
    }
}

inline void put_looped_factors(const CircuitPlan& plan, const std::vector<EliminatedBus>& buses,
                               const Column<feeder::Phasor>& current_a, int lane,
                               CircuitTile& tile) {
  for (std::size_t k = 0; k < buses.size(); ++k)
    put_factors(plan, plan.looped_steps[k], {&buses[k].z, &buses[k].t, &buses[k].up}, lane, tile);
  for (std::size_t s = 0; s < current_a.size(); ++s) {
    tile.source_a[at_lane(2 * s, lane)] = current_a[s].re;
    tile.source_a[at_lane(2 * s + 1, lane)] = current_a[s].im;
  }
}

inline std::size_t winding_of(const feeder::Circuit& circuit, Index regulator) {
  const auto windings =
      circuit.transformers.windings.row(circuit.regulators.transformer[regulator]);
  return static_cast<std::size_t>(windings[circuit.regulators.tap_winding[regulator]]);
}

inline void fill_stated_taps(const feeder::Circuit& circuit, Column<double>& tap_pu) {
  for (Index r = 0; r < circuit.regulators.size(); ++r)
    std::fill_n(tap_pu.begin() + r * tile_lanes, tile_lanes,
                circuit.windings.tap_pu[winding_of(circuit, r)]);
}

/// Factors at the stated taps, unless the tile has some of this plan: those follow its taps
/// (bring_factors), and most of them are right already.
inline void fill_factors(const CircuitSolver& solver, CircuitTile& tile) {
  if (tile.plan == solver.plan) return;
  const CircuitPlan& plan = *solver.plan;
  std::fill(tile.coefficients.begin(), tile.coefficients.end(), 0.0);
  for (int lane = 0; lane < tile_lanes; ++lane) {
    for (const RegulatedStep& step : plan.regulated)
      put_factors(plan, step.step, {&step.z, &step.t, &step.t_up}, lane, tile);
    put_looped_factors(plan, plan.looped_stated, plan.current_a, lane, tile);
  }
  fill_stated_taps(solver.circuit, tile.tap_of_factors);
  tile.plan = solver.plan;
}

/// A tap, and that of all who move the same winding.
inline void note_tap(const feeder::Circuit& circuit, Index regulator, int lane, double tap_pu,
                     CircuitTile& tile) {
  const std::size_t winding = winding_of(circuit, regulator);
  for (Index r = 0; r < circuit.regulators.size(); ++r)
    if (winding_of(circuit, r) == winding)
      tile.tap_pu[at_lane(static_cast<std::size_t>(r), lane)] = tap_pu;
}

/// Whether a regulator of step row `row` (none: of looped steps) stands elsewhere than its factors.
inline bool has_old_factors(const CircuitPlan& plan, Index row, int lane, const CircuitTile& tile) {
  for (std::size_t r = 0; r < plan.regulated_row.size(); ++r)
    if (plan.regulated_row[r] == row &&
        tile.tap_pu[at_lane(r, lane)] != tile.tap_of_factors[at_lane(r, lane)])
      return true;
  return false;
}

/// Winding taps of a lane; returns whether the regulators of `row` stand as stated.
inline bool lane_taps(const CircuitSolver& solver, Index row, int lane, const CircuitTile& tile,
                      std::vector<double>& taps) {
  const feeder::Circuit& circuit = solver.circuit;
  taps.assign(circuit.windings.tap_pu.begin(), circuit.windings.tap_pu.end());
  bool is_stated = true;
  for (Index r = 0; r < circuit.regulators.size(); ++r) {
    const std::size_t winding = winding_of(circuit, r);
    const double tap = tile.tap_pu[at_lane(static_cast<std::size_t>(r), lane)];
    is_stated = is_stated && (solver.plan->regulated_row[r] != row || tap == taps[winding]);
    taps[winding] = tap;
  }
  return is_stated;
}

/// Factors of a regulated step at the lane's taps, whatever they were before.
inline void put_regulated_factors(const CircuitSolver& solver, Index row, int lane,
                                  CircuitTile& tile) {
  const CircuitPlan& plan = *solver.plan;
  const RegulatedStep& step = plan.regulated[row];
  std::vector<double> taps;
  if (lane_taps(solver, row, lane, tile, taps)) {
    const WideMatrix nothing(step.t.columns, step.t.columns);
    return put_factors(plan, step.step, {&step.z, &step.t, &step.t_up, &nothing}, lane, tile);
  }
  const RegulatedFactors at = factors_at(solver.circuit, step, taps);
  put_factors(plan, step.step, {&at.z, &at.t, &at.up, &at.b_above}, lane, tile);
}

inline void put_looped_at_taps(const CircuitSolver& solver, int lane, CircuitTile& tile) {
  const CircuitPlan& plan = *solver.plan;
  std::vector<double> taps;
  if (lane_taps(solver, none, lane, tile, taps))
    return put_looped_factors(plan, plan.looped_stated, plan.current_a, lane, tile);
  const Elimination again = eliminate_again(solver.circuit, plan.looped, taps);
  put_looped_factors(plan, again.buses, source_currents(again.sources_y, plan.emf_v), lane, tile);
}

/// Factors that follow from the lane's taps alone, computed where a tap moved. Lanes alike are
/// copied.
inline void bring_factors(const CircuitSolver& solver, int lane, CircuitTile& tile) {
  const CircuitPlan& plan = *solver.plan;
  bool is_moved = false;
  for (Index k = 0; k < static_cast<Index>(plan.regulated.size()); ++k)
    if (has_old_factors(plan, k, lane, tile)) {
      put_regulated_factors(solver, k, lane, tile);
      is_moved = true;
    }
  if (!plan.looped.order.empty() && has_old_factors(plan, none, lane, tile)) {
    put_looped_at_taps(solver, lane, tile);
    is_moved = true;
  }
  if (!is_moved) return;
  for (std::size_t r = 0; r < plan.regulated_row.size(); ++r)
    tile.tap_of_factors[at_lane(r, lane)] = tile.tap_pu[at_lane(r, lane)];
}

inline void fill_controls(const CircuitSolver& solver, const CircuitInjections& given, Index first,
                          CircuitTile& tile) {
  const feeder::Circuit& circuit = solver.circuit;
  fill_stated_taps(circuit, tile.tap_pu);
  for (Index i = 0; i < circuit.shunts.size(); ++i)
    std::fill_n(tile.steps_in.begin() + i * tile_lanes, tile_lanes, circuit.shunts.steps_in[i]);
  for (int lane = 0; lane < tile_lanes; ++lane) {
    const std::size_t scenario = static_cast<std::size_t>(first + (lane < tile.used ? lane : 0));
    const auto regulators = static_cast<std::size_t>(circuit.regulators.size());
    for (Index r = 0; !given.tap_pu.empty() && r < circuit.regulators.size(); ++r)
      note_tap(circuit, r, lane, given.tap_pu[scenario * regulators + static_cast<std::size_t>(r)],
               tile);
    bring_factors(solver, lane, tile);
    const auto shunts = static_cast<std::size_t>(circuit.shunts.size());
    for (Index i = 0; !given.steps_in.empty() && i < circuit.shunts.size(); ++i)
      set_steps_in(solver, tile, i, lane,
                   given.steps_in[scenario * shunts + static_cast<std::size_t>(i)]);
  }
}

/// Voltages of the batch where it gives some, else those without load.
inline void fill_voltages(const CircuitSolver& solver, const CircuitInjections& given, Index first,
                          CircuitTile& tile) {
  const CircuitPlan& plan = *solver.plan;
  for (Index s = 0; s < plan.source_slots; ++s)
    for (int lane = 0; lane < tile_lanes; ++lane) {
      tile.v[at_lane(static_cast<std::size_t>(2 * s), lane)] = plan.emf_v[s].re;
      tile.v[at_lane(static_cast<std::size_t>(2 * s + 1), lane)] = plan.emf_v[s].im;
    }
  tile.has_start = !given.start_re.empty();
  if (!tile.has_start) {
    double step_squared[kernel::sweep_lanes];
    std::fill(tile.j.begin(), tile.j.end(), 0.0);
    kernel::kernels().circuit_down(circuit_tree(plan), nullptr, memory_of(tile), step_squared);
    tile.is_drawn = true;
    return;
  }
  const auto nodes = static_cast<std::size_t>(solver.circuit.nodes.size());
  std::array<std::size_t, kernel::sweep_lanes> row{};
  for (int lane = 0; lane < tile_lanes && !given.one_start; ++lane)
    row[lane] = static_cast<std::size_t>(first + (lane < tile.used ? lane : 0)) * nodes;
  for (std::size_t node = 0; node < nodes; ++node) {
    if (plan.slot[node] == none) continue;
    double* re = tile.v.data() + at_lane(2 * static_cast<std::size_t>(plan.slot[node]), 0);
    double* im = re + tile_lanes;
    for (int lane = 0; lane < tile_lanes; ++lane) re[lane] = given.start_re[row[lane] + node];
    for (int lane = 0; lane < tile_lanes; ++lane) im[lane] = given.start_im[row[lane] + node];
  }
}

}  // namespace

GS_INLINE kernel::CircuitMemory memory_of(CircuitTile& tile) {
  return {tile.v.data(), tile.j.data(), tile.coefficients.data(), tile.power.data(),
          tile.switched.data()};
}

GS_INLINE void fill_tile(const CircuitSolver& solver, const CircuitInjections& injections,
                         Index first, Index used, CircuitTile& tile) {
  size_tile(solver, tile);
  tile.used = used;
  const CircuitLaws& laws = solver.plan->laws;
  fill_load_powers(solver.circuit, laws, injections.load_kw, injections.load_kvar, first, used,
                   tile.power);
  fill_der_powers(solver.circuit, laws, injections.der_kw, injections.der_kvar, first, used,
                  tile.power);
  fill_factors(solver, tile);
  fill_controls(solver, injections, first, tile);
  fill_voltages(solver, injections, first, tile);
  const CircuitRules& rules = solver.plan->rules;
  if (rules.size() == 0) return;
  start_rules(solver.circuit, rules, laws.law, injections.der_kw, injections.der_kvar, first, used,
              tile.v, tile.rules, tile.power);
  tile.is_drawn = false;
}

GS_INLINE void probe_rules(const CircuitSolver& solver, CircuitRules& rules) {
  if (rules.size() == 0) return;
  const CircuitPlan& plan = *solver.plan;
  const auto& kernels = kernel::kernels();
  const kernel::CircuitTree tree = circuit_tree(plan);
  CircuitTile tile;
  size_tile(solver, tile);
  fill_factors(solver, tile);
  fill_controls(solver, {}, 0, tile);
  fill_voltages(solver, {}, 0, tile);
  const Column<double> start = tile.v;
  const auto pass = [&] {
    double step_squared[kernel::sweep_lanes];
    tile.v = start;
    kernels.circuit_draw(tree, memory_of(tile));
    kernels.circuit_up(tree, memory_of(tile));
    kernels.circuit_down(tree, nullptr, memory_of(tile), step_squared);
    return tile.v;
  };
  const Column<double> idle = pass();
  fill_rule_probes(solver.circuit, rules, plan.laws.law, start, tile.power);
  set_rule_gains(plan.laws.law, idle, pass(), rules);
}

GS_INLINE void set_tap(const CircuitSolver& solver, CircuitTile& tile, Index regulator, int lane,
                       double tap_pu) {
  if (tile.tap_pu[at_lane(static_cast<std::size_t>(regulator), lane)] == tap_pu) return;
  note_tap(solver.circuit, regulator, lane, tap_pu, tile);
  tile.is_drawn = false;
  bring_factors(solver, lane, tile);
}

GS_INLINE void set_steps_in(const CircuitSolver& solver, CircuitTile& tile, Index shunt, int lane,
                            std::int32_t steps) {
  const feeder::Shunts& shunts = solver.circuit.shunts;
  const std::size_t at = at_lane(static_cast<std::size_t>(shunt), lane);
  tile.steps_in[at] = steps;
  tile.switched[at] = static_cast<double>(steps - shunts.steps_in[shunt]) /
                      std::max<double>(shunts.steps[shunt], 1.0);
  tile.is_drawn = false;
}

GS_INLINE feeder::Phasor voltage(const CircuitSolver& solver, const CircuitTile& tile, Index node,
                                 int lane) {
  if (node == feeder::ground || solver.plan->slot[node] == none) return {};
  const std::size_t s = static_cast<std::size_t>(solver.plan->slot[node]) * 2;
  return {tile.v[at_lane(s, lane)], tile.v[at_lane(s + 1, lane)]};
}
}  // namespace gridswarm::inline GS_ABI::flow

#include "gridswarm/flow/circuit_tile_solve.ipp"
#include "gridswarm/flow/circuit_tile_store.ipp"
