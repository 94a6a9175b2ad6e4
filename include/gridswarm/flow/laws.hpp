// SPDX-License-Identifier: BSD-3-Clause
// The devices of a case whose power follows the voltage, as laws that every Newton method reads.
//
// A law (kernel/views.hpp) gives consumption P(u), Q(u) and slopes at u = |V|; its two numbers per
// lane stand apart. A held voltage is the steep law Q = q + k (v_set - u) within reactive limits,
// where q becomes the last Q after every iteration (method of multipliers: M. R. Hestenes, J.
// Optimization Theory and Applications 4, 1969): u tends to v_set by a factor 1 / (1 + k du/dQ) per
// iteration, and a generator at a limit lets go and takes hold again by itself. Loads of constant
// power alone are no laws: they join the injections.
#pragma once

#include <array>
#include <span>
#include <vector>

#include "gridswarm/base/csr.hpp"
#include "gridswarm/feeder/case.hpp"
#include "gridswarm/flow/power_flow.hpp"
#include "gridswarm/kernel/views.hpp"

namespace gridswarm::inline GS_ABI::flow {

struct Laws {
  std::vector<kernel::Law> law;
  std::vector<Index> bus;     ///< per law: bus row
  std::vector<Index> device;  ///< per law: row of Loads or Inverters by kind; none for law_held
  Csr at_bus;                 ///< bus row -> laws there
  std::vector<Index> steady;  ///< rows of Loads that are in service and of constant power
  bool is_empty() const { return law.empty() && steady.empty(); }
};

/// How steeply a held voltage asks for reactive power, times the |Z| between the bus and a source:
/// the error of the voltage shrinks by this factor per iteration.
inline constexpr double held_steepness = 1e4;

/// The laws of all devices in service at buses that are not isolated: loads, then inverters, then
/// PV buses with a generator in service. Held buses get steepness held_steepness (as if behind 1
/// p.u. of impedance: scale it) and, with q_limits, the sum of their generators' qmin..qmax less
/// the case's qg, which stands in the injections already.
/// @throws InputError for an inverter with curves and no rating, a curve whose points do not
///         ascend, shares, ratings or powers that are not finite
Laws make_laws(const feeder::Case& grid, bool q_limits);

/// Whether a case has devices that follow the voltage, or held buses.
bool has_laws(const feeder::Case& grid);

/// @throws UsageError if an array of devices in the batch has another size than the case wants
void check_device_arrays(const feeder::Case& grid, const Injections& injections);

/// The numbers of all laws for scenarios first .. first + used - 1: p of law i stands at
/// lanes[2 i sweep_lanes], q after it; zero in lanes that carry nothing.
/// @param lanes  2 * laws.law.size() * kernel::sweep_lanes numbers
void fill_law_lanes(const feeder::Case& grid, const Laws& laws, const Injections& injections,
                    Index first, Index used, std::span<double> lanes);

/// What a load of constant power, row `load`, consumes in a scenario, p.u.
struct SteadyPower {
  double p_pu;
  double q_pu;
};
SteadyPower steady_power(const feeder::Case& grid, const Injections& injections, Index load,
                         Index scenario);

/// Size the device columns of a result and fill in what needs no solution: loads of constant power;
/// zero for devices out of service; NaN for the rest. held_q_pu is sized where the case holds
/// voltages.
void size_law_results(const feeder::Case& grid, const Laws& laws, const Injections& injections,
                      FlowResult& result);

/// Write what law i consumes in the lanes of a block, as its table's sign wants it.
/// @param u     |V| at its bus per lane
/// @param lanes as fill_law_lanes left them (held: q as iterated)
void report_law(const feeder::Case& grid, const Laws& laws, Index i, const double* u,
                std::span<const double> lanes, Index first, Index used, FlowResult& result);

}  // namespace gridswarm::inline GS_ABI::flow

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/flow/laws.ipp"
#endif
