// SPDX-License-Identifier: BSD-3-Clause
// What a power flow of circuits takes and gives: a prepared circuit, injections, results, buffers.
//
// flow/circuit_flow.hpp solves; these stand apart so that its parts can name them.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "gridswarm/base/column.hpp"
#include "gridswarm/feeder/circuit.hpp"
#include "gridswarm/flow/power_flow.hpp"

namespace gridswarm::inline GS_ABI::flow {

struct CircuitPlan;   // flow/circuit_plan.hpp
struct ControlPlan;   // flow/circuit_controls.hpp
struct CircuitTile;   // flow/circuit_tile.hpp
struct ControlState;  // flow/circuit_control_loop.hpp

/// A circuit made ready to be solved. Built once, never changed by solving, so threads may share
/// it.
struct CircuitSolver {
  feeder::Circuit circuit;
  std::shared_ptr<const CircuitPlan> plan;
  std::shared_ptr<const ControlPlan> controls;
};

/// What a batch says of every scenario; empty arrays mean what the circuit states. Row-major.
struct CircuitInjections {
  Index scenarios = 0;
  std::span<const double> load_kw = {};  ///< (scenario, row of loads), consumption at rated voltage
  std::span<const double> load_kvar = {};
  std::span<const double> der_kw = {};  ///< (scenario, row of ders), injection, available
  std::span<const double> der_kvar = {};
  std::span<const double> tap_pu = {};          ///< (scenario, row of regulators): where they start
  std::span<const std::int32_t> steps_in = {};  ///< (scenario, row of shunts): where they start
  std::span<const double> start_re = {};  ///< (scenario, node row), V: warm start; empty: no load
  std::span<const double> start_im = {};
  bool one_start = false;  ///< start_re and start_im are of one scenario, where all begin
};

/// Results; reused between calls.
struct CircuitResult {
  Index scenarios = 0;
  Column<double> v_re;  ///< (scenario, node row), V; NaN where unsupplied; empty if polar
  Column<double> v_im;
  Column<double> vm_pu;  ///< (scenario, node row) if polar, else empty
  Column<double> va_rad;
  Column<FlowStatus> status;        ///< per scenario
  Column<std::int32_t> iterations;  ///< of all solves, those between control actions included
  Column<std::int32_t> control_iterations;
  Column<std::int8_t> hunting;  ///< 1: controls had not settled when their iterations ran out
  Column<double> max_step_pu;
  Column<double> max_mismatch_va;
  Column<Index> worst_node;
  Column<double> source_kw;  ///< sum over sources, into the circuit
  Column<double> source_kvar;
  Column<double> load_kw;  ///< (scenario, row of loads): consumption at the solution
  Column<double> load_kvar;
  Column<double> der_kw;  ///< (scenario, row of ders): injection at the solution
  Column<double> der_kvar;
  Column<double> tap_pu;          ///< (scenario, row of regulators)
  Column<std::int32_t> steps_in;  ///< (scenario, row of shunts)
};

/// Buffers, one per caller; they keep their capacity.
struct CircuitWork {
  std::vector<std::shared_ptr<CircuitTile>> tiles;  ///< one per thread
  std::vector<std::shared_ptr<ControlState>> controls;
};

}  // namespace gridswarm::inline GS_ABI::flow
