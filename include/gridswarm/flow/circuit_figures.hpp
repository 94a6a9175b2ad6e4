// SPDX-License-Identifier: BSD-3-Clause
// What a person asks first of an unbalanced network: figures per scenario, and of a batch.
//
// Nodes are named as people write them, bus and phase: 650.2. Voltages look at phases 1 to 3 of
// buses whose base is known. Unbalance is |V2| / |V1| of a bus with all three phases. Losses are
// those of lines and transformers: what sources and generation give beyond loads and shunts.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "gridswarm/base/fields.hpp"
#include "gridswarm/flow/circuit_flow.hpp"

namespace gridswarm::inline GS_ABI::flow {

/// A circuit's name and size, and how long it took.
struct CircuitHeader {
  std::string case_name;
  std::int64_t buses = 0;
  std::int64_t nodes = 0;
  std::int64_t lines = 0;
  std::int64_t transformers = 0;
  std::int64_t loads = 0;
  std::int64_t ders = 0;
  double seconds = 0.0;
};
CircuitHeader header_of(const feeder::Circuit& circuit);

/// One scenario in a few numbers.
struct CircuitFigures {
  std::string status;
  std::int64_t iterations = 0;
  std::int64_t control_iterations = 0;
  bool hunting = false;
  double max_mismatch_va = 0.0;
  std::string worst_node;
  double max_step_pu = 0.0;
  double losses_kw = 0.0;
  double losses_kvar = 0.0;
  double source_kw = 0.0;
  double source_kvar = 0.0;
  double loads_kw = 0.0;
  double ders_kw = 0.0;
  double vm_min_pu = 0.0;
  std::string vm_min_node;
  double vm_max_pu = 0.0;
  std::string vm_max_node;
  double vm_min_1_pu = 0.0, vm_max_1_pu = 0.0;  ///< of phase 1; NaN where there is none
  double vm_min_2_pu = 0.0, vm_max_2_pu = 0.0;
  double vm_min_3_pu = 0.0, vm_max_3_pu = 0.0;
  double unbalance_percent = 0.0;
  std::string unbalance_bus;
  std::int64_t taps_moved = 0;
  std::int64_t shunts_switched = 0;
  std::int64_t unsupplied = 0;
};

/// The figures of one scenario of a solved batch.
CircuitFigures figures_of(const CircuitSolver& solver, const CircuitInjections& injections,
                          const CircuitResult& result, Index scenario);

/// A whole batch; add_figures() goes through its scenarios in order.
struct CircuitSummary {
  std::int64_t scenarios = 0;
  std::int64_t converged = 0;
  std::int64_t hunting = 0;
  std::int64_t iterations_max = 0;
  std::int64_t control_iterations_max = 0;
  double max_mismatch_va = 0.0;  ///< over converged scenarios, as are the next
  double losses_kw_mean = 0.0;
  double losses_kw_max = 0.0;
  double vm_min_pu = no_limit;
  std::string vm_min_node;
  std::int64_t vm_min_scenario = 0;
  double vm_max_pu = 0.0;
  std::string vm_max_node;
  std::int64_t vm_max_scenario = 0;
  double unbalance_percent_max = 0.0;
  std::string unbalance_bus;
};
void add_figures(CircuitSummary& summary, const CircuitFigures& figures);

/// All scenarios solved, and no control still hunting?
bool all_settled(const CircuitSummary& summary);

}  // namespace gridswarm::inline GS_ABI::flow

namespace gridswarm::inline GS_ABI {
template <>
std::span<const Field<flow::CircuitHeader>> fields<flow::CircuitHeader>();
template <>
std::span<const Field<flow::CircuitFigures>> fields<flow::CircuitFigures>();
template <>
std::span<const Field<flow::CircuitSummary>> fields<flow::CircuitSummary>();
}

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/flow/circuit_figures.ipp"
#endif
