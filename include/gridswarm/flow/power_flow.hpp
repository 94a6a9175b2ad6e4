// SPDX-License-Identifier: BSD-3-Clause
// Batched power flow of balanced forests: many scenarios of one feeder, side by side in lanes.
//
// Current-summation sweep (backward/forward sweep: Shirmohammadi, Hong, Semlyen, Luo, IEEE Trans.
// Power Systems 3(2), 1988) in the forest's own variables V' = V / K, J' = conj(K) J:
//   up    J'_k = y'_k V'_k - conj(s_k / V'_k) + sum of J' over k's children
//   down  V'_c = V'_p - Z'_c J'_c
// from a flat start. A scenario has converged when its voltages moved by at most tol_step_pu AND
// its branch currents, which obey Ohm's law exactly, leave at every bus a power of at most max(1e-8
// |s|, 1e-3 VA) unexplained. The second test is needed where the base is large: 1e-8 p.u. of
// mismatch on 100 MVA behind Z = 1000 p.u. is still 1e-5 p.u. of voltage. A converged lane is
// frozen while its neighbours go on.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "gridswarm/base/column.hpp"
#include "gridswarm/base/fields.hpp"
#include "gridswarm/feeder/forest.hpp"
#include "gridswarm/flow/sweep_plan.hpp"

namespace gridswarm::inline GS_ABI::flow {

/// How a scenario is solved; flow/solver.hpp tells what each can do.
enum class Method : std::int8_t {
  automatic,
  sweep,
  tree_newton,
  lindistflow,
  compensation,
  newton
};

struct FlowOptions {
  std::string method = "automatic";  ///< a word of flow/solver.hpp
  double tol_step_pu = 1e-10;        ///< largest voltage change of the last iteration
  std::int64_t max_iterations = 100;
  bool q_limits = false;     ///< a held bus whose generators reach a reactive limit becomes PQ
  bool fixed_taps = false;   ///< tap changers stay where the case states them
  bool polar = false;        ///< results as vm_pu and va_rad instead of v_re and v_im
  std::int64_t threads = 0;  ///< 0: what OpenMP would use
};

/// Net injections, row-major (scenario, bus row of the case), into the grid positive, in p.u.
/// Entries of unsupplied buses and sources are ignored. These powers are constant; what follows the
/// voltage (Case::loads, Case::inverters) comes on top, by device, as the case states it where the
/// arrays are empty.
struct Injections {
  Index scenarios = 0;
  std::span<const double> p_pu;
  std::span<const double> q_pu;
  std::span<const double> load_p_pu = {};  ///< (scenario, row of Case::loads), consumption
  std::span<const double> load_q_pu = {};
  std::span<const double> inverter_p_pu = {};  ///< (scenario, row of Case::inverters), available
  std::span<const std::int32_t> tap = {};      ///< (scenario, row of Case::tap_changers)
  std::span<const double> start_re = {};       ///< (scenario, bus row): warm start; empty: flat
  std::span<const double> start_im = {};
  double scale = 1.0;  ///< p.u. per unit of p_pu and q_pu, which then may hold kW, or consumption
};

/// Allowed mismatch of a bus: relative to its |S|, and in VA whatever it draws.
inline constexpr double tol_mismatch_rel = 1e-8;
inline constexpr double tol_mismatch_va = 1e-3;

enum class FlowStatus : std::int8_t {
  converged,
  diverged,    ///< not within tolerance after max_iterations, or lost
  unsupplied,  ///< no bus has a path to a source
  infeasible   ///< a near-singular pivot at worst_bus: no solution near here
};

/// Results; reused between calls, so a tick allocates nothing once sizes have settled.
struct FlowResult {
  Index scenarios = 0;
  Column<double> v_re;  ///< (scenario, bus row); NaN where unsupplied; empty if polar
  Column<double> v_im;
  Column<double> vm_pu;  ///< (scenario, bus row) if polar, else empty
  Column<double> va_rad;
  Column<FlowStatus> status;  ///< per scenario
  Column<Method> method;      ///< what made these values; filled by flow/solver.hpp
  Column<std::int32_t> iterations;
  Column<double> max_step_pu;      ///< last voltage step
  Column<double> max_mismatch_va;  ///< largest |V conj(I_branches) - S| over buses
  Column<Index> worst_bus;         ///< bus row of that mismatch
  Column<double> source_p_pu;      ///< sum over sources, into the grid
  Column<double> source_q_pu;
  Column<double> load_p_pu;  ///< (scenario, row of Case::loads): consumption at the solution
  Column<double> load_q_pu;
  Column<double> inverter_p_pu;  ///< (scenario, row of Case::inverters): injection
  Column<double> inverter_q_pu;
  Column<double> held_q_pu;  ///< (scenario, bus row) injected to hold PV buses; empty if none
  Column<std::int32_t> tap;  ///< (scenario, row of Case::tap_changers)
};

/// Everything about one feeder that does not change between calls, in the kernel's layout, and the
/// buffers of its blocks. Owned by the caller, one per feeder.
struct FlowWork {
  Column<double> lanes;  ///< block buffers, one per thread
  SweepPlan plan;        ///< the last forest as the sweep kernels see it
  Column<double> p_pu;   ///< injections whose scale is not 1, for methods that need p.u.
  Column<double> q_pu;
};

/// Solve all scenarios by current-summation sweep. A scenario's bits depend neither on its
/// neighbours, nor on threads, nor on the instruction set. A scenario that does not converge keeps
/// its last voltages, which stay finite.
/// @throws UsageError if an array of injections has another size than scenarios * buses
void solve(const feeder::Case& grid, const feeder::Forest& forest, const Injections& injections,
           const FlowOptions& options, FlowWork& work, FlowResult& result);

/// Turn v_re, v_im into vm_pu, va_rad, for methods that know the rectangular form only.
void make_polar(int threads, FlowResult& result);

}  // namespace gridswarm::inline GS_ABI::flow

namespace gridswarm::inline GS_ABI {
template <>
std::span<const Field<flow::FlowOptions>> fields<flow::FlowOptions>();
}

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/flow/power_flow.ipp"
#endif
