// SPDX-License-Identifier: BSD-3-Clause
// Part of circuit_tile.hpp: its results.
#pragma once

#include <algorithm>
#include <limits>

#include "gridswarm/flow/circuit_plan.hpp"
#include "gridswarm/flow/circuit_tile.hpp"
#include "gridswarm/kernel/kernels.hpp"

namespace gridswarm::inline GS_ABI::flow {
namespace {

/// Power out of the sources into the circuit: at their terminals, behind their impedance.
inline feeder::Phasor source_power(const CircuitSolver& solver, const CircuitTile& tile, int lane) {
  const feeder::Sources& sources = solver.circuit.sources;
  feeder::Phasor sum;
  std::size_t slot = 0;
  for (Index i = 0; i < sources.size(); ++i) {
    if (!sources.in_service[i]) continue;
    for (const Index node : sources.nodes.row(i)) {
      const feeder::Phasor current = feeder::Phasor{tile.source_a[at_lane(2 * slot, lane)],
                                                    tile.source_a[at_lane(2 * slot + 1, lane)]} +
                                     feeder::Phasor{tile.source_j[at_lane(2 * slot, lane)],
                                                    tile.source_j[at_lane(2 * slot + 1, lane)]};
      sum = sum + voltage(solver, tile, node, lane) * conj(current);
      ++slot;
    }
  }
  return sum;
}

/// All scenarios of the tile at once, row by row.
inline void store_voltages(const CircuitSolver& solver, const FlowOptions& options, Index first,
                           unsigned lanes_mask, const CircuitTile& tile, CircuitResult& result) {
  const CircuitPlan& plan = *solver.plan;
  const Index nodes = solver.circuit.nodes.size();
  const auto at = static_cast<std::size_t>(first) * static_cast<std::size_t>(nodes);
  Column<double>& a = options.polar ? result.vm_pu : result.v_re;
  Column<double>& b = options.polar ? result.va_rad : result.v_im;
  std::int32_t used = 0;
  while (lanes_mask >> used & 1U) ++used;
  const kernel::SweepRows rows = {used, nodes, nodes, plan.shown_slot.data(), 1.0};
  kernel::kernels().sweep_store(rows, options.polar ? plan.per_volt.data() : plan.one.data(),
                                plan.zero.data(), tile.v.data(), options.polar, a.data() + at,
                                b.data() + at);
}

inline void store_lane(const CircuitSolver& solver, std::size_t scenario, int lane,
                       const CircuitTile& tile, CircuitResult& result) {
  const CircuitPlan& plan = *solver.plan;
  const feeder::Circuit& circuit = solver.circuit;
  const CircuitLane& about = tile.lane[lane];
  const bool is_supplied = plan.node.size() > static_cast<std::size_t>(plan.source_slots);
  result.status[scenario] = is_supplied ? about.status : FlowStatus::unsupplied;
  result.iterations[scenario] = about.iterations;
  result.control_iterations[scenario] = about.control_iterations;
  result.hunting[scenario] = about.hunting;
  result.max_step_pu[scenario] = about.step_pu;
  result.max_mismatch_va[scenario] = about.mismatch_va;
  result.worst_node[scenario] =
      about.slot == none ? none : plan.node[static_cast<std::size_t>(about.slot)];
  const feeder::Phasor source = source_power(solver, tile, lane);
  result.source_kw[scenario] = 0.001 * source.re;
  result.source_kvar[scenario] = 0.001 * source.im;
  const auto regulators = static_cast<std::size_t>(circuit.regulators.size());
  for (std::size_t r = 0; r < regulators; ++r)
    result.tap_pu[scenario * regulators + r] = tile.tap_pu[at_lane(r, lane)];
  const auto shunts = static_cast<std::size_t>(circuit.shunts.size());
  for (std::size_t i = 0; i < shunts; ++i)
    result.steps_in[scenario * shunts + i] =
        static_cast<std::int32_t>(tile.steps_in[at_lane(i, lane)]);
}

}  // namespace

GS_INLINE void store_tile(const CircuitSolver& solver, const FlowOptions& options, Index first,
                          unsigned lanes_mask, CircuitTile& tile, CircuitResult& result) {
  const CircuitPlan& plan = *solver.plan;
  store_voltages(solver, options, first, lanes_mask, tile, result);
  tile.drawn.resize(tile.power.size());
  const CircuitLaws& laws = plan.laws;
  kernel::kernels().circuit_law_powers(laws.law.data(), laws.law.size(), laws.bands.data(),
                                       tile.power.data(), tile.v.data(), tile.drawn.data());
  sum_device_powers(laws.of_load, tile.drawn, 1.0, first, lanes_mask, result.load_kw,
                    result.load_kvar);
  sum_device_powers(laws.of_der, tile.drawn, -1.0, first, lanes_mask, result.der_kw,
                    result.der_kvar);
  for (int lane = 0; lane < tile_lanes; ++lane) {
    if (!(lanes_mask >> lane & 1U)) continue;
    const auto scenario = static_cast<std::size_t>(first + lane);
    store_lane(solver, scenario, lane, tile, result);
  }
}

}  // namespace gridswarm::inline GS_ABI::flow
